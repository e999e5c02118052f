"""From a file as it is sent to its tables: CSV, JSON, or a zip of them. What it is, is seen in the file itself."""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any, Final

import msgspec

from services.referrals.imports.mapping import FileMapping, mapped_parts, mapping_of
from services.referrals.imports.nested import unnested
from services.referrals.imports.parts import TABLES, FileRefused, Finding, Opened, Part

MOST_BYTES: Final = 25_000_000
MOST_UNPACKED: Final = 150_000_000
MOST_FILES: Final = 200
MOST_LINES: Final = 300_000
_MOST_CELL: Final = 1_000_000
_PIECE: Final = 1 << 20
_DELIMITERS: Final = (",", ";", "\t", "|")
_WORKBOOKS: Final = ("[content_types].xml", "mimetype")
_FEW_PRINTABLE: Final = 0.9


class _File(msgspec.Struct, frozen=True):
    name: str
    content: bytes


def open_file(name: str, content: bytes, mapping: bytes = b"") -> Opened:
    """What a file holds, with its mapping where its columns are not HSDS's own. Raises `FileRefused`."""
    if not content.strip():
        raise FileRefused("file_empty")
    if len(content) > MOST_BYTES:
        raise FileRefused("file_too_large", most=str(MOST_BYTES))
    files = _unpacked(content) if content[:4] == b"PK\x03\x04" else [_File(_base(name), content)]
    rules = mapping_of(_text(mapping, field="mapping")) if mapping.strip() else None
    opened = Opened()
    json = [each for each in files if _is_json(each)]
    package = next((each for each in json if each.name == "datapackage.json"), None)
    tables = [each for each in files if each not in json]
    titles = {} if package is None else _resources(package)
    for each in json:
        if each is not package:
            unnested(opened, each.name, _decoded(each))
    for each in tables:
        _table(opened, each, titles, rules)
    if len(opened.lines) > MOST_LINES:
        raise FileRefused("too_many_rows", most=str(MOST_LINES))
    if not opened.lines:
        raise FileRefused("file_without_rows")
    opened.format = _format(opened, json=bool(json) and not tables, mapped=rules is not None)
    return opened


def _format(opened: Opened, *, json: bool, mapped: bool) -> str:
    if mapped:
        return "csv_mapped"
    if json:
        return "hsds_json"
    older = {
        "postal_addresses",
        "physical_addresses",
        "regular_schedules",
        "service_taxonomies",
        "eligibility",
    }
    return "hsds_csv_older" if older.intersection(each.table for each in opened.parts) else "hsds_csv"


def _base(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).name.lower() or "file"


def _unpacked(content: bytes) -> list[_File]:
    """The files of a zip, counted while they unpack: what a zip says of its own sizes is not believed."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            members = [each for each in packed.infolist() if not each.is_dir()]
            if any(each.filename.lower() in _WORKBOOKS for each in members):
                raise FileRefused("file_is_workbook")
            if any(each.flag_bits & 1 for each in members):
                raise FileRefused("zip_encrypted")
            wanted = [each for each in members if _wanted(each.filename)]
            if len(wanted) > MOST_FILES:
                raise FileRefused("too_many_files", most=str(MOST_FILES))
            files, left = [], MOST_UNPACKED
            for each in wanted:
                with packed.open(each) as source:
                    unpacked = bytearray()
                    while piece := source.read(_PIECE):
                        left -= len(piece)
                        if left < 0:
                            raise FileRefused("zip_too_large", most=str(MOST_UNPACKED))
                        unpacked += piece
                files.append(_File(_base(each.filename), bytes(unpacked)))
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, OSError, ValueError):
        raise FileRefused("zip_broken") from None
    except Exception as broken:
        # zlib and lzma have errors of their own for a stream that is no stream
        if isinstance(broken, FileRefused):
            raise
        raise FileRefused("zip_broken") from broken
    if not files:
        raise FileRefused("file_without_rows")
    return files


def _wanted(path: str) -> bool:
    base = _base(path)
    return (
        base.endswith((".csv", ".tsv", ".txt", ".json"))
        and not base.startswith((".", "_", "readme", "license"))
        and "__macosx" not in path.lower()
    )


def _is_json(file: _File) -> bool:
    return file.name.endswith(".json") or file.content.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in (b"{", b"[")


def _decoded(file: _File) -> Any:
    try:
        return msgspec.json.decode(_text(file.content))
    except (msgspec.DecodeError, RecursionError):
        raise FileRefused("json_broken", name=file.name) from None


def _resources(package: _File) -> dict[str, str]:
    """What a data package calls its files; one that cannot be read says nothing, and their names must do."""
    try:
        said = _decoded(package)
    except FileRefused:
        return {}
    resources = said.get("resources") if isinstance(said, dict) else None
    found = {}
    for each in resources if isinstance(resources, list) else ():
        if isinstance(each, dict) and isinstance(each.get("name"), str) and isinstance(each.get("path"), str):
            found[_base(each["path"])] = each["name"].lower()
    return found


def _text(content: bytes, *, field: str = "file") -> str:
    """The text in whatever encoding spreadsheets leave behind. Raises `FileRefused`."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                raise FileRefused("file_not_text", field=field) from None
    if b"\x00" in content:
        raise FileRefused("file_not_text", field=field)
    try:
        text = content.decode()
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    sample = text[:2000]
    plain = sum(sign.isprintable() or sign in "\r\n\t" for sign in sample)
    if plain < len(sample) * _FEW_PRINTABLE:
        raise FileRefused("file_not_text", field=field)
    return text


def _table(opened: Opened, file: _File, titles: dict[str, str], rules: dict[str, FileMapping] | None) -> None:
    stem = file.name.rsplit(".", 1)[0]
    heads, rows = _rows(_text(file.content), file.name)
    if rules is not None:
        rule = rules.get(stem) or (next(iter(rules.values())) if len(rules) == 1 else None)
        if rule is None:
            raise FileRefused("mapping_lacks_file", field="mapping", name=file.name)
        missing = [column for column in rule.needed if column not in heads]
        if missing:
            raise FileRefused("mapping_lacks_column", field="mapping", name=missing[0])
        opened.unmapped[file.name] = [head for head in heads if head and head not in rule.columns]
    else:
        rule = None
    table = TABLES.get(titles.get(file.name, stem)) or TABLES.get(stem)
    if rule is None and table is None:
        raise FileRefused("mapping_needed", name=file.name)
    for number, cells in rows:
        line = opened.add_line(file.name, str(number))
        if len(cells) > len(heads) and any(cell.strip() for cell in cells[len(heads) :]):
            opened.findings.append(Finding(line, "row_too_long"))
            continue
        values = {
            head: cell.strip() for head, cell in zip(heads, cells, strict=False) if head and cell.strip()
        }
        if rule is not None:
            mapped_parts(opened, line, values, rule)
        elif table is not None:
            opened.parts.append(Part(line, table, {head.lower(): cell for head, cell in values.items()}))


def _rows(text: str, name: str) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """The heads of the columns, and each row with its number as a spreadsheet counts. Raises `FileRefused`."""
    csv.field_size_limit(_MOST_CELL)
    source = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        heads = [head.strip() for head in next(source)]
    except (StopIteration, csv.Error):
        raise FileRefused("csv_broken", name=name) from None
    named = [head for head in heads if head]
    if len(named) != len(set(named)):
        raise FileRefused("column_twice", name=name)
    return heads, _numbered(source, name)


def _numbered(source: Iterator[Sequence[str]], name: str) -> Iterator[tuple[int, list[str]]]:
    try:
        for number, cells in enumerate(source, start=2):
            if any(cell.strip() for cell in cells):
                yield number, list(cells)
    except csv.Error:
        raise FileRefused("csv_broken", name=name) from None


def _delimiter(text: str) -> str:
    """The sign that the first line has most outside its quotes."""
    head, inside = text.split("\n", 1)[0], False
    counts = dict.fromkeys(_DELIMITERS, 0)
    for sign in head:
        if sign == '"':
            inside = not inside
        elif not inside and sign in counts:
            counts[sign] += 1
    return max(_DELIMITERS, key=lambda each: counts[each])
