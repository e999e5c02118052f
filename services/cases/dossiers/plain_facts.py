"""What may be written of somebody who was never met: what was seen, and no word of an illness. Pure.

The list (`diagnosis_words.json`) catches the words of the field, not every way to say it: the form says it too.
"""

import re
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from services.cases.persons.identifiers import folded
from shared.errors import Invalid

_FILE: Final = Path(__file__).with_name("diagnosis_words.json")
CODE: Final = "says_a_diagnosis"


class _Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    valid_from: str
    certainty: str
    source: str
    words: list[str]


@cache
def _pattern() -> re.Pattern[str]:
    words = msgspec.json.decode(_FILE.read_bytes(), type=_Words).words
    each = (re.escape(word.removesuffix("*")) + (r"\w*" if word.endswith("*") else "") for word in words)
    return re.compile(rf"\b(?:{'|'.join(each)})\b")


def words_of_illness(text: str) -> list[str]:
    """Those that stand in a text, as they were folded."""
    return _pattern().findall(folded(text))


def check_facts(**texts: str) -> None:
    """Raises `Invalid` at each field whose text names an illness."""
    wrong = {field: CODE for field, text in texts.items() if words_of_illness(text)}
    if wrong:
        raise Invalid(wrong)
