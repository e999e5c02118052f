"""What can be asked about letters and leaflets: what can be written and given here today."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.configuration.copy import configuration_here
from services.cases.documents.leaflets import leaflets_on
from services.cases.documents.letter_texts import templates_on
from services.cases.documents.sender import writer_on
from services.cases.dossiers.access import caller, visible
from services.cases.dossiers.deadlines import local_day
from services.cases.dossiers.models import Dossier
from shared.auth import Permission, Principal
from shared.contracts.documents import LetterRules
from shared.errors import NotFound


async def letter_rules(
    session: AsyncSession, principal: Principal, dossier_id: UUID | None, *, now: datetime
) -> LetterRules:
    """The texts of today. For a dossier: a leaflet that the tenant chose for its type of incident is suggested too."""
    principal.require(Permission.DOSSIER_READ)
    today = local_day(now)
    writer = await writer_on(session, today)
    letters = [each.view() for each in templates_on(today).values() if each.kind == "letter"]
    views = [*letters, *(each.view() for each in (await leaflets_on(session, today)).values())]
    if dossier_id is not None:
        incident_type = await session.scalar(
            select(Dossier.incident_type).where(Dossier.id == dossier_id, visible),
            caller(principal, now=now),
        )
        if incident_type is None:
            raise NotFound
        chosen = (await configuration_here(session)).types_on(today).get(incident_type)
        wanted = set(chosen.leaflets) if chosen else set()
        for view in views:
            if view.code in wanted and incident_type not in view.suggested_for:
                view.suggested_for.append(incident_type)
    return LetterRules(
        legal_language=writer.legal_language, templates=views, letterhead_missing=writer.sender.missing
    )
