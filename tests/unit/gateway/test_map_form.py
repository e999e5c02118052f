"""An entry of the map as a form and back: what nobody touched stays to the letter."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.pages.map_form import (
    DAYS,
    LISTS,
    HoursWrong,
    content_of,
    form_field,
    values_of,
)

NOW = datetime(2026, 3, 2, 0, 30, tzinfo=ZoneInfo("Europe/Brussels"))
FULL: dict[str, dict[str, Any]] = {
    "service": {
        "name": "Slachtofferhulp",
        "status": "active",
        "zzz": {"kept": [1, 2]},
        "minimum_age": 12.5,
        "translations": {"fr": {"name": "Aide", "alert": "Attention"}, "nl": {"name": "Hulp"}},
        "phones": [{"id": "a", "number": f"+3253{each}", "type": "voice"} for each in range(6)],
        "languages": [{"id": "l", "code": "nl", "name": "Nederlands"}, {"code": "xx"}, {"name": "Klingon"}],
        "schedules": [
            {"id": "s", "freq": "WEEKLY", "byday": "MO,TU", "opens_at": "09:00:00", "closes_at": "12:00:00"},
            {"freq": "MONTHLY", "bymonthday": "1", "opens_at": "09:00", "closes_at": "10:00"},
        ],
        "required_documents": [{"id": "d", "document": "Identiteitskaart", "uri": "https://a.test"}],
        "waiting_time": {"weeks": 2, "measured_on": "2026-01-01"},
        "referral_contact": {"email": "a@b.test", "name": "Els"},
        "emergency": True,
        "attributes": [
            {"id": "t", "taxonomy_term_id": "11111111-1111-1111-1111-111111111111", "value": "x"},
            {"id": "u", "label": "Without a term"},
        ],
        "target_groups": ["tenants", "victims", "their_own_code"],
        "service_areas": [
            {"id": "n", "name": "Aalst", "extent_type": "nis", "extent": "41002"},
            {"id": "g", "extent_type": "geojson", "extent": "{a long shape of many points}"},
        ],
        "capacities": [
            {
                "id": "c",
                "unit": {"name": "bedden"},
                "available": 2,
                "maximum": 8,
                "updated": "2026-01-01T08:00:00Z",
            },
            {"id": "d", "unit": {"name": "wiegen"}, "available": 1, "updated": "2026-01-01T08:00:00Z"},
        ],
    },
    "organization": {
        "name": "CAW",
        "organization_identifiers": [
            {"id": "x", "identifier_scheme": "XX", "identifier": "1"},
            {"id": "k", "identifier_scheme": "BE-KBO", "identifier_type": "KBO", "identifier": "0999999922"},
        ],
    },
    "location": {
        "location_type": "physical",
        "addresses": [{"id": "a", "address_1": "Markt 1", "region": "R"}, {"id": "b", "city": "Gent"}],
        "accessibility": [{"id": "w", "description": "Lift"}],
        "latitude": 50.94,
        "longitude": 4.04,
    },
}


def sent(kind: str, before: Mapping[str, Any], **typed: str) -> dict[str, Any]:
    """The form as the browser sends it back, with some fields typed anew."""
    values = {**values_of(kind, before), **typed}
    return content_of(
        kind,
        before,
        lambda name: values[name].replace("\n", "\r\n"),
        lambda name: values[name].split(),
        NOW,
    )


@pytest.mark.parametrize("kind", FULL)
def test_a_form_that_nobody_touched_changes_nothing(kind: str) -> None:
    assert sent(kind, FULL[kind]) == FULL[kind]


@given(st.sampled_from(list(FULL)), st.data())
def test_one_touched_field_changes_only_what_it_stands_for(kind: str, data: st.DataObject) -> None:
    names = [name for name in values_of(kind, {}) if not name.startswith("hours") and name not in LISTS]
    name = data.draw(st.sampled_from(names))
    after = sent(kind, FULL[kind], **{name: "7"})
    changed = {field for field in {*after, *FULL[kind]} if after.get(field) != FULL[kind].get(field)}
    assert len(changed) <= (2 if name == "coordinates" else 1)


def test_a_phone_keeps_its_id_and_what_the_form_does_not_show() -> None:
    after = sent("service", FULL["service"], phone_0="+32531", phone_1="", phone_about_1="")
    assert after["phones"][0] == {"id": "a", "number": "+32531", "type": "voice"}
    assert len(after["phones"]) == 5


def test_hours_are_read_as_people_type_them_and_other_rules_stay() -> None:
    after = sent("service", FULL["service"], hours_MO="9.00 - 12u30, 13:00–17:00", hours_TU="")
    assert after["schedules"] == [
        {"freq": "WEEKLY", "byday": "MO", "opens_at": "09:00", "closes_at": "12:30"},
        {"freq": "WEEKLY", "byday": "MO", "opens_at": "13:00", "closes_at": "17:00"},
        FULL["service"]["schedules"][1],
    ]
    with pytest.raises(HoursWrong) as wrong:
        sent("service", {}, hours_WE="'s morgens")
    assert wrong.value.day == "WE"


def test_an_emptied_field_is_gone() -> None:
    after = sent("service", FULL["service"], wait_weeks="", documents="", referral_email="", emergency="")
    assert not {"waiting_time", "required_documents", "emergency"} & set(after)
    assert after["referral_contact"] == {"name": "Els"}


def test_rubrics_and_groups_are_chosen_and_what_the_form_does_not_know_stays() -> None:
    before, other = FULL["service"], "22222222-2222-2222-2222-222222222222"
    kept = before["attributes"][0]["taxonomy_term_id"]
    after = sent("service", before, rubrics=f"{other} {kept}", groups="children")
    assert after["attributes"] == [
        {"taxonomy_term_id": other, "link_type": "taxonomy_term"},
        before["attributes"][0],
        before["attributes"][1],
    ]
    assert after["target_groups"] == ["children", "their_own_code"]


def test_an_area_that_is_named_anew_asks_for_its_code_and_a_drawn_one_stays() -> None:
    before = FULL["service"]
    after = sent("service", before, areas="Zoersel; Aalst,, Zoersel")
    assert after["service_areas"] == [
        {"name": "Zoersel", "extent_type": "place"},
        before["service_areas"][0],
        before["service_areas"][1],
    ]
    assert "service_areas" not in sent("service", {"service_areas": [{"name": "Aalst"}]}, areas="")


def test_free_places_are_counted_at_the_moment_of_saving() -> None:
    before = FULL["service"]
    after = sent("service", before, free="0")
    assert after["capacities"] == [
        {**before["capacities"][0], "available": 0, "updated": "2026-03-02T00:30:00+01:00"},
        before["capacities"][1],
    ]
    assert sent("service", before, free="", places="")["capacities"] == before["capacities"][1:]
    assert sent("service", {}, free="vol")["capacities"][0]["available"] == "vol"


def test_what_cannot_be_a_number_is_sent_as_it_was_typed_so_that_it_is_refused() -> None:
    assert sent("service", {}, name="A", minimum_age="twaalf")["minimum_age"] == "twaalf"
    assert sent("location", {}, coordinates="50.9, oost")["longitude"] == "oost"
    assert sent("location", {}, coordinates="50.9, 4.1")["latitude"] == 50.9


def test_every_refused_path_has_a_field_of_the_form() -> None:
    assert form_field("phones.2.number") == "phone_2"
    assert form_field("organization_identifiers.0.identifier") == "kbo"
    assert form_field("addresses.0.city") == "city"
    assert form_field("url") == "url"
    assert form_field("service_areas.0.name") == "areas"
    assert form_field("capacities.0.available") == "free"
    assert {f"hours_{day}" for day in DAYS} <= set(values_of("service", {}))
