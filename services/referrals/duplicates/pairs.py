"""Which entries look like one, how much, and why. Pure: what is compared comes in, pairs go out."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, Final
from uuid import UUID

import msgspec
from rapidfuzz import fuzz

_LEAST: Final = 70
_CERTAIN: Final = 100
_ALIKE: Final = 88
_SAME_NAME: Final = 100
_NAME_WEIGHT: Final = 0.6
_SAME_NAME_WEIGHT: Final = 15
_SAME: Final = {"same_phone": 20, "same_email": 20, "same_website": 10, "same_address": 20}
_OTHER_OWNER: Final = 30
_OTHER_ADDRESS: Final = 25
_CROWD: Final = 40
"""More entries than this with the same thing say nothing by it: a switchboard's number, the word OCMW."""
_PREFIX: Final = 5
_WORD: Final = re.compile(r"[a-z0-9]+")
_NO_DIGIT: Final = re.compile(r"\D")
_FEWEST_DIGITS: Final = 6


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """What of an entry is compared, each made plain: no accents, no capitals, digits only."""

    id: UUID
    kind: str
    name: str
    shown: str
    owner: UUID | None
    kbo: frozenset[str]
    phones: frozenset[str]
    emails: frozenset[str]
    websites: frozenset[str]
    addresses: frozenset[str]


class Pair(msgspec.Struct, frozen=True):
    """Two candidates that may be one, from 0 to 100, with the codes of the reasons."""

    first: Candidate
    second: Candidate
    score: int
    reasons: list[str]


def plain(text: str) -> str:
    """Without accents, capitals and signs."""
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower().replace(".", "")
    return " ".join(_WORD.findall(bare))


def candidate_of(row: Mapping[str, Any], content: Mapping[str, Any]) -> Candidate:
    """What of an entry is compared."""
    phones = list(_texts(content, "phones", "number"))
    for contact in _members(content, "contacts"):
        phones += list(_texts(contact, "phones", "number"))
    return Candidate(
        id=row["id"],
        kind=row["kind"],
        name=plain(str(content.get("name", ""))),
        shown=str(content.get("name", "")),
        owner=row["organization_id"],
        kbo=frozenset(
            _NO_DIGIT.sub("", str(each.get("identifier", "")))
            for each in _members(content, "organization_identifiers")
            if each.get("identifier_scheme") == "BE-KBO"
        ),
        phones=frozenset(filter(None, map(_digits, phones))),
        emails=_lowered([str(content.get("email", ""))]),
        websites=_lowered(_site(str(content.get(field, ""))) for field in ("website", "url")),
        addresses=frozenset(
            key
            for each in _members(content, "addresses")
            if (key := plain(f"{each.get('address_1', '')} {each.get('postal_code', '')}"))
            and any(sign.isdigit() for sign in str(each.get("address_1", "")))
        ),
    )


def said(value: Any) -> Any:
    """What a field says, without the ids of what lies in it: those tell two entries apart and nothing else."""
    if isinstance(value, Mapping):
        return {name: said(each) for name, each in value.items() if name != "id"}
    return [said(each) for each in value] if isinstance(value, list) else value


def likeness(one: Candidate, other: Candidate) -> tuple[int, list[str]]:
    """How much two look like one, and why."""
    if one.kbo and other.kbo:
        if one.kbo & other.kbo:
            return _CERTAIN, ["same_kbo"]
        return 0, []
    ratio = fuzz.token_sort_ratio(one.name, other.name)
    score = ratio * _NAME_WEIGHT
    reasons = []
    if ratio >= _SAME_NAME:
        score += _SAME_NAME_WEIGHT
        reasons.append("same_name")
    elif ratio >= _ALIKE:
        reasons.append("name_alike")
    for reason, ours, theirs in (
        ("same_phone", one.phones, other.phones),
        ("same_email", one.emails, other.emails),
        ("same_website", one.websites, other.websites),
        ("same_address", one.addresses, other.addresses),
    ):
        if ours & theirs:
            score += _SAME[reason]
            reasons.append(reason)
    if one.addresses and other.addresses and not one.addresses & other.addresses:
        score -= _OTHER_ADDRESS
    if one.kind in {"service", "location"} and one.owner and other.owner and one.owner != other.owner:
        score -= _OTHER_OWNER
    return max(0, min(round(score), _CERTAIN - 1)), reasons


def pairs_of(candidates: Sequence[Candidate], distinct: Collection[tuple[UUID, UUID]]) -> list[Pair]:
    """Every pair that may be one, the surest first. Only those are compared that share something rare."""
    by_id = {each.id: each for each in candidates}
    found = []
    for first, second in _worth_comparing(candidates):
        if (first, second) in distinct:
            continue
        score, reasons = likeness(by_id[first], by_id[second])
        if score >= _LEAST and reasons:
            found.append(Pair(by_id[first], by_id[second], score, reasons))
    return sorted(found, key=lambda each: (-each.score, each.first.name, each.first.id, each.second.id))


def _worth_comparing(candidates: Iterable[Candidate]) -> set[tuple[UUID, UUID]]:
    sharing: dict[tuple[str, str, str], list[UUID]] = defaultdict(list)
    for each in candidates:
        for key in _keys(each):
            sharing[each.kind, *key].append(each.id)
    return {
        (min(pair), max(pair))
        for ids in sharing.values()
        if 1 < len(ids) <= _CROWD
        for pair in combinations(sorted(set(ids)), 2)
    }


def _keys(each: Candidate) -> Iterator[tuple[str, str]]:
    yield from (("kbo", value) for value in each.kbo)
    yield from (("phone", value) for value in each.phones)
    yield from (("email", value) for value in each.emails)
    yield from (("address", value) for value in each.addresses)
    if each.name:
        yield "name", each.name
        yield from (("word", word[:_PREFIX]) for word in set(each.name.split()) if len(word) >= _PREFIX)


def _members(content: Mapping[str, Any], field: str) -> list[Mapping[str, Any]]:
    found = content.get(field)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _texts(content: Mapping[str, Any], field: str, inner: str) -> Iterator[str]:
    yield from (str(each.get(inner, "")) for each in _members(content, field))


def _digits(number: str) -> str:
    """The number as it is dialled inside Belgium, so that +32 53 and 053 are the same."""
    digits = _NO_DIGIT.sub("", number)
    for prefix in ("0032", "32"):
        if number.strip().startswith(("+32", "0032")) and digits.startswith(prefix):
            digits = "0" + digits.removeprefix(prefix)
            break
    return digits if len(digits) >= _FEWEST_DIGITS else ""


def _site(url: str) -> str:
    return re.sub(r"^https?://(www\.)?", "", url.strip().lower()).rstrip("/")


def _lowered(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(text.strip().lower() for text in texts if text.strip())
