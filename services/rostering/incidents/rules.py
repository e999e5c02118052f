"""What may be registered of a victim, and how a pasted list is read: row by row, the wrong ones told. Pure."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import msgspec
from rapidfuzz import fuzz

from services.rostering.rosters.rules import phone_in_e164
from shared.contracts.incidents import VICTIM_STATUSES, RegisterEnquiry, RegisterVictim
from shared.errors import Invalid

_FIELDS = ("name", "status", "birth_year", "phone", "safe_contact", "whereabouts")
_LONGEST = {"name": 120, "safe_contact": 200, "whereabouts": 200}
_MAJORITY = 18
_ALIKE = 80
_UNSTORABLE = "\x00"
_STATUS_WORDS = {
    "inconnu": "unknown", "unbekannt": "unknown",
    "ongedeerd": "unhurt", "gewond": "injured", "ziekenhuis": "in_hospital", "overleden": "deceased",
    "vermist": "missing", "onbekend": "unknown", "": "unknown",
    "indemne": "unhurt", "blessé": "injured", "hôpital": "in_hospital", "décédé": "deceased", "disparu": "missing",
    "unverletzt": "unhurt", "verletzt": "injured", "krankenhaus": "in_hospital", "verstorben": "deceased",
    "vermisst": "missing", "hospital": "in_hospital",
    **{status: status for status in VICTIM_STATUSES},
}  # fmt: skip
"""The words for a condition that people type in a list, in the four languages."""


def checked_victim(command: RegisterVictim, *, today: date) -> RegisterVictim:
    """Without loose spaces, the phone in E.164, and a minor by the year of birth. Raises `Invalid`."""
    texts = {
        name: value.strip()
        for name, value in msgspec.structs.asdict(command).items()
        if isinstance(value, str)
    }
    wrong = {name: "wrong_characters" for name, text in texts.items() if _UNSTORABLE in text}
    if command.status not in VICTIM_STATUSES:
        wrong["status"] = "status_unknown"
    if texts["phone"]:
        phone = phone_in_e164(texts["phone"])
        if phone is None:
            wrong["phone"] = "phone_wrong"
        texts["phone"] = phone or ""
    if command.birth_year is not None and command.birth_year > today.year:
        wrong["birth_year"] = "year_wrong"
    if wrong:
        raise Invalid(wrong)
    minor = command.minor or (command.birth_year is not None and today.year - command.birth_year < _MAJORITY)
    return msgspec.structs.replace(command, minor=minor, **texts)


def checked_enquiry(command: RegisterEnquiry) -> dict[str, str]:
    """The same for a relative who asks. Raises `Invalid`."""
    texts = {name: value.strip() for name, value in msgspec.structs.asdict(command).items()}
    wrong = {name: "wrong_characters" for name, text in texts.items() if _UNSTORABLE in text}
    wrong |= {name: "required" for name in ("sought", "enquirer") if not texts[name]}
    if texts["phone"]:
        phone = phone_in_e164(texts["phone"])
        if phone is None:
            wrong["phone"] = "phone_wrong"
        texts["phone"] = phone or ""
    if wrong:
        raise Invalid(wrong)
    return texts


def read_rows(pasted: str, *, today: date) -> Iterator[tuple[int, str, RegisterVictim | dict[str, str]]]:
    """Each row of a pasted list with its number: a victim, or a code for each wrong field. Empty rows are passed over.

    Parts are divided by tabs or semicolons: name, condition, year of birth, phone, safe contact, whereabouts.
    """
    for number, row in enumerate(pasted.splitlines(), start=1):
        if row.strip():
            yield number, row.strip(), _read_row(row, today=today)


def _read_row(row: str, *, today: date) -> RegisterVictim | dict[str, str]:
    parts = [part.strip() for part in re.split(r"[\t;]", row)]
    if len(parts) > len(_FIELDS):
        return {"row": "too_many_fields"}
    given: dict[str, Any] = dict(zip(_FIELDS, parts, strict=False))
    wrong = {name: "too_long" for name, most in _LONGEST.items() if len(given.get(name, "")) > most}
    status = _STATUS_WORDS.get(given.get("status", "").casefold())
    if status is None:
        wrong["status"] = "status_unknown"
    year = given.pop("birth_year", "")
    if year and not re.fullmatch(r"(19|20)\d\d", year):
        wrong["birth_year"] = "year_wrong"
    if wrong:
        return wrong
    victim = RegisterVictim(
        **{**given, "status": status or "unknown", "birth_year": int(year) if year else None}
    )
    try:
        return checked_victim(victim, today=today)
    except Invalid as problem:
        return dict(problem.fields)


def alike(sought: str, names: Mapping[Any, str]) -> list[Any]:
    """Whose names could be the one that is sought, the likeliest first: accents and typing errors do not matter."""
    scored = [
        (fuzz.token_set_ratio(_plain(sought), _plain(name)), key) for key, name in names.items() if name
    ]
    return [key for score, key in sorted(scored, key=lambda each: -each[0]) if score >= _ALIKE][:5]


def _plain(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return "".join(each for each in decomposed if not unicodedata.combining(each))
