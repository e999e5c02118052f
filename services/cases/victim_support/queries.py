"""What can be asked about victim support: the plan by which victims are contacted again."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.deadlines import local_day
from services.cases.victim_support.recontact_plan import line_for
from shared.auth import Permission, Principal
from shared.contracts.cases import RecontactRule
from shared.contracts.rostering import INCIDENT_TYPES


async def recontact_plan(
    session: AsyncSession, principal: Principal, *, now: datetime
) -> list[RecontactRule]:
    """The plan of today, a line for each type of incident."""
    principal.require(Permission.DOSSIER_READ)
    lines = ((each, line_for(each, local_day(now))) for each in INCIDENT_TYPES)
    return [
        RecontactRule(incident_type=each, days=line.days, compulsory=line.compulsory)
        for each, line in lines
        if line is not None
    ]
