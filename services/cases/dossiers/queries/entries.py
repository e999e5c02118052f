"""The part of a timeline that is older than the dossier's page shows."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Tuple, and_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.access import caller, visible
from services.cases.dossiers.models import Dossier, Entry
from services.cases.dossiers.queries.detail import TIMELINE_LENGTH
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts.cases import EntryPage, EntryView
from shared.errors import Invalid, NotFound


async def entry_page(
    session: AsyncSession, principal: Principal, dossier_id: UUID, before: str, *, now: datetime
) -> EntryPage:
    """Newest first; older than the entry `before`, if one is named. Raises `NotFound` for a dossier out of sight."""
    principal.require(Permission.DOSSIER_READ)
    found = await session.scalar(
        select(Dossier.id).where(Dossier.id == dossier_id, visible), caller(principal, now=now)
    )
    if found is None:
        raise NotFound
    here = Entry.dossier_id == dossier_id
    if before:
        here = and_(here, tuple_(Entry.at, Entry.id) < await _place(session, dossier_id, before))
    rows = (
        await session.scalars(
            select(Entry).where(here).order_by(Entry.at.desc(), Entry.id.desc()).limit(TIMELINE_LENGTH + 1)
        )
    ).all()
    shown = rows[:TIMELINE_LENGTH]
    audit.record(
        session, principal, "entry_page", now=now, object_kind="dossier", object_id=dossier_id, subject_id=dossier_id,
        details={"count": len(shown)},
    )  # fmt: skip
    return EntryPage(
        entries=[
            EntryView(
                entry_id=row.id, kind=row.kind, capacity=row.capacity, text=row.text, code=row.code,
                details=row.details, at=row.at, author=row.author, author_service=row.author_service,
            )
            for row in shown
        ],
        next_before=str(shown[-1].id) if len(rows) > TIMELINE_LENGTH else "",
    )  # fmt: skip


async def _place(session: AsyncSession, dossier_id: UUID, before: str) -> Tuple:
    """Where in the timeline an entry stands. Raises `Invalid` for what is none of this dossier."""
    try:
        last_shown = UUID(before)
    except ValueError as wrong:
        raise Invalid({"before": "wrong_type"}) from wrong
    at = await session.scalar(select(Entry.at).where(Entry.dossier_id == dossier_id, Entry.id == last_shown))
    if at is None:
        raise Invalid({"before": "not_a_choice"})
    return tuple_(at, last_shown)
