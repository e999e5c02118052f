"""What is counted of the call-outs and how it is cut: one function for each figure. Pure.

A figure sorts each call-out under the codes of its cells; the same sorting gives the numbers and the lists behind them.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from services.rostering.statistics.office_hours import OfficeHours, hour_of, minutes_between, weekday_of
from shared.contracts.configuration import STATISTIC_GROUPS, IncidentType
from shared.contracts.statistics import SMALLEST, Cell, Figure
from shared.disclosure import protected, protected_tree, shown

MISTAKES = ("mistake", "duplicate")
"""Cancelled for these reasons it never was a call-out."""
PARTS_OF_DAY = ("night", "morning", "afternoon", "evening")
_PART = 6
FOR_OTHERS = ("other_zone", "hospital", "abroad")
OUTCOMES = ("first", "later", "advice_only", "transferred_to_zone", "not_taken", "cancelled")
_TAKEN = ("accepted", "en_route", "on_site", "closed", "reported", "validated")


class Counted(Struct, frozen=True, kw_only=True):
    """What is asked of a call-out to count it."""

    call_out_id: UUID
    number: str
    requested_at: datetime
    state: str
    incident_type: str
    languages: list[str]
    minors_present: bool
    bad_news: bool
    asked_by: str
    simultaneous: bool
    cancel_reason: str
    accepted_by: UUID | None
    joined_by: UUID | None
    accepted_at: datetime | None
    on_site_at: datetime | None
    closed_at: datetime | None
    declined: int
    not_answered: int


class Sorting(Struct, frozen=True):
    """How one figure is cut: its cells in order (None: those that occur), and where a call-out belongs."""

    code: str
    keys: Callable[[Counted], Sequence[str]]
    cells: tuple[str, ...] | None = None


def _yes_no(code: str, answer: Callable[[Counted], bool]) -> Sorting:
    return Sorting(code, lambda each: ["yes" if answer(each) else "no"], ("yes", "no"))


def sortings(office: OfficeHours) -> tuple[Sorting, ...]:
    """Every figure that is cut into cells of one sum, without groups."""
    return (
        Sorting("by_weekday", lambda each: [str(weekday_of(each.requested_at))], tuple(map(str, range(7)))),
        Sorting(
            "office_hours",
            lambda each: ["office" if office.open_at(each.requested_at) else "outside"],
            ("office", "outside"),
        ),
        Sorting(
            "outcome",
            _outcome,
            ("first", "later", "advice_only", "transferred_to_zone", "not_taken", "cancelled"),
        ),
        _yes_no("declined", lambda each: each.declined > 0),
        _yes_no("escalated", lambda each: each.not_answered + each.declined > 0),
        _yes_no("simultaneous", lambda each: each.simultaneous),
        _yes_no("minors", lambda each: each.minors_present),
        Sorting("bad_news", _bad_news, ("own_zone", "for_others", "none")),
        Sorting("languages", lambda each: each.languages or ["unknown"]),
    )


def is_counted(each: Counted) -> bool:
    return not (each.state == "cancelled" and each.cancel_reason in MISTAKES)


def keys_of(figure: str, each: Counted, office: OfficeHours) -> Sequence[str]:
    """Under which cells of a figure a call-out was counted; for the list behind a number."""
    if figure == "by_type":
        return [each.incident_type]
    if figure == "by_hour":
        return [str(hour_of(each.requested_at))]
    return next((one.keys(each) for one in sortings(office) if one.code == figure), ())


def figures(
    now: Sequence[Counted],
    before: Sequence[Counted],
    *,
    types: Mapping[str, IncidentType],
    days_off: Iterable[date] = (),
    member_minutes: Mapping[UUID, int] | None = None,
) -> list[Figure]:
    """All figures of a period, small numbers hidden; `before` is the period before it.

    `member_minutes`: how long each was out, only for who may see it of people.
    """
    office = OfficeHours(list(days_off))
    found = [
        _by_type(now, before, types),
        _by_hour(now, before),
        *(_cut(one, now, before) for one in sortings(office)),
        _times("answer_minutes", now, lambda each: each.requested_at, lambda each: each.accepted_at),
        _times("arrival_minutes", now, lambda each: each.accepted_at, lambda each: each.on_site_at),
        _times("response_minutes", now, lambda each: each.requested_at, lambda each: each.on_site_at),
        _times("duration_minutes", now, lambda each: each.accepted_at, lambda each: each.closed_at),
    ]
    return found if member_minutes is None else [*found, _per_member(member_minutes)]


def _by_hour(now: Sequence[Counted], before: Sequence[Counted]) -> Figure:
    """Hours inside the parts of the day, so that a small zone sees something too."""
    counts = Counter(hour_of(each.requested_at) for each in now)
    hours = [range(place * _PART, (place + 1) * _PART) for place in range(len(PARTS_OF_DAY))]
    sums, values = protected_tree([[counts[hour] for hour in each] for each in hours])
    return Figure(
        code="by_hour",
        total=shown(len(now)),
        previous=shown(len(before)),
        groups=[Cell(key=part, value=total) for part, total in zip(PARTS_OF_DAY, sums, strict=True)],
        cells=[
            Cell(key=str(hour), value=value, parent=part)
            for part, each, of_part in zip(PARTS_OF_DAY, hours, values, strict=True)
            for hour, value in zip(each, of_part, strict=True)
        ],
    )


def _by_type(now: Sequence[Counted], before: Sequence[Counted], types: Mapping[str, IncidentType]) -> Figure:
    """Types inside their groups; a type that is not set up any more counts under the others."""
    counts = Counter(each.incident_type for each in now)
    codes = [*types, *sorted(set(counts) - set(types))]
    group_of = {code: types[code].group if code in types else "other" for code in codes}
    groups = [group for group in STATISTIC_GROUPS if group in group_of.values()]
    members = [[code for code in codes if group_of[code] == group] for group in groups]
    sums, parts = protected_tree([[counts[code] for code in each] for each in members])
    return Figure(
        code="by_type",
        total=shown(len(now)),
        previous=shown(len(before)),
        groups=[Cell(key=group, value=total) for group, total in zip(groups, sums, strict=True)],
        cells=[
            Cell(key=code, value=value, parent=group)
            for group, each, values in zip(groups, members, parts, strict=True)
            for code, value in zip(each, values, strict=True)
        ],
    )


def _cut(how: Sorting, now: Sequence[Counted], before: Sequence[Counted]) -> Figure:
    counts = Counter(key for each in now for key in how.keys(each))
    cells = how.cells or tuple(key for key, _ in sorted(counts.items()))
    values = protected([counts[key] for key in cells])
    return Figure(
        code=how.code,
        total=shown(sum(counts.values())),
        previous=shown(sum(len(how.keys(each)) for each in before)),
        cells=[Cell(key=key, value=value) for key, value in zip(cells, values, strict=True)],
    )


def _times(
    code: str,
    now: Sequence[Counted],
    first: Callable[[Counted], datetime | None],
    last: Callable[[Counted], datetime | None],
) -> Figure:
    """Median and 90th percentile in whole minutes; of fewer than five they would tell one of them."""
    pairs = [(first(each), last(each)) for each in now]
    minutes = sorted(minutes_between(a, b) for a, b in pairs if a is not None and b is not None)
    enough = len(minutes) >= SMALLEST
    return Figure(
        code=code,
        unit="minutes",
        total=shown(len(minutes)),
        cells=[
            Cell(key="median", value=percentile(minutes, 50) if enough else None),
            Cell(key="p90", value=percentile(minutes, 90) if enough else None),
        ],
    )


def percentile(ordered: Sequence[float], percent: int) -> int:
    """The least value below which so many percent lie (nearest rank), in whole minutes."""
    return round(ordered[max(0, math.ceil(percent * len(ordered) / 100) - 1)])


def _per_member(minutes: Mapping[UUID, int]) -> Figure:
    """Whoever was out longest first."""
    return Figure(
        code="member_minutes",
        unit="minutes",
        total=sum(minutes.values()),
        cells=[Cell(key=str(who), value=spent) for who, spent in Counter(minutes).most_common()],
        names_people=True,
    )


def _outcome(each: Counted) -> list[str]:
    if each.state in {"advice_only", "transferred_to_zone", "cancelled"}:
        return [each.state]
    if each.state not in _TAKEN:
        return ["not_taken"]
    return ["later" if each.declined + each.not_answered else "first"]


def _bad_news(each: Counted) -> list[str]:
    if not each.bad_news:
        return ["none"]
    return ["for_others" if each.asked_by in FOR_OTHERS else "own_zone"]
