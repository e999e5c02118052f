"""What is counted of the aftercare and how it is cut: one function for each figure. Pure.

A figure sorts each thing that it counts under the codes of its cells; what another part of cases adds later (bad news,
goodbyes, referrals) is one more `Sorting`.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Generic, TypeVar
from uuid import UUID

from msgspec import Struct

from shared.contracts.configuration import STATISTIC_GROUPS, IncidentType
from shared.contracts.statistics import Cell, Figure
from shared.disclosure import protected, protected_tree, shown
from shared.periods import BRUSSELS

Thing = TypeVar("Thing")


class OpenedDossier(Struct, frozen=True, kw_only=True):
    """A dossier that was opened in the period."""

    dossier_id: UUID
    number: str
    state: str
    incident_type: str
    opened_at: datetime
    minors_involved: bool
    from_call_out: bool


class Involved(Struct, frozen=True, kw_only=True):
    """A person in a dossier that was opened in the period."""

    opened_at: datetime
    role: str


class Recontact(Struct, frozen=True, kw_only=True):
    """A re-contact that was due in the period."""

    dossier_id: UUID
    due_on: date
    state: str
    result: str
    done_at: datetime | None


class Sorting(Struct, Generic[Thing], frozen=True):
    """How one figure is cut: its cells in order (None: those that occur), and where a thing belongs."""

    code: str
    keys: Callable[[Thing], Sequence[str]]
    cells: tuple[str, ...] | None = None


OF_DOSSIERS: tuple[Sorting[OpenedDossier], ...] = (
    Sorting("dossier_minors", lambda each: ["yes" if each.minors_involved else "no"], ("yes", "no")),
    Sorting(
        "dossier_origin",
        lambda each: ["call_out" if each.from_call_out else "walk_in"],
        ("call_out", "walk_in"),
    ),
)
OF_PERSONS: tuple[Sorting[Involved], ...] = (Sorting("persons_by_role", lambda each: [each.role]),)


def of_recontacts(today: date) -> tuple[Sorting[Recontact], ...]:
    """In time is on the day that it was due, at the latest."""

    def kept(each: Recontact) -> list[str]:
        if each.state == "cancelled":
            return ["cancelled"]
        if each.done_at is None:
            return ["open_late" if each.due_on < today else "open"]
        return ["in_time" if each.done_at.astimezone(BRUSSELS).date() <= each.due_on else "late"]

    return (
        Sorting("recontacts", kept, ("in_time", "late", "open_late", "open", "cancelled")),
        Sorting("recontact_results", lambda each: [each.result] if each.result else []),
    )


def cut(how: Sorting[Thing], now: Sequence[Thing], before: Sequence[Thing]) -> Figure:
    """One figure with its small numbers hidden."""
    counts = Counter(key for each in now for key in how.keys(each))
    cells = how.cells or tuple(key for key, _ in sorted(counts.items()))
    values = protected([counts[key] for key in cells])
    return Figure(
        code=how.code,
        total=shown(sum(counts.values())),
        previous=shown(sum(len(how.keys(each)) for each in before)),
        cells=[Cell(key=key, value=value) for key, value in zip(cells, values, strict=True)],
    )


def by_type(
    now: Sequence[OpenedDossier], before: Sequence[OpenedDossier], types: Mapping[str, IncidentType]
) -> Figure:
    """Types inside their groups; a type that is not set up any more counts under the others."""
    counts = Counter(each.incident_type for each in now)
    codes = [*types, *sorted(set(counts) - set(types))]
    group_of = {code: types[code].group if code in types else "other" for code in codes}
    groups = [group for group in STATISTIC_GROUPS if group in group_of.values()]
    members = [[code for code in codes if group_of[code] == group] for group in groups]
    sums, parts = protected_tree([[counts[code] for code in each] for each in members])
    return Figure(
        code="dossiers_by_type",
        total=shown(len(now)),
        previous=shown(len(before)),
        groups=[Cell(key=group, value=total) for group, total in zip(groups, sums, strict=True)],
        cells=[
            Cell(key=code, value=value, parent=group)
            for group, each, values in zip(groups, members, parts, strict=True)
            for code, value in zip(each, values, strict=True)
        ],
    )
