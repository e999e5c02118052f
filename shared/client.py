"""Asking and telling another service over HTTP, in the caller's own name or in this service's."""

import base64
import time
from collections.abc import AsyncIterator, Mapping
from http import HTTPStatus
from typing import Any, NoReturn, TypeVar, cast
from uuid import UUID

import aiohttp
import msgspec
from opentelemetry.trace import SpanKind
from sqlalchemy.ext.asyncio import AsyncSession
from yarl import URL

from shared.db import uuid7
from shared.errors import Problem, ProblemDetails, Unavailable
from shared.telemetry import span, trace_headers

CLIENT = "vangnet_client"
CALLER_TOKEN = "vangnet_caller_token"  # noqa: S105 - a name, not a secret
_CONNECT_SECONDS = 5
"""Who is not there refuses at once; this is for who is out of breath, and for ourselves when we are."""

_TIMEOUT = aiohttp.ClientTimeout(total=10, connect=_CONNECT_SECONDS)
_FILE_TIMEOUT = aiohttp.ClientTimeout(total=120, connect=_CONNECT_SECONDS)
KEPT_SECONDS = 15
"""So long a connection that nobody uses is kept for the next request."""

SERVER_KEEPS_SECONDS = 75
"""And so long by a server of ours: longer than any client, an ingress with its 60 among them. One that is closed just
as a command leaves over it would make the command fail, and a command is not sent again by itself."""

_PIECE = 64 * 1024
_TOKEN_SECONDS = 240.0
_AWAY = (HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT)
"""Not a refusal: the same request may succeed later, so an event that needs it is tried again and never parked."""

Answer = TypeVar("Answer")


class Refused(Problem):
    """Another service's refusal, with its own status, code and field codes."""

    def __init__(self, details: ProblemDetails) -> None:
        super().__init__({error.field: error.code for error in details.errors}, details=details.details)
        self.status = HTTPStatus(details.status)
        self.code = details.code
        self.trace_id = details.trace_id


class ServiceUnreachable(Unavailable):
    """Another service does not answer now."""

    code = "service_unreachable"


class ServiceToken(msgspec.Struct, frozen=True):
    """What identity gives a service for its credential."""

    token: str


class ServiceClient:
    """The way to the other services; one for each process. Base URLs by service name."""

    def __init__(self, service: str, urls: Mapping[str, str], *, secret: str = "") -> None:
        self._service = service
        self._urls = urls
        self._secret = secret
        self._session: aiohttp.ClientSession | None = None
        self._tokens: dict[str, tuple[str, float]] = {}

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def ask(
        self,
        service: str,
        path: str,
        kind: type[Answer],
        *,
        token: str,
        params: Mapping[str, str] | None = None,
    ) -> Answer:
        """A question (GET). Raises `Refused`, or `ServiceUnreachable`."""
        body = await self._send("GET", service, path, token=token, params=params)
        return msgspec.json.decode(body, type=kind)

    async def tell(
        self,
        service: str,
        path: str,
        command: msgspec.Struct | None,
        kind: type[Answer],
        *,
        token: str,
        key: UUID | str | None = None,
    ) -> Answer:
        """A command (POST), carried out once for each `key`. Raises `Refused`, or `ServiceUnreachable`."""
        body = await self._send("POST", service, path, token=token, command=command, key=key or uuid7())
        return msgspec.json.decode(body or b"null", type=kind)

    async def send_file(
        self,
        service: str,
        path: str,
        head: msgspec.Struct,
        content: AsyncIterator[bytes],
        kind: type[Answer],
        *,
        token: str,
        key: UUID | str,
    ) -> Answer:
        """A file, as it comes, with its head in `X-Document`. Raises `Refused`, or `ServiceUnreachable`."""
        headers = {
            "X-Document": base64.urlsafe_b64encode(msgspec.json.encode(head)).rstrip(b"=").decode(),
            "Content-Type": "application/octet-stream",
        }
        body = await self._send(
            "POST",
            service,
            path,
            token=token,
            key=key,
            content=content,
            headers=headers,
            limit=_FILE_TIMEOUT,
        )
        return msgspec.json.decode(body, type=kind)

    async def open_file(
        self, service: str, path: str, *, token: str, params: Mapping[str, str] | None = None
    ) -> "ServedFile":
        """A file to pass on, of which nothing was read yet; its pieces must be read to the end or closed."""
        try:
            answer = await self._opened().get(
                self._urls[service] + path,
                params=params,
                headers={"Authorization": f"Bearer {token}", **trace_headers()},
                timeout=_FILE_TIMEOUT,
            )
            if answer.status >= HTTPStatus.BAD_REQUEST:
                _refuse(service, answer.status, await answer.read())
        except (aiohttp.ClientError, TimeoutError, msgspec.DecodeError) as lost:
            raise ServiceUnreachable(details={"service": service}) from lost
        return ServedFile(answer)

    async def pass_on(
        self, service: str, method: str, path: str, *, query: str, body: bytes, headers: Mapping[str, str]
    ) -> "ServedFile":
        """A request of somebody outside to a door that asks for no token; a refusal is an answer too.

        `path` and `query` are encoded already. Raises `ServiceUnreachable`.
        """
        address = URL(f"{self._urls[service]}{path}{'?' if query else ''}{query}", encoded=True)
        try:
            answer = await self._opened().request(
                method,
                address,
                data=body or None,
                headers={**headers, **trace_headers()},
                timeout=_FILE_TIMEOUT,
            )
            if answer.status in _AWAY:
                _refuse(service, answer.status, await answer.read())
        except (aiohttp.ClientError, TimeoutError) as lost:
            raise ServiceUnreachable(details={"service": service}) from lost
        return ServedFile(answer)

    async def own_token(self, tenant: str) -> str:
        """A token for this service itself, acting for `tenant` ("" for what belongs to no tenant)."""
        known = self._tokens.get(tenant)
        if known is not None and known[1] > time.monotonic():
            return known[0]
        credential = {"service": self._service, "secret": self._secret, "tenant": tenant}
        body = await self._send("POST", "identity", "/service-tokens", command=credential, key=uuid7())
        token = msgspec.json.decode(body, type=ServiceToken).token
        self._tokens[tenant] = (token, time.monotonic() + _TOKEN_SECONDS)
        return token

    async def _send(
        self,
        method: str,
        service: str,
        path: str,
        *,
        token: str = "",
        params: Mapping[str, str] | None = None,
        command: object = None,
        key: UUID | str = "",
        content: AsyncIterator[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        limit: aiohttp.ClientTimeout = _TIMEOUT,
    ) -> bytes:
        with span(f"{method} {service}", {"server.address": service}, kind=SpanKind.CLIENT):
            sent: dict[str, Any] = {**trace_headers()}
            if token:
                sent["Authorization"] = f"Bearer {token}"
            data: Any = content
            if method == "POST":
                sent["Idempotency-Key"] = str(key)
                sent["Content-Type"] = "application/json"
                if content is None:
                    data = msgspec.json.encode(command if command is not None else {})
            sent.update(headers or {})
            try:
                async with self._opened().request(
                    method,
                    self._urls[service] + path,
                    params=params,
                    data=data,
                    headers=sent,
                    timeout=limit,
                ) as answer:
                    body = await answer.read()
                    if answer.status < HTTPStatus.BAD_REQUEST:
                        return body
                    _refuse(service, answer.status, body)
            except (aiohttp.ClientError, TimeoutError, msgspec.DecodeError) as lost:
                raise ServiceUnreachable(details={"service": service}) from lost

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(keepalive_timeout=KEPT_SECONDS),
                timeout=_TIMEOUT,
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session


class ServedFile:
    """A file of another service on its way to whoever asked us."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer
        self.headers: Mapping[str, str] = answer.headers
        self.status: int = answer.status

    async def pieces(self) -> AsyncIterator[bytes]:
        """Its content. Ends with an error, never silently, when the rest does not come."""
        async with self._answer:
            async for piece in self._answer.content.iter_chunked(_PIECE):
                yield piece


def _refuse(service: str, status: int, body: bytes) -> NoReturn:
    if status in _AWAY:
        raise ServiceUnreachable(details={"service": service})
    raise Refused(msgspec.json.decode(body, type=ProblemDetails))


def client_of(session: AsyncSession) -> ServiceClient:
    """The way to other services from inside an event handler or a timer."""
    return cast("ServiceClient", session.info[CLIENT])


def caller_token_of(session: AsyncSession) -> str:
    """The token of who knocked, for asking another service in the caller's own name; "" where nobody did."""
    return cast("str", session.info.get(CALLER_TOKEN, ""))
