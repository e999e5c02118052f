"""Dossiers and what belongs to them, with their rules: who may see, what was written, what must be done."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Date, DateTime, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.cases.dossiers.deadlines import Due
from shared.contracts.dossier_access import BreakGlassView
from shared.db import Base, uuid7
from shared.errors import Conflict, Forbidden

NUMBER_PREFIX = {"victim_support": "SPOT", "social_help": "HULP", "outreach": "AANK"}
COMPARTMENT = {"victim_support": "pol_care", "social_help": "soc_aid"}
"""Of outreach it is the taker's own: a municipality looks for people, and so does a SPoT."""
BREAK_GLASS_LIFETIME = timedelta(minutes=60)
REVIEW_WORKING_DAYS = 5
REVIEW_OVERDUE_AFTER = timedelta(days=10)
UNREVIEWED_ALLOWED = 3
ATTEMPTS = 3
"""How often a re-contact is tried before the team decides what to do (a default, not law)."""


class ChangedMeanwhile(Conflict):
    """Somebody else changed the facts after they were read; the details say who and when."""

    code = "changed_meanwhile"


class DossierClosed(Conflict):
    """Nothing is added to a closed dossier; reopen it first."""

    code = "dossier_closed"


class NoContactYet(Conflict):
    """Nobody spoke with this person yet; until then a dossier holds what was seen and what was tried."""

    code = "no_contact_yet"


class NotClosed(Conflict):
    """Only a closed dossier can be reopened."""

    code = "dossier_open"


class AlreadyReviewed(Conflict):
    """A use of break-glass is judged once."""

    code = "already_reviewed"


class OwnBreakGlass(Forbidden):
    """Nobody judges his own use."""

    code = "own_break_glass"


class TaskClosed(Conflict):
    """The task was done or cancelled before."""

    code = "task_not_open"


class Dossier(Base):
    """A client file. `version` counts the changes of its facts; `updated_at` is the last change of anything in it."""

    __tablename__ = "dossiers"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    number: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    compartment: Mapped[str] = mapped_column(Text)
    incident_type: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    holder: Mapped[UUID | None] = mapped_column(Uuid)
    team_id: Mapped[UUID | None] = mapped_column(Uuid)
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    opened_by: Mapped[UUID] = mapped_column(Uuid)
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    call_out_id: Mapped[UUID | None] = mapped_column(Uuid)
    incident_id: Mapped[UUID | None] = mapped_column(Uuid)
    triaged_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    triaged_by: Mapped[UUID | None] = mapped_column(Uuid)
    incident_victim_id: Mapped[UUID | None] = mapped_column(Uuid)
    place: Mapped[str] = mapped_column(Text)
    pv_number: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text)
    minors_involved: Mapped[bool] = mapped_column(Boolean)
    contact_made_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    version: Mapped[int] = mapped_column(Integer)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    changed_by: Mapped[UUID] = mapped_column(Uuid)
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    @classmethod
    def open(
        cls,
        *,
        kind: str,
        number: str,
        incident_type: str,
        holder: UUID,
        by: UUID,
        at: datetime,
        now: datetime,
        place: str,
        pv_number: str,
        summary: str,
        minors_involved: bool = False,
        call_out_id: UUID | None = None,
        incident_id: UUID | None = None,
        compartment: str = "",
    ) -> "Dossier":
        """`at` is when it began (a call-out's closing), `now` when it is written down."""
        return cls(
            id=uuid7(),
            number=number,
            kind=kind,
            compartment=compartment or COMPARTMENT[kind],
            incident_type=incident_type,
            state="open",
            holder=holder,
            opened_at=at,
            opened_by=by,
            call_out_id=call_out_id,
            incident_id=incident_id or call_out_id,
            place=place,
            pv_number=pv_number,
            summary=summary,
            minors_involved=minors_involved,
            version=1,
            changed_at=now,
            changed_by=by,
            updated_at=now,
        )

    @property
    def before_contact(self) -> bool:
        """Whether it is about somebody who asked nothing and was never spoken with."""
        return self.kind == "outreach" and self.contact_made_at is None

    def require_open(self) -> None:
        if self.state != "open":
            raise DossierClosed

    def change(
        self, version: int, *, summary: str, place: str, pv_number: str, by: UUID, at: datetime
    ) -> None:
        """New facts; raises `ChangedMeanwhile` or `DossierClosed`."""
        self._next_version(version, by=by, at=at)
        self.require_open()
        self.summary, self.place, self.pv_number = summary, place, pv_number

    def change_type(self, version: int, incident_type: str, *, by: UUID, at: datetime) -> None:
        """Raises `ChangedMeanwhile` or `DossierClosed`."""
        self._next_version(version, by=by, at=at)
        self.require_open()
        self.incident_type = incident_type

    def close(self, version: int, *, by: UUID, at: datetime) -> None:
        self._next_version(version, by=by, at=at)
        self.require_open()
        self.state, self.closed_at = "closed", at

    def reopen(self, version: int, *, by: UUID, at: datetime) -> None:
        self._next_version(version, by=by, at=at)
        if self.state != "closed":
            raise NotClosed
        self.state, self.closed_at = "open", None

    def _next_version(self, version: int, *, by: UUID, at: datetime) -> None:
        if version != self.version:
            details = {"changed_by": str(self.changed_by), "changed_at": self.changed_at.isoformat()}
            raise ChangedMeanwhile(details=details)
        self.version += 1
        self.changed_by, self.changed_at = by, at


class Grant(Base):
    """Somebody, or a team, may see one dossier from a moment, until a moment or for good."""

    __tablename__ = "grants"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    dossier_id: Mapped[UUID] = mapped_column(Uuid)
    ground: Mapped[str] = mapped_column(Text)
    user_id: Mapped[UUID | None] = mapped_column(Uuid)
    team_id: Mapped[UUID | None] = mapped_column(Uuid)
    may_write: Mapped[bool] = mapped_column(Boolean)
    starts_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    granted_by: Mapped[UUID] = mapped_column(Uuid)

    @classmethod
    def to_holder(cls, dossier_id: UUID, holder: UUID, *, by: UUID, at: datetime) -> "Grant":
        return cls(
            id=uuid7(), dossier_id=dossier_id, ground="holder", user_id=holder, may_write=True, starts_at=at,
            granted_by=by,
        )  # fmt: skip


class ConflictBlock(Base):
    """A worker who is too near to see a dossier. It wins over every grant and role; the reason is a code only."""

    __tablename__ = "conflict_blocks"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    dossier_id: Mapped[UUID] = mapped_column(Uuid)
    user_id: Mapped[UUID] = mapped_column(Uuid)
    reason: Mapped[str] = mapped_column(Text)
    declared_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    declared_by: Mapped[UUID] = mapped_column(Uuid)


class Entry(Base):
    """A line of the journal. Never changed: the database refuses it."""

    __tablename__ = "entries"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    dossier_id: Mapped[UUID] = mapped_column(Uuid)
    kind: Mapped[str] = mapped_column(Text)
    capacity: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    details: Mapped[dict[str, Any]] = mapped_column(JSONB)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    author: Mapped[UUID | None] = mapped_column(Uuid)
    author_service: Mapped[str] = mapped_column(Text)

    @classmethod
    def written(
        cls,
        dossier_id: UUID,
        text: str,
        *,
        kind: str,
        by: UUID,
        at: datetime,
        capacity: str = "victim_care",
        code: str = "",
        details: dict[str, str] | None = None,
    ) -> "Entry":
        return cls(
            id=uuid7(), dossier_id=dossier_id, kind=kind, capacity=capacity, text=text, code=code,
            details=details or {}, at=at, author=by, author_service="",
        )  # fmt: skip

    @classmethod
    def system(
        cls,
        dossier_id: UUID,
        code: str,
        *,
        at: datetime,
        by: UUID | None = None,
        service: str = "",
        **details: str,
    ) -> "Entry":
        """What happened, as a code; `service` is where it happened when that is not here."""
        return cls(
            id=uuid7(), dossier_id=dossier_id, kind="system", capacity="", text="", code=code, details=details,
            at=at, author=by, author_service=service,
        )  # fmt: skip


class Task(Base):
    """What must be done, by when and why then. `attempt` counts the tries of a re-contact."""

    __tablename__ = "tasks"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    dossier_id: Mapped[UUID] = mapped_column(Uuid)
    kind: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date] = mapped_column(Date)
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    state: Mapped[str] = mapped_column(Text)
    assignee: Mapped[UUID | None] = mapped_column(Uuid)
    compulsory: Mapped[bool] = mapped_column(Boolean)
    attempt: Mapped[int] = mapped_column(Integer)
    result: Mapped[str] = mapped_column(Text)
    why: Mapped[dict[str, Any]] = mapped_column(JSONB)
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    done_by: Mapped[UUID | None] = mapped_column(Uuid)

    @classmethod
    def plan(
        cls,
        dossier_id: UUID,
        kind: str,
        due: Due,
        *,
        assignee: UUID | None,
        compulsory: bool,
        at: datetime,
        title: str = "",
        attempt: int = 1,
    ) -> "Task":
        return cls(
            id=uuid7(), dossier_id=dossier_id, kind=kind, title=title, due_on=due.on, due_at=due.at,
            state="open", assignee=assignee, compulsory=compulsory, attempt=attempt, result="",
            why=dict(due.why), added_at=at,
        )  # fmt: skip

    def complete(self, result: str, *, by: UUID | None, at: datetime) -> None:
        """Raises `TaskClosed`."""
        if self.state != "open":
            raise TaskClosed
        self.state, self.result, self.done_by, self.done_at = "done", result, by, at

    def cancel(self, *, by: UUID, at: datetime) -> None:
        self.state, self.done_by, self.done_at = "cancelled", by, at


class BreakGlassUse(Base):
    """One opening of a dossier without access: the reason given, and the judgement on it afterwards."""

    __tablename__ = "break_glass_uses"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    dossier_id: Mapped[UUID] = mapped_column(Uuid)
    user_id: Mapped[UUID] = mapped_column(Uuid)
    reason: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    review_by: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(Text)
    escalated: Mapped[bool] = mapped_column(Boolean)
    reviewed_by: Mapped[UUID | None] = mapped_column(Uuid)
    reviewed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    review_note: Mapped[str] = mapped_column(Text)

    def review(self, verdict: str, note: str, *, by: UUID, at: datetime) -> None:
        """Raises `OwnBreakGlass` or `AlreadyReviewed`."""
        if by == self.user_id:
            raise OwnBreakGlass
        if self.state != "open":
            raise AlreadyReviewed
        self.state, self.review_note, self.reviewed_by, self.reviewed_at = verdict, note, by, at

    def view(self, dossier_number: str) -> BreakGlassView:
        return BreakGlassView(
            break_glass_id=self.id,
            dossier_id=self.dossier_id,
            dossier_number=dossier_number,
            user_id=self.user_id,
            reason=self.reason,
            text=self.text,
            opened_at=self.opened_at,
            ends_at=self.ends_at,
            review_by=self.review_by,
            state=self.state,
            escalated=self.escalated,
            reviewed_by=self.reviewed_by,
            reviewed_at=self.reviewed_at,
            review_note=self.review_note,
        )


class DayOff(Base):
    """A local day on which the tenant does not work."""

    __tablename__ = "days_off"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    why: Mapped[str] = mapped_column(Text)
