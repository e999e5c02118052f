"""Two entries become one, and two again: the one that goes keeps its id and history, and what pointed at it moves."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.social_map.history import Change, keep
from services.referrals.social_map.models import EDITORS, REFERENCES, Layer, tables_of
from services.referrals.social_map.search_index import reindex_entries
from shared.db import driver_of

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


async def standing_references(
    session: AsyncSession, layer: Layer, named: Mapping[UUID, Mapping[str, str]]
) -> dict[UUID, dict[str, str]]:
    """Of what entries point at, that which was merged away: the entry that stands for it, which is never themselves."""
    pointed = {value for references in named.values() for value in references.values()}
    if not pointed:
        return {}
    entries, _ = tables_of(layer)
    rows = await driver_of(session).fetch(
        f"SELECT id, merged_into FROM {entries} WHERE id = ANY($1::uuid[]) AND merged_into IS NOT NULL",  # noqa: S608
        list(pointed),
    )
    into = {str(row["id"]): row["merged_into"] for row in rows}
    found = {
        key: {
            name: str(into[value])
            for name, value in references.items()
            if value in into and into[value] != key
        }
        for key, references in named.items()
    }
    return {key: standing for key, standing in found.items() if standing}


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
    changes: list[Change] = []
    for column in REFERENCES:
        rows = await driver.fetch(
            f"UPDATE {entries} SET {column} = $1, version = version + 1, changed_at = $3, changed_by = $4 "  # noqa: S608
            f"WHERE {column} = $2 AND id <> $1 RETURNING id, kind",
            kept,
            gone,
            now,
            by,
        )
        if rows:
            moved[column] = sorted(row["id"] for row in rows)
        changes += [_moved(row, column, gone, kept) for row in rows]
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
    changes += [Change(key, kind, "merge", _MERGED, str(gone), str(kept)) for key in earlier]
    await driver.execute(
        f"UPDATE {entries} SET merged_into = $2, version = version + 1, changed_at = $3, changed_by = $4 "  # noqa: S608
        "WHERE id = $1",
        gone,
        kept,
        now,
        by,
    )
    changes.append(Change(gone, kind, "merge", _MERGED, None, str(kept)))
    await keep(session, layer, changes, EDITORS, by, now)
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
    back: list[UUID] = []
    changes: list[Change] = []
    for column, keys in moved.items():
        if column not in (*REFERENCES, _MERGED):
            continue
        rows = await driver.fetch(
            f"UPDATE {entries} SET {column} = $1, version = version + 1, changed_at = $4, changed_by = $5 "  # noqa: S608
            f"WHERE id = ANY($3::uuid[]) AND {column} = $2 RETURNING id, kind",
            gone,
            kept,
            list(keys),
            now,
            by,
        )
        if column == _MERGED:
            changes += [
                Change(row["id"], row["kind"], "unmerge", _MERGED, str(kept), str(gone)) for row in rows
            ]
        else:
            back += [row["id"] for row in rows]
            changes += [_moved(row, column, kept, gone) for row in rows]
    await driver.execute(
        f"UPDATE {entries} SET merged_into = NULL, version = version + 1, changed_at = $2, changed_by = $3 "  # noqa: S608
        "WHERE id = $1",
        gone,
        now,
        by,
    )
    changes.append(Change(gone, kind, "unmerge", _MERGED, str(kept), None))
    await keep(session, layer, changes, EDITORS, by, now)
    await reindex_entries(session, layer, [kept, gone, *back], now=now)


def _moved(row: Mapping[str, Any], column: str, before: UUID, after: UUID) -> Change:
    return Change(row["id"], row["kind"], "update", column, str(before), str(after))
