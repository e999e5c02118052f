"""Templates to answers: one Jinja environment for each language, and the few ways in which a page answers."""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

import phonenumbers
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Request, Response
from litestar.datastructures import Cookie

from services.gateway.language import NAMES, Language
from services.gateway.marking import N_
from services.gateway.static_files import StaticFiles
from services.gateway.visit import Visit
from shared.db import uuid7

TEMPLATES: Final = Path(__file__).parent / "templates"
NOTE_COOKIE: Final = "vangnet_note"

AnyRequest = Request[Any, Any, Any]
_SPEAKING: ContextVar[Language] = ContextVar("speaking")
"""The language of the page that is being written, with its tenant's own words; macros cannot see the visit."""


@dataclass(frozen=True)
class Tiles:
    """Where the map's tiles come from, and who is thanked for them."""

    url: str
    credit: str

    @property
    def origin(self) -> str:
        """The scheme and host that a page may load images from."""
        parts = urlsplit(self.url.replace("{s}", "*"))
        return f"{parts.scheme}://{parts.netloc}"


class Pages:
    """Writes pages in the four languages."""

    def __init__(
        self,
        languages: Mapping[str, Language],
        static: StaticFiles,
        *,
        postbox: bool = False,
        tiles: Tiles | None = None,
    ) -> None:
        self.tiles = tiles
        self._environments = {
            code: _environment(language, static, postbox=postbox) for code, language in languages.items()
        }

    def text(self, template: str, visit: Visit, **context: Any) -> str:
        environment = self._environments[visit.language.code]
        speaking = _SPEAKING.set(visit.language)
        try:
            return environment.get_template(template).render(visit=visit, **context)
        finally:
            _SPEAKING.reset(speaking)

    def show(
        self, template: str, visit: Visit, *, status: int = HTTPStatus.OK, **context: Any
    ) -> Response[str]:
        """A page, or a fragment where the template's name starts with an underscore."""
        answer = Response(self.text(template, visit, **context), media_type="text/html", status_code=status)
        if visit.note:
            answer.delete_cookie(NOTE_COOKIE)
        return answer


def go_to(
    request: AnyRequest, path: str, *, note: str = "", cookies: list[Cookie] | None = None
) -> Response[str]:
    """After a form: on to a page of ours. `note` is a code that the next page says once, such as `note.saved`."""
    given = [*(cookies or [])]
    if note:
        given.append(request.app.state.cookies.make(NOTE_COOKIE, note, seconds=60))
    if request.headers.get("HX-Request") == "true":
        return Response("", headers={"HX-Redirect": path}, cookies=given)
    return Response("", status_code=HTTPStatus.SEE_OTHER, headers={"Location": path}, cookies=given)


def own_path(wish: str, default: str = "/") -> str:
    """A path of this site to go back to, or the default: never another site."""
    safe = wish.startswith("/") and not wish.startswith(("//", "/\\")) and wish.isprintable()
    return quote(wish, safe="/?=&%-._~") if safe else default


def initials(name: str) -> str:
    """Two letters to know somebody by: first and last word."""
    parts = [part for part in name.split() if part[:1].isalpha()]
    return "".join(part[0] for part in (parts[:1] + parts[-1:] if len(parts) > 1 else parts)).upper()


def sentence(text: str) -> str:
    """The text with a capital in front, for where a word stands alone."""
    return text[:1].upper() + text[1:]


def written_day(language: Language, text: str) -> str:
    """A day that a form holds as `2026-03-02`, as people read it; anything else stays as it is."""
    try:
        return language.day(date.fromisoformat(text))
    except ValueError:
        return text


def phone(number: str) -> str:
    """A number as people read it aloud, `0470 12 34 56`; one from abroad keeps its country."""
    try:
        parsed = phonenumbers.parse(number, "BE")
    except phonenumbers.NumberParseException:
        return number
    home = parsed.country_code == phonenumbers.country_code_for_region("BE")
    form = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, form)


def _environment(language: Language, static: StaticFiles, *, postbox: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        _=language.text,
        _n=language.plural,
        word=lambda code: _SPEAKING.get(language).word(code),
        word_or=lambda code, fallback: _SPEAKING.get(language).word_or(code, fallback),
        asset=static.address,
        initials=initials,
        who=lambda staff, user_id: staff.name(user_id, language.text(N_("naam niet beschikbaar"))),
        language_names=NAMES,
        new_key=uuid7,
        now=lambda: datetime.now(UTC),
        postbox=postbox,
        one_day=timedelta(days=1),
    )
    environment.filters.update(
        moment=language.moment,
        day=language.day,
        written_day=lambda text: written_day(language, text),
        short_day=language.short_day,
        clock=language.clock,
        weekday=language.weekday,
        month=language.month,
        duration=language.duration,
        distance=lambda moment: language.distance(moment, now=datetime.now(UTC)),
        money=language.money,
        number=language.number,
        listed=language.listed,
        phone=phone,
        language_name=language.language_name,
        sentence=sentence,
    )
    return environment
