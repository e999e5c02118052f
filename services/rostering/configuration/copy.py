"""Asking identity how the tenant is set up, keeping the answer, and reading it."""

from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import Text, cast, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.rostering.configuration.models import ConfigurationCopy
from shared.client import client_of
from shared.contracts.configuration import SEED_INCIDENT_TYPES, DayOff, TenantConfiguration
from shared.db import Statement

_AS_TEXT = Statement(select(cast(ConfigurationCopy.facts, Text)))
_DAYS_OFF = Statement(select(ConfigurationCopy.facts["days_off"].label("days_off")))
_NOTHING_SET = TenantConfiguration(
    legal_language="nl", languages=["nl"], incident_types=list(SEED_INCIDENT_TYPES)
)
"""Until something is changed in identity, the list that every tenant begins with holds."""


async def configuration_here(session: AsyncSession) -> TenantConfiguration:
    found = await _AS_TEXT.fetch_one(session)
    return _NOTHING_SET if found is None else msgspec.json.decode(found[0], type=TenantConfiguration)


async def days_off_here(session: AsyncSession) -> frozenset[date]:
    """The days on which the tenant does not work, beside the public holidays."""
    found = await _DAYS_OFF.fetch_one(session)
    return frozenset() if found is None else days_off_in(found["days_off"])


def days_off_in(days_off: Any) -> frozenset[date]:
    """As the copy holds them."""
    return frozenset(each.day for each in msgspec.convert(days_off or [], type=list[DayOff]))


async def ask_configuration(session: AsyncSession, tenant: str, *, now: datetime) -> TenantConfiguration:
    """Ask identity and keep the answer, whatever changed: it is always the newest."""
    client = client_of(session)
    token = await client.own_token(tenant)
    answer = await client.ask("identity", "/tenant-configuration", TenantConfiguration, token=token)
    values = {"facts": msgspec.to_builtins(answer), "asked_at": now}
    await session.execute(
        insert(ConfigurationCopy)
        .values(only_row=True, **values)
        .on_conflict_do_update(index_elements=[ConfigurationCopy.only_row], set_=values)
    )
    return answer
