"""The call-outs of a period in numbers, for who may read them; small numbers stay here."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from shared.auth import Permission, Principal
from shared.contracts.call_outs import CallOutHours
from shared.contracts.configuration import Organisation, TenantConfiguration
from shared.contracts.statistics import CountedCallOut, ExportNoted, NoteExport, Statistics
from shared.contracts.tenancy import TenantSettingsChanged
from shared.db import driver_of, uuid7
from tests.service.rostering.conftest import Zone, fields
from tests.support.principals import principal


@pytest.fixture
def chief(tenant: str) -> Principal:
    return principal(tenant, Permission.STATISTICS_READ)


async def numbers(zone: Zone, by: Principal, **asked: str) -> Statistics:
    return zone.service.read(await zone.service.get("/statistics", by, **asked), Statistics)


def cells(statistics: Statistics, code: str) -> dict[str, int | None]:
    figure = next(each for each in statistics.figures if each.code == code)
    return {each.key: each.value for each in figure.cells}


async def test_the_running_quarter_is_counted_and_numbers_under_five_are_hidden(
    zone: Zone, chief: Principal
) -> None:
    for _ in range(6):
        await zone.request(incident_type="fire")
    for _ in range(3):
        await zone.request(incident_type="burglary", minors_present=True)

    found = await numbers(zone, chief)

    today = datetime.now(UTC).astimezone(ZoneInfo("Europe/Brussels")).date()
    assert (found.service, found.period) == ("rostering", "quarter")
    assert found.starts_on <= today < found.ends_on
    assert next(each.total for each in found.figures if each.code == "by_type") == 9
    assert cells(found, "by_type")["fire"] == 6
    hidden = {key for key, value in cells(found, "by_type").items() if value is None}
    assert hidden > {"burglary"}, "else nine minus six is the hidden three"
    assert cells(found, "minors") == {"yes": None, "no": None}


async def test_a_mistake_is_not_counted(zone: Zone, chief: Principal) -> None:
    for _ in range(5):
        await zone.request()
    wrong = await zone.request()
    await zone.act(wrong, "cancel", zone.dispatcher, {"reason": "mistake"})

    found = await numbers(zone, chief)

    assert next(each.total for each in found.figures if each.code == "outcome") == 5


async def test_the_period_is_the_one_that_the_tenant_chose_and_no_other_is_counted(
    zone: Zone, chief: Principal
) -> None:
    zone.service.answers_of("identity")["GET /tenant-configuration"] = TenantConfiguration(
        legal_language="nl",
        languages=["nl"],
        organisation=[Organisation(valid_from=date(2020, 1, 1), statistics_period="year")],
    )
    await zone.service.deliver(
        TenantSettingsChanged(
            id=uuid7(), occurred_at=datetime.now(UTC), tenant=zone.tenant, what="organisation"
        )
    )

    assert (await numbers(zone, chief)).period == "year"
    assert (await numbers(zone, chief, **{"from": "2025-01-01"})).ends_on == date(2026, 1, 1)
    quarter = await zone.service.get("/statistics", chief, **{"from": "2025-04-01"})
    assert fields(quarter) == {"from": "period_not_offered"}


async def test_a_number_opens_the_list_that_it_counts_for_who_sees_all_call_outs(
    zone: Zone, chief: Principal, tenant: str
) -> None:
    mine = await zone.request(incident_type="fire")
    await zone.request(incident_type="burglary")
    coordinator = principal(tenant, Permission.STATISTICS_READ, Permission.CALL_OUT_READ)
    asked = {"from": str((await numbers(zone, chief)).starts_on), "figure": "by_type", "key": "fire"}

    listed = zone.service.read(
        await zone.service.get("/statistics/call-outs", coordinator, **asked), list[CountedCallOut]
    )

    assert [each.call_out_id for each in listed] == [mine]
    assert (await zone.service.get("/statistics/call-outs", chief, **asked)).status_code == 403


async def test_the_hours_of_a_member_are_those_that_her_call_outs_show_from_the_first_call_to_her(
    staffed: Zone,
) -> None:
    over = [await staffed.request() for _ in range(2)]
    for call_out_id in over:
        await staffed.act(
            call_out_id, "reached-by-phone", staffed.dispatcher, {"user_id": str(staffed.lena.user_id)}
        )
        await staffed.act(call_out_id, "close", staffed.lena, {"note": "", "opens_dossier": True})
        async with staffed.service.transaction(staffed.tenant) as session:
            earlier = (
                "UPDATE call_out_attempts SET rang_at = rang_at - interval '3 hours' WHERE call_out_id = $1"
            )
            await driver_of(session).execute(earlier, call_out_id)
    answer = await staffed.service.get(f"/call-outs/{over[0]}/hours", by=staffed.lena)
    shown = staffed.service.read(answer, CallOutHours)
    still_out = await staffed.request()
    await staffed.act(still_out, "accept", staffed.lena)
    plans = principal(staffed.tenant, Permission.STATISTICS_READ, Permission.ROSTER_MANAGE)

    assert [each.minutes for each in shown.members] == [180]
    assert cells(await numbers(staffed, plans), "member_minutes") == {str(staffed.lena.user_id): 360}


async def test_without_the_permission_there_are_no_numbers(zone: Zone) -> None:
    assert (await zone.service.get("/statistics", zone.dispatcher)).status_code == 403
    export = NoteExport(starts_on=date(2026, 1, 1), form="csv")
    assert (await zone.service.post("/statistics/exports", export, zone.dispatcher)).status_code == 403


async def test_another_tenants_call_outs_count_nowhere_here(zone: Zone, other_tenant: str) -> None:
    for _ in range(6):
        await zone.request()

    found = await numbers(zone, principal(other_tenant, Permission.STATISTICS_READ))

    assert next(each.total for each in found.figures if each.code == "by_type") == 0


async def test_looking_and_taking_along_are_kept(zone: Zone, chief: Principal) -> None:
    await numbers(zone, chief)
    export = NoteExport(starts_on=date(2026, 1, 1), form="xlsx")
    zone.service.read(await zone.service.post("/statistics/exports", export, chief), ExportNoted)

    async with zone.service.transaction(zone.tenant) as session:
        kept = await driver_of(session).fetch(
            "SELECT action FROM audit WHERE user_id = $1 ORDER BY id", chief.user_id
        )
    assert [row["action"] for row in kept] == ["read_statistics", "export_statistics"]
