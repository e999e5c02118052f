"""Who may see a dossier now and why, and who is kept out of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.access import caller, visible, within_reach
from services.cases.dossiers.models import ConflictBlock, Dossier, Grant
from shared import audit
from shared.audit import AuditRow
from shared.auth import Permission, Principal
from shared.contracts.dossier_access import ConflictView, DossierAccess, GrantView
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
