"""The copy as it is stored: one row, as identity answered."""

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base


class ConfigurationCopy(Base):
    """What identity answered last, and when."""

    __tablename__ = "referrals_configuration"

    only_row: Mapped[bool] = mapped_column(primary_key=True)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
