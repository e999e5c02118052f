"""The calendar behind a secret link: nobody signs in, the secret is the only proof, and every refusal looks alike."""

import base64
import hashlib
import hmac
import re
import time
from collections import OrderedDict
from http import HTTPStatus
from typing import Final

from litestar import Response, get
from litestar.params import FromPath

from services.gateway.pages.calendar_file import calendar_file
from services.gateway.rendering import AnyRequest
from services.gateway.services_client import Directory
from shared.client import ServiceClient
from shared.contracts.identity import PublicTenant
from shared.contracts.rosters import FeedContent
from shared.errors import NotFound, Problem, Unavailable

_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{43}\Z")
_TENANT: Final = re.compile(r"[a-z][a-z0-9_]{1,40}\Z")
_WINDOW_SECONDS: Final = 600.0
_MOST_UNKNOWN: Final = 20
_MOST_FETCHES: Final = 60
_KEYS_KEPT: Final = 10_000


class Counter:
    """How often somebody came in the last ten minutes; the oldest are forgotten when there are too many."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._seen: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def is_full(self, key: str, *, now: float) -> bool:
        began, count = self._seen.get(key, (now, 0))
        return now - began < _WINDOW_SECONDS and count >= self._most

    def count(self, key: str, *, now: float) -> None:
        began, count = self._seen.pop(key, (now, 0))
        self._seen[key] = (began, count + 1) if now - began < _WINDOW_SECONDS else (now, 1)
        if len(self._seen) > _KEYS_KEPT:
            self._seen.popitem(last=False)


_unknown, _fetches = Counter(_MOST_UNKNOWN), Counter(_MOST_FETCHES)


def secret_of(service_secret: str, form_key: str, user_id: object) -> str:
    """The secret of a new link, which only this gateway can make: the same form sent twice gives the same."""
    digest = hmac.digest(service_secret.encode(), f"calendar:{user_id}:{form_key}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def digest_of(secret: str) -> str:
    """What the services know of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


@get("/calendar/{tenant:str}/{name:str}", include_in_schema=False)
async def calendar(request: AnyRequest, tenant: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """`name` is the secret with `.ics`. Unknown, revoked and malformed are answered alike."""
    now, secret = time.monotonic(), name.removesuffix(".ics")
    caller = request.client.host if request.client else ""
    if _unknown.is_full(caller, now=now) or _fetches.is_full(digest_of(secret), now=now):
        return _plain(HTTPStatus.TOO_MANY_REQUESTS, retry=True)
    try:
        if not _SECRET.match(secret) or not _TENANT.match(tenant):
            raise NotFound
        content = await _content(request, tenant, secret)
    except Unavailable:
        return _plain(HTTPStatus.SERVICE_UNAVAILABLE, retry=True)
    except Problem:
        _unknown.count(caller, now=now)
        return _plain(HTTPStatus.NOT_FOUND)
    _fetches.count(digest_of(secret), now=now)
    body = await _written(request, tenant, content)
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if request.headers.get("If-None-Match") == tag:
        return Response(b"", status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(
        body,
        media_type="text/calendar",
        headers={**headers, "Content-Disposition": 'inline; filename="vangnet.ics"'},
    )


async def _content(request: AnyRequest, tenant: str, secret: str) -> FeedContent:
    client: ServiceClient = request.app.state.client
    token = await client.own_token(tenant)
    return await client.ask(
        "rostering", "/calendar-feeds/content", FeedContent, token=token, params={"digest": digest_of(secret)}
    )


async def _written(request: AnyRequest, tenant: str, content: FeedContent) -> bytes:
    """With the tenant's name, and the colleagues' where the whole roster is asked for."""
    client: ServiceClient = request.app.state.client
    directory: Directory = request.app.state.directory
    token = await client.own_token(tenant)
    staff = await directory.staff(client, token, tenant) if content.full_roster else None
    try:
        tenants = await client.ask("identity", "/tenants/public", list[PublicTenant], token="")
    except Problem:
        tenants = []
    title = next((each.name for each in tenants if each.key == tenant), "")
    languages = request.app.state.languages
    language = languages.get(content.language, languages["nl"])
    return calendar_file(
        content, language, title=title, name=lambda user_id: staff.name(user_id) if staff else ""
    )


def _plain(status: int, *, retry: bool = False) -> Response[bytes]:
    headers = {"Retry-After": "600"} if retry else {}
    return Response(b"", status_code=status, media_type="text/plain", headers=headers)


ROUTES = [calendar]
