"""The texts of letters and leaflets: dated data beside this module, one file each; and the words around. Pure."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from shared.contracts.documents import TemplateField, TemplateView

LANGUAGES: Final = ("nl", "fr", "de", "en")
_FOLDER: Final = Path(__file__).with_name("templates")
_WORDS: Final = Path(__file__).with_name("words.toml")


class Wording(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text in one language. A line that begins with `## ` is a heading, with `- ` a point of a list."""

    version: int
    title: str
    body: list[str]


class Template(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A letter or a leaflet, as it holds from one day until before another."""

    code: str
    kind: str
    valid_from: date
    valid_to: date | None = None
    certainty: str
    nl: Wording
    fr: Wording
    de: Wording
    en: Wording
    fields: list[TemplateField] = []
    suggested_for: list[str] = []
    discreet: bool = False
    pictograms: bool = False
    before_contact: bool = False

    def wording(self, language: str) -> Wording:
        found: Wording = getattr(self, language)
        return found

    def valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    def view(self) -> TemplateView:
        return TemplateView(
            code=self.code,
            kind=self.kind,
            version=self.nl.version,
            certainty=self.certainty,
            titles={language: self.wording(language).title for language in LANGUAGES},
            fields=self.fields,
            suggested_for=list(self.suggested_for),
            discreet=self.discreet,
            pictograms=self.pictograms,
            before_contact=self.before_contact,
        )


@dataclass(frozen=True)
class Leaflet:
    """A leaflet of one day, ours or the tenant's `own`, in the languages in which it was written."""

    code: str
    version: int
    texts: Mapping[str, Wording]
    suggested_for: tuple[str, ...]
    discreet: bool
    certainty: str = ""
    own: bool = False

    def view(self) -> TemplateView:
        return TemplateView(
            code=self.code,
            kind="leaflet",
            version=self.version,
            certainty=self.certainty,
            titles={language: text.title for language, text in self.texts.items()},
            suggested_for=list(self.suggested_for),
            discreet=self.discreet,
            own=self.own,
        )


@cache
def all_templates() -> tuple[Template, ...]:
    """Every version of every text; a file is called `<code>.toml`, a later version `<code>.<n>.toml`."""
    found = []
    for path in sorted(_FOLDER.glob("*.toml")):
        facts = tomllib.loads(path.read_text(encoding="utf-8"))
        found.append(msgspec.convert({"code": path.name.split(".")[0], **facts}, Template))
    return tuple(found)


def templates_on(day: date) -> dict[str, Template]:
    """What may be used on a day, by code."""
    return {each.code: each for each in all_templates() if each.valid_on(day)}


def lines_of(text: str) -> list[str]:
    """What somebody typed, as the lines of a body."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def leaflets_of_ours(day: date) -> dict[str, Leaflet]:
    """The leaflets that every tenant begins with, by code."""
    return {
        each.code: Leaflet(
            each.code,
            each.nl.version,
            {language: each.wording(language) for language in LANGUAGES},
            tuple(each.suggested_for),
            each.discreet,
            each.certainty,
        )
        for each in templates_on(day).values()
        if each.kind == "leaflet"
    }


@cache
def words() -> dict[str, dict[str, str]]:
    """What stands around the texts, by language."""
    return tomllib.loads(_WORDS.read_text(encoding="utf-8"))
