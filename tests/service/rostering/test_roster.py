"""Shifts entered by hand, who is on call now, and the tenant's settings."""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx

from shared.auth import Principal
from shared.contracts.rostering import (
    DutyChanged,
    OnCallNow,
    RosterChanged,
    RosterSettings,
    Shift,
    ShiftRef,
)
from shared.db import driver_of, uuid7
from tests.service.rostering.conftest import MakeZone, Zone, fields, problem
from tests.support.principals import principal

BRUSSELS = ZoneInfo("Europe/Brussels")


async def plan(
    zone: Zone, who: Principal, level: str, starts_at: datetime, ends_at: datetime
) -> httpx.Response:
    data = {
        "user_id": str(who.user_id), "level": level, "starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat(),
    }  # fmt: skip
    return await zone.service.post("/shifts", data, by=zone.coordinator)


async def shifts(zone: Zone, starts_at: datetime, ends_at: datetime) -> list[Shift]:
    answer = await zone.service.get(
        "/shifts", by=zone.lena, **{"from": starts_at.isoformat(), "until": ends_at.isoformat()}
    )
    return zone.service.read(answer, list[Shift])


async def on_call(zone: Zone) -> OnCallNow:
    return zone.service.read(await zone.service.get("/on-call", by=zone.dispatcher), OnCallNow)


def next_change_of(month: int) -> datetime:
    """18:00 on the eve of the coming last Sunday of a month: the night in which the clock changes."""
    today = datetime.now(BRUSSELS)
    for year in (today.year, today.year + 1):
        last = datetime(year, month, 31, 18, tzinfo=BRUSSELS)
        eve = last - timedelta(days=(last.weekday() + 1) % 7 + 1)
        if eve > today:
            return eve
    raise AssertionError


async def test_a_night_in_which_the_clock_changes_is_an_hour_shorter_or_longer(zone: Zone) -> None:
    for month, real_hours in ((3, 13), (10, 15)):
        begins = next_change_of(month)
        ends = (begins + timedelta(days=1)).replace(hour=8)
        assert (await plan(zone, zone.lena, "primary", begins, ends)).is_success
        (shift,) = await shifts(zone, begins, ends)
        assert shift.minutes == real_hours * 60
        summer_before = begins.astimezone(UTC) + timedelta(hours=real_hours)
        assert shift.ends_at == summer_before
        touching = await plan(zone, zone.tom, "primary", ends, ends + timedelta(hours=4))
        assert touching.is_success
        overlapping = await plan(zone, zone.tom, "primary", ends - timedelta(hours=1), ends)
        assert problem(overlapping) == (409, "shift_overlaps")


async def test_one_person_and_one_level_are_taken_once(zone: Zone) -> None:
    now = datetime.now(UTC)
    first = await plan(zone, zone.lena, "primary", now, now + timedelta(hours=8))
    taken = zone.service.read(first, ShiftRef).shift_id
    same_level = await plan(zone, zone.tom, "primary", now + timedelta(hours=7), now + timedelta(hours=9))
    same_person = await plan(zone, zone.lena, "backup", now - timedelta(hours=1), now + timedelta(minutes=1))
    assert problem(same_level) == problem(same_person) == (409, "shift_overlaps")
    assert same_level.json()["details"] == {"shift_id": str(taken)}
    assert (await plan(zone, zone.tom, "backup", now, now + timedelta(hours=8))).is_success


async def test_two_coordinators_at_once_cannot_fill_one_night_twice(zone: Zone) -> None:
    now = datetime.now(UTC)
    people = [zone.lena, zone.tom, zone.coordinator, zone.dispatcher]
    for night in range(3):
        begins = now + timedelta(days=night)
        answers = await asyncio.gather(
            *(plan(zone, who, "primary", begins, begins + timedelta(hours=10)) for who in people)
        )
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    answers = await asyncio.gather(
        *(
            plan(zone, zone.lena, level, now + timedelta(days=9), now + timedelta(days=10))
            for level in ("primary", "backup")
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]


async def test_a_wrong_shift_says_what_is_wrong(zone: Zone) -> None:
    now = datetime.now(UTC)
    assert fields(await plan(zone, zone.lena, "tertiary", now, now)) == {
        "level": "level_unknown",
        "ends_at": "ends_before_start",
    }
    assert fields(await plan(zone, zone.lena, "primary", now, now + timedelta(days=15))) == {
        "ends_at": "too_long"
    }
    naive = now.replace(tzinfo=None)
    assert fields(await plan(zone, zone.lena, "primary", naive, naive)) == {
        "starts_at": "time_zone_missing",
        "ends_at": "time_zone_missing",
    }
    answer = await zone.service.get(
        "/shifts", by=zone.lena, **{"from": now.isoformat(), "until": (now - timedelta(1)).isoformat()}
    )
    assert fields(answer) == {"until": "ends_before_start"}


async def test_a_shift_to_come_can_be_removed_and_one_that_is_over_stays(
    zone: Zone, make_zone: MakeZone, other_tenant: str
) -> None:
    now = datetime.now(UTC)
    shift = await zone.plan(zone.lena, "primary", begins=timedelta(hours=3))
    over = zone.service.read(
        await plan(zone, zone.lena, "primary", now - timedelta(days=3), now - timedelta(days=2)), ShiftRef
    )
    path = f"/shifts/{shift.shift_id}/remove"
    stranger = make_zone(other_tenant).coordinator
    assert problem(await zone.service.post(path, by=stranger)) == (404, "not_found")
    assert problem(await zone.service.post(path, by=zone.lena)) == (403, "forbidden")
    assert (await zone.service.post(path, by=zone.coordinator)).is_success
    assert problem(await zone.service.post(path, by=zone.coordinator)) == (404, "not_found")
    kept = await zone.service.post(f"/shifts/{over.shift_id}/remove", by=zone.coordinator)
    assert problem(kept) == (409, "shift_is_over")
    assert [
        each.shift_id for each in await shifts(zone, now - timedelta(days=4), now + timedelta(days=1))
    ] == [over.shift_id]
    events = await zone.service.published(zone.tenant)
    assert [event.shift_id for event in events if isinstance(event, RosterChanged)] == [
        shift.shift_id, over.shift_id, shift.shift_id,
    ]  # fmt: skip


async def test_removing_a_shift_that_runs_ends_it_now_and_keeps_who_had_duty(zone: Zone) -> None:
    running = await zone.plan(zone.lena, "primary", begins=timedelta(hours=-2), hours=12)
    path = f"/shifts/{running.shift_id}/remove"
    assert (await zone.service.post(path, by=zone.coordinator)).is_success
    (kept,) = await shifts(zone, zone.now - timedelta(hours=3), zone.now + timedelta(hours=12))
    assert (kept.shift_id, kept.starts_at) == (running.shift_id, zone.now - timedelta(hours=2))
    assert zone.now <= kept.ends_at <= datetime.now(UTC)
    assert (await on_call(zone)).members[0].user_id is None
    again = await zone.service.post(path, by=zone.coordinator)
    assert problem(again) == (409, "shift_is_over")
    told = [each for each in await zone.service.published(zone.tenant) if isinstance(each, DutyChanged)]
    assert [(each.user_id, each.cause, each.lost) for each in told[1:]] == [(zone.lena.user_id, "removed", 1)]
    assert (await plan(zone, zone.tom, "primary", kept.ends_at, zone.now + timedelta(hours=4))).is_success


async def test_who_is_on_call_now_and_next_and_where_the_first_hole_is(staffed: Zone) -> None:
    await staffed.plan(staffed.tom, "primary", begins=timedelta(hours=10), hours=12)
    await staffed.plan(staffed.lena, "primary", begins=timedelta(hours=30), hours=5)
    now = await on_call(staffed)
    assert [member.level for member in now.members] == [
        "primary",
        "secondary",
        "backup",
        "partner_zone",
        "coordinator",
    ]
    primary, secondary = now.members[:2]
    assert (primary.user_id, primary.next_user_id) == (staffed.lena.user_id, staffed.tom.user_id)
    assert primary.until is not None
    assert primary.next_from is not None
    assert now.gap_starts_at is not None
    assert timedelta(hours=21) < now.gap_starts_at - now.at < timedelta(hours=23)
    assert (secondary.user_id, secondary.until, secondary.next_user_id) == (None, None, None)
    assert now.waiting_call_outs == 0


async def test_on_call_shows_who_is_out_and_how_many_wait(staffed: Zone) -> None:
    first = await staffed.request()
    assert (await on_call(staffed)).waiting_call_outs == 1
    await staffed.act(first, "accept", staffed.lena)
    now = await on_call(staffed)
    assert (now.waiting_call_outs, [member.busy for member in now.members]) == (
        0,
        [True, False, False, False, False],
    )
    await staffed.act(first, "close", staffed.lena)
    assert not any(member.busy for member in (await on_call(staffed)).members)


async def test_settings_are_changed_by_who_manages_the_roster_and_that_is_kept(zone: Zone) -> None:
    before = zone.service.read(await zone.service.get("/roster-settings", by=zone.lena), RosterSettings)
    assert before == RosterSettings(
        answer_minutes=10, levels=["primary", "secondary", "backup", "partner_zone", "coordinator"]
    )
    data = {"answer_minutes": 5, "levels": ["primary", "coordinator"]}
    assert problem(await zone.service.post("/roster-settings", data, by=zone.lena)) == (403, "forbidden")
    for levels, code in (([], "required"), (["primary", "boss"], "level_unknown")):
        refused = await zone.service.post("/roster-settings", {**data, "levels": levels}, by=zone.coordinator)
        assert fields(refused) == {"levels": code}
    assert (await zone.service.post("/roster-settings", data, by=zone.coordinator)).is_success
    after = zone.service.read(await zone.service.get("/roster-settings", by=zone.lena), RosterSettings)
    assert (after.answer_minutes, after.levels) == (5, ["primary", "coordinator"])
    async with zone.service.transaction(zone.tenant) as session:
        details = await driver_of(session).fetchval(
            "SELECT details ->> 'answer_minutes' FROM audit WHERE action = 'change_settings' AND outcome = 'done'"
        )
    assert details == "[10, 5]"


async def test_without_the_permission_the_roster_is_closed(zone: Zone) -> None:
    nobody = principal(zone.tenant)
    now = datetime.now(UTC).isoformat()
    for path, params in (
        ("/on-call", {}),
        ("/shifts", {"from": now, "until": now}),
        ("/roster-settings", {}),
    ):
        assert problem(await zone.service.get(path, by=nobody, **params)) == (403, "forbidden")
    assert problem(await zone.service.post(f"/shifts/{uuid7()}/remove", by=nobody)) == (403, "forbidden")


async def test_a_level_with_nobody_in_one_tenant_says_nothing_about_another(
    staffed: Zone, make_zone: MakeZone, other_tenant: str
) -> None:
    other = make_zone(other_tenant)
    assert all(member.user_id is None for member in (await on_call(other)).members)
    assert (await other.see(await other.request())).state == "unanswered"
