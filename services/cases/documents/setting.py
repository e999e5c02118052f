"""From a text and what was filled in to the data that the press sets: letters, leaflets, pictograms. Pure.

What people typed stays a value from here to the page; no part of it is ever read as layout.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

import phonenumbers
from babel.dates import format_date

from services.cases.documents.letter_texts import Leaflet, Template, words
from shared.errors import Invalid

_PLACEHOLDER: Final = re.compile(r"{(\w+)}")
_BRUSSELS: Final = ZoneInfo("Europe/Brussels")
_LOCALES: Final = {"nl": "nl_BE", "fr": "fr_BE", "de": "de_BE", "en": "en_GB"}
_PICTURED: Final = ("day", "time", "place", "contact", "phone")

Data = dict[str, Any]


@dataclass(frozen=True)
class Sender:
    """Who writes: the tenant as it is set up on the day."""

    name: str
    unit: str
    street: str
    town: str
    municipality: str
    phone: str
    email: str

    @property
    def missing(self) -> list[str]:
        """What a letter cannot do without."""
        return [
            name
            for name, value in (
                ("name", self.name),
                ("street", self.street),
                ("municipality", self.municipality),
                ("phone", self.phone),
            )
            if not value
        ]

    def lines(self) -> list[str]:
        reach = " · ".join(part for part in (phone_words(self.phone), self.email) if part)
        address = ", ".join(part for part in (self.street, self.town) if part)
        return [line for line in (self.unit, address, reach) if line]


@dataclass(frozen=True)
class Facts:
    """What is the same in every part of a letter."""

    sender: Sender
    reference: str
    recipient: tuple[str, ...]
    signed: tuple[str, ...]
    day: date
    legal_language: str


def checked_values(template: Template, values: Mapping[str, str]) -> dict[str, str]:
    """What was filled in, trimmed. Raises `Invalid` with a code for each field that is missing or cannot be read."""
    kept, wrong = {}, {}
    for field in template.fields:
        value = values.get(field.name, "").strip()
        if not value and field.required:
            wrong[field.name] = "required"
        elif value and field.kind == "day" and _day(value) is None:
            wrong[field.name] = "not_a_date"
        elif value and field.kind == "time" and _time(value) is None:
            wrong[field.name] = "not_a_time"
        kept[field.name] = value
    if wrong:
        raise Invalid(wrong)
    return kept


def letter(template: Template, language: str, facts: Facts, values: Mapping[str, str]) -> Data:
    """A letter in one language; in another than the legal one it says on every page that it has no legal value."""
    around, text = words()[language], template.wording(language)
    legal = language == facts.legal_language
    name = words()[language][facts.legal_language]
    return {
        **_common(text.title, language, facts.sender),
        "layout": "letter",
        "banner": "" if legal else around["translation"].replace("{legal}", name),
        "foot": f"{template.code} {text.version}",
        "recipient": list(facts.recipient),
        "dated": f"{facts.sender.municipality}, {day_words(facts.day, language)}",
        "reference": f"{around['reference']}: {facts.reference}",
        "greeting": around["greeting"],
        "blocks": _blocks(text.body, _spoken(template, values, language, facts)),
        "closing": around["closing"],
        "signed": [*facts.signed, facts.sender.unit or facts.sender.name],
    }


def pictograms(template: Template, facts: Facts, values: Mapping[str, str]) -> Data:
    """The letter in pictures, for who does not read: when, how late, where, with whom, which number."""
    language = facts.legal_language
    around = words()[language]
    said = _spoken(template, values, language, facts)
    raw = {**values, "phone": facts.sender.phone}
    pictures = [
        {
            "kind": name,
            "value": _drawn(name, raw[name]),
            "word": around[f"{name}_word"],
            "text": said[name],
            "alt": f"{around[f'{name}_word']}: {said[name]}",
        }
        for name in _PICTURED
        if raw.get(name)
    ]
    return {
        **_common(around["pictograms"], language, facts.sender),
        "layout": "pictograms",
        "foot": f"{template.code} {template.wording(language).version}",
        "dated": around["pictograms_note"].replace("{day}", day_words(facts.day, language)),
        "pictograms": pictures,
    }


def leaflet(chosen: Leaflet, language: str, sender: Sender, legal_language: str) -> Data:
    """A leaflet; a discreet one says nowhere who gave it, and no text of ours is called verified."""
    around, text = words()[language], chosen.texts[language]
    version = around["version" if chosen.own else "unverified"].replace("{version}", str(text.version))
    blocks = [_block(line) for line in text.body]
    if sender.phone and not chosen.discreet:
        blocks.append({"kind": "p", "text": around["contact"].replace("{phone}", phone_words(sender.phone))})
    return {
        **_common(text.title, language, sender),
        "layout": "discreet" if chosen.discreet else "leaflet",
        "author": "" if chosen.discreet else sender.name,
        "banner": "" if language == legal_language or chosen.discreet else around["translated_leaflet"],
        "foot": "" if chosen.discreet else version,
        "dated": "",
        "blocks": blocks,
    }


def record(title: str, language: str, sender: Sender, dated: str, blocks: list[Data]) -> Data:
    """A sheet made from the data of a dossier."""
    return {
        **_common(title, language, sender),
        "layout": "record",
        "foot": title,
        "dated": dated,
        "blocks": blocks,
    }


def heading(text: str) -> Data:
    return {"kind": "h", "text": text}


def paragraph(text: str) -> Data:
    return {"kind": "p", "text": text}


def point(text: str) -> Data:
    """Of a list."""
    return {"kind": "li", "text": text}


def fact_list(rows: Iterable[tuple[str, str]]) -> Data:
    """What, and what it is; without what is empty."""
    return {"kind": "facts", "text": "", "rows": [row for row in rows if row[1]]}


def day_words(day: date, language: str) -> str:
    """`2 maart 2026`, in the language."""
    return format_date(day, "long", locale=_LOCALES[language])


def moment_words(moment: datetime, language: str) -> str:
    """`2 maart 2026, 02:50`, by the clock on the wall."""
    local = moment.astimezone(_BRUSSELS)
    return f"{day_words(local.date(), language)}, {local:%H:%M}"


def phone_words(number: str) -> str:
    """As people read it aloud."""
    try:
        parsed = phonenumbers.parse(number, "BE")
    except phonenumbers.NumberParseException:
        return number
    form = phonenumbers.PhoneNumberFormat.NATIONAL if parsed.country_code == 32 else (  # noqa: PLR2004 - Belgium
        phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )  # fmt: skip
    return phonenumbers.format_number(parsed, form)


def _common(title: str, language: str, sender: Sender) -> Data:
    return {
        "title": title,
        "author": sender.name,
        "lang": language,
        "banner": "",
        "page": words()[language]["page"],
        "sender": {"name": sender.name, "lines": sender.lines()},
    }


def _blocks(body: list[str], said: Mapping[str, str]) -> list[Data]:
    """The text with its values; a line of which a value is empty is left out."""
    blocks = []
    for line in body:
        if any(not said.get(name, "") for name in _PLACEHOLDER.findall(line)):
            continue
        block = _block(line)
        # values are put in at once, so that one that looks like a placeholder stays what it is
        blocks.append({**block, "text": _PLACEHOLDER.sub(lambda found: said[found[1]], block["text"])})
    return blocks


def _block(line: str) -> Data:
    """A heading, a point of a list, or a paragraph."""
    for mark, kind in (("## ", "h"), ("- ", "li")):
        if line.startswith(mark):
            return {"kind": kind, "text": line.removeprefix(mark)}
    return {"kind": "p", "text": line}


def _spoken(template: Template, values: Mapping[str, str], language: str, facts: Facts) -> dict[str, str]:
    """Every value as the language says it."""
    said = {
        "phone": phone_words(facts.sender.phone),
        "recipient": facts.recipient[0] if facts.recipient else "",
    }
    for field in template.fields:
        said[field.name] = _said(field.kind, values.get(field.name, ""), language)
    return said


def _said(kind: str, value: str, language: str) -> str:
    if not value:
        return ""
    if kind == "day" and (day := _day(value)):
        return format_date(day, "full", locale=_LOCALES[language])
    if kind == "time" and (moment := _time(value)):
        pattern = words()[language]["time"]
        return pattern.replace("{hour}", str(moment.hour)).replace("{minute}", f"{moment.minute:02}")
    return phone_words(value) if kind == "phone" else value


def _drawn(name: str, value: str) -> str:
    """What stands in the drawing itself: the number of the day, the hands of the clock."""
    if name == "day" and (day := _day(value)):
        return str(day.day)
    return value


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _time(value: str) -> time | None:
    try:
        return time.fromisoformat(value)
    except ValueError:
        return None
