"""The side ways of a call-out: each form keeps what was typed when something is missing or refused, and says it once."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest

from shared.auth import Permission
from shared.contracts.call_outs import CallOutHours, CallOutRef, MemberHours, NextStart
from shared.contracts.rostering import PartnerZone
from shared.errors import FieldError, ProblemDetails
from tests.service.gateway.answers import CALL_OUT, LENA, NOW, TOM, answer_everything, call_out, call_out_line
from tests.service.gateway.conftest import issued
from tests.service.gateway.test_sign_in import filled_in
from tests.support.neighbours import Neighbours

OTHER = "018f0000-0000-7000-8000-00000000abcd"
TOMORROW = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d}T09:30"
PAGE = f"/call-outs/{CALL_OUT}"
SHEET = f"{PAGE}?view=sheet"
WAYS: dict[str, tuple[str, str, str, dict[str, str], str]] = {
    "advice": ("advice", "advice", "advice", {"note": "Zij belt de huisarts."}, SHEET),
    "transfer": ("transfer", "transfer", "transfer", {"zone": "PZ Ninove", "taken_by": "Hoofdinspecteur Maes"}, SHEET),
    "plan": ("plan", "plan", "plan", {"planned_for": TOMORROW, "reason": "De familie slaapt."}, SHEET),
    "priority": ("priority", "priority", "priority", {
        "other_call_out_id": OTHER, "first": "this", "measure": "waits", "decided_by": "Lena", "reason": "Kinderen."}, SHEET),
    "correct": ("correct?position=2", "correct", "correct-time", {
        "position": "2", "at": "2026-11-20T03:15", "reason": "Vergeten te tikken."}, SHEET),
    "next start": ("hours", "next-start", "next-start", {
        "user_id": str(LENA), "starts_at": "2026-10-25T02:30:00+01:00", "reason": "Zitting."}, f"{PAGE}/hours"),
}  # fmt: skip
"""The page with the form, where it is sent, which door is told, what is typed, where one comes afterwards."""

HERS = MemberHours(
    user_id=LENA, called_at=NOW, accepted_at=NOW, departed_at=None, arrived_at=None, left_at=None, closed_at=NOW,
    until=NOW, minutes=0, credited_minutes=0, night=0, weekend=0, holiday=0, starts=[], warnings=[],
)  # fmt: skip

every_way = pytest.mark.parametrize(("page", "post", "door", "typed", "onward"), WAYS.values(), ids=WAYS)


@pytest.fixture
def coordinator(signed_in: httpx.AsyncClient, neighbours: Neighbours) -> httpx.AsyncClient:
    may = (
        "CALL_OUT_REQUEST",
        "CALL_OUT_READ",
        "CALL_OUT_MANAGE",
        "CALL_OUT_ANSWER",
        "STAFF_READ",
        "ROSTER_READ",
    )
    neighbours.of("identity")["POST /tokens"] = issued(*(Permission[each] for each in may), user_id=TOM)
    answer_everything(neighbours)
    rostering = neighbours.of("rostering")
    rostering[f"GET {PAGE}"] = call_out("closed")
    rostering["GET /call-outs"] = [
        call_out_line(),
        msgspec.structs.replace(call_out_line(), call_out_id=OTHER),
    ]
    rostering["GET /partner-zones"] = list[PartnerZone]()
    rostering[f"GET {PAGE}/hours"] = CallOutHours(call_out_id=CALL_OUT, members=[HERS])
    return signed_in


@every_way
async def test_what_was_typed_goes_to_its_door_once_and_one_comes_back_to_the_call_out(
    coordinator: httpx.AsyncClient,
    neighbours: Neighbours,
    page: str,
    post: str,
    door: str,
    typed: Any,
    onward: str,
) -> None:
    neighbours.of("rostering")[f"POST {PAGE}/{door}"] = CallOutRef(call_out_id=CALL_OUT, state="closed")

    done = await coordinator.post(
        f"{PAGE}/{post}", data=await filled_in(coordinator, f"{PAGE}/{page}", **typed)
    )

    assert done.status_code == 303, done.text
    assert done.headers["location"] == onward
    assert neighbours.asked.count(f"rostering POST {PAGE}/{door}") == 1


@every_way
async def test_what_is_missing_is_asked_and_nothing_is_told(
    coordinator: httpx.AsyncClient,
    neighbours: Neighbours,
    page: str,
    post: str,
    door: str,
    typed: Any,
    onward: str,
) -> None:
    kept = {name: "" if name not in {"position", "user_id"} else value for name, value in typed.items()}

    asked = await coordinator.post(
        f"{PAGE}/{post}", data=await filled_in(coordinator, f"{PAGE}/{page}", **kept)
    )

    assert asked.status_code == 422
    assert 'class="errors"' in asked.text
    assert f"rostering POST {PAGE}/{door}" not in neighbours.asked


@every_way
async def test_a_refusal_comes_back_on_the_form(
    coordinator: httpx.AsyncClient,
    neighbours: Neighbours,
    page: str,
    post: str,
    door: str,
    typed: Any,
    onward: str,
) -> None:
    neighbours.of("rostering")[f"POST {PAGE}/{door}"] = ProblemDetails(
        type="", title="", status=409, code="call_out_state_wrong"
    )

    refused = await coordinator.post(
        f"{PAGE}/{post}", data=await filled_in(coordinator, f"{PAGE}/{page}", **typed)
    )

    assert refused.status_code == 422
    assert 'class="errors"' in refused.text
    if post != "next-start":  # there one chooses one of the hours that are offered
        assert all(
            value in refused.text
            for name, value in typed.items()
            if name not in {"other_call_out_id", "first"}
        )


async def test_a_moment_that_the_call_out_does_not_have_is_not_found(coordinator: httpx.AsyncClient) -> None:
    assert (await coordinator.get(f"{PAGE}/correct?position=99")).status_code == 404


async def test_a_start_in_the_hour_that_comes_twice_is_the_one_that_was_pressed_and_its_reason_stays(
    coordinator: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    twice = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    earlier = NextStart(rule="after_unforeseen", rest_minutes=480, at=twice, default=False, certainty="C")
    neighbours.of("rostering")[f"GET {PAGE}/hours"] = CallOutHours(
        call_out_id=CALL_OUT, members=[msgspec.structs.replace(HERS, starts=[earlier])]
    )
    neighbours.of("rostering")[f"POST {PAGE}/next-start"] = ProblemDetails(
        type="", title="", status=422, code="invalid", errors=[FieldError("reason", "too_long")]
    )
    page = (await coordinator.get(f"{PAGE}/hours")).text
    offered = re.findall(r'name="starts_at" value="([^"]+)"', page)
    form = await filled_in(
        coordinator, f"{PAGE}/hours", user_id=str(LENA), starts_at=offered[0], reason="Zitting in Gent"
    )

    refused = await coordinator.post(f"{PAGE}/next-start", data=form)

    sent = json.loads(neighbours.sent[f"rostering POST {PAGE}/next-start"])
    assert datetime.fromisoformat(sent["starts_at"]) == twice
    assert refused.status_code == 422
    assert 'value="Zitting in Gent"' in refused.text
