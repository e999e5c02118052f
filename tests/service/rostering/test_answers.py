"""Who may take a call-out, and that exactly one does."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from shared.auth import Permission
from shared.contracts.rostering import CallOutAnswered
from shared.db import uuid7
from tests.service.rostering.conftest import Wait, Zone, fields, problem
from tests.support.principals import principal


async def test_who_was_rung_before_may_still_accept_while_nobody_has(
    staffed: Zone, minutes_later: Wait
) -> None:
    call_out_id = await staffed.request()
    await minutes_later(11)
    assert (await staffed.act(call_out_id, "accept", staffed.lena)).is_success
    assert await staffed.outcomes(call_out_id) == [("primary", "accepted"), ("backup", "taken_by_other")]
    assert problem(await staffed.act(call_out_id, "accept", staffed.tom)) == (409, "already_answered")
    assert problem(await staffed.act(call_out_id, "decline", staffed.tom, {"reason": "ill"})) == (
        409,
        "already_answered",
    )
    last = [
        event
        for event in await staffed.service.published(staffed.tenant)
        if isinstance(event, CallOutAnswered)
    ]
    assert {(event.user_id, event.outcome) for event in last[-2:]} == {
        (staffed.lena.user_id, "accepted"),
        (staffed.tom.user_id, "taken_by_other"),
    }


async def test_two_who_accept_at_once_are_one(staffed: Zone, minutes_later: Wait) -> None:
    for _ in range(5):
        call_out_id = await staffed.request()
        await minutes_later(11)
        answers = await asyncio.gather(
            staffed.act(call_out_id, "accept", staffed.lena), staffed.act(call_out_id, "accept", staffed.tom)
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        assert [outcome for _, outcome in await staffed.outcomes(call_out_id)].count("accepted") == 1
        winner = staffed.lena if answers[0].is_success else staffed.tom
        assert (await staffed.see(call_out_id)).accepted_by == winner.user_id
        await staffed.act(call_out_id, "close", winner)


async def test_an_answer_and_the_timer_at_the_same_moment_leave_one_holder(staffed: Zone) -> None:
    for _ in range(5):
        call_out_id = await staffed.request()
        answer, _ = await asyncio.gather(
            staffed.act(call_out_id, "accept", staffed.lena),
            staffed.service.run_timers(datetime.now(UTC) + timedelta(minutes=11)),
        )
        assert answer.is_success
        outcomes = [outcome for _, outcome in await staffed.outcomes(call_out_id)]
        assert outcomes in (["accepted"], ["accepted", "taken_by_other"])
        assert (await staffed.see(call_out_id)).next_to_call is None
        await staffed.service.run_timers(datetime.now(UTC) + timedelta(hours=2))
        assert (await staffed.see(call_out_id)).state == "accepted"
        await staffed.act(call_out_id, "close", staffed.lena)


async def test_many_acts_at_once_never_block_each_other_for_good(staffed: Zone) -> None:
    """A deadlock would be answered with 500."""
    call_out_id = await staffed.request()
    timers = asyncio.create_task(staffed.service.run_timers(datetime.now(UTC) + timedelta(minutes=11)))
    answers = await asyncio.gather(
        *(staffed.act(call_out_id, "escalate", staffed.dispatcher) for _ in range(3)),
        *(staffed.act(call_out_id, "decline", who, {"reason": "ill"}) for who in (staffed.lena, staffed.tom)),
        *(staffed.act(call_out_id, "accept", who) for who in (staffed.lena, staffed.tom)),
    )
    await timers
    assert {answer.status_code for answer in answers} <= {200, 404, 409}
    assert (await staffed.see(call_out_id)).state in {"ringing", "accepted", "unanswered"}


async def test_the_same_tap_twice_is_one_answer(staffed: Zone) -> None:
    call_out_id = await staffed.request()
    path, key = f"/call-outs/{call_out_id}/accept", str(uuid7())
    answers = [
        await staffed.service.post(path, {"eta_minutes": 5}, by=staffed.lena, key=key) for _ in range(2)
    ]
    answers.append(await staffed.service.post(path, {"eta_minutes": 9}, by=staffed.lena))
    assert {answer.status_code for answer in answers} == {200}
    seen = await staffed.see(call_out_id)
    assert [time.state for time in seen.times] == ["requested", "ringing", "accepted"]
    assert seen.eta_minutes == 5


async def test_the_same_request_twice_is_one_call_out(staffed: Zone) -> None:
    briefing = {"incident_type": "fire", "place": "Aalst", "summary": "Brand"}
    key = str(uuid7())
    first, second = [
        await staffed.service.post("/call-outs", briefing, by=staffed.dispatcher, key=key) for _ in range(2)
    ]
    assert first.json() == second.json()
    assert (await staffed.announced()).count("CallOutRequested") == 1


async def test_reached_by_phone_counts_as_her_answer(staffed: Zone, minutes_later: Wait) -> None:
    call_out_id = await staffed.request()
    answer = await staffed.act(
        call_out_id, "reached-by-phone", staffed.dispatcher, {"user_id": str(staffed.lena.user_id)}
    )
    assert answer.json()["state"] == "accepted"
    (attempt,) = (await staffed.see(call_out_id)).attempts
    assert (attempt.outcome, attempt.by_phone, attempt.user_id) == ("accepted", True, staffed.lena.user_id)
    await minutes_later(30)
    assert (await staffed.act(call_out_id, "progress", staffed.lena, {"state": "en_route"})).is_success


async def test_somebody_at_home_can_be_reached_by_phone_when_nobody_answers(zone: Zone) -> None:
    call_out_id = await zone.request()
    data = {"user_id": str(zone.tom.user_id)}
    assert (await zone.act(call_out_id, "reached-by-phone", zone.dispatcher, data)).is_success
    assert await zone.outcomes(call_out_id) == [("off_duty", "accepted")]
    assert (await zone.act(call_out_id, "close", zone.tom)).json()["state"] == "closed"


async def test_reached_by_phone_at_the_same_moment_as_an_accept_gives_one(staffed: Zone) -> None:
    call_out_id = await staffed.request()
    answers = await asyncio.gather(
        staffed.act(call_out_id, "accept", staffed.lena),
        staffed.act(
            call_out_id, "reached-by-phone", staffed.dispatcher, {"user_id": str(staffed.tom.user_id)}
        ),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_who_was_not_rung_cannot_take_it(staffed: Zone) -> None:
    call_out_id = await staffed.request()
    assert problem(await staffed.act(call_out_id, "accept", staffed.tom)) == (404, "not_found")
    assert problem(await staffed.act(call_out_id, "accept", staffed.coordinator)) == (403, "not_rung")


async def test_only_her_own_call_out_is_hers_to_move(staffed: Zone) -> None:
    call_out_id = await staffed.request()
    assert problem(await staffed.act(call_out_id, "close", staffed.lena)) == (409, "call_out_state_wrong")
    await staffed.act(call_out_id, "accept", staffed.lena)
    for act, data in (("progress", {"state": "en_route"}), ("close", {})):
        assert problem(await staffed.act(call_out_id, act, staffed.coordinator, data)) == (403, "not_yours")
        assert problem(await staffed.act(call_out_id, act, staffed.tom, data)) == (404, "not_found")


async def test_steps_may_be_skipped_and_are_never_taken_back(staffed: Zone) -> None:
    call_out_id = await staffed.request()
    await staffed.act(call_out_id, "accept", staffed.lena)
    assert (await staffed.act(call_out_id, "progress", staffed.lena, {"state": "on_site"})).is_success
    assert (await staffed.act(call_out_id, "progress", staffed.lena, {"state": "on_site"})).is_success
    back = await staffed.act(call_out_id, "progress", staffed.lena, {"state": "en_route"})
    assert problem(back) == (409, "call_out_state_wrong")
    assert (await zone_times(staffed, call_out_id)) == ["requested", "ringing", "accepted", "on_site"]
    assert fields(await staffed.act(call_out_id, "progress", staffed.lena, {"state": "closed"})) == {
        "state": "state_unknown"
    }


async def zone_times(zone: Zone, call_out_id: object) -> list[str]:
    seen = await zone.see(call_out_id)  # type: ignore[arg-type]  # an id as the request answered it
    return [time.state for time in seen.times]


@pytest.mark.parametrize("steps", [[], ["accept"], ["accept", "on_site"]])
async def test_it_can_be_cancelled_until_it_is_closed(
    staffed: Zone, minutes_later: Wait, steps: list[str]
) -> None:
    call_out_id = await staffed.request()
    for step in steps:
        if step == "accept":
            await staffed.act(call_out_id, "accept", staffed.lena)
        else:
            await staffed.act(call_out_id, "progress", staffed.lena, {"state": step})
    colleague = principal(staffed.tenant, Permission.CALL_OUT_REQUEST, Permission.CALL_OUT_READ)
    assert problem(await staffed.act(call_out_id, "cancel", colleague, {"reason": "mistake"})) == (
        403,
        "not_yours",
    )
    by = staffed.coordinator if steps else staffed.dispatcher
    assert (await staffed.act(call_out_id, "cancel", by, {"reason": "duplicate"})).json()[
        "state"
    ] == "cancelled"
    await minutes_later(60)
    seen = await staffed.see(call_out_id)
    assert (seen.state, seen.next_to_call) == ("cancelled", None)
    assert seen.attempts[0].outcome == ("accepted" if steps else "cancelled")
    assert problem(await staffed.act(call_out_id, "accept", staffed.lena))[0] in (
        {409, 200} if steps else {409}
    )


async def test_a_closed_call_out_cannot_be_cancelled_and_an_open_one_not_validated(staffed: Zone) -> None:
    call_out_id = await staffed.request()
    await staffed.act(call_out_id, "accept", staffed.lena)
    too_early = await staffed.act(call_out_id, "validate", staffed.coordinator)
    assert problem(too_early) == (409, "call_out_state_wrong")
    assert fields(await staffed.act(call_out_id, "close", staffed.lena, {"opens_dossier": False})) == {
        "note": "required"
    }
    assert (await staffed.act(call_out_id, "close", staffed.lena)).is_success
    too_late = await staffed.act(call_out_id, "cancel", staffed.dispatcher, {"reason": "mistake"})
    assert problem(too_late) == (409, "call_out_state_wrong")


async def test_unknown_reasons_are_refused(staffed: Zone) -> None:
    call_out_id = await staffed.request()
    for act, who in (("decline", staffed.lena), ("cancel", staffed.dispatcher)):
        assert fields(await staffed.act(call_out_id, act, who, {"reason": "moon"})) == {
            "reason": "reason_unknown"
        }
