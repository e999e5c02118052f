"""What every change of the published roster shares: one at a time, history stays, whom it concerns is told."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.rostering.rosters.models import PARTNER_ZONE, PartnerZone, RosterSettings, Shift
from services.rostering.rosters.publishing import changes, history_kept, rows
from services.rostering.rosters.stretches import Stretch
from services.rostering.rosters.unfolding import Turn
from shared import timers
from shared.auth import Permission, Principal
from shared.contracts import rostering as contract
from shared.db import uuid7
from shared.errors import Conflict, Invalid
from shared.outbox import publish

WATCH_GAPS = "watch_roster_gaps"
"""The timer that looks for gaps; its ref is the settings' `watch_ref`."""

_WATCHED = "vangnet_roster_watched"


class ShiftOverlaps(Conflict):
    """The person or the level is taken in that time."""

    code = "shift_overlaps"


class ShiftIsOver(Conflict):
    """Who was on duty is history and stays."""

    code = "shift_is_over"


class ChangedMeanwhile(Conflict):
    """Somebody else changed it since the caller looked; `version` is what it is now."""

    code = "roster_changed_meanwhile"


async def locked_settings(session: AsyncSession) -> RosterSettings:
    """The settings, held until the commit: two changes of one roster come one after the other.

    An exclusion constraint would need the btree_gist extension, which not every server has.
    """
    return (await session.scalars(select(RosterSettings).with_for_update())).one()


async def published_in(session: AsyncSession, stretch: Stretch) -> list[Shift]:
    """The shifts that have a part in the stretch, in order."""
    found = select(Shift).where(Shift.starts_at < stretch.ends_at, Shift.ends_at > stretch.starts_at)
    return list(await session.scalars(found.order_by(Shift.starts_at, Shift.level)))


async def require_zone(session: AsyncSession, partner_zone_id: UUID) -> None:
    """A partner zone that stands in now."""
    zone = await session.get(PartnerZone, partner_zone_id)
    if zone is None or not zone.active:
        raise Invalid({"partner_zone_id": "partner_zone_unknown"})


def new_shift(turn: Turn, *, now: datetime) -> Shift:
    at_zone = turn.level == PARTNER_ZONE
    return Shift(
        id=uuid7(),
        user_id=None if at_zone else turn.holder,
        partner_zone_id=turn.holder if at_zone else None,
        level=turn.level,
        starts_at=turn.starts_at,
        ends_at=turn.ends_at,
        sequence=0,
        changed_at=now,
    )


async def become(
    session: AsyncSession,
    principal: Principal,
    before: Sequence[Shift],
    wanted: Iterable[Turn],
    *,
    settings: RosterSettings,
    cause: str,
    now: datetime,
) -> tuple[int, list[Shift]]:
    """Put `wanted` in the place of the shifts `before`, from now on; how many were told, and the rows it touched.

    Raises `ShiftOverlaps` when another shift is in the way.
    """
    principal.require(Permission.ROSTER_MANAGE)
    old = {shift.id: shift for shift in before}
    known = {shift_id: shift.turn for shift_id, shift in old.items()}
    result = history_kept(known.values(), wanted, now=now)
    plan = rows(known, result)
    changed = [
        known[shift_id]._replace(ends_at=ends_at) for shift_id, ends_at in plan.ended_otherwise.items()
    ]
    await _refuse_overlap(session, [*plan.new, *changed], besides=known)
    touched = [old[shift_id] for shift_id in plan.gone]
    for shift in touched:
        await session.delete(shift)
    for shift_id, ends_at in plan.ended_otherwise.items():
        shift = old[shift_id]
        shift.ends_at, shift.changed_at, shift.sequence = ends_at, now, shift.sequence + 1
        touched.append(shift)
    for turn in plan.new:
        shift = new_shift(turn, now=now)
        session.add(shift)
        touched.append(shift)
    told = tell(session, principal, known.values(), result, cause=cause, now=now)
    watch(session, principal.tenant, settings, now=now)
    return told, touched


async def _refuse_overlap(
    session: AsyncSession, turns: Sequence[Turn], *, besides: Mapping[UUID, Turn]
) -> None:
    if not turns:
        return
    whole = Stretch(min(turn.starts_at for turn in turns), max(turn.ends_at for turn in turns))
    for other in await published_in(session, whole):
        if other.id not in besides and any(overlap(turn, other.turn) for turn in turns):
            raise ShiftOverlaps(details={"shift_id": str(other.id)})


def overlap(one: Turn, other: Turn) -> bool:
    """Whether they take the same level or the same holder at the same time."""
    same = one.level == other.level or one.holder == other.holder
    return same and one.starts_at < other.ends_at and other.starts_at < one.ends_at


def tell(
    session: AsyncSession,
    principal: Principal,
    before: Iterable[Turn],
    after: Iterable[Turn],
    *,
    cause: str,
    now: datetime,
) -> int:
    """Say to each member whose coming duty differs, once; how many that are."""
    told = 0
    for change in changes(before, after, now=now):
        if any(turn.level == PARTNER_ZONE for turn in [*change.gained, *change.lost]):
            continue
        told += 1
        publish(
            session,
            contract.DutyChanged(
                id=uuid7(),
                occurred_at=now,
                tenant=principal.tenant,
                actor=principal.user_id,
                user_id=change.holder,
                cause=cause,
                gained=len(change.gained),
                lost=len(change.lost),
                first_at=change.first_at,
            ),
        )
    return told


def watch(session: AsyncSession, tenant: str, settings: RosterSettings, *, now: datetime) -> None:
    """Look for gaps soon after this; once for all that one transaction changes."""
    if session.info.get(_WATCHED):
        return
    session.info[_WATCHED] = True
    settings.watch_ref = uuid7()
    timers.schedule(session, tenant, now, WATCH_GAPS, settings.watch_ref)
