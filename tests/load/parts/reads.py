"""The two hot reads over HTTP with everything on, against PostgreSQL alone and against the same in other stacks."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from uuid import UUID

import aiohttp
import msgspec

from deploy.database import ServiceDatabase
from services.cases.dossiers.queries import dossier_by_id, dossier_page
from shared.contracts.cases import DossierPage, DossierView
from tests.load import contenders, pgbench
from tests.load.arithmetic import median, ratio, spread
from tests.load.content import make, reader_of
from tests.load.effort import Effort
from tests.load.generator import Outcome
from tests.load.pgbench import RoundTrip
from tests.load.platform import (
    CONNECTIONS,
    Running,
    Servers,
    ServiceFailed,
    bearer,
    cases_service,
    load,
    provision,
    servers,
)
from tests.load.report import Section, Target
from tests.load.resources import cpu_seconds

TENANT = "pz_aalst"
DOSSIERS = 200
PGBENCH_DOSSIERS = 8
OURS, FASTAPI, DJANGO = "ours", "FastAPI + ORM + pydantic", "Django + DRF + django-tenants"
GOALS = {"dossier detail": 0.09, "list of 50": 0.08}
ALGORITHMS = {OURS: "Ed25519", FASTAPI: "EdDSA", DJANGO: "EdDSA"}
"""One and the same; PyJWT knows it by its older name."""
PEER_GOALS = {FASTAPI: 1.5, DJANGO: 3.0}


@dataclass
class Rounds:
    """What one contender did in the rounds of one read."""

    outcomes: list[Outcome] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    """Milliseconds of processor time of the server process for each request."""

    @property
    def rates(self) -> list[float]:
        return [outcome.per_second for outcome in self.outcomes]


async def measure(effort: Effort) -> Section:
    """Every contender is one process with eight connections to the database; they take turns."""
    section = Section(
        "reads",
        "Hot reads",
        f"One tenant with {DOSSIERS} dossiers; a closed loop of {CONNECTIONS} connections from a process of its own "
        f"(`tests/load/generator.py`); {effort.rounds} rounds of {effort.seconds} s in turns after a warm-up. Ours has "
        "everything on: token check, tenant entry, access filter, audit row, tracing of 10 % with export, metrics, "
        "workers. pgbench sends the very transaction that the service sends, recorded from its connection, with as "
        "many connections and prepared statements; every transaction writes its audit row and is flushed to disk. Each "
        "HTTP contender is one server process. CPU is the server process's own, without PostgreSQL's; it is the "
        "steadier figure on a busy machine.",
        ["what", "requests/s", "rounds lie apart", "CPU ms/request", "p50 ms", "p99 ms"],
    )
    content = make(DOSSIERS)
    async with servers() as at, AsyncExitStack() as stack:
        database = await at.database_of("cases")
        await provision("cases", database, [TENANT], content)
        running = {
            OURS: await stack.enter_async_context(cases_service(at, database)),
            FASTAPI: await stack.enter_async_context(contenders.fastapi(at, database)),
            DJANGO: await stack.enter_async_context(contenders.django(at, database)),
        }
        await _compare_answers(at, running, content.in_sight[0])
        transactions = await _transactions(database, content.in_sight)
        paths = {
            "dossier detail": [f"/dossiers/{dossier_id}" for dossier_id in content.in_sight],
            "list of 50": ["/dossiers"],
        }
        for read, its_paths in paths.items():
            alone, rounds = await _rounds(effort, at, database, running, its_paths, transactions[read])
            _report(section, read, alone, rounds)
    return section


async def _transactions(
    database: ServiceDatabase, dossiers: Sequence[UUID]
) -> dict[str, list[list[RoundTrip]]]:
    who, url = reader_of(TENANT), database.service_url
    return {
        "dossier detail": [
            await pgbench.record(url, "cases", who, dossier_by_id, dossier_id)
            for dossier_id in dossiers[:PGBENCH_DOSSIERS]
        ],
        "list of 50": [await pgbench.record(url, "cases", who, dossier_page)],
    }


async def _rounds(
    effort: Effort,
    at: Servers,
    database: ServiceDatabase,
    running: dict[str, Running],
    paths: list[str],
    transactions: list[list[RoundTrip]],
) -> tuple[list[float], dict[str, Rounds]]:
    alone: list[float] = []
    rounds = {name: Rounds() for name in running}
    for _ in range(effort.rounds):
        alone.append(
            await pgbench.run(
                database.service_url, transactions, at.folder, connections=CONNECTIONS, seconds=effort.seconds
            )
        )
        for name, contender in running.items():
            header = bearer(at.stand_ins.token_of(reader_of(TENANT), ALGORITHMS[name]))
            requests = [(path, header) for path in paths]
            await load(contender.port, requests, seconds=1, warm=0)
            before = cpu_seconds(contender.pid)
            outcome = await load(contender.port, requests, seconds=effort.seconds, warm=0)
            rounds[name].cpu.append((cpu_seconds(contender.pid) - before) * 1000 / outcome.answers)
            rounds[name].outcomes.append(outcome)
    return alone, rounds


def _report(section: Section, read: str, alone: list[float], rounds: dict[str, Rounds]) -> None:
    section.row(f"{read}: pgbench", f"{median(alone):,.0f}", f"{spread(alone):.0%}", "", "", "")
    ours = rounds[OURS].rates
    for name, of in rounds.items():
        target = (
            Target(ratio(ours, alone), GOALS[read])
            if name == OURS
            else Target(ratio(ours, of.rates), PEER_GOALS[name], digits=1, unit=" times")
        )
        section.row(
            f"{read}: {name}" + (" (share of pgbench)" if name == OURS else " (ours against it)"),
            f"{median(of.rates):,.0f}",
            f"{spread(of.rates):.0%}",
            f"{median(of.cpu):.2f}",
            f"{median([outcome.p50_ms for outcome in of.outcomes]):.1f}",
            f"{median([outcome.p99_ms for outcome in of.outcomes]):.1f}",
            target=target,
        )
    busiest = max(outcome.own_cpu for of in rounds.values() for outcome in of.outcomes)
    section.notes.append(
        f"The answer of {read} is {rounds[OURS].outcomes[0].bytes_each:,} bytes; the generator never took more than "
        f"{busiest:.0%} of a core."
    )


async def _compare_answers(at: Servers, running: dict[str, Running], dossier_id: UUID) -> None:
    """All contenders must answer the same, else comparing their speed means nothing."""
    tokens = {
        name: at.stand_ins.token_of(reader_of(TENANT), algorithm) for name, algorithm in ALGORITHMS.items()
    }
    async with aiohttp.ClientSession() as session:
        for path, kind in ((f"/dossiers/{dossier_id}", DossierView), ("/dossiers", DossierPage)):
            answers = {
                name: await _answer(session, f"http://127.0.0.1:{contender.port}{path}", tokens[name], kind)
                for name, contender in running.items()
            }
            for name, answer in answers.items():
                if answer != answers[OURS]:
                    raise ServiceFailed(f"{name} answers {path} differently:\n{answer}\n{answers[OURS]}")


async def _answer(
    session: aiohttp.ClientSession, url: str, token: str, kind: type[msgspec.Struct]
) -> msgspec.Struct:
    async with session.get(url, headers={"Authorization": f"Bearer {token}"}) as answer:
        body = await answer.read()
        if not answer.ok:
            raise ServiceFailed(f"{url}: {body[:2000].decode(errors='replace')}")
        return msgspec.json.decode(body, type=kind)
