"""What may follow what, and that two sides agree whatever the order in which they hear of each other."""

from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.referrals.referring.states import (
    ANSWER_AFTER,
    CLOSABLE,
    ENDED,
    ENDINGS,
    OFFERING,
    REROUTABLE,
    TASK_STATUS,
    UNDER_WAY,
    WIPED,
    Answered,
    Sent,
    WrongState,
    agreed,
    check_answer,
    may_answer,
    possible,
    waits_for,
)
from shared.contracts.referring import ANSWERS, REFERRAL_STATES

ends = st.sampled_from(("", *ENDINGS))
tracks = st.builds(Sent, ended=ends, amended_after=st.integers(0, 6))
answers = st.builds(Answered, revision=st.integers(1, 6), state=st.sampled_from(ANSWERS)) | st.just(
    Answered()
)


def test_every_state_is_before_under_way_or_ended() -> None:
    assert {*OFFERING, *UNDER_WAY, *ENDED} == set(REFERRAL_STATES)


def test_every_state_has_its_status_in_hl7s_task() -> None:
    assert set(TASK_STATUS) == set(REFERRAL_STATES)


@pytest.mark.parametrize("state", [*OFFERING, *ENDED])
def test_nothing_is_answered_before_sending_or_after_the_end(state: str) -> None:
    assert may_answer(state) == frozenset()
    with pytest.raises(WrongState):
        check_answer(state, "accepted")


@pytest.mark.parametrize("state", UNDER_WAY)
def test_whatever_is_under_way_can_still_come_to_an_end_by_an_answer(state: str) -> None:
    seen, waiting = set[str](), [state]
    while waiting:
        for answer in may_answer(waiting.pop()):
            if answer not in seen:
                seen.add(answer)
                waiting.append(answer)
    assert "closed" in seen


def test_an_answer_leads_to_a_state_that_is_known() -> None:
    assert set().union(*ANSWER_AFTER.values()) <= set(REFERRAL_STATES)


@given(sent=tracks, answered=answers)
def test_whatever_each_side_said_there_is_one_state_and_it_is_after_sending(
    sent: Sent, answered: Answered
) -> None:
    assert agreed(sent, answered) in {*UNDER_WAY, *ENDED}


@given(answered=answers, amended=st.integers(0, 6), end=st.sampled_from(("withdrawn", "rerouted", "closed")))
def test_what_the_sender_takes_back_is_taken_back_whatever_was_answered(
    answered: Answered, amended: int, end: str
) -> None:
    assert agreed(Sent(end, amended), answered) == end


@given(state=st.sampled_from([each for each in ANSWERS if each not in {"acknowledged", "more_asked"}]))
def test_an_answer_that_crossed_an_expiry_stands(state: str) -> None:
    assert agreed(Sent("expired"), Answered(1, state)) == state


@pytest.mark.parametrize("answer", ["", "acknowledged", "more_asked"])
def test_without_an_answer_that_decides_an_expiry_stands(answer: str) -> None:
    assert agreed(Sent("expired"), Answered(1, answer)) == "expired"


def test_a_question_waits_until_an_amendment_answers_it() -> None:
    asked = Answered(2, "more_asked", question="safe_contact_missing")

    assert agreed(Sent(amended_after=1), asked) == "more_asked"
    assert agreed(Sent(amended_after=2), asked) == "acknowledged"


def test_a_second_question_waits_again() -> None:
    assert agreed(Sent(amended_after=2), Answered(3, "more_asked")) == "more_asked"


@given(
    sent=st.lists(tracks, min_size=1, max_size=5),
    answered=st.lists(st.sampled_from(ANSWERS), max_size=5),
    order=st.randoms(use_true_random=False),
)
def test_both_sides_come_to_the_same_state_in_any_order_and_told_twice(
    sent: list[Sent], answered: list[str], order: object
) -> None:
    told = [Answered(number, state) for number, state in enumerate(answered, 1)]
    newest = told[-1] if told else Answered()
    deliveries = told * 2
    order.shuffle(deliveries)  # type: ignore[attr-defined]

    known = Answered()
    for each in deliveries:
        if each.revision > known.revision:
            known = each

    assert agreed(sent[-1], known) == agreed(sent[-1], newest)


@pytest.mark.parametrize("state", REFERRAL_STATES)
def test_it_can_be_withdrawn_at_any_time_but_once(state: str) -> None:
    assert ("withdraw" in possible(state)) == (state != "withdrawn")


@pytest.mark.parametrize(("state", "act"), list(product(REFERRAL_STATES, ("send", "offer"))))
def test_consent_and_sending_come_before_anything_left(state: str, act: str) -> None:
    assert (act in possible(state)) == (state in OFFERING)


def test_only_what_stands_still_is_sent_elsewhere_or_closed_by_the_sender() -> None:
    assert not REROUTABLE & {"accepted", "first_contact_made", "closed", "withdrawn", "rerouted"}
    assert not CLOSABLE & {"accepted", "waiting_list", "first_contact_made", "withdrawn", "closed"}


def test_what_is_taken_back_or_refused_is_wiped_and_what_is_at_work_is_not() -> None:
    assert not set(WIPED) & set(UNDER_WAY)


@pytest.mark.parametrize("state", REFERRAL_STATES)
def test_it_always_says_whose_turn_it_is(state: str) -> None:
    assert waits_for(state) in {"person", "us", "recipient", "nobody"}


def test_the_codes_of_an_answer_travel_with_it() -> None:
    answer = Answered(4, "waiting_list", waiting_until=date(2026, 5, 4))

    assert agreed(Sent(), answer) == "waiting_list"
