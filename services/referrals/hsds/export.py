"""Entries as files that others can read: HSDS 3.1 as one JSON document, and as a package of CSV tables. Pure."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from uuid import UUID

import msgspec

Rows = dict[str, list[dict[str, Any]]]

_TABLES: Final = {
    "organization": "organizations",
    "service": "services",
    "location": "locations",
    "service_at_location": "service_at_locations",
    "taxonomy": "taxonomies",
    "taxonomy_term": "taxonomy_terms",
}
_FILES: Final = {
    "service_at_locations": "service_at_location",
    "urls": "url",
    "capacities": "service_capacity",
}
"""Where the specification gives a table another name than the list that it comes from."""

_INNER: Final = frozenset({
    "accessibility", "additional_urls", "additional_websites", "addresses", "attributes", "capacities", "contacts",
    "cost_options", "funding", "languages", "organization_identifiers", "phones", "programs", "required_documents",
    "schedules", "service_areas",
})  # fmt: skip
"""Lists whose members have a table of their own; all else that is no single value stands in its cell as JSON."""

_LINKS: Final = {
    "organizations": "organization_id",
    "services": "service_id",
    "locations": "location_id",
    "service_at_locations": "service_at_location_id",
    "contacts": "contact_id",
    "phones": "phone_id",
}


class Exported(msgspec.Struct, frozen=True):
    """An entry on its way out; `points_at` by HSDS's own names."""

    kind: str
    id: UUID
    content: dict[str, Any]
    points_at: dict[str, str]


def document(entries: Iterable[Exported]) -> bytes:
    """One JSON object with a list for each kind; every object holds its own fields and what lies inside it."""
    lists: Rows = {table: [] for table in _TABLES.values()}
    for entry in entries:
        lists[_TABLES[entry.kind]].append({"id": str(entry.id), **entry.points_at, **entry.content})
    return msgspec.json.encode({name: rows for name, rows in lists.items() if rows})


def package(entries: Iterable[Exported]) -> bytes:
    """A zip with a CSV file for each table and a `datapackage.json` that describes them."""
    tables: Rows = {}
    for entry in entries:
        whole = {"id": str(entry.id), **entry.points_at, **entry.content}
        for table, row in _flat(_TABLES[entry.kind], whole, {}):
            tables.setdefault(table, []).append(row)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        resources = []
        for table, rows in tables.items():
            name = _FILES.get(table, table)
            columns = list(dict.fromkeys(column for row in rows for column in row))
            resources.append(_resource(name, columns))
            archive.writestr(f"{name}.csv", _csv(columns, rows))
        described = {"name": "vangnet-hsds", "profile": "tabular-data-package", "resources": resources}
        archive.writestr("datapackage.json", msgspec.json.format(msgspec.json.encode(described), indent=2))
    return stream.getvalue()


def _flat(
    table: str, whole: Mapping[str, Any], links: Mapping[str, str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The row of an object, and after it those of what lies inside it."""
    row: dict[str, Any] = {"id": whole["id"], **links}
    inside = []
    for name, value in whole.items():
        if name in _INNER and isinstance(value, list):
            inside.append((name, value))
        elif name == "unit" and isinstance(value, dict):
            row["unit_id"] = value["id"]
            inside.append(("units", [value]))
        else:
            row[name] = value
    yield table, row
    for name, members in inside:
        inner = "urls" if name.startswith("additional_") else name
        for member in members:
            yield from _flat(inner, member, _link(table, whole, name))


def _link(table: str, whole: Mapping[str, Any], name: str) -> dict[str, str]:
    if name == "attributes":
        return {"link_id": whole["id"], "link_entity": table}
    return {} if name == "units" else {_LINKS[table]: whole["id"]} if table in _LINKS else {}


def _resource(name: str, columns: list[str]) -> dict[str, Any]:
    return {
        "name": name,
        "path": f"{name}.csv",
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {"fields": [{"name": column, "type": "string"} for column in columns]},
    }


def _csv(columns: list[str], rows: list[dict[str, Any]]) -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return stream.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()
