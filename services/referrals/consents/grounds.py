"""The legal grounds that can stand in the place of consent: dated data with how the law is cited, not code. Pure."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path

import msgspec

from shared.contracts.consents import LegalGround

_FILE = Path(__file__).with_name("legal_grounds.json")


@cache
def legal_grounds() -> Sequence[LegalGround]:
    return msgspec.json.decode(_FILE.read_bytes(), type=list[LegalGround])


def grounds_on(day: date) -> list[LegalGround]:
    """Those in force on a day, each as it is cited then."""
    return [
        each
        for each in legal_grounds()
        if each.valid_from <= day and (each.valid_to is None or day < each.valid_to)
    ]


def ground_on(key: str, day: date) -> LegalGround | None:
    return next((each for each in grounds_on(day) if each.key == key), None)
