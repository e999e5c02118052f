"""Which attempt comes next, on which day and in which part of it, or why it stops. Pure: no database, no clock.

The practice is dated data (`ladder.json`). A part of the day that was tried is not tried again while another is safe.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from services.cases.dossiers.deadlines import BRUSSELS, WorkingDays, working_days
from shared.contracts.persons import SafeContact, SafeWindow

_FILE: Final = Path(__file__).with_name("ladder.json")
_STOPPING: Final = ("refused", "moved")
_IN_PERSON: Final = ("visit", "phone")
_WEEK: Final = 7


class PlannedStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Working days after the attempt before it, or after the signal."""

    way: str
    after_working_days: int


class LadderLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The practice as it holds from a day until before another. `again`: the steps after a decision to go on."""

    steps: list[PlannedStep]
    most_attempts: int
    again: list[PlannedStep]
    parts_of_day: dict[str, tuple[time, time]]
    days_searched: int
    partner_grounds: list[str]
    signaller_days: int
    valid_from: date
    valid_to: date | None
    certainty: str
    source: str


class Tried(msgspec.Struct, frozen=True):
    """An attempt that was made, or a step that was passed over (`skipped`)."""

    way: str
    result: str
    at: datetime


class Reach(msgspec.Struct, frozen=True):
    """How the person may be reached: his safe contact, and whether a number is known."""

    safe: SafeContact = SafeContact()
    phone: bool = False


class Next(msgspec.Struct, frozen=True):
    """The step that is proposed; `passed` are steps that cannot be taken, as way:code."""

    way: str
    on: date
    part: str
    why: dict[str, str]
    passed: tuple[str, ...] = ()


class Stopped(msgspec.Struct, frozen=True):
    """`why`: refused, moved, or tried_enough."""

    why: str


@cache
def _lines() -> Sequence[LadderLine]:
    return msgspec.json.decode(_FILE.read_bytes(), type=list[LadderLine])


def ladder_on(day: date) -> LadderLine:
    """The line that holds on a day; the first one before any."""
    lines = _lines()
    return next(
        (line for line in lines if line.valid_from <= day and (line.valid_to is None or day < line.valid_to)),
        lines[0],
    )


def part_of(moment: datetime, line: LadderLine) -> str:
    """The part of the Belgian day in which a moment lies; empty in the night."""
    clock = moment.astimezone(BRUSSELS).time()
    return next((name for name, (begins, ends) in line.parts_of_day.items() if begins <= clock < ends), "")


def next_step(
    line: LadderLine,
    tried: Sequence[Tried],
    *,
    since: datetime,
    reach: Reach,
    working: WorkingDays,
    before: Sequence[Tried] = (),
    again: bool = False,
) -> Next | Stopped:
    """After what was tried in this round (`before` it: in earlier ones), counted from the last of it or from `since`.

    A wish to be left alone and an empty house end it at once; so does the most that a round may hold.
    """
    ended = next((each.result for each in reversed(tried) if each.result in _STOPPING), "")
    if ended:
        return Stopped(ended)
    steps = line.again if again else line.steps
    most = len(line.again) if again else line.most_attempts
    if sum(each.result != "skipped" for each in tried) >= most:
        return Stopped("tried_enough")
    passed = []
    for step in _untried(steps, tried):
        if barred := _barred(step.way, reach):
            passed.append(f"{step.way}:{barred}")
            continue
        made = [each.at for each in tried if each.result != "skipped"]
        anchor = max([since, *made])
        return _placed(line, step, anchor, [*before, *tried], reach, working, tuple(passed))
    return Stopped("tried_enough")


def _untried(steps: Sequence[PlannedStep], tried: Sequence[Tried]) -> list[PlannedStep]:
    """The steps that no attempt of their way has used up, in their order."""
    used = Counter(each.way for each in tried)
    left = []
    for step in steps:
        if used[step.way]:
            used[step.way] -= 1
        else:
            left.append(step)
    return left


def _barred(way: str, reach: Reach) -> str:
    """Why a way cannot be taken with this person; nothing when it can."""
    if way == "phone":
        if reach.safe.no_calls:
            return "no_calls"
        return "" if reach.phone else "no_phone"
    if way == "letter" and reach.safe.no_letters:
        return "no_letters"
    return "no_visits" if way == "visit" and reach.safe.no_visits else ""


def _placed(
    line: LadderLine,
    step: PlannedStep,
    anchor: datetime,
    earlier: Sequence[Tried],
    reach: Reach,
    working: WorkingDays,
    passed: tuple[str, ...],
) -> Next:
    due = working_days(anchor, step.after_working_days, working)
    why = {**due.why, "rule": "outreach"}
    if step.way not in _IN_PERSON:
        return Next(step.way, due.on, "", why, passed)
    parts = [
        part_of(each.at, line) for each in earlier if each.way in _IN_PERSON and each.result != "skipped"
    ]
    on, part, code = _moment(line, due.on, parts, reach.safe, working)
    return Next(step.way, on, part, {**why, "part": part} | ({"hour": code} if code else {}), passed)


def _moment(
    line: LadderLine, due: date, tried: Sequence[str], safe: SafeContact, working: WorkingDays
) -> tuple[date, str, str]:
    """The first working day with a safe part that was tried least, another than the last one; else what is safe."""
    last, day, only = (tried[-1] if tried else ""), due, None
    count = Counter(tried)
    for _ in range(line.days_searched):
        open_parts = [name for name in line.parts_of_day if _safe_on(line.parts_of_day, name, day, safe)]
        others = [name for name in open_parts if name != last]
        if others:
            moved = "moved_to_safe_hour" if day != due else ""
            return day, min(others, key=lambda name: count[name]), moved
        if open_parts and only is None:
            only = day
        day, _ = working.first_from(day + timedelta(days=1))
    # nothing but the part that was tried last is safe; or no safe hour on any working day: the worker chooses
    return (only, last, "only_safe_hour") if only else (due, "", "no_safe_hour")


def _safe_on(parts: Mapping[str, tuple[time, time]], name: str, day: date, safe: SafeContact) -> bool:
    """Whether some moment of the part lies in a window, on the clock on the wall."""
    begins, ends = parts[name]
    return not safe.windows or any(
        max(begins, opens) < min(ends, closes)
        for window in safe.windows
        for weekday, opens, closes in _spans(window)
        if weekday == day.isoweekday()
    )


def _spans(window: SafeWindow) -> Iterator[tuple[int, time, time]]:
    """Its hours on each weekday; one that ends on the next day is two."""
    for weekday in window.weekdays:
        if window.starts < window.ends:
            yield weekday, window.starts, window.ends
        else:
            yield weekday, window.starts, time.max
            yield weekday % _WEEK + 1, time.min, window.ends
