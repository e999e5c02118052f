"""What may stand in an entry: HSDS 3.1's fields and those of the Belgian profile, a code for each that is wrong.

Fields that nobody here knows are kept as they are. Pure: no database, no clock.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin
from uuid import UUID, uuid5

import msgspec
from msgspec import Struct, UnsetType
from stdnum.be import vat

from services.referrals.social_map.models import KINDS
from services.referrals.social_map.shapes import SHAPES

LANGUAGES: Final = ("nl", "fr", "de", "en")
BELGIAN_AREAS: Final = ("nis", "postal_code", "wijk", "police_zone", "first_line_zone")
"""The kinds of area that the profile adds to HSDS's `extent_type`; `extent` is then the area's code."""

KBO: Final = "BE-KBO"
"""The `identifier_scheme` of an enterprise number (org-id.guide)."""

CHILDREN: Final = frozenset({
    "accessibility", "additional_urls", "additional_websites", "addresses", "attributes", "capacities", "contacts",
    "cost_options", "eligibility", "funding", "languages", "organization_identifiers", "phones", "programs",
    "required_documents", "schedules", "service_areas",
})  # fmt: skip
"""Lists whose members have an `id`; a member that came without gets one that is the same each time."""

_SINGLE: Final = frozenset({"unit"})
_AREA_CODES: Final = {"nis": re.compile(r"\d{5}\Z"), "postal_code": re.compile(r"\d{4}\Z")}
_KBO_DIGITS = 10
_NO_DIGIT = re.compile(r"\D")


_EMPTY, _NULL, _NUL = b'""', b"null", b"\\u0000"
"""An empty text, nothing, and the sign that no PostgreSQL keeps, as JSON writes them."""
_DEFAULTS: Final[dict[str, dict[str, str]]] = {
    "service": {"status": "active"},
    "location": {"location_type": "physical"},
}


def wrong_fields(kind: str, content: Mapping[str, Any]) -> dict[str, str]:
    """A code for each field that cannot stay as it is, by its path (`phones.0.number`); empty when all is well."""
    if kind not in KINDS:
        return {"kind": "not_a_choice"}
    found = {} if _fits(kind, content) else dict(_wrong(content, SHAPES[kind], ""))
    found |= dict(_wrong_areas(content))
    found |= dict(_wrong_numbers(content))
    if not _is_plain(content, _NUL):
        found |= dict(_unkeepable(content, ""))
    return found


def _fits(kind: str, content: Mapping[str, Any]) -> bool:
    """Nothing is wrong, seen at one glance; without it each field has to be looked at, which takes far longer."""
    if not _is_plain(content, _EMPTY, _NULL):
        return False
    try:
        msgspec.convert(content, SHAPES[kind])
    except msgspec.ValidationError:
        return False
    return True


def _is_plain(content: Mapping[str, Any], *signs: bytes) -> bool:
    """None of these signs stands anywhere in it."""
    try:
        written = msgspec.json.encode(content)
    except (TypeError, ValueError):
        return False
    return not any(sign in written for sign in signs)


def tidy(kind: str, entry_id: UUID, content: Mapping[str, Any]) -> dict[str, Any]:
    """The content as it is kept: without what is empty, with an id for each child, and HSDS's required defaults."""
    kept = {**_DEFAULTS.get(kind, {}), **{key: value for key, value in content.items() if key != "id"}}
    if isinstance(kept.get("addresses"), list):
        kept["addresses"] = [_typed(each) for each in kept["addresses"]]
    return _identified(_filled(kept), entry_id)


def _typed(address: Any) -> Any:
    """HSDS asks of what kind an address is; most sources mean where the door is."""
    return (
        {**address, "address_type": address.get("address_type") or "physical"}
        if isinstance(address, dict)
        else address
    )


def _wrong(value: Any, shape: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(shape, type) and issubclass(shape, Struct):
        if not isinstance(value, Mapping):
            yield path, "wrong_type"
            return
        for name, inner_shape, required in _fields(shape):
            inner = f"{path}.{name}" if path else name
            if name in value and value[name] not in (None, ""):
                yield from _wrong(value[name], inner_shape, inner)
            elif required:
                yield inner, "required"
    elif get_origin(shape) is list:
        if not isinstance(value, list):
            yield path, "wrong_type"
            return
        for place, each in enumerate(value):
            yield from _wrong(each, get_args(shape)[0], f"{path}.{place}")
    else:
        try:
            msgspec.convert(value, shape)
        except msgspec.ValidationError as refused:
            yield path, _code(str(refused), shape)


@cache
def _fields(shape: type[Struct]) -> list[tuple[str, Any, bool]]:
    """The name, type and need of each field: asked for every entry of an import, and slow to find out."""
    return [(field.name, _known(field.type), field.required) for field in msgspec.structs.fields(shape)]


def _known(shape: Any) -> Any:
    """The type of a field without the possibility that it is not there."""
    if get_origin(shape) not in (Union, UnionType):
        return shape
    left = [each for each in get_args(shape) if each is not UnsetType]
    return left[0] if len(left) == 1 else Union[tuple(left)]  # noqa: UP007 - made of a list


def _code(message: str, shape: Any) -> str:
    if "matching regex" in message:
        return str(next(each.extra["code"] for each in shape.__metadata__ if each.extra))
    if "of length" in message:
        return "too_long" if "<=" in message else "too_short"
    if "enum value" in message:
        return "not_a_choice"
    return "out_of_range" if ">=" in message or "<=" in message else "wrong_type"


def _wrong_areas(content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for place, area in enumerate(_list(content.get("service_areas"))):
        pattern = _AREA_CODES.get(str(area.get("extent_type", "")))
        if pattern and not pattern.match(str(area.get("extent", ""))):
            yield f"service_areas.{place}.extent", "area_code_wrong"


def _wrong_numbers(content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for place, each in enumerate(_list(content.get("organization_identifiers"))):
        if each.get("identifier_scheme") == KBO and not kbo_valid(str(each.get("identifier", ""))):
            yield f"organization_identifiers.{place}.identifier", "kbo_wrong"


def _unkeepable(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Texts that no PostgreSQL can hold, in fields that nobody knows too."""
    if isinstance(value, str):
        if "\x00" in value:
            yield path, "text_wrong"
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from _unkeepable(each, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from _unkeepable(each, f"{path}.{place}")


def kbo_valid(number: str) -> bool:
    """Ten digits of which the last two follow from the others; an establishment unit number begins with 2 to 8."""
    digits = _NO_DIGIT.sub("", number)
    return len(digits) == _KBO_DIGITS and bool(vat.is_valid(digits))


def _list(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _filled(value: Any, key: str = "") -> Any:
    """Without null, empty texts, lists and objects; in HSDS's metadata an empty value says something."""
    if key == "metadata":
        return value
    # `dict` and not `Mapping`, which takes ten times as long to find out
    if isinstance(value, dict):
        kept = {}
        for name, each in value.items():
            inner = _filled(each, name) if isinstance(each, dict | list) else each
            if inner is not None and inner not in ("", [], {}):
                kept[name] = inner
        return kept
    if isinstance(value, list):
        inner = [_filled(each) if isinstance(each, dict | list) else each for each in value]
        return [each for each in inner if each is not None and each not in ("", {})]
    return value


def _identified(content: dict[str, Any], parent: UUID) -> dict[str, Any]:
    return {
        key: _with_ids(key, [value], parent)[0] if key in _SINGLE else _with_ids(key, value, parent)
        for key, value in content.items()
    }


def _with_ids(key: str, members: Any, parent: UUID) -> Any:
    if not isinstance(members, list) or key not in CHILDREN | _SINGLE:
        return members
    taken: dict[str, int] = {}
    identified = []
    for member in members:
        if not isinstance(member, dict):
            identified.append(member)
            continue
        own = member.get("id")
        if own is None:
            said = msgspec.json.encode(member, order="deterministic").decode()
            taken[said] = taken.get(said, 0) + 1
            own = str(uuid5(parent, f"{key}:{taken[said]}:{said}"))
        named = {"id": str(own), **{name: value for name, value in member.items() if name != "id"}}
        identified.append(_identified(named, UUID(str(own))))
    return identified
