"""An exercise with many victims, of the day before: registered quickly, with two relatives at the desk."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from deploy.demo.workshop import Cast
from services.rostering.incidents import commands
from shared.contracts.incidents import OpenIncident, RegisterEnquiry, RegisterVictims

_AGO = timedelta(hours=20)
_ROWS = """Passagier 1, jas rood;gewond;1961;;enkel via de zus;UZ Gent
Passagier 2;ongedeerd;1988
Passagier 3;ongedeerd;2013;;school is verwittigd;Sporthal Aalst
Passagier 4;ziekenhuis;1947;;;OLV Aalst
Bestuurder;ziekenhuis;1970;;;UZ Gent
Onbekende vrouw;onbekend"""
_ENQUIRIES = (
    ("Passagier 4", "Dochter van passagier 4", "dochter"),
    ("Man met grijze rugzak", "Buurvrouw", "buur"),
)


async def exercise(session: AsyncSession, cast: Cast, *, now: datetime) -> None:
    """Only where somebody leads incidents."""
    leaders = cast.with_role("spot_coordinator")
    if not leaders:
        return
    when = now - _AGO
    leader = cast.principal(leaders[0], now=when)
    opened = await commands.open_incident(
        session,
        leader,
        OpenIncident(
            incident_type="disaster", title="Oefening: ongeval met een autocar", place="E40, afrit Aalst"
        ),
        now=when,
    )
    when += timedelta(minutes=25)
    await commands.register_victims(
        session, leader, RegisterVictims(rows=_ROWS), opened.incident_id, now=when
    )
    for sought, enquirer, relation in _ENQUIRIES:
        when += timedelta(minutes=10)
        enquiry = RegisterEnquiry(sought=sought, enquirer=enquirer, relation=relation)
        await commands.register_enquiry(session, leader, enquiry, opened.incident_id, now=when)
