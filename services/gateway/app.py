"""The gateway's application: pages, static files, live updates, and what holds for every answer."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final, cast

from litestar import Litestar, MediaType, Response, get
from litestar.datastructures import MutableScopeHeaders
from litestar.di import Provide
from litestar.exceptions import HTTPException, NotFoundException
from litestar.types import ASGIApp, Message, Scope
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from services.gateway.language import read_languages
from services.gateway.live import Live
from services.gateway.pages import ROUTES, errors, public_map
from services.gateway.pages.help_lines import HelpLinesKept
from services.gateway.rendering import AnyRequest, Pages, Tiles
from services.gateway.services_client import Configurations, Directory, service_urls
from services.gateway.settings import Settings
from services.gateway.shell import Shell
from services.gateway.sign_in import Cookies, SignIns, guest_of, visit_of
from services.gateway.static_files import StaticFiles, service_worker, static_file
from shared import telemetry
from shared.client import ServiceClient
from shared.contracts.event import Event
from shared.contracts.identity import SessionRevoked, StaffChanged, StaffDeactivated
from shared.contracts.notifications import MessagePosted
from shared.contracts.tenancy import TenantRemoved, TenantRenamed, TenantSettingsChanged, TenantSuspended
from shared.errors import Problem
from shared.telemetry import RequestTelemetry

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()",
}


def headers_of(tiles: Tiles | None) -> dict[str, str]:
    """The headers of every answer; images may come from elsewhere only where the map's tiles do."""
    images = "img-src 'self' data:"
    allowed = f"{images} {tiles.origin}" if tiles else images
    return {"Content-Security-Policy": CONTENT_SECURITY_POLICY.replace(images, allowed), **HEADERS}


@get("/health/live", include_in_schema=False, media_type=MediaType.TEXT)
async def alive() -> str:
    """The process answers."""
    return "live"


@get("/health/ready", include_in_schema=False, media_type=MediaType.TEXT)
async def ready() -> str:
    """Pages can be shown; a service that is away shows as that on its pages, not as a dead gateway."""
    return "ready"


@get("/metrics", include_in_schema=False)
async def metrics(request: AnyRequest) -> Response[bytes]:
    """Prometheus text, for who asks the process itself: what comes through a proxy finds nothing here."""
    if "X-Forwarded-For" in request.headers:
        raise NotFoundException
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


_SECRET_ADDRESSES: Final = ("/partner/", "/r/", "/password-reset/")
"""Pages whose address holds a secret: no request that they make names them, not even to ourselves."""


async def finish_answer(message: Message, scope: Scope) -> None:
    """The headers of every answer, errors included; pages are never kept by a browser or a proxy."""
    if message["type"] != "http.response.start":
        return
    state, headers = scope["litestar_app"].state, MutableScopeHeaders.from_message(message)
    if scope["path"].startswith(_SECRET_ADDRESSES):
        headers["Referrer-Policy"] = "strict-origin"
    for name, value in state.headers.items():
        headers.setdefault(name, value)
    headers.setdefault("Cache-Control", "no-store")
    if state.settings.cookie_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    number = scope["state"].get("browser_id")
    if number:
        headers.add("Set-Cookie", state.cookies.make(state.cookies.browser, number).to_header(header=""))


def pages_of(request: AnyRequest) -> Pages:
    """The one that writes the pages."""
    pages: Pages = request.app.state.pages
    return pages


def create_app(settings: Settings) -> Litestar:
    """The ASGI application."""
    telemetry.start(
        "gateway",
        otlp_endpoint=settings.otlp_endpoint,
        trace_ratio=settings.trace_ratio,
        log_level=settings.log_level,
    )
    languages = read_languages()
    tiles = Tiles(settings.tiles_url, settings.tiles_credit) if settings.tiles_url else None
    static = StaticFiles(Path(settings.front_end_dir))
    client = ServiceClient("gateway", service_urls(settings), secret=settings.service_secret)
    sign_ins, directory, shell = SignIns(client), Directory(), Shell()
    configurations = Configurations()

    def heard(event: Event) -> None:
        """Forget what an event made out of date."""
        match event:
            case SessionRevoked():
                sign_ins.forget(event.user_id, event.session_id)
            case StaffChanged() | StaffDeactivated():
                sign_ins.forget(event.user_id)
                directory.forget(event.tenant)
            case TenantRenamed() | TenantSuspended() | TenantRemoved():
                sign_ins.forget_tenant(event.tenant)
            case TenantSettingsChanged():
                configurations.forget(event.tenant)
            case MessagePosted():
                shell.forget_unread(event.user_id)
            case _ if event.SUBJECT.startswith("rostering."):
                shell.forget_on_call(event.tenant)
            case _:
                pass

    live = Live(heard)

    @contextlib.asynccontextmanager
    async def running(app: Litestar) -> AsyncIterator[None]:
        listening = asyncio.create_task(live.run(settings.nats_url)) if settings.nats_url else None
        try:
            yield
        finally:
            if listening is not None:
                listening.cancel()
            await live.close()
            await client.close()

    def with_telemetry(app: ASGIApp) -> ASGIApp:
        return cast("ASGIApp", RequestTelemetry(app, service="gateway", measured=settings.metrics_enabled))

    app = Litestar(
        route_handlers=[alive, ready, metrics, static_file, service_worker, *ROUTES],
        dependencies={
            "visit": Provide(visit_of),
            "guest": Provide(guest_of),
            "pages": Provide(pages_of, sync_to_thread=False),
        },
        exception_handlers={
            Problem: errors.answer_problem,
            HTTPException: errors.answer_http_exception,
            Exception: errors.answer_failure,
        },
        middleware=[with_telemetry],
        before_send=[finish_answer],
        lifespan=[running],
        openapi_config=None,
        logging_config=None,
    )
    app.state.update(
        {
            "settings": settings,
            "cookies": Cookies(settings),
            "languages": languages,
            "pages": Pages(languages, static, postbox=bool(settings.postbox_url), tiles=tiles),
            "static": static,
            "headers": headers_of(tiles),
            "help_lines": HelpLinesKept(),
            "client": client,
            "directory": directory,
            "configurations": configurations,
            "sign_ins": sign_ins,
            "shell": shell,
            "live": live,
            "allowance": public_map.Allowance(),
        }
    )
    return app
