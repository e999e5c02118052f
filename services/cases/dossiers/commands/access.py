"""Who works in a dossier: name a holder, let somebody in, keep somebody out."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.access import dossier_in_sight
from services.cases.dossiers.calendar import working_days_here
from services.cases.dossiers.changes import note_change
from services.cases.dossiers.deadlines import next_working_day
from services.cases.dossiers.models import ConflictBlock, Dossier, Entry, Grant, Task
from shared.audit import AuditRow
from shared.auth import Permission, Principal
from shared.contracts.cases import (
    CONFLICT_REASONS,
    AssignHolder,
    ConflictDeclared,
    DeclareConflict,
    DossierAssigned,
    DossierRef,
    GrantAccess,
)
from shared.db import uuid7
from shared.errors import Conflict, Invalid
from shared.outbox import publish

_LONGEST = timedelta(days=3660)


class ConflictOfInterest(Conflict):
    """This worker is too near to the people in the dossier."""

    code = "conflict_of_interest"


class AlreadyDeclared(Conflict):
    """The worker is blocked already."""

    code = "already_declared"


async def assign_holder(
    session: AsyncSession, principal: Principal, command: AssignHolder, dossier_id: UUID, *, now: datetime
) -> DossierRef:
    """Who held it before keeps no access by that, and hands over what is still to be done."""
    principal.require(Permission.DOSSIER_ASSIGN)
    dossier = await dossier_in_sight(session, principal, dossier_id, now=now)
    await _refuse_blocked(session, dossier, command.user_id)
    if command.user_id != dossier.holder:
        before = dossier.holder
        await _end_holding(session, dossier, now=now)
        dossier.holder = command.user_id
        session.add(Grant.to_holder(dossier.id, command.user_id, by=principal.user_id, at=now))
        await _hand_over_tasks(session, dossier, before, command.user_id)
        await _complete_assigning(session, dossier, by=principal.user_id, now=now)
        change = {"from": str(before or ""), "to": str(command.user_id)}
        session.add(Entry.system(dossier.id, "holder_changed", at=now, by=principal.user_id, **change))
        note_change(session, principal, dossier, "assign_holder", "holder", now=now, details=change)
        publish(
            session,
            DossierAssigned(
                id=uuid7(),
                occurred_at=now,
                tenant=principal.tenant,
                actor=principal.user_id,
                dossier_id=dossier.id,
                holder=command.user_id,
            ),
        )
    return DossierRef(dossier_id=dossier.id, number=dossier.number)


async def grant_access(
    session: AsyncSession, principal: Principal, command: GrantAccess, dossier_id: UUID, *, now: datetime
) -> DossierRef:
    """A substitute until a moment, a colleague, or a team."""
    principal.require(Permission.DOSSIER_ASSIGN)
    _check(command, now)
    dossier = await dossier_in_sight(session, principal, dossier_id, now=now)
    if command.user_id is not None:
        await _refuse_blocked(session, dossier, command.user_id)
    grant = Grant(
        id=uuid7(),
        dossier_id=dossier.id,
        ground=command.ground,
        user_id=command.user_id,
        team_id=command.team_id,
        may_write=command.may_write,
        starts_at=now,
        ends_at=command.ends_at,
        granted_by=principal.user_id,
    )
    session.add(grant)
    if command.ground == "team":
        dossier.team_id = command.team_id
    given = {
        "ground": command.ground,
        "to": str(command.user_id or command.team_id),
        "ends_at": command.ends_at.isoformat() if command.ends_at else "",
        "may_write": "yes" if command.may_write else "no",
    }
    session.add(Entry.system(dossier.id, "access_granted", at=now, by=principal.user_id, **given))
    note_change(
        session,
        principal,
        dossier,
        "grant_access",
        "access",
        now=now,
        object_kind="grant",
        object_id=grant.id,
        details=given,
    )
    return DossierRef(dossier_id=dossier.id, number=dossier.number)


def _check(command: GrantAccess, now: datetime) -> None:
    wrong: dict[str, str] = {}
    if command.ground not in ("substitute", "grant", "team"):
        wrong["ground"] = "not_a_choice"
    if command.ground == "team" and command.team_id is None:
        wrong["team_id"] = "required"
    if command.ground != "team" and command.user_id is None:
        wrong["user_id"] = "required"
    if command.user_id is not None and command.team_id is not None:
        wrong["team_id"] = "user_or_team"
    if command.ground == "substitute" and command.ends_at is None:
        wrong["ends_at"] = "required"
    if command.ends_at is not None:
        if command.ends_at.tzinfo is None:
            wrong["ends_at"] = "without_time_zone"
        elif command.ends_at <= now:
            wrong["ends_at"] = "in_the_past"
        elif command.ends_at > now + _LONGEST:
            wrong["ends_at"] = "too_far"
    if wrong:
        raise Invalid(wrong)


async def declare_conflict(
    session: AsyncSession, principal: Principal, command: DeclareConflict, dossier_id: UUID, *, now: datetime
) -> ConflictDeclared:
    """Keeps a worker out from this moment, whatever else would let him in; nothing of the past is erased."""
    principal.require(Permission.DOSSIER_READ)
    blocked = command.user_id or principal.user_id
    if blocked != principal.user_id:
        principal.require(Permission.DOSSIER_ASSIGN)
    if command.reason not in CONFLICT_REASONS:
        raise Invalid({"reason": "not_a_choice"})
    own = blocked == principal.user_id
    dossier = await dossier_in_sight(session, principal, dossier_id, now=now, to_leave=own)
    if await _is_blocked(session, dossier, blocked):
        raise AlreadyDeclared
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
    if held:
        await _leave_without_holder(session, dossier, now=now)
    await _hand_over_tasks(session, dossier, blocked, dossier.holder)
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
    looks = await session.scalars(
        select(AuditRow.at)
        .where(AuditRow.subject_id == dossier.id, AuditRow.user_id == blocked, AuditRow.service == "")
        .order_by(AuditRow.id.desc())
    )
    return ConflictDeclared(
        conflict_id=block.id, user_id=blocked, reason=command.reason, earlier_looks=list(looks)
    )


async def _leave_without_holder(session: AsyncSession, dossier: Dossier, *, now: datetime) -> None:
    """Somebody must name a new holder: a task that every coordinator sees, and without which nothing closes."""
    await _end_holding(session, dossier, now=now)
    dossier.holder = None
    if dossier.state == "open":
        due = next_working_day(now, await working_days_here(session))
        session.add(Task.plan(dossier.id, "assign_holder", due, assignee=None, compulsory=True, at=now))


async def _is_blocked(session: AsyncSession, dossier: Dossier, user_id: UUID) -> bool:
    block = select(ConflictBlock.id).where(
        ConflictBlock.dossier_id == dossier.id, ConflictBlock.user_id == user_id
    )
    return await session.scalar(block) is not None


async def _refuse_blocked(session: AsyncSession, dossier: Dossier, user_id: UUID) -> None:
    if await _is_blocked(session, dossier, user_id):
        raise ConflictOfInterest


async def _end_holding(session: AsyncSession, dossier: Dossier, *, now: datetime) -> None:
    await session.execute(
        update(Grant)
        .where(
            Grant.dossier_id == dossier.id,
            Grant.ground == "holder",
            or_(Grant.ends_at.is_(None), Grant.ends_at > now),
        )
        .values(ends_at=now)
    )


async def _hand_over_tasks(
    session: AsyncSession, dossier: Dossier, before: UUID | None, after: UUID | None
) -> None:
    """Open tasks of `before`, or of nobody when nobody held the dossier, become those of `after`."""
    await session.execute(
        update(Task)
        .where(
            Task.dossier_id == dossier.id,
            Task.state == "open",
            Task.kind != "assign_holder",
            Task.assignee == before,
        )
        .values(assignee=after)
    )


async def _complete_assigning(session: AsyncSession, dossier: Dossier, *, by: UUID, now: datetime) -> None:
    tasks = await session.scalars(
        select(Task).where(Task.dossier_id == dossier.id, Task.kind == "assign_holder", Task.state == "open")
    )
    for task in tasks:
        task.complete("done", by=by, at=now)
