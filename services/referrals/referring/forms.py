"""Which fields a referral may hold, by type of service: dated data with why each is asked. No field, no value. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from shared.contracts.referring import FormField, ReferralForm

_FILE = Path(__file__).with_name("forms.json")
GENERIC: Final = "generic"


class Form(ReferralForm, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`suits` are words in the name of an organisation or service for which the form is proposed."""

    suits: list[str]
    for_minor: bool

    @property
    def keys(self) -> list[str]:
        return [each.key for each in self.fields]

    def field(self, key: str) -> FormField | None:
        return next((each for each in self.fields if each.key == key), None)

    def view(self) -> ReferralForm:
        """Without what is of no use to a page."""
        return ReferralForm(**{name: getattr(self, name) for name in ReferralForm.__struct_fields__})


@cache
def all_forms() -> Sequence[Form]:
    return msgspec.json.decode(_FILE.read_bytes(), type=list[Form])


def forms_on(day: date) -> list[Form]:
    return [
        each
        for each in all_forms()
        if each.valid_from <= day and (each.valid_to is None or day < each.valid_to)
    ]


def form_on(key: str, day: date) -> Form | None:
    """The form as it is asked on a day."""
    return next((each for each in forms_on(day) if each.key == key), None)


def form_of(key: str, version: int) -> Form:
    """The form as it was when a referral was filled in. Raises `KeyError`."""
    for each in all_forms():
        if (each.key, each.version) == (key, version):
            return each
    raise KeyError(key)


def proposed_form(names: Sequence[str], day: date, *, said: str = "") -> str:
    """The form that the map names, else the first that suits the names of service and organisation."""
    forms = forms_on(day)
    if any(each.key == said for each in forms):
        return said
    words = {word for name in names for word in name.casefold().replace("-", " ").split()}
    whole = " ".join(names).casefold()
    for each in forms:
        if any(
            suit in words or ((" " in suit or len(suit) > _SHORT) and suit in whole) for suit in each.suits
        ):
            return each.key
    return GENERIC


_SHORT = 4
"""So long a word may stand inside another; `vk` or `caw` may not."""


def wrong_values(form: Form, values: Mapping[str, str]) -> dict[str, str]:
    """A code for each value that the form does not ask, or not so."""
    wrong: dict[str, str] = {}
    for key, value in values.items():
        field = form.field(key)
        if field is None or field.kind == "computed":
            wrong[f"values.{key}"] = "not_in_form"
        elif len(value) > field.longest:
            wrong[f"values.{key}"] = "too_long"
        elif value and field.kind == "choice" and value not in field.choices:
            wrong[f"values.{key}"] = "not_a_choice"
        elif value and field.kind == "date" and not _is_date(value):
            wrong[f"values.{key}"] = "wrong_type"
    return wrong


def tidy(values: Mapping[str, str]) -> dict[str, str]:
    """Without what is empty."""
    return {key: value.strip() for key, value in values.items() if value.strip()}


def missing(form: Form, values: Mapping[str, str]) -> list[str]:
    """The required fields that have no value."""
    return [each.key for each in form.fields if each.required and not values.get(each.key)]


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
