"""The texts of letters and leaflets: dated data beside this module, one file each; and the words around. Pure."""

import tomllib
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


@cache
def words() -> dict[str, dict[str, str]]:
    """What stands around the texts, by language."""
    return tomllib.loads(_WORDS.read_text(encoding="utf-8"))
