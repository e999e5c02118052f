"""What a name, an address or a number may look like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.staff.models import Fields, normal_email
from services.identity.tenants.models import checked_languages
from shared.errors import Invalid


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0470 12 34 56", "+32470123456"),
        ("+32 (0)470 12.34.56", "+32470123456"),
        ("053 21 31 41", "+3253213141"),
        ("+33 6 12 34 56 78", "+33612345678"),
        ("  ", ""),
    ],
)
def test_a_phone_number_is_kept_in_international_form(typed: str, kept: str) -> None:
    fields = Fields()

    assert fields.phone("phone", typed) == kept
    assert not fields.wrong


@pytest.mark.parametrize("typed", ["12", "bel mij", "0470 12 34 5", "0470 12 34 56 ext. 3", "\x00"])
def test_what_is_no_phone_number_is_said_at_the_field(typed: str) -> None:
    fields = Fields()

    fields.phone("phone", typed)

    assert fields.wrong == {"phone": "phone_wrong"}


@given(st.text(max_size=30))
def test_no_text_breaks_the_reading_of_a_number(typed: str) -> None:
    fields = Fields()

    kept = fields.phone("phone", typed)

    assert fields.wrong or kept == "" or kept.startswith("+")


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("lena.peeters@pzaalst.be", True),
        (" Lena@Zone.Test ", True),
        ("l@xn--caf-dma.be", True),
        ("lena", False),
        ("lena@zone", False),
        ("lena@@zone.be", False),
        ("le na@zone.be", False),
        ("lena@zone..be", False),
        ("lena@-zone.be", False),
        ("lena@zone.be\nbcc: all@zone.be", False),
        ("lena\x00@zone.be", False),
        ("<lena@zone.be>", False),
        (f"{'l' * 65}@zone.be", False),
    ],
)
def test_an_address_has_a_name_and_a_domain(typed: str, right: bool) -> None:
    fields = Fields()

    fields.email("email", typed)

    assert (not fields.wrong) == right


def test_an_address_is_compared_without_its_capitals() -> None:
    assert normal_email(" Lena@Zone.BE") == normal_email("lena@zone.be")


def test_all_that_is_wrong_is_said_at_once() -> None:
    fields = Fields()
    fields.line("name", "  ", required=True)
    fields.line("function", "a\x07b")
    fields.choice("language", "la", ("nl", "fr"))

    with pytest.raises(Invalid) as refused:
        fields.check()

    assert refused.value.fields == {"name": "required", "function": "text_wrong", "language": "not_a_choice"}


def test_the_legal_language_is_always_among_the_languages() -> None:
    assert checked_languages(["nl", "fr", "nl"], "nl") == ["nl", "fr"]
    with pytest.raises(Invalid):
        checked_languages(["fr"], "nl")
    with pytest.raises(Invalid):
        checked_languages(["nl", "la"], "nl")
