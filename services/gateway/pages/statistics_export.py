"""The figures as a file for Belgian Excel: CSV with a byte order mark and semicolons, or a workbook. No names in it."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import Final

import xlsxwriter

from services.gateway.language import Language
from services.gateway.marking import N_
from services.gateway.pages.statistics_view import group_family, label_of, period_title
from shared.contracts.statistics import Figure, Statistics

TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r")
_HEADS: Final = (N_("Cijfer"), N_("Groep"), N_("Wat"), N_("Aantal"), N_("Eenheid"), N_("Periode"))
_WIDTHS: Final = (44, 26, 34, 12, 12, 22)
Line = tuple[str, str, str, int | str, str, str]


def lines_of(language: Language, answers: Sequence[Statistics]) -> list[Line]:
    """One line for each number, its total first; hidden numbers say so, and staff members are left out."""
    return [
        line
        for answer in answers
        for figure in answer.figures
        if not figure.names_people
        for line in _lines(language, figure, answer)
    ]


def as_csv(language: Language, answers: Sequence[Statistics]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([language.text(head) for head in _HEADS])
    for line in lines_of(language, answers):
        writer.writerow([harmless(cell) for cell in line])
    return "\ufeff".encode() + out.getvalue().encode()


def as_xlsx(language: Language, answers: Sequence[Statistics]) -> bytes:
    """Numbers as numbers, all else as plain text: no cell is ever a formula. A second sheet says how it is counted."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        bold = book.add_format({"bold": True})
        numbers = book.add_worksheet(language.text(N_("Cijfers")))
        for column, (head, width) in enumerate(zip(_HEADS, _WIDTHS, strict=True)):
            numbers.set_column(column, column, width)
            numbers.write_string(0, column, language.text(head), bold)
        for row, line in enumerate(lines_of(language, answers), start=1):
            for column, cell in enumerate(line):
                if isinstance(cell, int):
                    numbers.write_number(row, column, cell)
                else:
                    numbers.write_string(row, column, cell)
        numbers.freeze_panes(1, 0)
        how = book.add_worksheet(language.text(N_("Hoe geteld")))
        how.set_column(0, 0, 44)
        how.set_column(1, 1, 110)
        for row, (title, text) in enumerate(_explained(language, answers)):
            how.write_string(row, 0, title, bold)
            how.write_string(row, 1, text)
    return out.getvalue()


def file_name(language: Language, kind: str, starts_on: date, form: str) -> str:
    """`cijfers-2026-04-quarter.csv`: the period, and nothing about anybody."""
    return f"{language.text(N_('cijfers'))}-{starts_on:%Y-%m}-{kind}.{form}"


def harmless(cell: int | str) -> int | str:
    """A text that a spreadsheet would take for a formula gets an apostrophe before it."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_DANGEROUS) else cell


def _lines(language: Language, figure: Figure, answer: Statistics) -> list[Line]:
    title = language.word(f"figure.{figure.code}")
    period = period_title(language, answer.period, answer.starts_on)
    unit = language.word(f"figure_unit.{figure.unit}")
    count = language.word("figure_unit.count")

    def line(group: str, what: str, value: int | None, of: str) -> Line:
        return title, group, what, language.text(N_("verborgen")) if value is None else value, of, period

    total = line("", language.text(N_("Totaal")), figure.total, count)
    groups = [
        line(_group(language, figure, each.key), language.text(N_("Totaal")), each.value, unit)
        for each in figure.groups
    ]
    cells = [
        line(
            _group(language, figure, each.parent), label_of(language, figure.code, each.key), each.value, unit
        )
        for each in figure.cells
    ]
    return [total, *groups, *cells]


def _group(language: Language, figure: Figure, code: str) -> str:
    return language.word(f"{group_family(figure.code)}.{code}") if code else ""


def _explained(language: Language, answers: Sequence[Statistics]) -> list[tuple[str, str]]:
    hidden = (language.text(N_("Verborgen aantallen")), language.text(HIDDEN))
    return [hidden] + [
        (language.word(f"figure.{figure.code}"), language.word(f"figure_how.{figure.code}"))
        for answer in answers
        for figure in answer.figures
        if not figure.names_people
    ]


HIDDEN: Final = N_(
    "Aantallen van 1 tot 4 zijn verborgen, zodat niemand te herkennen is. Soms verbergen we er nog een bij, omdat "
    "het kleine aantal anders uit te rekenen is."
)
