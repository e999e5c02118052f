"""A command is carried out once for each key: a double click or a resent form changes nothing twice."""

import hashlib
import re
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import driver_of, rows_of
from shared.errors import Conflict, Invalid

_KEY = re.compile(r"[A-Za-z0-9_-]{8,128}\Z")

_CLAIM = """
    INSERT INTO idempotency_keys (user_id, key, operation, request_hash) VALUES ($1, $2, $3, $4)
    ON CONFLICT DO NOTHING RETURNING 1
"""
_EARLIER = "SELECT operation, request_hash, answer FROM idempotency_keys WHERE user_id = $1 AND key = $2"
_PRUNE = """
    DELETE FROM idempotency_keys WHERE (user_id, key) IN (
        SELECT user_id, key FROM idempotency_keys WHERE used_at < $1 ORDER BY used_at LIMIT $2)
"""
_KEEP = "UPDATE idempotency_keys SET answer = $3 WHERE user_id = $1 AND key = $2"


class KeyWrong(Invalid):
    """A command needs an `Idempotency-Key` of 8 to 128 letters, digits, - or _."""

    code = "idempotency_key_wrong"


class KeyReused(Conflict):
    """The key was used before for something else."""

    code = "idempotency_key_reused"


def checked_key(key: str | None) -> str:
    if key is None or not _KEY.match(key):
        raise KeyWrong({"Idempotency-Key": "idempotency_key_wrong"})
    return key


async def claim(
    session: AsyncSession, user_id: UUID, key: str, operation: str, request: bytes
) -> bytes | None:
    """Take the key for this transaction; the earlier answer when it was used before for the same request.

    Two at once: the second waits for the first to commit. Raises `KeyReused`.
    """
    digest = hashlib.sha256(request).digest()
    driver = driver_of(session)
    if await driver.fetchval(_CLAIM, user_id, key, operation, digest) is not None:
        return None
    earlier = await driver.fetchrow(_EARLIER, user_id, key)
    if earlier is None or earlier["operation"] != operation or earlier["request_hash"] != digest:
        raise KeyReused
    return bytes(earlier["answer"] or b"null")


async def keep(session: AsyncSession, user_id: UUID, key: str, answer: bytes) -> None:
    """Remember the answer, in the same transaction."""
    await driver_of(session).execute(_KEEP, user_id, key, answer)


async def prune(session: AsyncSession, *, before: datetime, limit: int) -> int:
    """Forget keys that were used before that moment, with their answers, `limit` at most; returns how many."""
    return rows_of(await driver_of(session).execute(_PRUNE, before, limit))
