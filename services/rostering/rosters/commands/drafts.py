"""A plan of some days that nobody stands by yet: begun, filled, changed by hand, published or given up."""

from datetime import datetime, time
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.rostering.configuration.copy import days_off_here
from services.rostering.rosters.commands.truth import (
    ChangedMeanwhile,
    ShiftOverlaps,
    become,
    locked_settings,
    overlap,
    published_in,
    require_zone,
)
from services.rostering.rosters.models import (
    FARTHEST_SHIFT,
    PARTNER_ZONE,
    AbsenceRow,
    Draft,
    DraftEditRow,
    DraftShiftRow,
    OverrideRow,
    RosterSettings,
    RotationRow,
    Shift,
    check_shift,
    turn_of,
)
from services.rostering.rosters.stretches import at_wall
from services.rostering.rosters.unfolding import Turn, unfold
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts import rosters
from shared.contracts.rostering import PlanShift, RosterPublished
from shared.db import uuid7
from shared.errors import Conflict, Invalid, NotFound
from shared.outbox import publish

_LONGEST_DRAFT_DAYS = 93


class DraftExists(Conflict):
    """Somebody is drafting some of those days already."""

    code = "draft_exists"


class DraftIsClosed(Conflict):
    """It was published or given up."""

    code = "draft_closed"


async def begin_draft(
    session: AsyncSession, principal: Principal, command: rosters.BeginDraft, *, now: datetime
) -> rosters.DraftRef:
    """Plan these days, beginning with what is published there. Raises `Invalid`, `DraftExists`."""
    principal.require(Permission.ROSTER_MANAGE)
    await locked_settings(session)
    _check_days(command, now=now)
    begun = select(Draft.id).where(
        Draft.state == "draft", Draft.first_day <= command.last_day, Draft.last_day >= command.first_day
    )
    other = await session.scalar(begun.limit(1))
    if other is not None:
        raise DraftExists(details={"draft_id": str(other)})
    draft = Draft(
        id=uuid7(),
        first_day=command.first_day,
        last_day=command.last_day,
        state="draft",
        version=0,
        changed_at=now,
        changed_by=principal.user_id,
    )
    session.add(draft)
    await session.flush()
    for shift in await _begin_inside(session, draft):
        _add(session, draft, shift.turn, source="published")
    return _changed(session, principal, draft, "begin", now=now)


def _check_days(command: rosters.BeginDraft, *, now: datetime) -> None:
    wrong = {}
    if command.last_day < command.first_day:
        wrong["last_day"] = "ends_before_start"
    elif (command.last_day - command.first_day).days >= _LONGEST_DRAFT_DAYS:
        wrong["last_day"] = "too_long"
    elif at_wall(command.last_day, time(23, 59)) < now:
        wrong["last_day"] = "in_the_past"
    elif abs(at_wall(command.first_day, time()) - now) > FARTHEST_SHIFT:
        wrong["first_day"] = "too_far"
    if wrong:
        raise Invalid(wrong)


async def fill_draft(
    session: AsyncSession, principal: Principal, command: rosters.FillDraft, draft_id: UUID, *, now: datetime
) -> rosters.DraftRef:
    """Fill it from rotations, overrides and leave around what is there; `anew` keeps only what was planned by hand."""
    principal.require(Permission.ROSTER_MANAGE)
    settings = await locked_settings(session)
    draft = await _open(session, draft_id, command.version)
    if command.anew:
        await session.execute(
            delete(DraftShiftRow).where(DraftShiftRow.draft_id == draft.id, DraftShiftRow.source != "hand")
        )
    taken = [row.turn for row in await _planned(session, draft)]
    taken += [shift.turn for shift in await _reach_in(session, draft)]
    rotations = await session.scalars(select(RotationRow).where(RotationRow.active).order_by(RotationRow.id))
    overrides = await session.scalars(
        select(OverrideRow).where(OverrideRow.ends_at > draft.stretch.starts_at).order_by(OverrideRow.id)
    )
    absences = await session.scalars(select(AbsenceRow).where(AbsenceRow.ends_at > draft.stretch.starts_at))
    days_off = await days_off_here(session)
    for turn in unfold(
        [row.rotation(days_off) for row in rotations],
        [row.override for row in overrides],
        [row.absence for row in absences],
        draft.stretch,
        levels=settings.levels,
        taken=taken,
    ):
        _add(session, draft, turn, source="rotation")
    return _changed(session, principal, draft, "fill", now=now)


async def plan_draft_shift(
    session: AsyncSession,
    principal: Principal,
    command: rosters.PlanDraftShift,
    draft_id: UUID,
    *,
    now: datetime,
) -> rosters.DraftRef:
    """Plan one shift by hand. Raises `Invalid`, `ShiftOverlaps`."""
    principal.require(Permission.ROSTER_MANAGE)
    settings = await locked_settings(session)
    draft = await _open(session, draft_id, command.version)
    shift = PlanShift(
        level=command.level,
        starts_at=command.starts_at,
        ends_at=command.ends_at,
        user_id=command.user_id,
        partner_zone_id=command.partner_zone_id,
    )
    check_shift(shift, levels=settings.levels, now=now)
    if not draft.stretch.starts_at <= shift.starts_at < draft.stretch.ends_at:
        raise Invalid({"starts_at": "outside_draft"})
    if shift.partner_zone_id is not None:
        await require_zone(session, shift.partner_zone_id)
    turn = turn_of(shift.level, shift.user_id, shift.partner_zone_id, shift.starts_at, shift.ends_at)
    there = [row.turn for row in await _planned(session, draft)]
    there += [other.turn for other in await _reach_in(session, draft)]
    if any(overlap(turn, other) for other in there):
        raise ShiftOverlaps
    _add(session, draft, turn, source="hand")
    return _changed(session, principal, draft, "plan", turn, now=now)


async def remove_draft_shift(
    session: AsyncSession,
    principal: Principal,
    command: rosters.ChangeDraft,
    draft_id: UUID,
    draft_shift_id: UUID,
    *,
    now: datetime,
) -> rosters.DraftRef:
    """Take one shift out of the plan."""
    principal.require(Permission.ROSTER_MANAGE)
    await locked_settings(session)
    draft = await _open(session, draft_id, command.version)
    row = await session.get(DraftShiftRow, draft_shift_id)
    if row is None or row.draft_id != draft.id:
        raise NotFound
    await session.delete(row)
    return _changed(session, principal, draft, "remove", row.turn, now=now)


async def publish_draft(
    session: AsyncSession,
    principal: Principal,
    command: rosters.ChangeDraft,
    draft_id: UUID,
    *,
    now: datetime,
) -> rosters.Published:
    """Make the plan the truth from now on, and tell each whose coming duty differs. Raises `ShiftOverlaps`."""
    principal.require(Permission.ROSTER_MANAGE)
    settings = await locked_settings(session)
    draft = await _open(session, draft_id, command.version)
    told = await _stand_by(session, principal, draft, settings, now=now)
    draft.state = "published"
    await session.execute(delete(DraftShiftRow).where(DraftShiftRow.draft_id == draft.id))
    _changed(session, principal, draft, "publish", now=now)
    publish(
        session,
        RosterPublished(
            id=uuid7(),
            occurred_at=now,
            tenant=principal.tenant,
            actor=principal.user_id,
            draft_id=draft.id,
            told=told,
        ),
    )
    return rosters.Published(draft_id=draft.id, version=draft.version, told=told)


async def _stand_by(
    session: AsyncSession, principal: Principal, draft: Draft, settings: RosterSettings, *, now: datetime
) -> int:
    before = await _begin_inside(session, draft)
    wanted = [row.turn for row in await _planned(session, draft)]
    told, _ = await become(session, principal, before, wanted, settings=settings, cause="published", now=now)
    return told


async def discard_draft(
    session: AsyncSession,
    principal: Principal,
    command: rosters.ChangeDraft,
    draft_id: UUID,
    *,
    now: datetime,
) -> rosters.DraftRef:
    """Give the plan up; what is published stays."""
    principal.require(Permission.ROSTER_MANAGE)
    await locked_settings(session)
    draft = await _open(session, draft_id, command.version)
    draft.state = "discarded"
    await session.execute(delete(DraftShiftRow).where(DraftShiftRow.draft_id == draft.id))
    return _changed(session, principal, draft, "discard", now=now)


async def _open(session: AsyncSession, draft_id: UUID, version: int) -> Draft:
    """The draft as the caller saw it. Raises `NotFound`, `DraftIsClosed`, `ChangedMeanwhile`."""
    draft = await session.get(Draft, draft_id)
    if draft is None:
        raise NotFound
    if draft.state != "draft":
        raise DraftIsClosed(details={"state": draft.state})
    if draft.version != version:
        raise ChangedMeanwhile(
            details={
                "version": str(draft.version),
                "user_id": str(draft.changed_by),
                "at": draft.changed_at.isoformat(),
            }
        )
    return draft


async def _planned(session: AsyncSession, draft: Draft) -> list[DraftShiftRow]:
    found = select(DraftShiftRow).where(DraftShiftRow.draft_id == draft.id)
    return list(await session.scalars(found.order_by(DraftShiftRow.starts_at)))


async def _begin_inside(session: AsyncSession, draft: Draft) -> list[Shift]:
    return [
        shift
        for shift in await published_in(session, draft.stretch)
        if shift.starts_at >= draft.stretch.starts_at
    ]


async def _reach_in(session: AsyncSession, draft: Draft) -> list[Shift]:
    """Published shifts that begin before the days of the draft and end in them: they stay as they are."""
    return [
        shift
        for shift in await published_in(session, draft.stretch)
        if shift.starts_at < draft.stretch.starts_at
    ]


def _add(session: AsyncSession, draft: Draft, turn: Turn, *, source: str) -> None:
    at_zone = turn.level == PARTNER_ZONE
    session.add(
        DraftShiftRow(
            id=uuid7(),
            draft_id=draft.id,
            level=turn.level,
            user_id=None if at_zone else turn.holder,
            partner_zone_id=turn.holder if at_zone else None,
            starts_at=turn.starts_at,
            ends_at=turn.ends_at,
            source=source,
        )
    )


def _changed(
    session: AsyncSession,
    principal: Principal,
    draft: Draft,
    action: str,
    turn: Turn | None = None,
    *,
    now: datetime,
) -> rosters.DraftRef:
    """One version further: who did what, for the audit and for whoever works on the draft too."""
    draft.version += 1
    draft.changed_at, draft.changed_by = now, principal.user_id
    session.add(
        DraftEditRow(
            draft_id=draft.id,
            version=draft.version,
            at=now,
            user_id=principal.user_id,
            action=action,
            level=turn.level if turn else "",
            holder=turn.holder if turn else None,
            starts_at=turn.starts_at if turn else None,
            ends_at=turn.ends_at if turn else None,
        )
    )
    audit.record(
        session,
        principal,
        f"{action}_draft",
        now=now,
        object_kind="roster_draft",
        object_id=draft.id,
        details={
            "version": draft.version,
            "first_day": str(draft.first_day),
            "last_day": str(draft.last_day),
        },
    )
    return rosters.DraftRef(draft_id=draft.id, version=draft.version)
