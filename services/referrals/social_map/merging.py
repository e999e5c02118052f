"""What a tenant sees of the map: the shared layer, what it says otherwise of that, and its own entries."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.social_map.models import Layer
from shared.db import driver_of

MERGED: Final = """
    SELECT s.id, s.kind, jsonb_strip_nulls(s.content || coalesce(o.fields, '{}')) AS content, s.content AS shared,
           s.organization_id, s.service_id, s.location_id, s.taxonomy_id, s.parent_id, s.source, s.source_id,
           s.merged_into, s.withdrawn_at, s.assured_at, s.assured_by, s.check_months, s.version,
           greatest(s.changed_at, o.changed_at) AS changed_at, s.changed_by, 'shared' AS layer,
           coalesce(o.fields, '{}') AS overlaid, coalesce(o.note, '') AS note, coalesce(o.hidden, false) AS hidden,
           coalesce(o.version, 0) AS overlay_version
    FROM platform.map_entries AS s LEFT JOIN map_overlays AS o ON o.entry_id = s.id
    WHERE NOT EXISTS (SELECT FROM map_entries AS own WHERE own.id = s.id)
    UNION ALL
    SELECT id, kind, content, content, organization_id, service_id, location_id, taxonomy_id, parent_id, source,
           source_id, merged_into, withdrawn_at, assured_at, assured_by, check_months, version, changed_at, changed_by,
           'own', '{}', '', false, 0
    FROM map_entries
"""
"""The map of the tenant whose transaction this is, hidden and withdrawn entries among them; an own entry takes the
place of a shared one with the same id. To be used as `FROM ({MERGED}) AS entry`."""

VISIBLE: Final = "NOT entry.hidden AND entry.withdrawn_at IS NULL AND entry.merged_into IS NULL"
"""The entries of `MERGED` that the tenant's people find."""


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as one tenant sees it. `overlaid` holds what the tenant says otherwise, `shared` what stands beneath."""

    id: UUID
    kind: str
    content: dict[str, Any]
    shared: dict[str, Any]
    layer: Layer
    organization_id: UUID | None
    service_id: UUID | None
    location_id: UUID | None
    taxonomy_id: UUID | None
    parent_id: UUID | None
    source: str
    source_id: str
    merged_into: UUID | None
    withdrawn_at: datetime | None
    assured_at: datetime | None
    assured_by: str
    check_months: int
    version: int
    changed_at: datetime
    changed_by: UUID | None
    overlaid: dict[str, Any]
    note: str
    hidden: bool
    overlay_version: int


def merged_of(row: Mapping[str, Any]) -> Merged:
    """A row of `MERGED`."""
    return Merged(**{**row, "layer": Layer(row["layer"])})


async def merged_entries(
    session: AsyncSession,
    *,
    ids: Collection[UUID] | None = None,
    kind: str | None = None,
    organizations: Collection[UUID] | None = None,
    services: Collection[UUID] | None = None,
    all_states: bool = False,
) -> list[Merged]:
    """The entries that match each condition given, in the order of their ids; `all_states` brings hidden ones too."""
    conditions = ["true" if all_states else VISIBLE]
    arguments: list[Any] = []
    for condition, argument in (
        ("entry.id = ANY({}::uuid[])", None if ids is None else list(ids)),
        ("entry.kind = {}::text", kind),
        ("entry.organization_id = ANY({}::uuid[])", None if organizations is None else list(organizations)),
        ("entry.service_id = ANY({}::uuid[])", None if services is None else list(services)),
    ):
        if argument is not None:
            arguments.append(argument)
            conditions.append(condition.format(f"${len(arguments)}"))
    rows = await driver_of(session).fetch(
        f"SELECT * FROM ({MERGED}) AS entry WHERE {' AND '.join(conditions)} ORDER BY entry.id",  # noqa: S608
        *arguments,
    )
    return [merged_of(row) for row in rows]


def field_layers(entry: Merged) -> dict[str, Layer]:
    """Whose word each field is: the shared layer's, or the tenant's own."""
    own = entry.overlaid if entry.layer is Layer.SHARED else entry.content
    return {field: Layer.OWN if field in own else Layer.SHARED for field in entry.content}
