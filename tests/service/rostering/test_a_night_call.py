"""The first job (S01): requested, rung, accepted, on the way, there, closed; every time kept."""

from datetime import UTC, datetime, timedelta

from shared.contracts.cases import CallOutReported
from shared.contracts.rostering import CallOutAnswered, CallOutClosed, CallOutRinging
from shared.db import uuid7
from tests.service.rostering.conftest import Zone


async def test_goes_from_request_to_validated_and_keeps_every_time(staffed: Zone) -> None:
    zone = staffed
    call_out_id = await zone.request(minors_present=True)
    ringing = await zone.see(call_out_id)
    assert ringing.state == "ringing"
    assert ringing.next_to_call is not None
    assert ringing.next_to_call.user_id == zone.lena.user_id
    assert (
        ringing.escalates_at == ringing.attempts[0].answer_by == ringing.requested_at + timedelta(minutes=10)
    )
    assert ringing.number == f"{datetime.now(UTC).year}-0001"

    assert (await zone.act(call_out_id, "accept", zone.lena, {"eta_minutes": 25})).json()[
        "state"
    ] == "accepted"
    for state in ("en_route", "on_site"):
        answer = await zone.act(call_out_id, "progress", zone.lena, {"state": state})
        assert answer.json()["state"] == state
    assert (await zone.act(call_out_id, "close", zone.lena, {"note": "Ouders zijn ingelicht"})).is_success

    reported = CallOutReported(
        id=uuid7(), occurred_at=datetime.now(UTC), tenant=zone.tenant, actor=zone.lena.user_id,
        call_out_id=call_out_id, dossier_id=uuid7(),
    )  # fmt: skip
    assert await zone.service.deliver(reported)
    assert not await zone.service.deliver(reported)
    assert (await zone.act(call_out_id, "validate", zone.coordinator)).is_success

    done = await zone.see(call_out_id)
    assert [time.state for time in done.times] == [
        "requested", "ringing", "accepted", "en_route", "on_site", "closed", "reported", "validated",
    ]  # fmt: skip
    assert [time.at for time in done.times] == sorted(time.at for time in done.times)
    assert done.times[2].user_id == zone.lena.user_id
    assert (done.accepted_by, done.eta_minutes, done.next_to_call) == (zone.lena.user_id, 25, None)
    assert done.closing_note == "Ouders zijn ingelicht"
    assert await zone.announced() == [
        "CallOutRequested", "CallOutRinging", "CallOutAnswered", "CallOutProgressed", "CallOutProgressed",
        "CallOutClosed", "CallOutProgressed", "CallOutProgressed",
    ]  # fmt: skip


async def test_tells_whom_to_ring_and_what_to_open(staffed: Zone) -> None:
    call_out_id = await staffed.request(incident_type="fire", urgency="today", minors_present=True)
    await staffed.act(call_out_id, "accept", staffed.lena)
    await staffed.act(call_out_id, "close", staffed.lena)
    events = {type(event): event for event in await staffed.service.published(staffed.tenant)}
    rung, answered, closed = events[CallOutRinging], events[CallOutAnswered], events[CallOutClosed]
    assert isinstance(rung, CallOutRinging)
    assert (rung.user_id, rung.level, rung.incident_type, rung.urgency) == (
        staffed.lena.user_id, "primary", "fire", "today",
    )  # fmt: skip
    assert isinstance(answered, CallOutAnswered)
    assert (answered.attempt_id, answered.outcome) == (rung.attempt_id, "accepted")
    assert isinstance(closed, CallOutClosed)
    assert (closed.accepted_by, closed.opens_dossier, closed.minors_present) == (
        staffed.lena.user_id,
        True,
        True,
    )
