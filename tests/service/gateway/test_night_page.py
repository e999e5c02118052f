"""The member's phone at night: what, where, one button; and what happens when a colleague was quicker."""

import json
import re

import httpx
import pytest
from msgspec.structs import replace

from shared.auth import Permission
from shared.contracts.call_outs import CallOutRef
from shared.errors import ProblemDetails
from tests.service.gateway.answers import CALL_OUT, LENA, TOM, answer_everything, call_out
from tests.service.gateway.conftest import issued
from tests.service.gateway.test_sign_in import filled_in
from tests.support.neighbours import Neighbours

PAGE = f"/call-outs/{CALL_OUT}"


@pytest.fixture
def phone(signed_in: httpx.AsyncClient, neighbours: Neighbours) -> httpx.AsyncClient:
    """The phone of the member for whom it rings."""
    neighbours.of("identity")["POST /tokens"] = issued(Permission.CALL_OUT_ANSWER, Permission.STAFF_READ)
    answer_everything(neighbours)
    return signed_in


def buttons(page: str) -> list[str]:
    return re.findall(r'id="next-step"[^>]*>([^<]+)<', page)


@pytest.mark.parametrize(
    ("state", "step"),
    [
        ("ringing", "Oproep aanvaarden"),
        ("accepted", "Ik vertrek"),
        ("en_route", "Ik ben ter plaatse"),
        ("on_site", "Oproep afsluiten"),
    ],
)
async def test_one_button_holds_the_next_step(
    phone: httpx.AsyncClient, neighbours: Neighbours, state: str, step: str
) -> None:
    neighbours.of("rostering")[f"GET {PAGE}"] = call_out(state)

    page = (await phone.get(PAGE)).text

    assert buttons(page) == [step]
    assert 'class="app night"' in page
    assert "Dodelijk verkeersongeval, Gentsesteenweg 112, Aalst" in page


async def test_others_see_the_sheet(phone: httpx.AsyncClient, neighbours: Neighbours) -> None:
    neighbours.of("rostering")[f"GET {PAGE}"] = call_out("accepted", accepted_by=TOM)

    page = (await phone.get(PAGE)).text

    assert buttons(page) == []
    assert "Briefing" in page


async def test_accepting_is_one_form_that_may_be_sent_again(
    phone: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("rostering")[f"POST {PAGE}/accept"] = CallOutRef(call_out_id=CALL_OUT, state="accepted")
    fields = await accept_form(phone, eta_minutes="30")

    first = await phone.post(f"{PAGE}/accept", data=fields)
    again = await phone.post(f"{PAGE}/accept", data=fields, headers={"HX-Request": "true"})

    assert first.status_code == 303
    assert first.headers["location"] == again.headers["hx-redirect"] == PAGE
    assert json.loads(neighbours.sent[f"rostering POST {PAGE}/accept"]) == {"eta_minutes": 30}


async def accept_form(phone: httpx.AsyncClient, **fields: str) -> dict[str, str]:
    page = (await phone.get(PAGE)).text
    form = re.search(r'<form[^>]*action="[^"]*/accept".*?</form>', page, re.DOTALL)
    assert form is not None
    assert "data-retry" in form[0]
    hidden = dict(re.findall(r'name="(_csrf|_key)" value="([^"]+)"', form[0]))
    return {**hidden, **fields}


async def test_who_was_too_late_reads_who_has_it(phone: httpx.AsyncClient, neighbours: Neighbours) -> None:
    fields = await accept_form(phone)
    neighbours.of("rostering")[f"POST {PAGE}/accept"] = ProblemDetails(
        type="", title="", status=409, code="already_answered"
    )

    refused = await phone.post(f"{PAGE}/accept", data=fields)
    neighbours.of("rostering")[f"GET {PAGE}"] = call_out("accepted", accepted_by=TOM)
    page = (await phone.get(refused.headers["location"])).text

    assert "Deze oproep is intussen door iemand anders aanvaard." in page
    live = (await phone.get(f"{PAGE}/night", headers={"HX-Request": "true"})).text
    assert "Tom Wouters heeft de oproep aanvaard. U hoeft niets meer te doen." in live


async def test_declining_asks_for_one_tap_on_a_reason(
    phone: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("rostering")[f"POST {PAGE}/decline"] = CallOutRef(call_out_id=CALL_OUT, state="ringing")

    fields = await filled_in(phone, f"{PAGE}/decline", reason="ill")
    done = await phone.post(f"{PAGE}/decline", data=fields)

    assert done.headers["location"] == "/"
    assert json.loads(neighbours.sent[f"rostering POST {PAGE}/decline"]) == {"reason": "ill"}


async def test_closing_without_a_dossier_asks_why_and_keeps_the_choice(
    phone: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("rostering")[f"GET {PAGE}"] = call_out("on_site", accepted_by=LENA)
    fields = await filled_in(phone, f"{PAGE}/close", opens_dossier="0", note=" ")

    asked = await phone.post(f"{PAGE}/close", data=fields)

    assert asked.status_code == 422
    assert "Vul dit in." in asked.text
    assert re.search(r'value="0" checked', asked.text)
    assert f"rostering POST {PAGE}/close" not in neighbours.asked


@pytest.mark.parametrize(
    ("state", "said"), [("ringing", "U antwoordde niet op tijd."), ("unanswered", "Niemand heeft aanvaard.")]
)
async def test_who_answers_late_can_still_take_it(
    phone: httpx.AsyncClient, neighbours: Neighbours, state: str, said: str
) -> None:
    missed = call_out("unanswered").attempts
    neighbours.of("rostering")[f"GET {PAGE}"] = call_out(state, attempts=missed)

    page = (await phone.get(PAGE)).text

    assert said in page
    assert buttons(page) == ["Oproep aanvaarden"]
    assert "data-until" not in page


async def test_who_declined_is_not_asked_again(phone: httpx.AsyncClient, neighbours: Neighbours) -> None:
    declined = [replace(attempt, outcome="declined") for attempt in call_out().attempts]
    neighbours.of("rostering")[f"GET {PAGE}"] = call_out(attempts=declined)

    assert buttons((await phone.get(PAGE)).text) == []
