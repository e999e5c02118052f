"""The parts that are measured, as they run in production: durable PostgreSQL, NATS on disk, services as processes."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import msgspec

from deploy.catalogue import Traffic, listenings_of, subjects_heard_by
from deploy.database import ServiceDatabase, prepare_database
from deploy.local import processes
from deploy.local.nats_server import EmbeddedNats
from deploy.local.postgres import EmbeddedPostgres
from deploy.local.supervisor import answers
from deploy.nats.rights import ADMIN, USERS
from deploy.nats.streams import ensure_streams
from shared import migrations
from tests.load.content import Content, fill
from tests.load.generator import Job, Outcome
from tests.load.report import ROOT
from tests.load.stand_ins import StandIns

PASSWORD = "bench-only"
CONNECTIONS = 8
"""Connections of every contender to the database, and of the load to every contender."""
_AUDIT_KEY = "YmVuY2gtb25seS1iZW5jaC1vbmx5LWJlbmNoLW9ubHk"


class ServiceFailed(Exception):
    """A process of the benchmark did not do its work; the message is the end of its log."""


@dataclass
class Servers:
    """What a part starts its processes against."""

    folder: Path
    postgres: EmbeddedPostgres
    nats: EmbeddedNats
    stand_ins: StandIns

    @property
    def postgres_pid(self) -> int:
        assert self.postgres.process is not None
        return self.postgres.process.pid

    async def database_of(self, service: str, database: str = "") -> ServiceDatabase:
        """A migrated database for a service."""
        made = await prepare_database(
            self.postgres.admin_url,
            service,
            service_password=PASSWORD,
            migrator_password=PASSWORD,
            database=database,
        )
        await migrations.migrate(service, made.migration_url)
        return made


@asynccontextmanager
async def servers(service: str = "cases") -> AsyncIterator[Servers]:
    """PostgreSQL and NATS with the settings of `make up`: every commit reaches the disk. Streams are for one service."""
    folder = Path(tempfile.mkdtemp(prefix="vangnet-bench-"))
    folder.chmod(0o755)
    traffic = Traffic(tuple(listenings_of(service, subjects_heard_by(service))), ())
    stand_ins = StandIns()
    postgres = EmbeddedPostgres(folder / "postgres", password=PASSWORD)
    try:
        with (
            postgres,
            EmbeddedNats(folder / "nats", passwords=dict.fromkeys(USERS, PASSWORD), traffic=traffic) as nats,
        ):
            await ensure_streams(nats.url(ADMIN), traffic)
            async with stand_ins.open():
                yield Servers(folder, postgres, nats, stand_ins)
    finally:
        postgres.erase()
        shutil.rmtree(folder, ignore_errors=True)


async def provision(
    service: str, database: ServiceDatabase, tenants: Sequence[str], content: Content | None = None
) -> None:
    """Make tenants as identity's event would, and fill them."""
    for tenant in tenants:
        await migrations.provision(
            service, database.migration_url, tenant, name=tenant, kind="police_zone", legal_language="nl"
        )
    if content is not None:
        await fill(database.migration_url, tenants, content)


@dataclass(frozen=True)
class Running:
    """A contender that answers."""

    port: int
    pid: int


@contextmanager
def process(
    command: Sequence[str | Path], environment: Mapping[str, str], log: Path, cwd: Path = ROOT
) -> Iterator[subprocess.Popen[bytes]]:
    """A child that ends with this block, however it is left."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("VANGNET_", "PG"))}
    with log.open("wb") as output:
        child = processes.spawn(command, output=output, env={**clean, **environment}, cwd=cwd)
    try:
        yield child
    finally:
        processes.stop(child, signal.SIGTERM)


@asynccontextmanager
async def listening(
    command: Sequence[str | Path],
    environment: Mapping[str, str],
    log: Path,
    port: int,
    ready: str,
    cwd: Path = ROOT,
) -> AsyncIterator[Running]:
    """A child that serves HTTP; raises `ServiceFailed` when it never answers."""
    with process(command, environment, log, cwd) as child:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as session:
            for _ in range(300):
                if child.poll() is not None:
                    break
                if await answers(session, f"http://127.0.0.1:{port}{ready}"):
                    yield Running(port, child.pid)
                    return
                await asyncio.sleep(0.1)
        raise ServiceFailed(processes.last_lines(log, 40))


@asynccontextmanager
async def cases_service(
    at: Servers, database: ServiceDatabase, name: str = "cases", **settings: str
) -> AsyncIterator[Running]:
    """Cases, serving and working, with tracing and metrics unless `settings` say otherwise."""
    async with real_service("cases", at, database, name, **settings) as running:
        yield running


@asynccontextmanager
async def real_service(
    service: str, at: Servers, database: ServiceDatabase, name: str = "", **settings: str
) -> AsyncIterator[Running]:
    """One of our services with everything on."""
    port = processes.free_port()
    values = {
        "service_db_url": database.service_url,
        "migration_db_url": database.migration_url,
        "nats_url": at.nats.url(service),
        "http_port": str(port),
        "identity_url": at.stand_ins.url,
        "service_secret": PASSWORD,
        "audit_key": _AUDIT_KEY,
        "otlp_endpoint": at.stand_ins.url,
        "db_pool_size": str(CONNECTIONS),
        "log_level": "WARNING",
        **settings,
    }
    environment = {f"VANGNET_{key.upper()}": value for key, value in values.items()}
    command = [sys.executable, "-m", f"services.{service}"]
    log = at.folder / f"{name or service}.log"
    async with listening(command, environment, log, port, "/health/ready") as running:
        yield running


def bearer(token: str) -> str:
    return f"Authorization: Bearer {token}"


async def load(
    port: int,
    requests: list[tuple[str, str]],
    *,
    seconds: float,
    warm: float = 1.0,
    connections: int = CONNECTIONS,
) -> Outcome:
    """Send requests from a process of its own; raises `ServiceFailed` on any answer but 200."""
    job = Job(port, requests, connections, warm, seconds)
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.load.generator",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip
    out, err = await child.communicate(msgspec.json.encode(job))
    if child.returncode:
        raise ServiceFailed(err.decode(errors="replace")[-3000:])
    return msgspec.json.decode(out, type=Outcome)
