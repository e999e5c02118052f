"""A worry as it is stored: codes, a few words that are wiped in time, and a state that only goes forward."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import DateTime, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base
from shared.errors import Conflict

WIPE: Final = "wipe_worry"
"""The kind of timer that wipes a worry's words."""

KEPT_AFTER_ANSWER: Final = timedelta(days=90)
"""What was not taken up, or closed, keeps its words so long; after that only codes and dates stay."""

DRAFT_KEPT: Final = timedelta(days=14)

LATE_AFTER: Final = {"today": timedelta(hours=24), "this_week": timedelta(days=7)}


class WorryAlreadyAnswered(Conflict):
    """Somebody else took it up, or it was answered before; the details say by whom and how."""

    code = "worry_answered"


class NotTakenUp(Conflict):
    """Only what was taken up has a dossier or can be closed."""

    code = "worry_not_taken_up"


class DraftChanged(Conflict):
    """Another window saved this draft, or sent it, after this one began with it."""

    code = "draft_changed"


class Worry(Base):
    """One worry. `dossier_id` is a number on a card: nothing of that dossier is known here."""

    __tablename__ = "worries"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    reported_by: Mapped[UUID] = mapped_column(Uuid)
    reported_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    reasons: Mapped[list[str]] = mapped_column(ARRAY(Text))
    urgency: Mapped[str] = mapped_column(Text)
    consent: Mapped[str] = mapped_column(Text)
    report_duty: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text)
    who: Mapped[str] = mapped_column(Text)
    contact: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer)
    handled_by: Mapped[UUID | None] = mapped_column(Uuid)
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    not_taken_up_reason: Mapped[str] = mapped_column(Text)
    dossier_id: Mapped[UUID | None] = mapped_column(Uuid)
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    wiped_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    def is_late(self, *, now: datetime) -> bool:
        term = LATE_AFTER.get(self.urgency)
        return self.state == "reported" and term is not None and now - self.reported_at > term

    def move(self, state: str) -> None:
        self.state, self.version = state, self.version + 1

    def wipe(self, *, now: datetime) -> None:
        """The words go; that there was a worry, of which kind and with which answer, stays."""
        self.place = self.who = self.contact = self.text = ""
        self.wiped_at = now


class WorryConflict(Base):
    """Somebody who is kept out of a dossier, as cases decides; a worry of that dossier is kept from him too."""

    __tablename__ = "worry_conflicts"

    user_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    dossier_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)


class WorryDraft(Base):
    """What an inspector is writing and has not sent: one for each author, for nobody else's eyes."""

    __tablename__ = "worry_drafts"

    author: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    fields: Mapped[dict[str, Any]] = mapped_column(JSONB)
    version: Mapped[int] = mapped_column(Integer)
    saved_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
