"""What a tenant sees of the map: the shared layer, what it says otherwise of that, and its own entries."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.social_map.models import Layer
from shared.db import driver_of

_SINCE: Final = """(SELECT max(c.at) FROM platform.map_changes AS c
    WHERE c.entry_id = gone.id AND c.action = 'merge' AND c.after = to_jsonb(gone.merged_into::text))"""
_FOLLOWED: Final = f"""
    SELECT gone.merged_into AS entry_id, max(said.changed_at) AS changed_at,
           (array_agg(said.fields ORDER BY said.changed_at DESC))[1] AS fields,
           coalesce(string_agg(nullif(said.note, ''), E'\n\n' ORDER BY said.changed_at), '') AS note
    FROM map_overlays AS said JOIN platform.map_entries AS gone ON gone.id = said.entry_id
    LEFT JOIN map_overlays AS later ON later.entry_id = gone.merged_into
    WHERE gone.merged_into IS NOT NULL AND (later.changed_at IS NULL OR later.changed_at < {_SINCE})
    GROUP BY gone.merged_into
"""  # noqa: S608 - constants
"""What a tenant said of entries that were merged away since: it goes on to be said of the one that stands for them,
until the tenant says something of that one."""

HIDES: Final = f"""(o.hidden AND NOT EXISTS (
    SELECT FROM platform.map_entries AS gone LEFT JOIN map_overlays AS said ON said.entry_id = gone.id
    WHERE gone.merged_into = o.entry_id AND NOT coalesce(said.hidden, false) AND o.changed_at < {_SINCE}))"""
"""That a tenant hides the entry of `o`, one of its overlays: no longer so when one that its people did find was merged
into it since."""

_STAYS_HIDDEN: Final = """
    CASE WHEN s.content @> '{"hidden_address": true}' THEN '{"hidden_address": true}' ELSE '{}' END::jsonb"""
"""Whatever a tenant says: where a place is that the shared layer keeps secret, it never learns."""


def _standing(column: str) -> str:
    """What an own entry points at: the shared entry that stands for the one that was merged away."""
    return f"""coalesce((SELECT gone.merged_into FROM platform.map_entries AS gone WHERE gone.id = own.{column}),
        own.{column}) AS {column}"""  # noqa: S608 - a constant


MERGED: Final = f"""
    SELECT s.id, s.kind,
           jsonb_strip_nulls(s.content || coalesce(f.fields, '{{}}') || coalesce(o.fields, '{{}}')
             || {_STAYS_HIDDEN}) AS content,
           s.content AS shared, s.organization_id, s.service_id, s.location_id, s.taxonomy_id, s.parent_id, s.source,
           s.source_id, s.merged_into, s.withdrawn_at, s.assured_at, s.assured_by, s.check_months, s.version,
           greatest(s.changed_at, o.changed_at, f.changed_at) AS changed_at, s.changed_by, 'shared' AS layer,
           coalesce(f.fields, '{{}}') || coalesce(o.fields, '{{}}') AS overlaid,
           concat_ws(E'\n\n', nullif(o.note, ''), nullif(f.note, '')) AS note, coalesce({HIDES}, false) AS hidden,
           coalesce(o.version, 0) AS overlay_version
    FROM platform.map_entries AS s LEFT JOIN map_overlays AS o ON o.entry_id = s.id
    LEFT JOIN ({_FOLLOWED}) AS f ON f.entry_id = s.id
    WHERE NOT EXISTS (SELECT FROM map_entries AS own WHERE own.id = s.id)
    UNION ALL
    SELECT own.id, own.kind, own.content, own.content, {_standing("organization_id")}, {_standing("service_id")},
           {_standing("location_id")}, own.taxonomy_id, own.parent_id, own.source, own.source_id, own.merged_into,
           own.withdrawn_at, own.assured_at, own.assured_by, own.check_months, own.version, own.changed_at,
           own.changed_by, 'own', '{{}}', '', false, 0
    FROM map_entries AS own
"""  # noqa: S608 - constants
"""The map of the tenant whose transaction this is, hidden and withdrawn entries among them; an own entry takes the
place of a shared one with the same id. What was said of a shared entry, or points at it, follows it when it is merged
into another. To be used as `FROM ({MERGED}) AS entry`."""

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
