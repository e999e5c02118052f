"""Overrides, leave, gaps that are meant so, and the warning of those that are not."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from shared.auth import Principal
from shared.contracts.rostering import DutyChanged, GapNear, OnCallNow, Shift
from shared.contracts.rosters import AbsenceRef, IntendedGapRef, OverrideRef, RosterPeriod
from tests.service.rostering.conftest import MakeZone, Zone, fields, problem


def hours(zone: Zone, begin: float, end: float) -> dict[str, str]:
    return {
        "starts_at": (zone.now + timedelta(hours=begin)).isoformat(),
        "ends_at": (zone.now + timedelta(hours=end)).isoformat(),
    }


async def override(zone: Zone, kind: str, begin: float, end: float, **people: Principal) -> httpx.Response:
    data = {
        "kind": kind, "level": "primary", **hours(zone, begin, end),
        **{name: str(who.user_id) for name, who in people.items()},
    }  # fmt: skip
    return await zone.service.post("/roster-overrides", data, by=zone.coordinator)


async def period(zone: Zone, by: Principal | None = None, *, days: int = 10) -> RosterPeriod:
    params = {"from": zone.now.isoformat(), "until": (zone.now + timedelta(days=days)).isoformat()}
    return zone.service.read(
        await zone.service.get("/roster", by=by or zone.coordinator, **params), RosterPeriod
    )


def told_hours(zone: Zone, shifts: list[Shift]) -> list[tuple[Any, float, float]]:
    return [
        (
            each.user_id,
            (each.starts_at - zone.now) / timedelta(hours=1),
            (each.ends_at - zone.now) / timedelta(hours=1),
        )
        for each in shifts
    ]


async def told(zone: Zone) -> list[DutyChanged]:
    return [each for each in await zone.service.published(zone.tenant) if isinstance(each, DutyChanged)]


async def test_who_replaces_somebody_has_exactly_those_hours_and_it_can_be_undone(zone: Zone) -> None:
    await zone.plan(zone.lena, "primary", begins=timedelta(hours=2), hours=20)
    ref = zone.service.read(
        await override(zone, "replace", 8, 12, user_id=zone.tom, replaces=zone.lena), OverrideRef
    )
    assert ref.told == 2
    assert told_hours(zone, (await period(zone)).shifts) == [
        (zone.lena.user_id, 2, 8), (zone.tom.user_id, 8, 12), (zone.lena.user_id, 12, 22),
    ]  # fmt: skip
    assert [(each.user_id, each.cause, each.gained, each.lost) for each in await told(zone)][1:] in (
        [(zone.lena.user_id, "override", 0, 1), (zone.tom.user_id, "override", 1, 0)],
        [(zone.tom.user_id, "override", 1, 0), (zone.lena.user_id, "override", 0, 1)],
    )
    undone = await zone.service.post(f"/roster-overrides/{ref.override_id}/undo", by=zone.coordinator)
    assert zone.service.read(undone, OverrideRef).told == 2
    back = told_hours(zone, (await period(zone)).shifts)
    assert {who for who, _, _ in back} == {zone.lena.user_id}
    assert sum(end - begin for _, begin, end in back) == 20


async def test_one_is_added_only_where_nobody_is_and_taken_off_leaving_a_gap(zone: Zone) -> None:
    await zone.plan(zone.lena, "primary", begins=timedelta(hours=2), hours=4)
    assert (await override(zone, "add", 2, 10, user_id=zone.tom)).is_success
    assert (zone.tom.user_id, 6, 10) in told_hours(zone, (await period(zone)).shifts)
    assert (await override(zone, "remove", 3, 5, replaces=zone.lena)).is_success
    assert (zone.lena.user_id, 5, 6) in told_hours(zone, (await period(zone)).shifts)


async def test_an_override_that_changes_nothing_or_doubles_somebody_is_refused(zone: Zone) -> None:
    await zone.plan(zone.lena, "primary", begins=timedelta(hours=2), hours=20)
    await zone.plan(zone.tom, "backup", begins=timedelta(hours=2), hours=20)
    nothing = await override(zone, "replace", 40, 44, user_id=zone.tom, replaces=zone.lena)
    assert problem(nothing) == (409, "override_changes_nothing")
    double = await override(zone, "replace", 4, 8, user_id=zone.tom, replaces=zone.lena)
    assert problem(double) == (409, "shift_overlaps")
    assert fields(await override(zone, "replace", 4, 8, user_id=zone.lena, replaces=zone.lena)) == {
        "user_id": "same_person"
    }
    assert fields(await override(zone, "swap", -9, -8)) == {
        "kind": "not_a_choice", "user_id": "required", "replaces": "required",
    }  # fmt: skip


async def test_two_who_replace_at_once_do_not_fill_one_night_twice(zone: Zone) -> None:
    await zone.plan(zone.lena, "primary", begins=timedelta(hours=2), hours=20)
    answers = await asyncio.gather(
        override(zone, "replace", 4, 8, user_id=zone.tom, replaces=zone.lena),
        override(zone, "replace", 4, 8, user_id=zone.coordinator, replaces=zone.lena),
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]


async def test_leave_shows_as_a_gap_and_why_is_seen_by_herself_and_who_plans(
    zone: Zone, make_zone: MakeZone, other_tenant: str
) -> None:
    await zone.plan(zone.lena, "primary", begins=timedelta(hours=-2), hours=300)
    away = {"user_id": str(zone.lena.user_id), "reason": "illness", **hours(zone, 20, 30)}
    assert problem(await zone.service.post("/absences", away, by=zone.tom)) == (403, "forbidden")
    ref = zone.service.read(await zone.service.post("/absences", away, by=zone.lena), AbsenceRef)
    assert ref.shifts == 1
    assert [each.reason for each in (await period(zone)).absences] == ["illness"]
    assert [each.reason for each in (await period(zone, by=zone.tom)).absences] == [""]
    assert [(gap.starts_at - zone.now) / timedelta(hours=1) for gap in (await period(zone)).gaps] == [20]
    lamp = zone.service.read(await zone.service.get("/on-call", by=zone.lena), OnCallNow)
    assert lamp.gap_starts_at == zone.now + timedelta(hours=20)
    path = f"/absences/{ref.absence_id}/remove"
    assert problem(await zone.service.post(path, by=zone.tom)) == (403, "forbidden")
    assert problem(await zone.service.post(path, by=make_zone(other_tenant).coordinator)) == (
        404,
        "not_found",
    )
    assert (await zone.service.post(path, by=zone.lena)).is_success
    assert (await period(zone)).gaps == []


async def warned(zone: Zone) -> list[tuple[str, int]]:
    events = await zone.service.published(zone.tenant)
    return [(each.level, each.threshold_hours) for each in events if isinstance(each, GapNear)]


async def test_a_gap_that_nobody_meant_is_warned_of_a_week_and_a_day_before_and_once_each(zone: Zone) -> None:
    await zone.plan(zone.lena, "primary", hours=2 + 24 * 10)
    await zone.plan(zone.tom, "primary", begins=timedelta(days=10, hours=6), hours=24 * 10)
    now = datetime.now(UTC)
    await zone.service.run_timers(now + timedelta(seconds=5))
    assert await warned(zone) == []
    for days, expected in (
        (2.9, []),
        (3.1, [168]),
        (5, [168]),
        (8.9, [168]),
        (9.1, [168, 24]),
        (9.5, [168, 24]),
    ):
        await zone.service.run_timers(now + timedelta(days=days))
        assert [hours for _, hours in await warned(zone)] == expected


async def test_a_gap_that_is_meant_is_silent_and_the_lamp_agrees(zone: Zone) -> None:
    await zone.plan(zone.lena, "primary", hours=2 + 24 * 3)
    await zone.plan(zone.tom, "primary", begins=timedelta(days=3, hours=6), hours=24 * 10)
    mark = {"level": "primary", "reason": "agreed_with_zone", **hours(zone, 72, 78)}
    assert problem(await zone.service.post("/intended-gaps", mark, by=zone.lena)) == (403, "forbidden")
    assert fields(
        await zone.service.post("/intended-gaps", {**mark, "reason": "x"}, by=zone.coordinator)
    ) == {"reason": "not_a_choice"}
    ref = zone.service.read(
        await zone.service.post("/intended-gaps", mark, by=zone.coordinator), IntendedGapRef
    )
    await zone.service.run_timers(datetime.now(UTC) + timedelta(minutes=1))
    assert await warned(zone) == []
    lamp = zone.service.read(await zone.service.get("/on-call", by=zone.lena), OnCallNow)
    assert lamp.gap_starts_at is None
    (gap,) = (await period(zone)).gaps
    assert (gap.reason, gap.intended_gap_id) == ("agreed_with_zone", ref.intended_gap_id)
    assert (
        await zone.service.post(f"/intended-gaps/{ref.intended_gap_id}/remove", by=zone.coordinator)
    ).is_success
    await zone.service.run_timers(datetime.now(UTC) + timedelta(minutes=1))
    assert await warned(zone) == [("primary", 168)]


async def test_planning_by_hand_tells_her_and_a_shift_that_is_over_tells_nobody(zone: Zone) -> None:
    shift = await zone.plan(zone.lena, "primary", begins=timedelta(hours=5))
    await zone.plan(zone.tom, "primary", begins=timedelta(days=-3))
    await zone.service.post(f"/shifts/{shift.shift_id}/remove", by=zone.coordinator)
    assert [(each.user_id, each.cause) for each in await told(zone)] == [
        (zone.lena.user_id, "planned"), (zone.lena.user_id, "removed"),
    ]  # fmt: skip
