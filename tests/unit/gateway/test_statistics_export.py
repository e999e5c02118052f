"""A file of figures: for Belgian Excel, in the words of the reader, without a formula and without a name."""

import csv
import io
from datetime import UTC, date, datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.language import LANGUAGES, Language, read_languages
from services.gateway.pages.statistics_export import as_csv, as_xlsx, file_name, harmless
from shared.contracts.statistics import Cell, Figure, Statistics

SPOKEN = read_languages()
FIGURES = Statistics(
    service="rostering", period="quarter", starts_on=date(2026, 10, 1), ends_on=date(2027, 1, 1),
    counted_at=datetime(2026, 11, 25, tzinfo=UTC),
    figures=[
        Figure(
            code="by_type", total=12, groups=[Cell(key="accident", value=12)],
            cells=[Cell(key="fire", value=7, parent="accident"), Cell(key="own_type", value=None, parent="accident")],
        ),
        Figure(code="answer_minutes", unit="minutes", total=12, cells=[Cell(key="median", value=4)]),
        Figure(
            code="member_minutes", unit="minutes", total=90, names_people=True,
            cells=[Cell(key="018f5e8a-7b1c-7000-8000-000000000000", value=90)],
        ),
    ],
)  # fmt: skip


def own(word: str, code: str = "nl") -> Language:
    return SPOKEN[code].with_own({"incident_type.own_type": word})


def read_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def test_the_csv_opens_as_columns_in_belgian_excel() -> None:
    content = as_csv(own("Voetbal; rellen"), [FIGURES])

    assert content.startswith(b"\xef\xbb\xbf")
    rows = read_csv(content)
    assert rows[0] == ["Cijfer", "Groep", "Wat", "Aantal", "Eenheid", "Periode"]
    assert [
        "Oproepen per soort",
        "Ongevallen en brand",
        "Brand",
        "7",
        "aantal",
        "Kwartaal 4 van 2026",
    ] in rows
    assert ["Oproepen per soort", "Ongevallen en brand", "Voetbal; rellen", "verborgen", "aantal",
            "Kwartaal 4 van 2026"] in rows  # fmt: skip


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_workbook_says_the_same_in_each_language_with_numbers_as_numbers(code: str) -> None:
    language = own("Own", code)
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(language, [FIGURES])))
    rows = [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]

    assert [str(cell) for cell in rows[0]] == read_csv(as_csv(language, [FIGURES]))[0]
    assert 7 in [row[3] for row in rows]
    assert len(rows) == len(read_csv(as_csv(language, [FIGURES])))
    explained = [row[1] for row in book.worksheets[1].iter_rows(values_only=True)]
    assert language.word("figure_how.by_type") in explained


def test_no_staff_member_is_in_a_file() -> None:
    for content in (as_csv(SPOKEN["nl"], [FIGURES]), as_xlsx(SPOKEN["nl"], [FIGURES])):
        assert b"018f5e8a" not in content
    assert "Tijd op oproep per lid" not in as_csv(SPOKEN["nl"], [FIGURES]).decode()


@pytest.mark.parametrize("word", ["=1+1", "+32", "-2", "@SUM(A1)", "\tx", '=HYPERLINK("http://x")'])
def test_a_label_is_never_a_formula(word: str) -> None:
    [row] = [row for row in read_csv(as_csv(own(word), [FIGURES])) if row[3] == "verborgen"]
    assert row[2] == f"'{word}"
    sheet = openpyxl.load_workbook(io.BytesIO(as_xlsx(own(word), [FIGURES]))).worksheets[0]
    [cell] = [row[2] for row in sheet.iter_rows() if row[3].value == "verborgen"]
    assert (cell.data_type, cell.value) == ("s", word)


@given(st.text(max_size=20))
def test_only_what_looks_like_a_formula_is_touched(text: str) -> None:
    cell = harmless(text)

    assert cell in {text, f"'{text}"}
    assert not str(cell).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_the_files_name_has_the_period_and_nothing_else() -> None:
    assert file_name(SPOKEN["nl"], "quarter", date(2026, 10, 1), "xlsx") == "cijfers-2026-10-quarter.xlsx"
