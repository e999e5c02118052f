"""What changed in the map, kept field by field: who, when, from what to what, and by which source."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.social_map.models import EDITORS, Layer, tables_of
from shared.db import driver_of, uuid7


class Change(msgspec.Struct, frozen=True):
    """One field of one entry; an `action` about the whole entry has no `field`."""

    entry_id: UUID
    kind: str
    action: str
    field: str
    before: Any
    after: Any


async def note_changes(
    session: AsyncSession,
    layer: Layer,
    key: UUID,
    kind: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    by: UUID,
    now: datetime,
) -> None:
    """Keep what somebody changed in the tenant's own word upon a shared entry, field by field."""
    changes = [
        Change(key, kind, "update", field, before.get(field), after.get(field))
        for field in dict.fromkeys([*before, *after])
        if (field in before, before.get(field)) != (field in after, after.get(field))
    ]
    await keep(session, layer, changes, EDITORS, by, now)


async def keep(
    session: AsyncSession,
    layer: Layer,
    changes: Sequence[Change],
    source: str,
    by: UUID | None,
    now: datetime,
) -> None:
    """Write changes down, in the order in which they are given."""
    if not changes:
        return
    _, table = tables_of(layer)
    await driver_of(session).execute(
        f"""
        INSERT INTO {table} (id, entry_id, kind, at, action, field, before, after, by, source)
        SELECT new.id, new.entry_id, new.kind, $8, new.action, new.field, new.before::jsonb, new.after::jsonb, $9, $10
        FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
          AS new (id, entry_id, kind, action, field, before, after)
        """,  # noqa: S608 - constants
        [uuid7() for _ in changes],
        [change.entry_id for change in changes],
        [change.kind for change in changes],
        [change.action for change in changes],
        [change.field for change in changes],
        [
            None if change.before is None else msgspec.json.encode(change.before).decode()
            for change in changes
        ],
        [None if change.after is None else msgspec.json.encode(change.after).decode() for change in changes],
        now,
        by,
        source,
    )
