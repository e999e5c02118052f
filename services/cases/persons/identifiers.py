"""What identifies or reaches a person, put in one form: national number, phone number, and a name for searching."""

import unicodedata

import phonenumbers
from stdnum.be import bis, nn

from shared.errors import Invalid

_REGION = "BE"
_PASSED_OVER = ("Mn", "Mc", "Me", "Cc", "Cf")
"""Marks that combine with a letter, and what cannot be seen."""


class InszWrong(Invalid):
    """Neither a national number nor a BIS number; both are 11 digits with a check that allows one century."""

    def __init__(self) -> None:
        super().__init__({"insz": "insz_wrong"})


class PhoneWrong(Invalid):
    """Not a number that can be dialled; without a country code it is read as Belgian."""

    def __init__(self) -> None:
        super().__init__({"phone": "phone_wrong"})


def insz_digits(typed: str) -> str:
    """The 11 digits of an INSZ as typed, or nothing; raises `InszWrong`. Birth date and sex are never read from it."""
    if not typed.strip():
        return ""
    digits = nn.compact(typed)
    if not (nn.is_valid(digits) or bis.is_valid(digits)):
        raise InszWrong
    return digits


def insz_kind(digits: str) -> str:
    """`bis` for who is not in the national register: its month is 20 or 40 higher; else `national`."""
    return "bis" if nn.is_valid(digits) is False and bis.is_valid(digits) else "national"


def e164(typed: str) -> str:
    """A phone number as `+32...`, or nothing; raises `PhoneWrong`."""
    if not typed.strip():
        return ""
    try:
        number = phonenumbers.parse(typed, _REGION)
    except phonenumbers.NumberParseException as wrong:
        raise PhoneWrong from wrong
    if not phonenumbers.is_possible_number(number):
        raise PhoneWrong
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def folded(text: str) -> str:
    """Text without accents, case, control characters and double spaces: spellings that a person takes for one."""
    plain = unicodedata.normalize("NFKD", text)
    kept = (c for c in plain if c.isspace() or unicodedata.category(c) not in _PASSED_OVER)
    return " ".join("".join(kept).casefold().split())
