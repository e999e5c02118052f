"""What referrals accepts and answers about entries of the social map: look, edit, say otherwise, assure, publish."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

Kind = Literal["organization", "service", "location", "service_at_location"]
Months = Annotated[int, Meta(ge=1, le=60)]
Language = Literal["nl", "fr", "de", "en"]


NAMED_AREA = "place"
"""The `extent_type` of a service area that somebody named: the service finds its code, and never keeps it so."""


class Freshness(msgspec.Struct, frozen=True, kw_only=True):
    """`state`: fresh, to_check (nobody looked in time, or ever), stale (and long ago). `by` is a user or an address."""

    state: str
    assured_at: datetime | None
    by: str
    due_on: date | None
    check_months: int


class FieldSource(msgspec.Struct, frozen=True):
    """Whose word a field is: layer `shared` or `own`, `source` as `editors` or `import:<name>`, and since when."""

    layer: str
    source: str
    at: datetime | None = None


class EntryView(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as this tenant sees it, in HSDS 3.1's words with the Belgian profile.

    `shared` is the shared layer's content beneath what the tenant says otherwise. `may`: `edit` the entry itself, or
    `overlay` it with an own word; empty for who only reads. `overlay_version` is 0 when there is no own word.
    """

    entry_id: UUID
    kind: str
    layer: str
    content: dict[str, Any]
    version: int
    freshness: Freshness
    changed_at: datetime
    organization_id: UUID | None = None
    service_id: UUID | None = None
    location_id: UUID | None = None
    shared: dict[str, Any] = {}
    overlaid: list[str] = []
    note: str = ""
    hidden: bool = False
    withdrawn: bool = False
    overlay_version: int = 0
    may: str = ""
    sources: dict[str, FieldSource] = {}


class PlaceView(msgspec.Struct, frozen=True):
    """A service at a location; the location is missing when it is not shown."""

    at_location: EntryView
    location: EntryView | None


class MapService(msgspec.Struct, frozen=True, kw_only=True):
    service: EntryView
    organization: EntryView | None
    places: list[PlaceView]
    rubrics: list[str]


class MapOrganization(msgspec.Struct, frozen=True, kw_only=True):
    organization: EntryView
    services: list[EntryView]
    locations: list[EntryView]


class Rubric(msgspec.Struct, frozen=True, kw_only=True):
    """A rubric in which a service can stand. `path` names those above it and itself, the highest first."""

    term_id: UUID
    path: list[str]


class EntryChange(msgspec.Struct, frozen=True, kw_only=True):
    """`field` is empty for what happened to the whole entry. Values are shown, whoever may look."""

    at: datetime
    action: str
    field: str
    before: Any
    after: Any
    by: UUID | None
    source: str
    layer: str


class EntryLine(msgspec.Struct, frozen=True, kw_only=True):
    entry_id: UUID
    kind: str
    layer: str
    name: str
    organization: str
    freshness: Freshness
    may: str


class EntriesToCheck(msgspec.Struct, frozen=True):
    """Those that nobody ever looked at by name, then the longest overdue; `total` counts all pages."""

    entries: list[EntryLine]
    total: int
    offset: int = 0


class SaveEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole content as it should become. `version` is the one that was seen; 0 for a new entry."""

    kind: Kind
    content: dict[str, Any]
    version: int = 0
    organization_id: UUID | None = None
    service_id: UUID | None = None
    location_id: UUID | None = None


class SaveOverlay(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the tenant says otherwise of a shared entry. A field that is null is left out; none: as it is shared."""

    fields: dict[str, Any]
    note: Annotated[str, Meta(max_length=4000)] = ""
    hidden: bool = False
    version: int = 0


class AddPlace(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A location, and that a service is given there."""

    content: dict[str, Any]


class AssureEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody looked, and it is right."""

    version: int
    check_months: Months | None = None


class WithdrawEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    version: int


class EntryRef(msgspec.Struct, frozen=True):
    entry_id: UUID


class PublicationView(msgspec.Struct, frozen=True, kw_only=True):
    """`scope`: nothing, own or all. `fixed` for the editorial office, which shows the shared layer always."""

    scope: str
    fixed: bool
    changed_at: datetime | None = None
    changed_by: UUID | None = None


class ChoosePublication(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    scope: Literal["nothing", "own", "all"]
