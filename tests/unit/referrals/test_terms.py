"""When something about a referral is due: Belgian working days, whatever the day it begins."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.referrals.consents.grounds import ground_on, grounds_on, legal_grounds
from services.referrals.referring.forms import (
    all_forms,
    form_on,
    forms_on,
    missing,
    proposed_form,
    wrong_values,
)
from services.referrals.referring.rules import due
from services.referrals.referring.terms import (
    WorkingDays,
    all_terms,
    local_day,
    months_later,
    morning_after,
    morning_of,
    terms_on,
)

days = st.dates(date(2025, 1, 1), date(2030, 12, 31))
TODAY = date(2026, 3, 2)


@given(days, st.integers(1, 10))
def test_so_many_working_days_later_is_a_working_day_with_as_many_between(day: date, count: int) -> None:
    working = WorkingDays()

    last = working.after(day, count)

    assert working.worked(last)
    between = [day + timedelta(days=each) for each in range(1, (last - day).days + 1)]
    assert sum(working.worked(each) for each in between) == count


@pytest.mark.parametrize(
    ("given_on", "send_by"),
    [
        (date(2026, 3, 2), date(2026, 3, 4)),
        (date(2026, 3, 6), date(2026, 3, 10)),
        (date(2026, 4, 2), date(2026, 4, 7)),  # Easter Monday is passed over
        (date(2026, 12, 24), date(2026, 12, 29)),  # Christmas
    ],
)
def test_two_working_days_after_consent(given_on: date, send_by: date) -> None:
    assert WorkingDays().after(given_on, terms_on(given_on).send_within) == send_by


def test_the_tenants_own_days_off_do_not_count() -> None:
    assert WorkingDays([date(2026, 3, 3)]).after(date(2026, 3, 2), 1) == date(2026, 3, 4)


@given(days)
def test_a_reminder_comes_at_eight_on_the_wall_also_when_the_clock_moves(day: date) -> None:
    assert local_day(morning_of(day)) == day
    assert morning_after(day) == morning_of(day + timedelta(days=1))


@given(days, st.integers(1, 24))
def test_months_later_is_the_same_day_or_the_last_of_a_shorter_month(day: date, months: int) -> None:
    later = months_later(day, months)

    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


def test_what_is_due_follows_from_the_state() -> None:
    dates = (date(2026, 3, 4), date(2026, 3, 9), date(2026, 3, 10), date(2026, 4, 1))

    assert due("consent_given", *dates) == ("send_by", dates[0])
    assert due("acknowledged", *dates) == ("answer_by", dates[1])
    assert due("accepted", *dates) == ("contact_by", dates[2])
    assert due("waiting_list", *dates) == ("waiting_list", dates[3])
    assert due("closed", *dates) == ("", None)


def test_every_term_form_and_ground_says_where_it_comes_from_and_how_sure_it_is() -> None:
    said = [
        *((each.source, each.certainty) for each in all_terms()),
        *((each.source, each.certainty) for each in all_forms()),
        *((each.source, each.certainty) for each in legal_grounds()),
    ]
    assert all(source and certainty for source, certainty in said)


@given(days)
def test_on_each_day_a_form_and_a_ground_are_there_once(day: date) -> None:
    assert len({each.key for each in forms_on(day)}) == len(forms_on(day))
    assert len({each.key for each in grounds_on(day)}) == len(grounds_on(day))


def test_the_law_is_cited_as_it_was_on_the_day() -> None:
    before, after = ground_on("SECRECY_MINOR", date(2026, 4, 7)), ground_on("SECRECY_MINOR", date(2026, 4, 8))

    assert before is not None
    assert after is not None
    assert "458bis" in before.reference["nl"]
    assert "458" not in after.reference["nl"]
    assert after.certainty == "C"


@pytest.mark.parametrize(
    ("names", "form"),
    [
        (["Slachtofferhulp", "CAW Oost-Vlaanderen"], "caw_victim"),
        (["Sociale dienst", "OCMW Zoersel"], "ocmw"),
        (["Service social", "CPAS de Namur"], "ocmw"),
        (["Onthaal", "Vertrouwenscentrum Kindermishandeling Oost-Vlaanderen"], "vk_minor"),
        (["Zorgleerkracht", "Basisschool De Regenboog"], "school"),
        (["Begeleiding", "CLB van de school"], "vk_minor"),
        (["Cawaaien", "Vzw De Brug"], "generic"),
    ],
)
def test_the_proposed_form_suits_the_service(names: list[str], form: str) -> None:
    assert proposed_form(names, TODAY) == form


def test_what_the_map_says_goes_before_what_a_name_suggests() -> None:
    assert proposed_form(["OCMW Zoersel"], TODAY, said="generic") == "generic"
    assert proposed_form(["OCMW Zoersel"], TODAY, said="no_such_form") == "ocmw"


def test_a_form_takes_no_value_that_it_does_not_ask() -> None:
    form = form_on("generic", TODAY)
    assert form is not None

    wrong = wrong_values(
        form, {"pv_number": "1", "sent_on": "2026-03-02", "born_on": "gisteren", "interpreter": "so"}
    )

    assert wrong == {
        "values.pv_number": "not_in_form",
        "values.sent_on": "not_in_form",
        "values.born_on": "wrong_type",
        "values.interpreter": "not_a_choice",
    }
    assert missing(form, {"name": "Els"}) == ["referrer", "office", "language", "may_be_contacted", "need"]
