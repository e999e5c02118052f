"""Every code that a printed sheet may meet has a word in each language that papers are legally in."""

import tomllib
from pathlib import Path

import pytest

from services.cases import documents
from shared.contracts import bad_news
from shared.contracts.documents import PAPERS

WORDS = tomllib.loads((Path(documents.__file__).parent / "records.toml").read_text(encoding="utf-8"))
CODES = {
    "kind_": bad_news.BAD_NEWS_KINDS,
    "source_": bad_news.BAD_NEWS_SOURCES,
    "way_": bad_news.BAD_NEWS_WAYS,
    "attempt_": bad_news.ATTEMPT_OUTCOMES,
    "neighbours_": bad_news.NEIGHBOURS,
    "wish_": bad_news.GOODBYE_WISHES,
    "because_": bad_news.NOT_DELIVERABLE_REASONS,
    "state_": [each for each in bad_news.BAD_NEWS_STATES if each != "confirmed_to_requester"],
    "": PAPERS,
}


@pytest.mark.parametrize("language", ["nl", "fr", "de"])
@pytest.mark.parametrize("family", CODES)
def test_each_code_has_a_word(family: str, language: str) -> None:
    assert [code for code in CODES[family] if not WORDS[language].get(f"{family}{code}")] == []


def test_the_languages_have_the_same_words() -> None:
    assert WORDS["nl"].keys() == WORDS["fr"].keys() == WORDS["de"].keys()
