"""Telling who keeps the map what should be looked at again: a look each morning, each due date told once."""

from datetime import datetime, time, timedelta
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

from sqlalchemy import DateTime, Uuid
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from services.referrals.social_map.models import layer_of, tables_of
from shared import timers
from shared.contracts.referrals import EntriesDue
from shared.db import Base, driver_of, uuid7
from shared.outbox import publish

CHECK_MAP: Final = "check_map"
_MORNING: Final = time(7, 0)
_TOLD: Final = 50
_BRUSSELS: Final = ZoneInfo("Europe/Brussels")
_DUE: Final = "coalesce(assured_at, changed_at) + make_interval(months => check_months)"
"""What nobody ever looked at is due as long after its last change."""


class Nudge(Base):
    """A due date that was told."""

    __tablename__ = "map_nudges"

    entry_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    told_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


def next_morning(now: datetime) -> datetime:
    """Seven o'clock on Brussels' clock, tomorrow."""
    return datetime.combine(now.astimezone(_BRUSSELS).date() + timedelta(days=1), _MORNING, _BRUSSELS)


async def keep_watch(session: AsyncSession, tenant: str, *, now: datetime) -> None:
    """See to it that somebody looks each morning, from the first entry that the tenant keeps."""
    known = await driver_of(session).fetchval(
        "SELECT count(*) FROM platform.timers WHERE kind = $1 AND ref = $2", CHECK_MAP, _ref(tenant)
    )
    if not known:
        timers.schedule(session, tenant, next_morning(now), CHECK_MAP, _ref(tenant))


async def check_map(session: AsyncSession, tenant: str, ref: UUID, *, now: datetime) -> None:
    """Tell what has become due since the last look, and look again tomorrow."""
    entries, _ = tables_of(layer_of(tenant))
    rows = await driver_of(session).fetch(
        f"""
        INSERT INTO map_nudges (entry_id, due_at, told_at)
        SELECT id, {_DUE}, $1 FROM {entries}
        WHERE kind IN ('service', 'organization') AND withdrawn_at IS NULL AND merged_into IS NULL AND {_DUE} <= $1
        ORDER BY {_DUE}, id
        ON CONFLICT DO NOTHING RETURNING entry_id
        """,  # noqa: S608 - constants
        now,
    )
    if rows:
        due = [row["entry_id"] for row in rows]
        publish(
            session,
            EntriesDue(
                id=uuid7(),
                occurred_at=now,
                tenant=tenant,
                sweep_id=uuid7(),
                entries=due[:_TOLD],
                total=len(due),
            ),
        )
    timers.schedule(session, tenant, next_morning(now), CHECK_MAP, ref)


def _ref(tenant: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"vangnet:check_map:{tenant}")
