"""A block of hours as it is stored."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base
from shared.errors import Conflict


class HoursOverlap(Conflict):
    """Nobody works twice at the same time."""

    code = "hours_overlap"


class ChangedMeanwhile(Conflict):
    """It was changed on another device after it was read."""

    code = "changed_meanwhile"


class OwnHours(Base):
    """From `starts_at` until just before `ends_at`, by whoever plans it for himself."""

    __tablename__ = "own_hours"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(Uuid)
    starts_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    activity: Mapped[str] = mapped_column(Text)
    area: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
