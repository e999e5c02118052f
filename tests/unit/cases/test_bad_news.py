"""A message of bad news is checked before it is brought, brought by two, to a grown-up, and confirmed once."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.victim_support.bad_news import BadNews, BadNewsNotOver, BadNewsOver, NotVerified
from shared.contracts.bad_news import BAD_NEWS_STATES, AssignBadNews, DeliverBadNews, TryBadNews
from shared.db import uuid7
from shared.errors import Conflict, Invalid

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
LENA, TOM = uuid7(), uuid7()
TWO = AssignBadNews(deliverers=[LENA, TOM])
HERE = DeliverBadNews(deliverers=[LENA, TOM])
TRY = TryBadNews(outcome="nobody_home", neighbours="nothing_told")


def news(*, ages: tuple[int | None, ...] = (51, 12)) -> BadNews:
    return BadNews(
        id=uuid7(),
        state="received",
        recipients=[{"name": f"Persoon {n}", "age": age, "address": "Markt 1"} for n, age in enumerate(ages)],
        deliverers=[],
        embargo=True,
        verified_at=None,
        delivered_at=None,
        minor_because="",
        alone_because="",
    )


ACTS: dict[str, Callable[[BadNews], object]] = {
    "verify": lambda each: each.verify("dispatching", by=LENA, at=NOW),
    "assign": lambda each: each.assign(TWO),
    "try": lambda each: each.attempt(TRY, by=LENA, at=NOW),
    "deliver": lambda each: each.deliver(HERE, by=LENA, at=NOW),
    "give up": lambda each: each.give_up("abroad"),
    "confirm": lambda each: each.confirm("PZ Gent", by=LENA, at=NOW),
}


@given(st.lists(st.sampled_from(sorted(ACTS)), max_size=12))
def test_whatever_is_tried_nothing_is_delivered_unchecked_or_confirmed_undone(acts: list[str]) -> None:
    message, seen = news(), list[str]()
    for act in acts:
        before = message.state
        try:
            ACTS[act](message)
        except Conflict:
            assert message.state == before
        seen.append(message.state)

    assert set(seen) <= set(BAD_NEWS_STATES)
    if message.delivered_at is not None:
        assert message.verified_at is not None
    if "confirmed_to_requester" in seen:
        assert {"delivered", "not_deliverable"} & set(seen)
        assert seen[seen.index("confirmed_to_requester") :] == ["confirmed_to_requester"] * seen.count(
            "confirmed_to_requester"
        )


def test_unchecked_news_is_neither_assigned_tried_nor_delivered() -> None:
    for act in ("assign", "try", "deliver"):
        with pytest.raises(NotVerified):
            ACTS[act](news())


def test_it_can_be_delivered_as_soon_as_it_is_checked() -> None:
    message = news()
    ACTS["verify"](message)
    ACTS["deliver"](message)

    assert message.state == "delivered"
    assert message.delivered_place == "Markt 1"


def test_going_alone_needs_a_reason_and_somebody_from_another_service_is_the_second() -> None:
    message = news()
    ACTS["verify"](message)

    with pytest.raises(Invalid) as alone:
        message.assign(AssignBadNews(deliverers=[LENA, LENA]))
    assert alone.value.fields == {"alone_because": "goes_alone"}
    message.assign(AssignBadNews(deliverers=[LENA], others="Inspecteur Claes, interventie 12"))
    assert message.alone_because == ""
    message.assign(AssignBadNews(deliverers=[LENA], alone_because="Collega zit vast in de file"))
    assert message.view([]).warnings == ["alone"]


def test_a_minor_hears_it_first_only_with_a_reason() -> None:
    message = news()
    ACTS["verify"](message)

    with pytest.raises(Invalid) as minor:
        message.deliver(DeliverBadNews(recipient=1, deliverers=[LENA, TOM]), by=LENA, at=NOW)
    assert minor.value.fields == {"minor_because": "minor_first"}
    assert message.state == "verified"
    message.deliver(
        DeliverBadNews(recipient=1, deliverers=[LENA, TOM], minor_because="Vroeg het zelf aan de deur"),
        by=LENA,
        at=NOW,
    )
    assert message.view([]).warnings == ["minor_first"]


def test_there_is_no_third_recipient_of_two() -> None:
    message = news()
    ACTS["verify"](message)

    with pytest.raises(Invalid):
        message.deliver(DeliverBadNews(recipient=2, deliverers=[LENA, TOM]), by=LENA, at=NOW)


def test_neighbours_who_were_told_something_stay_visible() -> None:
    message = news()
    ACTS["verify"](message)
    tried = message.attempt(TryBadNews(outcome="nobody_home", neighbours="told"), by=LENA, at=NOW)

    assert message.view([tried]).warnings == ["neighbours_told"]


def test_nothing_is_confirmed_before_it_is_over_nor_twice() -> None:
    message = news()
    ACTS["verify"](message)
    with pytest.raises(BadNewsNotOver):
        ACTS["confirm"](message)
    ACTS["deliver"](message)
    ACTS["confirm"](message)
    with pytest.raises(BadNewsOver):
        ACTS["confirm"](message)


def test_the_press_waits_until_somebody_says_that_the_family_knows() -> None:
    first, second = news(), news()
    for message in (first, second):
        ACTS["verify"](message)
    first.deliver(HERE, by=LENA, at=NOW)
    second.deliver(DeliverBadNews(deliverers=[LENA, TOM], lift_embargo=True), by=LENA, at=NOW)

    assert (first.embargo, second.embargo) == (True, False)
