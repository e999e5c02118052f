"""S03: the one on call does not answer. Second number, backup, coordinator; and a report the next morning."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.rostering.call_outs.hours import next_morning
from services.rostering.call_outs.neighbours import keep_second_numbers
from shared.contracts.call_outs import EscalationReport
from shared.contracts.rostering import CallOutRinging, CallOutsEscalated
from shared.db import driver_of
from tests.service.rostering.conftest import MakeZone, Wait, Zone


async def second_numbers(zone: Zone, *people: UUID) -> None:
    async with zone.service.transaction(zone.tenant) as session:
        await keep_second_numbers(session, people)


async def test_s03_the_on_call_member_does_not_answer(staffed: Zone, minutes_later: Wait) -> None:
    await second_numbers(staffed, staffed.lena.user_id)
    call_out_id = await staffed.request()
    expected = [
        (staffed.lena.user_id, False, "primary"),
        (staffed.lena.user_id, True, "primary"),
        (staffed.tom.user_id, False, "backup"),
        (staffed.coordinator.user_id, False, "coordinator"),
    ]
    for round_number, (user_id, second_number, level) in enumerate(expected):
        seen = await staffed.see(call_out_id)
        assert seen.next_to_call is not None
        assert (seen.next_to_call.user_id, seen.next_to_call.second_number, seen.next_to_call.level) == (
            user_id,
            second_number,
            level,
        )
        await minutes_later(10 * round_number + 11)
    seen = await staffed.see(call_out_id)
    assert seen.state == "unanswered"
    assert [(each.user_id, each.second_number, each.outcome) for each in seen.attempts] == [
        (user_id, second_number, "no_answer") for user_id, second_number, _ in expected
    ]
    assert all(
        later.rang_at > earlier.rang_at
        for earlier, later in zip(seen.attempts, seen.attempts[1:], strict=False)
    )
    assert seen.next_to_call is not None, "the coordinator stays the one to call"
    assert seen.next_to_call.user_id == staffed.coordinator.user_id
    rung = [
        event
        for event in await staffed.service.published(staffed.tenant)
        if isinstance(event, CallOutRinging)
    ]
    assert [event.second_number for event in rung] == [False, True, False, False]

    # the report to the coordinator the next working morning, once
    await staffed.service.run_timers(next_morning(datetime.now(UTC)).moment + timedelta(minutes=1))
    await staffed.service.run_timers(next_morning(datetime.now(UTC)).moment + timedelta(minutes=2))
    (told,) = [
        event
        for event in await staffed.service.published(staffed.tenant)
        if isinstance(event, CallOutsEscalated)
    ]
    assert told.call_outs == 1
    answer = await staffed.service.get(f"/escalation-reports/{told.report_id}", by=staffed.coordinator)
    report = staffed.service.read(answer, EscalationReport)
    assert [each.call_out_id for each in report.call_outs] == [call_out_id]
    assert report.told_at is not None


async def test_one_report_holds_all_of_a_night_and_none_is_made_of_a_quiet_one(staffed: Zone) -> None:
    quiet = await staffed.request()
    await staffed.act(quiet, "accept", staffed.lena)
    await staffed.act(quiet, "close", staffed.lena, {"note": "", "opens_dossier": True})
    for _ in range(2):
        declined = await staffed.request()
        await staffed.act(declined, "decline", staffed.lena, {"reason": "ill"})
    await staffed.service.run_timers(next_morning(datetime.now(UTC)).moment + timedelta(minutes=1))
    (told,) = [
        event
        for event in await staffed.service.published(staffed.tenant)
        if isinstance(event, CallOutsEscalated)
    ]
    assert told.call_outs == 2


async def test_a_report_is_the_coordinators_own(
    staffed: Zone, make_zone: MakeZone, other_tenant: str
) -> None:
    call_out_id = await staffed.request()
    await staffed.act(call_out_id, "escalate", staffed.dispatcher)
    async with staffed.service.transaction(staffed.tenant) as session:
        report_id = await driver_of(session).fetchval("SELECT id FROM morning_reports")
    for who, status in (
        (staffed.coordinator, 200),
        (staffed.dispatcher, 403),
        (staffed.lena, 403),
        (make_zone(other_tenant).coordinator, 404),
    ):
        assert (await staffed.service.get(f"/escalation-reports/{report_id}", by=who)).status_code == status


async def test_a_second_number_that_is_gone_is_not_tried(staffed: Zone, minutes_later: Wait) -> None:
    await second_numbers(staffed, staffed.lena.user_id)
    await second_numbers(staffed)
    call_out_id = await staffed.request()
    await minutes_later(11)
    assert await staffed.outcomes(call_out_id) == [("primary", "no_answer"), ("backup", "ringing")]


async def test_reaching_her_by_phone_on_any_number_counts(staffed: Zone, minutes_later: Wait) -> None:
    await second_numbers(staffed, staffed.lena.user_id)
    call_out_id = await staffed.request()
    await minutes_later(11)
    reached = {"user_id": str(staffed.lena.user_id), "eta_minutes": 25}
    assert (await staffed.act(call_out_id, "reached-by-phone", staffed.dispatcher, reached)).is_success
    seen = await staffed.see(call_out_id)
    assert (seen.accepted_by, seen.eta_minutes, seen.attempts[-1].by_phone) == (
        staffed.lena.user_id,
        25,
        True,
    )
