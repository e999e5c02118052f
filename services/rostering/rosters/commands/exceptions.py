"""What is laid over the roster: overrides that hold at once, leave, and gaps that are meant so."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.rostering.rosters.commands.shifts import announce_shift
from services.rostering.rosters.commands.truth import (
    ShiftIsOver,
    ShiftOverlaps,
    become,
    locked_settings,
    published_in,
    watch,
)
from services.rostering.rosters.models import (
    LONGEST_SHIFT,
    PARTNER_ZONE,
    AbsenceRow,
    IntendedGap,
    OverrideRow,
    RosterSettings,
    Shift,
    wrong_period,
)
from services.rostering.rosters.rules import check_code
from services.rostering.rosters.stretches import Stretch, joined, minutes_of
from services.rostering.rosters.unfolding import Override, Turn, overridden
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts import rosters
from shared.db import uuid7
from shared.errors import Conflict, Invalid, NotFound

_LONGEST_ABSENCE = timedelta(days=400)


class ChangesNothing(Conflict):
    """Nobody of that name has duty there, or the level is taken all the time."""

    code = "override_changes_nothing"


async def enter_override(
    session: AsyncSession, principal: Principal, command: rosters.EnterOverride, *, now: datetime
) -> rosters.OverrideRef:
    """Add, replace or take off somebody for a period; holds at once. Raises `ChangesNothing`, `ShiftOverlaps`."""
    principal.require(Permission.ROSTER_MANAGE)
    settings = await locked_settings(session)
    _check_override(command, levels=settings.levels, now=now)
    row = OverrideRow(
        id=uuid7(),
        kind=command.kind,
        level=command.level,
        user_id=command.user_id if command.kind != "remove" else None,
        replaces=command.replaces if command.kind != "add" else None,
        starts_at=command.starts_at,
        ends_at=command.ends_at,
        entered_by=principal.user_id,
        entered_at=now,
    )
    told = await _lay_over(session, principal, row.override, settings, cause="override", now=now)
    session.add(row)
    audit.record(
        session,
        principal,
        "enter_override",
        now=now,
        object_kind="override",
        object_id=row.id,
        details=_facts(row),
    )
    return rosters.OverrideRef(override_id=row.id, told=told)


async def undo_override(
    session: AsyncSession, principal: Principal, override_id: UUID, *, now: datetime
) -> rosters.OverrideRef:
    """Put what is still to come back as it was. Raises `ShiftIsOver`, and `ShiftOverlaps` when it is taken by now."""
    principal.require(Permission.ROSTER_MANAGE)
    settings = await locked_settings(session)
    row = await session.get(OverrideRow, override_id)
    if row is None:
        raise NotFound
    if row.ends_at <= now:
        raise ShiftIsOver
    kinds = {"add": "remove", "replace": "replace", "remove": "add"}
    back = Override(
        kind=kinds[row.kind],
        level=row.level,
        starts_at=max(row.starts_at, now),
        ends_at=row.ends_at,
        user_id=row.replaces,
        replaces=row.user_id,
    )
    try:
        told = await _lay_over(session, principal, back, settings, cause="undone", now=now)
    except ChangesNothing:
        told = 0
    await session.delete(row)
    audit.record(
        session,
        principal,
        "undo_override",
        now=now,
        object_kind="override",
        object_id=row.id,
        details=_facts(row),
    )
    return rosters.OverrideRef(override_id=override_id, told=told)


def _check_override(command: rosters.EnterOverride, *, levels: Sequence[str], now: datetime) -> None:
    wrong = {} if command.kind in rosters.OVERRIDE_KINDS else {"kind": "not_a_choice"}
    if command.level not in levels or command.level == PARTNER_ZONE:
        wrong["level"] = "level_unknown"
    if command.kind != "remove" and command.user_id is None:
        wrong["user_id"] = "required"
    if command.kind != "add" and command.replaces is None:
        wrong["replaces"] = "required"
    if command.kind == "replace" and command.user_id is not None and command.user_id == command.replaces:
        wrong["user_id"] = "same_person"
    period = {"starts_at": command.starts_at, "ends_at": command.ends_at}
    wrong |= wrong_period(period, longest=LONGEST_SHIFT * 3, now=now)
    if not wrong and command.ends_at <= now:
        wrong["ends_at"] = "in_the_past"
    if wrong:
        raise Invalid(wrong)


async def _lay_over(
    session: AsyncSession,
    principal: Principal,
    override: Override,
    settings: RosterSettings,
    *,
    cause: str,
    now: datetime,
) -> int:
    """Change the published shifts; how many members were told."""
    period = Stretch(max(override.starts_at, now), override.ends_at)
    before = await published_in(session, period)
    turns = [shift.turn for shift in before]
    after = overridden(turns, override, within=period)
    if sorted(after) == sorted(turns):
        if override.kind == "add" and _has_duty(turns, override.user_id):
            raise ShiftOverlaps
        raise ChangesNothing
    if override.kind == "replace" and _held(after, override.level) != _held(turns, override.level):
        raise ShiftOverlaps  # she stands elsewhere in that time, so part of it would be held by nobody
    told, touched = await become(session, principal, before, after, settings=settings, cause=cause, now=now)
    for shift in touched:
        announce_shift(session, principal, cause, shift, now=now)
    return told


def _has_duty(turns: Sequence[Turn], user_id: UUID | None) -> bool:
    return any(turn.holder == user_id for turn in turns)


def _held(turns: Sequence[Turn], level: str) -> int:
    return minutes_of(joined(turn.stretch for turn in turns if turn.level == level))


def _facts(row: OverrideRow) -> dict[str, str | None]:
    return {
        "kind": row.kind,
        "level": row.level,
        "user_id": str(row.user_id) if row.user_id else None,
        "replaces": str(row.replaces) if row.replaces else None,
        "starts_at": row.starts_at.isoformat(),
        "ends_at": row.ends_at.isoformat(),
    }


async def enter_absence(
    session: AsyncSession, principal: Principal, command: rosters.EnterAbsence, *, now: datetime
) -> rosters.AbsenceRef:
    """Somebody will be away: for oneself, or for others by who manages the roster. Raises `Invalid`."""
    principal.require(Permission.ROSTER_READ)
    _require_own_or_managed(principal, command.user_id)
    check_code("reason", command.reason, rosters.ABSENCE_REASONS)
    wrong = wrong_period(
        {"starts_at": command.starts_at, "ends_at": command.ends_at}, longest=_LONGEST_ABSENCE, now=now
    )
    if not wrong and command.ends_at <= now:
        wrong = {"ends_at": "in_the_past"}
    if wrong:
        raise Invalid(wrong)
    settings = await locked_settings(session)
    row = AbsenceRow(
        id=uuid7(),
        user_id=command.user_id,
        starts_at=command.starts_at,
        ends_at=command.ends_at,
        reason=command.reason,
        entered_by=principal.user_id,
        entered_at=now,
    )
    session.add(row)
    return await _absence_changed(session, principal, "enter_absence", row, settings, now=now)


async def remove_absence(
    session: AsyncSession, principal: Principal, absence_id: UUID, *, now: datetime
) -> rosters.AbsenceRef:
    """She will be there after all."""
    principal.require(Permission.ROSTER_READ)
    settings = await locked_settings(session)
    row = await session.get(AbsenceRow, absence_id)
    if row is None:
        raise NotFound
    _require_own_or_managed(principal, row.user_id)
    await session.delete(row)
    return await _absence_changed(session, principal, "remove_absence", row, settings, now=now)


def _require_own_or_managed(principal: Principal, user_id: UUID) -> None:
    if user_id != principal.user_id:
        principal.require(Permission.ROSTER_MANAGE)


async def _absence_changed(
    session: AsyncSession,
    principal: Principal,
    action: str,
    row: AbsenceRow,
    settings: RosterSettings,
    *,
    now: datetime,
) -> rosters.AbsenceRef:
    """Keep who did it; on how many coming shifts the person is missed, or no longer."""
    there = await published_in(session, Stretch(max(row.starts_at, now), row.ends_at))
    missed: list[Shift] = [shift for shift in there if shift.user_id == row.user_id]
    for shift in missed:
        announce_shift(session, principal, action, shift, now=now)
    watch(session, principal.tenant, settings, now=now)
    audit.record(
        session,
        principal,
        action,
        now=now,
        object_kind="absence",
        object_id=row.id,
        details={"user_id": str(row.user_id), "shifts": len(missed)},
    )
    return rosters.AbsenceRef(absence_id=row.id, shifts=len(missed))


async def mark_gap(
    session: AsyncSession, principal: Principal, command: rosters.MarkGap, *, now: datetime
) -> rosters.IntendedGapRef:
    """Nobody is meant to have duty there, and why: no warning is given."""
    principal.require(Permission.ROSTER_MANAGE)
    settings = await locked_settings(session)
    check_code("level", command.level, settings.levels)
    check_code("reason", command.reason, rosters.GAP_REASONS)
    wrong = wrong_period(
        {"starts_at": command.starts_at, "ends_at": command.ends_at}, longest=_LONGEST_ABSENCE, now=now
    )
    if wrong:
        raise Invalid(wrong)
    row = IntendedGap(
        id=uuid7(),
        level=command.level,
        starts_at=command.starts_at,
        ends_at=command.ends_at,
        reason=command.reason,
        entered_by=principal.user_id,
        entered_at=now,
    )
    session.add(row)
    return _gap_changed(session, principal, "mark_gap", row, settings, now=now)


async def unmark_gap(
    session: AsyncSession, principal: Principal, intended_gap_id: UUID, *, now: datetime
) -> rosters.IntendedGapRef:
    """It is not meant so after all: it counts as a gap again."""
    principal.require(Permission.ROSTER_MANAGE)
    settings = await locked_settings(session)
    row = await session.scalar(select(IntendedGap).where(IntendedGap.id == intended_gap_id))
    if row is None:
        raise NotFound
    await session.delete(row)
    return _gap_changed(session, principal, "unmark_gap", row, settings, now=now)


def _gap_changed(
    session: AsyncSession,
    principal: Principal,
    action: str,
    row: IntendedGap,
    settings: RosterSettings,
    *,
    now: datetime,
) -> rosters.IntendedGapRef:
    watch(session, principal.tenant, settings, now=now)
    audit.record(
        session,
        principal,
        action,
        now=now,
        object_kind="intended_gap",
        object_id=row.id,
        details={
            "level": row.level,
            "reason": row.reason,
            "starts_at": row.starts_at.isoformat(),
            "ends_at": row.ends_at.isoformat(),
        },
    )
    return rosters.IntendedGapRef(intended_gap_id=row.id)
