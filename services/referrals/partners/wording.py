"""The words of a referral's form on paper, in the four languages: its fields, its codes, what can be ticked. Pure."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import phonenumbers

_BRUSSELS: Final = ZoneInfo("Europe/Brussels")
_BELGIUM: Final = 32
_FILE: Final = Path(__file__).with_name("words.toml")
_LANGUAGES: Final = ("nl", "fr", "de", "en")
_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z")
_PERSON: Final = (
    "name", "born_on", "language", "interpreter", "address", "municipality", "parent", "parent_phone",
    "parental_authority", "school",
)  # fmt: skip
_CONTACT: Final = (
    "may_be_contacted", "contact_person", "contact_rules", "safe_hours", "code_word", "safe_phone",
)  # fmt: skip
"""What makes contact safe stands before the number."""

_FACTS: Final = ("facts_type", "facts_on", "pv_number", "need_kind", "need", "urgency")
_PARTS: Final = (("person", _PERSON), ("contact", _CONTACT), ("need", _FACTS))


@dataclass(frozen=True)
class Writer:
    """Who refers, and in which language his papers count."""

    name: str
    unit: str
    street: str
    town: str
    phone: str
    email: str
    legal_language: str

    @property
    def said(self) -> str:
        return " - ".join(part for part in (self.name, self.unit) if part)


@cache
def _words() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def word(section: str, code: str, language: str) -> str:
    """In the language, or in Dutch when it is none of ours; a code without words is shown as it is."""
    at = _LANGUAGES.index(language) if language in _LANGUAGES else 0
    said = _words()[section].get(code)
    return said[at] if said else code


def value_in_words(key: str, value: str, language: str) -> str:
    """What people wrote stays as it is; a code gets its word, a date is written as it is read."""
    if key.endswith("phone"):
        return phone_in_words(value)
    if _DATE.match(value):
        return day_in_words(date.fromisoformat(value))
    if key in _words()["coded"]:
        return word("code", f"{key}_{value}", language)
    return value


def day_in_words(day: date) -> str:
    """The same in all four languages."""
    return f"{day.day:02}/{day.month:02}/{day.year}"


def phone_in_words(number: str) -> str:
    """As it is dialled in Belgium; what is no number stays as it was written."""
    try:
        read = phonenumbers.parse(number, "BE")
    except phonenumbers.NumberParseException:
        return number
    belgian = read.country_code == _BELGIUM
    kind = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(read, kind.NATIONAL if belgian else kind.INTERNATIONAL)


def moment_in_words(moment: datetime) -> str:
    """On the clock in Belgium, the same in all four languages."""
    return f"{moment.astimezone(_BRUSSELS):%d/%m/%Y %H:%M:%S}"


def parts_of(fields: Sequence[tuple[str, str]], language: str) -> list[dict[str, Any]]:
    """The fields under their heads, in the form's order; what belongs under none comes last."""
    given, known = dict(fields), {key for _, keys in _PARTS for key in keys}
    rest = tuple(key for key, _ in fields if key not in known)
    parts = []
    for title, keys in (*_PARTS, ("other", rest)):
        rows = [
            [word("field", key, language), value_in_words(key, given[key], language)]
            for key in keys
            if key in given
        ]
        if rows:
            parts.append({"title": word("part", title, language), "rows": rows})
    return parts


def said(code: str, language: str, facts: Mapping[str, str]) -> str:
    """A sentence of the form with facts in it."""
    return word("text", code, language).format_map(facts)
