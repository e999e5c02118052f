"""A signal about somebody: taken down as what was seen, without who told it; and who wants to hear back, apart."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.access import caller, visible
from services.cases.dossiers.deadlines import end_of_day, local_day
from services.cases.dossiers.models import Dossier, Entry
from services.cases.dossiers.people import DossierPerson, Phone
from services.cases.outreach.acts import (
    ask,
    check_seen,
    end_tasks,
    go_on,
    ladder_held,
    line_of,
    note_outreach,
)
from services.cases.outreach.models import RUNNING, Ladder, LadderOpen, LadderOver, Signal, SignallerKept
from services.cases.persons.identifiers import e164, folded
from services.cases.persons.models import Person
from services.cases.victim_support.opening import begin_dossier
from shared import audit
from shared.auth import Compartment, Permission, Principal
from shared.contracts.outreach import SIGNAL_SOURCES, AddSignal, OutreachRef, TakeSignal, TellSignaller
from shared.contracts.persons import AddPerson
from shared.db import uuid7
from shared.errors import Forbidden, Invalid, NotFound
from shared.timers import schedule

KIND: Final = "outreach"
FORGET_SIGNALLER: Final = "forget_signaller"
_COMPARTMENTS: Final = (Compartment.SOC_AID, Compartment.POL_CARE)


async def take_signal(
    session: AsyncSession, principal: Principal, command: TakeSignal, *, now: datetime
) -> OutreachRef:
    """The first signal opens a dossier that its taker holds, and the ladder begins. Raises `LadderOpen`, `Invalid`."""
    principal.require(Permission.DOSSIER_OPEN)
    compartment = next((each for each in _COMPARTMENTS if each in principal.compartments), None)
    if compartment is None:
        raise Forbidden(details={"compartment": _COMPARTMENTS[0]})
    if not command.place.strip():
        raise Invalid({"place": "required"})
    if (command.first_name.strip() or command.phone.strip()) and not command.last_name.strip():
        raise Invalid({"last_name": "required"})
    _check(command.signal, now)
    check_seen([], local_day(now), place=command.place)
    if not command.another:
        await _require_no_other(session, principal, command.place, now=now)
    dossier = await begin_dossier(
        session,
        principal,
        "take_signal",
        kind=KIND,
        compartment=compartment,
        incident_type=KIND,
        holder=principal.user_id,
        at=now,
        now=now,
        place=command.place.strip(),
        pv_number="",
        summary="",
    )
    ladder = Ladder.begin(dossier.id, by=principal.user_id, at=now)
    session.add(ladder)
    await session.flush()
    if command.last_name.strip():
        await _who_is_meant(session, command, dossier, by=principal.user_id, now=now)
    await _keep(session, principal, command.signal, dossier, ladder, now=now)
    await go_on(session, dossier, ladder, by=principal.user_id, now=now)
    return OutreachRef(
        dossier_id=dossier.id, number=dossier.number, state=ladder.state, version=ladder.version
    )


async def add_signal(
    session: AsyncSession, principal: Principal, command: AddSignal, dossier_id: UUID, *, now: datetime
) -> OutreachRef:
    """Somebody else saw something too: it stands beside the first, and the ladder goes on as it was."""
    principal.require(Permission.DOSSIER_WRITE)
    _check(command, now)
    dossier, ladder = await ladder_held(session, principal, dossier_id, now=now)
    if ladder.state not in RUNNING:
        raise LadderOver
    await _keep(session, principal, command, dossier, ladder, now=now)
    return note_outreach(session, principal, dossier, ladder, "add_signal", now=now)


async def tell_signaller(
    session: AsyncSession, principal: Principal, command: TellSignaller, signal_id: UUID, *, now: datetime
) -> OutreachRef:
    """He heard that his signal came in, and nothing more; who he is, is forgotten in the same step."""
    principal.require(Permission.SIGNALLER_READ)
    dossier_id = await session.scalar(select(Signal.dossier_id).where(Signal.id == signal_id))
    if dossier_id is None:
        raise NotFound
    dossier, ladder = await ladder_held(session, principal, dossier_id, now=now)
    await session.execute(delete(SignallerKept).where(SignallerKept.signal_id == signal_id))
    if not await _who_waits(session, dossier.id):
        await end_tasks(session, dossier, "outreach_hear_back", by=principal.user_id, now=now)
    return note_outreach(
        session, principal, dossier, ladder, "tell_signaller", now=now, object_kind="signal", object_id=signal_id
    )  # fmt: skip


async def forget_signaller(session: AsyncSession, tenant: str, ref: UUID, *, now: datetime) -> None:
    """Nobody let him hear anything in a month: he is forgotten all the same."""
    await session.execute(delete(SignallerKept).where(SignallerKept.signal_id == ref))


def _check(command: AddSignal, now: datetime) -> None:
    """Raises `Invalid`. Something must have been seen: nobody is looked for on a feeling."""
    if command.source not in SIGNAL_SOURCES:
        raise Invalid({"source": "not_a_choice"})
    if not command.seen and not command.facts.strip():
        raise Invalid({"seen": "required"})
    check_seen(command.seen, local_day(now), command.seen_on, facts=command.facts)


async def _require_no_other(
    session: AsyncSession, principal: Principal, place: str, *, now: datetime
) -> None:
    """Only of dossiers in sight, so that the question tells nothing of those that are not."""
    found = await session.execute(
        select(Dossier.id, Dossier.number, Dossier.place)
        .join(Ladder, Ladder.dossier_id == Dossier.id)
        .where(visible, Ladder.state.in_(RUNNING))
        .order_by(Dossier.opened_at),
        caller(principal, now=now),
    )
    for row in found:
        if folded(row.place) == folded(place):
            raise LadderOpen(details={"dossier_id": str(row.id), "number": row.number})


async def _who_is_meant(
    session: AsyncSession, command: TakeSignal, dossier: Dossier, *, by: UUID, now: datetime
) -> None:
    """Who is looked for, as far as his door says it."""
    facts = AddPerson(
        first_name=command.first_name,
        last_name=command.last_name,
        address=command.place,
        language=command.language,
        role="client",
    )
    person = Person.register(facts, by=by, at=now)
    session.add(person)
    await session.flush()
    session.add(
        DossierPerson(
            dossier_id=dossier.id, person_id=person.id, role="client", other_roles=[], safe={}, safe_contact="",
            note="", parental_authority="", added_at=now, version=1, removed_because="",
        )
    )  # fmt: skip
    await session.flush()
    if number := e164(command.phone):
        session.add(
            Phone(
                id=uuid7(), dossier_id=dossier.id, person_id=person.id, number=number, label="", safe=False,
                added_at=now, added_by=by,
            )
        )  # fmt: skip


async def _keep(
    session: AsyncSession,
    principal: Principal,
    command: AddSignal,
    dossier: Dossier,
    ladder: Ladder,
    *,
    now: datetime,
) -> None:
    """The signal with its line in the timeline; apart from both, and only when he wants it, who is to hear back."""
    signal = Signal(
        id=uuid7(),
        dossier_id=dossier.id,
        source=command.source,
        seen=list(dict.fromkeys(command.seen)),
        facts=command.facts.strip(),
        seen_on=command.seen_on,
        taken_at=now,
        taken_by=principal.user_id,
    )
    session.add(signal)
    session.add(
        Entry.system(dossier.id, "outreach_signal", at=now, by=principal.user_id, source=command.source)
    )
    if command.signaller is None:
        return
    if not command.signaller.reach.strip():
        raise Invalid({"reach": "required"})
    kept_until = local_day(now) + timedelta(days=line_of(ladder).signaller_days)
    await session.flush()
    session.add(
        SignallerKept(
            signal_id=signal.id,
            name=command.signaller.name.strip(),
            reach=command.signaller.reach.strip(),
            kept_until=kept_until,
        )
    )
    schedule(session, principal.tenant, end_of_day(kept_until), FORGET_SIGNALLER, signal.id)
    await ask(session, dossier, "outreach_hear_back", dossier.holder, now=now)
    audit.record(
        session, principal, "keep_signaller", now=now, object_kind="signal", object_id=signal.id,
        subject_id=dossier.id,
    )  # fmt: skip


async def _who_waits(session: AsyncSession, dossier_id: UUID) -> bool:
    await session.flush()
    waiting = (
        select(SignallerKept.signal_id)
        .join(Signal, Signal.id == SignallerKept.signal_id)
        .where(Signal.dossier_id == dossier_id)
    )
    return await session.scalar(waiting.limit(1)) is not None
