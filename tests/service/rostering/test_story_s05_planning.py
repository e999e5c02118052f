"""S05 and the month before it: a rotation fills a draft, the draft is published, who is concerned is told once."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx

from shared.auth import Principal
from shared.contracts.rostering import DutyChanged, OnCallNow, RosterPublished, Shift
from shared.contracts.rosters import DraftRef, DraftView, KeepRotation, OwnDuties, Published, RosterPeriod
from shared.db import uuid7
from tests.service.rostering.conftest import MakeZone, Zone, fields, problem
from tests.support.principals import principal

BRUSSELS = ZoneInfo("Europe/Brussels")
NIGHTS = {"hours_from": time(18), "hours_until": time(8)}


def coming(month: int) -> tuple[date, date]:
    """The coming month of that number, from its first to its last day."""
    today = datetime.now(BRUSSELS).date()
    year = today.year if today.month < month else today.year + 1
    first = date(year, month, 1)
    return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


async def rotate(zone: Zone, *people: Principal, **changes: Any) -> None:
    rotation = KeepRotation(
        **{
            "name": "Nachtwacht", "level": "primary", "kind": "weekly", "hand_over": time(8),
            "holders": [who.user_id for who in people], "first_day": date(2026, 1, 5), **changes,
        }
    )  # fmt: skip
    assert (await zone.service.post("/rotations", rotation, by=zone.coordinator)).is_success


async def begin(zone: Zone, days: tuple[date, date]) -> DraftRef:
    data = {"first_day": str(days[0]), "last_day": str(days[1])}
    return zone.service.read(await zone.service.post("/roster-drafts", data, by=zone.coordinator), DraftRef)


async def step(
    zone: Zone, draft: DraftRef, act: str, by: Principal | None = None, **data: Any
) -> httpx.Response:
    return await zone.service.post(
        f"/roster-drafts/{draft.draft_id}/{act}",
        {"version": draft.version, **data},
        by=by or zone.coordinator,
    )


async def done(zone: Zone, draft: DraftRef, act: str, **data: Any) -> DraftRef:
    return zone.service.read(await step(zone, draft, act, **data), DraftRef)


async def see(zone: Zone, draft: DraftRef) -> DraftView:
    return zone.service.read(
        await zone.service.get(f"/roster-drafts/{draft.draft_id}", by=zone.coordinator), DraftView
    )


async def publish(zone: Zone, draft: DraftRef) -> Published:
    return zone.service.read(await step(zone, draft, "publish"), Published)


async def told(zone: Zone) -> list[tuple[UUID, str]]:
    events = await zone.service.published(zone.tenant)
    return [(event.user_id, event.cause) for event in events if isinstance(event, DutyChanged)]


async def roster(
    zone: Zone, starts_at: datetime, ends_at: datetime, by: Principal | None = None
) -> RosterPeriod:
    period = {"from": starts_at.isoformat(), "until": ends_at.isoformat()}
    return zone.service.read(
        await zone.service.get("/roster", by=by or zone.coordinator, **period), RosterPeriod
    )


def at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, BRUSSELS)


async def test_s05_a_month_with_the_change_of_the_clock_is_planned_published_and_told(zone: Zone) -> None:
    await rotate(zone, zone.lena, zone.tom, **NIGHTS)
    for month, real_hours in ((3, 13), (10, 15)):
        first, last = coming(month)
        draft = await done(zone, await begin(zone, (first, last)), "fill")
        plan = await see(zone, draft)
        sunday = last - timedelta(days=(last.weekday() + 1) % 7)
        begins, ends = at(sunday - timedelta(days=2), time(18)), at(sunday + timedelta(days=1), time(8))
        (weekend,) = [shift for shift in plan.shifts if shift.starts_at == begins]
        assert weekend.ends_at == ends
        assert weekend.minutes == (62 + real_hours - 14) * 60
        assert {gap.level for gap in plan.gaps} == {"primary"}  # by day nobody is planned, and that is shown
        assert (await publish(zone, draft)).told == 2
    assert sorted(await told(zone)) == sorted(
        [(zone.lena.user_id, "published"), (zone.tom.user_id, "published")] * 2
    )


async def test_until_it_is_published_a_draft_is_nobodys_duty(zone: Zone) -> None:
    today = datetime.now(BRUSSELS).date()
    await rotate(zone, zone.lena)
    draft = await done(zone, await begin(zone, (today, today + timedelta(days=20))), "fill")
    assert (await on_call(zone)).members[0].user_id is None
    mine = zone.service.read(await zone.service.get("/duties", by=zone.lena), OwnDuties)
    assert (mine.shifts, await told(zone)) == ([], [])
    await publish(zone, draft)
    assert (await on_call(zone)).members[0].user_id == zone.lena.user_id
    assert zone.service.read(await zone.service.get("/duties", by=zone.lena), OwnDuties).shifts
    events = await zone.service.published(zone.tenant)
    assert [event.told for event in events if isinstance(event, RosterPublished)] == [1]


async def on_call(zone: Zone) -> OnCallNow:
    return zone.service.read(await zone.service.get("/on-call", by=zone.dispatcher), OnCallNow)


async def test_publishing_anew_tells_only_those_whose_coming_duty_differs(zone: Zone) -> None:
    days = coming(6)
    await rotate(zone, zone.lena, zone.tom, zone.coordinator)
    await publish(zone, await done(zone, await begin(zone, days), "fill"))
    before = await told(zone)
    again = await begin(zone, days)
    plan = await see(zone, again)
    assert plan.changes == []
    toms = next(shift for shift in plan.shifts if shift.user_id == zone.tom.user_id)
    removed = await done(zone, again, f"shifts/{toms.shift_id}/remove")
    planned = await done(
        zone, removed, "shifts", level="primary", user_id=str(zone.lena.user_id),
        starts_at=toms.starts_at.isoformat(), ends_at=toms.ends_at.isoformat(),
    )  # fmt: skip
    view = await see(zone, planned)
    assert {change.user_id: (len(change.gained), len(change.lost)) for change in view.changes} == {
        zone.tom.user_id: (0, 1), zone.lena.user_id: (1, 0),
    }  # fmt: skip
    kept = {shift.shift_id for shift in (await whole(zone, days)) if shift.starts_at != toms.starts_at}
    assert (await publish(zone, planned)).told == 2
    assert (await told(zone))[len(before) :] in (
        [(zone.tom.user_id, "published"), (zone.lena.user_id, "published")],
        [(zone.lena.user_id, "published"), (zone.tom.user_id, "published")],
    )
    assert kept <= {shift.shift_id for shift in await whole(zone, days)}, "a shift that stays keeps its id"


async def whole(zone: Zone, days: tuple[date, date]) -> list[Shift]:
    return (await roster(zone, at(days[0], time()), at(days[1] + timedelta(days=1), time()))).shifts


async def test_a_draft_published_twice_counts_once_and_a_second_is_refused_for_the_same_days(
    zone: Zone,
) -> None:
    days = coming(5)
    await rotate(zone, zone.lena)
    draft = await begin(zone, days)
    twice = await zone.service.post(
        "/roster-drafts", {"first_day": str(days[1]), "last_day": str(days[1])}, by=zone.coordinator
    )
    assert problem(twice) == (409, "draft_exists")
    filled = await done(zone, draft, "fill")
    key = str(uuid7())
    answers = [
        await zone.service.post(
            f"/roster-drafts/{filled.draft_id}/publish",
            {"version": filled.version},
            by=zone.coordinator,
            key=key,
        )
        for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert problem(await step(zone, filled, "publish")) == (409, "draft_closed")
    assert await told(zone) == [(zone.lena.user_id, "published")]


async def test_of_two_who_edit_one_draft_the_second_is_told_who_was_first_and_what_she_did(
    zone: Zone,
) -> None:
    draft = await begin(zone, coming(5))
    other = principal(zone.tenant, *zone.coordinator.permissions)  # type: ignore[arg-type]
    begins = at(coming(5)[0], time(18))
    shift: dict[str, Any] = {
        "level": "primary", "user_id": str(zone.lena.user_id), "starts_at": begins.isoformat(),
        "ends_at": (begins + timedelta(hours=14)).isoformat(),
    }  # fmt: skip
    first = zone.service.read(await step(zone, draft, "shifts", by=other, **shift), DraftRef)
    late = await step(zone, draft, "fill")
    assert problem(late) == (409, "roster_changed_meanwhile")
    assert late.json()["details"]["user_id"] == str(other.user_id)
    assert late.json()["details"]["version"] == str(first.version)
    newest = (await see(zone, draft)).edits[0]
    assert (newest.action, newest.user_id, newest.holder) == ("plan", other.user_id, zone.lena.user_id)
    assert problem(await step(zone, first, "shifts", **shift)) == (409, "shift_overlaps")


async def test_a_running_roster_is_changed_from_now_on_and_its_past_stays(zone: Zone) -> None:
    today = datetime.now(BRUSSELS).date()
    days = (today - timedelta(days=2), today + timedelta(days=5))
    shift = await zone.plan(zone.lena, "primary", begins=timedelta(hours=-3), hours=30)
    draft = await begin(zone, days)
    (planned,) = (await see(zone, draft)).shifts
    removed = await done(zone, draft, f"shifts/{planned.shift_id}/remove")
    await publish(zone, removed)
    (kept,) = await whole(zone, days)
    assert (kept.shift_id, kept.user_id) == (shift.shift_id, zone.lena.user_id)
    assert timedelta(0) <= datetime.now(UTC) - kept.ends_at < timedelta(minutes=5)
    assert (await on_call(zone)).members[0].user_id is None


async def test_somebody_on_leave_is_not_filled_in_and_planning_her_warns(zone: Zone) -> None:
    first, last = coming(6)
    await rotate(zone, zone.lena)
    away = {
        "user_id": str(zone.lena.user_id), "reason": "leave",
        "starts_at": at(first + timedelta(days=9), time()).isoformat(),
        "ends_at": at(first + timedelta(days=11), time()).isoformat(),
    }  # fmt: skip
    assert (await zone.service.post("/absences", away, by=zone.lena)).is_success
    draft = await done(zone, await begin(zone, (first, last)), "fill")
    plan = await see(zone, draft)
    assert [(gap.starts_at, gap.ends_at) for gap in plan.gaps] == [
        (at(first + timedelta(days=9), time()), at(first + timedelta(days=11), time()))
    ]
    assert plan.warnings == []
    planned = await done(
        zone, draft, "shifts", level="primary", user_id=str(zone.lena.user_id),
        starts_at=away["starts_at"], ends_at=away["ends_at"],
    )  # fmt: skip
    after = await see(zone, planned)
    assert [(warning.code, warning.user_id) for warning in after.warnings] == [("absent", zone.lena.user_id)]
    assert len(after.gaps) == 1, "who is away fills no gap"


async def test_bad_input_and_who_may_not_plan(zone: Zone, make_zone: MakeZone, other_tenant: str) -> None:
    first, last = coming(6)
    for days, code in (
        ((last, first), {"last_day": "ends_before_start"}),
        ((first, first + timedelta(days=200)), {"last_day": "too_long"}),
        ((date(2026, 1, 1), date(2026, 1, 31)), {"last_day": "in_the_past"}),
    ):
        data = {"first_day": str(days[0]), "last_day": str(days[1])}
        assert fields(await zone.service.post("/roster-drafts", data, by=zone.coordinator)) == code
    good = {
        "name": "Week", "level": "primary", "kind": "pattern", "holders": [str(zone.lena.user_id)],
        "hand_over": "08:00:00", "first_day": "2026-06-01", "pattern": [1, 0],
    }  # fmt: skip
    for change, code in (
        ({"pattern": [1, 2]}, {"pattern": "pattern_unknown"}),
        ({"pattern": [0]}, {"pattern": "required"}),
        ({"kind": "monthly"}, {"kind": "kind_unknown"}),
        ({"level": "boss", "name": " "}, {"level": "level_unknown", "name": "required"}),
        ({"last_day": "2026-05-01"}, {"last_day": "ends_before_start"}),
        ({"level": "partner_zone"}, {"holders": "partner_zone_unknown"}),
    ):
        assert fields(await zone.service.post("/rotations", {**good, **change}, by=zone.coordinator)) == code
    draft = await begin(zone, (first, last))
    assert problem(await step(zone, draft, "publish", by=zone.lena)) == (403, "forbidden")
    assert problem(await zone.service.post("/rotations", good, by=zone.lena)) == (403, "forbidden")
    stranger = make_zone(other_tenant).coordinator
    assert problem(await step(zone, draft, "publish", by=stranger)) == (404, "not_found")
    path = f"/roster-drafts/{draft.draft_id}"
    assert problem(await zone.service.get(path, by=stranger)) == (404, "not_found")
    assert problem(await zone.service.get(path, by=zone.lena)) == (403, "forbidden")
