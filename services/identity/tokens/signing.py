"""Signing tokens and publishing the keys that verify them (RFC 7517, RFC 8037, RFC 9864)."""

import time
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.tokens.models import KNOWN_AFTER, SigningKey, published, signing
from services.identity.vault import Vault
from shared.auth import Principal, TokenVerifier, claims_of
from shared.db import Database, DatabaseUnreachable, driver_of, platform_transaction

ALGORITHM: Final = "Ed25519"
_REREAD_SECONDS = 30.0
_LOCK = 0x6B657973  # "keys": one maker of keys at a time


class SigningKeys(TokenVerifier):
    """The keys of this moment, read again from the database every half minute; also verifies identity's own tokens."""

    def __init__(self, vault: Vault) -> None:
        super().__init__("")
        self._vault = vault
        self._database: Database | None = None
        self._read_at = 0.0
        self._rows: list[SigningKey] = []

    def attach(self, database: Database) -> None:
        """Where the keys are."""
        self._database = database

    async def sign(self, principal: Principal, *, now: datetime) -> str:
        """A token, good for five minutes."""
        rows = await self._current(fresh=False)
        row = signing(rows, now)
        header = {"alg": ALGORITHM, "kid": row.kid}
        return jwt.encode(header, claims_of(principal, now=now), self._opened(row), algorithms=[ALGORITHM])

    async def public(self, *, now: datetime) -> list[dict[str, Any]]:
        """The published keys, as members of a JWK set."""
        return [row.public for row in published(await self._current(fresh=False), now)]

    async def _key_set(self, *, fresh: bool) -> KeySet:
        return KeySet.import_key_set({"keys": await self._public_keys(fresh=fresh)})

    async def _public_keys(self, *, fresh: bool) -> list[Any]:
        return [row.public for row in published(await self._current(fresh=fresh), datetime.now(UTC))]

    def _opened(self, row: SigningKey) -> OKPKey:
        return OKPKey.import_key(msgspec.json.decode(self._vault.open(row.private, about=row.kid)))

    async def _current(self, *, fresh: bool) -> list[SigningKey]:
        age = time.monotonic() - self._read_at
        # an unknown key makes the verifier ask anew, so a stranger's tokens may not cost a query each
        if self._rows and age < (1.0 if fresh else _REREAD_SECONDS):
            return self._rows
        if self._database is None:
            raise DatabaseUnreachable
        async with platform_transaction(self._database) as session:
            rows = await all_keys(session)
            if not rows:
                rows = [await make_first_key(session, self._vault, now=datetime.now(UTC))]
        self._rows, self._read_at = rows, time.monotonic()
        return rows


async def make_first_key(session: AsyncSession, vault: Vault, *, now: datetime) -> SigningKey:
    """The first key signs at once: nobody holds older ones. Of two processes the second takes the first's."""
    await driver_of(session).execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
    existing = await session.scalar(select(SigningKey).order_by(SigningKey.signs_from).limit(1))
    return existing or _make(session, vault, now=now, signs_from=now)


async def all_keys(session: AsyncSession) -> list[SigningKey]:
    """Every key that is kept, oldest first."""
    return list(await session.scalars(select(SigningKey).order_by(SigningKey.signs_from)))


async def rotate(session: AsyncSession, vault: Vault, *, now: datetime) -> SigningKey:
    """Publish a new key that signs in six minutes, and forget those that no living token needs."""
    await driver_of(session).execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
    rows = await all_keys(session)
    if not rows:
        return _make(session, vault, now=now, signs_from=now)
    kept = {row.kid for row in published(rows, now)}
    await session.execute(delete(SigningKey).where(SigningKey.kid.not_in(kept)))
    return _make(session, vault, now=now, signs_from=now + KNOWN_AFTER)


def _make(session: AsyncSession, vault: Vault, *, now: datetime, signs_from: datetime) -> SigningKey:
    key = OKPKey.generate_key(ALGORITHM)
    kid = key.thumbprint()
    public = {**key.as_dict(private=False), "kid": kid, "use": "sig", "alg": ALGORITHM}
    row = SigningKey(
        kid=kid,
        public=public,
        private=vault.seal(msgspec.json.encode(key.as_dict(private=True)), about=kid),
        published_at=now,
        signs_from=signs_from,
    )
    session.add(row)
    return row
