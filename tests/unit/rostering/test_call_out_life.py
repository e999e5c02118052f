"""Whatever people do in whatever order, a call-out keeps its promises."""

import contextlib
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.rostering.call_outs.models import MOVES, UNDER_WAY, WAITING, CallOut, choose_next
from services.rostering.rosters.models import Duty
from shared.contracts.rostering import CALL_OUT_STATES, LEVELS
from shared.errors import Problem

PEOPLE = [UUID(int=number) for number in range(1, 8)]
BEGIN = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
people = st.sampled_from(PEOPLE)


def new_call_out() -> CallOut:
    call_out = CallOut(requested_by_user=PEOPLE[-1], attempts=[], times=[], id=UUID(int=99))
    call_out.begin(now=BEGIN)
    return call_out


class CallOutLife(RuleBasedStateMachine):
    """Rings, answers, timers and calls by phone, as they may come at night."""

    @initialize(
        holders=st.lists(st.one_of(st.none(), people), min_size=5, max_size=5),
        busy=st.frozensets(people),
    )
    def request(self, holders: list[UUID | None], busy: frozenset[UUID]) -> None:
        self.now = BEGIN
        self.duties = [
            Duty(level, user, BEGIN, BEGIN + timedelta(days=1), user in busy)
            for level, user in zip(LEVELS, holders, strict=True)
            if user is not None
        ]
        self.call_out = new_call_out()
        self.over: str | None = None
        self.winner: UUID | None = None
        self._ring_next()

    def _ring_next(self) -> None:
        self.call_out.ring_next(LEVELS, self.duties, minutes=10, now=self.now)

    @rule(seconds=st.integers(-5, 900))
    def time_passes(self, seconds: int) -> None:
        """Also a little back: two servers do not have the very same clock."""
        self.now += timedelta(seconds=seconds)

    @rule(user=people, eta=st.one_of(st.none(), st.integers(0, 60)))
    def accept(self, user: UUID, eta: int | None) -> None:
        with contextlib.suppress(Problem):
            self.call_out.accept(user, eta_minutes=eta, now=self.now)

    @rule(user=people)
    def decline(self, user: UUID) -> None:
        with contextlib.suppress(Problem):
            self.call_out.decline(user, "ill", now=self.now)
            self._ring_next()

    @rule()
    def nobody_answers(self) -> None:
        with contextlib.suppress(Problem):
            self.call_out.stop_ringing("no_answer", now=self.now)
            self._ring_next()

    @rule(level=st.sampled_from(LEVELS), user=people)
    def somebody_comes_on_duty(self, level: str, user: UUID) -> None:
        self.duties = [each for each in self.duties if each.level != level and each.user_id != user]
        self.duties.append(Duty(level, user, self.now, self.now + timedelta(hours=8)))

    @rule()
    def ring_again_when_unanswered(self) -> None:
        if self.call_out.state == "unanswered":
            self._ring_next()

    @rule(user=people)
    def reach_by_phone(self, user: UUID) -> None:
        with contextlib.suppress(Problem):
            self.call_out.reached_by_phone(user, self.duties, now=self.now)

    @rule(user=people, state=st.sampled_from(["en_route", "on_site"]))
    def progress(self, user: UUID, state: str) -> None:
        with contextlib.suppress(Problem):
            self.call_out.progress(user, state, now=self.now)

    @rule(user=people)
    def close(self, user: UUID) -> None:
        with contextlib.suppress(Problem):
            self.call_out.close(user, note="", opens_dossier=True, now=self.now)

    @rule(user=people)
    def cancel(self, user: UUID) -> None:
        with contextlib.suppress(Problem):
            self.call_out.cancel(user, "mistake", now=self.now)

    @rule()
    def report(self) -> None:
        with contextlib.suppress(Problem):
            self.call_out.report(None, now=self.now)

    @rule(user=people)
    def validate(self, user: UUID) -> None:
        with contextlib.suppress(Problem):
            self.call_out.validate(user, now=self.now)

    @invariant()
    def every_step_was_allowed(self) -> None:
        states = [time.state for time in self.call_out.times]
        assert states[-1] == self.call_out.state
        assert all(later in MOVES[earlier] for earlier, later in pairwise(states))

    @invariant()
    def times_never_go_back(self) -> None:
        moments = [time.at for time in self.call_out.times]
        assert moments == sorted(moments)

    @invariant()
    def one_rings_while_ringing_and_none_otherwise(self) -> None:
        ringing = [each for each in self.call_out.attempts if each.outcome == "ringing"]
        assert len(ringing) == (1 if self.call_out.state == "ringing" else 0)

    @invariant()
    def nobody_has_it_while_it_waits_and_one_after(self) -> None:
        winners = [each.user_id for each in self.call_out.attempts if each.outcome == "accepted"]
        if self.call_out.state in WAITING:
            assert winners == []
            assert self.call_out.accepted_by is None
        elif self.call_out.state != "cancelled":
            assert winners == [self.call_out.accepted_by]

    @invariant()
    def who_has_it_keeps_it(self) -> None:
        assert self.winner in {None, self.call_out.accepted_by}
        self.winner = self.call_out.accepted_by

    @invariant()
    def a_call_out_that_is_over_stays_over(self) -> None:
        assert self.over is None or self.call_out.state in {self.over, *_after(self.over)}
        if self.call_out.state in {"cancelled", "closed", "reported", "validated"}:
            self.over = self.call_out.state

    @invariant()
    def nobody_is_rung_twice(self) -> None:
        rung = [time.user_id for time in self.call_out.times if time.state == "ringing"]
        assert len(rung) == len(set(rung))


def _after(state: str) -> set[str]:
    """Every state that can follow."""
    found: set[str] = set()
    waiting = [state]
    while waiting:
        for later in MOVES[waiting.pop()] - found:
            found.add(later)
            waiting.append(later)
    return found


TestCallOutLife = CallOutLife.TestCase
TestCallOutLife.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)


def test_the_table_of_moves_has_every_state_and_no_other() -> None:
    assert set(MOVES) == set(CALL_OUT_STATES)
    assert frozenset().union(*MOVES.values()) <= set(CALL_OUT_STATES)


@pytest.mark.parametrize("state", CALL_OUT_STATES)
def test_only_waiting_call_outs_can_be_accepted_and_only_open_ones_cancelled(state: str) -> None:
    assert ("accepted" in MOVES[state]) == (state in {"ringing", "unanswered"})
    assert ("cancelled" in MOVES[state]) == (state in {*WAITING, *UNDER_WAY})


def on(level: str, user: int, *, busy: bool = False) -> Duty:
    return Duty(level, PEOPLE[user], BEGIN, BEGIN + timedelta(hours=1), busy)


def test_the_first_level_with_somebody_free_is_next() -> None:
    duties = [on("coordinator", 3), on("backup", 2), on("primary", 0, busy=True)]
    passed, chosen = choose_next(LEVELS, duties, asked=set())
    assert [each.level for each in passed] == ["primary"]
    assert chosen is not None
    assert chosen.level == "backup"


def test_who_was_asked_is_not_asked_again_at_another_level() -> None:
    passed, chosen = choose_next(LEVELS, [on("backup", 0)], asked={PEOPLE[0]})
    assert (passed, chosen) == ([], None)


def test_who_takes_over_the_first_level_meanwhile_goes_before_the_backup() -> None:
    duties = [on("primary", 1), on("backup", 2)]
    _, chosen = choose_next(LEVELS, duties, asked={PEOPLE[0]})
    assert chosen is not None
    assert chosen.user_id == PEOPLE[1]


def test_levels_that_the_tenant_does_not_use_are_not_rung() -> None:
    assert choose_next(["coordinator"], [on("primary", 0)], asked=set()) == ([], None)
