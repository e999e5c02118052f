"""What tracing and metrics cost: the same service with both and with neither."""

from contextlib import AsyncExitStack

from tests.load.arithmetic import median, ratio
from tests.load.content import make, reader_of
from tests.load.effort import Effort
from tests.load.platform import CONNECTIONS, bearer, cases_service, load, provision, servers
from tests.load.report import Section, Target
from tests.load.resources import cpu_seconds

TENANT = "pz_aalst"
DOSSIERS = 60
GOAL = 0.9
WITH, WITHOUT = "with tracing (10 % sampled, exported) and metrics", "without both"


async def measure(effort: Effort) -> Section:
    """Two processes of the same service, loaded in turns."""
    section = Section(
        "overhead",
        "Tracing and metrics",
        f"Dossier detail, one tenant, {CONNECTIONS} connections; {effort.rounds} rounds of {effort.seconds} s in "
        "turns. Spans go to a collector that takes them and does nothing.",
        ["what", "requests/s", "CPU ms/request"],
    )
    content = make(DOSSIERS)
    async with servers() as at, AsyncExitStack() as stack:
        database = await at.database_of("cases")
        await provision("cases", database, [TENANT], content)
        off = {"otlp_endpoint": "", "metrics_enabled": "false"}
        services = {
            WITH: await stack.enter_async_context(cases_service(at, database, "cases_with")),
            WITHOUT: await stack.enter_async_context(cases_service(at, database, "cases_without", **off)),
        }
        rates: dict[str, list[float]] = {name: [] for name in services}
        cpu: dict[str, list[float]] = {name: [] for name in services}
        for _ in range(effort.rounds):
            header = bearer(at.stand_ins.token_of(reader_of(TENANT)))
            requests = [(f"/dossiers/{dossier_id}", header) for dossier_id in content.in_sight]
            for name, service in services.items():
                await load(service.port, requests, seconds=1, warm=0)
                before = cpu_seconds(service.pid)
                outcome = await load(service.port, requests, seconds=effort.seconds, warm=0)
                cpu[name].append((cpu_seconds(service.pid) - before) * 1000 / outcome.answers)
                rates[name].append(outcome.per_second)
        section.row(WITHOUT, f"{median(rates[WITHOUT]):,.0f}", f"{median(cpu[WITHOUT]):.2f}")
        section.row(
            f"{WITH} (share of without)",
            f"{median(rates[WITH]):,.0f}",
            f"{median(cpu[WITH]):.2f}",
            target=Target(ratio(rates[WITH], rates[WITHOUT]), GOAL),
        )
        if not at.stand_ins.exports:
            section.notes.append("**No spans reached the collector: the figures say nothing.**")
    return section
