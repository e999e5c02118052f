"""The texts of letters and leaflets: whole in four languages, dated, and saying what they need."""

import re
from datetime import date

import pytest

from services.cases.documents.letter_texts import LANGUAGES, Template, all_templates, templates_on, words
from services.cases.documents.setting import Facts, Sender, letter
from services.cases.dossiers.models import NUMBER_PREFIX
from shared.contracts.configuration import SEED_INCIDENT_TYPES

KNOWN = {"phone", "recipient"}
SENDER = Sender("PZ Aalst", "", "Tragel 12", "9300 Aalst", "Aalst", "+3253123456", "")


@pytest.mark.parametrize("template", all_templates(), ids=lambda each: each.code)
def test_each_text_is_whole_in_every_language(template: Template) -> None:
    kinds = {
        language: [re.match(r"(## |- |)", line)[1] for line in template.wording(language).body]  # type: ignore[index]
        for language in LANGUAGES
    }
    fields = {field.name for field in template.fields}

    for language in LANGUAGES:
        named = set(re.findall(r"{(\w+)}", " ".join(template.wording(language).body)))
        assert named <= fields | KNOWN
        assert fields <= named, f"{language} does not say {fields - named}"
        assert kinds[language].count("## ") == kinds["nl"].count("## ")


def test_a_leaflet_is_suggested_for_types_that_exist() -> None:
    codes = {each.code for each in SEED_INCIDENT_TYPES} | NUMBER_PREFIX.keys()

    for template in all_templates():
        assert set(template.suggested_for) <= codes


def test_no_text_is_called_verified() -> None:
    assert {each.certainty for each in all_templates()} <= {"D", "G", "C"}


def test_a_text_holds_from_its_day_until_before_the_next() -> None:
    assert templates_on(date(2025, 12, 31)) == {}
    assert "invitation" in templates_on(date(2026, 1, 1))


def test_the_words_around_are_the_same_set_in_every_language() -> None:
    assert {language: set(words()[language]) for language in LANGUAGES} == {
        key: set(words()["nl"]) for key in LANGUAGES
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_optional_line_that_is_empty_is_left_out(language: str) -> None:
    facts = Facts(SENDER, "SPOT-2026-0001", ("A. Haddad",), (), date(2026, 3, 2), "nl")
    template = templates_on(date(2026, 3, 2))["invitation"]
    values = {"day": "2026-03-09", "time": "14:30", "place": "Aalst", "contact": ""}

    without = letter(template, language, facts, values)["blocks"]
    with_contact = letter(template, language, facts, {**values, "contact": "Lena"})["blocks"]

    assert len(with_contact) == len(without) + 1
    assert not any("{" in block["text"] for block in with_contact)
