"""Asking identity how the tenant is set up, keeping the answer, and reading it."""

from datetime import datetime

import msgspec
from sqlalchemy import Text, cast, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.configuration.models import ConfigurationCopy
from shared.client import client_of
from shared.contracts.configuration import SEED_INCIDENT_TYPES, TenantConfiguration
from shared.db import Statement

_AS_TEXT = Statement(select(cast(ConfigurationCopy.facts, Text)))
_NOTHING_SET = TenantConfiguration(
    legal_language="nl", languages=["nl"], incident_types=list(SEED_INCIDENT_TYPES)
)
"""Until something is changed in identity, the list that every tenant begins with holds."""


async def configuration_here(session: AsyncSession) -> TenantConfiguration:
    found = await _AS_TEXT.fetch_one(session)
    return _NOTHING_SET if found is None else msgspec.json.decode(found[0], type=TenantConfiguration)


async def ask_configuration(session: AsyncSession, tenant: str, *, now: datetime) -> TenantConfiguration:
    """Ask identity and keep the answer, whatever changed: it is always the newest."""
    client = client_of(session)
    token = await client.own_token(tenant)
    answer = await client.ask("identity", "/tenant-configuration", TenantConfiguration, token=token)
    await keep_configuration(session, answer, now=now)
    return answer


async def keep_configuration(session: AsyncSession, answer: TenantConfiguration, *, now: datetime) -> None:
    """From here on it holds, in the place of what was kept before."""
    values = {"facts": msgspec.to_builtins(answer), "asked_at": now}
    await session.execute(
        insert(ConfigurationCopy)
        .values(only_row=True, **values)
        .on_conflict_do_update(index_elements=[ConfigurationCopy.only_row], set_=values)
    )
