"""How old somebody is on a day."""

from datetime import date

from services.cases.persons.models import age_on


def test_a_birthday_is_counted_from_its_morning() -> None:
    assert age_on(date(2008, 3, 2), date(2026, 3, 1)) == 17
    assert age_on(date(2008, 3, 2), date(2026, 3, 2)) == 18


def test_born_on_29_february_one_is_older_on_1_march() -> None:
    assert age_on(date(2008, 2, 29), date(2026, 2, 28)) == 17
    assert age_on(date(2008, 2, 29), date(2026, 3, 1)) == 18


def test_an_unknown_birth_date_gives_no_age() -> None:
    assert age_on(None, date(2026, 3, 1)) is None
