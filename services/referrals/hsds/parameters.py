"""What a reader of the public map may ask for, from an address or from a body. Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from shared.errors import Invalid

PER_PAGE: Final = 50
MOST_PER_PAGE: Final = 1000
MOST_PAGES: Final = 100_000

_MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?\Z")
Short = Annotated[str, Meta(max_length=200)]


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """HSDS's parameters. A `postcode` is best sent in a body: an address is kept by browsers and proxies."""

    search: Short = ""
    page: Annotated[int, Meta(ge=1, le=MOST_PAGES)] = 1
    per_page: Annotated[int, Meta(ge=1, le=MOST_PER_PAGE)] = PER_PAGE
    format: Literal["json", "ndjson"] = "json"
    taxonomy_term_id: UUID | None = None
    taxonomy_id: UUID | None = None
    organization_id: UUID | None = None
    parent_id: UUID | None = None
    top_only: bool = False
    modified_after: Annotated[str, Meta(max_length=64)] | None = None
    minimal: bool = False
    full: bool = False
    full_service: bool = False
    postcode: Annotated[str, Meta(max_length=12)] = ""
    proximity: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None


FIELDS: Final = {field.name: field.type for field in msgspec.structs.fields(Asked)}


def asked_of(query: Mapping[str, str], body: Mapping[str, Any]) -> Asked:
    """The question; what stands in the body goes before what stands in the address. Raises `Invalid`."""
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {name: "unknown_field" for name in body if name not in FIELDS}
    for name, kind in FIELDS.items():
        try:
            if name in body and body[name] is None:
                wrong[name] = "wrong"
            elif name in body:
                said = body[name]
                # 50.0 is a whole number to JSON
                whole = isinstance(said, float) and said.is_integer()
                values[name] = msgspec.convert(int(said) if whole else said, kind)
            elif name in query:
                values[name] = msgspec.convert(query[name], kind, strict=False)
                if values[name] is None:
                    wrong[name] = "wrong"
        except msgspec.ValidationError:
            wrong[name] = "wrong"
    wrong |= {name: "wrong" for name, value in values.items() if isinstance(value, str) and "\x00" in value}
    if wrong:
        raise Invalid(wrong)
    asked = Asked(**values)
    since(asked)
    return asked


def since(asked: Asked) -> datetime | None:
    """`modified_after` as a moment: a day, or a time with its zone (UTC when it says none). Raises `Invalid`."""
    if asked.modified_after is None:
        return None
    # a plus in an address arrives as a space
    said = asked.modified_after.upper().replace(" ", "+").replace(":60", ":59")
    if not _MOMENT.match(said):
        raise Invalid({"modified_after": "wrong"})
    try:
        at = datetime.fromisoformat(said)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except ValueError:
        raise Invalid({"modified_after": "wrong"}) from None
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC) if said.startswith("0") else datetime.max.replace(tzinfo=UTC)
