"""What one has not sent yet: of a dossier with its words, or of all as a list. Only ever one's own."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.access import caller, visible
from services.cases.dossiers.drafts import Draft
from services.cases.dossiers.models import Dossier
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts.drafts import DraftLine, DraftView
from shared.errors import NotFound

_MOST = 100


async def drafts_here(
    session: AsyncSession, principal: Principal, dossier_id: UUID, *, now: datetime
) -> list[DraftView]:
    """Raises `NotFound` for a dossier out of sight: then not even one's own words of it are shown."""
    principal.require(Permission.DOSSIER_WRITE)
    found = await session.scalar(
        select(Dossier.id).where(Dossier.id == dossier_id, visible), caller(principal, now=now)
    )
    if found is None:
        raise NotFound
    rows = (
        await session.scalars(
            select(Draft)
            .where(Draft.author == principal.user_id, Draft.dossier_id == dossier_id, Draft.expires_at > now)
            .order_by(Draft.saved_at.desc())
        )
    ).all()
    if rows:
        audit.record(
            session, principal, "drafts_here", now=now, object_kind="draft", object_id=dossier_id,
            subject_id=dossier_id,
        )  # fmt: skip
    return [
        DraftView(form=row.form, version=row.version, saved_at=row.saved_at, fields=row.fields)
        for row in rows
    ]


async def my_drafts(session: AsyncSession, principal: Principal, *, now: datetime) -> list[DraftLine]:
    """Newest first, of the dossiers that one sees."""
    principal.require(Permission.DOSSIER_WRITE)
    rows = await session.execute(
        select(Draft.dossier_id, Dossier.number, Draft.form, Draft.saved_at)
        .join(Dossier, Dossier.id == Draft.dossier_id)
        .where(Draft.author == principal.user_id, Draft.expires_at > now, visible)
        .order_by(Draft.saved_at.desc())
        .limit(_MOST),
        caller(principal, now=now),
    )
    lines = [
        DraftLine(dossier_id=row.dossier_id, dossier_number=row.number, form=row.form, saved_at=row.saved_at)
        for row in rows
    ]
    audit.record(
        session, principal, "my_drafts", now=now, object_kind="draft_list", details={"count": len(lines)}
    )
    return lines
