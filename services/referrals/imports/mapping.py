"""Plain CSV with a mapping in the shape of hsds-transformer, as JSON or YAML: which column is which field of HSDS."""

import re
from typing import Any, Final

import msgspec

from services.referrals.imports.cells import addresses_of, openings_of, phones_of
from services.referrals.imports.parts import TABLES, TOP, FileRefused, Opened, Part
from services.referrals.imports.plain_yaml import YamlWrong, read_yaml

_ALIASES: Final = {"alternative_name": "alternate_name"}
_MOST_FILES: Final = 50
_SEVERAL: Final = re.compile(r"\s*[,;|\n]\s*")


class Target(msgspec.Struct, frozen=True):
    """Where a cell goes. `append` joins it to what other columns put there; `foreign` links it to another row."""

    table: str
    field: str
    append: bool = False
    foreign: tuple[str, str] | None = None


class FileMapping(msgspec.Struct, frozen=True):
    """What one file's columns are. `needed` are the columns that must be there for its rows to have an id."""

    columns: dict[str, list[Target]]
    needed: list[str]
    main: str


def mapping_of(text: str) -> dict[str, FileMapping]:
    """The mapping of each file by its name without ending. Raises `FileRefused`."""
    document = _document(text)
    if not isinstance(document, dict) or not 0 < len(document) <= _MOST_FILES:
        raise FileRefused("mapping_wrong", field="mapping")
    found = {}
    for name, said in document.items():
        columns = said.get("columns", said) if isinstance(said, dict) else None
        if not isinstance(columns, dict) or not columns:
            raise FileRefused("mapping_wrong", field="mapping", name=str(name))
        targets = {str(column).strip(): _targets(str(column), each) for column, each in columns.items()}
        found[str(name).lower().removesuffix(".csv")] = _file(targets, str(name))
    return found


def _document(text: str) -> Any:
    if text.lstrip()[:1] == "{":
        try:
            return msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError):
            raise FileRefused("mapping_wrong", field="mapping") from None
    try:
        return read_yaml(text)
    except YamlWrong as wrong:
        raise FileRefused("mapping_wrong", field="mapping", line=str(wrong.line)) from None


def _targets(column: str, said: Any) -> list[Target]:
    targets = []
    for each in said if isinstance(said, list) else [said]:
        if not isinstance(each, dict):
            raise FileRefused("mapping_wrong", field="mapping", name=column)
        table, field = TABLES.get(str(each.get("model"))), each.get("field")
        if table is None or not isinstance(field, str) or not field:
            raise FileRefused("mapping_wrong", field="mapping", name=column)
        name, value = each.get("foreign_key_name"), each.get("foreign_key_value")
        foreign = (name, value.strip()) if isinstance(name, str) and isinstance(value, str) else None
        targets.append(Target(table, _ALIASES.get(field, field), each.get("append") is True, foreign))
    return targets


def _file(columns: dict[str, list[Target]], name: str) -> FileMapping:
    """The main table of a file is the one whose own id it holds; that column must be there."""
    main = next(
        (
            (column, target.table)
            for column, targets in columns.items()
            for target in targets
            if target.field == "id" and target.table in TOP
        ),
        None,
    )
    if main is None:
        raise FileRefused("mapping_without_id", field="mapping", name=name)
    return FileMapping(columns, [main[0]], main[1])


def mapped_parts(opened: Opened, line: int, values: dict[str, str], rules: FileMapping) -> None:
    """Add the HSDS rows that one line holds: one of each table that its columns speak of, or more for a full cell."""
    rows: dict[str, dict[str, Any]] = {rules.main: {}}
    for column, targets in rules.columns.items():
        cell = values.get(column, "")
        for target in targets:
            row = rows.setdefault(target.table, {})
            if cell and target.append and row.get(target.field):
                row[target.field] = f"{row[target.field]}\n{cell}"
            elif cell:
                row[target.field] = cell
            if target.foreign is not None and values.get(target.foreign[1]):
                row[target.foreign[0]] = values[target.foreign[1]]
    key = TOP[rules.main] + "_id"
    own = str(rows[rules.main].get("id", ""))
    for table, row in rows.items():
        if table == rules.main:
            opened.parts.append(Part(line, table, row))
        elif set(row) - _links(row) or (table == "service_at_locations" and row):
            linked = row if _links(row) or table in TOP else {**row, key: own}
            opened.parts += [Part(line, name, each) for name, each in _unfolded(table, linked, key, own)]


def _links(row: dict[str, Any]) -> set[str]:
    return {
        field for field in row if field.endswith("_id") and field.removesuffix("_id") in set(TOP.values())
    }


def _unfolded(table: str, row: dict[str, Any], key: str, own: str) -> list[tuple[str, dict[str, Any]]]:
    """The rows that one row stands for when a cell holds several phones, a week of hours, or a whole address."""
    if table == "phones":
        return [(table, {**row, **phone}) for phone in phones_of(str(row.get("number", "")))]
    if table == "regular_schedules" and "hours_of_operation" in row:
        rest = {field: value for field, value in row.items() if field != "hours_of_operation"}
        return [(table, {**rest, **opening}) for opening in openings_of(str(row["hours_of_operation"]))]
    if table in ("postal_addresses", "physical_addresses", "addresses") and "postal_code" not in row:
        return [(table, {**row, **addresses_of(str(row.get("address_1", "")))})]
    if table == "service_at_locations":
        return _meetings(row, key, own)
    return [(table, row)]


def _meetings(row: dict[str, Any], key: str, own: str) -> list[tuple[str, dict[str, Any]]]:
    """Services at a location: the line is one of the two, and its cell names one or more of the other."""
    other = "location_id" if key == "service_id" else "service_id"
    named = [each for each in _SEVERAL.split(str(row.get(other, ""))) if each]
    rest = {field: value for field, value in row.items() if field not in (key, other, "id")}
    found = []
    for each in named:
        pair = {key: own, other: each}
        found.append(
            (
                "service_at_locations",
                {**rest, **pair, "id": f"{pair['service_id']}@{pair['location_id']}"},
            )
        )
    return found
