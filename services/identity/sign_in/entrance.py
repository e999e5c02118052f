"""Where people without a token come in: tenant transactions without a principal, and counted attempts."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from prometheus_client import Counter
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.sign_in import throttle
from services.identity.sign_in.models import Locked, WrongProof
from services.identity.staff.models import Staff, normal_email
from services.identity.vault import VAULT, Vault
from shared import audit
from shared.auth import Principal
from shared.contracts.identity import AccountLocked
from shared.db import Database, Driver, driver_of, platform_transaction, transaction, uuid7
from shared.outbox import publish

SIGN_INS = Counter("vangnet_sign_ins", "Sessions started")
SIGN_IN_FAILURES = Counter("vangnet_sign_in_failures", "Attempts that were refused", ["reason"])

NO_SESSION = UUID(int=0)
"""The session of acts before there is one, in the audit."""

_EVERYWHERE = ""
"""The tenant of attempts that are counted by address: somebody with a list tries it on all tenants."""

_REMEMBER = """
    INSERT INTO attempts (key, tenant, failures, since, lockouts) VALUES ($1, $2, 0, $3, 0) ON CONFLICT DO NOTHING
"""
_RECALL = "SELECT failures, since, lockouts, locked_until FROM attempts WHERE key = $1 FOR UPDATE"
_NOTE = "UPDATE attempts SET failures = $2, since = $3, lockouts = $4, locked_until = $5 WHERE key = $1"
_FORGET = "DELETE FROM attempts WHERE key = $1"
_TIDY = "DELETE FROM attempts WHERE greatest(since, locked_until) < $1"


@dataclass
class Attempt:
    """One try that counts as wrong until it proves right."""

    locked_until: datetime | None = None
    locks_place: bool = False
    succeeded: bool = False
    """All is proved: what went wrong before is forgotten. Otherwise only this try is taken back."""


@dataclass(frozen=True)
class Entrance:
    """The edge of signing in. `refusal_seconds` is the least time that a wrong attempt takes."""

    database: Database
    vault: Vault
    refusal_seconds: float

    @asynccontextmanager
    async def enter(self, tenant: str) -> AsyncIterator[AsyncSession]:
        """A transaction in the tenant; raises `TenantNotReady` when there is none."""
        async with transaction(self.database, tenant) as session:
            session.info[VAULT] = self.vault
            yield session

    @asynccontextmanager
    async def attempt(
        self, tenant: str, who: str, *, source: str = "", now: datetime
    ) -> AsyncIterator[Attempt]:
        """Count an attempt on an account, known or not, and from `source`, where it is known; raises `Locked`.

        A `WrongProof` raised inside stays counted and takes `refusal_seconds`; after anything else it is taken back.
        """
        key = attempts_key(self.vault, tenant, who)
        site = throttle.site_of(source)
        place = attempts_key(self.vault, _EVERYWHERE, f"site {site}") if site else None
        attempt = await self._charge(key, tenant, place, now)
        started = time.monotonic()
        try:
            yield attempt
        except WrongProof:
            await self._rest_of_time(started)
            raise
        except BaseException:
            await self._settle(key, place, attempt)
            raise
        else:
            await self._settle(key, place, attempt)

    @asynccontextmanager
    async def proof(self, tenant: str, who: str, staff_id: UUID, *, now: datetime) -> AsyncIterator[Attempt]:
        """An attempt of somebody whose account is known: a wrong one is kept, and told when it locks."""
        async with self.attempt(tenant, who, now=now) as attempt:
            try:
                yield attempt
            except WrongProof as wrong:
                SIGN_IN_FAILURES.labels("proof").inc()
                await self.keep_refusal(tenant, staff_id, attempt, str(wrong), now=now)
                raise

    @asynccontextmanager
    async def even_time(self) -> AsyncIterator[None]:
        """What is done inside takes at least `refusal_seconds`, so that doing nothing is not seen from outside."""
        started = time.monotonic()
        yield
        await self._rest_of_time(started)

    async def _rest_of_time(self, started: float) -> None:
        await asyncio.sleep(max(0.0, self.refusal_seconds - (time.monotonic() - started)))

    async def _charge(self, key: bytes, tenant: str, place: bytes | None, now: datetime) -> Attempt:
        """Count it in both books, the place's first."""
        async with platform_transaction(self.database) as session:
            driver = driver_of(session)
            shut = None
            if place is not None:
                shut = await _charge(driver, place, _EVERYWHERE, throttle.SOURCE, now)
            locked_until = await _charge(driver, key, tenant, throttle.ACCOUNT, now)
            return Attempt(locked_until, locks_place=shut is not None)

    async def _settle(self, key: bytes, place: bytes | None, attempt: Attempt) -> None:
        """It was no wrong proof: take it back. A place never gets more back than that, whoever succeeds there."""
        async with platform_transaction(self.database) as session:
            driver = driver_of(session)
            if place is not None:
                await _refund(driver, place, locked=attempt.locks_place)
            if attempt.succeeded:
                await driver.execute(_FORGET, key)
            else:
                await _refund(driver, key, locked=attempt.locked_until is not None)

    async def forget_attempts(self, tenant: str, who: str) -> None:
        """Begin counting anew."""
        async with platform_transaction(self.database) as session:
            await driver_of(session).execute(_FORGET, attempts_key(self.vault, tenant, who))

    async def tidy(self, *, now: datetime) -> None:
        """Drop what was long forgotten: strangers may try as many names as they like."""
        async with platform_transaction(self.database) as session:
            await driver_of(session).execute(_TIDY, now - throttle.FORGOTTEN_AFTER)

    async def keep_refusal(
        self, tenant: str, staff_id: UUID, attempt: Attempt, reason: str, *, now: datetime
    ) -> None:
        """Keep in the audit that somebody's account was tried; tell the person when that locked it."""
        async with self.enter(tenant) as session:
            audit.record(
                session,
                before_session(tenant, staff_id),
                "sign_in",
                now=now,
                object_kind="staff",
                object_id=staff_id,
                outcome="refused",
                details={"code": reason},
            )
            if attempt.locked_until is None:
                return
            staff = await session.get_one(Staff, staff_id)
            staff.locked_until = attempt.locked_until
            publish(
                session,
                AccountLocked(
                    id=uuid7(), occurred_at=now, tenant=tenant, user_id=staff_id, until=attempt.locked_until
                ),
            )


def name_of(email: str) -> str:
    """Whose attempts: somebody who gives this address at the door."""
    return f"email {normal_email(email)}"


def person_of(user_id: UUID) -> str:
    """Whose attempts: somebody who is signed in."""
    return f"user {user_id}"


def attempts_key(vault: Vault, tenant: str, who: str) -> bytes:
    return vault.digest("attempts", tenant, who)


def before_session(tenant: str, staff_id: UUID) -> Principal:
    """Who the audit says acted, when nobody is signed in yet."""
    return Principal(user_id=staff_id, tenant=tenant, session_id=NO_SESSION)


async def _charge(
    driver: Driver, key: bytes, tenant: str, rule: throttle.Rule, now: datetime
) -> datetime | None:
    await driver.execute(_REMEMBER, key, tenant, now)
    before = await _recall(driver, key)
    if before is not None and before.locked(now):
        SIGN_IN_FAILURES.labels("locked").inc()
        raise Locked
    after = throttle.charged(before or throttle.Attempts(since=now), now, rule)
    await driver.execute(_NOTE, key, after.failures, after.since, after.lockouts, after.locked_until)
    return after.locked_until


async def _refund(driver: Driver, key: bytes, *, locked: bool) -> None:
    before = await _recall(driver, key)
    if before is not None:
        after = throttle.refunded(before, locked=locked)
        await driver.execute(_NOTE, key, after.failures, after.since, after.lockouts, after.locked_until)


async def _recall(driver: Driver, key: bytes) -> throttle.Attempts | None:
    row = await driver.fetchrow(_RECALL, key)
    return throttle.Attempts(**dict(row)) if row else None
