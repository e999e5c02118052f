"""What is counted of the aftercare and how it is cut: one function for each figure. Pure.

A figure sorts each thing that it counts under the codes of its cells. Figures of the same things have the same total;
one that says more of a part of another is hidden when that part is: else it would give the other's small numbers.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Generic, TypeVar
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from shared.contracts.aftercare import GOODBYE_PLACES
from shared.contracts.configuration import STATISTIC_GROUPS, IncidentType
from shared.contracts.statistics import SMALLEST, Cell, Figure
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


class BroughtNews(Struct, frozen=True, kw_only=True):
    """Bad news that was told in the period; `source` is who asked for it."""

    at: datetime
    source: str


class HeldGoodbye(Struct, frozen=True, kw_only=True):
    """A goodbye that was held in the period."""

    at: datetime
    place_kind: str


class Transition(Struct, frozen=True, kw_only=True):
    """A dossier that went on as another type in the period."""

    dossier_id: UUID
    was: str
    incident_type: str
    at: datetime


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
OF_NEWS: tuple[Sorting[BroughtNews], ...] = (
    Sorting(
        "bad_news_brought",
        lambda each: ["own_zone" if each.source == "own_zone" else "for_others"],
        ("own_zone", "for_others"),
    ),
)
OF_GOODBYES: tuple[Sorting[HeldGoodbye], ...] = (
    Sorting("goodbyes", lambda each: [each.place_kind], GOODBYE_PLACES),
)
RECONTACT_PARTS = {"done": ("in_time", "late"), "dropped": ("cancelled",), "to_do": ("open_late", "open")}
"""What was dropped is often small and hides the part after it (`protected`): not what was done, which is asked most."""


def of_recontacts(
    today: date, now: Sequence[Recontact], before: Sequence[Recontact]
) -> tuple[Figure, Figure]:
    """Whether each was done on the day that it was due, at the latest; and what came of those that were done."""
    sums, parts = _kept(today, now)
    kept = Figure(
        code="recontacts",
        total=shown(len(now)),
        previous=shown(len(before)),
        groups=[Cell(key=key, value=total) for key, total in zip(RECONTACT_PARTS, sums, strict=True)],
        cells=[
            Cell(key=key, value=value, parent=group)
            for (group, keys), values in zip(RECONTACT_PARTS.items(), parts, strict=True)
            for key, value in zip(keys, values, strict=True)
        ],
    )
    results = cut(Sorting("recontact_results", lambda each: [each.result]), _done(now), _done(before))
    if sums[0] is None:
        hidden = [replace(cell, value=None) for cell in results.cells]
        results = replace(results, total=None, cells=hidden)
    if _kept(today, before)[0][0] is None:
        results = replace(results, previous=None)
    return kept, results


def _kept(today: date, recontacts: Sequence[Recontact]) -> tuple[list[int | None], list[list[int | None]]]:
    def part(each: Recontact) -> str:
        if each.state == "cancelled":
            return "cancelled"
        if each.done_at is None:
            return "open_late" if each.due_on < today else "open"
        return "in_time" if each.done_at.astimezone(BRUSSELS).date() <= each.due_on else "late"

    counts = Counter(part(each) for each in recontacts)
    return protected_tree([[counts[key] for key in keys] for keys in RECONTACT_PARTS.values()])


def _done(recontacts: Sequence[Recontact]) -> list[Recontact]:
    return [each for each in recontacts if each.state == "done"]


def transitions(now: Sequence[Transition], before: Sequence[Transition]) -> Figure:
    """Each transition of a dossier once, also when it went back and forth.

    Only what is not small has a name: that a rare one happened at all could tell whose it was.
    """
    counts = Counter(f"{was}>{became}" for _, was, became in _once(now))
    named = sorted(key for key, count in counts.items() if count >= SMALLEST)
    rest = sum(count for key, count in counts.items() if key not in named)
    values = protected([*(counts[key] for key in named), rest])
    return Figure(
        code="type_transitions",
        total=shown(counts.total()),
        previous=shown(len(_once(before))),
        cells=[Cell(key=key, value=value) for key, value in zip([*named, "others"], values, strict=True)],
    )


def _once(changes: Sequence[Transition]) -> set[tuple[UUID, str, str]]:
    return {(each.dossier_id, each.was, each.incident_type) for each in changes}


def cut(how: Sorting[Thing], now: Sequence[Thing], before: Sequence[Thing]) -> Figure:
    """One figure with its small numbers hidden."""
    counts = Counter(key for each in now for key in how.keys(each))
    cells = how.cells or tuple(key for key, _ in sorted(counts.items()))
    values = protected([counts[key] for key in cells])
    return Figure(
        code=how.code,
        total=shown(counts.total()),
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
