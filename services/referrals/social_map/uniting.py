"""Two entries become one, and two again: the one that goes keeps its id and history, and what pointed at it moves."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.social_map.models import Layer, tables_of
from services.referrals.social_map.search_index import reindex_entries
from services.referrals.social_map.writing import REFERENCES
from shared.db import driver_of, uuid7

_FARTHEST: Final = 20
_MERGED: Final = "merged_into"
_MERGED_INTO: Final = """
    SELECT merged_into FROM map_entries WHERE id = $1
    UNION ALL
    SELECT merged_into FROM platform.map_entries WHERE id = $1
    LIMIT 1
"""


async def standing_for(session: AsyncSession, key: UUID) -> UUID:
    """The entry that answers for an id: itself, or the one that it was merged into, however often."""
    for _ in range(_FARTHEST):
        into = await driver_of(session).fetchval(_MERGED_INTO, key)
        if into is None:
            return key
        key = into
    return key


async def locked(session: AsyncSession, layer: Layer, keys: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """Entries for a change, in one order so that two editors never wait for each other in a ring."""
    entries, _ = tables_of(layer)
    rows = await driver_of(session).fetch(
        f"SELECT * FROM {entries} WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE",  # noqa: S608 - a constant
        list(keys),
    )
    return {row["id"]: dict(row) for row in rows}


async def unite(
    session: AsyncSession, layer: Layer, kept: UUID, gone: UUID, *, kind: str, by: UUID, now: datetime
) -> dict[str, list[UUID]]:
    """Let one entry answer for another; returns what pointed at that, by the column that did, and now at the first."""
    entries, _ = tables_of(layer)
    driver = driver_of(session)
    moved: dict[str, list[UUID]] = {}
    for column in REFERENCES:
        rows = await driver.fetch(
            f"UPDATE {entries} SET {column} = $1, version = version + 1, changed_at = $3, changed_by = $4 "  # noqa: S608
            f"WHERE {column} = $2 AND id <> $1 RETURNING id",
            kept,
            gone,
            now,
            by,
        )
        if rows:
            moved[column] = sorted(row["id"] for row in rows)
    # what was merged away points at one that stands, always: one step is enough to follow it
    rows = await driver.fetch(
        f"UPDATE {entries} SET merged_into = $1, version = version + 1, changed_at = $3, changed_by = $4 "  # noqa: S608
        "WHERE merged_into = $2 RETURNING id",
        kept,
        gone,
        now,
        by,
    )
    earlier = sorted(row["id"] for row in rows)
    for key in earlier:
        await _keep(session, layer, kind, key, "merge", str(gone), str(kept), by, now)
    await driver.execute(
        f"UPDATE {entries} SET merged_into = $2, version = version + 1, changed_at = $3, changed_by = $4 "  # noqa: S608
        "WHERE id = $1",
        gone,
        kept,
        now,
        by,
    )
    await _keep(session, layer, kind, gone, "merge", None, str(kept), by, now)
    await _keep_moves(session, layer, moved, gone, kept, by, now)
    await reindex_entries(
        session, layer, [kept, gone, *(key for keys in moved.values() for key in keys)], now=now
    )
    return {**moved, **({_MERGED: earlier} if earlier else {})}


async def part_again(
    session: AsyncSession,
    layer: Layer,
    kept: UUID,
    gone: UUID,
    moved: Mapping[str, Sequence[UUID]],
    *,
    kind: str,
    by: UUID,
    now: datetime,
) -> None:
    """Undo `unite`: what it moved goes back, unless somebody let it point elsewhere meanwhile."""
    entries, _ = tables_of(layer)
    driver = driver_of(session)
    back: dict[str, list[UUID]] = {}
    for column, keys in moved.items():
        if column not in (*REFERENCES, _MERGED):
            continue
        rows = await driver.fetch(
            f"UPDATE {entries} SET {column} = $1, version = version + 1, changed_at = $4, changed_by = $5 "  # noqa: S608
            f"WHERE id = ANY($3::uuid[]) AND {column} = $2 RETURNING id",
            gone,
            kept,
            list(keys),
            now,
            by,
        )
        if rows:
            back[column] = [row["id"] for row in rows]
    for key in back.pop(_MERGED, []):
        await _keep(session, layer, kind, key, "unmerge", str(kept), str(gone), by, now)
    await driver.execute(
        f"UPDATE {entries} SET merged_into = NULL, version = version + 1, changed_at = $2, changed_by = $3 "  # noqa: S608
        "WHERE id = $1",
        gone,
        now,
        by,
    )
    await _keep(session, layer, kind, gone, "unmerge", str(kept), None, by, now)
    await _keep_moves(session, layer, back, kept, gone, by, now)
    await reindex_entries(
        session, layer, [kept, gone, *(key for keys in back.values() for key in keys)], now=now
    )


async def _keep_moves(
    session: AsyncSession,
    layer: Layer,
    moved: Mapping[str, Sequence[UUID]],
    before: UUID,
    after: UUID,
    by: UUID,
    now: datetime,
) -> None:
    entries, changes = tables_of(layer)
    for column, keys in moved.items():
        await driver_of(session).execute(
            f"""
            INSERT INTO {changes} (id, entry_id, kind, at, action, field, before, after, by, source)
            SELECT new.id, entry.id, entry.kind, $3, 'update', $4, to_jsonb($5::text), to_jsonb($6::text), $7, 'editors'
            FROM unnest($1::uuid[], $2::uuid[]) AS new (id, entry_id) JOIN {entries} AS entry ON entry.id = new.entry_id
            """,  # noqa: S608 - constants
            [uuid7() for _ in keys],
            list(keys),
            now,
            column,
            str(before),
            str(after),
            by,
        )


async def _keep(
    session: AsyncSession,
    layer: Layer,
    kind: str,
    key: UUID,
    action: str,
    before: str | None,
    after: str | None,
    by: UUID,
    now: datetime,
) -> None:
    _, changes = tables_of(layer)
    await driver_of(session).execute(
        f"INSERT INTO {changes} (id, entry_id, kind, at, action, field, before, after, by, source) "  # noqa: S608
        "VALUES ($1, $2, $3, $4, $5, 'merged_into', to_jsonb($6::text), to_jsonb($7::text), $8, 'editors')",
        uuid7(),
        key,
        kind,
        now,
        action,
        before,
        after,
        by,
    )
