"""The figures of the call-outs: each call-out counts once, times are real, and no small number is shown."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.rostering.statistics.figures import Counted, figures, is_counted, keys_of, percentile
from services.rostering.statistics.office_hours import OfficeHours
from shared.contracts.configuration import SEED_INCIDENT_TYPES
from shared.contracts.statistics import Figure

TYPES = {each.code: each for each in SEED_INCIDENT_TYPES}
LENA, TOM = UUID(int=1), UUID(int=2)
NIGHT = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)


def call_out(**facts: Any) -> Counted:
    given: dict[str, Any] = {
        "call_out_id": UUID(int=9), "number": "2026-0001", "requested_at": NIGHT, "state": "closed",
        "incident_type": "fire", "languages": ["nl"], "minors_present": False, "bad_news": False,
        "asked_by": "own_crew", "simultaneous": False, "cancel_reason": "", "accepted_by": LENA, "joined_by": None,
        "accepted_at": NIGHT + timedelta(minutes=4), "on_site_at": NIGHT + timedelta(minutes=40),
        "closed_at": NIGHT + timedelta(minutes=200), "declined": 0, "not_answered": 0,
    }  # fmt: skip
    return Counted(**{**given, **facts})


def figure(code: str, now: list[Counted], **more: Any) -> Figure:
    return next(each for each in figures(now, [], types=TYPES, **more) if each.code == code)


def cells(found: Figure) -> dict[str, int | None]:
    return {each.key: each.value for each in found.cells}


call_outs = st.builds(
    call_out,
    requested_at=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 - UTC by the strategy
    state=st.sampled_from(["closed", "cancelled", "ringing", "advice_only", "validated"]),
    incident_type=st.sampled_from([*TYPES, "an_old_own_type"]),
    languages=st.lists(st.sampled_from(["nl", "fr", "ar"]), unique=True, max_size=2),
    bad_news=st.booleans(),
    asked_by=st.sampled_from(["own_crew", "other_zone", "abroad"]),
    declined=st.integers(0, 2),
    not_answered=st.integers(0, 2),
)


@given(st.lists(call_outs, max_size=60))
def test_every_figure_is_what_its_lists_hold_or_hidden(now: list[Counted]) -> None:
    office = OfficeHours()
    for each in figures(now, [], types=TYPES):
        if each.unit != "count":
            continue
        counts = Counter(key for one in now for key in keys_of(each.code, one, office))
        assert set(counts) <= {cell.key for cell in each.cells}
        for cell in each.cells:
            assert cell.value in (None, counts[cell.key])
            assert cell.value is None or not 0 < cell.value < 5
        assert each.total in (None, counts.total())


@given(st.lists(call_outs, max_size=60))
def test_every_call_out_has_one_type_one_hour_and_one_outcome(now: list[Counted]) -> None:
    office = OfficeHours()
    for each in now:
        for code in ("by_type", "by_hour", "by_weekday", "office_hours", "outcome", "bad_news", "minors"):
            assert len(keys_of(code, each, office)) == 1


def test_answer_and_arrival_are_real_minutes_across_the_night_in_which_the_clock_moves() -> None:
    now = [call_out() for _ in range(5)]

    assert cells(figure("answer_minutes", now)) == {"median": 4, "p90": 4}
    assert cells(figure("arrival_minutes", now)) == {"median": 36, "p90": 36}
    assert cells(figure("duration_minutes", now)) == {"median": 196, "p90": 196}


def test_times_of_fewer_than_five_are_hidden() -> None:
    assert cells(figure("answer_minutes", [call_out() for _ in range(4)])) == {"median": None, "p90": None}


@given(st.lists(st.floats(0, 10_000), min_size=5, max_size=80))
def test_at_least_so_many_percent_lie_at_or_under_a_percentile(minutes: list[float]) -> None:
    ordered = sorted(minutes)
    for percent in (50, 90):
        value = percentile(ordered, percent)
        assert sum(each <= value + 0.5 for each in ordered) >= percent * len(ordered) / 100


def test_bad_news_for_others_is_told_apart_from_that_of_the_own_zone() -> None:
    now = [call_out(bad_news=True, asked_by="abroad") for _ in range(5)]
    now += [call_out(bad_news=True) for _ in range(6)]
    now += [call_out() for _ in range(7)]

    assert cells(figure("bad_news", now)) == {"own_zone": 6, "for_others": 5, "none": 7}


def test_a_mistake_is_no_call_out() -> None:
    assert not is_counted(call_out(state="cancelled", cancel_reason="mistake"))
    assert is_counted(call_out(state="cancelled", cancel_reason="no_longer_needed"))


def test_the_minutes_of_members_are_only_for_who_plans_their_work() -> None:
    found = figure("member_minutes", [], member_minutes={TOM: 196, LENA: 392})

    assert [(each.key, each.value) for each in found.cells] == [(str(LENA), 392), (str(TOM), 196)]
    assert (found.total, found.names_people) == (588, True)
    assert all(each.code != "member_minutes" for each in figures([], [], types=TYPES))
