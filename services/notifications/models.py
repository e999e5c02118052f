"""Recipients, messages and deliveries, and the rules of sending: what goes where, how often, and until when."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Boolean, DateTime, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base

DELIVER = "deliver"
"""The kind of timer that sends one delivery."""

EMAIL = "email"
RETRIES = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 60, 300, 900, 3600))
"""How long to wait after each failed try; after the last one the delivery has failed."""


class Kind(Struct, frozen=True):
    """Where a kind of message goes. SMS and web push will be channels beside these two."""

    in_app: bool = True
    by_mail: bool = True
    urgent: bool = False


KINDS = {
    "call_out_ringing": Kind(urgent=True),
    "call_out_taken": Kind(by_mail=False),
    "call_out_unanswered": Kind(urgent=True),
    "dossier_assigned": Kind(),
    "break_glass_used": Kind(),
    "break_glass_escalated": Kind(),
    # these go to somebody who cannot sign in now
    "password_reset": Kind(in_app=False),
    "invitation": Kind(in_app=False),
    "account_locked": Kind(in_app=False),
}

COORDINATORS = ("spot_coordinator", "team_coordinator", "head_social_worker")
DATA_PROTECTION_OFFICERS = ("dpo",)


class Recipient(Base):
    """Our own copy of identity's contact points, so that an outage of identity keeps no message back."""

    __tablename__ = "recipients"

    user_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    phone: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(Boolean)
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Message(Base):
    """A line in somebody's list of messages. `ref` is the occurrence that it tells of, told once to each person."""

    __tablename__ = "messages"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(Uuid)
    kind: Mapped[str] = mapped_column(Text)
    ref: Mapped[UUID] = mapped_column(Uuid)
    refs: Mapped[dict[str, str]] = mapped_column(JSONB)
    urgent: Mapped[bool] = mapped_column(Boolean)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    read_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Delivery(Base):
    """One message on its way over one channel: queued, sent, failed, or lapsed when it would come too late.

    `facts` are the codes, ids and times that its text is made of when it is sent; the text itself is not kept.
    `about` is the call-out, dossier or account that it concerns.
    """

    __tablename__ = "deliveries"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(Uuid)
    channel: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    ref: Mapped[UUID] = mapped_column(Uuid)
    about: Mapped[UUID] = mapped_column(Uuid)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(Text)
    tries: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    good_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    next_try_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    error: Mapped[str | None] = mapped_column(Text)

    def is_too_late(self, *, now: datetime) -> bool:
        """A ringing mail after its time to answer would only send somebody to a call-out that went on without her."""
        return self.good_until is not None and now >= self.good_until

    def mark_sent(self, *, now: datetime) -> None:
        self.state, self.sent_at = "sent", now
        self.tries += 1
        self.next_try_at = self.error = None

    def mark_lapsed(self) -> None:
        self.state, self.next_try_at = "lapsed", None

    def mark_refused(self, error: str) -> None:
        """The other side said no for good."""
        self.state, self.error, self.next_try_at = "failed", error, None
        self.tries += 1

    def mark_not_sent(self, error: str, *, now: datetime) -> None:
        """Wait and try again, or give up after the last try."""
        self.tries += 1
        self.error = error
        if self.tries <= len(RETRIES):
            self.next_try_at = now + RETRIES[self.tries - 1]
        else:
            self.state, self.next_try_at = "failed", None
