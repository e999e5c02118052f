"""What editors do with the map: make and change entries, say otherwise of shared ones, assure, withdraw, publish."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.social_map import writing
from services.referrals.social_map.areas import with_codes
from services.referrals.social_map.history import note_changes
from services.referrals.social_map.merging import merged_entries
from services.referrals.social_map.models import (
    EDITORIAL_TENANT,
    EDITORS,
    ENTRIES,
    Layer,
    Overlay,
    SharedEntry,
    layer_of,
)
from services.referrals.social_map.profile import tidy, wrong_fields
from services.referrals.social_map.publication import Scope, choose_scope
from services.referrals.social_map.search_index import reindex_entries
from services.referrals.social_map.uniting import standing_for
from services.referrals.social_map.writing import ContentWrong, Draft, EntryChanged, EntryUnknown, write
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts.map_entries import (
    AddPlace,
    AssureEntry,
    ChoosePublication,
    EntryRef,
    SaveEntry,
    SaveOverlay,
    WithdrawEntry,
)
from shared.db import driver_of, uuid7
from shared.errors import Conflict, Invalid


class SharedLayerShown(Conflict):
    """The editorial office shows the shared layer always."""

    code = "shared_layer_shown"


async def make_entry(
    session: AsyncSession, principal: Principal, command: SaveEntry, *, now: datetime
) -> EntryRef:
    """A new entry in the tenant's own layer; the editorial office's is everybody's. Raises `ContentWrong`."""
    principal.require(Permission.SOCIAL_MAP_EDIT)
    await _require_there(session, command)
    key = uuid7()
    await _write(session, principal, key, command, now=now)
    _record(session, principal, "make_entry", key, command.kind, now)
    return EntryRef(key)


async def save_entry(
    session: AsyncSession, principal: Principal, command: SaveEntry, entry_id: UUID, *, now: datetime
) -> EntryRef:
    """Change an entry of one's own layer. Raises `ContentWrong`, `EntryChanged` or `EntryUnknown`."""
    principal.require(Permission.SOCIAL_MAP_EDIT)
    table = ENTRIES[layer_of(principal.tenant)]
    held = (
        await session.execute(select(table.kind, table.parent_id).where(table.id == entry_id))
    ).one_or_none()
    if held is None or held.kind != command.kind:
        raise EntryUnknown
    await _require_there(session, command)
    versions = {entry_id: command.version}
    await _write(session, principal, entry_id, command, now=now, parent_id=held.parent_id, versions=versions)
    _record(session, principal, "save_entry", entry_id, command.kind, now)
    return EntryRef(entry_id)


async def add_place(
    session: AsyncSession, principal: Principal, command: AddPlace, service_id: UUID, *, now: datetime
) -> EntryRef:
    """A location of a service of one's own layer. Raises `ContentWrong` or `EntryUnknown`."""
    principal.require(Permission.SOCIAL_MAP_EDIT)
    layer = layer_of(principal.tenant)
    services = await merged_entries(session, ids=[service_id], kind="service")
    if not services or (layer is Layer.OWN and services[0].layer is not Layer.OWN):
        raise EntryUnknown
    place, spot = uuid7(), uuid7()
    drafts = [
        Draft(
            kind="location",
            id=place,
            source_id=str(place),
            organization_id=services[0].organization_id,
            content=command.content,
        ),
        Draft(
            kind="service_at_location",
            id=spot,
            source_id=str(spot),
            service_id=service_id,
            location_id=place,
            content={},
        ),
    ]
    try:
        await write(session, layer, drafts, source=EDITORS, by=principal.user_id, now=now)
    except ContentWrong as wrong:
        raise ContentWrong({path.removeprefix("0."): code for path, code in wrong.fields.items()}) from None
    _record(session, principal, "add_place", place, "location", now)
    return EntryRef(place)


async def save_overlay(
    session: AsyncSession, principal: Principal, command: SaveOverlay, entry_id: UUID, *, now: datetime
) -> EntryRef:
    """What the tenant says otherwise of a shared entry. Raises `EntryUnknown`, `EntryChanged` or `ContentWrong`."""
    principal.require(Permission.SOCIAL_MAP_EDIT)
    if layer_of(principal.tenant) is Layer.SHARED:
        raise EntryUnknown
    entry_id = await standing_for(session, entry_id)
    entry = await session.scalar(select(SharedEntry).where(SharedEntry.id == entry_id))
    if entry is None:
        raise EntryUnknown
    fields = _own_word(entry.kind, entry_id, entry.content, with_codes(command.fields))
    # two editors who say their first word at the same moment have no row to wait for each other at
    await driver_of(session).execute(
        "SELECT pg_advisory_xact_lock(hashtext('map_overlays ' || current_user), hashtext($1))", str(entry_id)
    )
    known = await session.scalar(select(Overlay).where(Overlay.entry_id == entry_id).with_for_update())
    if (known.version if known else 0) != command.version:
        raise EntryChanged(
            details={
                "changed_by": str(known.changed_by) if known else "",
                "changed_at": known.changed_at.isoformat() if known else "",
            }
        )
    before = {**known.fields, **_said(known.note, hidden=known.hidden)} if known else {}
    after = {**fields, **_said(command.note, hidden=command.hidden)}
    if known is None:
        known = Overlay(entry_id=entry_id, kind=entry.kind, version=0)
        session.add(known)
    known.fields, known.note, known.hidden = fields, command.note, command.hidden
    known.version += 1
    known.changed_at, known.changed_by = now, principal.user_id
    await session.flush()
    await note_changes(session, Layer.OWN, entry_id, entry.kind, before, after, by=principal.user_id, now=now)
    await reindex_entries(session, Layer.OWN, [entry_id], now=now)
    _record(session, principal, "save_overlay", entry_id, entry.kind, now)
    return EntryRef(entry_id)


async def assure_entry(
    session: AsyncSession, principal: Principal, command: AssureEntry, entry_id: UUID, *, now: datetime
) -> EntryRef:
    """Say that an entry of one's own layer is right as it stands. Raises `EntryUnknown` or `EntryChanged`."""
    principal.require(Permission.SOCIAL_MAP_EDIT)
    await writing.assure(
        session,
        layer_of(principal.tenant),
        entry_id,
        assurer=str(principal.user_id),
        check_months=command.check_months,
        by=principal.user_id,
        now=now,
        version=command.version,
    )
    _record(session, principal, "assure_entry", entry_id, "", now)
    return EntryRef(entry_id)


async def withdraw_entry(
    session: AsyncSession, principal: Principal, command: WithdrawEntry, entry_id: UUID, *, now: datetime
) -> EntryRef:
    """Take an entry of one's own layer out of sight, until it is restored. Raises `EntryUnknown` or `EntryChanged`."""
    principal.require(Permission.SOCIAL_MAP_EDIT)
    await _require_version(session, principal, entry_id, command.version)
    layer = layer_of(principal.tenant)
    await writing.withdraw(session, layer, [entry_id], source=EDITORS, by=principal.user_id, now=now)
    _record(session, principal, "withdraw_entry", entry_id, "", now)
    return EntryRef(entry_id)


async def restore_entry(
    session: AsyncSession, principal: Principal, command: WithdrawEntry, entry_id: UUID, *, now: datetime
) -> EntryRef:
    """Bring a withdrawn entry back. Raises `EntryUnknown` or `EntryChanged`."""
    principal.require(Permission.SOCIAL_MAP_EDIT)
    await _require_version(session, principal, entry_id, command.version)
    layer = layer_of(principal.tenant)
    await writing.restore(session, layer, [entry_id], source=EDITORS, by=principal.user_id, now=now)
    _record(session, principal, "restore_entry", entry_id, "", now)
    return EntryRef(entry_id)


async def choose_publication(
    session: AsyncSession, principal: Principal, command: ChoosePublication, *, now: datetime
) -> None:
    """How much of its map the tenant shows to everybody. Raises `SharedLayerShown`."""
    principal.require(Permission.SOCIAL_MAP_EDIT)
    if principal.tenant == EDITORIAL_TENANT:
        raise SharedLayerShown
    await choose_scope(session, Scope(command.scope), by=principal.user_id, now=now)
    audit.record(
        session,
        principal,
        "choose_publication",
        now=now,
        object_kind="map_publication",
        details={"scope": command.scope},
    )


def _own_word(
    kind: str, entry_id: UUID, shared: Mapping[str, Any], fields: Mapping[str, Any]
) -> dict[str, Any]:
    """The fields in which the tenant differs, tidied; null for what it leaves out. Raises `ContentWrong`."""
    said = {**shared, **fields}
    if shared.get("hidden_address") and not said.get("hidden_address"):
        raise ContentWrong({"hidden_address": "secret_elsewhere"})
    wrong = {path: code for path, code in wrong_fields(kind, said).items() if path.split(".", 1)[0] in fields}
    if wrong:
        raise ContentWrong(wrong)
    tidied = tidy(kind, entry_id, said)
    return {
        name: tidied.get(name) for name in fields if name != "id" and tidied.get(name) != shared.get(name)
    }


def _said(note: str, *, hidden: bool) -> dict[str, Any]:
    return {**({"note": note} if note else {}), **({"hidden": True} if hidden else {})}


async def _require_there(session: AsyncSession, command: SaveEntry) -> None:
    """What an entry points at must be there for this tenant. Raises `Invalid`."""
    wrong: dict[str, str] = {}
    for name, kind in (
        ("organization_id", "organization"),
        ("service_id", "service"),
        ("location_id", "location"),
    ):
        key = getattr(command, name)
        if key is not None and not await merged_entries(session, ids=[key], kind=kind, all_states=True):
            wrong[name] = "not_a_choice"
    if wrong:
        raise Invalid(wrong)


async def _write(
    session: AsyncSession,
    principal: Principal,
    key: UUID,
    command: SaveEntry,
    *,
    now: datetime,
    parent_id: UUID | None = None,
    versions: Mapping[UUID, int] | None = None,
) -> None:
    draft = Draft(
        kind=command.kind,
        id=key,
        source_id=str(key),
        content=with_codes(command.content),
        organization_id=command.organization_id,
        service_id=command.service_id,
        location_id=command.location_id,
        parent_id=parent_id,
    )
    layer = layer_of(principal.tenant)
    await write(session, layer, [draft], source=EDITORS, by=principal.user_id, now=now, versions=versions)


async def _require_version(session: AsyncSession, principal: Principal, entry_id: UUID, version: int) -> None:
    table = ENTRIES[layer_of(principal.tenant)]
    row = (
        await session.execute(select(table.version).where(table.id == entry_id).with_for_update())
    ).one_or_none()
    if row is None:
        raise EntryUnknown
    if row.version != version:
        raise EntryChanged


def _record(
    session: AsyncSession, principal: Principal, action: str, key: UUID, kind: str, now: datetime
) -> None:
    details = {"kind": kind} if kind else {}
    audit.record(session, principal, action, now=now, object_kind="map_entry", object_id=key, details=details)
