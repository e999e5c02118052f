"""A day off that only this tenant has is a free day everywhere: rest, morning report, and when duty is needed."""

from datetime import date, datetime, timedelta
from uuid import UUID

from services.rostering.call_outs.hours import BRUSSELS, next_morning
from shared.contracts.call_outs import CallOutHours
from shared.contracts.configuration import SEED_INCIDENT_TYPES, DayOff, TenantConfiguration
from shared.contracts.rostering import ChangeRosterSettings, OnCallNow
from shared.contracts.rosters import RosterPeriod
from shared.contracts.tenancy import TenantSettingsChanged
from shared.db import driver_of, uuid7
from tests.service.rostering.conftest import Zone


async def take_off(zone: Zone, days: list[date]) -> None:
    """The office closes on these days, and rostering hears of it."""
    zone.service.answers_of("identity")["GET /tenant-configuration"] = TenantConfiguration(
        legal_language="nl",
        languages=["nl"],
        incident_types=list(SEED_INCIDENT_TYPES),
        days_off=[DayOff(day=day, why="Brugdag") for day in days],
    )
    event = TenantSettingsChanged(id=uuid7(), occurred_at=zone.now, tenant=zone.tenant, what="days_off")
    await zone.service.deliver(event)


def days_around(zone: Zone, ahead: int) -> list[date]:
    today = zone.now.astimezone(BRUSSELS).date()
    return [today + timedelta(days=number) for number in range(-1, ahead)]


async def a_night_of_three_hours(zone: Zone) -> UUID:
    call_out_id = await zone.request()
    await zone.act(call_out_id, "accept", zone.lena)
    await zone.act(call_out_id, "close", zone.lena, {"note": "", "opens_dossier": True})
    async with zone.service.transaction(zone.tenant) as session:
        earlier = "UPDATE call_out_attempts SET rang_at = rang_at - interval '3 hours' WHERE call_out_id = $1"
        await driver_of(session).execute(earlier, call_out_id)
    return call_out_id


async def test_the_morning_report_waits_for_the_first_day_on_which_this_tenant_works(staffed: Zone) -> None:
    usual = next_morning(staffed.now).day
    await take_off(staffed, [usual])
    call_out_id = await staffed.request()
    await staffed.act(call_out_id, "escalate", staffed.dispatcher)

    async with staffed.service.transaction(staffed.tenant) as session:
        on_day = await driver_of(session).fetchval("SELECT on_day FROM morning_reports")
    assert on_day == next_morning(staffed.now, [usual]).day
    assert on_day > usual


async def test_hours_on_a_day_off_are_of_a_holiday_and_no_flexitime_is_missed_on_it(staffed: Zone) -> None:
    call_out_id = await a_night_of_three_hours(staffed)
    await take_off(staffed, days_around(staffed, 4))

    answer = await staffed.service.get(f"/call-outs/{call_out_id}/hours", by=staffed.lena)
    (hers,) = staffed.service.read(answer, CallOutHours).members
    assert hers.minutes == hers.holiday == 180
    assert hers.warnings == []

    early = {"user_id": str(staffed.lena.user_id), "reason": "Vergadering",
             "starts_at": (staffed.now + timedelta(hours=1)).isoformat()}  # fmt: skip
    assert (await staffed.act(call_out_id, "next-start", staffed.lena, early)).is_success
    async with staffed.service.transaction(staffed.tenant) as session:
        assert await driver_of(session).fetchval("SELECT warnings FROM call_out_rests") == ["rest_too_short"]


async def test_duty_is_needed_the_whole_of_a_day_off_when_the_office_answers_on_working_days(
    zone: Zone,
) -> None:
    settings = ChangeRosterSettings(answer_minutes=10, levels=["primary"], needed="outside_office")
    assert (await zone.service.post("/roster-settings", settings, by=zone.coordinator)).is_success
    until = zone.now + timedelta(days=10)

    async def gaps() -> list[tuple[datetime, datetime]]:
        params = {"from": zone.now.isoformat(), "until": until.isoformat()}
        answer = await zone.service.get("/roster", by=zone.coordinator, **params)
        return [(each.starts_at, each.ends_at) for each in zone.service.read(answer, RosterPeriod).gaps]

    assert len(await gaps()) > 1, "in office hours nobody is needed"
    await take_off(zone, days_around(zone, 12))
    ((starts_at, ends_at),) = await gaps()
    assert (starts_at - zone.now < timedelta(minutes=5), ends_at) == (True, until)
    now = zone.service.read(await zone.service.get("/on-call", by=zone.lena), OnCallNow)
    assert now.gap_starts_at == now.at
