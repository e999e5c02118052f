"""How much of its map a tenant shows to everybody. By default nothing; the editorial office shows the shared layer."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import DateTime, Integer, Text, Uuid, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from services.referrals.social_map.models import EDITORIAL_TENANT
from shared.db import Base


class Scope(StrEnum):
    """Nothing, the tenant's own entries, or its whole map: the shared layer as the tenant shows it, and its own."""

    NOTHING = "nothing"
    OWN = "own"
    ALL = "all"


class Publication(Base):
    """The tenant's choice; one row, or none when it never chose."""

    __tablename__ = "map_publication"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    scope: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    changed_by: Mapped[UUID] = mapped_column(Uuid)


async def scope_of(session: AsyncSession, tenant: str) -> Scope:
    """What everybody may read of this tenant's map."""
    if tenant == EDITORIAL_TENANT:
        return Scope.ALL
    chosen = await session.scalar(select(Publication.scope))
    return Scope(chosen) if chosen else Scope.NOTHING


async def choose_scope(session: AsyncSession, scope: Scope, *, by: UUID, now: datetime) -> None:
    chosen = {"scope": scope.value, "changed_at": now, "changed_by": by}
    await session.execute(
        insert(Publication).values(id=1, **chosen).on_conflict_do_update(index_elements=["id"], set_=chosen)
    )
