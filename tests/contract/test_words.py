"""One thing has one word, whether it stands on a page or in a mail."""

import tomllib
from pathlib import Path

import pytest

from services.gateway.language import LANGUAGES, read_languages
from shared.contracts.call_outs import INCIDENT_TYPES

TEMPLATES = Path(__file__).resolve().parents[2] / "services" / "notifications" / "templates"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mail_names_the_facts_as_the_page_does(language: str) -> None:
    in_mails = tomllib.loads((TEMPLATES / f"words.{language}.toml").read_text(encoding="utf-8"))[
        "incident_type"
    ]
    pages = read_languages()[language]

    for code in INCIDENT_TYPES:
        assert in_mails[code].lower() == pages.word(f"incident_type.{code}").lower()
