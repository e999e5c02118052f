"""What somebody is writing in a dossier and has not sent; nobody else reads it, whatever he may."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Integer, Text, Uuid, delete
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base

KEPT = timedelta(days=14)
SAME_VISIT = timedelta(minutes=30)
"""Coming back within this time is one visit: what was new then stays marked."""


class Draft(Base):
    """A form as it stood when it was last saved. `version` counts the savings."""

    __tablename__ = "drafts"

    author: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    dossier_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    form: Mapped[str] = mapped_column(Text, primary_key=True)
    fields: Mapped[dict[str, Any]] = mapped_column(JSONB)
    version: Mapped[int] = mapped_column(Integer)
    saved_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Visit(Base):
    """The last time that somebody had a dossier before him, and the time before that."""

    __tablename__ = "visits"

    user_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    dossier_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    before: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


async def forget_draft(session: AsyncSession, author: UUID, dossier_id: UUID, form: str) -> None:
    """In the act that sends it, so that it is never there twice."""
    await session.execute(
        delete(Draft).where(Draft.author == author, Draft.dossier_id == dossier_id, Draft.form == form)
    )
