"""Figures as people read them: titles, rows with their words and bars, how each was counted, the list behind it."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final
from urllib.parse import urlencode

from msgspec import Struct

from services.gateway.language import Language
from services.gateway.marking import N_
from services.gateway.services_client import Staff
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.contracts.statistics import Cell, Figure, Statistics

SECTIONS: Final = (
    ("call_outs", N_("Oproepen"), ("by_type", "by_hour", "by_weekday", "office_hours")),
    (
        "speed",
        N_("Hoe snel"),
        ("answer_minutes", "arrival_minutes", "response_minutes", "duration_minutes"),
    ),
    ("course", N_("Hoe het verliep"), ("outcome", "declined", "escalated", "simultaneous")),
    ("content", N_("Om wie en wat het ging"), ("bad_news", "minors", "languages")),
    (
        "aftercare",
        N_("Nazorg"),
        ("dossiers_by_type", "dossier_origin", "dossier_minors", "persons_by_role", "recontacts",
         "recontact_results", "bad_news_brought", "goodbyes", "type_transitions"),
    ),
    (
        "referrals",
        N_("Doorverwijzingen"),
        ("referral_answers", "referral_services", "referrals_answered", "referral_results"),
    ),
    ("members", N_("Uren van de leden"), ("member_minutes",)),
)  # fmt: skip
_FAMILIES: Final = {
    "by_type": "incident_type",
    "dossiers_by_type": "incident_type",
    "persons_by_role": "person_role",
    "recontact_results": "task_result",
    "goodbyes": "goodbye_place",
    "referral_services": "consent_purpose",
    "bad_news_brought": "bad_news",
}
_YES_NO: Final = ("declined", "escalated", "simultaneous", "minors", "dossier_minors")
_LISTED: Final = {
    "rostering": ("call-outs", Permission.CALL_OUT_READ),
    "cases": ("dossiers", Permission.DOSSIER_READ),
    "referrals": ("referrals", Permission.REFERRAL_READ),
}
_NO_LIST: Final = (
    "persons_by_role", "recontacts", "recontact_results", "member_minutes", "bad_news_brought", "goodbyes",
    "referral_answers", "referral_services", "referrals_answered", "referral_results", "type_transitions",
)  # fmt: skip
_MONDAY: Final = date(2024, 1, 1)


class Row(Struct, frozen=True, kw_only=True):
    """A line of a table with its bar: `width` of 100, None where the number is hidden."""

    label: str
    value: int | None
    text: str
    width: float | None
    share: str = ""
    href: str = ""
    head: bool = False
    """A group, above its parts."""


class Column(Struct, frozen=True, kw_only=True):
    """A column of a picture, from the bottom of 100 up."""

    x: int
    y: float
    height: float
    label: str


class Shown(Struct, frozen=True, kw_only=True):
    """A figure, ready to be read."""

    code: str
    title: str
    how: str
    source: str
    total: str
    trend: str
    rows: list[Row]
    columns: list[Column]
    unit: str
    hidden: list[str]
    """What is there and hidden, in words."""
    has_total: bool


def sections(visit: Visit, answers: Sequence[Statistics], staff: Staff) -> list[tuple[str, str, list[Shown]]]:
    """What there is of each section, in its order."""
    figures = {figure.code: (figure, answer) for answer in answers for figure in answer.figures}
    found = [
        (
            code,
            visit.language.text(title),
            [_shown(visit, *figures[each], staff) for each in codes if each in figures],
        )
        for code, title, codes in SECTIONS
    ]
    return [section for section in found if section[2]]


def period_title(language: Language, kind: str, starts_on: date) -> str:
    if kind == "year":
        return str(starts_on.year)
    if kind == "quarter":
        number = (starts_on.month + 2) // 3
        return language.text(N_("Kwartaal %(number)s van %(year)s"), number=number, year=starts_on.year)
    return language.month(starts_on)


def group_family(figure: str) -> str:
    """Which words its groups have."""
    return {
        "by_hour": "part_of_day",
        "recontacts": "recontacts",
        "referral_results": "consent_purpose",
    }.get(figure, "statistic_group")


def label_of(language: Language, figure: str, key: str, staff: Staff | None = None) -> str:
    """The words for a cell."""
    if figure == "by_hour":
        return f"{int(key):02d}:00 – {int(key):02d}:59"
    if figure == "by_weekday":
        return language.day_name(_MONDAY + timedelta(days=int(key)))
    if figure == "languages" and key != "unknown":
        return language.language_name(key)
    if figure in _YES_NO:
        return language.word(f"yes_no.{key}")
    if figure == "member_minutes" and staff is not None:
        return next((entry.name for user_id, entry in staff.items() if str(user_id) == key), key)
    family = "incident_type" if ">" in key else _FAMILIES.get(figure, figure)
    return " → ".join(language.word_or(f"{family}.{part}", part) for part in key.split(">"))


def value_text(language: Language, value: int | None, unit: str) -> str:
    """A number in words of the reader; a hidden one says so."""
    if value is None:
        return language.text(N_("verborgen"))
    return language.duration(timedelta(minutes=value)) if unit == "minutes" else language.number(value)


def _shown(visit: Visit, figure: Figure, answer: Statistics, staff: Staff) -> Shown:
    language = visit.language
    per_case = figure.unit == "minutes" and not figure.names_people
    rows = _rows(visit, figure, answer, staff)
    return Shown(
        code=figure.code,
        title=language.word(f"figure.{figure.code}"),
        how=language.word(f"figure_how.{figure.code}"),
        source=language.word(f"figure_source.{answer.service}"),
        total=value_text(language, figure.total, "count" if per_case else figure.unit),
        trend=_trend(language, figure),
        rows=[row for row in rows if row.value is not None],
        columns=_columns(figure) if figure.code in {"by_hour", "by_weekday"} else [],
        unit=figure.unit,
        hidden=[row.label for row in rows if row.value is None],
        has_total=not per_case,
    )


def _rows(visit: Visit, figure: Figure, answer: Statistics, staff: Staff) -> list[Row]:
    language = visit.language
    known = [cell.value for cell in (*figure.cells, *figure.groups) if cell.value]
    most = max(known, default=0)

    def row(cell: Cell, label: str, *, head: bool = False) -> Row:
        share = ""
        if figure.unit == "count" and cell.value is not None and figure.total:
            share = language.percent(cell.value / figure.total)
        return Row(
            label=label,
            value=cell.value,
            text=value_text(language, cell.value, figure.unit),
            width=None if cell.value is None else (round(100 * cell.value / most, 1) if most else 0.0),
            share=share,
            href="" if head or not cell.value else _list_behind(visit, figure, cell, answer),
            head=head,
        )

    rows = [
        row(cell, label_of(language, figure.code, cell.key, staff))
        for cell in figure.cells
        if not cell.parent
    ]
    for group in figure.groups:
        if group.value == 0:
            continue
        rows.append(row(group, language.word(f"{group_family(figure.code)}.{group.key}"), head=True))
        rows += [
            row(cell, label_of(language, figure.code, cell.key))
            for cell in figure.cells
            if cell.parent == group.key and cell.value != 0 and group.value is not None
        ]
    return rows


def _list_behind(visit: Visit, figure: Figure, cell: Cell, answer: Statistics) -> str:
    what, permission = _LISTED[answer.service]
    if figure.code in _NO_LIST or figure.unit != "count" or not visit.may(permission):
        return ""
    asked = {"from": answer.starts_on.isoformat(), "figure": figure.code, "key": cell.key}
    return f"/statistics/{what}?{urlencode(asked)}"


def _columns(figure: Figure) -> list[Column]:
    """A picture of numbers in a row; a hidden one leaves a gap that its table explains."""
    most = max((cell.value for cell in figure.cells if cell.value), default=0)
    if not most:
        return []
    return [
        Column(x=place, y=100 - height, height=height, label=cell.key)
        for place, cell in enumerate(figure.cells)
        for height in [round(100 * (cell.value or 0) / most, 1)]
    ]


def _trend(language: Language, figure: Figure) -> str:
    if figure.previous is None or figure.total is None:
        return ""
    if figure.previous == figure.total:
        return language.text(N_("evenveel als de vorige periode"))
    difference = figure.total - figure.previous
    change = {"count": abs(difference), "before": figure.previous}
    if difference > 0:
        return language.text(N_("%(count)s meer dan de vorige periode (%(before)s)"), **change)
    return language.text(N_("%(count)s minder dan de vorige periode (%(before)s)"), **change)
