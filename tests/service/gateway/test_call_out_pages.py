"""The dispatcher's board and the request of a call-out."""

import json
import re

import httpx
import pytest

from shared.auth import Permission
from shared.contracts.call_outs import CallOutRef
from shared.contracts.notifications import DeliveryView
from shared.db import uuid7
from shared.errors import FieldError, ProblemDetails
from tests.service.gateway.answers import CALL_OUT, LENA, NOW, TOM, answer_everything, call_out, on_call
from tests.service.gateway.conftest import issued
from tests.service.gateway.test_sign_in import filled_in
from tests.support.neighbours import Neighbours

TYPED = {
    "incident_type": "death_traffic",
    "place": "Gentsesteenweg 112, Aalst",
    "summary": "De ouders weten nog niets.",
    "urgency": "now",
    "contact_phone": "0478 99 88 77",
    "bad_news": "1",
    "languages": "tr",
}


@pytest.fixture
def dispatcher(signed_in: httpx.AsyncClient, neighbours: Neighbours) -> httpx.AsyncClient:
    may = ("ON_CALL_READ", "CALL_OUT_REQUEST", "CALL_OUT_READ", "STAFF_READ")
    neighbours.of("identity")["POST /tokens"] = issued(*(Permission[each] for each in may), user_id=TOM)
    answer_everything(neighbours)
    return signed_in


async def test_the_board_shows_whom_to_call_and_until_when(dispatcher: httpx.AsyncClient) -> None:
    page = (await dispatcher.get("/on-call")).text

    assert re.search(r'class="next-call__number"[^>]*href="tel:\+32470123456">0470 12 34 56<', page)
    assert re.search(r'class="clock" data-until="20\d\d-', page)
    trail = page[page.index('class="trail"') :]
    assert "kon niet" in trail
    assert "is te ver weg" in trail
    assert "Lena D&#39;Hondt aanvaardt aan de telefoon" in page


async def test_the_board_says_that_nobody_is_left(
    dispatcher: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("rostering")[f"GET /call-outs/{CALL_OUT}"] = call_out("unanswered")

    page = (await dispatcher.get("/on-call")).text

    assert "Niemand meer om te bellen" in page
    assert 'data-since="' in page


async def test_a_quiet_board_shows_who_is_first(
    dispatcher: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("rostering")["GET /on-call"] = on_call(waiting=0)
    neighbours.of("rostering")["GET /call-outs"] = []

    page = (await dispatcher.get("/on-call")).text

    assert "Eerst te bellen" in page
    assert "gat vanaf" in page


async def test_a_request_goes_out_once_with_what_was_typed(
    dispatcher: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("rostering")["POST /call-outs"] = CallOutRef(call_out_id=CALL_OUT, state="ringing")

    done = await dispatcher.post("/call-outs", data=await filled_in(dispatcher, "/call-outs/new", **TYPED))

    assert done.headers["location"] == f"/call-outs/{CALL_OUT}"
    sent = json.loads(neighbours.sent["rostering POST /call-outs"])
    assert sent["incident_type"] == "death_traffic"
    assert sent["languages"] == ["tr"]
    assert sent["bad_news"] is True
    assert sent["minors_present"] is False


async def test_what_is_missing_is_asked_before_anything_is_sent(
    dispatcher: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    fields = await filled_in(dispatcher, "/call-outs/new", **{**TYPED, "place": ""})

    asked = await dispatcher.post("/call-outs", data=fields)

    assert asked.status_code == 422
    assert 'href="#f-place"' in asked.text
    assert "De ouders weten nog niets." in asked.text
    assert "rostering POST /call-outs" not in neighbours.asked


async def test_a_refusal_stands_at_its_field_and_everything_typed_stays(
    dispatcher: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("rostering")["POST /call-outs"] = ProblemDetails(
        type="", title="", status=422, code="invalid", errors=[FieldError("contact_phone", "phone_wrong")]
    )
    fields = await filled_in(dispatcher, "/call-outs/new", **TYPED)

    refused = await dispatcher.post("/call-outs", data=fields)

    assert refused.status_code == 422
    assert re.search(r'id="e-contact_phone".*Dit nummer klopt niet', refused.text)
    for typed in ("Gentsesteenweg 112, Aalst", "De ouders weten nog niets.", "0478 99 88 77"):
        assert typed in refused.text
    assert re.search(r'value="tr" checked', refused.text)
    assert re.search(r'id="f-bad_news"[^>]* checked', refused.text)


async def test_an_outage_keeps_the_key_so_that_sending_again_counts_once(
    dispatcher: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("rostering")["POST /call-outs"] = None
    fields = await filled_in(dispatcher, "/call-outs/new", **TYPED)

    away = await dispatcher.post("/call-outs", data=fields)

    assert away.status_code == 422
    assert f'name="_key" value="{fields["_key"]}"' in away.text


async def test_somebody_else_can_be_named_as_the_one_who_accepts(
    dispatcher: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    page = f"/call-outs/{CALL_OUT}"
    neighbours.of("rostering")[f"POST {page}/reached-by-phone"] = CallOutRef(
        call_out_id=CALL_OUT, state="accepted"
    )
    hidden = await filled_in(dispatcher, f"{page}/reached")

    nobody = await dispatcher.post(f"{page}/reached-by-phone", data=hidden)
    named = await dispatcher.post(f"{page}/reached-by-phone", data={**hidden, "user_id": str(LENA)})

    assert nobody.status_code == 422
    assert named.headers["location"] == page


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ({"sms": "delivered", "email": "sent"}, ["Sms aangekomen om", "E-mail verstuurd om"]),
        ({"sms": "failed", "email": "sent"}, ["E-mail verstuurd om", "Sms niet aangekomen"]),
        ({"sms": "failed", "email": "failed"}, ["Geen enkel bericht is vertrokken. Bel nu."]),
    ],
)
async def test_the_board_tells_how_far_each_channel_got(
    dispatcher: httpx.AsyncClient, neighbours: Neighbours, states: dict[str, str], said: list[str]
) -> None:
    neighbours.of("notifications")["GET /deliveries"] = [
        DeliveryView(
            delivery_id=uuid7(),
            user_id=LENA,
            kind="call_out_ringing",
            channel=channel,
            state=state,
            tries=1,
            at=NOW,
            sent_at=None if state == "failed" else NOW,
            delivered_at=NOW if state == "delivered" else None,
        )
        for channel, state in states.items()
    ]

    for page in ("/on-call", f"/call-outs/{CALL_OUT}"):
        text = (await dispatcher.get(page)).text
        assert all(each in text for each in said)


async def test_the_number_on_site_is_dialled_at_once_until_it_is_over(
    dispatcher: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    for state, warned in (("ringing", False), ("closed", True), ("validated", True)):
        neighbours.of("rostering")[f"GET /call-outs/{CALL_OUT}"] = call_out(state)

        page = (await dispatcher.get(f"/call-outs/{CALL_OUT}?view=sheet")).text

        assert 'href="tel:+32478998877"' in page
        assert ("Is dit het nummer van een slachtoffer?" in page) == warned
