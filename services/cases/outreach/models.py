"""A ladder with its signals, attempts and decisions; and, apart from all of them, who wants to hear back."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, DateTime, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.cases.dossiers.models import ChangedMeanwhile
from services.cases.outreach.ladder import Tried
from shared.contracts.outreach import AttemptView, DecisionView, SignallerView, SignalView
from shared.db import Base, uuid7
from shared.errors import Conflict, Forbidden

RUNNING = ("open", "asked", "confirming", "danger")


class LadderOver(Conflict):
    """The person was met, or nobody looks for him any more."""

    code = "ladder_over"


class LadderOpen(Conflict):
    """Somebody is looked for at this place already; the details say in which dossier."""

    code = "ladder_open"


class LadderStopped(Conflict):
    """It stopped and waits for a decision; no attempt is made before it."""

    code = "ladder_stopped"


class NothingToDecide(Conflict):
    """The ladder did not stop: the next step is an attempt."""

    code = "nothing_to_decide"


class DecisionMade(Conflict):
    """It waits for no answer, or no longer."""

    code = "decision_made"


class OwnDecision(Forbidden):
    """A second person confirms it."""

    code = "own_decision"


class GroundNotConfirmed(Conflict):
    """A partner is asked on a ground only after a second person confirmed it, once."""

    code = "ground_not_confirmed"


class Ladder(Base):
    """Where the looking for somebody stands. `resumed_after`: how many attempts lay before the last going on."""

    __tablename__ = "outreach_ladders"

    dossier_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    state: Mapped[str] = mapped_column(Text)
    stopped_why: Mapped[str] = mapped_column(Text)
    signalled_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    rounds: Mapped[int] = mapped_column(Integer)
    resumed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    resumed_after: Mapped[int] = mapped_column(Integer)
    version: Mapped[int] = mapped_column(Integer)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    changed_by: Mapped[UUID] = mapped_column(Uuid)

    @classmethod
    def begin(cls, dossier_id: UUID, *, by: UUID, at: datetime) -> "Ladder":
        return cls(
            dossier_id=dossier_id, state="open", stopped_why="", signalled_at=at, rounds=0, resumed_after=0,
            version=1, changed_at=at, changed_by=by,
        )  # fmt: skip

    def step(self, version: int, *, by: UUID, at: datetime) -> None:
        """Raises `LadderOver`, or `ChangedMeanwhile` when somebody was there first."""
        if self.state not in RUNNING:
            raise LadderOver
        if version != self.version:
            details = {"changed_by": str(self.changed_by), "changed_at": self.changed_at.isoformat()}
            raise ChangedMeanwhile(details=details)
        self.touch(by=by, at=at)

    def touch(self, *, by: UUID, at: datetime) -> None:
        self.version += 1
        self.changed_by, self.changed_at = by, at

    def resume(self, attempts: int, *, at: datetime) -> None:
        """It was decided to go on, so many attempts having been made."""
        self.state, self.stopped_why = "open", ""
        self.rounds, self.resumed_at, self.resumed_after = self.rounds + 1, at, attempts


class Signal(Base):
    """What somebody saw, and nothing of who he is."""

    __tablename__ = "outreach_signals"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    dossier_id: Mapped[UUID] = mapped_column(Uuid)
    source: Mapped[str] = mapped_column(Text)
    seen: Mapped[list[str]] = mapped_column(ARRAY(Text))
    facts: Mapped[str] = mapped_column(Text)
    seen_on: Mapped[date | None] = mapped_column(Date)
    taken_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    taken_by: Mapped[UUID] = mapped_column(Uuid)

    def view(self) -> SignalView:
        return SignalView(
            signal_id=self.id,
            source=self.source,
            seen=self.seen,
            facts=self.facts,
            seen_on=self.seen_on,
            taken_at=self.taken_at,
            taken_by=self.taken_by,
        )


class SignallerKept(Base):
    """Who wants to hear that his signal came in: in no dossier, and gone as soon as he heard."""

    __tablename__ = "outreach_signallers"

    signal_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    reach: Mapped[str] = mapped_column(Text)
    kept_until: Mapped[date] = mapped_column(Date)

    def view(self) -> SignallerView:
        return SignallerView(
            signal_id=self.signal_id, name=self.name, reach=self.reach, kept_until=self.kept_until
        )


class Decision(Base):
    """What was decided about the ladder, and by whom else it was confirmed where two are needed."""

    __tablename__ = "outreach_decisions"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    dossier_id: Mapped[UUID] = mapped_column(Uuid)
    kind: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    stop_reason: Mapped[str] = mapped_column(Text)
    ground: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    proposed_by: Mapped[UUID] = mapped_column(Uuid)
    proposed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    decided_by: Mapped[UUID | None] = mapped_column(Uuid)
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    @classmethod
    def take(
        cls, dossier_id: UUID, kind: str, *, two: bool, stop_reason: str, ground: str, reason: str, by: UUID,
        at: datetime,
    ) -> "Decision":  # fmt: skip
        """`two`: it counts only after somebody else confirmed it."""
        return cls(
            id=uuid7(), dossier_id=dossier_id, kind=kind, state="proposed" if two else "taken",
            stop_reason=stop_reason, ground=ground, reason=reason, proposed_by=by, proposed_at=at,
        )  # fmt: skip

    def answer(self, *, agreed: bool, by: UUID, at: datetime) -> None:
        """Raises `OwnDecision` or `DecisionMade`."""
        if by == self.proposed_by:
            raise OwnDecision
        if self.state != "proposed":
            raise DecisionMade
        self.state, self.decided_by, self.decided_at = "confirmed" if agreed else "refused", by, at

    def view(self) -> DecisionView:
        return DecisionView(
            decision_id=self.id,
            kind=self.kind,
            state=self.state,
            stop_reason=self.stop_reason,
            ground=self.ground,
            reason=self.reason,
            proposed_by=self.proposed_by,
            proposed_at=self.proposed_at,
            decided_by=self.decided_by,
            decided_at=self.decided_at,
        )


class Attempt(Base):
    """One attempt to reach him, or a step that was passed over. A refusal is kept without a reason."""

    __tablename__ = "outreach_attempts"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    dossier_id: Mapped[UUID] = mapped_column(Uuid)
    way: Mapped[str] = mapped_column(Text)
    result: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    made_by: Mapped[UUID] = mapped_column(Uuid)
    together_with: Mapped[UUID | None] = mapped_column(Uuid)
    seen: Mapped[list[str]] = mapped_column(ARRAY(Text))
    facts: Mapped[str] = mapped_column(Text)
    skip_reason: Mapped[str] = mapped_column(Text)
    partner: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text)
    consent_on: Mapped[date | None] = mapped_column(Date)
    decision_id: Mapped[UUID | None] = mapped_column(Uuid)
    letter_id: Mapped[UUID | None] = mapped_column(Uuid)
    noted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    @property
    def tried(self) -> Tried:
        return Tried(self.way, self.result, self.at)

    def view(self, part: str) -> AttemptView:
        return AttemptView(
            attempt_id=self.id,
            way=self.way,
            result=self.result,
            at=self.at,
            by=self.made_by,
            together_with=self.together_with,
            part=part,
            seen=self.seen,
            facts=self.facts,
            skip_reason=self.skip_reason,
            partner=self.partner,
            basis=self.basis,
            letter_id=self.letter_id,
        )
