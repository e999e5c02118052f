"""What can be written in a dossier: an entry in its journal."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.access import dossier_in_sight
from services.cases.dossiers.changes import note_change
from services.cases.dossiers.drafts import forget_draft
from services.cases.dossiers.models import Entry
from shared.auth import Permission, Principal
from shared.contracts.cases import CAPACITIES, EntryRef, WriteEntry
from shared.errors import Invalid

_KINDS = ("note", "contact", "practical_help")


async def write_entry(
    session: AsyncSession, principal: Principal, command: WriteEntry, dossier_id: UUID, *, now: datetime
) -> EntryRef:
    """A line of the journal, in the capacity that is spoken in; it can never be changed."""
    principal.require(Permission.DOSSIER_WRITE)
    wrong = {
        field: "not_a_choice"
        for field, value, choices in (
            ("kind", command.kind, _KINDS),
            ("capacity", command.capacity, CAPACITIES),
        )
        if value not in choices
    }
    if wrong:
        raise Invalid(wrong)
    if not command.text.strip():
        raise Invalid({"text": "required"})
    dossier = await dossier_in_sight(session, principal, dossier_id, now=now, to_write=True)
    dossier.require_open()
    entry = Entry.written(
        dossier.id,
        command.text,
        kind=command.kind,
        capacity=command.capacity,
        by=principal.user_id,
        at=now,
    )
    session.add(entry)
    await forget_draft(session, principal.user_id, dossier.id, "entry")
    note_change(
        session, principal, dossier, "write_entry", "entry", now=now, object_kind="entry", object_id=entry.id
    )
    return EntryRef(entry_id=entry.id)
