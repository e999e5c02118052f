"""The re-contact plan as the administrator sees and changes it."""

import re
from datetime import UTC, date, datetime

import httpx
import msgspec
import pytest

from services.gateway.language import LANGUAGES
from shared.auth import Permission
from shared.contracts.aftercare import RecontactRule, RecontactRuleSet, SetRecontactRule
from shared.errors import FieldError, ProblemDetails
from tests.service.gateway.answers import answer_everything
from tests.service.gateway.conftest import issued
from tests.service.gateway.test_sign_in import filled_in
from tests.support.neighbours import Neighbours

PAGE = "/admin/recontact-plan"
TODAY = datetime.now(UTC).date()
PLAN = [
    RecontactRule(incident_type="ifv_physical", days=[3, 30], compulsory=True, default_days=[3, 30]),
    RecontactRule(
        incident_type="burglary", days=[10], compulsory=False, default_days=[7, 30], own_from=date(2026, 9, 1),
        next_days=[], next_from=date(2027, 1, 1),
    ),
]  # fmt: skip


@pytest.fixture
def administrator(signed_in: httpx.AsyncClient, neighbours: Neighbours) -> httpx.AsyncClient:
    neighbours.of("identity")["POST /tokens"] = issued(Permission.TENANT_MANAGE)
    answer_everything(neighbours)
    neighbours.of("cases")["GET /recontact-plan"] = PLAN
    return signed_in


async def test_the_plan_shows_usual_and_own_days_and_what_is_chosen_for_later(
    administrator: httpx.AsyncClient,
) -> None:
    page = (await administrator.get(PAGE)).text
    rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", page, re.DOTALL)

    assert len(rows) == 2
    assert "verplicht" in rows[0]
    assert "na 3 en 30 dagen" in rows[0]
    assert "na 10 dagen" in rows[1]
    assert "na 7 en 30 dagen" in rows[1]
    assert "eigen dagen sinds" in rows[1]
    assert "geen hercontact" in rows[1]


async def test_a_type_whose_re_contact_is_switched_off_says_so_and_where_it_is_switched_on(
    administrator: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    off = RecontactRule(incident_type="fire", days=[], compulsory=False, default_days=[14], switched_on=False)
    neighbours.of("cases")["GET /recontact-plan"] = [*PLAN, off]

    page = (await administrator.get(PAGE)).text

    assert page.count("staat uit") == 1
    assert 'href="/admin/incident-types/fire"' in page


async def test_the_form_begins_with_the_days_of_the_type_and_sends_them_in_order(
    administrator: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    page = (await administrator.get(f"{PAGE}?type=burglary")).text
    assert re.search(r'<option value="burglary" selected>', page)
    assert re.search(r'name="days"[^>]*value="10"', page)
    neighbours.of("cases")["POST /recontact-plan"] = RecontactRuleSet(
        incident_type="burglary", days=[5, 21], valid_from=TODAY
    )

    typed = {"incident_type": "burglary", "days": "21, 5 5", "valid_from": TODAY.isoformat()}
    done = await administrator.post(PAGE, data=await filled_in(administrator, PAGE, **typed))

    assert done.headers["location"] == PAGE
    sent = msgspec.json.decode(neighbours.sent["cases POST /recontact-plan"], type=SetRecontactRule)
    assert sent == SetRecontactRule(incident_type="burglary", days=[5, 21], valid_from=TODAY)


async def test_what_the_law_wants_cannot_be_switched_off_and_what_was_typed_stays(
    administrator: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("cases")["POST /recontact-plan"] = ProblemDetails(
        type="", title="", status=422, code="invalid", errors=[FieldError(field="days", code="compulsory")]
    )
    typed = {"incident_type": "ifv_physical", "days": "", "valid_from": TODAY.isoformat()}

    refused = await administrator.post(PAGE, data=await filled_in(administrator, PAGE, **typed))

    assert refused.status_code == 422
    assert "De wet verplicht een hercontact." in refused.text
    assert re.search(r'<option value="ifv_physical" selected>', refused.text)


@pytest.mark.parametrize("days", ["drie", "0", "366", "1 2 3 4 5 6 7", "-3"])
async def test_days_that_cannot_be_are_refused_before_anybody_is_asked(
    administrator: httpx.AsyncClient, neighbours: Neighbours, days: str
) -> None:
    typed = {"incident_type": "burglary", "days": days, "valid_from": TODAY.isoformat()}

    refused = await administrator.post(PAGE, data=await filled_in(administrator, PAGE, **typed))

    assert refused.status_code == 422
    assert "cases POST /recontact-plan" not in neighbours.asked


async def test_only_who_manages_the_tenant_sees_it(
    administrator: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("identity")["POST /tokens"] = issued(Permission.DOSSIER_READ)

    assert (await administrator.get(PAGE)).status_code == 403
    assert (await administrator.post(PAGE, data={})).status_code == 403


@pytest.mark.parametrize("language", LANGUAGES)
async def test_it_is_there_in_every_language(
    administrator: httpx.AsyncClient, neighbours: Neighbours, language: str
) -> None:
    neighbours.of("identity")["POST /tokens"] = issued(Permission.TENANT_MANAGE, language=language)

    page = await administrator.get(PAGE)

    assert page.status_code == 200
    assert f'lang="{language}"' in page.text
