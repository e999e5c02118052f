"""The victims of an incident, each in a dossier of her own, and the word to rostering that it may forget them (S12)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.models import COMPARTMENT, Dossier
from services.cases.victim_support.commands.victims import add_person
from services.cases.victim_support.opening import KIND, open_victim_support
from shared import timers
from shared.auth import Permission, Principal
from shared.client import client_of
from shared.contracts.incidents import (
    EnquiryView,
    IncidentRef,
    TakenOver,
    VictimsTakenOver,
    VictimsToTakeOver,
    VictimToTakeOver,
)
from shared.contracts.persons import AddPerson
from shared.contracts.rostering import IncidentVictimsReady

CONFIRM_TAKE_OVER = "confirm_take_over"
"""The timer that tells rostering, only after the dossiers are committed: before that it must not forget a word."""

_NAMELESS = "N.N."


async def take_over_victims(
    session: AsyncSession, event: IncidentVictimsReady, handed: VictimsToTakeOver, *, now: datetime
) -> None:
    """A dossier for each victim that has none yet, held by her worker or by who was named at the closing."""
    for victim in handed.victims:
        known = select(Dossier.id).where(Dossier.incident_victim_id == victim.victim_id)
        if await session.scalar(known) is None:
            await _open(session, event, handed, victim, now=now)
    timers.schedule(session, event.tenant, now, CONFIRM_TAKE_OVER, event.incident_id)


async def confirm_take_over(session: AsyncSession, tenant: str, incident_id: UUID, *, now: datetime) -> None:
    """Tell rostering which victims have a dossier. Harmless when repeated; while rostering is away it comes back."""
    rows = await session.execute(
        select(Dossier.incident_victim_id, Dossier.id).where(
            Dossier.incident_id == incident_id, Dossier.incident_victim_id.is_not(None)
        )
    )
    victims = [TakenOver(victim_id=row[0], dossier_id=row[1]) for row in rows if row[0] is not None]
    client = client_of(session)
    token = await client.own_token(tenant)
    path = f"/incidents/{incident_id}/victims-taken-over"
    await client.tell("rostering", path, VictimsTakenOver(victims=victims), IncidentRef, token=token)


async def _open(
    session: AsyncSession,
    event: IncidentVictimsReady,
    handed: VictimsToTakeOver,
    victim: VictimToTakeOver,
    *,
    now: datetime,
) -> None:
    holder = victim.worker or event.holder
    principal = Principal(
        user_id=holder,
        tenant=event.tenant,
        session_id=event.id,
        service="cases",
        permissions=frozenset({Permission.DOSSIER_WRITE.value, Permission.DOSSIER_READ.value}),
        compartments=frozenset({COMPARTMENT[KIND]}),
    )
    dossier = await open_victim_support(
        session,
        principal,
        "take_over_victim",
        incident_type=handed.incident_type,
        holder=holder,
        at=event.occurred_at,
        now=now,
        place=handed.place,
        pv_number="",
        summary=" · ".join(part for part in (handed.title, victim.whereabouts) if part),
        minors_involved=victim.minor,
        incident_id=handed.incident_id,
    )
    dossier.incident_victim_id = victim.victim_id
    await session.flush()
    for person in (_victim(victim), *(_relative(each) for each in victim.enquirers)):
        await add_person(session, principal, person, dossier.id, now=now)


def _victim(victim: VictimToTakeOver) -> AddPerson:
    """The name stays whole: nobody guesses at night which part of it is which."""
    return AddPerson(
        last_name=victim.name or _NAMELESS,
        role="deceased" if victim.status == "deceased" else "victim",
        phone=victim.phone,
        language=victim.language,
        safe_contact=victim.safe_contact,
        note=victim.note[:500],
    )


def _relative(enquiry: EnquiryView) -> AddPerson:
    return AddPerson(
        last_name=enquiry.enquirer or _NAMELESS,
        role="next_of_kin",
        phone=enquiry.phone,
        safe_contact=enquiry.safe_contact,
        note=enquiry.relation,
    )
