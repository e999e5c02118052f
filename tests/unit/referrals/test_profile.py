"""The Belgian profile of HSDS 3.1: a code for each wrong field, and nothing lost of what nobody knows."""

import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.referrals.social_map.profile import kbo_valid, tidy, wrong_fields

KEY = UUID("ac148810-d857-441c-9679-408f346de14b")
TEXTS = st.text(alphabet=st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("kind", "content", "codes"),
    [
        ("service", {}, {"name": "required"}),
        ("service", {"name": "A", "status": "open"}, {"status": "not_a_choice"}),
        ("service", {"name": "A", "url": "www.caw.be"}, {"url": "uri_wrong"}),
        ("service", {"name": "A", "email": "caw"}, {"email": "email_wrong"}),
        ("service", {"name": "A", "minimum_age": -1}, {"minimum_age": "out_of_range"}),
        ("service", {"name": "A", "phones": "09"}, {"phones": "wrong_type"}),
        ("service", {"name": "A", "phones": [{"number": "1"}, {}]}, {"phones.1.number": "required"}),
        (
            "service",
            {"name": "A", "schedules": [{"opens_at": "25:00"}]},
            {"schedules.0.opens_at": "time_wrong"},
        ),
        (
            "service",
            {"name": "A", "translations": {"fr": {"name": 7}}},
            {"translations.fr.name": "wrong_type"},
        ),
        (
            "service",
            {"name": "A", "service_areas": [{"extent_type": "nis", "extent": "9300"}]},
            {"service_areas.0.extent": "area_code_wrong"},
        ),
        (
            "organization",
            {
                "name": "A",
                "organization_identifiers": [{"identifier_scheme": "BE-KBO", "identifier": "0496101901"}],
            },
            {"organization_identifiers.0.identifier": "kbo_wrong"},
        ),
        ("location", {"latitude": 91}, {"latitude": "out_of_range"}),
        ("location", {"x": "a\x00b"}, {"x": "text_wrong"}),
        ("street", {}, {"kind": "not_a_choice"}),
    ],
)
def test_each_wrong_field_has_a_code(kind: str, content: dict[str, Any], codes: dict[str, str]) -> None:
    assert wrong_fields(kind, content) == codes


def test_the_enterprise_numbers_that_their_source_has_wrong_are_refused() -> None:
    assert kbo_valid("0566.988.259")
    assert kbo_valid("0999999922")
    assert not kbo_valid("0496101901")
    assert not kbo_valid("0680397589")


def test_a_full_entry_of_the_profile_is_right() -> None:
    content = {
        "name": "Vluchthuis",
        "translations": {"fr": {"name": "Refuge"}, "en": {"description": "A safe place"}},
        "application_ways": ["referral", "phone"],
        "target_groups": ["victims"],
        "eligibility": [{"kind": "age", "minimum": 18, "text": {"nl": "Vanaf 18 jaar"}}],
        "waiting_time": {"weeks": 2, "measured_on": "2026-03-01"},
        "referral_contact": {"email": "intake@caw.test", "mobile": "+32470123456"},
        "service_areas": [{"extent_type": "nis", "extent": "41002", "name": "Aalst"}],
        "publication": "platform",
    }
    assert wrong_fields("service", content) == {}


@given(st.dictionaries(st.sampled_from(["x_one", "x_two", "y"]), JSON, max_size=3))
def test_fields_that_nobody_knows_are_kept(unknown: dict[str, Any]) -> None:
    content = {"name": "A", **unknown}
    assert wrong_fields("service", content) == {}
    kept = tidy("service", KEY, content)
    assert set(kept) - {"name", "status"} <= set(unknown)
    assert tidy("service", KEY, kept) == kept
    assert json.dumps(kept) == json.dumps(tidy("service", KEY, content))


def test_children_without_an_id_get_one_that_is_the_same_each_time() -> None:
    content = {
        "name": "A",
        "phones": [{"number": "1"}, {"number": "1"}, {"number": "2", "languages": [{"code": "nl"}]}],
    }
    kept = tidy("service", KEY, content)
    ids = [phone["id"] for phone in kept["phones"]] + [kept["phones"][2]["languages"][0]["id"]]
    assert len(set(ids)) == 4
    assert tidy("service", KEY, content) == kept


def test_what_is_empty_is_not_kept_but_in_metadata() -> None:
    kept = tidy(
        "service",
        KEY,
        {"name": "A", "url": "", "phones": [], "x": None, "metadata": [{"previous_value": ""}]},
    )
    assert kept == {"status": "active", "name": "A", "metadata": [{"previous_value": ""}]}
