"""From HSDS JSON, in whatever object it begins, to the rows that it nests."""

from collections.abc import Iterator
from typing import Any, Final

from services.referrals.imports.parts import TABLES, FileRefused, Opened, Part

_LISTS: Final = {
    "organizations": "organizations",
    "services": "services",
    "locations": "locations",
    "service_at_locations": "service_at_locations",
    "taxonomies": "taxonomies",
    "taxonomy_terms": "taxonomy_terms",
    "phones": "phones",
    "contacts": "contacts",
    "languages": "languages",
    "schedules": "schedules",
    "regular_schedules": "regular_schedules",
    "holiday_schedules": "holiday_schedules",
    "addresses": "addresses",
    "postal_addresses": "postal_addresses",
    "physical_addresses": "physical_addresses",
    "accessibility": "accessibility",
    "accessibility_for_disabilities": "accessibility",
    "required_documents": "required_documents",
    "service_areas": "service_areas",
    "cost_options": "cost_options",
    "funding": "funding",
    "programs": "programs",
    "organization_identifiers": "organization_identifiers",
    "additional_urls": "urls",
    "additional_websites": "urls",
    "capacities": "capacities",
    "attributes": "attributes",
    "service_attributes": "service_attributes",
    "other_attributes": "other_attributes",
    "metadata": "metadata",
}
"""The lists that HSDS nests; any other list or object is a field, and stays in what holds it."""

_SINGLES: Final = {
    "organization": ("organizations", "organization_id"),
    "service": ("services", "service_id"),
    "location": ("locations", "location_id"),
    "program": ("programs", "program_id"),
    "taxonomy_term": ("taxonomy_terms", "taxonomy_term_id"),
    "taxonomy_detail": ("taxonomies", "taxonomy_id"),
    "unit": ("units", "unit_id"),
}
_KEYS: Final = {
    "organizations": "organization_id",
    "services": "service_id",
    "locations": "location_id",
    "service_at_locations": "service_at_location_id",
    "contacts": "contact_id",
    "phones": "phone_id",
}
_ENVELOPES: Final = ("contents", "content", "items", "data", "results")
_SIGNS: Final[tuple[tuple[str, frozenset[str]], ...]] = (
    ("service_at_locations", frozenset({"service_id", "location_id"})),
    (
        "services",
        frozenset({
            "organization_id", "organization", "service_at_locations", "application_process", "status",
            "eligibility_description", "fees_description", "cost_options", "minimum_age", "program",
        }),
    ),
    (
        "organizations",
        frozenset({"website", "legal_status", "organization_identifiers", "services", "programs", "tax_id"}),
    ),
    ("locations", frozenset({"location_type", "latitude", "addresses", "transportation", "accessibility"})),
    ("taxonomy_terms", frozenset({"taxonomy_id", "taxonomy_detail", "parent_id", "taxonomy", "term_uri", "code"})),
    ("taxonomies", frozenset({"version", "uri"})),
)  # fmt: skip
_DEEPEST: Final = 12


def unnested(opened: Opened, file: str, document: Any) -> None:
    """Add every object of a document as a line of its own. Raises `FileRefused` when nothing in it is HSDS."""
    found = list(_objects(document, "", None))
    if not found:
        raise FileRefused("json_without_entries", name=file)
    walk = _Walk(opened, file)
    for place, table, each in found:
        if not isinstance(each, dict):
            raise FileRefused("json_without_entries", name=file)
        walk.add(each, table or _table_of(each, file), place, {}, 0)


def _objects(document: Any, place: str, table: str | None) -> Iterator[tuple[str, str | None, Any]]:
    if isinstance(document, list):
        for number, each in enumerate(document):
            yield f"{place}/{number}", table, each
        return
    if not isinstance(document, dict):
        return
    for envelope in _ENVELOPES:
        if isinstance(document.get(envelope), list) and "id" not in document:
            yield from _objects(document[envelope], f"{place}/{envelope}", table)
            return
    lists = {key: TABLES[key] for key, value in document.items() if key in TABLES and isinstance(value, list)}
    if lists and "id" not in document and "name" not in document:
        for key, name in lists.items():
            yield from _objects(document[key], f"{place}/{key}", name)
    else:
        yield place or "/", table, document


def _table_of(each: dict[str, Any], file: str) -> str:
    if {"service_id", "location_id"} <= each.keys():
        return "service_at_locations"
    scores = [(len(signs & each.keys()), table) for table, signs in _SIGNS[1:]]
    most, table = max(scores, key=lambda score: score[0])
    if most == 0 and not {"name", "description"} <= each.keys():
        raise FileRefused("json_without_entries", name=file)
    return table if most else "organizations"


class _Walk:
    """Goes down through one document. An object without an id gets one that holds in this file alone."""

    def __init__(self, opened: Opened, file: str) -> None:
        self._opened = opened
        self._file = file

    def add(self, each: dict[str, Any], table: str, place: str, links: dict[str, str], depth: int) -> str:
        if depth > _DEEPEST:
            raise FileRefused("json_broken", name=self._file)
        line = self._opened.add_line(self._file, place)
        key = str(each.get("id") or f"#{line}")
        part = Part(line, table, {**links, "id": key})
        self._opened.parts.append(part)
        for name, value in each.items():
            if name in _SINGLES and isinstance(value, dict):
                inner_table, reference = _SINGLES[name]
                part.values[reference] = self.add(value, inner_table, f"{place}/{name}", {}, depth + 1)
            elif name in _LISTS and isinstance(value, list) and all(isinstance(one, dict) for one in value):
                own = self._links(table, key)
                for number, one in enumerate(value):
                    inner = f"{place}/{name}/{number}"
                    self.add(one, _LISTS[name], inner, self._said(own, name, table, key), depth + 1)
            elif name != "id" and value is not None:
                part.values[name] = value
        return key

    def _links(self, table: str, key: str) -> dict[str, str]:
        return {_KEYS[table]: key} if table in _KEYS else {}

    def _said(self, own: dict[str, str], name: str, table: str, key: str) -> dict[str, str]:
        """How the inner object knows the outer one; an attribute hangs on any kind of object by its own field."""
        if name in ("attributes", "other_attributes", "metadata"):
            return {"link_id": key, "link_entity": table}
        return own
