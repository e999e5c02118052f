"""The numbers that one calls when it cannot wait, and the lines that listen: dated data with its source, not code."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

_FILE = Path(__file__).with_name("helplines.json")

Day = Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


class Hours(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From `opens` to `closes` on these days; a `closes` of 24:00 is midnight."""

    days: list[Day]
    opens: str
    closes: str


class InFourLanguages(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    nl: str
    fr: str
    de: str
    en: str

    def in_language(self, language: str) -> str:
        """Dutch when there is no such language here."""
        return str(getattr(self, language, self.nl))


class Helpline(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line with a short or well-known number.

    `number` is how people write it, `dial` what a phone dials. `always_open` is day and night; else `schedules` says
    when, in Brussels time. `languages` are those that it answers in. `certainty` (of the number) and
    `certainty_of_hours` are tags: V:x read in a public source, G general knowledge, C uncertain. Nobody has rung the
    number yet as long as it is not `assured`.
    """

    code: str
    number: str
    dial: str
    group: Literal["emergency", "violence", "listening", "suicide", "children", "welfare", "health"]
    always_open: bool
    names: InFourLanguages
    what: InFourLanguages
    for_whom: InFourLanguages
    when: InFourLanguages
    schedules: list[Hours]
    languages: list[str]
    cost: Literal["free", "zonal"]
    website: str
    certainty: str
    certainty_of_hours: str
    source: str
    assured: bool


@cache
def helplines() -> Sequence[Helpline]:
    """All of them, the emergency numbers first."""
    return msgspec.json.decode(_FILE.read_bytes(), type=list[Helpline])
