"""From a browser's cookie to a person: sessions, the five-minute token behind them, and how a visit is put together."""

import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from litestar.datastructures import Cookie

from services.gateway.forms import Form, csrf_token
from services.gateway.language import Language, accepted_language, chosen_language
from services.gateway.rendering import NOTE_COOKIE, AnyRequest
from services.gateway.services_client import Services
from services.gateway.settings import Settings
from services.gateway.visit import Person, Visit, set_up_as
from services.gateway.words import WORDS
from shared.auth import Permission
from shared.client import ServiceClient
from shared.contracts.identity import Accepted, ExchangeSession, IssuedToken, StepUp
from shared.db import uuid7
from shared.errors import Invalid, Problem, Unauthenticated

_SECONDS_LEFT: Final = 30
_SESSIONS_KEPT: Final = 20_000
LANGUAGE_COOKIE: Final = "vangnet_language"
THEME_COOKIE: Final = "vangnet_theme"


@dataclass
class SignIns:
    """The sessions that came by lately, each with the token that identity gave for it."""

    client: ServiceClient
    _issued: dict[str, IssuedToken] = field(default_factory=dict, repr=False)

    async def issued(self, session_token: str, *, active: bool) -> IssuedToken:
        """The token of a session, from memory until 30 seconds before it ends. Raises `Unauthenticated`."""
        known = self._issued.get(session_token)
        if known is not None and known.expires_at.timestamp() - time.time() > _SECONDS_LEFT:
            return known
        return await self.renew(session_token, active=active)

    async def renew(self, session_token: str, *, active: bool = True) -> IssuedToken:
        """Ask identity again, for instance after a second factor or a change of one's own settings."""
        self._issued.pop(session_token, None)
        command = ExchangeSession(session_token=session_token, active=active)
        try:
            issued = await self.client.tell("identity", "/tokens", command, IssuedToken, token="")
        except Problem as refused:
            if refused.status == Unauthenticated.status:
                raise Unauthenticated from refused
            raise
        if len(self._issued) >= _SESSIONS_KEPT:
            self._issued.clear()
        self._issued[session_token] = issued
        return issued

    def forget(self, user_id: UUID, session_id: UUID | None = None) -> None:
        """A session ended, or all of a person's: from now on identity is asked."""
        for token, issued in list(self._issued.items()):
            if issued.me.user_id == user_id and session_id in (None, issued.me.session_id):
                del self._issued[token]

    def forget_tenant(self, tenant: str) -> None:
        for token, issued in list(self._issued.items()):
            if issued.me.tenant == tenant:
                del self._issued[token]

    def forget_session(self, session_token: str) -> None:
        self._issued.pop(session_token, None)


class Cookies:
    """The cookies that say who a browser is. Over HTTPS their names bind them to this host and path."""

    def __init__(self, settings: Settings) -> None:
        self._secure = settings.cookie_secure
        prefix = "__Host-" if settings.cookie_secure else ""
        self.session = f"{prefix}vangnet_session"
        self.browser = f"{prefix}vangnet_browser"
        self.challenge = f"{prefix}vangnet_challenge"
        self.partner = f"{prefix}vangnet_partner"

    def make(self, key: str, value: str, *, seconds: int | None = None, readable: bool = False) -> Cookie:
        return Cookie(
            key=key,
            value=value,
            max_age=seconds,
            path="/",
            httponly=not readable,
            secure=self._secure,
            samesite="lax",
        )

    def drop(self, key: str) -> Cookie:
        return self.make(key, "", seconds=0)


async def guest_of(request: AnyRequest) -> Visit:
    """Anybody, signed in or not. A browser that is new gets a number of its own, for its forms."""
    state = request.app.state
    session_token = request.cookies.get(state.cookies.session, "")
    issued: IssuedToken | None = None
    if session_token:
        try:
            issued = await state.sign_ins.issued(session_token, active=not _by_itself(request))
        except Unauthenticated:
            session_token = ""
    visit = _visit(request, session_token, issued)
    request.scope["state"]["visit"] = visit
    return visit


def visit_so_far(request: AnyRequest) -> Visit:
    """For an error's page: the visit if it came that far, else a guest in the browser's language."""
    return request.scope["state"].get("visit") or _visit(request, "", None)


async def visit_of(request: AnyRequest) -> Visit:
    """Somebody who is signed in; raises `Unauthenticated`."""
    visit = await guest_of(request)
    if visit.person is None:
        raise Unauthenticated
    set_up_as(visit, await visit.services.configuration())
    if request.headers.get("HX-Request") != "true":
        await request.app.state.shell.fill(visit)
    return visit


def _by_itself(request: AnyRequest) -> bool:
    """Live updates are the page's doing: they are no sign that a person is there."""
    return request.headers.get("X-By-Itself") == "true" or request.url.path == "/live"


def _visit(request: AnyRequest, session_token: str, issued: IssuedToken | None) -> Visit:
    state = request.app.state
    me = issued.me if issued else None
    wanted = request.cookies.get(LANGUAGE_COOKIE)
    accepted = accepted_language(request.headers.get("Accept-Language", ""))
    language: Language = state.languages[chosen_language(me.language if me else None, wanted, accepted)]
    person = person_of(issued, language) if issued else None
    note = request.cookies.get(NOTE_COOKIE, "")
    theme = me.theme if me else request.cookies.get(THEME_COOKIE, "")
    return Visit(
        language=language,
        csrf=csrf_token(state.settings.service_secret, session_token or browser_id(request)),
        path=request.url.path,
        theme=theme,
        person=person,
        note=note if note in WORDS else "",
        services=Services(
            state.client,
            state.directory,
            state.configurations,
            token=issued.token if issued else "",
            tenant=me.tenant if me else "",
            sees_staff=me is not None and Permission.STAFF_READ in me.permissions,
        ),
        session_token=session_token,
    )


def browser_id(request: AnyRequest) -> str:
    """The number of a browser that nobody signed in with yet; made when it comes without one."""
    given = request.cookies.get(request.app.state.cookies.browser)
    if given:
        return given
    return str(request.scope["state"].setdefault("browser_id", secrets.token_urlsafe(24)))


def person_of(issued: IssuedToken, language: Language) -> Person:
    me = issued.me
    return Person(
        id=me.user_id,
        session_id=me.session_id,
        name=me.name,
        email=me.email,
        tenant=me.tenant,
        tenant_name=me.tenant_name,
        tenant_kind=me.tenant_kind,
        token=issued.token,
        permissions=frozenset(me.permissions),
        role_words=tuple(language.word_or(f"role.{role}", role) for role in me.roles),
        strong_at=me.strong_at,
    )


async def step_up(request: AnyRequest, visit: Visit, form: Form, field_name: str = "step_up_code") -> None:
    """Show the second factor that a form carries, and go on with the stronger token. Raises `Invalid` at the field."""
    code = form.text(field_name).replace(" ", "")
    if not code:
        return
    try:
        await visit.services.tell("identity", "/me/step-up", StepUp(code=code), Accepted, key=str(uuid7()))
    except Problem as refused:
        raise Invalid({field_name: refused.code}) from refused
    issued = await request.app.state.sign_ins.renew(visit.session_token)
    visit.services.token = issued.token
    visit.person = person_of(issued, visit.language)


def recently_strong(person: Person, seconds: float) -> bool:
    return person.strong_at is not None and (datetime.now(UTC) - person.strong_at).total_seconds() < seconds
