"""Other services' answers over real HTTP, for a service that asks one: what is said here, nothing else."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import msgspec
from aiohttp import web

from shared.client import ServiceToken
from shared.errors import NotFound, ProblemDetails, details_of


class Neighbours:
    """`answers["rostering"]["GET /call-outs/<id>"] = struct`; what is not said is not found; None is an
    outage; `ProblemDetails` a refusal; a function makes its answer of what was sent
    and of the tenant of who asks. A service in `itself` is asked
    really, over the client that is given there.
    """

    def __init__(self) -> None:
        self.url = ""
        self.answers: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []
        self.sent: dict[str, bytes] = {}
        self.itself: dict[str, httpx.AsyncClient] = {}

    def of(self, service: str) -> dict[str, Any]:
        return self.answers.setdefault(service, {})

    def forget(self) -> None:
        self.answers.clear()
        self.asked.clear()
        self.sent.clear()
        self.itself.clear()
        self.of("identity")["POST /service-tokens"] = ServiceToken("a-service-token")

    async def _answer(self, request: web.Request) -> web.Response:
        _, service, path = request.path.split("/", 2)
        asked = f"{request.method} /{path}"
        self.asked.append(f"{service} {asked}")
        self.sent[f"{service} {asked}"] = await request.read()
        known = self.of(service)
        if asked not in known and service in self.itself:
            return await self._pass_on(self.itself[service], request, path)
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
        answer = known[asked]
        if callable(answer):
            token = request.headers.get("Authorization", "").removeprefix("Bearer ")
            answer = answer(self.sent[f"{service} {asked}"], tenant_in(token))
        return web.Response(body=msgspec.json.encode(answer), content_type="application/json")

    async def _pass_on(self, client: httpx.AsyncClient, request: web.Request, path: str) -> web.Response:
        headers = {
            name: request.headers[name]
            for name in ("Authorization", "Idempotency-Key", "Content-Type")
            if name in request.headers
        }
        answer = await client.request(
            request.method,
            f"/{path}",
            params=dict(request.query),
            content=await request.read(),
            headers=headers,
        )
        kind = answer.headers.get("Content-Type", "application/json").partition(";")[0]
        return web.Response(body=answer.content, status=answer.status_code, content_type=kind)

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


def tenant_in(token: str) -> str:
    """Whose tenant's token it is, unverified; "" when it is none."""
    _, _, rest = token.partition(".")
    claims = rest.partition(".")[0]
    return str(msgspec.json.decode(base64.urlsafe_b64decode(claims + "=="))["tid"]) if claims else ""
