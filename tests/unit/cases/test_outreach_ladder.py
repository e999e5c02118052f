"""Which attempt comes next, on which day and in which part of it: arithmetic, without a database."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.dossiers.deadlines import BRUSSELS, WorkingDays, local_day
from services.cases.dossiers.plain_facts import words_of_illness
from services.cases.outreach.ladder import Next, Reach, Stopped, Tried, ladder_on, next_step, part_of
from services.cases.persons.safe_contact import may_call
from shared.contracts.outreach import ATTEMPT_RESULTS, ATTEMPT_WAYS
from shared.contracts.persons import SafeContact, SafeWindow

LINE = ladder_on(date(2026, 3, 2))
SIGNALLED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday
IN_VAIN = {"visit": "nobody_home", "phone": "no_answer", "letter": "sent", "partner": "passed_on"}

days_off = st.frozensets(st.dates(date(2026, 3, 1), date(2026, 4, 30)), max_size=8)
hours = st.integers(0, 47).map(lambda half: time(half // 2, half % 2 * 30))
windows = st.lists(
    st.builds(
        SafeWindow,
        weekdays=st.lists(st.integers(1, 7), min_size=1, max_size=7, unique=True),
        starts=hours,
        ends=hours,
    ).filter(lambda window: window.starts != window.ends),
    max_size=3,
)
reaches = st.builds(
    Reach,
    st.builds(
        SafeContact,
        windows=windows,
        no_calls=st.booleans(),
        no_letters=st.booleans(),
        no_visits=st.booleans(),
    ),
    phone=st.booleans(),
)


def climbed(reach: Reach, working: WorkingDays, *, again: bool = False) -> list[Next]:
    """Every step that is proposed when each is taken on its day and in its part, in vain."""
    steps: list[Next] = []
    tried: list[Tried] = []
    while isinstance(
        step := next_step(LINE, tried, since=SIGNALLED, reach=reach, working=working, again=again), Next
    ):
        steps.append(step)
        begins = LINE.parts_of_day[step.part][0] if step.part else time(10)
        tried.append(Tried(step.way, IN_VAIN[step.way], datetime.combine(step.on, begins, BRUSSELS)))
        assert len(tried) < 20
    assert step == Stopped("tried_enough")
    return steps


def test_the_story_is_three_visits_a_letter_and_the_gp() -> None:
    steps = climbed(Reach(), WorkingDays())

    assert [step.way for step in steps] == ["visit", "visit", "letter", "visit", "partner"]
    assert [step.on for step in steps] == [
        date(2026, 3, 5), date(2026, 3, 10), date(2026, 3, 11), date(2026, 3, 20), date(2026, 3, 25),
    ]  # fmt: skip
    assert [step.part for step in steps] == ["morning", "afternoon", "", "evening", ""]
    assert {step.passed for step in steps} == {("phone:no_phone",), ()}


@given(reaches, days_off, st.booleans())
def test_every_ladder_ends_and_each_step_lies_on_a_working_day_after_the_one_before(
    reach: Reach, off: frozenset[date], again: bool
) -> None:
    working = WorkingDays(off)

    steps = climbed(reach, working, again=again)

    assert len(steps) <= (len(LINE.again) if again else LINE.most_attempts)
    assert all(not working.off(step.on) for step in steps)
    for before, after in pairwise([local_day(SIGNALLED), *(step.on for step in steps)]):
        assert before < after


@given(reaches, days_off)
def test_nobody_is_sought_in_a_way_or_at_an_hour_that_is_not_safe(reach: Reach, off: frozenset[date]) -> None:
    safe = reach.safe
    for step in climbed(reach, WorkingDays(off)):
        assert not (step.way == "phone" and (safe.no_calls or not reach.phone))
        assert not (step.way == "letter" and safe.no_letters)
        assert not (step.way == "visit" and safe.no_visits)
        if step.part and safe.windows:
            begins, ends = LINE.parts_of_day[step.part]
            moment = datetime.combine(step.on, begins, BRUSSELS)
            halves = (ends.hour - begins.hour) * 2
            hours_only = SafeContact(windows=safe.windows)
            assert any(
                may_call(hours_only, moment + half * timedelta(minutes=30)).allowed for half in range(halves)
            )
        elif step.way in ("visit", "phone"):
            assert step.part or step.why["hour"] == "no_safe_hour"


@given(reaches, days_off)
def test_never_twice_in_the_same_part_of_the_day_unless_no_other_is_safe(
    reach: Reach, off: frozenset[date]
) -> None:
    in_person = [step for step in climbed(reach, WorkingDays(off)) if step.way in ("visit", "phone")]

    for before, after in pairwise(in_person):
        if before.part and before.part == after.part:
            assert after.why["hour"] == "only_safe_hour"


@given(
    st.lists(
        st.sampled_from([(way, result) for way in ATTEMPT_WAYS for result in ATTEMPT_RESULTS[way]]).filter(
            lambda each: each[1] != "contact_made"
        ),
        max_size=8,
    ),
    st.booleans(),
)
def test_who_wants_to_be_left_alone_is_left_alone_whatever_was_tried(
    made: Sequence[tuple[str, str]], again: bool
) -> None:
    tried = [Tried(way, result, SIGNALLED + timedelta(hours=n)) for n, (way, result) in enumerate(made)]

    step = next_step(LINE, tried, since=SIGNALLED, reach=Reach(), working=WorkingDays(), again=again)

    ends = [each.result for each in tried if each.result in ("refused", "moved")]
    if ends:
        assert step == Stopped(ends[-1])
    elif sum(each.result != "skipped" for each in tried) >= (
        len(LINE.again) if again else LINE.most_attempts
    ):
        assert step == Stopped("tried_enough")


def test_what_another_round_proposes_does_not_repeat_the_hour_of_the_round_before() -> None:
    before = [Tried("visit", "nobody_home", datetime(2026, 3, 20, 17, 30, tzinfo=UTC))]
    letter = [Tried("letter", "sent", datetime(2026, 3, 23, 9, tzinfo=UTC))]

    step = next_step(
        LINE, letter, before=before, since=SIGNALLED, reach=Reach(), working=WorkingDays(), again=True
    )

    assert isinstance(step, Next)
    assert (step.way, step.part) == ("visit", "morning")


@pytest.mark.parametrize(
    ("moment", "part"),
    [
        (datetime(2026, 3, 27, 11, 30, tzinfo=UTC), "afternoon"),  # 12:30, winter time
        (datetime(2026, 3, 30, 9, 59, tzinfo=UTC), "morning"),  # 11:59, summer time
        (datetime(2026, 3, 30, 18, 0, tzinfo=UTC), ""),  # 20:00
    ],
)
def test_a_part_of_the_day_is_read_from_the_clock_on_the_wall(moment: datetime, part: str) -> None:
    assert part_of(moment, LINE) == part


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("De brievenbus puilt uit en de rolluiken zijn al een week dicht.", []),
        ("Hij is duidelijk dement en verslaafd aan alcohol.", ["dement", "verslaafd"]),
        ("La voisine dit : démence, dépressif.", ["demence", "depressif"]),
    ],
)
def test_a_word_of_illness_is_found_whole_and_without_its_accents(text: str, found: list[str]) -> None:
    assert words_of_illness(text) == found
