"""Everything that can be done to an incident: open, gather, register, match relatives, close, hand over and wipe."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.rostering.call_outs.models import CallOut, day_of, number_of, year_of
from services.rostering.call_outs.records import Incident
from services.rostering.call_outs.ringing import announce_progress, locked
from services.rostering.configuration.copy import configuration_here
from services.rostering.incidents.models import (
    ChangedMeanwhile,
    Enquiry,
    IncidentNotOpen,
    IncidentNumber,
    NotMatched,
    Victim,
    VictimsMissing,
)
from services.rostering.incidents.rules import checked_enquiry, checked_victim, read_rows
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts import incidents as contract
from shared.contracts.event import Event
from shared.contracts.rostering import IncidentChanged, IncidentOpened, IncidentVictimsReady
from shared.db import uuid7
from shared.errors import Invalid, NotFound
from shared.outbox import publish


async def open_incident(
    session: AsyncSession, principal: Principal, command: contract.OpenIncident, *, now: datetime
) -> contract.IncidentRef:
    """Something with many victims; the call-out that it began with is gathered at once. Raises `Invalid`."""
    principal.require(Permission.INCIDENT_MANAGE)
    title, place = command.title.strip(), command.place.strip()
    wrong = {name: "required" for name, text in (("title", title), ("place", place)) if not text}
    kind = (await configuration_here(session)).types_on(day_of(now)).get(command.incident_type)
    if kind is None or kind.hidden:
        wrong["incident_type"] = "incident_type_unknown"
    if wrong:
        raise Invalid(wrong)
    incident = Incident(
        id=uuid7(),
        number=f"I{await _next_number(session, now=now)}",
        state="open",
        incident_type=command.incident_type,
        title=title,
        place=place,
        opened_at=now,
        opened_by=principal.user_id,
    )
    session.add(incident)
    await session.flush()
    if command.call_out_id is not None:
        await _gather(session, principal, incident.id, command.call_out_id, now=now)
    _say(
        session,
        principal,
        IncidentOpened,
        incident.id,
        now=now,
        incident_type=incident.incident_type,
    )
    return _done(session, principal, "open_incident", incident, now=now)


async def gather_call_out(
    session: AsyncSession,
    principal: Principal,
    command: contract.GatherCallOut,
    incident_id: UUID,
    *,
    now: datetime,
) -> contract.IncidentRef:
    """One more call-out belongs to it."""
    principal.require(Permission.INCIDENT_MANAGE)
    incident = await _open(session, incident_id)
    await _gather(session, principal, incident_id, command.call_out_id, now=now)
    _changed(session, principal, incident_id, "call_out", now=now)
    return _done(session, principal, "gather_call_out", incident, now=now, call_out=str(command.call_out_id))


async def register_victim(
    session: AsyncSession,
    principal: Principal,
    command: contract.RegisterVictim,
    incident_id: UUID,
    *,
    now: datetime,
) -> contract.VictimRef:
    """Quick: only the condition is compulsory. Raises `Invalid`, `IncidentNotOpen`."""
    principal.require(Permission.INCIDENT_REGISTER)
    facts = checked_victim(command, today=day_of(now))
    await _open(session, incident_id)
    victim = await _add(session, principal, incident_id, facts, now=now)
    _changed(session, principal, incident_id, "victim", now=now)
    return _kept(session, principal, "register_victim", victim, now=now)


async def register_victims(
    session: AsyncSession,
    principal: Principal,
    command: contract.RegisterVictims,
    incident_id: UUID,
    *,
    now: datetime,
) -> contract.RegisteredVictims:
    """A pasted list: each good row is kept, each wrong one comes back with what is wrong with it."""
    principal.require(Permission.INCIDENT_REGISTER)
    incident = await _open(session, incident_id)
    kept, wrong = 0, list[contract.WrongRow]()
    for number, text, row in read_rows(command.rows, today=day_of(now)):
        if isinstance(row, dict):
            wrong.append(contract.WrongRow(row=number, text=text, errors=row))
        else:
            await _add(session, principal, incident_id, row, now=now)
            kept += 1
    if kept:
        _changed(session, principal, incident_id, "victim", now=now)
    _done(session, principal, "register_victims", incident, now=now, kept=kept, wrong=len(wrong))
    return contract.RegisteredVictims(kept=kept, wrong=wrong)


async def change_victim(
    session: AsyncSession,
    principal: Principal,
    command: contract.ChangeVictim,
    victim_id: UUID,
    *,
    now: datetime,
) -> contract.VictimRef:
    """What is known now. Raises `ChangedMeanwhile` when somebody else was first."""
    principal.require(Permission.INCIDENT_REGISTER)
    facts = checked_victim(command, today=day_of(now))
    incident_id = await session.scalar(select(Victim.incident_id).where(Victim.id == victim_id))
    if incident_id is None:
        raise NotFound
    await _open(session, incident_id)
    victim = await session.get_one(Victim, victim_id)
    if victim.version != command.version:
        raise ChangedMeanwhile
    for name, value in _facts(facts).items():
        setattr(victim, name, value)
    victim.version += 1
    _changed(session, principal, victim.incident_id, "victim", now=now)
    return _kept(session, principal, "change_victim", victim, now=now)


async def register_enquiry(
    session: AsyncSession,
    principal: Principal,
    command: contract.RegisterEnquiry,
    incident_id: UUID,
    *,
    now: datetime,
) -> contract.EnquiryRef:
    """A relative seeks somebody. Nothing is told at the desk before a match was checked."""
    principal.require(Permission.INCIDENT_REUNITE)
    texts = checked_enquiry(command)
    await _open(session, incident_id)
    enquiry = Enquiry(
        id=uuid7(),
        incident_id=incident_id,
        state="open",
        at=now,
        taken_by=principal.user_id,
        checked="",
        **texts,
    )
    session.add(enquiry)
    return _asked(session, principal, "register_enquiry", enquiry, now=now)


async def match_enquiry(
    session: AsyncSession,
    principal: Principal,
    command: contract.MatchEnquiry,
    enquiry_id: UUID,
    *,
    now: datetime,
) -> contract.EnquiryRef:
    """This victim is the one who is sought, and by what that was checked; once she has a dossier, it is done there."""
    principal.require(Permission.INCIDENT_REUNITE)
    enquiry = await _enquiry(session, enquiry_id)
    checked = command.checked.strip()
    if not checked:
        raise Invalid({"checked": "required"})
    victim = await session.get(Victim, command.victim_id)
    if victim is None or victim.incident_id != enquiry.incident_id:
        raise NotFound
    if victim.dossier_id is not None:
        raise IncidentNotOpen
    enquiry.victim_id, enquiry.checked, enquiry.matched_by = command.victim_id, checked, principal.user_id
    enquiry.state = "matched"
    return _asked(session, principal, "match_enquiry", enquiry, now=now, victim=str(command.victim_id))


async def tell_enquirer(
    session: AsyncSession,
    principal: Principal,
    command: contract.TellEnquirer,
    enquiry_id: UUID,
    *,
    now: datetime,
) -> contract.EnquiryRef:
    """The relative knows. Raises `NotMatched`; a second time changes nothing."""
    principal.require(Permission.INCIDENT_REUNITE)
    enquiry = await _enquiry(session, enquiry_id)
    if enquiry.state == "open":
        raise NotMatched
    if enquiry.state == "matched":
        enquiry.state, enquiry.told_at, enquiry.told_by = "told", now, principal.user_id
    return _asked(session, principal, "tell_enquirer", enquiry, now=now)


async def close_incident(
    session: AsyncSession,
    principal: Principal,
    command: contract.CloseIncident,
    incident_id: UUID,
    *,
    now: datetime,
) -> contract.IncidentRef:
    """Registration is over: cases is told and makes a dossier of each victim. Raises `VictimsMissing`."""
    principal.require(Permission.INCIDENT_MANAGE)
    incident = await _open(session, incident_id)
    victims = await session.scalar(select(func.count()).where(Victim.incident_id == incident_id)) or 0
    if not victims:
        raise VictimsMissing
    incident.state, incident.closed_at, incident.closed_by = "closed", now, principal.user_id
    incident.holder = command.holder
    _say(
        session,
        principal,
        IncidentVictimsReady,
        incident_id,
        now=now,
        incident_type=incident.incident_type,
        holder=command.holder,
        victims=victims,
    )
    return _done(session, principal, "close_incident", incident, now=now, victims=victims)


async def victims_taken_over(
    session: AsyncSession,
    principal: Principal,
    command: contract.VictimsTakenOver,
    incident_id: UUID,
    *,
    now: datetime,
) -> contract.IncidentRef:
    """Cases has these in dossiers: their words are wiped here, and of the whole when none is left. Repeatable."""
    principal.require(Permission.VICTIM_TAKE_OVER)
    incident = await _locked(session, incident_id)
    if incident.state == "open":
        raise IncidentNotOpen
    dossiers = {each.victim_id: each.dossier_id for each in command.victims}
    everybody = (await session.scalars(select(Victim).where(Victim.incident_id == incident_id))).all()
    for victim in everybody:
        if victim.id in dossiers and victim.dossier_id is None:
            victim.wipe(dossiers[victim.id])
    if all(victim.dossier_id for victim in everybody) and incident.state == "closed":
        for enquiry in await session.scalars(select(Enquiry).where(Enquiry.incident_id == incident_id)):
            enquiry.wipe()
        incident.state, incident.wiped_at = "wiped", now
        _changed(session, principal, incident_id, "wiped", now=now)
    return _done(session, principal, "victims_taken_over", incident, now=now, victims=len(dossiers))


async def _gather(
    session: AsyncSession, principal: Principal, incident_id: UUID, call_out_id: UUID, *, now: datetime
) -> None:
    call_out: CallOut = await locked(session, principal, call_out_id)
    call_out.incident_id = incident_id
    announce_progress(session, principal.tenant, call_out, by=principal.user_id, now=now, state="gathered")


async def _locked(session: AsyncSession, incident_id: UUID) -> Incident:
    """The incident, held until the commit, so that positions and states of two who act come one after the other."""
    incident = await session.scalar(select(Incident).where(Incident.id == incident_id).with_for_update())
    if incident is None:
        raise NotFound
    return incident


async def _open(session: AsyncSession, incident_id: UUID) -> Incident:
    incident = await _locked(session, incident_id)
    if incident.state != "open":
        raise IncidentNotOpen
    return incident


async def _enquiry(session: AsyncSession, enquiry_id: UUID) -> Enquiry:
    """The enquiry, with its incident held, so that nothing is written in what is being wiped."""
    incident_id = await session.scalar(select(Enquiry.incident_id).where(Enquiry.id == enquiry_id))
    if incident_id is None:
        raise NotFound
    await _locked(session, incident_id)
    return await session.get_one(Enquiry, enquiry_id)


async def _add(
    session: AsyncSession,
    principal: Principal,
    incident_id: UUID,
    facts: contract.RegisterVictim,
    *,
    now: datetime,
) -> Victim:
    last = await session.scalar(select(func.max(Victim.position)).where(Victim.incident_id == incident_id))
    victim = Victim(
        id=uuid7(),
        incident_id=incident_id,
        position=(last or 0) + 1,
        registered_by=principal.user_id,
        registered_at=now,
        version=1,
        **_facts(facts),
    )
    session.add(victim)
    await session.flush()
    return victim


def _facts(facts: contract.RegisterVictim) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in contract.RegisterVictim.__struct_fields__}


async def _next_number(session: AsyncSession, *, now: datetime) -> str:
    """The next number of the year; the counter's row is held until the commit, so that no number is lost."""
    year = year_of(now)
    counted = insert(IncidentNumber).values(year=year, last_number=1)
    counted = counted.on_conflict_do_update(
        index_elements=[IncidentNumber.year], set_={"last_number": IncidentNumber.last_number + 1}
    )
    number = await session.scalar(counted.returning(IncidentNumber.last_number))
    return number_of(year, number or 1)


def _say(
    session: AsyncSession,
    principal: Principal,
    kind: type[Event],
    incident_id: UUID,
    *,
    now: datetime,
    **facts: Any,
) -> None:
    publish(
        session,
        kind(
            id=uuid7(),
            occurred_at=now,
            tenant=principal.tenant,
            actor=principal.user_id,
            **{"incident_id": incident_id, **facts},
        ),
    )


def _changed(
    session: AsyncSession, principal: Principal, incident_id: UUID, what: str, *, now: datetime
) -> None:
    _say(session, principal, IncidentChanged, incident_id, now=now, what=what)


def _done(
    session: AsyncSession,
    principal: Principal,
    action: str,
    incident: Incident,
    *,
    now: datetime,
    **codes: Any,
) -> contract.IncidentRef:
    details = {"state": incident.state, **codes}
    audit.record(
        session, principal, action, now=now, object_kind="incident", object_id=incident.id, details=details
    )
    return contract.IncidentRef(incident_id=incident.id, state=incident.state)


def _kept(
    session: AsyncSession, principal: Principal, action: str, victim: Victim, *, now: datetime
) -> contract.VictimRef:
    """Which victim, and not what was written about her."""
    details = {"incident": str(victim.incident_id), "version": victim.version, "status": victim.status}
    audit.record(
        session, principal, action, now=now, object_kind="victim", object_id=victim.id, details=details
    )
    return contract.VictimRef(victim_id=victim.id, version=victim.version)


def _asked(
    session: AsyncSession,
    principal: Principal,
    action: str,
    enquiry: Enquiry,
    *,
    now: datetime,
    **codes: Any,
) -> contract.EnquiryRef:
    _changed(session, principal, enquiry.incident_id, "enquiry", now=now)
    details = {"incident": str(enquiry.incident_id), "state": enquiry.state, **codes}
    audit.record(
        session, principal, action, now=now, object_kind="enquiry", object_id=enquiry.id, details=details
    )
    return contract.EnquiryRef(enquiry_id=enquiry.id, state=enquiry.state)
