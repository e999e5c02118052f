"""A partner without account: from the link in his mail, by a code, to the referral and his answer. Nobody signs in.

The link's secret stands in the address of the first pages only: after the code a cookie of an hour takes its place.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, TypeVar

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Stream

from services.gateway.forms import Form, read_form
from services.gateway.language import LANGUAGES
from services.gateway.pages.papers import passed_on
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.sign_in import LANGUAGE_COOKIE
from services.gateway.visit import Visit
from shared.contracts.partners import (
    CODE_CHANNELS,
    AnswerByPartner,
    AskCode,
    AskNewLink,
    CodeAsked,
    EnterCode,
    LinkOpened,
    NewLinkAsked,
    OpenLink,
    PartnerAnswered,
    PartnerReferral,
    PartnerSession,
    ReadReferral,
)
from shared.contracts.referring import OUTCOMES, PARTS, QUESTIONS, REFUSAL_REASONS
from shared.errors import NotFound, Problem

Answer = TypeVar("Answer")

_WRONG: Final = HTTPStatus.UNPROCESSABLE_ENTITY
_LONGEST_TENANT: Final = 40
_LONGEST_SECRET: Final = 80
_HOUR: Final = 3600
_DATES: Final = frozenset({"born_on", "facts_on", "sent_on", "consent_on"})
_SAFE_FIRST: Final = (
    "name", "may_be_contacted", "contact_person", "contact_rules", "safe_hours", "code_word", "safe_phone",
)  # fmt: skip
"""What makes contact safe stands before the number, and both before all else."""

_ASKED_WITH: Final = {
    "refused": "reason",
    "more_asked": "question",
    "partly_accepted": "part",
    "closed": "outcome",
}


@dataclass(frozen=True)
class Link:
    """What stands in the address."""

    tenant: str
    token: str

    @property
    def path(self) -> str:
        return f"/partner/{self.tenant}/{self.token}"


async def _tell(
    request: AnyRequest, path: str, command: msgspec.Struct, kind: type[Answer], key: str = ""
) -> Answer:
    """To referrals, in nobody's name: what the link or the session opens is all that it gives."""
    client = request.app.state.client
    given: Answer = await client.tell(
        "referrals", f"/partner/{path}", command, kind, token="", key=key or None
    )
    return given


def _link(tenant: str, token: str) -> Link:
    if len(tenant) > _LONGEST_TENANT or len(token) > _LONGEST_SECRET:
        raise NotFound
    return Link(tenant, token)


def _speak(request: AnyRequest, guest: Visit, language: str) -> None:
    """The partner's own language, unless this browser chose one."""
    if language in LANGUAGES and LANGUAGE_COOKIE not in request.cookies:
        guest.language = request.app.state.languages[language]


# --- from the link to a session --------------------------------------------------------------------------------------


@get("/partner/{tenant:str}/{token:str}", include_in_schema=False)
async def link_page(
    request: AnyRequest,
    guest: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    tenant: FromPath[str],
    token: FromPath[str],
) -> Response[str]:
    """Only buttons: a mail scanner that follows links asks for no code."""
    link = _link(tenant, token)
    opened = await _opened(request, guest, link)
    if opened is None:
        return _show_over(pages, guest, link)
    return pages.show("partner/link.html", guest, f=Form(guest), link=link, opened=opened)


@post("/partner/{tenant:str}/{token:str}/code", include_in_schema=False)
async def ask_code(
    request: AnyRequest,
    guest: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    tenant: FromPath[str],
    token: FromPath[str],
) -> Response[str]:
    link, form = _link(tenant, token), await read_form(request, guest)
    opened = await _opened(request, guest, link)
    if opened is None:
        return _show_over(pages, guest, link)
    channel = form.text("channel")
    try:
        command = AskCode(tenant=tenant, token=token, channel=channel, source=_source(request))
        await _tell(request, "codes", command, CodeAsked, form.key)
    except Problem as problem:
        form.refused(problem)
        return pages.show("partner/link.html", guest, f=form, link=link, opened=opened, status=_WRONG)
    return go_to(request, f"{link.path}/code?via={channel}")


@get("/partner/{tenant:str}/{token:str}/code", include_in_schema=False)
async def code_page(
    request: AnyRequest,
    guest: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    tenant: FromPath[str],
    token: FromPath[str],
    via: FromQuery[str] = "",
) -> Response[str]:
    link = _link(tenant, token)
    opened = await _opened(request, guest, link)
    if opened is None:
        return _show_over(pages, guest, link)
    return _show_code(pages, guest, link, Form(guest), via)


@post("/partner/{tenant:str}/{token:str}/enter", include_in_schema=False)
async def enter(
    request: AnyRequest,
    guest: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    tenant: FromPath[str],
    token: FromPath[str],
) -> Response[str]:
    """From here on the address holds no secret any more."""
    link, form = _link(tenant, token), await read_form(request, guest)
    if await _opened(request, guest, link) is None:
        return _show_over(pages, guest, link)
    if form.needs("code"):
        command = EnterCode(
            tenant=tenant,
            token=token,
            code=form.text("code")[:12],
            reader=form.text("reader")[:80],
            source=_source(request),
        )
        try:
            entered = await _tell(request, "sessions", command, PartnerSession)
        except Problem as problem:
            form.refused(problem)
        else:
            cookies = request.app.state.cookies
            cookie = cookies.make(cookies.partner, f"{tenant}.{entered.session}", seconds=_HOUR)
            return go_to(request, "/partner/referral", cookies=[cookie])
    form.values["code"] = ""
    return _show_code(pages, guest, link, form, form.text("via"), status=_WRONG)


@post("/partner/{tenant:str}/{token:str}/new", include_in_schema=False, status_code=HTTPStatus.OK)
async def ask_new_link(
    request: AnyRequest,
    guest: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    tenant: FromPath[str],
    token: FromPath[str],
) -> Response[str]:
    """Whatever the link was, the page says the same."""
    link, form = _link(tenant, token), await read_form(request, guest)
    await _tell(
        request,
        "new-links",
        AskNewLink(tenant=tenant, token=token, source=_source(request)),
        NewLinkAsked,
        form.key,
    )
    return pages.show("partner/asked.html", guest, link=link)


# --- inside the session ----------------------------------------------------------------------------------------------


@get("/partner/referral", include_in_schema=False)
async def referral_page(
    request: AnyRequest, guest: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    return await _show_referral(request, pages, guest, Form(guest))


@post("/partner/answers", include_in_schema=False)
async def answer(
    request: AnyRequest, guest: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    form, session = await read_form(request, guest), _session(request)
    if session is None:
        return _show_session_over(pages, guest)
    given = form.text("answer")
    asked = _ASKED_WITH.get(given, "")
    until = form.day("waiting_until") if given == "waiting_list" else None
    if form.needs("answer", *([asked] if asked else [])):
        codes = {asked: form.text(asked)} if asked else {}
        command = AnswerByPartner(
            tenant=session.tenant, session=session.session, answer=given, waiting_until=until, **codes
        )
        try:
            await _tell(request, "answers", command, PartnerAnswered, form.key)
        except Problem as problem:
            if problem.status == HTTPStatus.NOT_FOUND:
                return _show_session_over(pages, guest)
            form.refused(problem)
        else:
            return go_to(request, "/partner/referral", note="note.partner_answered")
    return await _show_referral(request, pages, guest, form, status=_WRONG)


@get("/partner/form.pdf", include_in_schema=False)
async def form_pdf(request: AnyRequest) -> Stream:
    session = _session(request)
    if session is None:
        raise NotFound
    token = f"{session.tenant}.{session.session}"
    return passed_on(await request.app.state.client.open_file("referrals", "/partner/form.pdf", token=token))


@post("/partner/leave", include_in_schema=False)
async def leave(request: AnyRequest, guest: NamedDependency[Visit]) -> Response[str]:
    """On a computer that others use too."""
    await read_form(request, guest)
    cookies = request.app.state.cookies
    return go_to(request, "/partner/left", cookies=[cookies.drop(cookies.partner)])


@get("/partner/left", include_in_schema=False)
async def left(guest: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    return pages.show("partner/left.html", guest)


def _session(request: AnyRequest) -> ReadReferral | None:
    given = request.cookies.get(request.app.state.cookies.partner, "")
    tenant, _, session = given.partition(".")
    if not tenant or not session or len(tenant) > _LONGEST_TENANT or len(session) > _LONGEST_SECRET:
        return None
    return ReadReferral(tenant=tenant, session=session)


def _source(request: AnyRequest) -> str:
    """The address that asks: who guesses links is slowed down by it."""
    return request.client.host[:64] if request.client else ""


async def _opened(request: AnyRequest, guest: Visit, link: Link) -> LinkOpened | None:
    """None for whatever is wrong with it. Raises `Refused` (429) for who looks up too often, be it right or wrong."""
    try:
        opened = await _tell(
            request,
            "links",
            OpenLink(tenant=link.tenant, token=link.token, source=_source(request)),
            LinkOpened,
        )
    except Problem as problem:
        if problem.status in (HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY):
            return None
        raise
    _speak(request, guest, opened.language)
    return opened


def _show_over(pages: Pages, guest: Visit, link: Link) -> Response[str]:
    return pages.show("partner/over.html", guest, f=Form(guest), link=link, status=HTTPStatus.NOT_FOUND)


def _show_session_over(pages: Pages, guest: Visit) -> Response[str]:
    return pages.show("partner/session_over.html", guest, status=HTTPStatus.NOT_FOUND)


def _show_code(
    pages: Pages, guest: Visit, link: Link, form: Form, via: str, status: HTTPStatus = HTTPStatus.OK
) -> Response[str]:
    via = via if via in CODE_CHANNELS else CODE_CHANNELS[0]
    return pages.show("partner/code.html", guest, f=form, link=link, via=via, status=status)


async def _show_referral(
    request: AnyRequest, pages: Pages, guest: Visit, form: Form, status: HTTPStatus = HTTPStatus.OK
) -> Response[str]:
    session = _session(request)
    if session is None:
        return _show_session_over(pages, guest)
    try:
        referral = await _tell(request, "referral", session, PartnerReferral)
    except Problem as problem:
        if problem.status != HTTPStatus.NOT_FOUND:
            raise
        return _show_session_over(pages, guest)
    _speak(request, guest, referral.language)
    given = {each.key: each for each in referral.fields}
    contact = [given[key] for key in _SAFE_FIRST if key in given]
    lists: dict[str, Any] = {
        "reasons": REFUSAL_REASONS, "questions": QUESTIONS, "parts": PARTS, "outcomes": OUTCOMES,
    }  # fmt: skip
    return pages.show(
        "partner/referral.html",
        guest,
        f=form,
        referral=referral,
        dates=_DATES,
        contact=contact,
        rest=[each for each in referral.fields if each.key not in _SAFE_FIRST],
        status=status,
        **lists,
    )


ROUTES = [
    link_page, ask_code, code_page, enter, ask_new_link, referral_page, answer, form_pdf, leave, left,
]  # fmt: skip
