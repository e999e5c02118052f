"""Who is on call now and next, asked by every screen of a police zone all night, against PostgreSQL alone."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from deploy.database import ServiceDatabase
from services.rostering.call_outs import commands as call_out_commands
from services.rostering.call_outs.queries import on_call_now
from services.rostering.rosters import commands as roster_commands
from shared.auth import Permission, Principal
from shared.contracts.call_outs import AcceptCallOut, RequestCallOut
from shared.contracts.rostering import PlanShift
from shared.db import connect, transaction, uuid7
from tests.load import pgbench
from tests.load.arithmetic import median, ratio, spread
from tests.load.effort import Effort
from tests.load.generator import Outcome
from tests.load.platform import CONNECTIONS, bearer, load, provision, real_service, servers
from tests.load.report import Section, Target
from tests.load.resources import cpu_seconds

TENANT = "pz_aalst"
LEVELS = ("primary", "secondary", "backup", "coordinator")
WORKERS = [UUID(f"018f0000-0000-7000-8000-{number:012x}") for number in range(1, 9)]
WEEKS_BACK, WEEKS_AHEAD, CALL_OUTS = 26, 8, 40
GOAL = 0.09


def somebody(*permissions: Permission, user_id: UUID = WORKERS[0]) -> Principal:
    return Principal(
        user_id=user_id,
        tenant=TENANT,
        session_id=uuid7(),
        permissions=frozenset({Permission.SELF, *permissions}),
    )


async def measure(effort: Effort) -> Section:
    """One process with eight connections to the database, in turns with pgbench."""
    section = Section(
        "on_call",
        "On call now and next",
        f"`GET /on-call` of one tenant with {WEEKS_BACK + WEEKS_AHEAD + 1} weeks of shifts at {len(LEVELS)} levels and "
        f"{CALL_OUTS} call-outs, one of them under way and the others waiting; a closed loop of {CONNECTIONS} connections; "
        f"{effort.rounds} rounds of {effort.seconds} s in turns after a warm-up. Everything is on, as for the hot reads; "
        "pgbench sends the transaction that the service sends, recorded from its connection.",
        ["what", "requests/s", "rounds lie apart", "CPU ms/request", "p50 ms", "p99 ms"],
    )
    reader = somebody(Permission.ON_CALL_READ)
    alone: list[float] = []
    outcomes: list[Outcome] = []
    cpu: list[float] = []
    async with servers("rostering") as at:
        database = await at.database_of("rostering")
        await provision("rostering", database, [TENANT])
        await fill(database)
        sent = [await pgbench.record(database.service_url, "rostering", reader, on_call_now)]
        async with real_service("rostering", at, database) as ours:
            requests = [("/on-call", bearer(at.stand_ins.token_of(reader, "Ed25519")))]
            for _ in range(effort.rounds):
                alone.append(
                    await pgbench.run(
                        database.service_url, sent, at.folder, connections=CONNECTIONS, seconds=effort.seconds
                    )
                )
                await load(ours.port, requests, seconds=1, warm=0)
                before = cpu_seconds(ours.pid)
                outcome = await load(ours.port, requests, seconds=effort.seconds, warm=0)
                cpu.append((cpu_seconds(ours.pid) - before) * 1000 / outcome.answers)
                outcomes.append(outcome)
    rates = [outcome.per_second for outcome in outcomes]
    section.row("pgbench", f"{median(alone):,.0f}", f"{spread(alone):.0%}", "", "", "")
    section.row(
        "ours (share of pgbench)",
        f"{median(rates):,.0f}",
        f"{spread(rates):.0%}",
        f"{median(cpu):.2f}",
        f"{median([outcome.p50_ms for outcome in outcomes]):.1f}",
        f"{median([outcome.p99_ms for outcome in outcomes]):.1f}",
        target=Target(ratio(rates, alone), GOAL),
    )
    return section


async def fill(made: ServiceDatabase) -> None:
    """A roster and call-outs, by the commands that people give."""
    now = datetime.now(UTC)
    monday = now.replace(hour=7, minute=0, second=0, microsecond=0) - timedelta(days=now.weekday())
    planner, dispatcher = somebody(Permission.ROSTER_MANAGE), somebody(Permission.CALL_OUT_REQUEST)
    database = connect(made.service_url, "rostering", pool_size=1, statement_cache=100, recycle_seconds=3600)
    try:
        for week in range(-WEEKS_BACK, WEEKS_AHEAD + 1):
            starts_at = monday + timedelta(weeks=week)
            async with transaction(database, TENANT) as session:
                for place, level in enumerate(LEVELS):
                    shift = PlanShift(
                        user_id=WORKERS[(week + place) % len(WORKERS)],
                        level=level,
                        starts_at=starts_at,
                        ends_at=starts_at + timedelta(weeks=1),
                    )
                    await roster_commands.plan_shift(
                        session, planner, shift, now=starts_at - timedelta(days=21)
                    )
        briefing = RequestCallOut(incident_type="fire", place="Markt 1, Aalst", summary="Brand in een woning")
        for number in range(CALL_OUTS):
            async with transaction(database, TENANT) as session:
                asked = await call_out_commands.request_call_out(session, dispatcher, briefing, now=now)
            if number == 0:
                first = somebody(Permission.CALL_OUT_ANSWER, user_id=WORKERS[0])
                async with transaction(database, TENANT) as session:
                    await call_out_commands.accept_call_out(
                        session, first, AcceptCallOut(), asked.call_out_id, now=now
                    )
    finally:
        await database.engine.dispose()
