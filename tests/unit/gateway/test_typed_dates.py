"""Dates and times as Belgians type them, and the two nights a year when a time is not one moment."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.language import BRUSSELS
from services.gateway.typed_dates import day_of, meanings, wall_clock_of


@pytest.mark.parametrize("text", ["2026-03-29", "29/3/2026", "29-03-2026", "29.3.2026", " 29 3 2026 "])
def test_a_day_is_read_in_every_usual_form(text: str) -> None:
    assert day_of(text) == date(2026, 3, 29)


@pytest.mark.parametrize(
    "text", ["2026-03-29T18:05", "29/3/2026 18:05", "29-3-2026, 18u05", "29.3.2026 18.05", "29/3/2026 18h05"]
)
def test_a_time_is_read_in_every_usual_form(text: str) -> None:
    assert wall_clock_of(text) == datetime(2026, 3, 29, 18, 5)  # noqa: DTZ001 - as typed


@pytest.mark.parametrize(
    "text", ["", "morgen", "29/3/26 18:00", "31/2/2026 18:00", "29/3/2026", "29/3/2026 25:00"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        wall_clock_of(text)


def test_the_hour_that_is_skipped_is_no_moment() -> None:
    assert meanings(datetime(2026, 3, 29, 2, 30)) == []  # noqa: DTZ001


def test_the_hour_that_comes_twice_is_two_moments_an_hour_apart() -> None:
    first, second = meanings(datetime(2026, 10, 25, 2, 30))  # noqa: DTZ001

    assert second.astimezone(UTC) - first.astimezone(UTC) == timedelta(hours=1)


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2060, 1, 1)))  # noqa: DTZ001
def test_every_other_time_is_one_moment_that_reads_as_typed(wall: datetime) -> None:
    found = meanings(wall)

    assert len(found) <= 2
    assert all(moment.astimezone(BRUSSELS).replace(tzinfo=None, fold=0) == wall for moment in found)
