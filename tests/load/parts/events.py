"""Events: how soon after its commit a fact is handled elsewhere, and how many a second each part can take."""

import asyncio
import sys
import time
from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

import msgspec
from nats.js import JetStreamContext

from deploy.database import ServiceDatabase
from deploy.nats.rights import ADMIN
from shared.contracts.event import encode
from shared.db import connect, direct_connection, transaction
from shared.outbox import publish
from shared.streams import connect as connect_nats
from tests.load.arithmetic import median, percentile, ratio
from tests.load.bell import (
    READY,
    SERVICE,
    STREAM,
    TENANTS,
    BellRung,
    Handled,
    Job,
    Rate,
    make_stream,
    ring,
    subjects_of,
)
from tests.load.effort import Effort
from tests.load.platform import Servers, ServiceFailed, provision, servers
from tests.load.report import ROOT, Section, Target

PER_SECOND = 100
_FILL = """
    INSERT INTO platform.outbox (event_id, tenant, subject, aggregate, payload, traceparent, occurred_at)
    SELECT event_id, tenant, subject, aggregate, payload, '', now()
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bytea[])
      AS new (event_id, tenant, subject, aggregate, payload)
"""

Outcome = TypeVar("Outcome")


async def measure(effort: Effort) -> Section:
    """Relay and listener each as a process of its own, with the settings that services run them with."""
    section = Section(
        "events",
        "Events",
        "A service with one event and an empty handler, ten tenants. Latency: transactions are committed at "
        f"{PER_SECOND}/s by one process, relayed by a second (woken by NOTIFY) and handled by a third; from the return "
        "of the publisher's COMMIT to the return of the handler's. Consumer: one process works through a full stream, "
        "each event in a transaction of its own with its inbox row (fsync on). Relay: a full outbox, against the same "
        "messages published straight to JetStream with 1,000 acknowledgements in flight and no message id.",
        ["measured", "raw", "CPU ms each"],
    )
    async with servers() as at:
        database = await at.database_of(SERVICE)
        await provision(SERVICE, database, TENANTS)
        nats = await connect_nats(at.nats.url(ADMIN), ADMIN)
        try:
            stream = nats.jetstream()
            await make_stream(stream)
            bench = _Bench(at, database, stream)
            await bench.latency(section, effort.events // 10)
            await bench.consumer(section, effort.events, effort.rounds)
            await bench.relay(section, effort.events, effort.rounds)
        finally:
            await nats.close()  # one left open would keep the loop from ending
    return section


class _Bench:
    def __init__(self, at: Servers, database: ServiceDatabase, stream: JetStreamContext) -> None:
        self._at = at
        self._database = database
        self._stream = stream

    async def latency(self, section: Section, rings: int) -> None:
        listening = await self._start("listen", rings)
        relaying = await self._start("relay", rings)
        await asyncio.sleep(1)  # both are connected, and wait
        committed = await self._ring(rings)
        handled = await _outcome(listening, Handled)
        await _outcome(relaying, Rate)
        delays = [(handled.at[event_id] - at) * 1000 for event_id, at in committed.items()]
        p50, p99 = percentile(delays, 0.5), percentile(delays, 0.99)
        how = f"{rings:,} events at {PER_SECOND}/s"
        section.row(
            "commit to handled, p50", how, "", target=Target(p50, 3, at_most=True, digits=1, unit=" ms")
        )
        section.row(
            "commit to handled, p99", how, "", target=Target(p99, 20, at_most=True, digits=1, unit=" ms")
        )

    async def _ring(self, rings: int) -> dict[UUID, float]:
        """Commit one ring every hundredth of a second, whatever the others take."""
        database = connect(
            self._database.service_url, SERVICE, pool_size=4, statement_cache=100, recycle_seconds=3600
        )
        committed: dict[UUID, float] = {}

        async def one(event: BellRung) -> None:
            async with transaction(database, event.tenant) as session:
                publish(session, event)
            committed[event.id] = time.monotonic()

        begin = time.monotonic()
        async with asyncio.TaskGroup() as going:
            for number in range(rings):
                await asyncio.sleep(max(begin + number / PER_SECOND - time.monotonic(), 0))
                going.create_task(one(ring(number)))
        await database.engine.dispose()
        return committed

    async def consumer(self, section: Section, rings: int, rounds: int) -> None:
        rates, cpu = [], []
        for _ in range(rounds):
            await self._publish([ring(number) for number in range(rings)])
            handled = await _outcome(await self._start("listen", rings), Handled)
            moments = sorted(handled.at.values())
            rates.append((len(moments) - 1) / (moments[-1] - moments[0]))
            cpu.append(handled.cpu * 1000 / rings)
        section.row(
            "handled by one consumer, a transaction each",
            f"{rounds} rounds of {rings:,}: " + _list(rates),
            f"{median(cpu):.2f}",
            target=Target(median(rates), 1500, digits=0, unit="/s"),
        )

    async def _publish(self, rings: Sequence[BellRung]) -> None:
        for begin in range(0, len(rings), 1000):
            several = rings[begin : begin + 1000]
            acks = [
                await self._stream.publish_async(subject, encode(event))
                for subject, event in zip(subjects_of(several), several, strict=True)
            ]
            await asyncio.gather(*acks)

    async def relay(self, section: Section, rings: int, rounds: int) -> None:
        relayed: list[Rate] = []
        raw: list[Rate] = []
        for _ in range(rounds):
            await self._stream.purge_stream(STREAM)
            await self._fill([ring(number) for number in range(rings)])
            raw.append(await _outcome(await self._start("raw", rings), Rate))
            relayed.append(await _outcome(await self._start("relay", rings), Rate))
        rates = [rate.per_second for rate in relayed]
        raw_rates = [rate.per_second for rate in raw]
        section.row(
            "raw JetStream publishing, a second",
            f"{rounds} rounds of {rings:,}: " + _list(raw_rates),
            f"{median([rate.cpu_ms for rate in raw]):.2f}",
        )
        section.row(
            "relay from outbox to JetStream, a second, as share of raw",
            _list(rates),
            f"{median([rate.cpu_ms for rate in relayed]):.2f}",
            target=Target(ratio(rates, raw_rates), 0.5),
        )

    async def _fill(self, rings: Sequence[BellRung]) -> None:
        connection = await direct_connection(self._database.service_url, SERVICE)
        await connection.execute(
            _FILL,
            [event.id for event in rings],
            [event.tenant for event in rings],
            subjects_of(rings),
            [event.aggregate for event in rings],
            [encode(event) for event in rings],
        )
        await connection.close()

    async def _start(self, work: str, rings: int) -> asyncio.subprocess.Process:
        job = Job(self._database.service_url, self._at.nats.url(ADMIN), rings)
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.load.bell", work,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, cwd=ROOT,
        )  # fmt: skip
        assert child.stdin is not None
        child.stdin.write(msgspec.json.encode(job))
        child.stdin.write_eof()
        assert child.stdout is not None
        await child.stdout.readexactly(len(READY))
        return child


async def _outcome(child: asyncio.subprocess.Process, kind: type[Outcome]) -> Outcome:
    out, err = await asyncio.wait_for(child.communicate(), 300)
    said = err.decode(errors="replace")[-3000:]
    if child.returncode:
        raise ServiceFailed(said)
    try:
        return msgspec.json.decode(out, type=kind)
    except msgspec.DecodeError as cut:
        came = f"{len(out)} bytes of an answer, exit code {child.returncode}"
        raise ServiceFailed(f"{came}: {out[:80]!r} ... {out[-80:]!r}\n{said}") from cut


def _list(rates: Sequence[float]) -> str:
    return ", ".join(f"{rate:,.0f}" for rate in rates)
