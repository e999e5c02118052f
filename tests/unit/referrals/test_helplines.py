"""The lines that answer, as the product brings them along."""

import re

import pytest

from services.referrals.content.helplines import helplines


def test_the_lines_of_the_starter_list_are_there_and_the_emergency_numbers_first() -> None:
    numbers = [each.number for each in helplines()]
    assert numbers[:2] == ["112", "101"]
    assert set(numbers) == {
        "112", "101", "1712", "106", "1813", "102", "0800 13 500", "116 000", "070 245 245", "0800 30 030", "107",
        "103", "0800 32 123",
    }  # fmt: skip


def test_what_a_phone_dials_is_the_number_that_people_read() -> None:
    for each in helplines():
        digits = each.number.replace(" ", "")
        assert each.dial in {digits, "+32" + digits.removeprefix("0")}


def test_a_line_is_open_day_and_night_or_says_when() -> None:
    for each in helplines():
        assert each.always_open == (not each.schedules)
        for hours in each.schedules:
            assert re.fullmatch(r"\d\d:\d\d", hours.opens)
            assert hours.opens < hours.closes <= "24:00"


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
def test_every_line_speaks_each_language(language: str) -> None:
    for each in helplines():
        for text in (each.names, each.what, each.for_whom, each.when):
            assert text.in_language(language).strip()


def test_nobody_has_rung_the_numbers_yet_so_none_is_assured() -> None:
    assert not any(each.assured for each in helplines())
    assert all(each.certainty[0] in "VGC" and each.source for each in helplines())


def test_the_helpline_1712_does_not_pass_for_an_emergency_number() -> None:
    (line,) = (each for each in helplines() if each.code == "1712")
    assert line.group != "emergency"
    assert not line.always_open
