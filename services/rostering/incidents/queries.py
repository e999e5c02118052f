"""Incidents, their victims and the reunification list. Every look at a victim or an enquiry is kept."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.rostering.call_outs import hours
from services.rostering.call_outs.consequences import spans_of
from services.rostering.call_outs.models import CallOut
from services.rostering.call_outs.records import Incident
from services.rostering.call_outs.sight import hidden_from
from services.rostering.incidents.models import Enquiry, Victim
from services.rostering.incidents.rules import alike
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts import incidents as contract
from shared.contracts.call_outs import CallOutLine
from shared.errors import NotFound

_MOST = 100


async def incidents(
    session: AsyncSession, principal: Principal, *, now: datetime
) -> list[contract.IncidentLine]:
    """The newest first."""
    principal.require_any(Permission.INCIDENT_REGISTER, Permission.INCIDENT_MANAGE)
    victims = (
        select(func.count()).select_from(Victim).where(Victim.incident_id == Incident.id).scalar_subquery()
    )
    call_outs = (
        select(func.count()).select_from(CallOut).where(CallOut.incident_id == Incident.id).scalar_subquery()
    )
    rows = await session.execute(
        select(Incident, victims, call_outs).order_by(Incident.opened_at.desc()).limit(_MOST)
    )
    audit.record(session, principal, "incidents", now=now, object_kind="incident_list")
    return [
        contract.IncidentLine(
            incident_id=incident.id,
            number=incident.number,
            state=incident.state,
            incident_type=incident.incident_type,
            title=incident.title,
            place=incident.place,
            opened_at=incident.opened_at,
            closed_at=incident.closed_at,
            victims=counted,
            call_outs=gathered,
        )
        for incident, counted, gathered in rows
    ]


async def incident_by_id(
    session: AsyncSession, principal: Principal, incident_id: UUID, *, now: datetime
) -> contract.IncidentView:
    """The whole, without a word about any victim: how many, who is out, hours for each member."""
    principal.require_any(Permission.INCIDENT_REGISTER, Permission.INCIDENT_MANAGE)
    incident = await _incident(session, incident_id)
    found = await session.execute(
        select(CallOut, hidden_from())
        .where(CallOut.incident_id == incident_id)
        .order_by(CallOut.requested_at),
        {"viewer": principal.user_id},
    )
    gathered = [(row[0], row[1]) for row in found]
    statuses = await session.execute(
        select(Victim.status, func.count()).where(Victim.incident_id == incident_id).group_by(Victim.status)
    )
    states = await session.execute(
        select(Enquiry.state, func.count()).where(Enquiry.incident_id == incident_id).group_by(Enquiry.state)
    )
    _look(session, principal, "incident_by_id", incident_id, now=now)
    return contract.IncidentView(
        incident_id=incident.id,
        number=incident.number,
        state=incident.state,
        incident_type=incident.incident_type,
        title=incident.title,
        place=incident.place,
        opened_at=incident.opened_at,
        opened_by=incident.opened_by,
        closed_at=incident.closed_at,
        wiped_at=incident.wiped_at,
        call_outs=[_line(call_out, hidden=hidden) for call_out, hidden in gathered],
        members=await _members(session, [call_out for call_out, _ in gathered], now=now),
        statuses={row[0]: row[1] for row in statuses},
        enquiries={row[0]: row[1] for row in states},
    )


async def victims_of(
    session: AsyncSession, principal: Principal, incident_id: UUID, *, now: datetime
) -> list[contract.VictimView]:
    """Everybody who was registered, in order of registration."""
    principal.require(Permission.INCIDENT_REGISTER)
    await _incident(session, incident_id)
    found = await session.scalars(
        select(Victim).where(Victim.incident_id == incident_id).order_by(Victim.position)
    )
    views = [
        contract.VictimView(
            victim_id=each.id,
            **{
                name: getattr(each, name)
                for name in contract.VictimView.__struct_fields__
                if name != "victim_id"
            },
        )
        for each in found
    ]
    _look(session, principal, "victims_of", incident_id, now=now, count=len(views))
    return views


async def reunification(
    session: AsyncSession, principal: Principal, incident_id: UUID, *, now: datetime
) -> list[contract.EnquiryView]:
    """Who seeks whom and how that stands, with victims whose names are alike for what is still open."""
    principal.require(Permission.INCIDENT_REUNITE)
    await _incident(session, incident_id)
    victims = {
        each.id: each
        for each in await session.scalars(select(Victim).where(Victim.incident_id == incident_id))
    }
    found = await session.scalars(
        select(Enquiry).where(Enquiry.incident_id == incident_id).order_by(Enquiry.at)
    )
    views = [_enquiry(each, victims) for each in found]
    _look(session, principal, "reunification", incident_id, now=now, count=len(views))
    return views


async def victims_to_take_over(
    session: AsyncSession, principal: Principal, incident_id: UUID, *, now: datetime
) -> contract.VictimsToTakeOver:
    """What cases needs to open a dossier of each victim that has none yet."""
    principal.require(Permission.VICTIM_TAKE_OVER)
    incident = await _incident(session, incident_id)
    victims = {
        each.id: each
        for each in await session.scalars(
            select(Victim)
            .where(Victim.incident_id == incident_id, Victim.dossier_id.is_(None))
            .order_by(Victim.position)
        )
    }
    enquiries = [
        _enquiry(each, victims)
        for each in await session.scalars(
            select(Enquiry).where(Enquiry.incident_id == incident_id, Enquiry.victim_id.is_not(None))
        )
    ]
    call_outs = await session.scalars(select(CallOut.id).where(CallOut.incident_id == incident_id))
    _look(session, principal, "victims_to_take_over", incident_id, now=now, count=len(victims))
    return contract.VictimsToTakeOver(
        incident_id=incident_id,
        number=incident.number,
        incident_type=incident.incident_type,
        title=incident.title,
        place=incident.place,
        opened_at=incident.opened_at,
        holder=incident.holder,
        call_out_ids=list(call_outs) if incident.state != "open" else [],
        victims=[
            contract.VictimToTakeOver(
                victim_id=each.id,
                enquirers=[enquiry for enquiry in enquiries if enquiry.victim_id == each.id],
                **{
                    name: getattr(each, name)
                    for name in contract.VictimToTakeOver.__struct_fields__
                    if name not in {"victim_id", "enquirers"}
                },
            )
            for each in victims.values()
            if incident.state != "open"
        ],
    )


async def _incident(session: AsyncSession, incident_id: UUID) -> Incident:
    incident = await session.get(Incident, incident_id)
    if incident is None:
        raise NotFound
    return incident


async def _members(
    session: AsyncSession, gathered: Sequence[CallOut], *, now: datetime
) -> list[contract.IncidentMember]:
    """Everybody who is or was out for it, with her minutes."""
    spans = await spans_of(session, {call_out.id: call_out.holders for call_out in gathered})
    return [
        contract.IncidentMember(
            user_id=span.user_id,
            call_out_id=call_out_id,
            called_at=span.starts_at,
            until=span.ends_at,
            minutes=hours.split(span.starts_at, span.until(now)).minutes,
        )
        for call_out_id, those in spans.items()
        for span in those
    ]


def _line(call_out: CallOut, *, hidden: bool) -> CallOutLine:
    """Without its place for who declared a conflict of interest."""
    names = (
        "number",
        "state",
        "incident_type",
        "urgency",
        "requested_at",
        "accepted_by",
        "joined_by",
    )
    return CallOutLine(
        call_out_id=call_out.id,
        place="" if hidden else call_out.place,
        ringing_user=None,
        escalates_at=None,
        seeks=call_out.seeks,
        planned_for=call_out.planned_for,
        incident_id=call_out.incident_id,
        **{name: getattr(call_out, name) for name in names},
    )


def _enquiry(enquiry: Enquiry, victims: dict[UUID, Victim]) -> contract.EnquiryView:
    victim = victims.get(enquiry.victim_id) if enquiry.victim_id else None
    names = (
        "sought", "enquirer", "relation", "phone", "safe_contact", "note", "state", "at", "taken_by", "victim_id",
        "checked", "told_at",
    )  # fmt: skip
    return contract.EnquiryView(
        enquiry_id=enquiry.id,
        victim_name=victim.name if victim else "",
        victim_status=victim.status if victim else "",
        victim_whereabouts=victim.whereabouts if victim else "",
        proposals=alike(enquiry.sought, {key: each.name for key, each in victims.items()})
        if enquiry.state == "open"
        else [],
        **{name: getattr(enquiry, name) for name in names},
    )


def _look(
    session: AsyncSession,
    principal: Principal,
    action: str,
    incident_id: UUID,
    *,
    now: datetime,
    **details: int,
) -> None:
    audit.record(
        session, principal, action, now=now, object_kind="incident", object_id=incident_id, details=details
    )
