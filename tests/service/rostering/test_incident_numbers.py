"""Incidents have numbers of their own, in order and without a hole, whatever happened before or at the same time."""

import asyncio
from datetime import UTC, datetime

from shared.auth import Permission
from shared.contracts.incidents import IncidentLine, IncidentRef
from shared.migrations import migrations_of, migrator
from tests.service.rostering.conftest import Zone
from tests.support.principals import principal

LEADS = (Permission.INCIDENT_MANAGE, Permission.INCIDENT_REGISTER)
CRASH = {"incident_type": "disaster", "title": "Ongeval met een autocar", "place": "E40, Aalst"}


async def test_incidents_and_call_outs_each_count_on_by_themselves_also_when_two_open_at_once(
    zone: Zone,
) -> None:
    lead, year = principal(zone.tenant, *LEADS), datetime.now(UTC).year
    call_out = await zone.see(await zone.request())

    opened = await asyncio.gather(*(zone.service.post("/incidents", CRASH, by=lead) for _ in range(3)))
    assert all(zone.service.read(each, IncidentRef).state == "open" for each in opened)

    listed = zone.service.read(await zone.service.get("/incidents", by=lead), list[IncidentLine])
    assert sorted(each.number for each in listed) == [f"I{year}-{number:04d}" for number in (1, 2, 3)]
    assert call_out.number == f"{year}-0001"
    assert (await zone.see(await zone.request())).number == f"{year}-0002"


async def test_a_tenant_that_had_incidents_counts_on_where_it_was(zone: Zone) -> None:
    script = next(each.sql for each in migrations_of("rostering", "tenant") if "incident_numbers" in each.sql)
    async with migrator(zone.service.urls.migration_url) as connection, connection.transaction():
        await connection.execute("CREATE SCHEMA before; SET LOCAL search_path TO before")
        await connection.execute(
            "CREATE TABLE call_out_numbers (year int PRIMARY KEY, last_number int NOT NULL)"
        )
        await connection.execute("INSERT INTO call_out_numbers VALUES (2025, 41), (2026, 12), (-2026, 3)")
        await connection.execute(script)
        kept = [tuple(row) for row in await connection.fetch("SELECT * FROM call_out_numbers ORDER BY year")]
        moved = [tuple(row) for row in await connection.fetch("SELECT * FROM incident_numbers")]
        await connection.execute("DROP SCHEMA before CASCADE")
    assert (kept, moved) == ([(2025, 41), (2026, 12)], [(2026, 3)])
