"""How many wrong attempts are borne, on an account and from an address, and how long a lock-out lasts. Pure arithmetic.

Source: OWASP Authentication Cheat Sheet, "Account Lockout" (threshold, observation window, duration that grows).
"""

from datetime import datetime, timedelta
from ipaddress import IPv4Address, ip_address, ip_network

from msgspec import Struct, structs

ALLOWED = 5
WINDOW = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=24)
_FIRST = timedelta(minutes=1)
_DOUBLINGS = 6
_SITE_PREFIX = 64


class Rule(Struct, frozen=True, kw_only=True):
    """`strict`: after a lock-out each wrong attempt locks again; otherwise as many are borne as before it."""

    allowed: int
    longest: timedelta
    strict: bool


ACCOUNT = Rule(allowed=ALLOWED, longest=timedelta(minutes=60), strict=True)
SOURCE = Rule(allowed=60, longest=timedelta(minutes=15), strict=False)
"""A whole office may sit behind one address: its slips of a morning must not shut it out, a list of names must."""


class Attempts(Struct, frozen=True, kw_only=True):
    """What is remembered for one account name, whether or not there is such an account, or for one address."""

    failures: int = 0
    since: datetime
    lockouts: int = 0
    locked_until: datetime | None = None

    def locked(self, now: datetime) -> bool:
        return self.locked_until is not None and now < self.locked_until


def lockout(nth: int, rule: Rule = ACCOUNT) -> timedelta:
    """1, 2, 4, ... minutes, at most the rule's longest; `nth` counts from 1."""
    return min(_FIRST * (1 << min(nth - 1, _DOUBLINGS)), rule.longest)


def charged(attempts: Attempts, now: datetime, rule: Rule = ACCOUNT) -> Attempts:
    """After one more attempt, counted as wrong before it is tried, so that many at once gain nothing.

    As many as the rule allows in a quarter of an hour lock; every later lock-out is twice as long, until a day of
    quiet.
    """
    last = max(attempts.since, attempts.locked_until or attempts.since)
    if now - last > FORGOTTEN_AFTER:
        attempts = Attempts(since=now)
    locks_each = rule.strict and attempts.lockouts > 0
    over = attempts.locked_until is not None or now - attempts.since > WINDOW
    if not locks_each and over:
        attempts = Attempts(since=now, lockouts=attempts.lockouts)
    failures = attempts.failures + 1
    if failures < rule.allowed and not locks_each:
        return structs.replace(attempts, failures=failures)
    nth = attempts.lockouts + 1
    until = now + lockout(nth, rule)
    return Attempts(failures=failures, since=attempts.since, lockouts=nth, locked_until=until)


def site_of(address: str) -> str:
    """Where a browser is, as far as its address tells: an IPv6 line has 64 bits to itself. Empty when it tells nothing.

    An address of an internal network may be a proxy with everybody behind it, so it is no site.
    """
    try:
        known = ip_address(address)
    except ValueError:
        return ""
    known = getattr(known, "ipv4_mapped", None) or known
    if not known.is_global:
        return ""
    return (
        str(known) if isinstance(known, IPv4Address) else str(ip_network((known, _SITE_PREFIX), strict=False))
    )


def refunded(attempts: Attempts, *, locked: bool) -> Attempts:
    """After all right: the charge is taken back, and with it the lock-out that it brought."""
    return Attempts(
        failures=max(attempts.failures - 1, 0),
        since=attempts.since,
        lockouts=max(attempts.lockouts - 1, 0) if locked else attempts.lockouts,
        locked_until=None if locked else attempts.locked_until,
    )
