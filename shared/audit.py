"""Who did or saw what, kept in the act's own transaction and sealed into a hash chain that shows any touch."""

import asyncio
import base64
import hashlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import BigInteger, DateTime, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from shared.auth import Principal
from shared.db import Base, Database, Driver, driver_of, on_commit, transaction
from shared.telemetry import trace_id
from shared.tenancy import TenantNotReady

_SEAL_BATCH = 1000
_GENESIS = hashlib.sha256(b"vangnet audit chain v1").digest()

_COLUMNS = (
    "id, at, user_id, session_id, service, action, "
    "object_kind, object_id, subject_id, outcome, details, trace_id"
)
_INSERT = """
    INSERT INTO audit (at, user_id, session_id, service, action, object_kind, object_id, subject_id, outcome,
                       details, trace_id)
    SELECT at, user_id, session_id, service, action, object_kind, object_id, subject_id, outcome,
           details::jsonb, trace_id
    FROM unnest($1::timestamptz[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::uuid[],
                $8::uuid[], $9::text[], $10::text[], $11::text[])
      AS new (at, user_id, session_id, service, action, object_kind, object_id, subject_id, outcome, details, trace_id)
"""
# Rows of transactions older than every running one: none with a smaller (tx, id) can still appear.
_UNSEALED = f"""
    SELECT tx::text::bigint AS tx, {_COLUMNS} FROM audit
    WHERE (tx, id) > ($1::text::xid8, $2::bigint) AND tx < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY tx, id LIMIT {_SEAL_BATCH}
"""  # noqa: S608 - constants only
_LAST_SEAL = "SELECT position, hash, last_tx, last_audit_id FROM audit_seals ORDER BY position DESC LIMIT 1"
_CHAIN = f"""
    SELECT chain.position, chain.hash, chain.audit_id, {", ".join(f"audit.{c.strip()}" for c in _COLUMNS.split(","))}
    FROM audit_chain AS chain LEFT JOIN audit ON audit.id = chain.audit_id
    WHERE chain.position > $1 ORDER BY chain.position LIMIT {_SEAL_BATCH}
"""  # noqa: S608 - constants only
_UNCHAINED = """
    SELECT audit.id FROM audit LEFT JOIN audit_chain ON audit_chain.audit_id = audit.id
    WHERE audit_chain.audit_id IS NULL AND (audit.tx, audit.id) <= ($1::text::xid8, $2::bigint)
    ORDER BY audit.id LIMIT 1
"""

log = logging.getLogger(__name__)


class AuditRow(Base):
    """What happened, in ids and codes. `subject_id` is the client file that it concerns, if any."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    user_id: Mapped[UUID] = mapped_column(Uuid)
    session_id: Mapped[UUID] = mapped_column(Uuid)
    service: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    object_kind: Mapped[str] = mapped_column(Text)
    object_id: Mapped[UUID | None] = mapped_column(Uuid)
    subject_id: Mapped[UUID | None] = mapped_column(Uuid)
    outcome: Mapped[str] = mapped_column(Text)
    details: Mapped[dict[str, Any]] = mapped_column(JSONB)
    trace_id: Mapped[str] = mapped_column(Text)


class _Entry(msgspec.Struct, frozen=True):
    at: datetime
    user_id: UUID
    session_id: UUID
    service: str
    action: str
    object_kind: str
    object_id: UUID | None
    subject_id: UUID | None
    outcome: str
    details: dict[str, Any]
    trace_id: str


def record(
    session: AsyncSession,
    principal: Principal,
    action: str,
    *,
    now: datetime,
    object_kind: str,
    object_id: UUID | None = None,
    subject_id: UUID | None = None,
    outcome: str = "done",
    details: dict[str, Any] | None = None,
) -> None:
    """Keep an act or a look. `details` holds codes, counts and ids; never what somebody typed or a person's data."""
    entry = _Entry(
        now, principal.user_id, principal.session_id, principal.service, action, object_kind, object_id, subject_id,
        outcome, details or {}, trace_id(),
    )  # fmt: skip
    on_commit(session, _write, entry)


async def _write(driver: Driver, entries: list[_Entry]) -> None:
    await driver.execute(
        _INSERT,
        [entry.at for entry in entries],
        [entry.user_id for entry in entries],
        [entry.session_id for entry in entries],
        [entry.service for entry in entries],
        [entry.action for entry in entries],
        [entry.object_kind for entry in entries],
        [entry.object_id for entry in entries],
        [entry.subject_id for entry in entries],
        [entry.outcome for entry in entries],
        [msgspec.json.encode(entry.details).decode() for entry in entries],
        [entry.trace_id for entry in entries],
    )


class Key:
    """The Ed25519 key that signs the heads of the chains; read from 32 bytes in base64url."""

    def __init__(self, seed: str) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(base64.urlsafe_b64decode(seed + "=="))
        self.public = self._private.public_key()
        raw = self.public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.id = hashlib.sha256(raw).hexdigest()[:16]

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)


def _link(previous: bytes, row: asyncpg.Record) -> bytes:
    """The hash of a row and everything before it."""
    values = [row[name.strip()] for name in _COLUMNS.split(",")]
    return hashlib.sha256(previous + msgspec.json.encode(values)).digest()


def _head(tenant: str, position: int, head: bytes) -> bytes:
    return b"vangnet audit head v1\n" + f"{tenant}\n{position}\n".encode() + head


async def seal(session: AsyncSession, tenant: str, key: Key) -> int:
    """Chain the audit rows that are not yet in the chain and sign the new head; returns how many were added."""
    driver = driver_of(session)
    await driver.execute("SELECT pg_advisory_xact_lock(hashtext('audit_seal'), hashtext($1))", tenant)
    last = await driver.fetchrow(_LAST_SEAL)
    position, head = (last["position"], last["hash"]) if last else (0, _GENESIS)
    tx, audit_id = (last["last_tx"], last["last_audit_id"]) if last else (0, 0)
    rows = await driver.fetch(_UNSEALED, str(tx), audit_id)
    if not rows:
        return 0
    links: list[tuple[int, int, bytes]] = []
    for row in rows:
        position, head = position + 1, _link(head, row)
        links.append((position, row["id"], head))
    await driver.execute(
        "INSERT INTO audit_chain (position, audit_id, hash)"
        " SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[])",
        [link[0] for link in links],
        [link[1] for link in links],
        [link[2] for link in links],
    )
    await driver.execute(
        "INSERT INTO audit_seals (position, hash, last_tx, last_audit_id, signature, key_id)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        position,
        head,
        rows[-1]["tx"],
        rows[-1]["id"],
        key.sign(_head(tenant, position, head)),
        key.id,
    )
    return len(rows)


class Verdict(msgspec.Struct, frozen=True):
    """The outcome of a verification; `wrong` is a code, `row` the first audit row that is not as it was sealed."""

    rows: int
    wrong: str = ""
    row: int | None = None


async def verify(session: AsyncSession, tenant: str, public: Ed25519PublicKey) -> Verdict:
    """Recompute the whole chain and check every seal's signature."""
    driver = driver_of(session)
    seals = {
        row["position"]: row for row in await driver.fetch("SELECT * FROM audit_seals ORDER BY position")
    }
    position, head = 0, _GENESIS
    while rows := await driver.fetch(_CHAIN, position):
        for row in rows:
            position += 1
            if row["position"] != position:
                return Verdict(position, "chain_gap", row["audit_id"])
            if row["id"] is None:
                return Verdict(position, "row_deleted", row["audit_id"])
            head = _link(head, row)
            if head != row["hash"]:
                return Verdict(position, "row_changed", row["audit_id"])
            seal_row = seals.get(position)
            if seal_row is not None and not _signed(public, tenant, position, head, seal_row):
                return Verdict(position, "seal_wrong", row["audit_id"])
    return await _verdict_at_end(driver, position, list(seals.values()))


async def _verdict_at_end(driver: Driver, position: int, seals: Sequence[asyncpg.Record]) -> Verdict:
    if seals and seals[-1]["position"] != position:
        return Verdict(position, "chain_cut")
    if seals:
        unchained = await driver.fetchval(_UNCHAINED, str(seals[-1]["last_tx"]), seals[-1]["last_audit_id"])
        if unchained is not None:
            return Verdict(position, "row_inserted", unchained)
    return Verdict(position)


def _signed(
    public: Ed25519PublicKey, tenant: str, position: int, head: bytes, seal_row: asyncpg.Record
) -> bool:
    try:
        public.verify(seal_row["signature"], _head(tenant, position, head))
    except InvalidSignature:
        return False
    return bool(seal_row["hash"] == head)


class Sealer:
    """Seals the chains of all tenants in turn, about once in `seconds` each."""

    def __init__(
        self, database: Database, key: Key, tenants: Callable[[], Awaitable[list[str]]], *, seconds: float
    ) -> None:
        self._database = database
        self._key = key
        self._tenants = tenants
        self._seconds = seconds

    async def run(self) -> None:
        """Seal until cancelled. Raises what broke; the caller starts it again."""
        while True:
            tenants = await self._tenants()
            pause = self._seconds / max(len(tenants), 1)
            for tenant in tenants:
                try:
                    async with transaction(self._database, tenant) as session:
                        added = await seal(session, tenant, self._key)
                except TenantNotReady:
                    continue  # removed since the list was made
                if added == _SEAL_BATCH:
                    log.info("audit chain is behind", extra={"facts": {"tenant": tenant}})
                await asyncio.sleep(pause)
            if not tenants:
                await asyncio.sleep(self._seconds)
