"""Who writes here and in which language: the tenant's own line in the register, and its organisation of the day."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.configuration.copy import configuration_here
from services.cases.documents.setting import Sender
from shared.db import driver_of


@dataclass(frozen=True)
class Writer:
    """The sender, and the language that a letter must have to count: that of the region, not that of the reader."""

    sender: Sender
    legal_language: str


async def writer_on(session: AsyncSession, day: date) -> Writer:
    """As it holds on a day."""
    tenant = await driver_of(session).fetchrow("SELECT name, legal_language FROM platform.own_tenant")
    organisation = (await configuration_here(session)).organisation_on(day)
    sender = Sender(
        name=tenant["name"],
        unit=organisation.service_name,
        street=organisation.street,
        town=f"{organisation.postal_code} {organisation.municipality}".strip(),
        municipality=organisation.municipality,
        phone=organisation.phone,
        email=organisation.email,
    )
    return Writer(sender, tenant["legal_language"])
