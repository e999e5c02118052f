"""Who works in a dossier: name a holder, let somebody in, end that again."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.access import dossier_in_sight
from services.cases.dossiers.changes import note_change
from services.cases.dossiers.models import ConflictBlock, Dossier, Entry, Grant, Task
from shared.auth import Permission, Principal
from shared.contracts.cases import DossierAssigned, DossierRef
from shared.contracts.dossier_access import AssignHolder, GrantAccess, RevokeGrant
from shared.db import uuid7
from shared.errors import Conflict, Invalid, NotFound
from shared.outbox import publish

_LONGEST = timedelta(days=3660)


class ConflictOfInterest(Conflict):
    """This worker is too near to the people in the dossier."""

    code = "conflict_of_interest"


class GrantIsTheHolders(Conflict):
    """Who holds a dossier keeps his access until another holder is named."""

    code = "grant_is_the_holders"


async def assign_holder(
    session: AsyncSession, principal: Principal, command: AssignHolder, dossier_id: UUID, *, now: datetime
) -> DossierRef:
    """Who held it before keeps no access by that, and hands over what is still to be done."""
    principal.require(Permission.DOSSIER_ASSIGN)
    dossier = await dossier_in_sight(session, principal, dossier_id, now=now)
    await name_holder(session, principal, dossier, command.user_id, "assign_holder", now=now)
    return DossierRef(dossier_id=dossier.id, number=dossier.number)


async def name_holder(
    session: AsyncSession, principal: Principal, dossier: Dossier, holder: UUID, action: str, *, now: datetime
) -> None:
    """The act itself, of every command that names a holder. The same again is nothing. Raises `ConflictOfInterest`."""
    principal.require(Permission.DOSSIER_ASSIGN)
    await refuse_blocked(session, dossier, holder)
    if holder == dossier.holder:
        return
    before = dossier.holder
    await end_holding(session, dossier, now=now)
    dossier.holder = holder
    session.add(Grant.to_holder(dossier.id, holder, by=principal.user_id, at=now))
    await hand_over_tasks(session, dossier, before, holder)
    await _complete_assigning(session, dossier, by=principal.user_id, now=now)
    change = {"from": str(before or ""), "to": str(holder)}
    session.add(Entry.system(dossier.id, "holder_changed", at=now, by=principal.user_id, **change))
    note_change(session, principal, dossier, action, "holder", now=now, details=change)
    publish(
        session,
        DossierAssigned(
            id=uuid7(),
            occurred_at=now,
            tenant=principal.tenant,
            actor=principal.user_id,
            dossier_id=dossier.id,
            holder=holder,
        ),
    )


async def grant_access(
    session: AsyncSession, principal: Principal, command: GrantAccess, dossier_id: UUID, *, now: datetime
) -> DossierRef:
    """A substitute until a moment, a colleague, or a team."""
    principal.require(Permission.DOSSIER_ASSIGN)
    _check(command, now)
    dossier = await dossier_in_sight(session, principal, dossier_id, now=now)
    if command.user_id is not None:
        await refuse_blocked(session, dossier, command.user_id)
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


async def revoke_grant(
    session: AsyncSession,
    principal: Principal,
    command: RevokeGrant,
    dossier_id: UUID,
    grant_id: UUID,
    *,
    now: datetime,
) -> DossierRef:
    """Ends an access now; what that colleague still had to do goes to the holder. One that ended before stays ended."""
    principal.require(Permission.DOSSIER_ASSIGN)
    dossier = await dossier_in_sight(session, principal, dossier_id, now=now)
    grant = await session.scalar(
        select(Grant).where(Grant.id == grant_id, Grant.dossier_id == dossier.id).with_for_update()
    )
    if grant is None:
        raise NotFound
    if grant.ground == "holder" and grant.user_id == dossier.holder:
        raise GrantIsTheHolders
    if grant.ends_at is not None and grant.ends_at <= now:
        return DossierRef(dossier_id=dossier.id, number=dossier.number)
    grant.ends_at = now
    await session.flush()
    if grant.team_id is not None and dossier.team_id == grant.team_id:
        dossier.team_id = None
    if grant.user_id is not None and not await _works_on(session, dossier, grant.user_id, now=now):
        await hand_over_tasks(session, dossier, grant.user_id, dossier.holder)
    taken = {"ground": grant.ground, "from": str(grant.user_id or grant.team_id)}
    session.add(Entry.system(dossier.id, "access_revoked", at=now, by=principal.user_id, **taken))
    note_change(
        session,
        principal,
        dossier,
        "revoke_grant",
        "access",
        now=now,
        object_kind="grant",
        object_id=grant.id,
        details=taken,
    )
    return DossierRef(dossier_id=dossier.id, number=dossier.number)


async def _works_on(session: AsyncSession, dossier: Dossier, user_id: UUID, *, now: datetime) -> bool:
    another = select(Grant.id).where(
        Grant.dossier_id == dossier.id,
        Grant.user_id == user_id,
        Grant.ground != "break_glass",
        or_(Grant.ends_at.is_(None), Grant.ends_at > now),
    )
    return await session.scalar(another.limit(1)) is not None


async def is_blocked(session: AsyncSession, dossier: Dossier, user_id: UUID) -> bool:
    block = select(ConflictBlock.id).where(
        ConflictBlock.dossier_id == dossier.id, ConflictBlock.user_id == user_id
    )
    return await session.scalar(block) is not None


async def refuse_blocked(session: AsyncSession, dossier: Dossier, user_id: UUID) -> None:
    if await is_blocked(session, dossier, user_id):
        raise ConflictOfInterest


async def end_holding(session: AsyncSession, dossier: Dossier, *, now: datetime) -> None:
    await session.execute(
        update(Grant)
        .where(
            Grant.dossier_id == dossier.id,
            Grant.ground == "holder",
            or_(Grant.ends_at.is_(None), Grant.ends_at > now),
        )
        .values(ends_at=now)
    )


async def hand_over_tasks(
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
