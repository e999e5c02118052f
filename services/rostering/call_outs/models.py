"""A call-out, everyone who was rung for it and every moment in its life; the rules of how it moves on.

No rule here knows a database or a clock: `now` is given, and what is loaded is loaded by the caller.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ARRAY, DateTime, ForeignKey, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from services.rostering.call_outs.states import (
    ASIDE,
    MOVES,
    OPEN,
    STEPS,
    UNDER_WAY,
    AlreadyAnswered,
    AlreadyDeclined,
    NotRung,
    NotYours,
    WrongState,
)
from services.rostering.call_outs.trail import OFF_DUTY, AnyDuty, CallOutAttempt, CallOutMoment, choose_next
from services.rostering.rosters.models import Duty
from shared.db import Base, uuid7

_BRUSSELS = ZoneInfo("Europe/Brussels")


class CallOut(Base):
    """A request for help at night or by day, from the briefing to the validated report."""

    __tablename__ = "call_outs"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    number: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    requested_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    requested_by_user: Mapped[UUID] = mapped_column(Uuid)
    incident_id: Mapped[UUID | None] = mapped_column(ForeignKey("incidents.id"))
    # the briefing
    incident_type: Mapped[str] = mapped_column(Text)
    urgency: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[str] = mapped_column(Text)
    requested_by: Mapped[str] = mapped_column(Text)
    officer_on_duty: Mapped[str] = mapped_column(Text)
    contact_on_site: Mapped[str] = mapped_column(Text)
    contact_phone: Mapped[str] = mapped_column(Text)
    present: Mapped[str] = mapped_column(Text)
    already_informed: Mapped[str] = mapped_column(Text)
    safety: Mapped[str] = mapped_column(Text)
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text))
    minors_present: Mapped[bool]
    children: Mapped[int | None]
    bad_news: Mapped[bool]
    pv_number: Mapped[str] = mapped_column(Text)
    prosecutor_informed: Mapped[bool]
    # how it went
    people_needed: Mapped[int]
    simultaneous: Mapped[bool] = mapped_column(default=False)
    round_from: Mapped[int] = mapped_column(default=0)
    accepted_by: Mapped[UUID | None] = mapped_column(Uuid)
    joined_by: Mapped[UUID | None] = mapped_column(Uuid)
    eta_minutes: Mapped[int | None]
    opens_dossier: Mapped[bool | None]
    closing_note: Mapped[str] = mapped_column(Text, default="")
    cancel_reason: Mapped[str] = mapped_column(Text, default="")
    advised_by: Mapped[UUID | None] = mapped_column(Uuid)
    side_note: Mapped[str] = mapped_column(Text, default="")
    zone: Mapped[str] = mapped_column(Text, default="")
    taken_over_by: Mapped[str] = mapped_column(Text, default="")
    taken_over_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    planned_for: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    attempts: Mapped[list[CallOutAttempt]] = relationship(order_by=CallOutAttempt.position, lazy="raise")
    times: Mapped[list[CallOutMoment]] = relationship(order_by=CallOutMoment.position, lazy="raise")

    @property
    def ringing(self) -> CallOutAttempt | None:
        """The one attempt that waits for an answer."""
        return next((attempt for attempt in self.attempts if attempt.outcome == "ringing"), None)

    @property
    def holders(self) -> list[UUID]:
        """Who accepted it: nobody, one, or two."""
        return [each for each in (self.accepted_by, self.joined_by) if each is not None]

    @property
    def seeks(self) -> bool:
        """Somebody still has to be found."""
        missing = len(self.holders) < self.people_needed
        return missing and self.state in OPEN and self.state != "planned_visit"

    @property
    def unanswered(self) -> bool:
        """Everybody was asked and somebody still has to be found."""
        searched = [each.state for each in self.times if each.state in {"ringing", "unanswered", "accepted"}]
        return self.seeks and searched[-1:] == ["unanswered"]

    def begin(self, *, now: datetime) -> None:
        """The first moment of a new call-out."""
        self.state = "requested"
        self._note("requested", self.requested_by_user, now=now)

    def ring_next(
        self,
        levels: Sequence[str],
        duties: Sequence[AnyDuty],
        *,
        second_numbers: Collection[UUID] = (),
        minutes: int,
        now: datetime,
    ) -> CallOutAttempt | None:
        """Ring whoever is next, and keep who was passed over because she is out; None when nobody is left.

        Nobody may be ringing at this moment. Who did not answer is first tried on her second number, if she has one.
        Not being answered is noted once, however often it is tried again.
        """
        answer_by = now + timedelta(minutes=minutes)
        again = self._second_number_of(duties, second_numbers)
        if again is not None:
            self._move("ringing", again.user_id, now=now)
            return self._add_attempt(again, "ringing", now=now, answer_by=answer_by, second_number=True)
        asked = {each.asked for each in self.attempts[self.round_from :]} | set(self.holders)
        passed, chosen = choose_next(levels, duties, asked=asked)
        for duty in passed:
            self._add_attempt(duty, "unreachable", now=now, answer_by=now).settle(
                "unreachable", at=now, reason="busy"
            )
        if chosen is None:
            if not self.unanswered:
                self._move("unanswered", None, now=now)
            return None
        self._move("ringing", chosen.user_id if isinstance(chosen, Duty) else None, now=now)
        return self._add_attempt(chosen, "ringing", now=now, answer_by=answer_by)

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
        """Take the call-out, also late, as long as somebody is needed; returns the attempts that this settles.

        A second tap by the same person changes nothing. Raises `NotRung`, `AlreadyAnswered`, `AlreadyDeclined`.
        """
        if user_id in self.holders and self.state in UNDER_WAY:
            return []
        attempt = self._attempt_to_answer(user_id)
        if attempt.outcome == "declined":
            raise AlreadyDeclined
        return self._give_to(attempt, user_id, by_phone=False, eta_minutes=eta_minutes, now=now)

    def reached_by_phone(
        self, user_id: UUID, duties: Sequence[AnyDuty], *, eta_minutes: int | None = None, now: datetime
    ) -> list[CallOutAttempt]:
        """Somebody spoke to her and she accepts: that counts, whether she was rung or not."""
        self._refuse_when_taken()
        if user_id in self.holders:
            raise AlreadyAnswered
        rung = [attempt for attempt in self.attempts if attempt.user_id == user_id]
        spoken = rung[-1] if rung and rung[-1].outcome != "declined" else None
        if spoken is None:
            mine = [duty.level for duty in duties if isinstance(duty, Duty) and duty.user_id == user_id]
            by_hand = Duty(mine[0] if mine else OFF_DUTY, user_id, now, now)
            spoken = self._add_attempt(by_hand, "unreachable", now=now, answer_by=now)
        return self._give_to(spoken, user_id, by_phone=True, eta_minutes=eta_minutes, now=now)

    def progress(self, user_id: UUID, state: str, *, now: datetime) -> bool:
        """On her way, there, or gone again; False when it was so already. Two members have their own times."""
        self._require_holder(user_id)
        own = self._step_of(user_id)
        if own == state:
            return False
        if self.state not in UNDER_WAY or STEPS.index(own) > STEPS.index(state):
            raise WrongState(details={"state": self.state})
        if state in MOVES[self.state]:
            self._move(state, user_id, now=now)
        else:
            self._note(state, user_id, now=now)
        return True

    def close(self, user_id: UUID, *, note: str, opens_dossier: bool, now: datetime) -> CallOutAttempt | None:
        """Either of two may; returns the attempt that was still ringing for a second."""
        self._require_holder(user_id)
        stopped = self._end("closed", user_id, now=now)
        self.closing_note = note
        self.opens_dossier = opens_dossier
        return stopped

    def cancel(self, user_id: UUID, reason: str, *, now: datetime) -> CallOutAttempt | None:
        """Not needed any more; returns the attempt that was ringing."""
        stopped = self._end("cancelled", user_id, now=now)
        self.cancel_reason = reason
        return stopped

    def advise(self, user_id: UUID, advised_by: UUID, note: str, *, now: datetime) -> CallOutAttempt | None:
        """Advice by phone to the crew was enough; nobody goes."""
        stopped = self._end("advice_only", user_id, now=now)
        self.advised_by, self.side_note = advised_by, note
        return stopped

    def transfer(
        self, user_id: UUID, zone: str, taken_by: str, note: str, *, at: datetime, now: datetime
    ) -> CallOutAttempt | None:
        """Another zone goes: which, who there took it, and when."""
        stopped = self._end("transferred_to_zone", user_id, now=now)
        self.zone, self.taken_over_by, self.taken_over_at, self.side_note = zone, taken_by, at, note
        return stopped

    def plan(
        self, user_id: UUID, planned_for: datetime, reason: str, *, now: datetime
    ) -> CallOutAttempt | None:
        """It can rest until a morning; then whoever is on duty is rung, also who was rung before."""
        stopped = self._end("planned_visit", user_id, now=now)
        self.planned_for, self.side_note = planned_for, reason
        self.round_from = len(self.attempts)
        return stopped

    def need(self, people: int, *, now: datetime) -> CallOutAttempt | None:
        """How many have to go. Returns the attempt that need not ring any more."""
        if self.state not in OPEN:
            raise WrongState(details={"state": self.state})
        if people < len(self.holders):
            raise AlreadyAnswered
        self.people_needed = people
        ringing = self.ringing
        if ringing is None or self.seeks:
            return None
        ringing.settle("cancelled", at=now)
        return ringing

    def report(self, user_id: UUID | None, *, now: datetime) -> bool:
        """The report was written; False when that was known."""
        if self.state in {"reported", "validated"}:
            return False
        self._move("reported", user_id, now=now)
        return True

    def validate(self, user_id: UUID, *, now: datetime) -> None:
        self._move("validated", user_id, now=now)

    def _second_number_of(self, duties: Sequence[AnyDuty], known: Collection[UUID]) -> Duty | None:
        """The duty of who just did not answer, if she has a second number and is free to be rung again."""
        last = self.attempts[-1] if len(self.attempts) > self.round_from else None
        if last is None or last.outcome != "no_answer" or last.second_number or last.user_id not in known:
            return None
        members = (duty for duty in duties if isinstance(duty, Duty) and not duty.busy)
        return next((duty for duty in members if duty.user_id == last.user_id), None)

    def _attempt_to_answer(self, user_id: UUID) -> CallOutAttempt:
        """The last ringing of this person, if somebody is still needed."""
        mine = [attempt for attempt in self.attempts if attempt.user_id == user_id]
        if not mine:
            raise NotRung
        self._refuse_when_taken()
        return mine[-1]

    def _refuse_when_taken(self) -> None:
        if self.state in {"cancelled", "planned_visit", *ASIDE}:
            raise WrongState(details={"state": self.state})
        if not self.seeks:
            raise AlreadyAnswered

    def _give_to(
        self,
        winner: CallOutAttempt,
        user_id: UUID,
        *,
        by_phone: bool,
        eta_minutes: int | None,
        now: datetime,
    ) -> list[CallOutAttempt]:
        self._move("accepted", user_id, now=now)
        if self.accepted_by is None:
            self.accepted_by, self.eta_minutes = user_id, eta_minutes
        else:
            self.joined_by = user_id
        settled = [winner]
        other = self.ringing
        if other is not None and other is not winner and not self.seeks:
            other.settle("taken_by_other", at=now)
            settled.append(other)
        winner.settle("accepted", at=now, by_phone=by_phone)
        winner.eta_minutes = eta_minutes
        return settled

    def _require_holder(self, user_id: UUID) -> None:
        if self.accepted_by is None:
            raise WrongState(details={"state": self.state})
        if user_id not in self.holders:
            raise NotYours

    def _step_of(self, user_id: UUID) -> str:
        """How far this member is herself."""
        own = [each.state for each in self.times if each.user_id == user_id and each.state in STEPS]
        return own[-1] if own else STEPS[0]

    def _end(self, state: str, user_id: UUID, *, now: datetime) -> CallOutAttempt | None:
        """Nobody is rung any more; returns who was."""
        attempt = self.ringing
        self._move(state, user_id, now=now)
        if attempt is not None:
            attempt.settle("transferred" if self._went_to(attempt) else "cancelled", at=now)
        return attempt

    def _went_to(self, attempt: CallOutAttempt) -> bool:
        return self.state == "transferred_to_zone" and attempt.partner_zone_id is not None

    def _move(self, state: str, user_id: UUID | None, *, now: datetime) -> None:
        if self.state in UNDER_WAY and self.seeks and state in {"ringing", "unanswered", "accepted"}:
            self._note(state, user_id, now=now)  # the search for the second; the first goes on
            return
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

    def _add_attempt(
        self, duty: AnyDuty, outcome: str, *, now: datetime, answer_by: datetime, second_number: bool = False
    ) -> CallOutAttempt:
        attempt = CallOutAttempt(
            id=uuid7(),
            call_out_id=self.id,
            position=len(self.attempts) + 1,
            level=duty.level,
            user_id=duty.user_id if isinstance(duty, Duty) else None,
            partner_zone_id=None if isinstance(duty, Duty) else duty.partner_zone_id,
            second_number=second_number,
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


def year_of(moment: datetime) -> int:
    """The year in which a call-out is numbered, by the clock on the wall in Belgium."""
    return moment.astimezone(_BRUSSELS).year


def day_of(moment: datetime) -> date:
    """The day on the wall in Belgium."""
    return moment.astimezone(_BRUSSELS).date()


def number_of(year: int, counted: int) -> str:
    return f"{year}-{counted:04d}"


def seconds_between(earlier: datetime, later: datetime) -> float:
    """Real seconds, also across a change of the clock."""
    return (later.astimezone(UTC) - earlier.astimezone(UTC)).total_seconds()
