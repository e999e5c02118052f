"""A briefing says everything that is wrong with it at once."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.rostering.call_outs.rules import checked_briefing, checked_note
from services.rostering.rosters.rules import phone_in_e164
from shared.contracts.call_outs import CloseCallOut, RequestCallOut
from shared.contracts.configuration import SEED_INCIDENT_TYPES, IncidentType
from shared.errors import Invalid

TYPES = {each.code: each for each in SEED_INCIDENT_TYPES}
GOOD: dict[str, Any] = {"incident_type": "fire", "place": "Aalst", "summary": "Brand"}


def wrong(**changes: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as raised:
        checked_briefing(RequestCallOut(**{**GOOD, **changes}), TYPES)
    return raised.value.fields


def test_every_wrong_field_is_named_at_once() -> None:
    assert wrong(
        incident_type="carnival", urgency="soon", place="  ", contact_phone="112 please", languages=["Dutch"]
    ) == {
        "incident_type": "incident_type_unknown",
        "urgency": "urgency_unknown",
        "place": "required",
        "contact_phone": "phone_wrong",
        "languages": "language_unknown",
    }


def test_what_cannot_be_stored_is_refused_where_it_stands() -> None:
    assert wrong(safety="hond\x00los") == {"safety": "wrong_characters"}
    assert wrong(languages=["nl"] * 11) == {"languages": "too_many"}


@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ("053 73 27 27", "+3253732727"),
        ("0478/12.34.56", "+32478123456"),
        ("+33 6 12 34 56 78", "+33612345678"),
        ("0032 478 12 34 56", "+32478123456"),
        ("12", None),
        ("call me", None),
    ],
)
def test_a_phone_number_is_kept_as_it_is_dialled_from_anywhere(written: str, dialled: str | None) -> None:
    assert phone_in_e164(written) == dialled


def test_loose_spaces_and_repeated_languages_go() -> None:
    briefing = checked_briefing(
        RequestCallOut(**{**GOOD, "place": " Aalst ", "languages": ["fr", "ar", "fr"]}), TYPES
    )
    assert (briefing.place, briefing.languages) == ("Aalst", ["fr", "ar"])


@given(st.text(max_size=30))
def test_no_text_breaks_the_phone_check(written: str) -> None:
    dialled = phone_in_e164(written)
    assert dialled is None or dialled.startswith("+")


def test_why_nothing_is_opened_must_be_said() -> None:
    with pytest.raises(Invalid) as raised:
        checked_note(CloseCallOut(opens_dossier=False, note=" "))
    assert raised.value.fields == {"note": "required"}
    assert checked_note(CloseCallOut(opens_dossier=False, note=" vals alarm ")) == "vals alarm"


def test_a_type_that_is_not_offered_any_more_is_refused() -> None:
    hidden = {"fire": IncidentType(code="fire", group="accident", hidden=True)}

    with pytest.raises(Invalid) as raised:
        checked_briefing(RequestCallOut(**GOOD), hidden)

    assert raised.value.fields == {"incident_type": "incident_type_unknown"}


def test_what_a_type_demands_is_asked_and_what_belongs_to_the_dossier_is_not() -> None:
    demands = ["pv_number", "languages", "safety", "risk_assessment"]
    types = {"fire": IncidentType(code="fire", group="accident", mandatory=demands)}

    with pytest.raises(Invalid) as raised:
        checked_briefing(RequestCallOut(**GOOD, safety="  "), types)

    assert raised.value.fields == dict.fromkeys(("pv_number", "languages", "safety"), "required")
