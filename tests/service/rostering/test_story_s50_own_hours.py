"""S50: a neighbourhood inspector plans his own hours; nobody approves a change, and a rest that is too short warns."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from shared.auth import Permission, Principal
from shared.contracts.own_hours import HoursRef, OnDutyNow, OwnWeek, TeamWeek
from shared.db import uuid7
from tests.service.rostering.conftest import Zone
from tests.support.principals import principal


@pytest.fixture
def inspector(zone: Zone) -> Principal:
    return principal(zone.tenant, Permission.HOURS_PLAN, Permission.ON_CALL_READ)


def monday() -> datetime:
    """Eight o'clock (UTC) of a Monday to come, so that a week begins empty."""
    now = datetime.now(UTC).replace(hour=8, minute=0, second=0, microsecond=0)
    return now + timedelta(days=14 - now.weekday())


def hours(starts_at: datetime, length: float, **facts: Any) -> dict[str, Any]:
    return {
        "starts_at": starts_at.isoformat(),
        "ends_at": (starts_at + timedelta(hours=length)).isoformat(),
        **facts,
    }


async def planned(zone: Zone, by: Principal, starts_at: datetime, length: float, **facts: Any) -> HoursRef:
    answer = await zone.service.post("/own-hours", hours(starts_at, length, **facts), by=by)
    return zone.service.read(answer, HoursRef)


async def week(zone: Zone, by: Principal, day: datetime) -> OwnWeek:
    return zone.service.read(await zone.service.get("/own-hours", by=by, day=str(day.date())), OwnWeek)


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_he_plans_and_changes_his_week_and_a_short_rest_warns_and_stops_nobody(
    zone: Zone, inspector: Principal
) -> None:
    start = monday()
    await planned(zone, inspector, start, 8, area="Zandberg")
    late = await planned(zone, inspector, start + timedelta(days=1, hours=6), 8, activity="event")
    assert all(block.warnings == [] for block in (await week(zone, inspector, start)).blocks)

    early = await planned(zone, inspector, start + timedelta(days=2), 8)
    view = await week(zone, inspector, start)
    assert {
        block.block_id: [each.code for each in block.warnings] for block in view.blocks if block.warnings
    } == {early.block_id: ["rest_too_short"]}
    assert (view.minutes, view.blocks[0].area) == (24 * 60, "Zandberg")

    moved = {**hours(start + timedelta(days=1), 8, activity="event"), "version": 1}
    assert (await zone.service.post(f"/own-hours/{late.block_id}", moved, by=inspector)).is_success
    assert all(block.warnings == [] for block in (await week(zone, inspector, start)).blocks)
    stale = await zone.service.post(f"/own-hours/{late.block_id}", moved, by=inspector)
    assert problem(stale) == (409, "changed_meanwhile")
    assert (await zone.service.post(f"/own-hours/{late.block_id}/remove", {}, by=inspector)).is_success
    assert len((await week(zone, inspector, start)).blocks) == 2


async def test_his_coordinator_sees_his_week_and_colleagues_only_that_he_works_now(
    zone: Zone, inspector: Principal
) -> None:
    now = datetime.now(UTC)
    await planned(zone, inspector, now - timedelta(hours=1), 5, area="Mijlbeek")

    team = zone.service.read(
        await zone.service.get("/own-hours/team", by=zone.coordinator, day=str(now.date())), TeamWeek
    )
    assert [(each.user_id, each.blocks[0].area) for each in team.weeks] == [(inspector.user_id, "Mijlbeek")]
    answer = await zone.service.get("/own-hours/on-duty", by=zone.lena)
    assert zone.service.read(answer, OnDutyNow).users == [inspector.user_id]
    assert "Mijlbeek" not in answer.text
    for path in ("/own-hours", "/own-hours/team"):
        assert problem(await zone.service.get(path, by=zone.lena)) == (403, "forbidden")


async def test_what_is_another_persons_or_another_tenants_does_not_exist(
    zone: Zone, inspector: Principal, other_tenant: str
) -> None:
    start = monday()
    block = await planned(zone, inspector, start, 8)
    colleague = principal(zone.tenant, Permission.HOURS_PLAN)
    stranger = principal(other_tenant, *Permission)

    for who in (colleague, stranger):
        change = {**hours(start, 4), "version": 1}
        assert problem(await zone.service.post(f"/own-hours/{block.block_id}", change, by=who)) == (
            404,
            "not_found",
        )
        assert problem(await zone.service.post(f"/own-hours/{block.block_id}/remove", {}, by=who)) == (
            404,
            "not_found",
        )
        assert (await week(zone, who, start)).blocks == []
    assert problem(await zone.service.post("/own-hours", hours(start, 4), by=zone.lena)) == (403, "forbidden")


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
async def test_a_week_in_another_age_is_refused(zone: Zone, inspector: Principal, day: str) -> None:
    coordinator = principal(zone.tenant, Permission.ROSTER_MANAGE)
    for path, who in (("/own-hours", inspector), ("/own-hours/team", coordinator)):
        answer = await zone.service.get(path, by=who, day=day)
        assert answer.status_code == 422
        assert [(each["field"], each["code"]) for each in answer.json()["errors"]] == [("day", "too_far")]


async def test_nobody_works_twice_at_once_and_a_double_click_is_one_block(
    zone: Zone, inspector: Principal
) -> None:
    start, key = monday(), str(uuid7())
    twice = [await zone.service.post("/own-hours", hours(start, 8), by=inspector, key=key) for _ in range(2)]
    assert twice[0].json() == twice[1].json()

    again = start + timedelta(days=1)
    answers = await asyncio.gather(
        *(zone.service.post("/own-hours", hours(again, 8), by=inspector) for _ in range(2))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    overlap = await zone.service.post("/own-hours", hours(start + timedelta(hours=7), 4), by=inspector)
    assert problem(overlap) == (409, "hours_overlap")
    assert (
        await zone.service.post("/own-hours", hours(start + timedelta(hours=8), 4), by=inspector)
    ).is_success


@pytest.mark.parametrize(
    ("begins", "length", "facts", "wrong"),
    [
        (timedelta(0), -1, {}, "ends_at"),
        (timedelta(0), 25, {}, "ends_at"),
        (timedelta(days=900), 8, {}, "starts_at"),
        (timedelta(days=-900), 8, {}, "starts_at"),
        (timedelta(0), 8, {"activity": "sleep"}, "activity"),
    ],
)
async def test_hours_are_hours_that_can_be_worked(
    zone: Zone, inspector: Principal, begins: timedelta, length: float, facts: dict[str, Any], wrong: str
) -> None:
    answer = await zone.service.post("/own-hours", hours(monday() + begins, length, **facts), by=inspector)

    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == [wrong]
