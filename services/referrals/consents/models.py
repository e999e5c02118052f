"""What the ledger holds: one row for each offer, one for each ground that was invoked. No I/O here."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Boolean, Date, DateTime, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base


class Consent(Base):
    """One offer of a referral to one person, and what she said.

    A refusal keeps that it was offered and the day: no fields, no giver, no way; the database holds that too.
    """

    __tablename__ = "referral_consents"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    dossier_id: Mapped[UUID] = mapped_column(Uuid)
    person_id: Mapped[UUID | None] = mapped_column(Uuid)
    referral_id: Mapped[UUID | None] = mapped_column(Uuid)
    purpose: Mapped[str] = mapped_column(Text)
    service_id: Mapped[UUID | None] = mapped_column(Uuid)
    recipient: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    fields: Mapped[list[str]] = mapped_column(ARRAY(Text))
    given_by: Mapped[str] = mapped_column(Text)
    giver_id: Mapped[UUID | None] = mapped_column(Uuid)
    minor: Mapped[bool] = mapped_column(Boolean)
    way: Mapped[str] = mapped_column(Text)
    offered_on: Mapped[date] = mapped_column(Date)
    answered_on: Mapped[date | None] = mapped_column(Date)
    expires_on: Mapped[date | None] = mapped_column(Date)
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    withdrawn_by: Mapped[UUID | None] = mapped_column(Uuid)
    source: Mapped[str] = mapped_column(Text)
    source_id: Mapped[UUID | None] = mapped_column(Uuid)
    recorded_by: Mapped[UUID | None] = mapped_column(Uuid)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    def live(self, today: date) -> bool:
        """Fields may leave on it today: given, for a recipient, neither withdrawn nor past its last day."""
        return (
            self.state == "given"
            and self.service_id is not None
            and (self.expires_on is None or today <= self.expires_on)
        )

    def covers(self, service_id: UUID, fields: Iterable[str], today: date) -> bool:
        """It is live, for this recipient and for every one of these fields."""
        return self.live(today) and self.service_id == service_id and set(fields) <= set(self.fields)


class Ground(Base):
    """A legal ground that somebody with the right to it invoked instead of consent, for these fields."""

    __tablename__ = "referral_grounds"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    referral_id: Mapped[UUID] = mapped_column(Uuid)
    dossier_id: Mapped[UUID] = mapped_column(Uuid)
    ground: Mapped[str] = mapped_column(Text)
    fields: Mapped[list[str]] = mapped_column(ARRAY(Text))
    reason: Mapped[str] = mapped_column(Text)
    invoked_by: Mapped[UUID] = mapped_column(Uuid)
    invoked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    def covers(self, fields: Iterable[str]) -> bool:
        return self.revoked_at is None and set(fields) <= set(self.fields)
