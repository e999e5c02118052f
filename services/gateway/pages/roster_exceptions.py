"""What is laid over the roster: somebody in the place of another, and leave."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from services.gateway.forms import Form, read_form
from services.gateway.pages.roster import proposed
from services.gateway.pages.roster_names import Names
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.contracts.rosters import (
    ABSENCE_REASONS,
    OVERRIDE_KINDS,
    Absence,
    AbsenceRef,
    EnterAbsence,
    EnterOverride,
    OverrideRef,
    RosterOverride,
)
from shared.errors import Problem

_SHOWN: Final = timedelta(days=120)
_BEFORE: Final = timedelta(days=7)


@get("/roster/exceptions", include_in_schema=False)
async def exceptions(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    now = datetime.now(UTC)
    period = {"from": (now - _BEFORE).isoformat(), "until": (now + _SHOWN).isoformat()}
    overrides, absences, names = await asyncio.gather(
        visit.services.ask("rostering", "/roster-overrides", list[RosterOverride], **period),
        visit.services.ask("rostering", "/absences", list[Absence], **period),
        Names.of(visit),
    )
    return pages.show(
        "roster/exceptions.html",
        visit,
        overrides=overrides,
        absences=absences,
        names=names,
        moment=now,
        blank=partial(Form, visit),
    )


@get("/roster/exceptions/new", include_in_schema=False)
async def new_override(
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    start: FromQuery[str] = "",
    end: FromQuery[str] = "",
    level: FromQuery[str] = "primary",
    who: FromQuery[str] = "",
) -> Response[str]:
    """`start`, `end`, `level` and `who` come from the shift that was pressed."""
    visit.who.require(Permission.ROSTER_MANAGE)
    form = Form(visit, {"kind": "replace", "level": level, "replaces": who, **proposed(start, end)})
    return await _show_override(pages, visit, form)


@post("/roster/exceptions", include_in_schema=False)
async def enter_override(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    form = await read_form(request, visit)
    starts_at, ends_at = form.moment("starts_at"), form.moment("ends_at")
    user_id, replaces = form.uuid("user_id"), form.uuid("replaces")
    if form.needs("kind", "level", "starts_at", "ends_at") and starts_at and ends_at:
        kind = form.text("kind")
        command = EnterOverride(
            kind=kind,
            level=form.text("level"),
            starts_at=starts_at,
            ends_at=ends_at,
            user_id=user_id if kind != "remove" else None,
            replaces=replaces if kind != "add" else None,
        )
        try:
            await visit.services.tell("rostering", "/roster-overrides", command, OverrideRef, key=form.key)
        except Problem as problem:
            form.refused(problem)
        else:
            return go_to(request, "/roster/exceptions", note="note.override_entered")
    return await _show_override(pages, visit, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@post("/roster/exceptions/{override_id:uuid}/undo", include_in_schema=False)
async def undo_override(
    request: AnyRequest, visit: NamedDependency[Visit], override_id: FromPath[UUID]
) -> Response[str]:
    form = await read_form(request, visit)
    path = f"/roster-overrides/{override_id}/undo"
    try:
        await visit.services.tell("rostering", path, None, OverrideRef, key=form.key)
    except Problem as problem:
        if problem.code not in {"shift_overlaps", "shift_is_over"}:
            raise
        return go_to(request, "/roster/exceptions", note=f"error.{problem.code}")
    return go_to(request, "/roster/exceptions", note="note.override_undone")


@get("/roster/exceptions/absence", include_in_schema=False)
async def new_absence(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    visit.who.require(Permission.ROSTER_MANAGE)
    return await _show_absence(pages, visit, Form(visit, {"reason": "leave"}))


@post("/roster/exceptions/absence", include_in_schema=False)
async def enter_absence(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    form = await read_form(request, visit)
    user_id, starts_at, ends_at = form.uuid("user_id"), form.moment("starts_at"), form.moment("ends_at")
    if form.needs("user_id", "starts_at", "ends_at", "reason") and user_id and starts_at and ends_at:
        command = EnterAbsence(
            user_id=user_id, starts_at=starts_at, ends_at=ends_at, reason=form.text("reason")
        )
        try:
            ref = await visit.services.tell("rostering", "/absences", command, AbsenceRef, key=form.key)
        except Problem as problem:
            form.refused(problem)
        else:
            note = "note.absence_missed" if ref.shifts else "note.absence_entered"
            return go_to(request, "/roster/exceptions", note=note)
    return await _show_absence(pages, visit, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@post("/roster/exceptions/absence/{absence_id:uuid}/remove", include_in_schema=False)
async def remove_absence(
    request: AnyRequest, visit: NamedDependency[Visit], absence_id: FromPath[UUID]
) -> Response[str]:
    form = await read_form(request, visit)
    await visit.services.tell("rostering", f"/absences/{absence_id}/remove", None, AbsenceRef, key=form.key)
    return go_to(request, "/roster/exceptions", note="note.absence_removed")


async def _show_override(
    pages: Pages, visit: Visit, form: Form, *, status: int = HTTPStatus.OK
) -> Response[str]:
    names = await Names.of(visit)
    return pages.show(
        "roster/override.html",
        visit,
        status=status,
        f=form,
        kinds=[(kind, visit.language.word(f"override_kind.{kind}")) for kind in OVERRIDE_KINDS],
        people=names.members(),
        levels=[level for level in names.levels if level != "partner_zone"],
    )


async def _show_absence(
    pages: Pages, visit: Visit, form: Form, *, status: int = HTTPStatus.OK
) -> Response[str]:
    names = await Names.of(visit)
    return pages.show(
        "roster/absence.html",
        visit,
        status=status,
        f=form,
        people=names.members(),
        reasons=[(code, visit.language.word(f"absence_reason.{code}")) for code in ABSENCE_REASONS],
    )


ROUTES = [
    exceptions,
    new_override,
    enter_override,
    undo_override,
    new_absence,
    enter_absence,
    remove_absence,
]
