"""What the social map holds: entries in HSDS 3.1's words, in the shared layer and in a tenant's own. No I/O here."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Boolean, DateTime, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base
from shared.tenancy import PLATFORM_SCHEMA

EDITORIAL_TENANT: Final = "sociale_kaart"
"""The one tenant whose own layer is everybody's: the platform's editors. The database lets no other write it."""

KINDS: Final = (
    "organization",
    "service",
    "location",
    "service_at_location",
    "taxonomy",
    "taxonomy_term",
)
"""What has an address of its own in HSDS 3.1; all else (phones, schedules, languages) lies inside one of these."""


EDITORS: Final = "editors"
"""The source of what a person typed here, in whichever layer."""

REFERENCES: Final = ("organization_id", "service_id", "location_id", "taxonomy_id", "parent_id")
"""The columns in which an entry points at others."""


class Layer(StrEnum):
    """Whose an entry is."""

    SHARED = "shared"
    OWN = "own"


def layer_of(tenant: str) -> Layer:
    """Where what this tenant writes comes to stand."""
    return Layer.SHARED if tenant == EDITORIAL_TENANT else Layer.OWN


class Entry:
    """One object of HSDS 3.1.

    `content` holds its own fields and what lies inside it (phones, schedules, service areas, languages, accessibility,
    cost options, required documents, contacts, capacities, attributes), each with an `id`; what it points at stands in
    the columns, never in `content`. `source` names where it came from (`editors`, `import:<name>`) and `source_id` what
    it is called there.
    """

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    organization_id: Mapped[UUID | None] = mapped_column(Uuid)
    service_id: Mapped[UUID | None] = mapped_column(Uuid)
    location_id: Mapped[UUID | None] = mapped_column(Uuid)
    taxonomy_id: Mapped[UUID | None] = mapped_column(Uuid)
    parent_id: Mapped[UUID | None] = mapped_column(Uuid)
    source: Mapped[str] = mapped_column(Text)
    source_id: Mapped[str] = mapped_column(Text)
    merged_into: Mapped[UUID | None] = mapped_column(Uuid)
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    assured_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    assured_by: Mapped[str] = mapped_column(Text)
    check_months: Mapped[int] = mapped_column(Integer)
    version: Mapped[int] = mapped_column(Integer)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    changed_by: Mapped[UUID | None] = mapped_column(Uuid)


class SharedEntry(Entry, Base):
    """Read by every tenant, written by the editorial office."""

    __tablename__ = "map_entries"
    __table_args__ = {"schema": PLATFORM_SCHEMA}  # noqa: RUF012 - SQLAlchemy's way to say it


class OwnEntry(Entry, Base):
    """A tenant's own."""

    __tablename__ = "map_entries"


class Change:
    """HSDS's metadata: what became of one field, when, by whom."""

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(Uuid)
    kind: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    action: Mapped[str] = mapped_column(Text)
    field: Mapped[str] = mapped_column(Text)
    before: Mapped[Any | None] = mapped_column(JSONB)
    after: Mapped[Any | None] = mapped_column(JSONB)
    by: Mapped[UUID | None] = mapped_column(Uuid)
    source: Mapped[str] = mapped_column(Text)


class SharedChange(Change, Base):
    __tablename__ = "map_changes"
    __table_args__ = {"schema": PLATFORM_SCHEMA}  # noqa: RUF012 - SQLAlchemy's way to say it


class OwnChange(Change, Base):
    __tablename__ = "map_changes"


class Overlay(Base):
    """What a tenant says otherwise of a shared entry: fields in place of the shared ones, a note, or not to show it."""

    __tablename__ = "map_overlays"

    entry_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    fields: Mapped[dict[str, Any]] = mapped_column(JSONB)
    note: Mapped[str] = mapped_column(Text)
    hidden: Mapped[bool] = mapped_column(Boolean)
    version: Mapped[int] = mapped_column(Integer)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    changed_by: Mapped[UUID] = mapped_column(Uuid)


ENTRIES: Final[dict[Layer, type[SharedEntry] | type[OwnEntry]]] = {
    Layer.SHARED: SharedEntry,
    Layer.OWN: OwnEntry,
}
CHANGES: Final[dict[Layer, type[SharedChange] | type[OwnChange]]] = {
    Layer.SHARED: SharedChange,
    Layer.OWN: OwnChange,
}


def tables_of(layer: Layer) -> tuple[str, str]:
    """The layer's tables of entries and of changes, for statements that write many rows at once."""
    prefix = f"{PLATFORM_SCHEMA}." if layer is Layer.SHARED else ""
    return f"{prefix}map_entries", f"{prefix}map_changes"
