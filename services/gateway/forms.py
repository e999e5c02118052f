"""What somebody typed: read once, checked that it came from our own page, kept when it is refused."""

import base64
import hashlib
import hmac
from datetime import date, datetime
from http import HTTPStatus
from typing import TypeVar
from uuid import UUID

import msgspec
from litestar.datastructures import UploadFile

from services.gateway.language import Language
from services.gateway.rendering import AnyRequest
from services.gateway.typed_dates import day_of, meanings, wall_clock_of
from services.gateway.visit import Visit
from shared.db import uuid7
from shared.errors import Forbidden, Problem, StepUpNeeded

Answer = TypeVar("Answer")

_OWN_SITE = frozenset({"same-origin", "none", ""})


class ForgedRequest(Forbidden):
    """The form did not come from a page that we made for this browser."""

    code = "forged_request"


class Texts(dict[str, str]):
    """Field by name; a field that is not there is empty."""

    def __missing__(self, name: str) -> str:
        return ""


class Lists(dict[str, list[str]]):
    """The same for fields that can be given more than once."""

    def __missing__(self, name: str) -> list[str]:
        return []


class Form:
    """A form on its way out or back in. `errors` are texts at fields, `problem` one for the whole."""

    def __init__(self, visit: Visit, values: dict[str, str] | None = None, *, key: str = "") -> None:
        self.csrf = visit.csrf
        self.key = key or str(uuid7())
        self.values = Texts(values or {})
        self.lists = Lists({name: [value] for name, value in (values or {}).items()})
        self.files: dict[str, UploadFile] = {}
        self.errors = Texts()
        self.problem = ""
        self.asks_code = False
        self.asks_order = False
        self.asks_turn: set[str] = set()
        self.draft_version = 0
        self.draft_at: datetime | None = None
        self.draft_problem = ""
        self._language: Language = visit.language

    # What was typed, as what it should be. A value that cannot be read leaves an error and gives None.

    def text(self, name: str) -> str:
        return self.values[name].strip()

    def uuid(self, name: str) -> UUID | None:
        try:
            return UUID(self.text(name)) if self.text(name) else None
        except ValueError:
            self.error(name, "not_a_choice")
            return None

    def day(self, name: str) -> date | None:
        try:
            return day_of(self.text(name)) if self.text(name) else None
        except ValueError:
            self.error(name, "not_a_date")
            return None

    def moment(self, name: str) -> datetime | None:
        """A time on Brussels' clock. One that the clock skips is refused; for one that comes twice `<name>_turn` says
        which, and without it the field asks."""
        try:
            possible = meanings(wall_clock_of(self.text(name))) if self.text(name) else [None]
        except ValueError:
            self.error(name, "not_a_moment")
            return None
        if not possible:
            self.error(name, "hour_skipped")
            return None
        if len(possible) > 1:
            self.asks_turn.add(name)
            if self.text(f"{name}_turn") not in {"1", "2"}:
                self.error(name, "hour_twice")
                return None
        return possible[-1 if self.text(f"{name}_turn") == "2" else 0]

    def number(self, name: str) -> int | None:
        try:
            return int(self.text(name)) if self.text(name) else None
        except ValueError:
            self.error(name, "not_a_number")
            return None

    # What is wrong with it

    def needs(self, *names: str, of: str = "") -> bool:
        """True when all of them are filled in and nothing else is wrong; otherwise each empty one says so.

        With `of`, in words of its own for each: `field.<of>_<name>`.
        """
        for name in names:
            if not any(value.strip() for value in self.lists[name]):
                self.error(name, f"{of}_{name}" if of else "required")
        return not self.errors

    def error(self, name: str, code: str) -> None:
        self.errors[name] = self._language.word_or(f"field.{code}", self._language.word("field.invalid"))

    def refused(self, problem: Problem) -> None:
        """Put a service's refusal where it belongs: at its fields, and above the form in words."""
        self.asks_code = (
            self.asks_code or problem.code == StepUpNeeded.code or "step_up_code" in problem.fields
        )
        for name, code in problem.fields.items():
            self.error(name.rsplit(".", 1)[-1], code)
        if problem.status != HTTPStatus.SERVICE_UNAVAILABLE:
            self.key = str(
                uuid7()
            )  # what was refused is not done; only what may have been done keeps its key
        if not problem.fields:
            self.problem = self._language.word_or(
                f"error.{problem.code}", self._language.word("error.conflict")
            )


async def told(
    visit: Visit, form: Form, service: str, path: str, command: msgspec.Struct, kind: type[Answer]
) -> Answer | None:
    """Carry out a form's command; None leaves what was wrong in the form. Raises what no form can mend."""
    try:
        return await visit.services.tell(service, path, command, kind, key=form.key)
    except Problem as problem:
        if problem.status in (HTTPStatus.NOT_FOUND, HTTPStatus.UNAUTHORIZED):
            raise
        form.refused(problem)
        return None


async def read_form(request: AnyRequest, visit: Visit) -> Form:
    """The form of a request; raises `ForgedRequest` unless our own page sent it."""
    given = await request.form()
    require_own_page(request, visit, str(given.get("_csrf", "")))
    form = Form(visit, key=str(given.get("_key", "")))
    for name in dict.fromkeys(given):
        if name == "_draft_version":
            form.draft_version = int(value) if (value := str(given[name])).isdecimal() else 0
        if name.startswith("_"):
            continue
        values = [value for value in given.getall(name) if isinstance(value, str)]
        chosen = [value for value in given.getall(name) if isinstance(value, UploadFile) and value.filename]
        if chosen:
            form.files[name] = chosen[-1]
        form.lists[name] = values
        form.values[name] = values[-1] if values else ""
    return form


def require_own_page(request: AnyRequest, visit: Visit, csrf: str) -> None:
    """Three signs, each enough to refuse: the browser's own word, the origin, and our token."""
    if request.headers.get("Sec-Fetch-Site", "") not in _OWN_SITE:
        raise ForgedRequest
    origin = request.headers.get("Origin")
    if origin is not None and origin.partition("://")[2] != request.headers.get("Host"):
        raise ForgedRequest
    if not hmac.compare_digest(csrf.encode(), visit.csrf.encode()):
        raise ForgedRequest


def csrf_token(secret: str, session: str) -> str:
    """A token that only this gateway can make, for one session and for nothing else."""
    digest = hmac.digest(secret.encode(), b"csrf:" + session.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
