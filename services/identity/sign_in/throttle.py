"""How many wrong attempts are borne, and how long a lock-out lasts. Pure arithmetic.

Source: OWASP Authentication Cheat Sheet, "Account Lockout" (threshold, observation window, duration that grows).
"""

from datetime import datetime, timedelta

from msgspec import Struct, structs

ALLOWED = 5
WINDOW = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=24)
_FIRST = timedelta(minutes=1)
_LONGEST = timedelta(minutes=60)
_DOUBLINGS = 6


class Attempts(Struct, frozen=True, kw_only=True):
    """What is remembered for one account name, whether or not there is such an account."""

    failures: int = 0
    since: datetime
    lockouts: int = 0
    locked_until: datetime | None = None

    def locked(self, now: datetime) -> bool:
        return self.locked_until is not None and now < self.locked_until


def lockout(nth: int) -> timedelta:
    """1, 2, 4, ... minutes, at most 60; `nth` counts from 1."""
    return min(_FIRST * (1 << min(nth - 1, _DOUBLINGS)), _LONGEST)


def charged(attempts: Attempts, now: datetime) -> Attempts:
    """After one more attempt, counted as wrong before it is tried, so that many at once gain nothing.

    Five in a quarter of an hour lock; after that every wrong one locks, twice as long, until a day of quiet.
    """
    last = max(attempts.since, attempts.locked_until or attempts.since)
    if now - last > FORGOTTEN_AFTER:
        attempts = Attempts(since=now)
    if not attempts.lockouts and now - attempts.since > WINDOW:
        attempts = Attempts(since=now)
    failures = attempts.failures + 1
    if failures < ALLOWED and not attempts.lockouts:
        return structs.replace(attempts, failures=failures)
    nth = attempts.lockouts + 1
    return Attempts(failures=failures, since=attempts.since, lockouts=nth, locked_until=now + lockout(nth))


def refunded(attempts: Attempts, *, locked: bool) -> Attempts:
    """After all right: the charge is taken back, and with it the lock-out that it brought."""
    return Attempts(
        failures=max(attempts.failures - 1, 0),
        since=attempts.since,
        lockouts=max(attempts.lockouts - 1, 0) if locked else attempts.lockouts,
        locked_until=None if locked else attempts.locked_until,
    )
