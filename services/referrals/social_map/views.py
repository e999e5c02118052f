"""Entries as pages read them: merged, with whose word each field is and what somebody may do with it."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.social_map.freshness import freshness
from services.referrals.social_map.merging import Merged, field_layers
from services.referrals.social_map.models import Layer, layer_of
from shared.auth import Permission, Principal
from shared.contracts.map_entries import EntryView, FieldSource
from shared.db import driver_of

TOLD_OF_A_SECRET_PLACE: Final = frozenset(
    {"location_type", "hidden_address", "languages", "accessibility", "phones", "schedules"}
)

WORDS_ABOUT_A_PLACE: Final = frozenset({"description", "translations"})
"""Of a service at a secret place: they may tell where it is."""


def may(principal: Principal, layer: Layer) -> str:
    """`edit`, `overlay`, or nothing."""
    if Permission.SOCIAL_MAP_EDIT not in principal.permissions:
        return ""
    return "edit" if layer_of(principal.tenant) is layer else "overlay"


def view_of(
    entry: Merged,
    principal: Principal,
    *,
    now: datetime,
    sources: dict[str, FieldSource] | None = None,
    at_secret_place: bool = False,
) -> EntryView:
    layer = Layer.SHARED if layer_of(principal.tenant) is Layer.SHARED else entry.layer
    allowed = may(principal, layer)
    if allowed != "edit" and is_secret(entry):
        told = {name: value for name, value in entry.content.items() if name in TOLD_OF_A_SECRET_PLACE}
        entry = msgspec.structs.replace(entry, content=told, shared={})
    elif allowed != "edit" and at_secret_place:
        told = {name: value for name, value in entry.content.items() if name not in WORDS_ABOUT_A_PLACE}
        entry = msgspec.structs.replace(entry, content=told, shared={})
    return EntryView(
        entry_id=entry.id,
        kind=entry.kind,
        layer=layer.value,
        content=entry.content,
        version=entry.version,
        freshness=freshness(entry.assured_at, entry.check_months, entry.assured_by, now=now),
        changed_at=entry.changed_at,
        organization_id=entry.organization_id,
        service_id=entry.service_id,
        location_id=entry.location_id,
        shared=entry.shared if entry.overlaid else {},
        overlaid=sorted(entry.overlaid),
        note=entry.note,
        hidden=entry.hidden,
        withdrawn=entry.withdrawn_at is not None,
        overlay_version=entry.overlay_version,
        may=allowed,
        sources=sources or {},
    )


def is_secret(entry: Merged) -> bool:
    """A place that must not be found: only who keeps the entry sees where it is."""
    return entry.kind == "location" and bool(entry.content.get("hidden_address"))


async def sources_of(
    session: AsyncSession, entries: Collection[Merged]
) -> dict[UUID, dict[str, FieldSource]]:
    """For each field who said it last: the newest change of the field, or else who made the entry."""
    rows = await driver_of(session).fetch(
        """
        SELECT DISTINCT ON (entry_id, field) entry_id, field, source, at FROM (
            SELECT entry_id, field, source, at, id FROM platform.map_changes
            WHERE entry_id = ANY($1::uuid[]) AND action IN ('create', 'update')
            UNION ALL
            SELECT entry_id, field, source, at, id FROM map_changes
            WHERE entry_id = ANY($1::uuid[]) AND action IN ('create', 'update')) AS change
        ORDER BY entry_id, field, at DESC, id DESC
        """,
        [entry.id for entry in entries],
    )
    said = {(row["entry_id"], row["field"]): (row["source"], row["at"]) for row in rows}
    return {
        entry.id: {
            field: FieldSource(
                layer.value, *said.get((entry.id, field), said.get((entry.id, ""), (entry.source, None)))
            )
            for field, layer in field_layers(entry).items()
        }
        for entry in entries
    }
