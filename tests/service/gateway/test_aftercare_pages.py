"""The pages of aftercare: a form keeps what was typed and says what is wrong, and the morning's list decides in one act."""

import re

import httpx
import msgspec
import pytest
from msgspec.structs import replace

from services.gateway.pages.aftercare_acts import ACTS
from shared.auth import Permission
from shared.contracts.aftercare import AftercareView, GoodbyeFacts, GoodbyeRef, HomeBanRef
from shared.contracts.bad_news import (
    AssignBadNews,
    BadNewsRecipient,
    BadNewsRef,
    DeliverBadNews,
    ReceiveBadNews,
)
from shared.contracts.cases import DossierRef
from shared.contracts.configuration import SEED_INCIDENT_TYPES, IncidentType, TenantConfiguration
from shared.db import uuid7
from shared.errors import FieldError, ProblemDetails
from tests.service.gateway.answers import (
    BAD_NEWS,
    DOSSIER,
    GOODBYE,
    HOME_BAN,
    LENA,
    NOW,
    TOM,
    aftercare,
    answer_everything,
    dossier,
    triage,
)
from tests.service.gateway.conftest import issued
from tests.service.gateway.test_sign_in import filled_in
from tests.support.neighbours import Neighbours

PAGE = f"/dossiers/{DOSSIER}/aftercare"


@pytest.fixture
def coordinator(signed_in: httpx.AsyncClient, neighbours: Neighbours) -> httpx.AsyncClient:
    may = ("DOSSIER_READ", "DOSSIER_WRITE", "DOSSIER_ASSIGN", "STAFF_READ")
    neighbours.of("identity")["POST /tokens"] = issued(*(Permission[each] for each in may))
    answer_everything(neighbours)
    return signed_in


async def test_the_overview_shows_each_part_with_the_next_step(coordinator: httpx.AsyncClient) -> None:
    page = (await coordinator.get(PAGE)).text

    assert "Jan Peeters" in page
    assert "Alleen gebracht" in page
    assert f"{PAGE}/bad-news-deliver?of={BAD_NEWS}" in page
    assert f"{PAGE}/home-ban-extend?of={HOME_BAN}" in page
    assert "Samen: 95 minuten" in page
    assert "Geen brieven en geen voicemail." in page


async def test_a_home_ban_that_is_refused_keeps_what_was_typed(
    coordinator: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    fields = await filled_in(
        coordinator, f"{PAGE}/home-ban", notified_at="2026-11-20T14:30", days="15", ordered_by="De Wit"
    )
    neighbours.of("cases")[f"POST /dossiers/{DOSSIER}/home-bans"] = ProblemDetails(
        type="", title="", status=422, code="invalid", errors=[FieldError(field="days", code="too_many_days")]
    )

    refused = await coordinator.post(f"{PAGE}/home-ban", data=fields)

    assert refused.status_code == 422
    assert "Een huisverbod duurt hoogstens 14 dagen." in refused.text
    assert re.search(r'name="ordered_by"[^>]*value="De Wit"', refused.text)
    neighbours.of("cases")[f"POST /dossiers/{DOSSIER}/home-bans"] = HomeBanRef(
        home_ban_id=HOME_BAN, ends_at=NOW
    )
    done = await coordinator.post(f"{PAGE}/home-ban", data={**fields, "days": "14"})
    assert done.headers["location"] == PAGE


async def test_bad_news_needs_its_fields_before_anybody_is_asked(
    coordinator: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    empty = await coordinator.post(f"{PAGE}/bad-news", data=await filled_in(coordinator, f"{PAGE}/bad-news"))
    assert empty.status_code == 422
    neighbours.of("cases")["POST /bad-news"] = BadNewsRef(
        bad_news_id=BAD_NEWS, dossier_id=DOSSIER, state="received"
    )

    chosen = {"news_kind": "death", "source": "own_zone", "way": "message"}
    fields = await filled_in(
        coordinator, f"{PAGE}/bad-news", about="Jan Peeters", recipient="Maria Claes", **chosen
    )
    done = await coordinator.post(f"{PAGE}/bad-news", data=fields)

    assert done.headers["location"] == PAGE


async def test_bad_news_can_be_for_several_people_in_one_go(
    coordinator: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("cases")["POST /bad-news"] = BadNewsRef(
        bad_news_id=BAD_NEWS, dossier_id=DOSSIER, state="received"
    )
    typed = {"about": "Jan Peeters", "news_kind": "death", "source": "own_zone", "way": "message"}
    mother = {"recipient": "Maria Claes", "relation": "moeder", "address": "Markt 1"}
    fields = await filled_in(coordinator, f"{PAGE}/bad-news", **typed, **mother, age_2="15")

    nameless = await coordinator.post(f"{PAGE}/bad-news", data=fields)
    done = await coordinator.post(f"{PAGE}/bad-news", data={**fields, "recipient_2": "Lotte Peeters"})

    assert nameless.status_code == 422
    assert '<details class="more" open>' in nameless.text
    assert 'href="#f-recipient_2"' in nameless.text
    assert done.headers["location"] == PAGE
    sent = msgspec.json.decode(neighbours.sent["cases POST /bad-news"], type=ReceiveBadNews)
    assert [(each.name, each.relation, each.age) for each in sent.recipients] == [
        ("Maria Claes", "moeder", None), ("Lotte Peeters", "", 15),
    ]  # fmt: skip


async def test_who_goes_is_named_before_and_stands_ready_when_it_is_brought(
    coordinator: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    care = aftercare()
    sister = BadNewsRecipient(name="Lotte Peeters", age=20)
    news = replace(
        care.bad_news[0], recipients=[*care.bad_news[0].recipients, sister], deliverers=[TOM, LENA]
    )
    neighbours.of("cases")[f"GET /dossiers/{DOSSIER}/aftercare"] = replace(care, bad_news=[news])
    ref = BadNewsRef(bad_news_id=BAD_NEWS, dossier_id=DOSSIER, state="assigned")
    place = f"POST /bad-news/{BAD_NEWS}"
    neighbours.of("cases").update({f"{place}/assign": ref, f"{place}/deliver": ref})
    assert f"{PAGE}/bad-news-assign?of={BAD_NEWS}" in (await coordinator.get(PAGE)).text

    going = await filled_in(coordinator, f"{PAGE}/bad-news-assign?of={BAD_NEWS}", of=str(BAD_NEWS))
    page = (await coordinator.get(f"{PAGE}/bad-news-deliver?of={BAD_NEWS}")).text
    assert f'<option value="{TOM}" selected>' in page
    assert "Lotte Peeters" in page
    assert (
        f'<option value="{TOM}" selected>'
        in (await coordinator.get(f"{PAGE}/bad-news-assign?of={BAD_NEWS}")).text
    )
    both = {"first": str(TOM), "colleague": str(LENA)}
    assert (await coordinator.post(f"{PAGE}/bad-news-assign", data={**going, **both})).is_redirect
    told = {**going, **both, "heard_first": "1", "goodbye_wish": "yes"}
    assert (await coordinator.post(f"{PAGE}/bad-news-deliver", data=told)).is_redirect

    assigned = msgspec.json.decode(neighbours.sent[f"cases {place}/assign"], type=AssignBadNews)
    brought = msgspec.json.decode(neighbours.sent[f"cases {place}/deliver"], type=DeliverBadNews)
    assert assigned.deliverers == brought.deliverers == [TOM, LENA]
    assert (brought.recipient, brought.goodbye_wish) == (1, "yes")


async def test_an_act_that_nobody_knows_is_not_found(coordinator: httpx.AsyncClient) -> None:
    assert "juggle" not in ACTS
    assert (await coordinator.get(f"{PAGE}/juggle")).status_code == 404


async def test_a_dossier_changes_to_a_type_of_the_tenant_s_own_and_not_to_what_it_is(
    coordinator: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    carnival = IncidentType(code="carnival", group="violence", own=True, labels={"nl": "Carnavalsrellen"})
    neighbours.of("identity")["GET /tenant-configuration"] = TenantConfiguration(
        legal_language="nl", languages=["nl"], incident_types=[*SEED_INCIDENT_TYPES, carnival]
    )
    await coordinator.get(PAGE)  # from here on the gateway knows how the tenant is set up

    page = (await coordinator.get(f"{PAGE}/type")).text

    assert '<option value="carnival">Carnavalsrellen</option>' in page
    assert f'<option value="{dossier().incident_type}"' not in page


async def test_the_morning_is_divided_in_one_act_and_offers_nobody_with_a_conflict(
    coordinator: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    page = (await coordinator.get("/triage")).text
    form = re.search(rf'<form[^>]*/triage/{DOSSIER}".*?</form>', page, re.DOTALL)
    assert form is not None
    assert f'value="{LENA}" selected' in form[0]
    assert str(TOM) not in form[0]
    neighbours.of("cases")[f"POST /dossiers/{DOSSIER}/triage"] = DossierRef(dossier_id=DOSSIER, number="x")

    hidden = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', form[0]))
    done = await coordinator.post(f"/triage/{DOSSIER}", data={**hidden, "holder": str(LENA)})

    assert done.headers["location"] == "/triage"


async def test_two_dossiers_of_one_type_have_a_name_of_their_own_in_the_morning_list(
    coordinator: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    page = triage()
    other = replace(page.lines[0], dossier_id=uuid7(), number="PZ-2026-99999")
    neighbours.of("cases")["GET /triage"] = replace(page, lines=[*page.lines, other])

    shown = (await coordinator.get("/triage")).text

    labels = re.findall(r'<section class="panel flow" aria-labelledby="([^"]+)"', shown)
    named = dict(re.findall(r'id="([tn]-[^"]+)">(?:<a[^>]*>)?([^<]+)', shown))
    names = [" ".join(named[each] for each in label.split()) for label in labels]
    assert len(names) == len(set(names)) == 2


async def test_who_may_not_assign_has_no_morning_list(
    coordinator: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("identity")["POST /tokens"] = issued(Permission.DOSSIER_READ)

    assert (await coordinator.get("/triage")).status_code == 403


async def test_the_dossier_tells_what_there_is_of_aftercare_in_a_line_each(
    coordinator: httpx.AsyncClient,
) -> None:
    page = (await coordinator.get(f"/dossiers/{DOSSIER}")).text
    block = re.search(r'id="block-aftercare">.*?</section>', page, re.DOTALL)
    assert block is not None
    for part, told in (
        ("bad-news", "Poging gedaan"), ("home-ban", "nog 14 dagen"), ("risk", "Hoog"), ("consents", "1 gegeven"),
        ("practical", "95 minuten"), ("goodbye", "Gevraagd aan het parket"),
    ):  # fmt: skip
        line = re.search(rf'<li>(?:(?!</li>).)*{PAGE}#{part}".*?</li>', block[0], re.DOTALL)
        assert line is not None, part
        assert told in line[0]


async def test_a_dossier_without_aftercare_has_one_link_to_begin(
    coordinator: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    nothing = AftercareView(
        bad_news=[], goodbyes=[], practical_help=[], practical_minutes=0, home_bans=[], consents=[], risks=[],
        type_changes=[], letters_blocked=False,
    )  # fmt: skip
    neighbours.of("cases")[f"GET /dossiers/{DOSSIER}/aftercare"] = nothing

    page = (await coordinator.get(f"/dossiers/{DOSSIER}")).text
    block = re.search(r'id="block-aftercare">.*?</section>', page, re.DOTALL)

    assert block is not None
    assert re.findall(r'href="([^"]+)"', block[0]) == [PAGE]
    assert "Begin met de nazorg" in block[0]


async def test_changing_a_goodbye_begins_with_what_stands_there_and_keeps_who_else_was_present(
    coordinator: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    view = aftercare()
    facts = replace(view.goodbyes[0].facts, place="Mortuarium OLV", attendees="Ouders", present=[TOM])
    changed = replace(view, goodbyes=[replace(view.goodbyes[0], facts=facts)])
    neighbours.of("cases")[f"GET /dossiers/{DOSSIER}/aftercare"] = changed
    neighbours.of("cases")[f"POST /goodbyes/{GOODBYE}"] = GoodbyeRef(goodbye_id=GOODBYE)
    address = f"{PAGE}/goodbye-change"

    page = (await coordinator.get(f"{address}?of={GOODBYE}")).text
    typed = dict(re.findall(r'<input class="input[^>]*name="(\w+)"[^>]*value="([^"]*)"', page))
    assert typed["place"] == "Mortuarium OLV"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d", typed["planned_at"])
    hidden = dict(re.findall(r'name="(_csrf|_key|of|version)" value="([^"]+)"', page))
    chosen = {"permission": "asked", "place_kind": "mortuary", "spot_present": "1"}
    done = await coordinator.post(address, data={**hidden, **typed, **chosen})

    assert done.headers["location"] == PAGE
    sent = msgspec.json.decode(neighbours.sent[f"cases POST /goodbyes/{GOODBYE}"], type=GoodbyeFacts)
    assert sent.present == [TOM, LENA]
    assert sent.attendees == "Ouders"
    assert (await coordinator.get(f"{address}?of={TOM}")).status_code == 404


async def test_nobody_notes_a_risk_or_a_consent_by_leaving_the_form_as_it_stood(
    coordinator: httpx.AsyncClient,
) -> None:
    for act, choice in (("risk", "level"), ("consent", "state"), ("home-ban-end", "reason")):
        page = (await coordinator.get(f"{PAGE}/{act}?of={HOME_BAN}")).text
        radios = re.findall(rf'<input type="radio" name="{choice}"[^>]*>', page)
        assert radios
        assert not [each for each in radios if "checked" in each], act
