"""What a referral is on either side. The sender's record and the recipient's know each other by one id. No I/O here."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Date, DateTime, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.referrals.referring.states import OFFERING, WIPED, Answered, Sent, agreed
from shared.db import Base

_ANSWER_FIELDS = tuple(name for name in Answered.__struct_fields__ if name not in {"revision", "state"})


class TwoSides:
    """What both records keep: the sender's track, the recipient's, and the state that follows from them."""

    state: Mapped[str] = mapped_column(Text)
    revision: Mapped[int] = mapped_column(Integer)
    """The sender's number of what it said last."""

    ended: Mapped[str] = mapped_column(Text)
    amended_after: Mapped[int] = mapped_column(Integer)
    answer_revision: Mapped[int] = mapped_column(Integer)
    answer: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    question: Mapped[str] = mapped_column(Text)
    part: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    waiting_until: Mapped[date | None] = mapped_column(Date)
    suggested_service_id: Mapped[UUID | None] = mapped_column(Uuid)
    version: Mapped[int] = mapped_column(Integer)
    """Counts every change of this record, for who read it before."""

    def hear(self, answered: Answered) -> bool:
        """Take over the recipient's track when it is newer; False when it was known."""
        if answered.revision <= self.answer_revision:
            return False
        self.answer_revision, self.answer = answered.revision, answered.state
        kept = self.outcome if self.ended == "closed" else None
        for name in _ANSWER_FIELDS:
            setattr(self, name, getattr(answered, name))
        if kept is not None:
            self.outcome = kept
        self.agree()
        return True

    def agree(self) -> None:
        """The state from both tracks, as soon as it was sent."""
        self.state = agreed(Sent(self.ended, self.amended_after), Answered(self.answer_revision, self.answer))
        self.version += 1

    @property
    def answered(self) -> Answered:
        """The recipient's track as it is known here."""
        return Answered(self.answer_revision, self.answer, *(getattr(self, name) for name in _ANSWER_FIELDS))


class Referral(TwoSides, Base):
    """The sender's record. `values` are the fields of its form as the worker filled them in."""

    __tablename__ = "referrals"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    dossier_id: Mapped[UUID] = mapped_column(Uuid)
    dossier_number: Mapped[str] = mapped_column(Text)
    compartment: Mapped[str] = mapped_column(Text)
    person_id: Mapped[UUID | None] = mapped_column(Uuid)
    service_id: Mapped[UUID] = mapped_column(Uuid)
    organization_id: Mapped[UUID | None] = mapped_column(Uuid)
    recipient: Mapped[str] = mapped_column(Text)
    recipient_kind: Mapped[str] = mapped_column(Text)
    recipient_tenant: Mapped[str] = mapped_column(Text)
    form: Mapped[str] = mapped_column(Text)
    form_version: Mapped[int] = mapped_column(Integer)
    urgency: Mapped[str] = mapped_column(Text)
    values: Mapped[dict[str, str]] = mapped_column(JSONB)
    follower: Mapped[UUID] = mapped_column(Uuid)
    proposed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    proposed_by: Mapped[UUID] = mapped_column(Uuid)
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    sent_by: Mapped[UUID | None] = mapped_column(Uuid)
    send_by: Mapped[date | None] = mapped_column(Date)
    answer_by: Mapped[date | None] = mapped_column(Date)
    contact_by: Mapped[date | None] = mapped_column(Date)
    expires_on: Mapped[date | None] = mapped_column(Date)
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    contacted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_why: Mapped[str] = mapped_column(Text)
    rerouted_from: Mapped[UUID | None] = mapped_column(Uuid)

    @property
    def left(self) -> bool:
        """It was sent, so there is another side to it."""
        return self.sent_at is not None

    @property
    def offering(self) -> bool:
        return self.state in OFFERING


class Incoming(TwoSides, Base):
    """The recipient's record. `fields` are those that were consented to, in the form's order, until they are wiped."""

    __tablename__ = "incoming_referrals"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    referral_id: Mapped[UUID] = mapped_column(Uuid)
    sender: Mapped[str] = mapped_column(Text)
    sender_name: Mapped[str] = mapped_column(Text)
    service_id: Mapped[UUID] = mapped_column(Uuid)
    recipient: Mapped[str] = mapped_column(Text)
    form: Mapped[str] = mapped_column(Text)
    form_version: Mapped[int] = mapped_column(Integer)
    urgency: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text)
    fields: Mapped[list[Any]] = mapped_column(JSONB)
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    assigned_to: Mapped[UUID | None] = mapped_column(Uuid)
    contact_by: Mapped[date | None] = mapped_column(Date)
    contacted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    wiped_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    dossier_id: Mapped[UUID | None] = mapped_column(Uuid)

    def wipe_if_over(self, now: datetime) -> bool:
        """None of its fields stays here once it was taken back, sent elsewhere, expired or refused."""
        if self.state not in WIPED or self.wiped_at is not None:
            return False
        self.fields, self.wiped_at = [], now
        return True


class ReferralMove(Base):
    """A step of the history of a referral (`record_id` of either side's record): who did what, in codes."""

    __tablename__ = "referral_moves"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    record_id: Mapped[UUID] = mapped_column(Uuid)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    state: Mapped[str] = mapped_column(Text)
    what: Mapped[str] = mapped_column(Text)
    side: Mapped[str] = mapped_column(Text)
    by: Mapped[UUID | None] = mapped_column(Uuid)
    code: Mapped[str] = mapped_column(Text)


class ReferralDisclosure(Base):
    """Fields of a referral were released: to whom, which, and on what basis. Kept before they leave."""

    __tablename__ = "referral_disclosures"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    referral_id: Mapped[UUID] = mapped_column(Uuid)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    delivered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    to: Mapped[str] = mapped_column(Text)
    revision: Mapped[int] = mapped_column(Integer)
    fields: Mapped[list[str]] = mapped_column(ARRAY(Text))
    consent_id: Mapped[UUID | None] = mapped_column(Uuid)
    ground_id: Mapped[UUID | None] = mapped_column(Uuid)
    by: Mapped[UUID | None] = mapped_column(Uuid)


def fields_of(incoming: Incoming) -> list[tuple[str, str]]:
    """The fields as pairs of key and value."""
    return msgspec.convert(incoming.fields, list[tuple[str, str]])
