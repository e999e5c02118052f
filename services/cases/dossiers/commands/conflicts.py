"""Conflict of interest: keep a worker out of a dossier, or of every dossier of one event, and lift that again."""

from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.access import caller, dossier_in_sight, within_reach
from services.cases.dossiers.calendar import working_days_here
from services.cases.dossiers.changes import note_change
from services.cases.dossiers.commands.access import end_holding, hand_over_tasks, is_blocked, name_holder
from services.cases.dossiers.deadlines import next_working_day
from services.cases.dossiers.models import ConflictBlock, Dossier, Entry, Task
from shared import timers
from shared.audit import AuditRow
from shared.auth import Permission, Principal
from shared.contracts.cases import ConflictOfInterestDeclared, ConflictOfInterestLifted, DossierRef
from shared.contracts.dossier_access import (
    CONFLICT_REASONS,
    LIFT_REASONS,
    ConflictDeclared,
    DeclareConflict,
    LiftConflict,
)
from shared.db import uuid7
from shared.errors import Conflict, Invalid, NotFound
from shared.outbox import publish

CARRY_CONFLICTS: Final = "carry_conflicts"
_CARRIED_AT_ONCE: Final = 200


class AlreadyDeclared(Conflict):
    """The worker is blocked already."""

    code = "already_declared"


async def declare_conflict(
    session: AsyncSession, principal: Principal, command: DeclareConflict, dossier_id: UUID, *, now: datetime
) -> ConflictDeclared:
    """Keeps a worker out from this moment, whatever else would let him in; nothing of the past is erased."""
    principal.require(Permission.DOSSIER_READ)
    blocked = command.user_id or principal.user_id
    own = blocked == principal.user_id
    if not own or command.new_holder is not None:
        principal.require(Permission.DOSSIER_ASSIGN)
    if command.reason not in CONFLICT_REASONS:
        raise Invalid({"reason": "not_a_choice"})
    if command.new_holder == blocked:
        raise Invalid({"new_holder": "not_a_choice"})
    if command.same_event:
        await _lock_event(session, dossier_id)
    dossier = await dossier_in_sight(session, principal, dossier_id, now=now, to_leave=own)
    blocks = []
    for each in await _all_of(session, principal, dossier, same_event=command.same_event, now=now):
        if await is_blocked(session, each, blocked):
            continue
        blocks.append(await _block(session, principal, command, each, blocked, now=now))
    if not blocks:
        raise AlreadyDeclared
    dossiers = [block.dossier_id for block in blocks]
    looks = await session.scalars(
        select(AuditRow.at)
        .where(AuditRow.subject_id.in_(dossiers), AuditRow.user_id == blocked, AuditRow.service == "")
        .order_by(AuditRow.id.desc())
    )
    here = next((block for block in blocks if block.dossier_id == dossier.id), blocks[0])
    return ConflictDeclared(
        conflict_id=here.id,
        user_id=blocked,
        reason=command.reason,
        earlier_looks=list(looks),
        dossiers=len(blocks),
    )


async def _lock_event(session: AsyncSession, dossier_id: UUID) -> None:
    """Every dossier of its event, in one order for everybody and first of all, so that no two wait in a ring."""
    event = select(Dossier.incident_id).where(Dossier.id == dossier_id).scalar_subquery()
    await session.execute(
        select(Dossier.id).where(Dossier.incident_id == event).order_by(Dossier.id).with_for_update()
    )


async def _all_of(
    session: AsyncSession, principal: Principal, dossier: Dossier, *, same_event: bool, now: datetime
) -> list[Dossier]:
    """The dossier, or every one of its event within the caller's reach: not one that he himself is kept out of."""
    if not same_event or dossier.incident_id is None:
        return [dossier]
    found = await session.scalars(
        select(Dossier).where(Dossier.incident_id == dossier.incident_id, within_reach).order_by(Dossier.id),
        caller(principal, now=now),
    )
    return list(found)


async def _block(
    session: AsyncSession,
    principal: Principal,
    command: DeclareConflict,
    dossier: Dossier,
    blocked: UUID,
    *,
    now: datetime,
) -> ConflictBlock:
    block = ConflictBlock(
        id=uuid7(),
        dossier_id=dossier.id,
        user_id=blocked,
        reason=command.reason,
        declared_at=now,
        declared_by=principal.user_id,
    )
    session.add(block)
    declared = {"user_id": str(blocked), "reason": command.reason}
    session.add(Entry.system(dossier.id, "conflict_declared", at=now, by=principal.user_id, **declared))
    held = dossier.holder == blocked
    if held and command.new_holder is not None:
        await session.flush()
        await name_holder(session, principal, dossier, command.new_holder, "declare_conflict", now=now)
    elif held:
        await _leave_without_holder(session, dossier, now=now)
    await hand_over_tasks(session, dossier, blocked, dossier.holder)
    note_change(
        session,
        principal,
        dossier,
        "declare_conflict",
        "holder" if held else "access",
        now=now,
        object_kind="conflict_block",
        object_id=block.id,
        details=declared,
    )
    _tell(session, principal.tenant, dossier, block, uuid7(), now=now)
    return block


def _tell(
    session: AsyncSession, tenant: str, dossier: Dossier, block: ConflictBlock, word: UUID, *, now: datetime
) -> None:
    publish(
        session,
        ConflictOfInterestDeclared(
            id=word,
            occurred_at=now,
            tenant=tenant,
            actor=block.declared_by,
            dossier_id=dossier.id,
            user_id=block.user_id,
            reason=block.reason,
            call_out_id=dossier.call_out_id,
        ),
    )


async def carry_conflicts(session: AsyncSession, tenant: str, after: UUID, *, now: datetime) -> None:
    """By timer, set once when a tenant was brought up to date: worries hear who is kept out since before they listened.

    A piece at a time, each with the timer of the next, so that a crash loses nothing and tells nothing twice.
    """
    found = (
        await session.execute(
            select(ConflictBlock, Dossier)
            .join(Dossier, Dossier.id == ConflictBlock.dossier_id)
            .where(ConflictBlock.id > after)
            .order_by(ConflictBlock.id)
            .limit(_CARRIED_AT_ONCE)
        )
    ).all()
    for block, dossier in found:
        _tell(session, tenant, dossier, block, uuid5(block.id, CARRY_CONFLICTS), now=now)
    if len(found) == _CARRIED_AT_ONCE:
        timers.schedule(session, tenant, now, CARRY_CONFLICTS, found[-1][0].id)


async def _leave_without_holder(session: AsyncSession, dossier: Dossier, *, now: datetime) -> None:
    """Somebody must name a new holder: a task that every coordinator sees, and without which nothing closes."""
    await end_holding(session, dossier, now=now)
    dossier.holder = None
    if dossier.state == "open":
        due = next_working_day(now, await working_days_here(session))
        session.add(Task.plan(dossier.id, "assign_holder", due, assignee=None, compulsory=True, at=now))


async def lift_conflict(
    session: AsyncSession,
    principal: Principal,
    command: LiftConflict,
    dossier_id: UUID,
    conflict_id: UUID,
    *,
    now: datetime,
) -> DossierRef:
    """Never by who is blocked: she does not see the dossier. The journal keeps that there was a block, and its end."""
    principal.require(Permission.DOSSIER_ASSIGN)
    if command.reason not in LIFT_REASONS:
        raise Invalid({"reason": "not_a_choice"})
    dossier = await dossier_in_sight(session, principal, dossier_id, now=now)
    block = await session.scalar(
        select(ConflictBlock).where(ConflictBlock.id == conflict_id, ConflictBlock.dossier_id == dossier.id)
    )
    if block is None:
        raise NotFound
    await session.delete(block)
    lifted = {"user_id": str(block.user_id), "reason": command.reason}
    session.add(Entry.system(dossier.id, "conflict_lifted", at=now, by=principal.user_id, **lifted))
    note_change(
        session,
        principal,
        dossier,
        "lift_conflict",
        "access",
        now=now,
        object_kind="conflict_block",
        object_id=block.id,
        details=lifted,
    )
    publish(
        session,
        ConflictOfInterestLifted(
            id=uuid7(),
            occurred_at=now,
            tenant=principal.tenant,
            actor=principal.user_id,
            dossier_id=dossier.id,
            user_id=block.user_id,
            call_out_id=dossier.call_out_id,
        ),
    )
    return DossierRef(dossier_id=dossier.id, number=dossier.number)
