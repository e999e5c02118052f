"""What moves an import along: started and confirmed by an editor, read and written by the clock."""

import asyncio
import re
from collections import Counter
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.imports.assembling import Assembled, assemble, in_writing_order
from services.referrals.imports.models import (
    BATCH,
    CARRY_ON,
    READ,
    SHIPPED_BATCH,
    ImportBatch,
    ImportFile,
    ImportUnknown,
    MapImport,
)
from services.referrals.imports.parts import FileRefused, Opened
from services.referrals.imports.receiving import MOST_BYTES, open_file
from services.referrals.imports.report import keep_rows
from services.referrals.imports.shipped import SHIPPED, open_shipped
from services.referrals.social_map.models import Layer, layer_of, tables_of
from services.referrals.social_map.writing import (
    ContentWrong,
    Draft,
    Written,
    entry_id,
    foresee,
    write,
)
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts.map_imports import (
    ImportRef,
    ImportStep,
    ShippedContent,
    StartImport,
)
from shared.contracts.referrals import MapImportProgressed
from shared.db import driver_of, uuid7
from shared.errors import Forbidden, Invalid
from shared.outbox import publish
from shared.timers import cancel, schedule

_SOURCE: Final = re.compile(r"[a-z0-9][a-z0-9_.-]{1,59}\Z")
_MOST_NAME: Final = 200
_MOST_MAPPING: Final = 500_000


async def start_import(
    session: AsyncSession,
    principal: Principal,
    command: StartImport,
    content: bytes,
    *,
    now: datetime,
) -> ImportRef:
    """Keep a file and have it read; nothing of the map changes before somebody confirms."""
    principal.require(Permission.SOCIAL_MAP_EDIT)
    wrong = {}
    if not _SOURCE.match(command.source):
        wrong["source"] = "source_wrong" if command.source else "required"
    if not command.name or len(command.name) > _MOST_NAME:
        wrong["file"] = "required" if not command.name else "file_name_too_long"
    if not 0 <= command.mapping_size <= min(len(content), _MOST_MAPPING):
        wrong["mapping"] = "mapping_wrong"
    elif len(content) == command.mapping_size:
        wrong["file"] = "file_empty"
    elif len(content) - command.mapping_size > MOST_BYTES:
        wrong["file"] = "file_too_large"
    if wrong:
        raise Invalid(wrong, details={"most": str(MOST_BYTES)})
    mapping, file = content[: command.mapping_size], content[command.mapping_size :]
    begun = MapImport.begin(
        command.source, command.name, sha256(file).hexdigest(), by=principal.user_id, at=now
    )
    session.add(begun)
    await session.flush()
    session.add(ImportFile(import_id=begun.id, content=file, mapping=mapping))
    schedule(session, principal.tenant, now, READ, begun.id)
    _note(session, principal, "start_import", begun.id, now=now)
    return ImportRef(begun.id)


async def confirm_import(
    session: AsyncSession, principal: Principal, command: ImportStep, import_id: UUID, *, now: datetime
) -> ImportRef:
    """Bring in what the preview showed. Raises `ImportUnknown` or `ImportChanged`."""
    principal.require(Permission.SOCIAL_MAP_EDIT)
    found = await _locked(session, import_id)
    found.confirm(command.version, by=principal.user_id, at=now)
    schedule(session, principal.tenant, now, CARRY_ON, found.id)
    _note(session, principal, "confirm_import", found.id, now=now, entries=found.entries)
    return ImportRef(found.id)


async def cancel_import(
    session: AsyncSession, principal: Principal, command: ImportStep, import_id: UUID, *, now: datetime
) -> ImportRef:
    """Leave it: the file and what was made ready of it go. Raises `ImportUnknown` or `ImportChanged`."""
    principal.require(Permission.SOCIAL_MAP_EDIT)
    found = await _locked(session, import_id)
    found.cancel(command.version, at=now)
    _tell(session, principal.tenant, found, by=principal.user_id, now=now)
    await cancel(session, READ, found.id)
    await session.execute(delete(ImportFile).where(ImportFile.import_id == found.id))
    await session.execute(delete(ImportBatch).where(ImportBatch.import_id == found.id))
    _note(session, principal, "cancel_import", found.id, now=now)
    return ImportRef(found.id)


async def bring_in_shipped(session: AsyncSession, principal: Principal, *, now: datetime) -> ShippedContent:
    """Bring in what comes along with the product, at once and whole; again, it changes nothing.

    For the shared layer alone: it is the same for everybody. Raises `Forbidden` in any other tenant.
    """
    principal.require(Permission.SOCIAL_MAP_EDIT)
    layer = layer_of(principal.tenant)
    if layer is not Layer.SHARED:
        raise Forbidden
    refs = []
    for source in SHIPPED:
        opened = open_shipped(source)
        begun = MapImport.begin(source, source, "", by=principal.user_id, at=now)
        session.add(begun)
        await session.flush()
        stored = await _stored(session, layer, begun.source_of_entries)
        assembled = assemble(opened, begun.source_of_entries, stored)
        await keep_rows(session, begun, opened, assembled)
        begun.make_ready()
        begun.confirm(begun.version, by=principal.user_id, at=now)
        await session.flush()
        drafts = in_writing_order([each.draft for each in assembled.entries], begun.source_of_entries)
        for start in range(0, len(drafts), SHIPPED_BATCH):
            await _write_batch(session, layer, begun, drafts[start : start + SHIPPED_BATCH], now=now)
        begun.entries_done = begun.entries
        begun.end(at=now)
        _note(session, principal, "bring_in_shipped", begun.id, now=now, entries=begun.entries)
        refs.append(ImportRef(begun.id))
    return ShippedContent(refs)


async def read_import(session: AsyncSession, tenant: str, import_id: UUID, *, now: datetime) -> None:
    """A timer's: read the file, see what it would change, and forget the file itself."""
    found = await session.get(MapImport, import_id, with_for_update=True)
    file = await session.get(ImportFile, import_id)
    if found is None or file is None or found.state != "reading":
        return
    layer = layer_of(tenant)
    source = found.source_of_entries
    stored = await _stored(session, layer, source)
    try:
        # in a thread, so that the service answers others meanwhile
        opened, assembled = await asyncio.to_thread(
            _read, found.file_name, file.content, file.mapping, source, stored
        )
    except FileRefused as refused:
        ((field, code),) = refused.fields.items()
        found.refuse(code, field, refused.details, at=now)
        _tell(session, tenant, found, now=now)
        await session.delete(file)
        return
    strangers = await _strangers(session, layer, source, assembled)
    if strangers:
        assembled = await asyncio.to_thread(assemble, opened, source, stored, strangers)
    drafts = in_writing_order([each.draft for each in assembled.entries], source)
    foreseen: dict[str, Counter[str]] = {}
    for start in range(0, len(drafts), BATCH):
        piece = drafts[start : start + BATCH]
        kinds = {entry_id(source, draft.kind, draft.source_id): draft.kind for draft in piece}
        _count(foreseen, kinds, await foresee(session, layer, piece, source=source))
    for position, start in enumerate(range(0, len(drafts), BATCH)):
        piece_of_it = [msgspec.to_builtins(draft) for draft in drafts[start : start + BATCH]]
        session.add(ImportBatch(import_id=found.id, position=position, drafts=piece_of_it))
    await keep_rows(session, found, opened, assembled)
    found.foreseen = {kind: dict(count) for kind, count in foreseen.items()}
    found.make_ready()
    _tell(session, tenant, found, now=now)
    await session.delete(file)


async def carry_on_import(session: AsyncSession, tenant: str, import_id: UUID, *, now: datetime) -> None:
    """A timer's: write the next entries; the one after it follows at once, until there are none."""
    found = await session.get(MapImport, import_id, with_for_update=True)
    if found is None or found.state != "importing":
        return
    batch = await session.scalar(
        select(ImportBatch).where(ImportBatch.import_id == import_id).order_by(ImportBatch.position).limit(1)
    )
    if batch is not None:
        drafts = [msgspec.convert(each, Draft) for each in batch.drafts]
        await _write_batch(session, layer_of(tenant), found, drafts, now=now)
        found.entries_done += len(drafts)
        await session.delete(batch)
        await session.flush()
    left = await session.scalar(
        select(ImportBatch.position).where(ImportBatch.import_id == import_id).limit(1)
    )
    if left is None:
        found.end(at=now)
    else:
        schedule(session, tenant, now, CARRY_ON, import_id)
    _tell(session, tenant, found, now=now)


def _read(
    name: str, content: bytes, mapping: bytes, source: str, stored: set[tuple[str, str]]
) -> tuple[Opened, Assembled]:
    opened = open_file(name, content, mapping)
    return opened, assemble(opened, source, stored)


async def _stored(session: AsyncSession, layer: Layer, source: str) -> set[tuple[str, str]]:
    entries, _ = tables_of(layer)
    rows = await driver_of(session).fetch(
        f"SELECT kind, source_id FROM {entries} WHERE source = $1",  # noqa: S608 - a constant
        source,
    )
    return {(row["kind"], row["source_id"]) for row in rows}


async def _strangers(
    session: AsyncSession, layer: Layer, source: str, assembled: Assembled
) -> set[tuple[str, str]]:
    """The kinds and ids of those whose id is that of an entry of another kind."""
    drafts = {
        entry_id(source, each.draft.kind, each.draft.source_id): each.draft for each in assembled.entries
    }
    entries, _ = tables_of(layer)
    rows = await driver_of(session).fetch(
        f"SELECT id, kind FROM {entries} WHERE id = ANY($1::uuid[])",  # noqa: S608 - a constant
        list(drafts),
    )
    return {
        (drafts[row["id"]].kind, drafts[row["id"]].source_id)
        for row in rows
        if row["kind"] != drafts[row["id"]].kind
    }


def _count(counts: dict[str, Counter[str]], kinds: dict[UUID, str], written: Written) -> None:
    for became in ("created", "changed", "unchanged"):
        for key in getattr(written, became):
            counts.setdefault(kinds.get(key, ""), Counter())[became] += 1


async def _write_batch(
    session: AsyncSession, layer: Layer, found: MapImport, drafts: list[Draft], *, now: datetime
) -> None:
    source = found.source_of_entries
    refused: list[UUID] = []
    try:
        written = await write(session, layer, drafts, source=source, by=found.confirmed_by, now=now)
    except ContentWrong as wrong:
        # what fitted when it was read does so no more: those stay out, with that reason, and the others come in
        places = {int(path.split(".")[0]) for path in wrong.fields} if len(drafts) > 1 else {0}
        refused = [entry_id(source, drafts[at].kind, drafts[at].source_id) for at in sorted(places)]
        kept = [draft for at, draft in enumerate(drafts) if at not in places]
        written = await write(session, layer, kept, source=source, by=found.confirmed_by, now=now)
    driver = driver_of(session)
    for became, keys in (
        ("created", written.created),
        ("changed", written.changed),
        ("unchanged", written.unchanged),
        ("refused", refused),
    ):
        if keys:
            await driver.execute(
                "UPDATE map_import_entries SET became = $2 WHERE import_id = $1 AND entry_id = ANY($3::uuid[])",
                found.id,
                became,
                keys,
            )
    if refused:
        rows = await driver.fetchval(
            """
            WITH gone AS (
                UPDATE map_import_rows SET entry_id = NULL, reasons = reasons || 'content_wrong'::text
                WHERE import_id = $1 AND entry_id = ANY($2::uuid[]) RETURNING 1
            ) SELECT count(*) FROM gone
            """,
            found.id,
            refused,
        )
        found.rows_refused += rows


async def _locked(session: AsyncSession, import_id: UUID) -> MapImport:
    found = await session.get(MapImport, import_id, with_for_update=True)
    if found is None:
        raise ImportUnknown
    return found


def _tell(
    session: AsyncSession, tenant: str, found: MapImport, *, by: UUID | None = None, now: datetime
) -> None:
    publish(
        session,
        MapImportProgressed(
            id=uuid7(), occurred_at=now, tenant=tenant, actor=by, import_id=found.id, state=found.state
        ),
    )


def _note(
    session: AsyncSession,
    principal: Principal,
    action: str,
    import_id: UUID,
    *,
    now: datetime,
    **details: Any,
) -> None:
    audit.record(
        session, principal, action, now=now, object_kind="map_import", object_id=import_id, details=details
    )
