"""Over random sequences of offers, consents, grounds, withdrawals, lapses, amendments, sends, answers and deliveries:
no field ever leaves without a live consent or ground for it, to another tenant, by a link or on paper, and both sides end
in agreement, whatever the order, and told twice. `tests/README.md` names the mutants that must not survive this.
"""

import random
from collections.abc import Callable
from typing import Any, TypeVar, cast

import asyncpg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from shared.contracts.referring import ANSWERS
from shared.db import driver_of
from tests.service.referrals.loop import Loop
from tests.service.referrals.secrecy import begin

FIELDS = ("referrer", "office", "name", "language", "safe_phone", "may_be_contacted", "need")
ALL = frozenset(FIELDS)
AGREED = ("offer", "given", ALL)

some_fields = st.frozensets(st.sampled_from(FIELDS), min_size=1)
most_fields = st.just(ALL) | some_fields
picks = st.integers(0, 50)
acts = st.one_of(
    st.tuples(
        st.just("offer"), st.sampled_from(("given", "given", "given", "refused", "pending")), most_fields
    ),
    st.tuples(st.just("ground"), most_fields),
    st.tuples(
        st.just("amend"), st.sampled_from(("safe_phone", "need")), st.text("abc", min_size=1, max_size=5)
    ),
    st.tuples(st.just("send")),
    st.tuples(st.just("send")),
    st.tuples(st.just("take_back_consent")),
    st.tuples(st.just("take_back_in_cases")),
    st.tuples(st.just("take_back_referral"), st.sampled_from(("consent_withdrawn", "sent_by_mistake"))),
    st.tuples(st.just("lapse")),
    st.tuples(st.just("close")),
    st.tuples(st.just("expire")),
    st.tuples(st.just("answer"), st.sampled_from(ANSWERS)),
    st.tuples(st.just("answer"), st.sampled_from(ANSWERS)),
    st.tuples(st.just("look")),
    st.tuples(st.just("deliver"), picks),
    st.tuples(st.just("deliver"), picks),
    st.tuples(st.just("deliver"), picks),
    st.tuples(st.just("late"), picks),
)
"""What happens to one referral: `deliver` picks a message that waits, or one that came before and comes again."""

kinds = st.sampled_from(("tenant", "tenant", "link", "paper"))
beginnings = st.just(()) | most_fields.map(lambda agreed: (("offer", "given", agreed), ("send",)))
"""Often something was agreed and sent already, all of it or too little."""

ON_ITS_WAY = (AGREED, ("send",))
ARRIVED = (*ON_ITS_WAY, ("deliver", 0))


Test = TypeVar("Test", bound=Callable[..., Any])


def _by(kind: str, *sequence: tuple[Any, ...]) -> Callable[[Test], Test]:
    """One run that a mutant once survived, or would."""
    chosen = example(kind=kind, beginning=(), sequence=list(sequence), shuffle=random.Random(1))
    return cast("Callable[[Test], Test]", chosen)


@_by("tenant", ("offer", "given", ALL - {"name"}), ("send",), ("deliver", 0))
@_by("link", ("offer", "given", ALL - {"name"}), ("send",), ("look",))
@_by("paper", ("offer", "given", ALL - {"name"}), ("send",), ("print",))
@_by(
    "tenant", *ON_ITS_WAY, ("lapse",), ("deliver", 0), ("ground", ALL), ("amend", "need", "a"), ("deliver", 1)
)
@_by("link", *ON_ITS_WAY, ("look",), ("lapse",), ("look",), ("answer", "accepted"))
@_by("paper", *ON_ITS_WAY, ("print",), ("lapse",), ("print",), ("look",))
@_by(
    "tenant",
    *ARRIVED,
    ("take_back_consent",),
    ("answer", "accepted"),
    ("late", 0),
    ("deliver", 1),
    ("late", 0),
)
@_by("link", *ON_ITS_WAY, ("look",), ("take_back_in_cases",), ("look",), ("answer", "accepted"), ("print",))
@_by("paper", *ON_ITS_WAY, ("take_back_referral", "sent_by_mistake"), ("answer", "accepted"), ("print",))
@_by(
    "tenant",
    *ARRIVED,
    ("answer", "more_asked"),
    ("deliver", 1),
    ("amend", "need", "a"),
    ("deliver", 1),
    ("late", 0),
)
@_by(
    "tenant",
    *ARRIVED,
    ("answer", "more_asked"),
    ("deliver", 1),
    ("amend", "need", "a"),
    ("lapse",),
    ("deliver", 1),
)
@_by("tenant", *ARRIVED, ("answer", "accepted"), ("expire",), ("deliver", 1), ("deliver", 2), ("deliver", 2))
@_by("tenant", *ARRIVED, ("answer", "refused"), ("deliver", 1), ("late", 0), ("close",))
@_by("tenant", AGREED, ("ground", ALL), ("send",), ("take_back_consent",), ("deliver", 0), ("expire",))
@_by(
    "tenant",
    AGREED,
    ("ground", ALL - {"safe_phone"}),
    ("send",),
    ("take_back_consent",),
    ("amend", "safe_phone", "a"),
)
@_by("tenant", AGREED, ("offer", "refused", ALL), ("send",), ("deliver", 0))
@_by("link", *ON_ITS_WAY, ("look",), ("offer", "refused", ALL), ("look",), ("answer", "accepted"))
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    kind=kinds,
    beginning=beginnings,
    sequence=st.lists(acts, min_size=3, max_size=14),
    shuffle=st.randoms(use_true_random=False),
)
async def test_no_field_leaves_without_a_live_basis_and_both_sides_end_in_agreement(
    loop: Loop,
    kind: str,
    beginning: tuple[Any, ...],
    sequence: list[tuple[Any, ...]],
    shuffle: random.Random,
) -> None:
    run = await begin(loop, kind)

    for name, *facts in (*beginning, *sequence):
        await run.act(name, *facts)
    await run.settle(shuffle)

    await run.agree()


async def test_the_oracle_would_notice_a_field_that_left(loop: Loop) -> None:
    """The test above would prove nothing if its check saw nothing."""
    run = await begin(loop)
    await run.act(*AGREED)
    await run.act("send")
    await run.act("deliver", 0)
    assert set(run.held) >= {"name", "need"}

    run.held, run.oracle.agreed = {}, []
    with pytest.raises(AssertionError, match="left without consent"):
        await run.check()


@pytest.mark.parametrize(
    "undone",
    [
        "UPDATE referral_consents SET state = 'withdrawn'",
        "UPDATE referral_consents SET expires_on = current_date - 2",
        "UPDATE referral_consents SET fields = array_remove(fields, 'name')",
        "UPDATE referral_consents SET referral_id = gen_random_uuid()",
    ],
)
async def test_the_database_writes_no_disclosure_of_a_field_that_nobody_consented_to(
    loop: Loop, undone: str
) -> None:
    """The second guard: without that row nothing leaves."""
    ref = await loop.sent()
    again = """
        INSERT INTO referral_disclosures (id, referral_id, at, "to", revision, fields, consent_id)
        SELECT gen_random_uuid(), referral_id, now(), "to", revision + 1, fields, consent_id
        FROM referral_disclosures WHERE referral_id = $1
    """

    async def release_after(change: str) -> str:
        async with loop.service.transaction(loop.lena.tenant) as session:
            await driver_of(session).execute(change)
            done: str = await driver_of(session).execute(again, ref.referral_id)
            return done

    assert await release_after("SELECT 1") == "INSERT 0 1"
    with pytest.raises(asyncpg.RestrictViolationError):
        await release_after(undone)
