"""Rotations, overrides and leave become turns in absolute time: no overlap, no hole inside the hours, across clocks."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.rostering.rosters.coverage import ALWAYS, Excuse, Hours, gaps, windows
from services.rostering.rosters.free_days import is_free
from services.rostering.rosters.publishing import changes, history_kept, rows
from services.rostering.rosters.stretches import Stretch, at_wall, crossed, cut, joined, minutes_of
from services.rostering.rosters.unfolding import Absence, Override, Rotation, Turn, turns_of, unfold

BRUSSELS = ZoneInfo("Europe/Brussels")
LENA, TOM, AN, JO = (UUID(int=number) for number in range(1, 5))
NIGHTS = Hours(time(18), time(8), free_days=True)
LEVELS = ("primary", "secondary", "backup")


def month(first: date, days: int = 30) -> Stretch:
    return Stretch(at_wall(first, time()), at_wall(first + timedelta(days=days), time()))


def hours_of(turn: Turn) -> float:
    return minutes_of([turn.stretch]) / 60


people = st.lists(st.sampled_from([LENA, TOM, AN, JO]), min_size=1, max_size=4, unique=True).map(tuple)
clocks = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
days = st.dates(date(2026, 1, 1), date(2027, 12, 31))
hours = st.one_of(st.just(ALWAYS), st.builds(Hours, clocks, clocks, st.booleans()))


@st.composite
def rotations(draw: st.DrawFn, level: str | None = None) -> Rotation:
    holders = draw(people)
    kind = draw(st.sampled_from(["daily", "weekly", "pattern"]))
    pattern = (
        tuple(draw(st.lists(st.integers(0, len(holders)), min_size=1, max_size=14)))
        if kind == "pattern"
        else ()
    )
    return Rotation(
        level=level or draw(st.sampled_from(LEVELS)),
        kind=kind,
        holders=holders,
        pattern=pattern,
        hand_over=draw(clocks),
        first_day=draw(days),
        hours=draw(hours),
    )


@pytest.mark.parametrize(
    ("day", "real_hours"), [(date(2026, 3, 28), 13), (date(2026, 10, 24), 15), (date(2026, 6, 6), 14)]
)
def test_s05_the_night_in_which_the_clock_changes_has_13_or_15_hours(day: date, real_hours: int) -> None:
    rotation = Rotation(
        level="primary",
        kind="daily",
        holders=(LENA,),
        first_day=day,
        hours=Hours(time(18), time(8), free_days=False),
    )
    begins = datetime.combine(day, time(18), BRUSSELS).astimezone(UTC)
    night = next(turn for turn in turns_of(rotation, *month(day, 3)) if turn.starts_at == begins)
    assert night.ends_at == datetime.combine(day + timedelta(days=1), time(8), BRUSSELS).astimezone(UTC)
    assert hours_of(night) == real_hours


def test_a_weekend_is_one_turn_from_friday_evening_to_monday_morning() -> None:
    rotation = Rotation(
        level="primary", kind="weekly", holders=(LENA, TOM), first_day=date(2026, 6, 1), hours=NIGHTS
    )
    turns = turns_of(rotation, *month(date(2026, 6, 1), 7))
    assert [hours_of(turn) for turn in turns] == [14, 14, 14, 14, 62]
    assert {turn.holder for turn in turns} == {LENA}


def test_a_public_holiday_is_whole_as_a_weekend_is() -> None:
    assert is_free(date(2026, 4, 6))
    assert not is_free(date(2026, 4, 7))
    easter_monday = month(date(2026, 4, 6), 1)
    assert windows(NIGHTS, *easter_monday) == [easter_monday]


def test_a_day_off_of_the_tenant_is_whole_too_and_no_other_day_is() -> None:
    bridge, week = date(2026, 5, 15), month(date(2026, 5, 11), 5)
    own = NIGHTS._replace(days_off=frozenset({bridge}))
    whole = month(bridge, 1)
    assert crossed(windows(own, *week), [whole]) == [whole]
    assert [each for each in windows(own, *week) if each.ends_at <= whole.starts_at] == [
        each for each in windows(NIGHTS, *week) if each.ends_at <= whole.starts_at
    ]
    assert not is_free(bridge)
    assert is_free(bridge, {bridge})


def test_a_pattern_says_for_each_day_who_has_it_and_that_nobody_has() -> None:
    rotation = Rotation(
        level="primary", kind="pattern", holders=(LENA, TOM), pattern=(1, 1, 2, 0), first_day=date(2026, 6, 1)
    )
    turns = turns_of(rotation, *month(date(2026, 6, 1), 5))
    assert [(turn.holder, hours_of(turn)) for turn in turns] == [(LENA, 48), (TOM, 24), (LENA, 48)]


@given(rotations(), days)
@settings(max_examples=100, deadline=None)
def test_a_rotation_has_no_overlap_and_no_hole_inside_its_hours(rotation: Rotation, first: date) -> None:
    stretch = month(first, 35)
    turns = turns_of(rotation, *stretch)
    for turn, following in pairwise(turns):
        assert turn.ends_at <= following.starts_at
    begun = max(stretch.starts_at, at_wall(rotation.first_day, rotation.hand_over))
    inside = Stretch(begun, stretch.ends_at)
    if inside.ends_at <= inside.starts_at:
        assert not turns
    elif rotation.kind != "pattern" or 0 not in rotation.pattern:
        covered = joined(crossed([turn.stretch for turn in turns], [inside]))
        assert minutes_of(covered) == minutes_of(windows(rotation.hours, *inside))


@given(rotations(), days)
@settings(max_examples=100, deadline=None)
def test_the_hand_over_is_at_the_same_hour_on_the_wall_all_year(rotation: Rotation, first: date) -> None:
    if rotation.hand_over.hour == 2:  # the hour that comes never or twice in the night of the change
        return
    whole_days = Rotation(
        level=rotation.level, kind=rotation.kind, holders=rotation.holders, pattern=rotation.pattern,
        hand_over=rotation.hand_over, first_day=rotation.first_day,
    )  # fmt: skip
    for turn in turns_of(whole_days, *month(first, 40)):
        for moment in turn.stretch:
            assert moment.astimezone(BRUSSELS).time() == rotation.hand_over


def moments(first: date, last_hour: int) -> st.SearchStrategy[datetime]:
    return st.integers(-48, last_hour).map(lambda hour: at_wall(first, time()) + timedelta(hours=hour))


@st.composite
def plans(draw: st.DrawFn) -> tuple[list[Rotation], list[Override], list[Absence], Stretch]:
    first = draw(days)
    periods = st.tuples(moments(first, 700), st.integers(1, 200)).map(
        lambda pair: (pair[0], pair[0] + timedelta(hours=pair[1]))
    )
    who = st.sampled_from([LENA, TOM, AN, JO])
    overrides = []
    for _ in range(draw(st.integers(0, 4))):
        starts_at, ends_at = draw(periods)
        kind = draw(st.sampled_from(["add", "replace", "remove"]))
        level = draw(st.sampled_from(LEVELS if kind == "add" else ("", *LEVELS)))
        overrides.append(
            Override(
                kind=kind,
                level=level,
                starts_at=starts_at,
                ends_at=ends_at,
                user_id=draw(who),
                replaces=draw(who),
            )
        )
    absences = []
    for _ in range(draw(st.integers(0, 2))):
        starts_at, ends_at = draw(periods)
        absences.append(Absence(user_id=draw(who), starts_at=starts_at, ends_at=ends_at))
    return draw(st.lists(rotations(), max_size=4)), overrides, absences, month(first)


@given(plans())
@settings(max_examples=120, deadline=None)
def test_whatever_is_laid_over_it_no_level_is_held_twice_and_nobody_stands_at_two(
    plan: tuple[list[Rotation], list[Override], list[Absence], Stretch],
) -> None:
    roster, overrides, absences, stretch = plan
    turns = unfold(roster, overrides, absences, stretch, levels=LEVELS)
    for which in ("level", "holder"):
        for key in {getattr(turn, which) for turn in turns}:
            mine = [turn.stretch for turn in turns if getattr(turn, which) == key]
            assert minutes_of(mine) == minutes_of(joined(mine))
    for absence in absences:
        away = [Stretch(absence.starts_at, absence.ends_at)]
        assert not crossed([turn.stretch for turn in turns if turn.holder == absence.user_id], away)
    assert all(turn.starts_at >= stretch.starts_at for turn in turns)


@given(plans())
@settings(max_examples=60, deadline=None)
def test_two_months_one_after_the_other_give_what_one_long_period_gives(
    plan: tuple[list[Rotation], list[Override], list[Absence], Stretch],
) -> None:
    roster, _, absences, stretch = plan
    one = Stretch(stretch.starts_at, stretch.starts_at + timedelta(days=14))
    first = unfold(roster, [], absences, one, levels=LEVELS)
    rest = Stretch(one.ends_at, stretch.ends_at)
    second = unfold(roster, [], absences, rest, levels=LEVELS, taken=first)
    for level in LEVELS:
        stretches = [turn.stretch for turn in [*first, *second] if turn.level == level]
        assert minutes_of(stretches) == minutes_of(joined(stretches))


def turn(holder: UUID, start: float, end: float, level: str = "primary") -> Turn:
    noon = datetime(2026, 6, 1, 12, tzinfo=UTC)
    return Turn(level, holder, noon + timedelta(hours=start), noon + timedelta(hours=end))


NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_who_is_replaced_gives_exactly_those_hours() -> None:
    week = Rotation(level="primary", kind="weekly", holders=(LENA,), first_day=date(2026, 6, 1))
    night = Override(
        kind="replace", user_id=TOM, replaces=LENA,
        starts_at=at_wall(date(2026, 6, 3), time(18)), ends_at=at_wall(date(2026, 6, 4), time(8)),
    )  # fmt: skip
    turns = unfold([week], [night], [], month(date(2026, 6, 1), 7), levels=LEVELS)
    assert [(each.holder, hours_of(each)) for each in turns] == [(LENA, 58), (TOM, 14), (LENA, 96)]


def test_an_added_person_fills_only_where_nobody_is() -> None:
    two_days = Rotation(
        level="primary",
        kind="pattern",
        holders=(LENA,),
        pattern=(1, 0),
        first_day=date(2026, 6, 1),
        hand_over=time(),
    )
    help_out = Override(
        kind="add", level="primary", user_id=TOM,
        starts_at=at_wall(date(2026, 6, 1), time()), ends_at=at_wall(date(2026, 6, 3), time()),
    )  # fmt: skip
    turns = unfold([two_days], [help_out], [], month(date(2026, 6, 1), 2), levels=LEVELS)
    assert [(each.holder, hours_of(each)) for each in turns] == [(LENA, 24), (TOM, 24)]


def test_gaps_that_are_meant_stand_apart_from_those_that_are_not() -> None:
    needed = [Stretch(NOON, NOON + timedelta(hours=10))]
    excuse = Excuse("primary", NOON + timedelta(hours=4), NOON + timedelta(hours=6), "covered_by_zone")
    held = [turn(LENA, 0, 3).stretch]
    found = gaps("primary", held, needed, [excuse])
    assert [((gap.starts_at - NOON) / timedelta(hours=1), gap.reason) for gap in found] == [
        (3, ""), (4, "covered_by_zone"), (6, ""),
    ]  # fmt: skip
    assert gaps("backup", held, needed, [excuse])[0].reason == ""


turn_lists = st.lists(
    st.tuples(st.sampled_from([LENA, TOM]), st.integers(-30, 60), st.integers(1, 30)).map(
        lambda each: turn(each[0], each[1], each[1] + each[2])
    ),
    max_size=6,
)


@given(turn_lists, turn_lists)
@settings(deadline=None)
def test_exactly_those_are_told_whose_coming_hours_differ(before: list[Turn], after: list[Turn]) -> None:
    def coming(turns: list[Turn], holder: UUID) -> list[Stretch]:
        mine = [each.stretch for each in turns if each.holder == holder]
        return joined(crossed(mine, [Stretch(NOON, NOON + timedelta(days=99))]))

    told = [change.holder for change in changes(before, after, now=NOON)]
    assert len(told) == len(set(told))
    assert set(told) == {who for who in (LENA, TOM) if coming(before, who) != coming(after, who)}


@given(turn_lists, turn_lists)
@settings(deadline=None)
def test_publishing_keeps_who_had_duty_until_now_and_gives_what_is_wanted_from_now(
    before: list[Turn], after: list[Turn]
) -> None:
    result = history_kept(before, after, now=NOON)
    past, future = [Stretch(NOON - timedelta(days=99), NOON)], [Stretch(NOON, NOON + timedelta(days=99))]
    for side, source in ((past, before), (future, after)):
        for who in (LENA, TOM):
            mine = [
                joined(crossed([each.stretch for each in turns if each.holder == who], side))
                for turns in (result, source)
            ]
            assert mine[0] == mine[1]


def test_a_shift_that_stays_keeps_its_id_and_one_that_ends_otherwise_too() -> None:
    same, shorter, gone = turn(LENA, 0, 8), turn(TOM, 8, 16), turn(AN, 16, 24)
    kept = {JO: same, AN: shorter, TOM: gone}
    wanted = [same, turn(TOM, 8, 12), turn(LENA, 16, 24)]
    result = rows(kept, wanted)
    assert result.ended_otherwise == {AN: NOON + timedelta(hours=12)}
    assert (result.gone, result.new) == ([TOM], [turn(LENA, 16, 24)])


@given(turn_lists, turn_lists)
@settings(deadline=None)
def test_what_is_cut_out_and_what_is_left_make_the_whole(some: list[Turn], holes: list[Turn]) -> None:
    whole, out = joined(each.stretch for each in some), [each.stretch for each in holes]
    assert minutes_of(cut(whole, out)) + minutes_of(crossed(whole, joined(out))) == minutes_of(whole)
