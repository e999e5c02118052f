"""Somebody outside asks after a client: nothing is confirmed, the question is noted, the client may hear of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.access import dossier_in_sight
from services.cases.dossiers.calendar import working_days_here
from services.cases.dossiers.changes import note_change
from services.cases.dossiers.deadlines import next_working_day
from services.cases.dossiers.models import Entry, Task
from shared.auth import Permission, Principal
from shared.contracts.cases import OUTSIDERS, EntryRef, NoteOutsideQuestion
from shared.errors import Invalid


async def note_outside_question(
    session: AsyncSession,
    principal: Principal,
    command: NoteOutsideQuestion,
    dossier_id: UUID,
    *,
    now: datetime,
) -> EntryRef:
    """A line of the timeline with what kind of asker it was; with `tell_client` a task for the next working day."""
    principal.require(Permission.DOSSIER_WRITE)
    if command.asker not in OUTSIDERS:
        raise Invalid({"asker": "not_a_choice"})
    dossier = await dossier_in_sight(
        session, principal, dossier_id, now=now, to_write=True, before_contact=True
    )
    dossier.require_open()
    entry = Entry.system(dossier.id, "outside_question", at=now, by=principal.user_id, asker=command.asker)
    session.add(entry)
    if command.tell_client:
        due = next_working_day(now, await working_days_here(session))
        assignee = dossier.holder or principal.user_id
        session.add(Task.plan(dossier.id, "tell_client", due, assignee=assignee, compulsory=False, at=now))
    note_change(
        session,
        principal,
        dossier,
        "note_outside_question",
        "entry",
        now=now,
        object_kind="entry",
        object_id=entry.id,
        details={"asker": command.asker},
    )
    return EntryRef(entry_id=entry.id)
