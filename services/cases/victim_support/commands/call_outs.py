"""What can be done in victim support: open a dossier, take over a closed call-out, write its report."""

from collections.abc import Awaitable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.access import dossier_in_sight
from services.cases.dossiers.calendar import working_days_here
from services.cases.dossiers.changes import note_change
from services.cases.dossiers.commands import relate_persons
from services.cases.dossiers.deadlines import next_working_day
from services.cases.dossiers.drafts import forget_draft
from services.cases.dossiers.models import COMPARTMENT, Dossier, Entry, Task
from services.cases.victim_support.commands.victims import add_person
from services.cases.victim_support.opening import KIND, begin_dossier, open_victim_support, require_type
from shared.auth import Permission, Principal
from shared.contracts.call_outs import CallOutView
from shared.contracts.cases import (
    HELP_TYPES,
    CallOutReported,
    DossierRef,
    EntryRef,
    OpenDossier,
    WriteReport,
)
from shared.contracts.persons import RelatePersons
from shared.contracts.rostering import CallOutClosed
from shared.db import uuid7
from shared.errors import Conflict, Forbidden, Invalid
from shared.outbox import publish

Done = TypeVar("Done")


class NoCallOut(Conflict):
    """A report is about a call-out, and this dossier did not begin with one."""

    code = "no_call_out"


async def open_dossier(
    session: AsyncSession, principal: Principal, command: OpenDossier, *, now: datetime
) -> DossierRef:
    """A walk-in, an internal request or a referral: the opener becomes holder. Only inside one's own compartments."""
    principal.require(Permission.DOSSIER_OPEN)
    if command.kind not in COMPARTMENT:
        raise Invalid({"kind": "not_a_choice"})
    if COMPARTMENT[command.kind] not in principal.compartments:
        raise Forbidden(details={"compartment": COMPARTMENT[command.kind]})
    dossier = await (_of_victim if command.kind == KIND else _of_client)(session, principal, command, now=now)
    await session.flush()
    persons = [
        await _at(f"persons.{place}", add_person(session, principal, each, dossier.id, now=now))
        for place, each in enumerate(command.persons)
    ]
    for place, each in enumerate(command.relations):
        if max(each.person, each.other) >= len(persons):
            raise Invalid({f"relations.{place}.person": "not_a_choice"})
        related = RelatePersons(
            person_id=persons[each.person].person_id, kind=each.kind, other_id=persons[each.other].person_id
        )
        await _at(f"relations.{place}", relate_persons(session, principal, related, dossier.id, now=now))
    return DossierRef(dossier_id=dossier.id, number=dossier.number)


async def _at(where: str, begun: Awaitable[Done]) -> Done:
    """What is wrong with a part of a command, at its place in the whole."""
    try:
        return await begun
    except Invalid as wrong:
        wrong.fields = {f"{where}.{name}": code for name, code in wrong.fields.items()}
        raise


async def _of_victim(
    session: AsyncSession, principal: Principal, command: OpenDossier, *, now: datetime
) -> Dossier:
    await require_type(session, command.incident_type, now=now)
    beside = None
    if command.beside is not None:
        beside = await dossier_in_sight(session, principal, command.beside, now=now)
        if beside.incident_id is None:
            beside.incident_id = beside.id
    return await open_victim_support(
        session,
        principal,
        "open_dossier",
        incident_id=beside.incident_id if beside else None,
        incident_type=command.incident_type,
        holder=principal.user_id,
        at=now,
        now=now,
        place=command.place.strip(),
        pv_number=command.pv_number.strip(),
        summary=command.summary.strip(),
    )


async def _of_client(
    session: AsyncSession, principal: Principal, command: OpenDossier, *, now: datetime
) -> Dossier:
    """Social help knows no facts: no official report, and nobody else's dossier beside it."""
    wrong = {"incident_type": "not_a_choice"} if command.incident_type not in HELP_TYPES else {}
    wrong |= {name: "not_of_this_kind" for name in ("pv_number", "beside") if getattr(command, name)}
    if wrong:
        raise Invalid(wrong)
    return await begin_dossier(
        session,
        principal,
        "open_dossier",
        kind=command.kind,
        incident_type=command.incident_type,
        holder=principal.user_id,
        at=now,
        now=now,
        place=command.place.strip(),
        pv_number="",
        summary=command.summary.strip(),
    )


async def take_over_call_out(
    session: AsyncSession, event: CallOutClosed, briefing: CallOutView, *, now: datetime
) -> None:
    """Open the dossier of a closed call-out, once: who accepted holds it and reports by the next working day."""
    if await session.scalar(select(Dossier.id).where(Dossier.call_out_id == event.call_out_id)):
        return
    principal = Principal(
        user_id=event.accepted_by, tenant=event.tenant, session_id=event.id, service="cases"
    )
    dossier = await open_victim_support(
        session,
        principal,
        "take_over_call_out",
        incident_type=event.incident_type,
        holder=event.accepted_by,
        at=event.occurred_at,
        now=now,
        place=briefing.place,
        pv_number=briefing.pv_number,
        summary=briefing.summary,
        minors_involved=event.minors_present or briefing.minors_present,
        call_out_id=event.call_out_id,
    )
    due = next_working_day(event.occurred_at, await working_days_here(session))
    session.add(
        Task.plan(dossier.id, "call_out_report", due, assignee=event.accepted_by, compulsory=True, at=now)
    )
    session.add_all(_history(dossier.id, briefing))


def _history(dossier_id: UUID, briefing: CallOutView) -> list[Entry]:
    """The times of the call-out and what was told at its start, as lines that rostering wrote.

    The number on site may be the victim's, so only its end stands here: a number is given one by one (`reveal_phone`).
    """
    times = [
        Entry.system(dossier_id, f"call_out_{time.state}", at=time.at, by=time.user_id, service="rostering")
        for time in briefing.times
    ]
    told = {
        "call_out": briefing.number,
        "requested_by": briefing.requested_by,
        "contact_on_site": briefing.contact_on_site,
        "contact_phone_ends": briefing.contact_phone[-2:],
        "present": briefing.present,
        "already_informed": briefing.already_informed,
        "safety": briefing.safety,
        "languages": " ".join(briefing.languages),
        "bad_news": "yes" if briefing.bad_news else "",
        "prosecutor_informed": "yes" if briefing.prosecutor_informed else "",
        "closing_note": briefing.closing_note,
    }
    told = {what: words for what, words in told.items() if words}
    brief = Entry.system(
        dossier_id,
        "call_out_briefing",
        at=briefing.requested_at,
        by=briefing.requested_by_user,
        service="rostering",
        **told,
    )
    return [brief, *times]


async def write_report(
    session: AsyncSession, principal: Principal, command: WriteReport, dossier_id: UUID, *, now: datetime
) -> EntryRef:
    """The call-out report. The first one completes its task and is announced; a later one is an addition."""
    principal.require(Permission.DOSSIER_WRITE)
    dossier = await dossier_in_sight(session, principal, dossier_id, now=now, to_write=True)
    dossier.require_open()
    if dossier.call_out_id is None:
        raise NoCallOut
    entry = Entry.written(dossier.id, command.text, kind="report", by=principal.user_id, at=now)
    session.add(entry)
    await forget_draft(session, principal.user_id, dossier.id, "report")
    task = await session.scalar(
        select(Task).where(
            Task.dossier_id == dossier.id, Task.kind == "call_out_report", Task.state == "open"
        )
    )
    if task is not None:
        task.complete("done", by=principal.user_id, at=now)
        publish(
            session,
            CallOutReported(
                id=uuid7(),
                occurred_at=now,
                tenant=principal.tenant,
                actor=principal.user_id,
                call_out_id=dossier.call_out_id,
                dossier_id=dossier.id,
            ),
        )
    note_change(
        session, principal, dossier, "write_report", "entry", now=now, object_kind="entry", object_id=entry.id
    )
    return EntryRef(entry_id=entry.id)
