"""Nobody answers, somebody is out, the dispatcher does not wait: always exactly one next person to call (S02, S03)."""

from datetime import UTC, datetime, timedelta

from services.rostering.call_outs.commands import escalate_overdue
from shared.auth import Permission
from shared.contracts.rostering import CallOutUnanswered
from shared.db import driver_of, platform_transaction
from tests.service.rostering.conftest import Wait, Zone, problem
from tests.support.principals import principal


async def next_person(zone: Zone, call_out_id: object) -> object:
    seen = await zone.see(call_out_id)  # type: ignore[arg-type]  # an id as the request answered it
    return seen.next_to_call.user_id if seen.next_to_call else None


async def test_without_an_answer_each_level_is_rung_and_then_the_coordinator_is_the_one_to_call(
    zone: Zone, minutes_later: Wait
) -> None:
    second = principal(zone.tenant, Permission.CALL_OUT_ANSWER)
    order = [
        (zone.lena, "primary"),
        (second, "secondary"),
        (zone.tom, "backup"),
        (zone.coordinator, "coordinator"),
    ]
    for who, level in order:
        await zone.plan(who, level)
    call_out_id = await zone.request()
    for round_number, (who, _) in enumerate(order):
        assert await next_person(zone, call_out_id) == who.user_id
        await minutes_later(10 * round_number + 11)
    assert await next_person(zone, call_out_id) == zone.coordinator.user_id

    seen = await zone.see(call_out_id)
    assert seen.state == "unanswered"
    assert [(each.level, each.outcome) for each in seen.attempts] == [
        (level, "no_answer") for _, level in order
    ]
    assert [time.state for time in seen.times] == ["requested", *["ringing"] * 4, "unanswered"]
    assert seen.escalates_at is None
    assert (await zone.announced()).count("CallOutUnanswered") == 1

    late = await zone.act(call_out_id, "accept", second)
    assert late.json()["state"] == "accepted"
    assert await next_person(zone, call_out_id) is None


async def test_before_the_minutes_are_over_nothing_happens(staffed: Zone, minutes_later: Wait) -> None:
    call_out_id = await staffed.request()
    await minutes_later(9)
    assert await staffed.outcomes(call_out_id) == [("primary", "ringing")]


async def test_the_tenants_own_minutes_and_levels_are_used(staffed: Zone, minutes_later: Wait) -> None:
    changed = {"answer_minutes": 3, "levels": ["backup", "primary"]}
    assert (await staffed.service.post("/roster-settings", changed, by=staffed.coordinator)).is_success
    call_out_id = await staffed.request()
    await minutes_later(4)
    assert await staffed.outcomes(call_out_id) == [("backup", "no_answer"), ("primary", "ringing")]


async def test_a_timer_that_runs_twice_or_after_a_restart_changes_nothing(
    staffed: Zone, minutes_later: Wait
) -> None:
    call_out_id = await staffed.request()
    first = (await staffed.see(call_out_id)).attempts[0]
    await minutes_later(11)
    before = await staffed.see(call_out_id)
    for _ in range(2):
        async with staffed.service.transaction(staffed.tenant) as session:
            await escalate_overdue(
                session, staffed.tenant, first.attempt_id, now=datetime.now(UTC) + timedelta(minutes=12)
            )
    assert await staffed.see(call_out_id) == before


async def test_a_late_timer_rings_the_next_for_the_full_time(staffed: Zone, minutes_later: Wait) -> None:
    """The service was down for an hour: nobody is skipped because of that."""
    call_out_id = await staffed.request()
    await minutes_later(60)
    seen = await staffed.see(call_out_id)
    assert [each.outcome for each in seen.attempts] == ["no_answer", "ringing"]
    assert seen.escalates_at is not None
    assert seen.escalates_at > datetime.now(UTC) + timedelta(minutes=69)


async def test_an_answered_call_out_is_not_escalated(staffed: Zone, minutes_later: Wait) -> None:
    call_out_id = await staffed.request()
    await staffed.act(call_out_id, "accept", staffed.lena)
    async with platform_transaction(staffed.service.database) as session:
        waiting = await driver_of(session).fetchval(
            "SELECT count(*) FROM timers WHERE tenant = $1 AND kind = 'escalate_call_out'",
            staffed.tenant,
        )
    assert waiting == 0
    await minutes_later(30)
    assert await staffed.outcomes(call_out_id) == [("primary", "accepted")]


async def test_who_declines_is_followed_at_once(staffed: Zone, minutes_later: Wait) -> None:
    call_out_id = await staffed.request()
    answer = await staffed.act(call_out_id, "decline", staffed.lena, {"reason": "ill"})
    assert answer.json()["state"] == "ringing"
    seen = await staffed.see(call_out_id)
    assert [(each.level, each.outcome, each.reason) for each in seen.attempts] == [
        ("primary", "declined", "ill"),
        ("backup", "ringing", ""),
    ]
    assert problem(await staffed.act(call_out_id, "accept", staffed.lena)) == (409, "already_declined")
    assert problem(await staffed.act(call_out_id, "decline", staffed.lena, {"reason": "ill"})) == (
        409,
        "already_declined",
    )
    await minutes_later(11)
    assert await staffed.outcomes(call_out_id) == [
        ("primary", "declined"),
        ("backup", "no_answer"),
        ("coordinator", "ringing"),
    ]


async def test_with_nobody_on_duty_it_waits_and_says_so(zone: Zone) -> None:
    call_out_id = await zone.request()
    seen = await zone.see(call_out_id)
    assert (seen.state, seen.attempts, seen.next_to_call) == ("unanswered", [], None)
    assert await zone.announced() == ["CallOutRequested", "CallOutUnanswered"]


async def test_the_dispatcher_need_not_wait(staffed: Zone) -> None:
    call_out_id = await staffed.request()
    for state in ("ringing", "ringing", "unanswered"):
        assert (await staffed.act(call_out_id, "escalate", staffed.dispatcher)).json()["state"] == state
    seen = await staffed.see(call_out_id)
    assert {(each.outcome, each.reason) for each in seen.attempts} == {("no_answer", "escalated")}
    assert problem(await staffed.act(call_out_id, "escalate", staffed.dispatcher)) == (409, "nobody_left")


async def test_who_comes_on_duty_later_can_still_be_rung(zone: Zone) -> None:
    call_out_id = await zone.request()
    await zone.plan(zone.lena, "primary")
    assert (await zone.act(call_out_id, "escalate", zone.dispatcher)).json()["state"] == "ringing"
    assert await next_person(zone, call_out_id) == zone.lena.user_id
    events = await zone.service.published(zone.tenant)
    assert sum(isinstance(event, CallOutUnanswered) for event in events) == 1


async def test_who_is_out_is_passed_over_for_the_second_call_out(staffed: Zone) -> None:
    first = await staffed.request()
    await staffed.act(first, "accept", staffed.lena)
    await staffed.act(first, "progress", staffed.lena, {"state": "on_site"})
    second = await staffed.request(incident_type="death_suicide")
    seen = await staffed.see(second)
    assert [(each.level, each.outcome, each.reason) for each in seen.attempts] == [
        ("primary", "unreachable", "busy"),
        ("backup", "ringing", ""),
    ]
    assert seen.next_to_call is not None
    assert seen.next_to_call.user_id == staffed.tom.user_id
    assert (await staffed.act(second, "accept", staffed.lena)).is_success, "she may decide to take both"


async def test_who_takes_one_of_two_is_not_waited_for_at_the_other(
    staffed: Zone, minutes_later: Wait
) -> None:
    first, second = await staffed.request(), await staffed.request()
    await staffed.act(first, "accept", staffed.lena)
    await minutes_later(0)
    seen = await staffed.see(second)
    assert [(each.level, each.outcome, each.reason) for each in seen.attempts] == [
        ("primary", "unreachable", "busy"),
        ("backup", "ringing", ""),
    ]


async def test_who_is_back_is_rung_again(staffed: Zone) -> None:
    first = await staffed.request()
    await staffed.act(first, "accept", staffed.lena)
    await staffed.act(first, "close", staffed.lena)
    assert await staffed.outcomes(await staffed.request()) == [("primary", "ringing")]
