"""Other services' answers over real HTTP, for a service that asks one: what is said here, nothing else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from aiohttp import web

from shared.client import ServiceToken
from shared.errors import NotFound, ProblemDetails, details_of


class Neighbours:
    """`answers["rostering"]["GET /call-outs/<id>"] = struct`; what is not said is not found; None is an
    outage; `ProblemDetails` a refusal."""

    def __init__(self) -> None:
        self.url = ""
        self.answers: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []
        self.sent: dict[str, bytes] = {}

    def of(self, service: str) -> dict[str, Any]:
        return self.answers.setdefault(service, {})

    def forget(self) -> None:
        self.answers.clear()
        self.asked.clear()
        self.sent.clear()
        self.of("identity")["POST /service-tokens"] = ServiceToken("a-service-token")

    async def _answer(self, request: web.Request) -> web.Response:
        _, service, path = request.path.split("/", 2)
        asked = f"{request.method} /{path}"
        self.asked.append(f"{service} {asked}")
        self.sent[f"{service} {asked}"] = await request.read()
        known = self.of(service)
        if asked not in known:
            body = msgspec.json.encode(details_of(NotFound(), ""))
            return web.Response(body=body, status=404, content_type="application/problem+json")
        if known[asked] is None:
            return web.Response(status=503)
        if isinstance(known[asked], ProblemDetails):
            body = msgspec.json.encode(known[asked])
            return web.Response(
                body=body, status=known[asked].status, content_type="application/problem+json"
            )
        return web.Response(body=msgspec.json.encode(known[asked]), content_type="application/json")

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", self._answer)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        try:
            yield
        finally:
            await runner.cleanup()
