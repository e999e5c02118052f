"""By which rules the roster is made: rotations, where and when duty must be filled, and the partner zones."""

import asyncio
from datetime import datetime, time
from http import HTTPStatus
from typing import Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.gateway.forms import Form, read_form
from services.gateway.language import BRUSSELS
from services.gateway.pages.roster_names import Names
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.contracts.rostering import (
    ChangeRosterSettings,
    KeepPartnerZone,
    PartnerZone,
    PartnerZoneRef,
    RosterSettings,
)
from shared.contracts.rosters import ROTATION_KINDS, KeepRotation, Rotation, RotationRef
from shared.errors import NotFound, Problem

_PLACES: Final = 8
"""How many people a rotation's form offers room for; those that are left empty do not count."""
_ALERT_HOURS: Final = (336, 168, 72, 48, 24, 12)
_NEEDED: Final = ("always", "outside_office")


@get("/roster/rotations", include_in_schema=False)
async def rotations(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    visit.who.require(Permission.ROSTER_MANAGE)
    found, names = await asyncio.gather(_rotations(visit), Names.of(visit))
    return pages.show("roster/rotations.html", visit, rotations=found, names=names)


@get("/roster/rotations/new", include_in_schema=False)
async def new_rotation(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    visit.who.require(Permission.ROSTER_MANAGE)
    today = datetime.now(BRUSSELS).date()
    values = {
        "level": "primary", "kind": "weekly", "hand_over": "08:00", "first_day": str(today),
        "hours_from": "00:00", "hours_until": "00:00", "free_days": "1", "active": "1",
    }  # fmt: skip
    return await _show_rotation(pages, visit, Form(visit, values), None)


@get("/roster/rotations/{rotation_id:uuid}", include_in_schema=False)
async def rotation(
    visit: NamedDependency[Visit], pages: NamedDependency[Pages], rotation_id: FromPath[UUID]
) -> Response[str]:
    visit.who.require(Permission.ROSTER_MANAGE)
    found = next((each for each in await _rotations(visit) if each.rotation_id == rotation_id), None)
    if found is None:
        raise NotFound
    form = Form(
        visit,
        {
            "name": found.name,
            "level": found.level,
            "kind": found.kind,
            "pattern": " ".join(map(str, found.pattern)),
            "hand_over": f"{found.hand_over:%H:%M}",
            "first_day": str(found.first_day),
            "last_day": str(found.last_day or ""),
            "hours_from": f"{found.hours_from:%H:%M}",
            "hours_until": f"{found.hours_until:%H:%M}",
            "free_days": "1" if found.free_days else "",
            "active": "1" if found.active else "",
            "version": str(found.version),
            **{f"holder_{place}": str(holder) for place, holder in enumerate(found.holders, start=1)},
        },
    )
    return await _show_rotation(pages, visit, form, rotation_id)


@post("/roster/rotations", include_in_schema=False)
async def enter_rotation(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    return await _keep_rotation(request, visit, pages, None)


@post("/roster/rotations/{rotation_id:uuid}", include_in_schema=False)
async def change_rotation(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    rotation_id: FromPath[UUID],
) -> Response[str]:
    return await _keep_rotation(request, visit, pages, rotation_id)


async def _keep_rotation(
    request: AnyRequest, visit: Visit, pages: Pages, rotation_id: UUID | None
) -> Response[str]:
    form = await read_form(request, visit)
    command = _rotation_in(form)
    if command is not None:
        path = f"/rotations/{rotation_id}" if rotation_id else "/rotations"
        try:
            await visit.services.tell("rostering", path, command, RotationRef, key=form.key)
        except Problem as problem:
            form.refused(problem)
            if wrong := form.errors.pop("holders", ""):
                form.errors["holder_1"] = wrong
        else:
            return go_to(request, "/roster/rotations", note="note.rotation_kept")
    return await _show_rotation(pages, visit, form, rotation_id, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _rotation_in(form: Form) -> KeepRotation | None:
    holders = [
        holder for place in range(1, _PLACES + 1) if (holder := form.uuid(f"holder_{place}")) is not None
    ]
    first_day, last_day = form.day("first_day"), form.day("last_day")
    clocks = {name: _clock(form, name) for name in ("hand_over", "hours_from", "hours_until")}
    pattern = _pattern(form)
    if not holders:
        form.error("holder_1", "required")
    if not form.needs("name", "level", "kind", "first_day", "hand_over") or first_day is None:
        return None
    return KeepRotation(
        name=form.text("name"),
        level=form.text("level"),
        kind=form.text("kind"),
        holders=holders,
        pattern=pattern,
        first_day=first_day,
        last_day=last_day,
        free_days=bool(form.text("free_days")),
        active=bool(form.text("active")),
        version=form.number("version"),
        **clocks,
    )


def _clock(form: Form, name: str) -> time:
    try:
        return time.fromisoformat(form.text(name)) if form.text(name) else time()
    except ValueError:
        form.error(name, "not_a_clock")
        return time()


def _pattern(form: Form) -> list[int]:
    """Numbers with spaces or commas between them."""
    parts = form.text("pattern").replace(",", " ").split()
    if not all(part.isdecimal() for part in parts):
        form.error("pattern", "pattern_unknown")
        return []
    return [int(part) for part in parts]


async def _rotations(visit: Visit) -> list[Rotation]:
    return await visit.services.ask("rostering", "/rotations", list[Rotation])


async def _show_rotation(
    pages: Pages, visit: Visit, form: Form, rotation_id: UUID | None, *, status: int = HTTPStatus.OK
) -> Response[str]:
    names = await Names.of(visit)
    return pages.show(
        "roster/rotation.html",
        visit,
        status=status,
        f=form,
        rotation_id=rotation_id,
        people=names.holders(),
        levels=names.levels,
        places=range(1, _PLACES + 1),
        kinds=[(kind, visit.language.word(f"rotation_kind.{kind}")) for kind in ROTATION_KINDS],
    )


@get("/roster/settings", include_in_schema=False)
async def settings(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    visit.who.require(Permission.ROSTER_MANAGE)
    now = await visit.services.ask("rostering", "/roster-settings", RosterSettings)
    form = Form(
        visit,
        {
            "answer_minutes": str(now.answer_minutes),
            "needed": now.needed,
            "office_from": f"{now.office_from:%H:%M}",
            "office_until": f"{now.office_until:%H:%M}",
        },
    )
    form.lists["levels"], form.lists["required_levels"] = now.levels, now.required_levels
    form.lists["gap_alert_hours"] = [str(hours) for hours in now.gap_alert_hours]
    return await _show_settings(pages, visit, form, now)


@post("/roster/settings", include_in_schema=False)
async def change_settings(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    form = await read_form(request, visit)
    now = await visit.services.ask("rostering", "/roster-settings", RosterSettings)
    answer_minutes = form.number("answer_minutes")
    clocks = {name: _clock(form, name) for name in ("office_from", "office_until")}
    if form.needs("answer_minutes", "required_levels", "needed") and answer_minutes is not None:
        command = ChangeRosterSettings(
            answer_minutes=answer_minutes,
            levels=now.levels,
            required_levels=[level for level in now.levels if level in form.lists["required_levels"]],
            needed=form.text("needed"),
            gap_alert_hours=[int(each) for each in form.lists["gap_alert_hours"] if each.isdecimal()],
            **clocks,
        )
        try:
            await visit.services.tell("rostering", "/roster-settings", command, RosterSettings, key=form.key)
        except Problem as problem:
            form.refused(problem)
        else:
            return go_to(request, "/roster/settings", note="note.roster_settings_kept")
    return await _show_settings(pages, visit, form, now, status=HTTPStatus.UNPROCESSABLE_ENTITY)


async def _show_settings(
    pages: Pages, visit: Visit, form: Form, now: RosterSettings, *, status: int = HTTPStatus.OK
) -> Response[str]:
    zones = await visit.services.ask("rostering", "/partner-zones", list[PartnerZone])
    word = visit.language.word_or
    return pages.show(
        "roster/settings.html",
        visit,
        status=status,
        f=form,
        zones=zones,
        levels=[(level, word(f"level.{level}", level)) for level in now.levels],
        needed=[(code, word(f"needed.{code}", code)) for code in _NEEDED],
        alerts=[(str(hours), _before(visit, hours)) for hours in _ALERT_HOURS],
    )


def _before(visit: Visit, hours: int) -> str:
    days, rest = divmod(hours, 24)
    if rest:
        return visit.language.plural("%(count)s uur vooraf", "%(count)s uur vooraf", hours)
    return visit.language.plural("%(count)s dag vooraf", "%(count)s dagen vooraf", days)


@get("/roster/zones/new", include_in_schema=False)
async def new_zone(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    visit.who.require(Permission.ROSTER_MANAGE)
    return pages.show("roster/zone.html", visit, f=Form(visit, {"active": "1"}), zone_id=None)


@get("/roster/zones/{zone_id:uuid}", include_in_schema=False)
async def zone(
    visit: NamedDependency[Visit], pages: NamedDependency[Pages], zone_id: FromPath[UUID]
) -> Response[str]:
    visit.who.require(Permission.ROSTER_MANAGE)
    zones = await visit.services.ask("rostering", "/partner-zones", list[PartnerZone])
    found = next((each for each in zones if each.partner_zone_id == zone_id), None)
    if found is None:
        raise NotFound
    values = {
        "name": found.name, "phone": found.phone, "note": found.note, "active": "1" if found.active else "",
        "version": str(found.version),
    }  # fmt: skip
    return pages.show("roster/zone.html", visit, f=Form(visit, values), zone_id=zone_id)


@post("/roster/zones", include_in_schema=False)
async def enter_zone(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    return await _keep_zone(request, visit, pages, None)


@post("/roster/zones/{zone_id:uuid}", include_in_schema=False)
async def change_zone(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    zone_id: FromPath[UUID],
) -> Response[str]:
    return await _keep_zone(request, visit, pages, zone_id)


async def _keep_zone(request: AnyRequest, visit: Visit, pages: Pages, zone_id: UUID | None) -> Response[str]:
    form = await read_form(request, visit)
    if form.needs("name", "phone"):
        command = KeepPartnerZone(
            name=form.text("name"),
            phone=form.text("phone"),
            note=form.text("note"),
            active=bool(form.text("active")),
            version=form.number("version"),
        )
        path = f"/partner-zones/{zone_id}" if zone_id else "/partner-zones"
        try:
            await visit.services.tell("rostering", path, command, PartnerZoneRef, key=form.key)
        except Problem as problem:
            form.refused(problem)
        else:
            return go_to(request, "/roster/settings", note="note.zone_kept")
    return pages.show(
        "roster/zone.html", visit, status=HTTPStatus.UNPROCESSABLE_ENTITY, f=form, zone_id=zone_id
    )


ROUTES = [
    rotations,
    new_rotation,
    rotation,
    enter_rotation,
    change_rotation,
    settings,
    change_settings,
    new_zone,
    zone,
    enter_zone,
    change_zone,
]
