"""How lock-outs grow, and what quiet forgives."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.sign_in.throttle import (
    ACCOUNT,
    ALLOWED,
    FORGOTTEN_AFTER,
    SOURCE,
    WINDOW,
    Attempts,
    charged,
    lockout,
    refunded,
    site_of,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def after(*seconds: int) -> Attempts:
    """Wrong attempts, each so many seconds after the one before."""
    attempts, now = Attempts(since=NOON), NOON
    for pause in seconds:
        now += timedelta(seconds=pause)
        attempts = charged(attempts, now)
    return attempts


def test_four_wrong_attempts_do_not_lock() -> None:
    assert after(0, 1, 1, 1).locked_until is None


def test_the_fifth_locks_for_a_minute() -> None:
    assert after(0, 1, 1, 1, 1).locked_until == NOON + timedelta(seconds=4, minutes=1)


def test_every_wrong_one_after_that_locks_twice_as_long() -> None:
    assert after(0, 1, 1, 1, 1, 60).locked_until == NOON + timedelta(seconds=64, minutes=2)


def test_five_spread_over_more_than_a_quarter_of_an_hour_do_not_lock() -> None:
    assert after(0, 240, 240, 240, 240).locked_until is None


def test_a_day_of_quiet_is_a_new_beginning() -> None:
    locked = after(0, 1, 1, 1, 1)

    later = charged(locked, NOON + FORGOTTEN_AFTER + timedelta(minutes=2))

    assert (later.failures, later.lockouts, later.locked_until) == (1, 0, None)


def test_a_right_attempt_takes_back_the_lock_that_it_brought() -> None:
    before = after(0, 1, 1, 1)
    during = charged(before, NOON + timedelta(seconds=4))

    assert during.locked(NOON + timedelta(seconds=5))
    assert refunded(during, locked=True) == before


@given(st.integers(1, 1000))
def test_lock_outs_never_shrink_and_end_at_an_hour(nth: int) -> None:
    assert lockout(nth) <= lockout(nth + 1) <= timedelta(hours=1)


@given(st.lists(st.integers(0, 3600), min_size=ALLOWED, max_size=40))
def test_nobody_tries_more_than_five_times_in_a_window_without_a_lock(pauses: list[int]) -> None:
    attempts, now, tried = Attempts(since=NOON), NOON, []
    for pause in pauses:
        now += timedelta(seconds=pause)
        if attempts.locked(now):
            continue
        attempts = charged(attempts, now)
        tried.append(now)

    # the window is a block, not a sliding one: at worst two blocks meet
    busiest = max(sum(1 for each in tried if start <= each < start + WINDOW) for start in tried)
    assert busiest <= 2 * ALLOWED


@given(st.lists(st.integers(0, 7200), max_size=40))
def test_an_attempt_is_never_forgiven_by_another_one(pauses: list[int]) -> None:
    attempts, now = Attempts(since=NOON), NOON
    for pause in pauses:
        now += timedelta(seconds=pause)
        before, attempts = attempts, charged(attempts, now)
        assert attempts.lockouts >= before.lockouts
        assert attempts.failures >= 1


def from_one_place(*pauses: int) -> Attempts:
    attempts, now = Attempts(since=NOON), NOON
    for pause in pauses:
        now += timedelta(seconds=pause)
        attempts = charged(attempts, now, SOURCE)
    return attempts


def test_the_slips_of_an_office_do_not_shut_it_out_and_a_list_of_names_does() -> None:
    assert from_one_place(*[1] * (SOURCE.allowed - 1)).locked_until is None
    assert from_one_place(*[1] * SOURCE.allowed).locked_until is not None


def test_after_its_lock_out_a_place_has_as_many_tries_as_before_and_the_next_one_is_longer() -> None:
    again = from_one_place(*[1] * SOURCE.allowed, 61, *[1] * (SOURCE.allowed - 2))
    later = charged(again, NOON + timedelta(minutes=4), SOURCE)

    assert again.locked_until is None
    assert later.locked_until == NOON + timedelta(minutes=4) + lockout(2, SOURCE)


@given(st.integers(1, 1000))
def test_a_place_is_never_shut_out_longer_than_an_account(nth: int) -> None:
    assert lockout(nth, SOURCE) <= min(lockout(nth, ACCOUNT), timedelta(minutes=15))


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("81.82.83.84", "81.82.83.84"),
        ("2a02:1810:1234:5600::1", "2a02:1810:1234:5600::/64"),
        ("2a02:1810:1234:5600:ffff::9", "2a02:1810:1234:5600::/64"),
        ("::ffff:81.82.83.84", "81.82.83.84"),
        ("10.0.3.7", ""),
        ("127.0.0.1", ""),
        ("fd00::1", ""),
        ("not an address", ""),
        ("", ""),
    ],
)
def test_a_site_is_what_an_address_tells_of_where_somebody_is(address: str, site: str) -> None:
    assert site_of(address) == site
