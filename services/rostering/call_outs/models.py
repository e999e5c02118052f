"""A call-out, everyone who was rung for it and every moment in its life; the rules of how it moves on.

No rule here knows a database or a clock: `now` is given, and what is loaded is loaded by the caller.
States: `domain.md` 1.4, with `unanswered` for when nobody is left to ring; it goes on waiting for somebody.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    DateTime,
    ForeignKey,
    SQLColumnExpression,
    Text,
    Uuid,
    bindparam,
    exists,
    literal_column,
    or_,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from services.rostering.rosters.models import Duty
from shared.auth import Permission, Principal
from shared.db import Base, uuid7
from shared.errors import Conflict, Forbidden

WAITING = ("requested", "ringing", "unanswered")
UNDER_WAY = ("accepted", "en_route", "on_site")
OPEN = (*WAITING, *UNDER_WAY)

MOVES: dict[str, frozenset[str]] = {
    "requested": frozenset({"ringing", "unanswered", "cancelled"}),
    "ringing": frozenset({"ringing", "unanswered", "accepted", "cancelled"}),
    "unanswered": frozenset({"ringing", "accepted", "cancelled"}),
    "accepted": frozenset({"en_route", "on_site", "closed", "cancelled"}),
    "en_route": frozenset({"on_site", "closed", "cancelled"}),
    "on_site": frozenset({"closed", "cancelled"}),
    "closed": frozenset({"reported"}),
    "reported": frozenset({"validated"}),
    "validated": frozenset(),
    "cancelled": frozenset(),
}
"""From which state to which; steps may be skipped forward and are never taken back."""

OFF_DUTY = "off_duty"
"""The level of somebody without a shift whom the dispatcher reached by phone."""

_BRUSSELS = ZoneInfo("Europe/Brussels")


class WrongState(Conflict):
    """The call-out is too far, or not far enough, for this."""

    code = "call_out_state_wrong"


class AlreadyAnswered(Conflict):
    """Somebody was first."""

    code = "already_answered"


class AlreadyDeclined(Conflict):
    """Who declined is asked no more; the dispatcher can still say that she accepts after all."""

    code = "already_declined"


class NobodyLeft(Conflict):
    """Everyone on duty was asked."""

    code = "nobody_left"


class NotRung(Forbidden):
    """Only who is rung for a call-out answers it."""

    code = "not_rung"


class NotYours(Forbidden):
    """Somebody else accepted this call-out, or requested it."""

    code = "not_yours"


class CallOutAttempt(Base):
    """One ringing of one person."""

    __tablename__ = "call_out_attempts"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    call_out_id: Mapped[UUID] = mapped_column(ForeignKey("call_outs.id"))
    position: Mapped[int]
    level: Mapped[str] = mapped_column(Text)
    user_id: Mapped[UUID] = mapped_column(Uuid)
    rang_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    answer_by: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    outcome: Mapped[str] = mapped_column(Text)
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str] = mapped_column(Text, default="")
    by_phone: Mapped[bool] = mapped_column(default=False)

    def settle(self, outcome: str, *, at: datetime, reason: str = "", by_phone: bool = False) -> None:
        """How it ended; only who accepts or declines has answered."""
        self.outcome = outcome
        self.answered_at = at if outcome in {"accepted", "declined"} else None
        self.reason = reason
        self.by_phone = by_phone


class CallOutMoment(Base):
    """When a call-out came into a state, and by whom."""

    __tablename__ = "call_out_times"

    call_out_id: Mapped[UUID] = mapped_column(ForeignKey("call_outs.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    user_id: Mapped[UUID | None] = mapped_column(Uuid)


class CallOut(Base):
    """A request for help at night or by day, from the briefing to the validated report."""

    __tablename__ = "call_outs"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    number: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    requested_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    requested_by_user: Mapped[UUID] = mapped_column(Uuid)
    incident_type: Mapped[str] = mapped_column(Text)
    urgency: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text)
    requested_by: Mapped[str] = mapped_column(Text)
    contact_on_site: Mapped[str] = mapped_column(Text)
    contact_phone: Mapped[str] = mapped_column(Text)
    present: Mapped[str] = mapped_column(Text)
    already_informed: Mapped[str] = mapped_column(Text)
    safety: Mapped[str] = mapped_column(Text)
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text))
    minors_present: Mapped[bool]
    bad_news: Mapped[bool]
    pv_number: Mapped[str] = mapped_column(Text)
    prosecutor_informed: Mapped[bool]
    accepted_by: Mapped[UUID | None] = mapped_column(Uuid)
    eta_minutes: Mapped[int | None]
    opens_dossier: Mapped[bool | None]
    closing_note: Mapped[str] = mapped_column(Text, default="")
    cancel_reason: Mapped[str] = mapped_column(Text, default="")

    attempts: Mapped[list[CallOutAttempt]] = relationship(order_by=CallOutAttempt.position, lazy="raise")
    times: Mapped[list[CallOutMoment]] = relationship(order_by=CallOutMoment.position, lazy="raise")

    @property
    def ringing(self) -> CallOutAttempt | None:
        """The one attempt that waits for an answer."""
        return next((attempt for attempt in self.attempts if attempt.outcome == "ringing"), None)

    def begin(self, *, now: datetime) -> None:
        """The first moment of a new call-out."""
        self.state = "requested"
        self._note("requested", self.requested_by_user, now=now)

    def ring_next(
        self, levels: Sequence[str], duties: Sequence[Duty], *, minutes: int, now: datetime
    ) -> CallOutAttempt | None:
        """Ring whoever is next, and keep who was passed over because she is out; None when nobody is left.

        Nobody may be ringing at this moment. Not being answered is noted once, however often it is tried again.
        """
        passed, chosen = choose_next(levels, duties, asked={attempt.user_id for attempt in self.attempts})
        for duty in passed:
            self._add_attempt(duty, "unreachable", now=now, answer_by=now).settle(
                "unreachable", at=now, reason="busy"
            )
        if chosen is None:
            if self.state != "unanswered":
                self._move("unanswered", None, now=now)
            return None
        self._move("ringing", chosen.user_id, now=now)
        return self._add_attempt(chosen, "ringing", now=now, answer_by=now + timedelta(minutes=minutes))

    def stop_ringing(self, outcome: str, *, reason: str = "", now: datetime) -> CallOutAttempt:
        """End the attempt that rings, without an answer that takes the call-out. Raises `WrongState`."""
        attempt = self.ringing
        if attempt is None:
            raise WrongState(details={"state": self.state})
        attempt.settle(outcome, at=now, reason=reason)
        return attempt

    def decline(self, user_id: UUID, reason: str, *, now: datetime) -> CallOutAttempt:
        """The person who is rung cannot come. Raises `NotRung`, `AlreadyAnswered`, `AlreadyDeclined`, `WrongState`."""
        attempt = self._attempt_to_answer(user_id)
        if attempt.outcome == "declined":
            raise AlreadyDeclined
        if attempt.outcome != "ringing":
            raise WrongState(details={"state": self.state})
        attempt.settle("declined", at=now, reason=reason)
        return attempt

    def accept(self, user_id: UUID, *, eta_minutes: int | None, now: datetime) -> list[CallOutAttempt]:
        """Take the call-out, also late, as long as nobody else has it; returns the attempts that this settles.

        A second tap by the same person changes nothing. Raises `NotRung`, `AlreadyAnswered`, `AlreadyDeclined`.
        """
        if self.accepted_by == user_id and self.state in UNDER_WAY:
            return []
        attempt = self._attempt_to_answer(user_id)
        if attempt.outcome == "declined":
            raise AlreadyDeclined
        self.eta_minutes = eta_minutes
        return self._give_to(attempt, by_phone=False, now=now)

    def reached_by_phone(
        self, user_id: UUID, duties: Sequence[Duty], *, now: datetime
    ) -> list[CallOutAttempt]:
        """Somebody spoke to her and she accepts: that counts, whether she was rung or not."""
        self._refuse_when_taken()
        rung = [attempt for attempt in self.attempts if attempt.user_id == user_id]
        if rung and rung[-1].outcome != "declined":
            return self._give_to(rung[-1], by_phone=True, now=now)
        level = next((duty.level for duty in duties if duty.user_id == user_id), OFF_DUTY)
        spoken = self._add_attempt(Duty(level, user_id, now, now), "unreachable", now=now, answer_by=now)
        return self._give_to(spoken, by_phone=True, now=now)

    def progress(self, user_id: UUID, state: str, *, now: datetime) -> bool:
        """On her way, or there; False when it was so already."""
        self._require_holder(user_id)
        if self.state == state:
            return False
        self._move(state, user_id, now=now)
        return True

    def close(self, user_id: UUID, *, note: str, opens_dossier: bool, now: datetime) -> None:
        self._require_holder(user_id)
        self._move("closed", user_id, now=now)
        self.closing_note = note
        self.opens_dossier = opens_dossier

    def cancel(self, user_id: UUID, reason: str, *, now: datetime) -> CallOutAttempt | None:
        """Not needed any more; returns the attempt that was ringing."""
        attempt = self.ringing
        self._move("cancelled", user_id, now=now)
        self.cancel_reason = reason
        if attempt is not None:
            attempt.settle("cancelled", at=now)
        return attempt

    def report(self, user_id: UUID | None, *, now: datetime) -> bool:
        """The report was written; False when that was known."""
        if self.state in {"reported", "validated"}:
            return False
        self._move("reported", user_id, now=now)
        return True

    def validate(self, user_id: UUID, *, now: datetime) -> None:
        self._move("validated", user_id, now=now)

    def _attempt_to_answer(self, user_id: UUID) -> CallOutAttempt:
        """The last ringing of this person, if nobody has the call-out yet."""
        mine = [attempt for attempt in self.attempts if attempt.user_id == user_id]
        if not mine:
            raise NotRung
        self._refuse_when_taken()
        return mine[-1]

    def _refuse_when_taken(self) -> None:
        if self.state == "cancelled":
            raise WrongState(details={"state": self.state})
        if self.accepted_by is not None:
            raise AlreadyAnswered

    def _give_to(self, winner: CallOutAttempt, *, by_phone: bool, now: datetime) -> list[CallOutAttempt]:
        self._move("accepted", winner.user_id, now=now)
        self.accepted_by = winner.user_id
        settled = [winner]
        other = self.ringing
        if other is not None and other is not winner:
            other.settle("taken_by_other", at=now)
            settled.append(other)
        winner.settle("accepted", at=now, by_phone=by_phone)
        return settled

    def _require_holder(self, user_id: UUID) -> None:
        if self.accepted_by is None:
            raise WrongState(details={"state": self.state})
        if self.accepted_by != user_id:
            raise NotYours

    def _move(self, state: str, user_id: UUID | None, *, now: datetime) -> None:
        if state not in MOVES[self.state]:
            raise WrongState(details={"state": self.state})
        self.state = state
        self._note(state, user_id, now=now)

    def _note(self, state: str, user_id: UUID | None, *, now: datetime) -> None:
        # The clocks of two servers differ a little; a later moment is never written before an earlier one.
        at = max(now, self.times[-1].at) if self.times else now
        position = len(self.times) + 1
        self.times.append(
            CallOutMoment(call_out_id=self.id, position=position, state=state, at=at, user_id=user_id)
        )

    def _add_attempt(self, duty: Duty, outcome: str, *, now: datetime, answer_by: datetime) -> CallOutAttempt:
        attempt = CallOutAttempt(
            id=uuid7(),
            call_out_id=self.id,
            position=len(self.attempts) + 1,
            level=duty.level,
            user_id=duty.user_id,
            rang_at=now,
            answer_by=answer_by,
            outcome=outcome,
            reason="",
            by_phone=False,
        )
        self.attempts.append(attempt)
        return attempt


class CallOutNumber(Base):
    """The last number given out in a year."""

    __tablename__ = "call_out_numbers"

    year: Mapped[int] = mapped_column(primary_key=True)
    last_number: Mapped[int]


def choose_next(
    levels: Sequence[str], duties: Sequence[Duty], *, asked: Collection[UUID]
) -> tuple[list[Duty], Duty | None]:
    """The first person in order of level who was not asked and is free, and those passed over as busy (S02, S03).

    Nobody is asked twice, and whoever comes on duty at a hand-over while others ring is asked too.
    """
    passed: list[Duty] = []
    for level in levels:
        for duty in duties:
            if duty.level != level or duty.user_id in asked:
                continue
            if not duty.busy:
                return passed, duty
            passed.append(duty)
    return passed, None


def year_of(moment: datetime) -> int:
    """The year in which a call-out is numbered, by the clock on the wall in Belgium."""
    return moment.astimezone(_BRUSSELS).year


def day_of(moment: datetime) -> date:
    """The day on the wall in Belgium."""
    return moment.astimezone(_BRUSSELS).date()


def number_of(year: int, counted: int) -> str:
    return f"{year}-{counted:04d}"


def in_state(states: Sequence[str]) -> ColumnElement[bool]:
    """In one of `states`, written out so that PostgreSQL recognises its partial indexes."""
    return CallOut.state.in_([literal_column(f"'{state}'") for state in states])


def is_out(user: SQLColumnExpression[UUID] | SQLColumnExpression[UUID | None]) -> ColumnElement[bool]:
    """Whether a person is on a call-out that she accepted and has not closed."""
    return exists().where(CallOut.accepted_by == user, in_state(UNDER_WAY))


def in_sight() -> ColumnElement[bool]:
    """Which call-outs a caller may see; the parameters are those of `sight_of`. For lists, details and commands."""
    return or_(
        bindparam("sees_all", type_=Boolean),
        CallOut.requested_by_user == bindparam("requester", type_=Uuid),
        concerns(bindparam("member", type_=Uuid)),
    )


def concerns(member: SQLColumnExpression[UUID]) -> ColumnElement[bool]:
    """Whether somebody was rung for a call-out, or reached by phone: whoever accepted it has an attempt too."""
    rung = aliased(CallOutAttempt)
    return exists().where(rung.call_out_id == CallOut.id, rung.user_id == member)


def sight_of(principal: Principal) -> dict[str, bool | UUID | None]:
    """All of the tenant's with `call_out:read`; else what one requested oneself, was rung for or took."""
    allowed = principal.permissions
    return {
        "sees_all": Permission.CALL_OUT_READ in allowed,
        "requester": principal.user_id if Permission.CALL_OUT_REQUEST in allowed else None,
        "member": principal.user_id if Permission.CALL_OUT_ANSWER in allowed else None,
    }


def seconds_between(earlier: datetime, later: datetime) -> float:
    """Real seconds, also across a change of the clock."""
    return (later.astimezone(UTC) - earlier.astimezone(UTC)).total_seconds()
