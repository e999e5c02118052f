"""From entries to what HSDS 3.1's API answers: known fields only, nothing internal, nothing that tells a hidden place.

Pure. What is not in `shapes.py` is kept in the database and never served: nobody said that it may be seen.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, get_args, get_origin
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct, UnsetType

from services.referrals.social_map.merging import Merged
from services.referrals.social_map.shapes import SHAPES
from services.referrals.social_map.views import TOLD_OF_A_SECRET_PLACE, is_secret

INTERNAL: Final = frozenset(
    {"internal_notes", "referral_contact", "publication", "platform_tenant", "referral_form"}
)
"""Fields of the profile that are for the people of the platform alone."""

_BRUSSELS: Final = ZoneInfo("Europe/Brussels")
_LISTED: Final = (str, int, float, bool)
_NEEDED: Final[dict[str, dict[str, Any]]] = {
    "addresses": {"address_1": "", "city": "", "state_province": "", "postal_code": "", "country": "BE",
                  "address_type": "physical"},
    "organization_identifiers": {"identifier_type": "other"},
}  # fmt: skip
"""What HSDS asks of a child and a source left out."""


def served(entry: Merged) -> dict[str, Any]:
    """An entry with its own public fields and what lies inside it; nothing of other entries."""
    content = entry.content
    if is_secret(entry):
        content = {name: value for name, value in content.items() if name in TOLD_OF_A_SECRET_PLACE}
    answer: dict[str, Any] = {"id": str(entry.id), **_picked(content, SHAPES[entry.kind])}
    if entry.kind in {"organization", "taxonomy", "taxonomy_term"}:
        answer.setdefault("description", answer["name"])
    if entry.kind == "service":
        answer["last_modified"] = moment(entry.changed_at)
        if entry.assured_at is not None:
            answer["assured_date"] = entry.assured_at.astimezone(_BRUSSELS).date().isoformat()
    return {**answer, **points_at(entry)}


def points_at(entry: Merged) -> dict[str, str]:
    """What the entry points at, by HSDS's names."""
    return {name: str(value) for name, value in _REFERENCES[entry.kind](entry).items() if value is not None}


_REFERENCES: Final[dict[str, Callable[[Merged], dict[str, Any]]]] = {
    "organization": lambda entry: {"parent_organization_id": entry.parent_id},
    "service": lambda entry: {"organization_id": entry.organization_id},
    "location": lambda entry: {"organization_id": entry.organization_id},
    "service_at_location": lambda entry: {"service_id": entry.service_id, "location_id": entry.location_id},
    "taxonomy": lambda _: {},
    "taxonomy_term": lambda entry: {"taxonomy_id": entry.taxonomy_id, "parent_id": entry.parent_id},
}


def listed(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The one-to-one fields only, as lists have them."""
    return {name: value for name, value in answer.items() if isinstance(value, _LISTED)}


def moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def terms_in(answers: Iterable[Mapping[str, Any]]) -> set[str]:
    """The taxonomy terms that attributes point at, at any depth."""
    found: set[str] = set()
    for answer in answers:
        _each_attribute(answer, lambda attribute: found.add(str(attribute.get("taxonomy_term_id", ""))))
    return found - {""}


def with_terms(answer: Mapping[str, Any], terms: Mapping[str, Mapping[str, Any]]) -> None:
    """Put the whole term beside each id of one; a term that is not public leaves only its id."""

    def put(attribute: dict[str, Any]) -> None:
        term = terms.get(str(attribute.get("taxonomy_term_id", "")))
        if term is not None:
            attribute["taxonomy_term"] = term

    _each_attribute(answer, put)


def _each_attribute(value: Any, act: Callable[[dict[str, Any]], None]) -> None:
    if isinstance(value, Mapping):
        for name, each in value.items():
            if name == "attributes" and isinstance(each, list):
                for attribute in each:
                    act(attribute)
            else:
                _each_attribute(each, act)
    elif isinstance(value, list):
        for each in value:
            _each_attribute(each, act)


def _picked(content: Mapping[str, Any], shape: type[Struct]) -> dict[str, Any]:
    picked: dict[str, Any] = {}
    for field in msgspec.structs.fields(shape):
        if field.name not in content or field.name in INTERNAL:
            continue
        value = _picked_value(content[field.name], field.type, field.name)
        if value not in (None, "", [], {}):
            picked[field.name] = value
    return picked


def _picked_value(value: Any, kind: Any, name: str) -> Any:
    for inner in get_args(kind):
        if inner is UnsetType:
            continue
        if get_origin(inner) is list:
            return _picked_list(value, get_args(inner)[0], name)
        if isinstance(inner, type) and issubclass(inner, Struct):
            return _picked(value, inner)
    if isinstance(kind, type) and issubclass(kind, Struct):
        return _picked(value, kind)
    return value


def _picked_list(members: Any, shape: Any, name: str) -> list[Any]:
    if not (isinstance(shape, type) and issubclass(shape, Struct)):
        return list(members)
    if name == "contacts":
        members = [contact for contact in members if contact.get("public") is True]
    picked = [{**_NEEDED.get(name, {}), **_picked(member, shape)} for member in members]
    if name == "programs":
        picked = [{"description": program["name"], **program} for program in picked]
    return picked


def page_of(contents: list[dict[str, Any]], *, total: int, page: int, per_page: int) -> dict[str, Any]:
    """HSDS's envelope."""
    pages = max(1, -(-total // per_page))
    return {
        "total_items": total,
        "total_pages": pages,
        "page_number": page,
        "size": len(contents),
        "first_page": page == 1,
        "last_page": page >= pages,
        "empty": not contents,
        "contents": contents,
    }
