"""What people type into one cell: several phone numbers, a week of opening hours, a whole address. Pure."""

import re
from typing import Any, Final

_PHONE: Final = re.compile(r"(?:(?P<kind>[A-Za-z][A-Za-z -]*):\s*)?(?P<number>[^,;|\n]+)")
_BREAK: Final = re.compile(r"[,;|\n]|\s+or\s+", re.IGNORECASE)
_EXTENSION: Final = re.compile(
    r"\s*(?:,?\s*(?:ext\.?|extension|x|toestel|poste))\s*(\d{1,6})$", re.IGNORECASE
)
_KINDS: Final = {
    "main": "voice", "voice": "voice", "tel": "voice", "phone": "voice", "tollfree": "voice", "toll-free": "voice",
    "fax": "fax", "tdd": "textphone", "tty": "textphone", "sms": "text", "text": "text", "mobile": "cell",
    "cell": "cell", "gsm": "cell",
}  # fmt: skip
_DIGITS: Final = re.compile(r"\d")
_FEWEST_DIGITS: Final = 3

_DAYS: Final = {
    "MO": ("monday", "mon", "mo", "maandag", "ma", "lundi", "lun", "montag", "1"),
    "TU": ("tuesday", "tue", "tues", "tu", "dinsdag", "di", "mardi", "mar", "dienstag", "2"),
    "WE": ("wednesday", "wed", "we", "woensdag", "wo", "mercredi", "mer", "mittwoch", "3"),
    "TH": ("thursday", "thu", "thurs", "th", "donderdag", "do", "jeudi", "jeu", "donnerstag", "4"),
    "FR": ("friday", "fri", "fr", "vrijdag", "vr", "vendredi", "ven", "freitag", "5"),
    "SA": ("saturday", "sat", "sa", "zaterdag", "za", "samedi", "sam", "samstag", "6"),
    "SU": ("sunday", "sun", "su", "zondag", "zo", "dimanche", "dim", "sonntag", "7"),
}
_DAY_OF: Final = {word: day for day, words in _DAYS.items() for word in words}
WEEK: Final = tuple(_DAYS)
_LONG: Final = sorted((word for word in _DAY_OF if not word.isdigit()), key=len, reverse=True)
_DAY_IN: Final = re.compile(rf"\b({'|'.join(_LONG)})\.?\s*:", re.IGNORECASE)
_STRETCH: Final = re.compile(
    r"(\d{1,2}(?:[:.hu](?:\d{2})?)?\s*(?:[ap]\.?m\.?)?)\s*(?:-|–|to|tot|à|bis)\s*(\d{1,2}(?:[:.hu](?:\d{2})?)?\s*(?:[ap]\.?m\.?)?)",
    re.IGNORECASE,
)
_CLOCK: Final = re.compile(
    r"(\d{1,2})(?:[:.hu](\d{2})?)?(?:[:.](\d{2}))?\s*(a|p)?\.?(?:m\.?)?", re.IGNORECASE
)
_CLOSED: Final = ("", "-", "closed", "gesloten", "fermé", "geschlossen")
_NOON, _LAST_HOUR, _LAST_MINUTE = 12, 24, 59

_BELGIAN: Final = re.compile(
    r"(?P<address_1>[^,]+(?:,[^,]+)*?),\s*(?:B-)?(?P<postal_code>[1-9]\d{3})\s+(?P<city>[^,\d]+?)"
    r"(?:,\s*(?:België|Belgique|Belgien|Belgium|BE))?$"
)
_AMERICAN: Final = re.compile(
    r"(?P<address_1>.*\S),\s*(?P<state_province>[A-Z]{2})(?:\s+(?P<postal_code>\d{5}(?:-\d{4})?))?$",
    re.DOTALL,
)


def phones_of(cell: str) -> list[dict[str, Any]]:
    """The numbers of a cell, each with its kind and extension where they are said; one empty when there is none."""
    found = []
    for piece in _BREAK.split(cell):
        match = _PHONE.fullmatch(piece.strip())
        if match is None:
            continue
        number, kind = match["number"].strip(), (match["kind"] or "").strip().lower()
        phone: dict[str, Any] = {}
        extension = _EXTENSION.search(number)
        if extension is not None:
            phone["extension"] = extension[1]
            number = number[: extension.start()].strip()
        if kind:
            phone["type"] = _KINDS.get(kind, "voice")
            phone["description"] = kind
        found.append({**phone, "number": number})
    return found or [{"number": ""}]


def is_number(text: str) -> bool:
    """Whether somebody could dial it: some digits, or letters in their place."""
    return len(_DIGITS.findall(text)) >= _FEWEST_DIGITS


def day_of(word: str) -> str:
    """RRULE's two letters for a day of the week in any of our languages or its number; nothing when it is none."""
    return _DAY_OF.get(word.strip().rstrip(".").lower(), "")


def clock_of(text: str) -> str:
    """`9:00`, `9u30`, `9h`, `9 am` or `17:00:00` as `HH:MM`; nothing when it is no time of the day."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return ""
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[4] or "").lower()
    if half:
        if not 1 <= hour <= _NOON:
            return ""
        hour = hour % _NOON + (_NOON if half == "p" else 0)
    if hour > _LAST_HOUR or minute > _LAST_MINUTE or (hour == _LAST_HOUR and minute):
        return ""
    return f"{hour:02}:{minute:02}"


def openings_of(cell: str) -> list[dict[str, str]]:
    """A week of hours, such as `Monday: 9:00-12:00 , 13:00-17:00 Tuesday: Closed`, day by day; a day without is closed.

    A text that names no day is kept whole as a description.
    """
    places = list(_DAY_IN.finditer(cell))
    if not places:
        return [{"description": cell.strip()}] if cell.strip() else []
    found: list[dict[str, str]] = []
    for place, following in zip(places, [*places[1:], None], strict=True):
        said = cell[place.end() : following.start() if following else len(cell)]
        stretches = [
            {"opens_at": clock_of(each[1]), "closes_at": clock_of(each[2])}
            for each in _STRETCH.finditer(said)
        ]
        found += [{"weekday": place[1], **each} for each in stretches]
        if not stretches and said.strip(" .,;").lower() not in _CLOSED:
            found.append({"weekday": place[1], "description": said.strip()})
    return found


def addresses_of(cell: str) -> dict[str, str]:
    """A whole address in its fields, when it ends as Belgian or American ones do; else as it is."""
    for shape, country in ((_BELGIAN, "BE"), (_AMERICAN, "US")):
        found = shape.fullmatch(cell.strip())
        if found is not None:
            return {name: value.strip() for name, value in found.groupdict().items() if value} | {
                "country": country
            }
    return {"address_1": cell.strip()} if cell.strip() else {}
