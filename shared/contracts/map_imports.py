"""What referrals accepts and answers about files that become entries of the social map, and entries that are one."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

IMPORT_STATES = ("reading", "ready", "importing", "done", "refused", "cancelled")
IMPORT_FORMATS = ("hsds_csv", "hsds_csv_older", "hsds_json", "csv_mapped", "shipped")


class StartImport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The head of a file. The body is the mapping (its first `mapping_size` bytes, perhaps none) and then the file."""

    source: str
    name: str
    mapping_size: int = 0


class ImportRef(msgspec.Struct, frozen=True):
    import_id: UUID


class ShippedContent(msgspec.Struct, frozen=True):
    """The imports of what comes along with the product, one for each source."""

    imports: list[ImportRef]


class ImportStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """To confirm or cancel; `version` is what the reader saw."""

    version: int


class KindCount(msgspec.Struct, frozen=True):
    """What becomes, or became, of the entries of one kind."""

    kind: str
    created: int = 0
    changed: int = 0
    unchanged: int = 0


class ReasonCount(msgspec.Struct, frozen=True):
    """How many rows have this to say. `refused` ones did not come in; of the others something stayed behind."""

    code: str
    field: str
    rows: int
    refused: bool


class UnmappedColumns(msgspec.Struct, frozen=True):
    file: str
    columns: list[str]


class ImportSummary(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    source: str
    file_name: str
    format: str
    state: str
    problem: str
    by: UUID
    at: datetime
    ended_at: datetime | None
    rows: int
    rows_refused: int
    entries: int
    entries_done: int
    version: int


class ImportDetail(msgspec.Struct, frozen=True, kw_only=True):
    """`foreseen` is what the preview says, `became` what was done so far."""

    summary: ImportSummary
    problem_field: str
    problem_details: dict[str, str]
    foreseen: list[KindCount]
    became: list[KindCount]
    reasons: list[ReasonCount]
    unmapped: list[UnmappedColumns]
    confirmed_by: UUID | None


class ImportList(msgspec.Struct, frozen=True):
    items: list[ImportSummary]
    more: str = ""


class ImportRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the file: what became of it, and each thing there is to say of it as `code` or `code:field`."""

    file: str
    place: str
    outcome: str
    kind: str
    name: str
    entry_id: UUID | None
    reasons: list[str]


class ImportRows(msgspec.Struct, frozen=True):
    items: list[ImportRow]
    more: int = 0
    """The number to ask on from; nothing when these were the last."""


class Alike(msgspec.Struct, frozen=True, kw_only=True):
    """Two entries that may be one, from 0 to 100, and why."""

    first: UUID
    second: UUID
    kind: str
    first_name: str
    second_name: str
    score: int
    reasons: list[str]


class AlikeList(msgspec.Struct, frozen=True):
    items: list[Alike]
    cut: bool = False


class SideView(msgspec.Struct, frozen=True, kw_only=True):
    """One of two entries side by side."""

    id: UUID
    name: str
    source: str
    version: int
    content: dict[str, Any]
    points_here: int
    """How many other entries point at it; they follow when it goes."""


class PairView(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    first: SideView
    second: SideView
    score: int
    reasons: list[str]
    differing: list[str]
    """The fields in which they differ, in the order of the entry."""


class MergeEntries(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`kept` stays; for the fields in `from_gone` it takes over what the other says. Versions are what was seen."""

    kept: UUID
    gone: UUID
    kept_version: int
    gone_version: int
    from_gone: list[str] = []


class MergeRef(msgspec.Struct, frozen=True):
    merge_id: UUID


class NotTheSame(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    first: UUID
    second: UUID


class MergeView(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    kind: str
    kept: UUID
    gone: UUID
    kept_name: str
    gone_name: str
    at: datetime
    by: UUID
    undone_at: datetime | None
    can_undo: bool


class MergeList(msgspec.Struct, frozen=True):
    items: list[MergeView]
