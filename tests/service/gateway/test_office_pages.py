"""Settings and figures: kept when refused, told once, in four languages, and only for who may."""

import re
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from typing import Any

import httpx
import msgspec
import pytest
from msgspec.structs import replace

from services.cases.documents.models import LeafletChanged
from services.gateway.language import LANGUAGES
from shared.auth import Permission
from shared.contracts.configuration import (
    SEED_INCIDENT_TYPES,
    DayOff,
    FieldChange,
    IncidentType,
    Organisation,
    SettingChange,
    TenantConfiguration,
)
from shared.contracts.documents import LeafletRef, LeafletText, LeafletVersion
from shared.contracts.identity import Accepted
from shared.contracts.rostering import RosterSettings
from shared.contracts.statistics import Cell, CountedCallOut, ExportNoted, Figure, Statistics
from shared.db import uuid7
from shared.errors import Invalid, details_of
from tests.service.gateway.answers import CALL_OUT, LENA, answer_everything
from tests.service.gateway.conftest import issued
from tests.support.neighbours import Neighbours

TODAY = datetime.now(UTC).date()
LATER = TODAY + timedelta(days=40)
CARNIVAL = IncidentType(
    code="carnival", group="violence", own=True, valid_from=date(2026, 1, 1),
    labels={"nl": "Carnavalsrellen", "fr": "Émeutes de carnaval", "de": "Karnevalskrawalle", "en": "Carnival riots"},
)  # fmt: skip
CONFIGURATION = TenantConfiguration(
    legal_language="nl",
    languages=["nl"],
    name="PZ Test",
    organisation=[
        Organisation(valid_from=date(2026, 1, 1), street="Markt 1", municipality="Aalst"),
        Organisation(valid_from=LATER, street="Kaai 2", municipality="Aalst"),
    ],
    incident_types=[*SEED_INCIDENT_TYPES, CARNIVAL],
    days_off=[DayOff(day=LATER, why="Brugdag")],
)
CHANGE = SettingChange(
    change_id=uuid7(), area="incident_types", key="fire", at=datetime.now(UTC), by=LENA, act="saved", valid_from=TODAY,
    changes=[FieldChange("urgency", "now", "today"), FieldChange("hidden", "no", "yes")],
)  # fmt: skip

RECONTACT_CHANGE = SettingChange(
    change_id=uuid7(), area="recontact_plan", key="burglary", at=datetime.now(UTC), by=LENA, act="saved", valid_from=TODAY,
    changes=[FieldChange("recontact_days", "7 30", "none")],
)  # fmt: skip


def statistics(service: str, *figures: Figure) -> Statistics:
    return Statistics(
        service=service, period="quarter", starts_on=date(2026, 10, 1), ends_on=date(2027, 1, 1),
        counted_at=datetime.now(UTC), figures=list(figures),
    )  # fmt: skip


LEAFLET = LeafletVersion(
    code="carnival", version=2, newest=3, texts={"nl": LeafletText("Na carnaval", "Wat de ander schreef.")},
    suggested_for=["carnival"], discreet=False, hidden=False, own=True, valid_from=date(2026, 1, 1),
)  # fmt: skip
LEAFLETS = [
    replace(LEAFLET, code="bereavement", own=False, valid_from=None, newest=0),
    LEAFLET,
    replace(LEAFLET, version=3, valid_from=LATER, hidden=True),
]
CALL_OUTS = statistics(
    "rostering",
    Figure(
        code="by_type", total=12, previous=9, groups=[Cell(key="violence", value=12)],
        cells=[Cell(key="carnival", value=7, parent="violence"), Cell(key="assault", value=None, parent="violence")],
    ),
    Figure(code="by_weekday", total=12, cells=[Cell(key=str(day), value=6 * (day < 2)) for day in range(7)]),
    Figure(code="answer_minutes", unit="minutes", total=12, cells=[Cell(key="median", value=4)]),
)  # fmt: skip
REFERRALS = statistics(
    "referrals",
    Figure(
        code="referral_results",
        total=8,
        groups=[Cell(key="referral_caw", value=8)],
        cells=[Cell(key="helped", value=8, parent="referral_caw")],
    ),
)
CASES = statistics("cases", Figure(code="recontacts", total=6, cells=[Cell(key="in_time", value=6)]))
PAGES = (
    "/admin",
    "/admin/organisation",
    "/admin/incident-types",
    "/admin/incident-types/new",
    "/admin/incident-types/carnival",
    "/admin/incident-types/ifv_physical",
    "/admin/leaflets",
    "/admin/leaflets/new",
    "/admin/leaflets/carnival",
    "/admin/leaflets/bereavement",
    "/admin/days-off",
    "/admin/on-call",
    "/admin/changes",
    "/statistics",
    "/statistics/call-outs?from=2026-10-01&figure=by_type&key=carnival",
)


@pytest.fixture
def office(browser: httpx.AsyncClient, neighbours: Neighbours) -> httpx.AsyncClient:
    """The browser of somebody who may do everything."""
    answer_everything(neighbours)
    identity, rostering, cases = (neighbours.of(each) for each in ("identity", "rostering", "cases"))
    identity["POST /tokens"] = issued(*Permission)
    identity["GET /tenant-configuration"] = CONFIGURATION
    identity["GET /setting-changes"] = [CHANGE]
    rostering["GET /roster-settings/changes"] = cases["GET /leaflet-changes"] = []
    cases["GET /recontact-plan/changes"] = [RECONTACT_CHANGE]
    cases["GET /leaflets"] = LEAFLETS
    rostering["GET /roster-settings"] = RosterSettings(answer_minutes=10, levels=["primary"])
    rostering["GET /statistics"], cases["GET /statistics"] = CALL_OUTS, CASES
    neighbours.of("referrals")["GET /statistics"] = REFERRALS
    rostering["POST /statistics/exports"] = cases["POST /statistics/exports"] = ExportNoted()
    neighbours.of("referrals")["POST /statistics/exports"] = ExportNoted()
    rostering["GET /statistics/call-outs"] = [
        CountedCallOut(call_out_id=CALL_OUT, number="2026-0001", state="closed", incident_type="carnival",
                       requested_at=datetime.now(UTC))
    ]  # fmt: skip
    browser.cookies.set("vangnet_session", "a-session", domain="vangnet.test")
    return browser


async def sent(office: httpx.AsyncClient, path: str, data: dict[str, Any], of: str = "") -> httpx.Response:
    page = await office.get(of or path)
    hidden = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', page.text))
    return await office.post(path, data={**hidden, **data})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
async def test_the_page_is_there_in_each_language_with_one_heading(
    office: httpx.AsyncClient, neighbours: Neighbours, path: str, language: str
) -> None:
    neighbours.of("identity")["POST /tokens"] = issued(*Permission, language=language)

    page = await office.get(path)

    assert page.status_code == HTTPStatus.OK, page.text[:500]
    assert page.text.count("<h1>") == 1
    assert "style=" not in page.text


@pytest.mark.parametrize("path", PAGES)
async def test_it_is_not_for_who_may_not(
    office: httpx.AsyncClient, neighbours: Neighbours, path: str
) -> None:
    neighbours.of("identity")["POST /tokens"] = issued(Permission.DOSSIER_READ)

    assert (await office.get(path)).status_code == HTTPStatus.FORBIDDEN


async def test_the_tenants_own_words_stand_wherever_a_type_is_named(office: httpx.AsyncClient) -> None:
    choices = await office.get("/call-outs/new")

    assert '<option value="carnival">Carnavalsrellen</option>' in choices.text
    assert "Carnavalsrellen" in (await office.get("/statistics")).text


async def test_what_was_typed_stays_when_identity_refuses_it(
    office: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("identity")["POST /organisation"] = details_of(
        Invalid({"postal_code": "postal_code_wrong"}), ""
    )

    page = await sent(office, "/admin/organisation", {"street": "Markt 12", "postal_code": "93000"})

    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'value="Markt 12"' in page.text
    assert "vier cijfers" in page.text


async def test_a_type_is_sent_as_it_was_filled_in(office: httpx.AsyncClient, neighbours: Neighbours) -> None:
    neighbours.of("identity")["POST /incident-types/carnival"] = Accepted()
    typed = {
        "group": "violence", "urgency": "today", "recontact": "1", "label_nl": "Carnaval",
        "leaflets": ["after_carnival", "help"], "mandatory": "safety", "valid_from": LATER.isoformat(),
    }  # fmt: skip

    page = await sent(office, "/admin/incident-types/carnival", typed)

    assert page.status_code == HTTPStatus.SEE_OTHER
    command = msgspec.json.decode(neighbours.sent["identity POST /incident-types/carnival"])
    assert command["valid_from"] == LATER.isoformat()
    assert (command["recontact"], command["hidden"], command["mandatory"]) == (True, False, ["safety"])
    assert command["leaflets"] == ["after_carnival", "help"]
    assert command["labels"] == {"nl": "Carnaval"}


async def test_a_code_that_exists_is_not_overwritten_by_a_new_type(
    office: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    typed = {"code": "fire", "group": "other", "urgency": "now"}

    page = await sent(office, "/admin/incident-types/new", typed)

    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Deze code bestaat al" in page.text
    assert "identity POST /incident-types/fire" not in neighbours.asked


async def test_what_is_typed_in_a_leaflet_stays_beside_what_another_kept_meanwhile_and_is_saved_when_chosen(
    office: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("cases")["POST /leaflets/carnival"] = details_of(LeafletChanged(), "")
    typed = {"title_nl": "Na het feest", "text_nl": "Wat ik schreef.", "seen": "2", "do": "save"}

    page = await sent(office, "/admin/leaflets/carnival", typed)

    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Wat ik schreef." in page.text
    assert "Wat de ander schreef." in page.text
    (seen,) = re.findall(r'name="seen" value="(\d+)"', page.text)
    neighbours.of("cases")["POST /leaflets/carnival"] = LeafletRef(code="carnival", version=4)
    again = await sent(office, "/admin/leaflets/carnival", {**typed, "seen": seen})
    assert again.status_code == HTTPStatus.SEE_OTHER
    assert msgspec.json.decode(neighbours.sent["cases POST /leaflets/carnival"])["seen"] == LEAFLET.newest


async def test_a_leaflet_of_which_no_language_is_whole_says_where(
    office: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("cases")["POST /leaflet-preview"] = details_of(Invalid({"text_nl": "required"}), "")

    page = await sent(office, "/admin/leaflets/new", {"code": "fair", "title_nl": "Kermis", "do": "preview"})

    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'value="Kermis"' in page.text
    assert 'href="#f-text_nl"' in page.text


async def test_a_hidden_number_is_a_word_and_a_shown_one_opens_its_list(office: httpx.AsyncClient) -> None:
    page = (await office.get("/statistics")).text

    assert "/statistics/call-outs?from=2026-10-01&amp;figure=by_type&amp;key=carnival" in page
    assert "Verborgen: Slagen en verwondingen." in page
    assert "3 meer dan de vorige periode (9)" in page
    assert "Hoe geteld" in page


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_an_export_is_kept_by_both_services_before_it_leaves(
    office: httpx.AsyncClient, neighbours: Neighbours, form: str
) -> None:
    answer = await office.get(f"/statistics/export/{form}?from=2026-10-01")

    assert answer.status_code == HTTPStatus.OK
    assert f'filename="cijfers-2026-10-quarter.{form}"' in answer.headers["Content-Disposition"]
    for service in ("rostering", "cases"):
        assert msgspec.json.decode(neighbours.sent[f"{service} POST /statistics/exports"])["form"] == form


async def test_an_export_that_cannot_be_kept_does_not_leave(
    office: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("cases")["POST /statistics/exports"] = None

    assert (await office.get("/statistics/export/csv")).status_code == HTTPStatus.SERVICE_UNAVAILABLE


async def test_with_one_service_away_the_other_figures_are_there_and_the_page_says_so(
    office: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("cases")["GET /statistics"] = None

    page = await office.get("/statistics")

    assert page.status_code == HTTPStatus.OK
    assert "Een deel van de cijfers is er nu niet" in page.text


async def test_the_change_log_says_from_what_to_what_in_words(office: httpx.AsyncClient) -> None:
    page = (await office.get("/admin/changes")).text

    assert "<del>Nu</del>" in page
    assert "<ins>Vandaag</ins>" in page
    assert "Hercontactplan: Inbraak" in page
    assert "<del>na 7 en 30 dagen</del>" in page
    assert "<ins>geen hercontact</ins>" in page


async def test_a_type_that_was_just_made_stands_in_the_list_by_its_name(
    office: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    await office.get("/admin/incident-types")  # from here on the gateway remembers how the tenant is set up
    fair = replace(CARNIVAL, code="fair", labels={"nl": "Kermisrellen"})
    neighbours.of("identity")["GET /tenant-configuration"] = replace(
        CONFIGURATION, incident_types=[*CONFIGURATION.incident_types, fair]
    )

    assert "Kermisrellen" in (await office.get("/admin/incident-types")).text
