"""From rotations, overrides and leave to turns in absolute time: who has duty when. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from services.rostering.rosters.coverage import ALWAYS, Hours, windows
from services.rostering.rosters.stretches import DAY, Stretch, at_wall, crossed, cut, wall_day

DAILY, WEEKLY, PATTERN = "daily", "weekly", "pattern"
_LENGTHS = {DAILY: 1, WEEKLY: 7}
_LONGEST_PATTERN = timedelta(days=62)


class Turn(NamedTuple):
    """Somebody's duty at one level. `holder` is a member, or a partner zone at its own level."""

    level: str
    holder: UUID
    starts_at: datetime
    ends_at: datetime

    @property
    def stretch(self) -> Stretch:
        return Stretch(self.starts_at, self.ends_at)


@dataclass(frozen=True, kw_only=True)
class Rotation:
    """People who follow each other at a level. A pattern names for each day of its cycle who has it, 0 for nobody."""

    level: str
    kind: str
    holders: tuple[UUID, ...]
    pattern: tuple[int, ...] = ()
    hand_over: time = time(8)
    first_day: date
    last_day: date | None = None
    hours: Hours = ALWAYS


@dataclass(frozen=True, kw_only=True)
class Override:
    """`add` puts somebody where nobody is, `replace` puts one in the place of another, `remove` takes one off."""

    kind: str
    starts_at: datetime
    ends_at: datetime
    level: str = ""
    user_id: UUID | None = None
    replaces: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Absence:
    """Somebody is away."""

    user_id: UUID
    starts_at: datetime
    ends_at: datetime


def turns_of(rotation: Rotation, starts_at: datetime, ends_at: datetime) -> list[Turn]:
    """The rotation's turns that touch the stretch, each whole: a turn is never cut at the edge of a month."""
    found = []
    for first, last, holder in _runs(rotation, wall_day(starts_at) - DAY, wall_day(ends_at)):
        whole = Stretch(at_wall(first, rotation.hand_over), at_wall(last + DAY, rotation.hand_over))
        found += [
            Turn(rotation.level, holder, part.starts_at, part.ends_at)
            for part in windows(rotation.hours, *whole)
            if part.starts_at < ends_at and part.ends_at > starts_at
        ]
    return found


def _runs(rotation: Rotation, first: date, last: date) -> Iterator[tuple[date, date, UUID]]:
    """From day to day, both whole days from hand-over to hand-over, who has the turn."""
    length = _LENGTHS.get(rotation.kind) or len(rotation.pattern)
    cycle = max(0, (first - rotation.first_day).days // length)
    while (begins := rotation.first_day + cycle * length * DAY) <= last:
        for position, group in groupby(enumerate(_cycle(rotation, cycle)), key=lambda each: each[1]):
            days = [offset for offset, _ in group]
            run_first, run_last = begins + days[0] * DAY, begins + days[-1] * DAY
            if rotation.last_day is not None:
                run_last = min(run_last, rotation.last_day)
            if position > 0 and run_first <= run_last:
                yield run_first, run_last, rotation.holders[position - 1]
        cycle += 1


def _cycle(rotation: Rotation, number: int) -> Sequence[int]:
    """For each day of a cycle the position of who has it, from 1."""
    if rotation.kind == PATTERN:
        return rotation.pattern
    return [number % len(rotation.holders) + 1] * _LENGTHS[rotation.kind]


def unfold(
    rotations: Iterable[Rotation],
    overrides: Iterable[Override],
    absences: Iterable[Absence],
    stretch: Stretch,
    *,
    levels: Sequence[str],
    taken: Sequence[Turn] = (),
) -> list[Turn]:
    """Everybody's turns that begin in the stretch, or reach into it where nobody has the level yet.

    No level is held twice and nobody stands at two levels: the first rotation and the first level win. `taken` stays
    as it is, and the turns fall around it.
    """
    found: list[Turn] = []
    for level in levels:
        here = [
            turn for rotation in rotations if rotation.level == level for turn in turns_of(rotation, *stretch)
        ]
        for turn in here:
            begun = turn._replace(starts_at=max(turn.starts_at, stretch.starts_at))
            found += _free_parts(begun, [*taken, *found])
    for override in overrides:
        found = overridden(found, override, within=stretch, taken=taken)
    for absence in absences:
        found = without(found, absence.user_id, Stretch(absence.starts_at, absence.ends_at))
    return sorted(found, key=lambda turn: (turn.starts_at, levels.index(turn.level)))


def _free_parts(turn: Turn, held: Iterable[Turn]) -> list[Turn]:
    """What of a turn neither its level nor its holder has already."""
    busy = [each.stretch for each in held if each.level == turn.level or each.holder == turn.holder]
    return [
        turn._replace(starts_at=part.starts_at, ends_at=part.ends_at) for part in cut([turn.stretch], busy)
    ]


def overridden(
    turns: Sequence[Turn], override: Override, *, within: Stretch, taken: Sequence[Turn] = ()
) -> list[Turn]:
    """The turns after one override, as far as it lies within the stretch."""
    period = Stretch(override.starts_at, override.ends_at)
    match override.kind:
        case "add" if override.user_id is not None:
            new = [
                Turn(override.level, override.user_id, part.starts_at, part.ends_at)
                for part in crossed([period], [within])
            ]
            return [*turns, *(part for turn in new for part in _free_parts(turn, [*turns, *taken]))]
        case "replace" if override.user_id is not None and override.replaces is not None:
            left = without(turns, override.replaces, period, level=override.level)
            theirs = [turn for turn in turns if _is_of(turn, override.replaces, override.level)]
            given = [
                Turn(turn.level, override.user_id, part.starts_at, part.ends_at)
                for turn in theirs
                for part in crossed([turn.stretch], [period])
            ]
            return [*left, *(part for turn in given for part in _free_parts(turn, [*left, *taken]))]
        case "remove" if override.replaces is not None:
            return without(turns, override.replaces, period, level=override.level)
        case _:
            return list(turns)


def without(turns: Iterable[Turn], holder: UUID, period: Stretch, *, level: str = "") -> list[Turn]:
    """The turns without somebody in a period, at one level or at all."""
    return [
        turn._replace(starts_at=part.starts_at, ends_at=part.ends_at)
        for turn in turns
        for part in (cut([turn.stretch], [period]) if _is_of(turn, holder, level) else [turn.stretch])
    ]


def _is_of(turn: Turn, holder: UUID, level: str) -> bool:
    return turn.holder == holder and level in {"", turn.level}
