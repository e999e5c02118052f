"""What a running service holds, and what works in it beside its doors: relay, listeners, timers, pruning, sealing."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from litestar.di import Provide
from litestar.types import ControllerRouterHandler
from nats.aio.client import Client as NatsClient
from nats.js import JetStreamContext
from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import TokenVerifier
from shared.client import CALLER_TOKEN, CLIENT, ServiceClient
from shared.contracts.event import Event
from shared.db import Database, connect, driver_of, platform_transaction
from shared.errors import Unavailable
from shared.inbox import Handler, Listener, Subscriptions
from shared.lifecycle import Belongings, Lifecycle, Pruner, tenants_here
from shared.outbox import Relay
from shared.settings import Settings
from shared.streams import connect as connect_nats
from shared.telemetry import PARKED, WORKER_RESTARTS
from shared.timers import TimerHandlers, TimerWorker

_RESTART_SECONDS = (0.2, 0.5, 1, 2, 5)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Service:
    """What makes a service this service; the rest is the same for all."""

    name: str
    settings: Settings
    routes: Sequence[ControllerRouterHandler]
    subscriptions: Subscriptions = field(default_factory=dict)
    timers: TimerHandlers = field(default_factory=dict)
    follows_tenants: bool = True
    """False for identity alone, which makes the tenants itself."""
    verifier: TokenVerifier | None = None
    """Given by identity, which knows its keys; the others ask it for them."""
    dependencies: Mapping[str, Provide] = field(default_factory=dict)
    workers: Mapping[str, Callable[["Runtime"], Awaitable[None]]] = field(default_factory=dict)
    platform_subscriptions: Subscriptions = field(default_factory=dict)
    """Handlers of events that belong to no tenant's schema; they run in a platform transaction."""
    carries: Mapping[str, Any] = field(default_factory=dict)
    """What commands and queries find in `session.info`, beside the way to other services."""
    attach: Callable[["Runtime"], None] | None = None
    """Called once the database is there, for what was made before it (identity's keys)."""
    belongings: Belongings | None = None
    """What it keeps of a tenant outside its database."""
    withheld: frozenset[str] = frozenset()
    """Tables that no export holds: keys and the like, which are secret and make no sense elsewhere."""


@dataclass
class Runtime:
    """What a running service holds. `nats` is None where no worker runs."""

    service: Service
    database: Database
    client: ServiceClient
    verifier: TokenVerifier
    nats: NatsClient | None = None
    workers: set[asyncio.Task[None]] = field(default_factory=set)
    ready: bool = False

    def equip(self, session: AsyncSession, token: str = "") -> None:
        """Put in the session's reach what a command or query may need beside the database."""
        session.info[CLIENT] = self.client
        session.info[CALLER_TOKEN] = token
        session.info.update(self.service.carries)


def open_database(settings: Settings, service: str) -> Database:
    return connect(
        settings.service_db_url,
        service,
        pool_size=settings.db_pool_size,
        statement_cache=settings.db_statement_cache,
        recycle_seconds=settings.db_recycle_seconds,
    )


def open_client(settings: Settings, service: str) -> ServiceClient:
    urls = {
        name: getattr(settings, f"{name}_url")
        for name in ("identity", "cases", "rostering", "referrals", "notifications")
    }
    return ServiceClient(service, urls, secret=settings.service_secret)


async def keep_running(runtime: Runtime, name: str, work: Callable[[Runtime], Awaitable[None]]) -> None:
    """Start a worker again whenever it breaks, a little later each time."""
    failures = 0
    while True:
        started = time.monotonic()
        try:
            await work(runtime)
        except Unavailable as away:
            log.warning("worker waits for another part", extra={"facts": {"worker": name, "code": away.code}})
            await asyncio.sleep(_RESTART_SECONDS[min(failures, len(_RESTART_SECONDS) - 1)])
            failures += 1
        # whatever it was: a worker that stays down is worse, and nothing is lost, since its work is in the database
        except Exception:
            if time.monotonic() - started > _RESTART_SECONDS[-1]:
                failures = 0
            log.exception("worker broke, starting it again", extra={"facts": {"worker": name}})
            WORKER_RESTARTS.labels(runtime.service.name, name).inc()
            await asyncio.sleep(_RESTART_SECONDS[min(failures, len(_RESTART_SECONDS) - 1)])
            failures += 1
        else:
            return


def lifecycle_of(service: Service, database: Database) -> Lifecycle:
    settings = service.settings
    return Lifecycle(
        database,
        migration_url=settings.migration_db_url,
        export_dir=settings.export_dir,
        belongings=service.belongings,
        withheld=service.withheld,
    )


def listener_of(
    service: Service, database: Database, stream: JetStreamContext | None, *, client: ServiceClient
) -> Listener:
    """A service's ears: its own subscriptions, and those on the platform; without a stream it can only replay."""
    on_platform: dict[type[Event], Handler] = {
        kind: _on_platform(database, handler) for kind, handler in service.platform_subscriptions.items()
    }
    if service.follows_tenants:
        on_platform |= lifecycle_of(service, database).subscriptions()
    return Listener(database, stream, service.subscriptions, lifecycle=on_platform, client=client)


def _on_platform(database: Database, handler: Handler) -> Handler:
    async def handle(event: Event) -> None:
        async with platform_transaction(database) as session:
            await handler(session, event, now=datetime.now(UTC))

    return handle


async def start_workers(runtime: Runtime) -> None:
    """Connect to NATS and start everything that works in the background."""
    service, settings = runtime.service, runtime.service.settings
    runtime.nats = await connect_nats(settings.nats_url, service.name)
    stream = runtime.nats.jetstream()
    listener = listener_of(service, runtime.database, stream, client=runtime.client)
    relay = Relay(service.name, settings.service_db_url, stream)
    timers = TimerWorker(runtime.database, service.timers, client=runtime.client)
    works: dict[str, Callable[[], Awaitable[None]]] = {
        "relay": relay.run,
        "timers": timers.run,
        "measures": lambda: _measure(runtime),
        **{f"listen {name}": partial(listener.run, name) for name in listener.streams()},
        **{name: partial(work, runtime) for name, work in service.workers.items()},
    }
    pruner = Pruner(
        runtime.database,
        key_days=settings.key_days,
        inbox_days=settings.inbox_days,
        seconds=settings.prune_seconds,
    )
    works["pruner"] = pruner.run
    if service.follows_tenants:
        works["reconcile"] = lambda: lifecycle_of(service, runtime.database).reconcile(runtime.client)
    if settings.audit_key:
        key = audit.Key(settings.audit_key)
        sealer = audit.Sealer(
            runtime.database, key, lambda: tenants_here(runtime.database), seconds=settings.seal_seconds
        )
        works["sealer"] = sealer.run
    for name, work in works.items():
        runtime.workers.add(asyncio.create_task(keep_running(runtime, name, _alone(work)), name=name))
    runtime.ready = True


def _alone(work: Callable[[], Awaitable[None]]) -> Callable[[Runtime], Awaitable[None]]:
    async def run(_runtime: Runtime) -> None:
        await work()

    return run


async def _measure(runtime: Runtime) -> None:
    """What only the database knows, told to /metrics every ten seconds."""
    while True:
        async with platform_transaction(runtime.database) as session:
            parked = await driver_of(session).fetchval("SELECT count(*) FROM parked_messages")
        PARKED.labels(runtime.service.name).set(parked)
        await asyncio.sleep(10)
