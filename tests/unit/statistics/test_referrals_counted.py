"""The figures of referrals: the last answer counts, in time is by the day that was due, and no tree gives its parts away."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.referrals.referring.ledger import PURPOSE_OF_FORM, purpose_of
from services.referrals.statistics.figures import (
    ANSWERED,
    OF_OFFERS,
    RESULTS,
    Offer,
    SentReferral,
    cut,
    last_answers,
    results,
)
from shared.contracts.aftercare import REFERRAL_PURPOSES
from shared.contracts.consents import CONSENT_STATES
from shared.contracts.referring import OUTCOMES, REFERRAL_STATES
from shared.contracts.statistics import SMALLEST, Figure

TODAY = date(2026, 3, 20)
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def values(figure: Figure) -> dict[str, int | None]:
    return {each.key: each.value for each in figure.cells}


def offer(state: str, *, person: int | None = 1, purpose: str = "referral_caw", dossier: int = 1) -> Offer:
    return Offer(
        dossier_id=UUID(int=dossier), person_id=None if person is None else UUID(int=person), purpose=purpose,
        state=state, offered_on=TODAY,
    )  # fmt: skip


def sent(
    state: str = "sent", outcome: str = "", days: int | None = None, purpose: str = "referral_caw"
) -> SentReferral:
    return SentReferral(
        purpose=purpose,
        state=state,
        outcome=outcome,
        sent_at=NOON,
        answer_by=NOON.date() + timedelta(days=5),
        answered_at=None if days is None else NOON + timedelta(days=days),
    )


def test_of_one_person_and_one_service_the_last_answer_counts() -> None:
    offers = [
        offer("refused"),
        offer("given", person=2),
        offer("given"),
        offer("pending", purpose="referral_vk"),
    ]

    assert sorted(each.state for each in last_answers(offers)) == ["given", "given", "pending"]


def test_answers_and_services_count_the_same_offers() -> None:
    offers = [offer("given", person=person) for person in range(6)] + [offer("refused", person=9)]

    answers, services = (cut(how, last_answers(offers), []) for how in OF_OFFERS)

    assert (answers.total, services.total) == (7, 7)
    assert values(answers) == {"given": 6, "refused": None, "pending": None, "withdrawn": None}
    assert values(services)["referral_caw"] == 7


def test_each_answer_and_each_form_has_its_cell() -> None:
    assert set(OF_OFFERS[0].cells) == set(CONSENT_STATES)
    assert {*PURPOSE_OF_FORM.values(), purpose_of("generic")} == set(REFERRAL_PURPOSES)


@pytest.mark.parametrize(("days", "cell"), [(0, "in_time"), (5, "in_time"), (6, "late"), (None, "no_answer")])
def test_an_answer_on_the_last_day_is_in_time(days: int | None, cell: str) -> None:
    assert sent(days=days).answered == cell


@pytest.mark.parametrize("state", REFERRAL_STATES)
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_whatever_came_of_it_has_its_cell(state: str, outcome: str) -> None:
    assert sent(state, outcome).result in RESULTS


def test_helped_is_what_the_recipient_closed_as_helped() -> None:
    now = [sent("closed", "helped", 1)] * 6 + [sent("closed", "person_stopped", 1)] * 5

    figure = results(now, [])

    assert {each.key: each.value for each in figure.cells if each.parent == "referral_caw"} == {
        **dict.fromkeys(RESULTS, 0),
        "helped": 6,
        "no_help": 5,
    }


@given(
    st.lists(
        st.builds(
            sent,
            state=st.sampled_from(REFERRAL_STATES),
            outcome=st.sampled_from(OUTCOMES),
            days=st.none() | st.integers(0, 9),
            purpose=st.sampled_from(REFERRAL_PURPOSES),
        ),
        max_size=40,
    )
)
def test_no_small_number_is_shown(referrals: list[SentReferral]) -> None:
    for figure in (results(referrals, []), cut(ANSWERED, referrals, [])):
        told = [figure.total, *(each.value for each in (*figure.cells, *figure.groups))]
        assert not any(value is not None and 0 < value < SMALLEST for value in told)
