"""Every service starts here: doors with token, transaction and idempotency; health, metrics, problems; workers."""

import asyncio
import contextlib
import logging
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Any, TypeVar, cast

import msgspec
from litestar import Litestar, MediaType, Request, Response, get
from litestar.config.response_cache import ResponseCacheConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.types import ASGIApp, ControllerRouterHandler, Message, Receive, Scope, Send
from nats.aio.client import Client as NatsClient
from nats.js import JetStreamContext
from opentelemetry import trace
from opentelemetry.trace import SpanKind
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit, idempotency, telemetry
from shared.auth import Principal, TokenVerifier
from shared.client import CLIENT, ServiceClient
from shared.contracts.event import Event
from shared.db import Database, connect, driver_of, platform_transaction, transaction
from shared.errors import (
    FieldError,
    Forbidden,
    Invalid,
    NotFound,
    Problem,
    ProblemDetails,
    Unauthenticated,
    Unavailable,
    details_of,
)
from shared.inbox import Handler, Listener, Subscriptions
from shared.lifecycle import Belongings, Lifecycle, Pruner, tenants_here
from shared.outbox import Relay
from shared.settings import Settings
from shared.streams import connect as connect_nats
from shared.telemetry import PARKED, REQUESTS, WORKER_RESTARTS, span, trace_id, trace_of
from shared.timers import TimerHandlers, TimerWorker

Answer = TypeVar("Answer")
Tell = Callable[..., Awaitable[Answer]]

PROBLEM_JSON = "application/problem+json"
_TRACE_HEADERS = (b"traceparent", b"tracestate")
_RESTART_SECONDS = (0.2, 0.5, 1, 2, 5)

log = logging.getLogger(__name__)

# the escape of a NUL in JSON, and not a backslash that somebody wrote before u0000
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class TextWrong(Invalid):
    """A text holds a NUL, which no PostgreSQL text can."""

    code = "text_wrong"


class BodyTooDeep(Invalid):
    """A body is nested too deep to be one of ours."""

    code = "body_too_deep"


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

    def equip(self, session: AsyncSession) -> None:
        """Put in the session's reach what a command or query may need beside the database."""
        session.info[CLIENT] = self.client
        session.info.update(self.service.carries)


class Door:
    """The edge of a service: one request, one transaction, committed here or rolled back whole."""

    def __init__(self, runtime: Runtime, principal: Principal, key: str | None) -> None:
        self.principal = principal
        self._runtime = runtime
        self._key = key

    async def do(
        self, command: Tell[Answer], data: msgspec.Struct | None = None, *extra: Any, private: bool = False
    ) -> Answer:
        """Carry out a command once for its idempotency key: `command(session, principal, [data,] *extra, now=)`.

        Of a `private` request (it holds a password) not even a hash is kept.
        """
        principal, now = self.principal, datetime.now(UTC)
        key = idempotency.checked_key(self._key)
        told = msgspec.json.encode([data, [str(value) for value in extra]])
        if _NUL.search(told):
            raise TextWrong
        request = b"" if private else told
        arguments = extra if data is None else (data, *extra)
        try:
            async with transaction(self._runtime.database, principal.tenant) as session:
                self._runtime.equip(session)
                earlier = await idempotency.claim(session, principal.user_id, key, _name(command), request)
                if earlier is not None:
                    return cast("Answer", msgspec.Raw(earlier))
                answer = await command(session, principal, *arguments, now=now)
                await session.flush()
                await idempotency.keep(session, principal.user_id, key, msgspec.json.encode(answer))
                return answer
        except (Forbidden, NotFound) as refusal:
            await self._keep_refusal(_name(command), refusal, now)
            raise

    async def ask(self, query: Tell[Answer], *arguments: Any) -> Answer:
        """Answer a question: `query(session, principal, *arguments, now=)`; what it audits is committed with it."""
        principal, now = self.principal, datetime.now(UTC)
        if any(isinstance(each, str) and "\x00" in each for each in arguments):
            raise TextWrong
        try:
            async with transaction(self._runtime.database, principal.tenant) as session:
                self._runtime.equip(session)
                return await query(session, principal, *arguments, now=now)
        except (Forbidden, NotFound) as refusal:
            await self._keep_refusal(_name(query), refusal, now)
            raise

    async def _keep_refusal(self, action: str, refusal: Problem, now: datetime) -> None:
        """Somebody was refused: that is kept too, in a transaction of its own, since the act's was rolled back."""
        async with transaction(self._runtime.database, self.principal.tenant) as session:
            audit.record(
                session,
                self.principal,
                action,
                now=now,
                object_kind="operation",
                outcome="refused",
                details={"code": refusal.code},
            )


def _name(act: Callable[..., Any]) -> str:
    return getattr(act, "__name__", type(act).__name__)


async def provide_door(request: Request[Any, Any, Any], state: State) -> Door:
    """Who knocks; raises `Unauthenticated`."""
    runtime: Runtime = state.runtime
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated
    principal = await runtime.verifier.principal(token, now=datetime.now(UTC))
    if not principal.tenant:
        raise Unauthenticated
    current = trace.get_current_span()
    if current.is_recording():
        current.set_attribute("vangnet.tenant", principal.tenant)
    return Door(runtime, principal, request.headers.get("Idempotency-Key"))


@get("/health/live", include_in_schema=False, media_type=MediaType.TEXT)
async def live() -> str:
    """The process answers."""
    return "live"


@get("/health/ready", include_in_schema=False, media_type=MediaType.TEXT)
async def ready(state: State) -> Response[str]:
    """The database answers and the workers have started."""
    runtime: Runtime = state.runtime
    try:
        async with platform_transaction(runtime.database) as session:
            await driver_of(session).fetchval("SELECT 1")
    except Problem:
        return Response("database unreachable", status_code=HTTPStatus.SERVICE_UNAVAILABLE)
    if not runtime.ready:
        return Response("starting", status_code=HTTPStatus.SERVICE_UNAVAILABLE)
    return Response("ready")


@get("/metrics", include_in_schema=False)
async def metrics() -> Response[bytes]:
    """Prometheus text."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def answer_problem(_request: Request[Any, Any, Any], problem: Problem) -> Response[ProblemDetails]:
    return Response(details_of(problem, trace_id()), status_code=problem.status, media_type=PROBLEM_JSON)


def answer_http_exception(
    _request: Request[Any, Any, Any], failure: HTTPException
) -> Response[ProblemDetails]:
    """What Litestar itself refuses: unknown paths, wrong methods, bodies that do not fit their struct."""
    status = HTTPStatus(failure.status_code)
    errors: list[FieldError] = []
    code = status.phrase.lower().replace(" ", "_")
    if isinstance(failure, ValidationException):
        status, code = HTTPStatus.UNPROCESSABLE_ENTITY, "invalid"
        errors = [_field_error(each) for each in failure.extra or [] if isinstance(each, dict)]
    details = ProblemDetails(
        type=f"urn:vangnet:problem:{code}",
        title=status.phrase,
        status=status.value,
        code=code,
        errors=errors,
        trace_id=trace_id(),
    )
    return Response(details, status_code=status, media_type=PROBLEM_JSON)


def _field_error(extra: dict[str, Any]) -> FieldError:
    """A code for what msgspec says in English; the words themselves may quote what was typed, so they stay here."""
    message = str(extra.get("message", ""))
    name = str(extra.get("key", "")).removeprefix("$.")
    for said, code in (("missing required field", "required"), ("unknown field", "unknown_field")):
        if said in message:
            inner = message.split("`")[1]
            return FieldError(inner if name in {"", "data"} else f"{name}.{inner}", code)
    if "length" in message:
        return FieldError(name, "too_long" if "<=" in message else "too_short")
    if "enum value" in message:
        return FieldError(name, "not_a_choice")
    return FieldError(name, "wrong_type")


def answer_too_deep(_request: Request[Any, Any, Any], failure: RecursionError) -> Response[ProblemDetails]:
    """A body that is nested deeper than any of ours; what reads it counts how deep it is."""
    log.warning("request nested too deep", exc_info=failure)
    return Response(
        details_of(BodyTooDeep(), trace_id()), status_code=BodyTooDeep.status, media_type=PROBLEM_JSON
    )


def answer_failure(_request: Request[Any, Any, Any], failure: Exception) -> Response[ProblemDetails]:
    """What nobody foresaw: logged with where it happened, answered without its text."""
    log.error("request failed", exc_info=failure)
    return Response(details_of(Problem(), trace_id()), status_code=500, media_type=PROBLEM_JSON)


class RequestTelemetry:
    """A span and a duration for each request, named by its operation and never by its path."""

    def __init__(self, app: ASGIApp, *, service: str, measured: bool) -> None:
        self._app = app
        self._service = service
        self._measured = measured

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["path"].startswith(("/health", "/metrics")):
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500
        headers = {
            name.decode(): value.decode("latin-1")
            for name, value in scope["headers"]
            if name in _TRACE_HEADERS
        }

        async def note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with span(f"{scope['method']} request", kind=SpanKind.SERVER, parent=trace_of(headers)) as current:
            await self._app(scope, receive, note_status)
            operation = _operation(scope)
            if current.is_recording():
                current.update_name(f"{scope['method']} {operation}")
                current.set_attribute("http.response.status_code", status)
        if self._measured:
            REQUESTS.labels(self._service, operation, str(status)).observe(time.perf_counter() - started)


def _operation(scope: Scope) -> str:
    handler = scope.get("route_handler")
    operation = getattr(handler, "operation_id", None)
    return operation if isinstance(operation, str) else getattr(handler, "handler_name", None) or "unknown"


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
        name: getattr(settings, f"{name}_url") for name in ("identity", "cases", "rostering", "notifications")
    }
    return ServiceClient(service, urls, secret=settings.service_secret)


def create_app(service: Service, *, serves: bool = True, works: bool = True) -> Litestar:
    """The ASGI application. `works=False` leaves relay, listeners, timers and sealing to another process."""
    settings = service.settings
    telemetry.start(
        service.name,
        otlp_endpoint=settings.otlp_endpoint,
        trace_ratio=settings.trace_ratio,
        log_level=settings.log_level,
    )

    @contextlib.asynccontextmanager
    async def running(app: Litestar) -> AsyncIterator[None]:
        runtime = Runtime(
            service=service,
            database=open_database(settings, service.name),
            client=open_client(settings, service.name),
            verifier=service.verifier or TokenVerifier(f"{settings.identity_url}/.well-known/jwks.json"),
        )
        app.state.runtime = runtime
        if service.attach is not None:
            service.attach(runtime)
        if works:
            runtime.workers.add(asyncio.create_task(_keep_running(runtime, "start", _start_workers)))
        else:
            runtime.ready = True
        try:
            yield
        finally:
            runtime.ready = False
            for worker in runtime.workers:
                worker.cancel()
            await asyncio.gather(*runtime.workers, return_exceptions=True)
            if runtime.nats is not None:
                await runtime.nats.close()
            await runtime.client.close()
            await runtime.database.engine.dispose()

    def with_telemetry(app: ASGIApp) -> ASGIApp:
        return cast("ASGIApp", RequestTelemetry(app, service=service.name, measured=settings.metrics_enabled))

    return Litestar(
        route_handlers=[live, ready, metrics, *(service.routes if serves else [])],
        dependencies={"door": Provide(provide_door), **service.dependencies},
        exception_handlers={
            Problem: answer_problem,
            HTTPException: answer_http_exception,
            RecursionError: answer_too_deep,
            Exception: answer_failure,
        },
        middleware=[with_telemetry],
        lifespan=[running],
        response_cache_config=ResponseCacheConfig(default_expiration=None),
        openapi_config=OpenAPIConfig(
            title=f"Vangnet {service.name}",
            version="1",
            path="/schema",
            render_plugins=[JsonRenderPlugin()],
            components=Components(security_schemes={"token": SecurityScheme(type="http", scheme="bearer")}),
            security=[{"token": []}],
        ),
        logging_config=None,
    )


async def _keep_running(runtime: Runtime, name: str, work: Callable[[Runtime], Awaitable[None]]) -> None:
    """Start a worker again whenever it breaks, a little later each time; nothing it does is lost by that."""
    failures = 0
    while True:
        started = time.monotonic()
        try:
            await work(runtime)
        except Unavailable as away:
            log.warning("worker waits for another part", extra={"facts": {"worker": name, "code": away.code}})
            await asyncio.sleep(_RESTART_SECONDS[min(failures, len(_RESTART_SECONDS) - 1)])
            failures += 1
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


async def _start_workers(runtime: Runtime) -> None:
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
        runtime.workers.add(asyncio.create_task(_keep_running(runtime, name, _alone(work)), name=name))
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
