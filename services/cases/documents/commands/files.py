"""What can be done with a file: announced, kept, scanned for malware, withdrawn, and swept when nobody kept it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.documents.archive import Place, archive_of
from services.cases.documents.models import Document, DocumentAlreadyThere, DocumentKey, Letter, LetterSent
from services.cases.dossiers.access import dossier_in_sight
from services.cases.dossiers.changes import note_change
from services.cases.dossiers.models import Dossier, Entry
from shared.auth import Permission, Principal
from shared.contracts.cases import DossierChanged
from shared.contracts.documents import (
    DOCUMENT_KINDS,
    WITHDRAWAL_REASONS,
    AddDocument,
    DocumentRef,
    WithdrawDocument,
)
from shared.db import driver_of, uuid7
from shared.errors import Invalid, NotFound
from shared.outbox import publish
from shared.timers import schedule

SCAN: Final = "scan_document"
SWEEP: Final = "sweep_document"
ERASE: Final = "erase_document"
UNKEPT_AFTER: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Received:
    """A file as it came in: looked at, and lying in the archive."""

    document_id: UUID
    name: str
    media_type: str
    size: int
    sha256: str


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


async def announce_document(
    session: AsyncSession, principal: Principal, dossier_id: UUID, *, now: datetime
) -> Place:
    """A place for a file that is about to come, asked before its first byte is read.

    Should nobody keep it within the hour, what lies there is swept: so neither a refusal nor a crash leaves a file.
    """
    principal.require(Permission.DOSSIER_WRITE)
    dossier = await dossier_in_sight(session, principal, dossier_id, now=now, to_write=True)
    dossier.require_open()
    return await _place(session, principal.tenant, now=now)


async def announce_letter(
    session: AsyncSession, principal: Principal, dossier_id: UUID, *, now: datetime
) -> Place:
    """A place for what we print ourselves, also before anybody was met."""
    principal.require(Permission.DOSSIER_WRITE)
    dossier = await dossier_in_sight(
        session, principal, dossier_id, now=now, to_write=True, before_contact=True
    )
    dossier.require_open()
    return await _place(session, principal.tenant, now=now)


async def _place(session: AsyncSession, tenant: str, *, now: datetime) -> Place:
    document_id = uuid7()
    schedule(session, tenant, now + UNKEPT_AFTER, SWEEP, document_id)
    return Place(tenant, document_id, await tenant_key(session, tenant, now=now))


async def tenant_key(session: AsyncSession, tenant: str, *, now: datetime) -> bytes:
    """The tenant's wrapped key, made at the first need."""
    known = await session.scalar(select(DocumentKey.wrapped))
    if known is None:
        fresh = archive_of(session).new_key(tenant)
        await session.execute(
            insert(DocumentKey).values(id=1, wrapped=fresh, made_at=now).on_conflict_do_nothing()
        )
        known = await session.scalar(select(DocumentKey.wrapped))
    assert known is not None  # noqa: S101 - it was just put there, by us or by another
    return bytes(known)


async def add_document(
    session: AsyncSession,
    principal: Principal,
    command: AddDocument,
    dossier_id: UUID,
    received: Received,
    *,
    now: datetime,
) -> DocumentRef:
    """Keep a file that came in. The same file twice in a dossier is refused, with which it is."""
    principal.require(Permission.DOSSIER_WRITE)
    if command.kind not in DOCUMENT_KINDS:
        raise Invalid({"kind": "not_a_choice"})
    dossier = await dossier_in_sight(session, principal, dossier_id, now=now, to_write=True)
    dossier.require_open()
    same = await session.scalar(
        select(Document.id).where(
            Document.dossier_id == dossier.id,
            Document.sha256 == received.sha256,
            Document.state == "kept",
            Document.letter_id.is_(None),
        )
    )
    if same is not None:
        raise DocumentAlreadyThere(details={"document_id": str(same)})
    scans = archive_of(session).scanner is not None
    document = Document.keep(
        received.document_id,
        dossier.id,
        kind=command.kind,
        name=received.name,
        media_type=received.media_type,
        size=received.size,
        sha256=received.sha256,
        note=command.note.strip(),
        scan="waiting" if scans else "not_scanned",
        by=principal.user_id,
        at=now,
    )
    session.add(document)
    if scans:
        schedule(session, principal.tenant, now, SCAN, document.id)
    session.add(
        Entry.system(dossier.id, "document_added", at=now, by=principal.user_id, document_kind=command.kind)
    )
    note_paper(session, principal, dossier, "add_document", document.id, now=now)
    return DocumentRef(document_id=document.id)


async def withdraw_document(
    session: AsyncSession,
    principal: Principal,
    command: WithdrawDocument,
    document_id: UUID,
    *,
    now: datetime,
) -> DocumentRef:
    """The line stays with its reason, the file goes. What was sent as a letter is kept."""
    principal.require(Permission.DOSSIER_WRITE)
    if command.reason not in WITHDRAWAL_REASONS:
        raise Invalid({"reason": "not_a_choice"})
    owner = await session.scalar(select(Document.dossier_id).where(Document.id == document_id))
    if owner is None:
        raise NotFound
    dossier = await dossier_in_sight(session, principal, owner, now=now, to_write=True, before_contact=True)
    dossier.require_open()
    document = await session.get_one(Document, document_id, with_for_update=True)
    if document.letter_id is not None:
        letter = await session.get_one(Letter, document.letter_id, with_for_update=True)
        if letter.state == "sent":
            raise LetterSent
        letter.state = "withdrawn"
        together = list(await session.scalars(select(Document).where(Document.letter_id == letter.id)))
    else:
        together = [document]
    for each in together:
        each.withdraw(command.reason, by=principal.user_id, at=now)
        schedule(session, principal.tenant, now, ERASE, each.id)
    session.add(
        Entry.system(dossier.id, "document_withdrawn", at=now, by=principal.user_id, why=command.reason)
    )
    note_paper(session, principal, dossier, "withdraw_document", document.id, now=now)
    return DocumentRef(document_id=document.id)


def note_paper(
    session: AsyncSession, principal: Principal, dossier: Dossier, action: str, ref: UUID, *, now: datetime
) -> None:
    """What every change of a paper leaves behind."""
    note_change(
        session, principal, dossier, action, "document", now=now, object_kind="document", object_id=ref
    )


# --- what the timers do ----------------------------------------------------------------------------------------------


async def scan_document(session: AsyncSession, tenant: str, ref: UUID, *, now: datetime) -> None:
    """Have a waiting file judged. While the scanner is away this fails, and is tried again later."""
    archive = archive_of(session)
    document = await session.get(Document, ref, with_for_update=True)
    if document is None or document.scan != "waiting" or document.state != "kept" or archive.scanner is None:
        return
    place = Place(tenant, ref, await tenant_key(session, tenant, now=now))
    document.judge(await archive.scanner.finds(await archive.read(place)))
    if document.state == "refused":
        schedule(session, tenant, now, ERASE, ref)
        session.add(Entry.system(document.dossier_id, "document_refused", at=now))
    publish(
        session,
        DossierChanged(
            id=uuid7(), occurred_at=now, tenant=tenant, dossier_id=document.dossier_id, what="document"
        ),
    )


async def sweep_document(session: AsyncSession, tenant: str, ref: UUID, *, now: datetime) -> None:
    """Delete what came in and was never kept."""
    if await session.scalar(select(Document.id).where(Document.id == ref)) is None:
        await archive_of(session).delete(tenant, ref)


async def erase_document(session: AsyncSession, tenant: str, ref: UUID, *, now: datetime) -> None:
    """Delete the file of what was withdrawn or refused, after that was committed."""
    state = await driver_of(session).fetchval("SELECT state FROM documents WHERE id = $1", ref)
    if state in {"withdrawn", "refused"}:
        await archive_of(session).delete(tenant, ref)
