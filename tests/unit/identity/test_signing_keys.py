"""Which key signs and which keys are published, at every moment of a rotation."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.identity.tokens.models import KNOWN_AFTER, SigningKey, published, signing
from shared.auth import TOKEN_LIFETIME

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def keys(*minutes: int) -> list[SigningKey]:
    """The first signs at once; each later one is published six minutes before it signs."""
    made = [SigningKey(kid="0", published_at=NOON, signs_from=NOON)]
    for number, minute in enumerate(minutes, start=1):
        at = NOON + timedelta(minutes=minute)
        made.append(SigningKey(kid=str(number), published_at=at, signs_from=at + KNOWN_AFTER))
    return made


def test_a_new_key_is_published_and_the_old_one_still_signs() -> None:
    now = NOON + timedelta(minutes=61)

    assert signing(keys(60), now).kid == "0"
    assert [key.kid for key in published(keys(60), now)] == ["0", "1"]


def test_the_old_key_stays_published_while_a_token_of_it_lives() -> None:
    signs = NOON + timedelta(minutes=60) + KNOWN_AFTER

    assert signing(keys(60), signs).kid == "1"
    assert [key.kid for key in published(keys(60), signs + TOKEN_LIFETIME)] == ["0", "1"]
    assert [key.kid for key in published(keys(60), signs + timedelta(minutes=10))] == ["1"]


def test_the_first_key_signs_even_for_a_clock_that_is_a_little_behind() -> None:
    assert signing(keys(), NOON - timedelta(seconds=1)).kid == "0"


@given(st.lists(st.integers(0, 300), max_size=6), st.integers(0, 400))
def test_every_token_that_lives_can_be_verified(rotations: list[int], minute: int) -> None:
    now = NOON + timedelta(minutes=minute)
    until_now = [key for key in keys(*sorted(rotations)) if key.published_at <= now]

    public = {key.kid for key in published(until_now, now)}

    for seconds in range(0, int(TOKEN_LIFETIME.total_seconds()), 20):
        signed_at = max(now - timedelta(seconds=seconds), NOON)
        known_then = [key for key in until_now if key.published_at <= signed_at]
        assert signing(known_then, signed_at).kid in public
