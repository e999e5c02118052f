"""A tenant's settings: what they may be, and which version holds on which day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.configuration.change_log import differences
from services.identity.configuration.models import (
    OrganisationVersion,
    TypeVersion,
    incident_types,
    organisations,
)
from services.identity.configuration.rules import (
    check_day_off,
    check_incident_type,
    checked_organisation,
    checked_start,
)
from shared.contracts.call_outs import INCIDENT_TYPES
from shared.contracts.configuration import (
    SEED_INCIDENT_TYPES,
    STATISTIC_GROUPS,
    FieldChange,
    SaveIncidentType,
    SaveOrganisation,
    TenantConfiguration,
)
from shared.errors import Invalid

TODAY = date(2026, 12, 15)
WORDS = {"nl": "Carnaval", "fr": "Carnaval", "de": "Karneval", "en": "Carnival"}
days = st.dates(date(2026, 1, 1), date(2028, 12, 31))


def wrong_type(code: str, command: SaveIncidentType, *, own: bool = True) -> dict[str, str]:
    with pytest.raises(Invalid) as raised:
        check_incident_type(code, command, own=own)
    return raised.value.fields


def version(code: str, day: date, **facts: object) -> TypeVersion:
    given = {"group": "other", "urgency": "now", "recontact": True, "minors": False, "mandatory": [], "leaflets": [],
             "hidden": False, "labels": {}, **facts}  # fmt: skip
    return TypeVersion(code=code, valid_from=day, **given)


def test_the_list_that_every_tenant_begins_with_is_that_of_the_call_outs() -> None:
    assert tuple(each.code for each in SEED_INCIDENT_TYPES) == INCIDENT_TYPES
    assert {each.group for each in SEED_INCIDENT_TYPES} <= set(STATISTIC_GROUPS)


def test_an_own_type_needs_its_words_in_all_four_languages() -> None:
    assert wrong_type("carnival", SaveIncidentType(group="other", labels={"nl": "Carnaval", "fr": " "})) == {
        "label_fr": "required",
        "label_de": "required",
        "label_en": "required",
    }


def test_every_wrong_field_of_a_type_is_named_at_once() -> None:
    command = SaveIncidentType(
        group="fun", urgency="soon", mandatory=["shoe_size"], leaflets=["../etc"], labels=WORDS
    )

    assert wrong_type("Carnival!", command) == {
        "code": "type_code_wrong",
        "group": "not_a_choice",
        "urgency": "not_a_choice",
        "mandatory": "not_a_choice",
        "leaflets": "not_a_choice",
    }


@pytest.mark.parametrize("code", ["ifv_physical", "ifv_psychological"])
def test_no_setting_takes_away_the_duty_to_contact_a_victim_of_family_violence_again(code: str) -> None:
    command = SaveIncidentType(group="family_violence", recontact=False)

    assert wrong_type(code, command, own=False) == {"recontact": "recontact_is_duty"}


def test_other_facts_are_always_offered() -> None:
    assert wrong_type("other", SaveIncidentType(group="other", hidden=True), own=False) == {
        "hidden": "type_always_offered"
    }


def test_an_address_is_kept_tidy_and_a_phone_as_it_is_dialled_from_anywhere() -> None:
    facts = checked_organisation(
        SaveOrganisation(street=" Markt 1 ", phone="053 12 34 56", postal_code="9300")
    )

    assert (facts["street"], facts["phone"]) == ("Markt 1", "+3253123456")


def test_every_wrong_line_of_the_organisation_is_named_at_once() -> None:
    with pytest.raises(Invalid) as raised:
        checked_organisation(
            SaveOrganisation(
                street="Markt\x001",
                phone="112 bellen",
                email="spot",
                postal_code="93000",
                website="geen site",
                statistics_period="week",
            )
        )

    assert raised.value.fields == {
        "street": "text_wrong",
        "phone": "phone_wrong",
        "email": "email_wrong",
        "postal_code": "postal_code_wrong",
        "website": "website_wrong",
        "statistics_period": "not_a_choice",
    }


@given(st.integers(-4000, 4000))
def test_a_change_begins_today_or_later_and_not_in_another_age(ahead: int) -> None:
    day = TODAY + timedelta(days=ahead)
    if 0 <= ahead <= 3 * 366:
        assert checked_start(day, TODAY) == day
    else:
        with pytest.raises(Invalid):
            checked_start(day, TODAY)


def test_a_day_off_has_a_reason_and_lies_ahead() -> None:
    with pytest.raises(Invalid) as raised:
        check_day_off(TODAY - timedelta(days=1), " ", TODAY)

    assert raised.value.fields == {"day": "in_the_past", "why": "required"}


@given(st.lists(days, unique=True, max_size=6), days)
def test_on_every_day_exactly_one_version_of_a_type_of_the_list_holds(starts: list[date], day: date) -> None:
    configuration = TenantConfiguration(
        legal_language="nl",
        languages=["nl"],
        incident_types=incident_types(version("fire", each) for each in starts),
    )

    holding = [each for each in configuration.incident_types if each.code == "fire" and each.valid_on(day)]

    assert len(holding) == 1
    begun = [each for each in starts if each <= day]
    assert holding[0].valid_from == (max(begun) if begun else None)
    assert set(configuration.types_on(day)) == set(INCIDENT_TYPES)


@given(st.lists(days, unique=True, min_size=1, max_size=6), days)
def test_an_own_type_is_there_from_its_first_day(starts: list[date], day: date) -> None:
    configuration = TenantConfiguration(
        legal_language="nl",
        languages=["nl"],
        incident_types=incident_types(version("carnival", each) for each in starts),
    )

    assert ("carnival" in configuration.types_on(day)) == (min(starts) <= day)


@given(st.lists(days, unique=True, max_size=6), days)
def test_the_organisation_of_a_day_is_the_last_that_began(starts: list[date], day: date) -> None:
    versions = []
    for each in sorted(starts):
        one = OrganisationVersion(valid_from=each)
        for name in ("service_name", "street", "postal_code", "municipality", "phone", "email", "website",
                     "officer_name", "officer_phone", "officer_email", "statistics_period"):  # fmt: skip
            setattr(one, name, each.isoformat())
        versions.append(one)
    configuration = TenantConfiguration(
        legal_language="nl", languages=["nl"], organisation=organisations(versions)
    )

    begun = [each for each in starts if each <= day]
    assert configuration.organisation_on(day).street == (max(begun).isoformat() if begun else "")


def test_a_change_is_told_field_by_field_and_only_where_something_differs() -> None:
    before = {"urgency": "now", "hidden": False, "mandatory": ["safety"], "labels": {}}
    after = {"urgency": "today", "hidden": True, "mandatory": ["safety"], "labels": {"nl": "Brand"}}

    assert differences(before, after) == [
        FieldChange("urgency", "now", "today"),
        FieldChange("hidden", "no", "yes"),
        FieldChange("labels", "", "nl: Brand"),
    ]
