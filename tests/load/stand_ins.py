"""What a measured service talks to beside database and NATS: identity's keys, and a collector that takes traces."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
from aiohttp import web
from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey

from shared.auth import Principal, claims_of
from shared.client import ServiceToken
from shared.contracts.tenancy import TenantView


@dataclass
class StandIns:
    """Signs tokens as identity does, publishes the key, and counts the traces that come in."""

    url: str = ""
    exports: int = 0

    def __post_init__(self) -> None:
        self._key = OKPKey.generate_key("Ed25519", parameters={"kid": "bench", "use": "sig"})

    @property
    def jwks_url(self) -> str:
        return f"{self.url}/.well-known/jwks.json"

    def token_of(self, principal: Principal, algorithm: str = "Ed25519") -> str:
        """Good for five minutes from now, as every token. Older libraries call the algorithm EdDSA (RFC 9864)."""
        claims = claims_of(principal, now=datetime.now(UTC))
        return jwt.encode({"alg": algorithm, "kid": "bench"}, claims, self._key, algorithms=[algorithm])

    async def _keys(self, _request: web.Request) -> web.Response:
        return web.json_response(KeySet([self._key]).as_dict(private=False))

    async def _service_token(self, _request: web.Request) -> web.Response:
        return web.Response(body=msgspec.json.encode(ServiceToken("of no use")))

    async def _tenants(self, _request: web.Request) -> web.Response:
        nobody: list[TenantView] = []
        return web.Response(body=msgspec.json.encode(nobody))

    async def _take_traces(self, request: web.Request) -> web.Response:
        await request.read()
        self.exports += 1
        return web.Response(content_type="application/x-protobuf")

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        app = web.Application()
        app.router.add_get("/.well-known/jwks.json", self._keys)
        app.router.add_post("/service-tokens", self._service_token)
        app.router.add_get("/tenants", self._tenants)
        app.router.add_post("/v1/traces", self._take_traces)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        try:
            yield
        finally:
            await runner.cleanup()
