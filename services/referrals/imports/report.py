"""What is kept of an import for its report: every row with its entry or its reasons, and how many there are of each."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.imports.assembling import Assembled, Prepared
from services.referrals.imports.models import MapImport
from services.referrals.imports.parts import Finding, Opened
from services.referrals.social_map.writing import entry_id
from shared.db import driver_of

_KEPT_REASONS: Final = 20


def _reasons(assembled: Assembled) -> list[dict[str, Any]]:
    """How many rows each reason has, refused ones first; the fields of a reason apart."""
    refused = set(assembled.refused)
    seen = {(each.line, each.code, each.field) for each in assembled.findings}
    counts = Counter((code, field, line in refused) for line, code, field in seen)
    ordered = sorted(counts.items(), key=lambda each: (not each[0][2], -each[1], each[0]))
    return [
        {"code": code, "field": field, "rows": rows, "refused": out} for (code, field, out), rows in ordered
    ]


async def keep_rows(session: AsyncSession, found: MapImport, opened: Opened, assembled: Assembled) -> None:
    """Every row and entry for the report, in two statements, and what there is to count."""
    found.format, found.unmapped = opened.format, opened.unmapped
    found.rows, found.rows_refused = len(opened.lines), len(assembled.refused)
    found.entries, found.reasons = len(assembled.entries), _reasons(assembled)
    source = found.source_of_entries
    keys = [entry_id(source, each.draft.kind, each.draft.source_id) for each in assembled.entries]
    driver = driver_of(session)
    await driver.execute(
        """
        INSERT INTO map_import_entries (import_id, entry_id, kind, name, became)
        SELECT $1, new.entry_id, new.kind, new.name, '' FROM unnest($2::uuid[], $3::text[], $4::text[])
          AS new (entry_id, kind, name) ON CONFLICT DO NOTHING
        """,
        found.id,
        keys,
        [each.draft.kind for each in assembled.entries],
        [each.name for each in assembled.entries],
    )
    in_entry = _entry_of_each_row(assembled.entries, keys)
    said = _said_of_each_row(assembled.findings)
    numbers = range(len(opened.lines))
    await driver.execute(
        """
        INSERT INTO map_import_rows (import_id, number, file, place, entry_id, reasons)
        SELECT $1, new.number, new.file, new.place, new.entry_id,
               CASE new.reasons WHEN '' THEN '{}'::text[] ELSE string_to_array(new.reasons, chr(10)) END
        FROM unnest($2::int[], $3::text[], $4::text[], $5::uuid[], $6::text[])
          AS new (number, file, place, entry_id, reasons)
        """,
        found.id,
        list(numbers),
        [line.file for line in opened.lines],
        [line.place for line in opened.lines],
        [in_entry.get(number) for number in numbers],
        ["\n".join(said.get(number, ())) for number in numbers],
    )


def _entry_of_each_row(entries: Sequence[Prepared], keys: Sequence[UUID]) -> dict[int, UUID]:
    """The first entry that a row is in: that of the row itself before those it lies in."""
    found: dict[int, UUID] = {}
    for each, key in zip(entries, keys, strict=True):
        for line in each.lines:
            found.setdefault(line, key)
    return found


def _said_of_each_row(findings: Sequence[Finding]) -> dict[int, list[str]]:
    said: dict[int, list[str]] = {}
    for each in findings:
        text = f"{each.code}:{each.field}" if each.field else each.code
        own = said.setdefault(each.line, [])
        if text not in own and len(own) < _KEPT_REASONS:
            own.append(text.replace("\n", " "))
    return said
