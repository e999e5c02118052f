"""Who may see a dossier now and why, and who is kept out of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.access import BEST, GROUND, MAY_WRITE, caller, visible, within_reach
from services.cases.dossiers.deadlines import local_day
from services.cases.dossiers.models import ConflictBlock, Dossier, Grant
from services.cases.dossiers.people import DossierPerson
from services.cases.persons.models import MAJORITY, Person, age_on
from shared import audit
from shared.audit import AuditRow
from shared.auth import Permission, Principal
from shared.contracts.dossier_access import (
    AccessedDossier,
    AccessedPerson,
    AskAccess,
    ConflictView,
    DossierAccess,
    GrantView,
)
from shared.errors import NotFound


async def dossier_access(
    session: AsyncSession, principal: Principal, dossier_id: UUID, *, now: datetime
) -> DossierAccess:
    """Grants that run now or later, the holder's first; blocks with a reason code. Raises `NotFound`."""
    principal.require(Permission.DOSSIER_READ)
    dossier = await session.scalar(
        select(Dossier).where(Dossier.id == dossier_id, visible), caller(principal, now=now)
    )
    if dossier is None:
        raise NotFound
    grants = await session.scalars(
        select(Grant)
        .where(Grant.dossier_id == dossier.id, or_(Grant.ends_at.is_(None), Grant.ends_at > now))
        .order_by((Grant.ground == "holder").desc(), Grant.starts_at, Grant.id)
    )
    blocks = await session.scalars(
        select(ConflictBlock)
        .where(ConflictBlock.dossier_id == dossier.id)
        .order_by(ConflictBlock.declared_at, ConflictBlock.id)
    )
    same_event = 0
    if dossier.incident_id is not None:
        same_event = (
            await session.scalar(
                select(func.count())
                .select_from(Dossier)
                .where(Dossier.incident_id == dossier.incident_id, within_reach),
                caller(principal, now=now),
            )
            or 0
        )
    audit.record(
        session,
        principal,
        "dossier_access",
        now=now,
        object_kind="dossier",
        object_id=dossier.id,
        subject_id=dossier.id,
    )
    tells_looks = Permission.DOSSIER_ASSIGN in principal.permissions
    return DossierAccess(
        grants=[_grant(each) for each in grants],
        conflicts=[
            _conflict(each, await _looks(session, each) if tells_looks else []) for each in list(blocks)
        ],
        same_event=same_event,
    )


async def accessible_dossiers(
    session: AsyncSession, principal: Principal, question: AskAccess, *, now: datetime
) -> list[AccessedDossier]:
    """What the caller may do in each of these dossiers; those out of sight are left out, as if there were none."""
    principal.require(Permission.DOSSIER_READ)
    rows = await session.execute(
        select(Dossier, MAY_WRITE.label("may_write"), GROUND.label("ground"))
        .join(BEST, true(), isouter=True)
        .where(visible, Dossier.id.in_(question.dossier_ids))
        .order_by(Dossier.id),
        caller(principal, now=now),
    )
    found = [(row.Dossier, row.may_write, row.ground) for row in rows]
    people = await session.execute(
        select(DossierPerson.dossier_id, DossierPerson.person_id, DossierPerson.role, Person.born_on)
        .join(Person, Person.id == DossierPerson.person_id)
        .where(
            DossierPerson.dossier_id.in_([dossier.id for dossier, _, _ in found]),
            DossierPerson.removed_at.is_(None),
        )
        .order_by(DossierPerson.added_at, DossierPerson.person_id)
    )
    persons: dict[UUID, list[AccessedPerson]] = {}
    for row in people:
        age = age_on(row.born_on, local_day(now))
        minor = row.role == "minor_involved" if age is None else age < MAJORITY
        persons.setdefault(row.dossier_id, []).append(
            AccessedPerson(person_id=row.person_id, role=row.role, minor=minor)
        )
    audit.record(
        session,
        principal,
        "accessible_dossiers",
        now=now,
        object_kind="dossier_list",
        details={"asked": len(question.dossier_ids), "found": len(found)},
    )
    return [
        AccessedDossier(
            dossier_id=dossier.id,
            number=dossier.number,
            compartment=dossier.compartment,
            state=dossier.state,
            holder=dossier.holder,
            may_read=ground != "break_glass",
            may_write=may_write and ground != "break_glass",
            persons=persons.get(dossier.id, []) if ground != "break_glass" else [],
            before_contact=dossier.before_contact,
        )
        for dossier, may_write, ground in found
    ]


def _grant(grant: Grant) -> GrantView:
    return GrantView(
        grant_id=grant.id,
        ground=grant.ground,
        user_id=grant.user_id,
        team_id=grant.team_id,
        may_write=grant.may_write,
        starts_at=grant.starts_at,
        ends_at=grant.ends_at,
        granted_by=grant.granted_by,
    )


def _conflict(block: ConflictBlock, looks: list[datetime]) -> ConflictView:
    return ConflictView(
        conflict_id=block.id,
        user_id=block.user_id,
        reason=block.reason,
        declared_at=block.declared_at,
        declared_by=block.declared_by,
        earlier_looks=looks,
    )


async def _looks(session: AsyncSession, block: ConflictBlock) -> list[datetime]:
    found = await session.scalars(
        select(AuditRow.at)
        .where(
            AuditRow.subject_id == block.dossier_id,
            AuditRow.user_id == block.user_id,
            AuditRow.service == "",
            AuditRow.at <= block.declared_at,
        )
        .order_by(AuditRow.id.desc())
        .limit(100)
    )
    return list(found)
