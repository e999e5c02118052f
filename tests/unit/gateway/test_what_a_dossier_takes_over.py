"""What a new dossier takes over of a referral: what the person let through, in its own place, and nothing of the rest."""

import pytest

from services.gateway.pages.incoming_dossier import taken_over

TYPES = ["help_debts", "burglary"]


def test_a_name_is_split_behind_its_first_word() -> None:
    assert taken_over({"name": "Sofie De Backer"}, TYPES) == {"first_name": "Sofie", "last_name": "De Backer"}
    assert taken_over({"name": "Claes"}, TYPES) == {"last_name": "Claes"}


def test_of_what_was_not_let_through_nothing_is_filled_in() -> None:
    assert taken_over({}, TYPES) == {}


def test_what_is_asked_is_the_type_only_where_it_is_one_here() -> None:
    assert taken_over({"need_kind": "debts"}, TYPES) == {"incident_type": "help_debts"}
    assert taken_over({"need_kind": "food"}, TYPES) == {}
    assert taken_over({"facts_type": "theft_or_burglary"}, TYPES) == {"incident_type": "burglary"}
    assert taken_over({"facts_type": "violence"}, TYPES) == {}


def test_rules_for_safe_contact_come_along_as_rules() -> None:
    given = {"safe_phone": "+32470998811", "contact_rules": "no_voicemail_no_letter", "code_word": "bakker"}

    assert taken_over(given, TYPES) == {
        "phone": "+32470998811", "phone_safe": "1", "no_voicemail": "1", "no_letters": "1", "code_word": "bakker",
    }  # fmt: skip


def test_a_parent_is_a_person_of_his_own() -> None:
    given = {"name": "Noah Claes", "parent": "Els Claes", "parent_phone": "+32470123456"}

    found = taken_over(given, TYPES)

    assert (found["p_first_name"], found["p_last_name"], found["p_phone"]) == ("Els", "Claes", "+32470123456")
    assert "p_kind" not in found


@pytest.mark.parametrize(
    ("authority", "kind"),
    [
        ("both_parents", "parent_of"),
        ("one_parent", "parent_of"),
        ("guardian", "guardian_of"),
        ("not_known", None),
    ],
)
def test_who_decides_about_the_child_says_what_that_person_is_to_it(authority: str, kind: str | None) -> None:
    given = {"name": "Noah Claes", "parent": "Els Claes", "parental_authority": authority}

    assert taken_over(given, TYPES).get("p_kind") == kind
    assert "p_kind" not in taken_over({"name": "Noah Claes", "parental_authority": authority}, TYPES)


def test_who_refers_and_how_consent_was_given_are_not_about_the_person() -> None:
    assert taken_over({"referrer": "Lena", "office": "SPoT", "consent_on": "2026-03-02"}, TYPES) == {}
