"""Imports for who keeps the map: the list, one with its counts, and what became of every row."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.imports.models import ImportUnknown, MapImport
from shared.auth import Permission, Principal
from shared.contracts.map_imports import (
    ImportDetail,
    ImportList,
    ImportRow,
    ImportRows,
    ImportSummary,
    KindCount,
    ReasonCount,
    UnmappedColumns,
)
from shared.db import driver_of
from shared.errors import Invalid

_PAGE: Final = 25
_ROWS: Final = 5_000
_SHOWN: Final = ("all", "refused", "remarked")


async def imports(session: AsyncSession, principal: Principal, after: str, *, now: datetime) -> ImportList:
    """The newest first; `after` is the last of the page before."""
    principal.require(Permission.SOCIAL_MAP_EDIT)
    asked = select(MapImport).order_by(MapImport.at.desc(), MapImport.id.desc()).limit(_PAGE + 1)
    if after:
        try:
            last = await session.get(MapImport, UUID(after))
        except ValueError:
            raise Invalid({"after": "not_a_choice"}) from None
        if last is None:
            raise ImportUnknown
        asked = asked.where(tuple_(MapImport.at, MapImport.id) < (last.at, last.id))
    found = list(await session.scalars(asked))
    return ImportList(
        [_summary(each) for each in found[:_PAGE]], str(found[_PAGE - 1].id) if len(found) > _PAGE else ""
    )


async def import_detail(
    session: AsyncSession, principal: Principal, import_id: UUID, *, now: datetime
) -> ImportDetail:
    """One import, with what it would do and what it did."""
    principal.require(Permission.SOCIAL_MAP_EDIT)
    found = await _one(session, import_id)
    rows = await driver_of(session).fetch(
        """
        SELECT kind, became, count(*) AS entries FROM map_import_entries
        WHERE import_id = $1 AND became IN ('created', 'changed', 'unchanged') GROUP BY kind, became
        """,
        import_id,
    )
    became: dict[str, dict[str, int]] = {}
    for row in rows:
        became.setdefault(row["kind"], {})[row["became"]] = row["entries"]
    return ImportDetail(
        summary=_summary(found),
        problem_field=found.problem_field,
        problem_details=found.problem_details,
        foreseen=_counts(found.foreseen),
        became=_counts(became),
        reasons=[ReasonCount(**each) for each in found.reasons],
        unmapped=[UnmappedColumns(file, columns) for file, columns in found.unmapped.items() if columns],
        confirmed_by=found.confirmed_by,
    )


async def import_rows(
    session: AsyncSession, principal: Principal, import_id: UUID, start: int, show: str, *, now: datetime
) -> ImportRows:
    """Rows of the file in their order: `all`, the `refused` ones, or those with something to say (`remarked`)."""
    principal.require(Permission.SOCIAL_MAP_EDIT)
    if show not in _SHOWN:
        raise Invalid({"show": "not_a_choice"})
    await _one(session, import_id)
    rows = await driver_of(session).fetch(
        """
        SELECT row.number, row.file, row.place, row.entry_id, row.reasons,
               coalesce(entry.kind, '') AS kind, coalesce(entry.name, '') AS name, entry.became
        FROM map_import_rows AS row LEFT JOIN map_import_entries AS entry
          ON entry.import_id = row.import_id AND entry.entry_id = row.entry_id
        WHERE row.import_id = $1 AND row.number >= $2
          AND ($3 = 'all' OR ($3 = 'refused' AND row.entry_id IS NULL) OR ($3 = 'remarked' AND row.reasons <> '{}'))
        ORDER BY row.number LIMIT $4
        """,
        import_id,
        max(start, 0),
        show,
        _ROWS + 1,
    )
    more = rows[_ROWS]["number"] if len(rows) > _ROWS else 0
    return ImportRows([_row(row) for row in rows[:_ROWS]], more)


def _row(row: Mapping[str, Any]) -> ImportRow:
    outcome = "refused" if row["entry_id"] is None else row["became"] or "waiting"
    return ImportRow(
        file=row["file"],
        place=row["place"],
        outcome=outcome,
        kind=row["kind"],
        name=row["name"],
        entry_id=row["entry_id"],
        reasons=row["reasons"],
    )


async def _one(session: AsyncSession, import_id: UUID) -> MapImport:
    found = await session.get(MapImport, import_id)
    if found is None:
        raise ImportUnknown
    return found


def _counts(counts: Mapping[str, Mapping[str, int]]) -> list[KindCount]:
    return [KindCount(kind, **count) for kind, count in sorted(counts.items())]


def _summary(each: MapImport) -> ImportSummary:
    return ImportSummary(
        id=each.id, source=each.source, file_name=each.file_name, format=each.format, state=each.state,
        problem=each.problem, by=each.by, at=each.at, ended_at=each.ended_at, rows=each.rows,
        rows_refused=each.rows_refused, entries=each.entries, entries_done=each.entries_done, version=each.version,
    )  # fmt: skip
