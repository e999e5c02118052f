"""Numbers of a period as rostering and cases answer them: counted, protected, and each with how it was counted.

A service hides small numbers before it answers (`value` absent); what is shown never gives a hidden number away.
"""

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

SMALLEST = 5
"""Numbers from 1 to 4 are hidden; a median of fewer than 5 is too."""


class Cell(Struct, frozen=True, kw_only=True):
    """A number under a code: a type, an hour, an outcome. `value` absent means hidden."""

    key: str
    value: int | None
    parent: str = ""
    """The code of the group that it is part of."""


class Figure(Struct, frozen=True, kw_only=True):
    """One breakdown with its total. `of` says what is counted, `code` how it is cut; a single number has no cells.

    `unit`: count, minutes. `previous` is the total of the period before, hidden by the same rule.
    """

    code: str
    total: int | None
    cells: list[Cell] = []
    groups: list[Cell] = []
    unit: str = "count"
    previous: int | None = None
    names_people: bool = False
    """The cells are staff members: for who plans their work, never in an export."""


class Statistics(Struct, frozen=True, kw_only=True):
    """GET /statistics?from= (`statistics:read`): the month, quarter or year of the tenant's choice that begins then.

    422 `period_not_offered` for any other. `counted_at` is when; the days are Belgian ones, `until` is not counted.
    """

    service: str
    period: str
    starts_on: date
    ends_on: date
    counted_at: datetime
    figures: list[Figure]


class ExportNoted(Struct, frozen=True, kw_only=True):
    """POST /statistics/exports: an export of the same numbers was made, and by whom; kept in the audit."""

    noted: bool = True


class NoteExport(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    starts_on: date
    form: str


class CountedCallOut(Struct, frozen=True, kw_only=True):
    """GET /statistics/call-outs?from=&figure=&key= (`statistics:read` and `call_out:read`): behind one number."""

    call_out_id: UUID
    number: str
    state: str
    incident_type: str
    requested_at: datetime


class CountedDossier(Struct, frozen=True, kw_only=True):
    """GET /statistics/dossiers?from=&figure=&key= (`statistics:read` and `dossier:read`): of those counted, what one
    may see."""

    dossier_id: UUID
    number: str
    state: str
    incident_type: str
    opened_at: datetime
