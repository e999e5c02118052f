"""Every service starts here: doors with token, transaction and idempotency; health, metrics; what runs beside them."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, TypeVar, cast

import msgspec
from litestar import Litestar, MediaType, Request, Response, get
from litestar.config.response_cache import ResponseCacheConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.types import ASGIApp
from opentelemetry import trace
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shared import audit, idempotency, telemetry
from shared.auth import Principal, TokenVerifier
from shared.db import driver_of, platform_transaction, transaction
from shared.errors import (
    Forbidden,
    Invalid,
    NotFound,
    Problem,
    Unauthenticated,
)
from shared.problems import answer_failure, answer_http_exception, answer_problem, answer_too_deep
from shared.runtime import Runtime, Service, keep_running, open_client, open_database, start_workers
from shared.telemetry import RequestTelemetry

Answer = TypeVar("Answer")
Tell = Callable[..., Awaitable[Answer]]

# the escape of a NUL in JSON, and not a backslash that somebody wrote before u0000
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class TextWrong(Invalid):
    """A text holds a NUL, which no PostgreSQL text can."""

    code = "text_wrong"


class Door:
    """The edge of a service: one request, one transaction, committed here or rolled back whole."""

    def __init__(self, runtime: Runtime, principal: Principal, token: str, key: str | None) -> None:
        self.principal = principal
        self._runtime = runtime
        self._token = token
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
                self._runtime.equip(session, self._token)
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
                self._runtime.equip(session, self._token)
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
    return Door(runtime, principal, token, request.headers.get("Idempotency-Key"))


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
            runtime.workers.add(asyncio.create_task(keep_running(runtime, "start", start_workers)))
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
