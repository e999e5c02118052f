"""The four languages: texts by gettext with Dutch as the message id, and dates, durations and money the Belgian way.

The catalogues (`locale/<code>/LC_MESSAGES/messages.po`) are read as they are at the start; nothing is compiled to disk.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from gettext import c2py
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_timedelta
from babel.lists import format_list
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal, format_percent

from services.gateway.marking import N_
from services.gateway.words import WORDS

LANGUAGES: Final = ("nl", "fr", "de", "en")
REFERENCE: Final = "nl"
BRUSSELS: Final = ZoneInfo("Europe/Brussels")
CATALOGUES: Final = Path(__file__).parent.parent / "locale"

# A language's own name is written in that language, so that its speaker finds it.
NAMES: Final[Mapping[str, str]] = {"nl": "Nederlands", "fr": "Français", "de": "Deutsch", "en": "English"}
_LOCALES: Final = {"nl": "nl_BE", "fr": "fr_BE", "de": "de_BE", "en": "en_GB"}
_DAY: Final = {"nl": "ccc d MMMM y", "fr": "ccc d MMMM y", "de": "ccc, d. MMMM y", "en": "ccc d MMMM y"}
_SHORT_DAY: Final = {"nl": "ccc d MMM", "fr": "ccc d MMM", "de": "ccc, d. MMM", "en": "ccc d MMM"}
_HOURS: Final = {"nl": "u", "fr": "h", "de": "Std.", "en": "h"}
_NARROW_SPACE: Final = "\N{NO-BREAK SPACE}"
_NEAR: Final = timedelta(minutes=1)


class WordMissing(KeyError):
    """A code without a word: `services/gateway/words.py` must name it."""


@dataclass(frozen=True)
class Language:
    """One language, ready to write in."""

    code: str
    texts: Mapping[str, str] = field(default_factory=dict, repr=False)
    plurals: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    plural_rule: str = "(n != 1)"
    own: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The tenant's own words for codes, over ours."""

    @property
    def locale(self) -> Locale:
        return Locale.parse(_LOCALES[self.code])

    def text(self, message: str, **values: object) -> str:
        """The text in this language, with `%(name)s` filled in."""
        text = self.texts.get(message) or message
        return text % values if values else text

    def plural(self, one: str, many: str, count: int, **values: object) -> str:
        forms = self.plurals.get(one) or (one, many)
        text = forms[int(c2py(self.plural_rule)(count))]
        return text % {"count": self.number(count), **values}

    def word(self, code: str) -> str:
        """The word for a code of a service, such as `state.accepted`; raises `WordMissing`."""
        if code in self.own:
            return self.own[code]
        try:
            return self.text(WORDS[code])
        except KeyError:
            raise WordMissing(code) from None

    def word_or(self, code: str, fallback: str) -> str:
        """The word for a code, or another text where codes can come that we do not know (a tenant's own roles)."""
        if code in self.own:
            return self.own[code]
        return self.text(WORDS[code]) if code in WORDS else fallback

    def with_own(self, own: Mapping[str, str]) -> "Language":
        """The same language with a tenant's own words over ours."""
        return replace(self, own=own) if own else self

    # Time: what people read is Brussels' wall clock.

    def day(self, moment: date | datetime) -> str:
        """`ma 2 maart 2026`."""
        return format_date(_local_day(moment), _DAY[self.code], locale=self.locale)

    def short_day(self, moment: date | datetime) -> str:
        """`ma 2 mrt`."""
        return format_date(_local_day(moment), _SHORT_DAY[self.code], locale=self.locale)

    def clock(self, moment: datetime) -> str:
        """`02:14`."""
        return f"{moment.astimezone(BRUSSELS):%H:%M}"

    def moment(self, moment: datetime) -> str:
        """`ma 2 maart 2026, 02:14`."""
        return f"{self.day(moment)}, {self.clock(moment)}"

    def month(self, day: date) -> str:
        """`maart 2026`."""
        return format_date(day, "LLLL y", locale=self.locale)

    def weekday(self, day: date) -> str:
        """`ma`."""
        return format_date(day, "ccc", locale=self.locale)

    def day_name(self, day: date) -> str:
        """`maandag`."""
        return format_date(day, "cccc", locale=self.locale)

    def language_name(self, code: str) -> str:
        """What a language is called; a code that nobody named stays as it is."""
        return str(self.locale.languages.get(code, code))

    def duration(self, length: timedelta) -> str:
        """`3 u 20`, or `20 min` under an hour."""
        minutes = round(length.total_seconds() / 60)
        hours, rest = divmod(abs(minutes), 60)
        sign = "−" if minutes < 0 else ""
        if hours == 0:
            return f"{sign}{rest}{_NARROW_SPACE}min"
        tail = f"{_NARROW_SPACE}{rest:02d}" if rest else ""
        return f"{sign}{hours}{_NARROW_SPACE}{_HOURS[self.code]}{tail}"

    def distance(self, moment: date | datetime, *, now: datetime) -> str:
        """`over 6 dagen`, `2 uur geleden`; a day is counted in calendar days."""
        if not isinstance(moment, datetime) or abs(moment - now) >= timedelta(days=1):
            days = (_local_day(moment) - _local_day(now)).days
            near = {-1: self.text(N_("gisteren")), 0: self.text(N_("vandaag")), 1: self.text(N_("morgen"))}
            if days in near:
                return near[days]
            length = timedelta(days=days)
            return format_timedelta(length, "day", threshold=1.5, add_direction=True, locale=self.locale)
        if abs(moment - now) < _NEAR:
            return self.text(N_("zonet"))
        return format_timedelta(moment - now, "minute", add_direction=True, locale=self.locale)

    # Numbers

    def number(self, value: int | Decimal) -> str:
        return format_decimal(value, locale=self.locale)

    def listed(self, parts: Iterable[object]) -> str:
        """`3, 7 en 30`."""
        return format_list([str(part) for part in parts], locale=self.locale)

    def percent(self, part: float) -> str:
        """`37 %`, whole."""
        return format_percent(part, locale=self.locale)

    def money(self, amount: Decimal) -> str:
        """`€ 1.314,20`."""
        return format_currency(amount, "EUR", locale=self.locale)


def _local_day(moment: date | datetime) -> date:
    return moment.astimezone(BRUSSELS).date() if isinstance(moment, datetime) else moment


def catalogue_path(code: str) -> Path:
    return CATALOGUES / code / "LC_MESSAGES" / "messages.po"


def read_language(code: str) -> Language:
    with catalogue_path(code).open("rb") as file:
        catalogue = read_po(file, locale=code)
    texts: dict[str, str] = {}
    plurals: dict[str, tuple[str, ...]] = {}
    for message in catalogue:
        if not message.id or message.fuzzy:
            continue
        if isinstance(message.id, (tuple, list)):
            forms = tuple(message.string or ())
            if all(forms):
                plurals[message.id[0]] = forms
        elif isinstance(message.string, str):
            texts[message.id] = message.string
    return Language(code, texts, plurals, str(catalogue.plural_expr))


def read_languages() -> dict[str, Language]:
    return {code: read_language(code) for code in LANGUAGES}


def accepted_language(header: str) -> str | None:
    """The language of ours that an Accept-Language header likes best."""
    liked: list[tuple[float, int, str]] = []
    for place, part in enumerate(header.split(",")):
        tag, _, weight = part.strip().partition(";q=")
        code = tag.split("-")[0].lower()
        try:
            liked.append((-float(weight or 1), place, code))
        except ValueError:
            continue
    return next((code for weight, _, code in sorted(liked) if code in LANGUAGES and weight < 0), None)


def chosen_language(*wishes: str | None) -> str:
    """The first wish that we speak: the person's setting, the cookie, the browser, the tenant; else Dutch."""
    return next((wish for wish in wishes if wish in LANGUAGES), REFERENCE)


def families(codes: Iterable[str], family: str) -> list[str]:
    """The codes of one family, such as all `incident_type.` codes, without the family's name."""
    return [code.removeprefix(f"{family}.") for code in codes if code.startswith(f"{family}.")]
