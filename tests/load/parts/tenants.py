"""Many tenants in one database: the same reads at 1, 20 and 800, memory, provisioning, a migration with nothing to do."""

import time
from collections.abc import Sequence
from contextlib import AsyncExitStack

import asyncpg

from deploy.database import ServiceDatabase
from shared import migrations
from shared.tenancy import schema_of, service_login
from tests.load.arithmetic import median, ratio
from tests.load.content import fill, make, reader_of
from tests.load.effort import Effort
from tests.load.platform import CONNECTIONS, Running, Servers, bearer, cases_service, load, provision, servers
from tests.load.report import Section, Target
from tests.load.resources import backends, memory_mb, own_memory_mb

DOSSIERS = 60
PATHS_EACH = 10
GOAL = 0.6
CHECK_SECONDS = 2.0
WARM_VISITS = 2
"""How often each connection has met each tenant before the rounds, for each read: a server that has run for a while."""


async def measure(effort: Effort) -> Section:
    """A service for each number of tenants, so that each has connections of its own; they are loaded in turns."""
    section = Section(
        "tenants",
        "Tenants",
        f"The database of cases with {DOSSIERS} dossiers in each tenant; one service process a line, its "
        f"{CONNECTIONS} connections its own. Each request is of a tenant drawn at random, the worst case for what a "
        "connection remembers of a tenant; before the rounds each connection has met each tenant about "
        f"{WARM_VISITS * 2} times. {effort.rounds} rounds of {effort.seconds} s in turns. Memory is of one "
        "database connection after the load, mean: its own pages (what one more costs), and PSS, which has a share of the buffers.",
        ["what", "measured"],
    )
    tenants = [f"pz_{number:04d}" for number in range(effort.schemas)]
    content = make(DOSSIERS)
    async with servers() as at:
        database = await at.database_of("cases")
        await _time_provisioning(section, database, tenants[: effort.tenants])
        await fill(database.migration_url, tenants[: effort.tenants], content)
        paths = [f"/dossiers/{dossier_id}" for dossier_id in content.in_sight[:PATHS_EACH]]
        await _load(
            section, effort, at, database, tenants, {"dossier detail": paths, "list of 50": ["/dossiers"]}
        )
        await provision("cases", database, tenants[effort.tenants :])
        await _time_check(section, database)
    return section


async def _time_provisioning(section: Section, database: ServiceDatabase, tenants: Sequence[str]) -> None:
    started = time.monotonic()
    await provision("cases", database, tenants)
    seconds = time.monotonic() - started
    connection = await asyncpg.connect(database.migration_url)
    tables = await connection.fetchval(
        "SELECT count(*) FROM pg_tables WHERE schemaname = $1", schema_of(tenants[0])
    )
    await connection.close()
    section.row(
        f"provision {len(tenants)} tenants, schemas of cases only ({tables} tables each)",
        f"{seconds:,.1f} s, {seconds * 1000 / len(tenants):,.0f} ms each",
    )


async def _load(
    section: Section,
    effort: Effort,
    at: Servers,
    database: ServiceDatabase,
    tenants: Sequence[str],
    reads: dict[str, list[str]],
) -> None:
    counts = (1, 20, effort.tenants)
    memory: dict[int, str] = {}
    async with AsyncExitStack() as stack:
        services: dict[int, Running] = {}
        known: set[int] = set()
        for count in counts:
            # three services share the sealing that one does in production
            services[count] = await stack.enter_async_context(
                cases_service(at, database, f"cases_{count}", seal_seconds="180")
            )
            for paths in reads.values():
                answers = 0
                while answers < WARM_VISITS * count * CONNECTIONS:
                    requests = _requests(at, tenants[:count], paths)
                    outcome = await load(services[count].port, requests, seconds=effort.seconds * 4, warm=0)
                    answers += outcome.answers
            now = set(backends(at.postgres_pid, service_login("cases")))
            memory[count] = _memory(now - known)
            known = now
        for read, paths in reads.items():
            rates: dict[int, list[float]] = {count: [] for count in counts}
            for _ in range(effort.rounds):
                for count, service in services.items():
                    requests = _requests(at, tenants[:count], paths)
                    outcome = await load(service.port, requests, seconds=effort.seconds)
                    rates[count].append(outcome.per_second)
            for count in counts:
                share = ratio(rates[count], rates[1])
                section.row(
                    f"{read}, {count} tenant{'s' if count > 1 else ''}, requests/s (share of 1 tenant's)",
                    f"{median(rates[count]):,.0f} ({share:.2f})",
                    target=Target(share, GOAL) if count == effort.tenants else None,
                )
    for count, used in memory.items():
        section.row(f"memory of a connection that served {count} tenant{'s' if count > 1 else ''}", used)


def _requests(at: Servers, tenants: Sequence[str], paths: Sequence[str]) -> list[tuple[str, str]]:
    headers = [bearer(at.stand_ins.token_of(reader_of(tenant))) for tenant in tenants]
    return [(path, header) for header in headers for path in paths]


def _memory(pids: set[int]) -> str:
    """Of the pool's connections; the relay's own, which sees no tenant, is the smallest and left out."""
    pool = sorted(pids, key=own_memory_mb)[-CONNECTIONS:]
    own, pss = sum(map(own_memory_mb, pool)) / len(pool), sum(map(memory_mb, pool)) / len(pool)
    return f"{own:.1f} MB of its own, {pss:.1f} MB PSS"


async def _time_check(section: Section, database: ServiceDatabase) -> None:
    times, report = [], migrations.Report()
    for _ in range(3):
        started = time.monotonic()
        report = await migrations.migrate("cases", database.migration_url)
        times.append(time.monotonic() - started)
    section.row(
        f"migration check with nothing to do, {report.unchanged - 1:,} tenants",
        ", ".join(f"{seconds:.2f} s" for seconds in times),
        target=Target(median(times), CHECK_SECONDS, at_most=True, unit=" s"),
    )
