"""Who looked at a dossier or changed it: its audit log, the reading of which is in the log as well."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.access import caller, looks_visible
from services.cases.dossiers.models import Dossier
from shared import audit
from shared.audit import AuditRow
from shared.auth import Permission, Principal
from shared.contracts.dossier_access import Look
from shared.errors import NotFound

_MOST = 500


async def dossier_looks(
    session: AsyncSession, principal: Principal, dossier_id: UUID, *, now: datetime
) -> list[Look]:
    """Newest first. For the holder, or with `audit:read`; raises `NotFound` for the rest."""
    principal.require_any(Permission.DOSSIER_READ, Permission.AUDIT_READ)
    found = await session.scalar(
        select(Dossier.id).where(Dossier.id == dossier_id, looks_visible), caller(principal, now=now)
    )
    if found is None:
        raise NotFound
    rows = await session.scalars(
        select(AuditRow).where(AuditRow.subject_id == dossier_id).order_by(AuditRow.id.desc()).limit(_MOST)
    )
    audit.record(
        session,
        principal,
        "dossier_looks",
        now=now,
        object_kind="audit",
        object_id=dossier_id,
        subject_id=dossier_id,
    )
    return [
        Look(at=row.at, user_id=row.user_id, service=row.service, action=row.action, outcome=row.outcome)
        for row in rows
    ]
