"""National numbers, phone numbers and names, in one form. All numbers are from ranges that were never issued."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.persons.identifiers import InszWrong, PhoneWrong, e164, folded, insz_digits


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("85.07.30-999.32", "85073099932"),
        ("17073099988", "17073099988"),
        ("01.01.01-000.27", "01010100027"),
        ("98472899765", "98472899765"),
        ("", ""),
        ("  ", ""),
    ],
)
def test_a_national_or_bis_number_is_kept_as_digits(typed: str, digits: str) -> None:
    assert insz_digits(typed) == digits


@pytest.mark.parametrize("typed", ["12345678901", "85073099933", "8507309993", "abc", "85.07.30-999.3a"])
def test_a_wrong_number_is_refused_at_its_field(typed: str) -> None:
    with pytest.raises(InszWrong) as refused:
        insz_digits(typed)

    assert refused.value.fields == {"insz": "insz_wrong"}


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0470 12 34 56", "+32470123456"),
        ("053/12.34.56", "+3253123456"),
        ("+31 6 12345678", "+31612345678"),
        ("", ""),
    ],
)
def test_a_phone_number_is_kept_as_it_is_dialled_from_abroad(typed: str, number: str) -> None:
    assert e164(typed) == number


@pytest.mark.parametrize("typed", ["onbekend", "12", "0470"])
def test_what_cannot_be_dialled_is_refused_at_its_field(typed: str) -> None:
    with pytest.raises(PhoneWrong) as refused:
        e164(typed)

    assert refused.value.fields == {"phone": "phone_wrong"}


def test_two_spellings_of_a_name_fold_to_one() -> None:
    assert folded("  Zoë  D'HÔNDT ") == folded("zoe d'hondt")
    assert folded("Weiß") == "weiss"


@given(st.text())
def test_folding_twice_is_folding_once(name: str) -> None:
    assert folded(folded(name)) == folded(name)
