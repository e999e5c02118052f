"""The front door of the public social map (HSDS 3.1): passed on as it comes, for anybody, without cookies."""

import time
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from litestar import HttpMethod, Response, route
from litestar.params import FromPath
from litestar.response import Stream
from litestar.types import ASGIApp, ControllerRouterHandler, Message, Receive, Scope, Send

from services.gateway.rendering import AnyRequest
from shared.client import ServiceClient
from shared.errors import NotFound, Problem, ProblemDetails, TooMany, details_of
from shared.telemetry import trace_id

OPEN_HEADERS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Content-Type, Accept",
    "Access-Control-Max-Age": "86400",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
BURST: Final = 240
A_SECOND: Final = 4.0
_MOST_BODY: Final = 16_384
_ADDRESSES: Final = 10_000
_ASKED: Final = ("accept", "content-type")
_TOLD: Final = ("Content-Location",)


class AsWritten(bytes):
    """A header's name that keeps its capitals: uvicorn makes names small, and some readers go by the letters."""

    __slots__ = ()

    def lower(self) -> "AsWritten":
        return self


_AS_WRITTEN: Final = {b"access-control-allow-origin": AsWritten(b"Access-Control-Allow-Origin")}


class OpenToAll:
    """Sends the header that opens the answer to all as the specification writes it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def written(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    (_AS_WRITTEN.get(name, name), value) for name, value in message["headers"]
                ]
            await send(message)

        await self._app(scope, receive, written)


class TooManyQuestions(TooMany):
    """One address asks more than a program that reads the map needs."""

    code = "too_many_questions"


class Allowance:
    """What each address may still ask: `BURST` at once, and `A_SECOND` more each second."""

    def __init__(self) -> None:
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, address: str, *, at: float) -> None:
        """Raises `TooManyQuestions`."""
        left, since = self._left.pop(address, (float(BURST), at))
        left = min(float(BURST), left + (at - since) * A_SECOND) - 1
        if len(self._left) >= _ADDRESSES:
            # the one that asked longest ago has its whole allowance again, or nearly
            self._left.pop(next(iter(self._left)))
        self._left[address] = (max(left, -1.0), at)
        if left < 0:
            raise TooManyQuestions


@route(
    "/hsds/{path:path}",
    http_method=[HttpMethod.GET, HttpMethod.POST, HttpMethod.OPTIONS],
    status_code=HTTPStatus.OK,
    request_max_body_size=_MOST_BODY,
    middleware=[OpenToAll],
)
async def public_map(
    request: AnyRequest, path: FromPath[str]
) -> Response[bytes] | Stream | Response[ProblemDetails]:
    if request.method == HttpMethod.OPTIONS:
        return Response(b"", status_code=HTTPStatus.NO_CONTENT, headers=OPEN_HEADERS, media_type="text/plain")
    try:
        return await _passed_on(request, path)
    except Problem as problem:
        waits = {"Retry-After": "60"} if isinstance(problem, TooMany) else {}
        return Response(
            details_of(problem, trace_id()),
            status_code=problem.status,
            media_type="application/problem+json",
            headers={**OPEN_HEADERS, **waits},
        )


async def _passed_on(request: AnyRequest, path: str) -> Stream:
    allowance: Allowance = request.app.state.allowance
    client: ServiceClient = request.app.state.client
    allowance.take(request.client.host if request.client else "", at=time.monotonic())
    if {".", ".."}.intersection(path.split("/")):
        raise NotFound
    answer = await client.pass_on(
        "referrals",
        request.method,
        "/hsds" + quote(path),
        query=request.scope["query_string"].decode("latin-1"),
        body=await request.body() if request.method == HttpMethod.POST else b"",
        headers={name: request.headers[name] for name in _ASKED if name in request.headers},
    )
    return Stream(
        answer.pieces(),
        status_code=answer.status,
        headers={
            **OPEN_HEADERS,
            "Cache-Control": answer.headers.get("Cache-Control", "no-store"),
            **{name: answer.headers[name] for name in _TOLD if name in answer.headers},
        },
        media_type=answer.headers.get("Content-Type", "application/json"),
    )


ROUTES: Final[list[ControllerRouterHandler]] = [public_map]
