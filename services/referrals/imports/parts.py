"""What a file comes apart into: lines as people count them, and in each the HSDS rows that it holds. No I/O here."""

from typing import Any, Final

import msgspec

from shared.errors import Invalid


class FileRefused(Invalid):
    """The file as a whole cannot be read; the code of the field `file` or `mapping` says why."""

    code = "import_refused"

    def __init__(self, code: str, *, field: str = "file", **details: str) -> None:
        super().__init__({field: code}, details=details)


class Part(msgspec.Struct):
    """One HSDS row: its table by the name of version 3.1 or an older one's own, and what stands in it."""

    line: int
    table: str
    values: dict[str, Any]


class Line(msgspec.Struct, frozen=True):
    """What people find again in their file: a row of a table, or an object of a JSON document."""

    file: str
    place: str


class Finding(msgspec.Struct, frozen=True):
    """What was noticed at a line: why it could not come in whole, or what of it had to stay behind."""

    line: int
    code: str
    field: str = ""


class Opened(msgspec.Struct):
    """A file that could be read. `unmapped` are its columns that no mapping speaks of, by file."""

    format: str = ""
    lines: list[Line] = []
    parts: list[Part] = []
    findings: list[Finding] = []
    unmapped: dict[str, list[str]] = {}

    def add_line(self, file: str, place: str) -> int:
        self.lines.append(Line(file, place))
        return len(self.lines) - 1


TOP: Final = {
    "organizations": "organization",
    "services": "service",
    "locations": "location",
    "service_at_locations": "service_at_location",
    "taxonomies": "taxonomy",
    "taxonomy_terms": "taxonomy_term",
}
"""The tables whose rows become entries, and the kind of each."""

_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "organizations": ("organization",),
    "services": ("service",),
    "locations": ("location",),
    "service_at_locations": ("service_at_location", "services_at_location", "services_at_locations"),
    "taxonomies": ("taxonomy",),
    "taxonomy_terms": ("taxonomy_term",),
    "addresses": ("address",),
    "postal_addresses": ("postal_address",),
    "physical_addresses": ("physical_address",),
    "phones": ("phone",),
    "contacts": ("contact",),
    "languages": ("language",),
    "schedules": ("schedule",),
    "regular_schedules": ("regular_schedule",),
    "holiday_schedules": ("holiday_schedule",),
    "accessibility": ("accessibility_for_disabilities", "accessibilities"),
    "required_documents": ("required_document",),
    "payments_accepted": ("payment_accepted",),
    "eligibility": ("eligibilities",),
    "funding": ("fundings",),
    "programs": ("program",),
    "service_areas": ("service_area",),
    "service_taxonomies": ("service_taxonomy", "services_taxonomy", "services_taxonomies"),
    "service_attributes": ("service_attribute",),
    "other_attributes": ("other_attribute",),
    "attributes": ("attribute",),
    "cost_options": ("cost_option",),
    "organization_identifiers": ("organization_identifier",),
    "urls": ("url",),
    "units": ("unit",),
    "capacities": ("service_capacity", "service_capacities", "capacity"),
    "metadata": (),
    "meta_table_descriptions": ("meta_table_description",),
}
TABLES: Final = {name: table for table, others in _NAMES.items() for name in (table, *others)}
"""Every name that a version of HSDS gave to a table, and the one that it has here."""


def text_of(value: Any) -> str:
    """A cell as text without the space around it; nothing for what is not there."""
    if value is None:
        return ""
    return value.strip() if isinstance(value, str) else str(value)
