"""Whatever people do in whatever order, a call-out keeps its promises."""

import contextlib
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.rostering.call_outs.models import CallOut
from services.rostering.call_outs.states import MOVES, OPEN, UNDER_WAY, WAITING
from services.rostering.call_outs.trail import AnyDuty, choose_next, last_resort, span_of, ways_on
from services.rostering.rosters.models import PARTNER_ZONE, Duty, ZoneDuty
from shared.contracts.call_outs import CALL_OUT_STATES
from shared.contracts.rostering import LEVELS
from shared.errors import Problem

PEOPLE = [UUID(int=number) for number in range(1, 8)]
BEGIN = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
people = st.sampled_from(PEOPLE)
MEMBER_LEVELS = [level for level in LEVELS if level != PARTNER_ZONE]
ZONE = ZoneDuty(PARTNER_ZONE, UUID(int=77), "PZ Dendermonde", "+3252250800", BEGIN, BEGIN + timedelta(days=1))


def new_call_out(people_needed: int = 1) -> CallOut:
    call_out = CallOut(
        requested_by_user=PEOPLE[-1],
        attempts=[],
        times=[],
        id=UUID(int=99),
        people_needed=people_needed,
        round_from=0,
    )
    call_out.begin(now=BEGIN)
    return call_out


class CallOutLife(RuleBasedStateMachine):
    """Rings, answers, timers and calls by phone, as they may come at night."""

    @initialize(
        holders=st.lists(st.one_of(st.none(), people), min_size=4, max_size=4),
        busy=st.frozensets(people),
        second_numbers=st.frozensets(people),
        zone=st.booleans(),
        people_needed=st.integers(1, 2),
    )
    def request(
        self,
        holders: list[UUID | None],
        busy: frozenset[UUID],
        second_numbers: frozenset[UUID],
        zone: bool,
        people_needed: int,
    ) -> None:
        self.now = BEGIN
        self.duties: list[AnyDuty] = [
            Duty(level, user, BEGIN, BEGIN + timedelta(days=1), user in busy)
            for level, user in zip(MEMBER_LEVELS, holders, strict=True)
            if user is not None
        ]
        if zone:
            self.duties.append(ZONE)
        self.second_numbers = second_numbers
        self.call_out = new_call_out(people_needed)
        self.before = "requested"
        self.held: list[UUID] = []
        self._ring_next()

    def _ring_next(self) -> None:
        self.call_out.ring_next(
            LEVELS, self.duties, second_numbers=self.second_numbers, minutes=10, now=self.now
        )

    def _seek_on(self) -> None:
        """What the commands do after each act that may leave somebody to be found."""
        if self.call_out.seeks and self.call_out.ringing is None:
            self._ring_next()

    @rule(seconds=st.integers(-5, 900))
    def time_passes(self, seconds: int) -> None:
        """Also a little back: two servers do not have the very same clock."""
        self.now += timedelta(seconds=seconds)

    @rule(user=people, eta=st.one_of(st.none(), st.integers(0, 60)))
    def accept(self, user: UUID, eta: int | None) -> None:
        with contextlib.suppress(Problem):
            self.call_out.accept(user, eta_minutes=eta, now=self.now)
            self._seek_on()

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

    @rule(level=st.sampled_from(MEMBER_LEVELS), user=people)
    def somebody_comes_on_duty(self, level: str, user: UUID) -> None:
        self.duties = [
            each
            for each in self.duties
            if isinstance(each, ZoneDuty) or (each.level != level and each.user_id != user)
        ]
        self.duties.append(Duty(level, user, self.now, self.now + timedelta(hours=8)))

    @rule()
    def ring_again_when_unanswered(self) -> None:
        if self.call_out.unanswered:
            self._ring_next()

    @rule(user=people)
    def reach_by_phone(self, user: UUID) -> None:
        with contextlib.suppress(Problem):
            self.call_out.reached_by_phone(user, self.duties, now=self.now)
            self._seek_on()

    @rule(user=people, state=st.sampled_from(["en_route", "on_site", "left_scene"]))
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

    @rule(user=people)
    def advise(self, user: UUID) -> None:
        with contextlib.suppress(Problem):
            self.call_out.advise(user, user, "Advies", now=self.now)

    @rule(user=people)
    def transfer(self, user: UUID) -> None:
        with contextlib.suppress(Problem):
            self.call_out.transfer(user, "PZ Dendermonde", "Jan", "", at=self.now, now=self.now)

    @rule(user=people)
    def plan(self, user: UUID) -> None:
        with contextlib.suppress(Problem):
            self.call_out.plan(user, self.now + timedelta(hours=6), "Kan wachten", now=self.now)

    @rule()
    def the_morning_comes(self) -> None:
        if self.call_out.state == "planned_visit":
            self._ring_next()

    @rule(people_needed=st.integers(1, 2))
    def need(self, people_needed: int) -> None:
        with contextlib.suppress(Problem):
            self.call_out.need(people_needed, now=self.now)
            self._seek_on()

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
        assert self.call_out.state in {self.before, *_after(self.before)}
        self.before = self.call_out.state
        assert self.call_out.state in {time.state for time in self.call_out.times}

    @invariant()
    def times_never_go_back(self) -> None:
        moments = [time.at for time in self.call_out.times]
        assert moments == sorted(moments)

    @invariant()
    def there_is_exactly_one_next_person_to_call_while_somebody_is_needed(self) -> None:
        """S03: who rings, or the last resort when everybody was asked; never two, and none only with nobody on duty."""
        ringing = [each for each in self.call_out.attempts if each.outcome == "ringing"]
        if not self.call_out.seeks:
            assert ringing == []
        elif not ringing:
            assert self.call_out.unanswered
            assert (last_resort(self.call_out.attempts, self.duties) is None) == (self.duties == [])
        else:
            assert len(ringing) == 1
            assert not self.call_out.unanswered

    @invariant()
    def it_waits_until_somebody_has_it(self) -> None:
        winners = [each.user_id for each in self.call_out.attempts if each.outcome == "accepted"]
        assert sorted(map(str, winners)) == sorted(map(str, self.call_out.holders))
        assert len(winners) <= 2
        if self.call_out.state in {*WAITING, "planned_visit"}:
            assert winners == []
        if self.call_out.state in {*UNDER_WAY, "closed", "reported", "validated"}:
            assert winners
            assert (self.call_out.state in UNDER_WAY and self.call_out.seeks) == (
                self.call_out.state in UNDER_WAY and len(winners) < self.call_out.people_needed
            )

    @invariant()
    def who_has_it_keeps_it(self) -> None:
        assert self.call_out.holders[: len(self.held)] == self.held
        self.held = self.call_out.holders

    @invariant()
    def each_who_has_it_has_times_of_her_own_that_go_forward(self) -> None:
        for user in self.call_out.holders:
            span = span_of(self.call_out.attempts, self.call_out.times, user)
            assert span is not None
            assert list(span.moments.values()) == sorted(span.moments.values())
            assert (span.ends_at is None) == (self.call_out.state in OPEN)

    @invariant()
    def nobody_is_rung_twice_in_a_round_except_on_her_second_number(self) -> None:
        in_this_round = self.call_out.attempts[self.call_out.round_from :]
        for second in (False, True):
            rung = [
                each.asked
                for each in in_this_round
                if each.second_number == second and each.outcome != "unreachable" and not each.by_phone
            ]
            assert len(rung) == len(set(rung))
        assert {each.user_id for each in in_this_round if each.second_number} <= self.second_numbers

    @invariant()
    def a_zone_that_rings_can_only_be_called_by_hand(self) -> None:
        assert all((each.user_id is None) == (each.level == PARTNER_ZONE) for each in self.call_out.attempts)


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
    for side_way in ("cancelled", "advice_only", "transferred_to_zone"):
        assert (side_way in MOVES[state]) == (state in OPEN)


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
    assert isinstance(chosen, Duty)
    assert chosen.user_id == PEOPLE[1]


def test_levels_that_the_tenant_does_not_use_are_not_rung() -> None:
    assert choose_next(["coordinator"], [on("primary", 0)], asked=set()) == ([], None)


def test_a_partner_zone_has_its_turn_between_the_backup_and_the_coordinator() -> None:
    duties: list[AnyDuty] = [on("backup", 1), ZONE, on("coordinator", 2)]
    asked: set[UUID | None] = set()
    order = []
    for _ in range(3):
        _, chosen = choose_next(LEVELS, duties, asked=asked)
        assert chosen is not None
        order.append(chosen.level)
        asked.add(chosen.user_id if isinstance(chosen, Duty) else chosen.partner_zone_id)
    assert order == ["backup", "partner_zone", "coordinator"]


def test_who_does_not_answer_is_tried_on_her_second_number_before_the_next_level() -> None:
    call_out = new_call_out()
    duties = [on("primary", 0), on("backup", 1)]
    first = call_out.ring_next(LEVELS, duties, second_numbers={PEOPLE[0]}, minutes=10, now=BEGIN)
    call_out.stop_ringing("no_answer", now=BEGIN)
    second = call_out.ring_next(LEVELS, duties, second_numbers={PEOPLE[0]}, minutes=10, now=BEGIN)
    call_out.stop_ringing("no_answer", now=BEGIN)
    third = call_out.ring_next(LEVELS, duties, second_numbers={PEOPLE[0]}, minutes=10, now=BEGIN)

    assert [(each.user_id, each.second_number) for each in (first, second, third) if each] == [
        (PEOPLE[0], False),
        (PEOPLE[0], True),
        (PEOPLE[1], False),
    ]


def test_the_ways_on_are_another_member_then_a_zone_then_advice_then_the_morning() -> None:
    ways = ways_on(LEVELS, [on("primary", 0, busy=True), on("backup", 1), ZONE], asked={PEOPLE[0]})

    assert [measure for measure, _ in ways] == ["backup", "partner_zone", "phone_advice", "planned_visit"]
    advisor = ways[2][1]
    assert isinstance(advisor, Duty)
    assert advisor.user_id == PEOPLE[0]
