"""How one person is reached without danger: the hours, the rules and the numbers, on one page."""

from collections.abc import Sequence
from datetime import time
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.gateway.forms import Form, read_form
from services.gateway.pages.dossier_sight import dossier_of, person_in, tell
from services.gateway.pages.two_versions import chosen, remember, side_by_side
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.contracts.cases import DossierView
from shared.contracts.persons import (
    ChangeSafeContact,
    NewPhone,
    PersonInDossier,
    PersonRef,
    PhoneRef,
    SafeContact,
    SafeWindow,
)
from shared.errors import Problem

_ROWS: Final = tuple(f"w{number}" for number in range(1, 15))
"""Rows for hours in the form: as many as the service takes."""
_ROWS_SHOWN: Final = 3
_RULES: Final = ("no_calls", "no_voicemail", "no_letters", "no_visits", "discreet")
_FIELDS: Final = ("windows", *_RULES, "code_word", "may_answer", "safe_contact")
"""What two can choose between; the hours are one thing: half of one's hours with half of another's is nobody's."""


@get("/dossiers/{dossier_id:uuid}/persons/{person_id:uuid}/safe-contact", include_in_schema=False)
async def safe_contact_page(
    dossier_id: FromPath[UUID],
    person_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    dossier = await dossier_of(visit, dossier_id)
    return _show(pages, visit, dossier, person_id)


@post("/dossiers/{dossier_id:uuid}/persons/{person_id:uuid}/safe-contact", include_in_schema=False)
async def change_safe_contact(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    person_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """When a colleague was first, both versions stand side by side: a rule for safety is never written over unseen."""
    form = await read_form(request, visit)
    chosen(form, _FIELDS)
    if form.text("windows"):
        _fill_rows(form)
    safe = safe_of(form)
    changed: dict[str, Any] | None = None
    if not form.errors:
        command = ChangeSafeContact(
            version=form.number("version") or 0, safe=safe, safe_contact=form.text("safe_contact")
        )
        path = f"/dossiers/{dossier_id}/persons/{person_id}/safe-contact"
        try:
            await visit.services.tell("cases", path, command, PersonRef, key=form.key)
        except Problem as problem:
            if problem.status in (HTTPStatus.NOT_FOUND, HTTPStatus.UNAUTHORIZED):
                raise
            form.refused(problem)
            now = person_in(await dossier_of(visit, dossier_id), person_id)
            form.values["windows"] = _windows_typed(safe.windows)
            form.lists["windows"] = [form.values["windows"]]
            changed = await side_by_side(visit, form, problem, _values_of(now), now.version)
            _fill_rows(form)
        else:
            return go_to(request, f"/dossiers/{dossier_id}", note="note.safe_contact_changed")
    return _show(pages, visit, await dossier_of(visit, dossier_id), person_id, rules=form, changed=changed)


@post("/dossiers/{dossier_id:uuid}/persons/{person_id:uuid}/phones", include_in_schema=False)
async def add_phone(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    person_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    path = f"/dossiers/{dossier_id}/persons/{person_id}"
    if form.needs("phone"):
        command = NewPhone(
            phone=form.text("phone"), label=form.text("label"), safe=bool(form.text("phone_safe"))
        )
        if await tell(visit, form, f"{path}/phones", command, PhoneRef):
            return go_to(request, f"{path}/safe-contact", note="note.phone_added")
    return _show(pages, visit, await dossier_of(visit, dossier_id), person_id, phone=form)


def rows_of(form: Form) -> Sequence[str]:
    """The rows for hours to show: those that are filled in, and an empty one."""
    filled = [
        place
        for place, row in enumerate(_ROWS, 1)
        if form.text(f"{row}_from") or form.text(f"{row}_to") or form.lists[f"{row}_days"]
    ]
    return _ROWS[: max(_ROWS_SHOWN, max(filled, default=0) + 1)]


def safe_of(form: Form) -> SafeContact:
    """The rules as they were filled in; a wrong row leaves an error at its field."""
    windows = [window for row in _ROWS if (window := _window_of(form, row)) is not None]
    return SafeContact(
        windows=windows,
        code_word=form.text("code_word"),
        may_answer=form.text("may_answer"),
        **{rule: bool(form.text(rule)) for rule in _RULES},
    )


def _window_of(form: Form, row: str) -> SafeWindow | None:
    days = sorted({int(day) for day in form.lists[f"{row}_days"] if day in set("1234567")})
    starts, ends = _clock(form, f"{row}_from"), _clock(form, f"{row}_to")
    if not days and starts is None and ends is None:
        return None
    if not days:
        form.error(f"{row}_days", "required")
    for name, value in ((f"{row}_from", starts), (f"{row}_to", ends)):
        if value is None and not form.errors[name]:
            form.error(name, "required")
    if not days or starts is None or ends is None:
        return None
    if starts == ends:
        form.error(f"{row}_to", "window_empty")
        return None
    return SafeWindow(weekdays=days, starts=starts, ends=ends)


def _clock(form: Form, name: str) -> time | None:
    typed = form.text(name)
    if not typed:
        return None
    try:
        return time.fromisoformat(typed.replace(".", ":").replace("u", ":")).replace(tzinfo=None)
    except ValueError:
        form.error(name, "not_a_clock")
        return None


def _windows_typed(windows: Sequence[SafeWindow]) -> str:
    """All hours in one value, for a form that is sent back: `24 10:00 12:00;5 09:00 11:00`."""
    return ";".join(
        f"{''.join(map(str, window.weekdays))} {window.starts:%H:%M} {window.ends:%H:%M}"
        for window in windows
    )


def _fill_rows(form: Form) -> None:
    """The rows of the form from the one value that was chosen."""
    windows = (form.text("windows").replace(" ", ";") + ";" * 3 * len(_ROWS)).split(";")
    for row, days, starts, ends in zip(_ROWS, windows[::3], windows[1::3], windows[2::3], strict=False):
        form.lists[f"{row}_days"] = list(days)
        form.values[f"{row}_from"], form.values[f"{row}_to"] = starts, ends


def _values_of(person: PersonInDossier) -> dict[str, str]:
    """Each field as it would be typed."""
    return {
        "windows": _windows_typed(person.safe.windows),
        **{rule: "1" if getattr(person.safe, rule) else "" for rule in _RULES},
        "code_word": person.safe.code_word,
        "may_answer": person.safe.may_answer,
        "safe_contact": person.safe_contact,
    }


def _shown(visit: Visit, name: str, value: str) -> str:
    """A field's value in words."""
    if name in _RULES:
        return visit.language.word("answer.yes" if value else "answer.no")
    if name != "windows":
        return value
    weekdays = visit.language.locale.days["format"]["abbreviated"]
    parts = [part.split() for part in value.split(";") if part]
    return "; ".join(
        f"{', '.join(weekdays[int(day) - 1] for day in days)} {starts}–{ends}" for days, starts, ends in parts
    )


def _show(
    pages: Pages,
    visit: Visit,
    dossier: DossierView,
    person_id: UUID,
    *,
    rules: Form | None = None,
    phone: Form | None = None,
    changed: dict[str, Any] | None = None,
) -> Response[str]:
    person = person_in(dossier, person_id)
    if rules is None:
        rules = Form(visit, {**remember(_values_of(person)), "version": str(person.version)})
        _fill_rows(rules)
    wrong = phone or rules
    refused = bool(wrong.errors or wrong.problem)
    return pages.show(
        "dossiers/safe_contact.html",
        visit,
        dossier=dossier,
        person=person,
        phones=[each for each in dossier.phones if each.person_id == person_id],
        f=rules,
        nf=phone or Form(visit),
        wrong=wrong,
        rows=rows_of(rules),
        changed=changed,
        names={name: visit.language.word(f"safe_field.{name}") for name in _FIELDS},
        shown=lambda name, value: _shown(visit, name, value),
        blank=lambda: Form(visit),
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK,
    )


ROUTES = [safe_contact_page, change_safe_contact, add_phone]
