"""From a service and what belongs to it to the one row by which it is found. Pure: no database, no clock."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from msgspec import Struct

from services.referrals.geography.belgium import Belgium, Spot
from services.referrals.geography.folding import folded
from services.referrals.social_map.eligibility import Rule
from services.referrals.social_map.open_hours import is_of_other_days, week_of

LANGUAGES: Final = ("nl", "fr", "de", "en")
_NOT_FOUND: Final = frozenset({"inactive", "defunct"})
_LONGEST: Final = 6000
_SUMMARY: Final = 280
_SHORTEST_WORD: Final = 4
_LONGEST_WORD: Final = 40
_SMALL_WORDS: Final = {
    language: frozenset(words.split())
    for language, words in {
        "nl": "de het een en van voor met aan bij die wie niet of zijn worden naar ook tot uit",
        "fr": "le la les des une et pour avec dans qui que sur aux est vous nous par ou votre",
        "de": "der die das und fur mit ein eine von zu den auf ist nicht sie bei oder werden",
        "en": "the and for with who that are you your this from our can not all have to of",
    }.items()
}


class Part(NamedTuple):
    """An entry as far as finding needs it."""

    id: UUID
    content: Mapping[str, Any]
    parent_id: UUID | None = None


class Belonging(NamedTuple):
    """What a service is found by beside itself. `terms` holds its rubrics and all above them."""

    organization: Part | None
    at: Sequence[tuple[Part, Part | None]]
    """Each service at location, with the location."""
    terms: Mapping[UUID, Part]


class CardRubric(Struct, frozen=True):
    term_id: UUID
    names: dict[str, str]


class CardPhone(Struct, frozen=True, omit_defaults=True):
    number: str
    description: str = ""


class CardPlace(Struct, frozen=True, omit_defaults=True):
    location_id: UUID
    line: str = ""
    municipality: str = ""
    latitude: float | None = None
    longitude: float | None = None
    precision: str = ""
    hidden: bool = False


class CardCapacity(Struct, frozen=True, omit_defaults=True):
    available: int
    maximum: int | None = None
    updated: str = ""
    unit: str = ""


class Card(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything that a result shows of a service; texts by language, as they were first written under ""."""

    names: dict[str, str]
    summaries: dict[str, str] = {}
    alerts: dict[str, str] = {}
    applications: dict[str, str] = {}
    application_ways: list[str] = []
    organization: dict[str, str] = {}
    platform_tenant: str = ""
    rubrics: list[CardRubric] = []
    phones: list[CardPhone] = []
    email: str = ""
    url: str = ""
    places: list[CardPlace] = []
    schedules: list[dict[str, Any]] = []
    always_open: bool = False
    closed: bool = False
    rules: list[Rule] = []
    capacity: CardCapacity | None = None
    waiting_weeks: int | None = None
    waiting_text: str = ""


class Row(Struct, frozen=True, kw_only=True):
    """What `search_index` stores. `texts` are by weight (a to d) and language; "" is the base of unknown language."""

    name: str
    texts: dict[str, str]
    words: list[str]
    rubrics: list[UUID]
    groups: list[str]
    languages: list[str]
    areas: list[str]
    minimum_age: float | None
    maximum_age: float | None
    wheelchair: bool | None
    available: int | None
    open_week: str | None
    card: Card


def row_of(service: Part, belongs: Belonging, map_of: Belgium) -> Row | None:
    """None for a service that works no more."""
    content = service.content
    if content.get("status") in _NOT_FOUND:
        return None
    places = [place_of(location, map_of) for _, location in belongs.at if location is not None]
    spots = [spot for _, spot in places if spot is not None]
    schedules = _schedules(content, belongs)
    always = bool(content.get("always_open"))
    rules = list(rules_of(content))
    rubrics = _rubrics(content, belongs)
    capacity = _capacity(content)
    closed = content.get("status") == "temporarily closed"
    week = None if closed else week_of(schedules, always=always)
    organization = belongs.organization.content if belongs.organization else {}
    names = _said(content, "name")
    ages = [rule for rule in rules if rule.kind == "age" and not rule.excludes]
    texts = _texts(content, organization, rubrics, belongs, spots, map_of)
    return Row(
        name=folded(names[""]),
        texts=texts,
        words=sorted(
            {
                word
                for text in texts.values()
                for word in text.split()
                if _SHORTEST_WORD <= len(word) <= _LONGEST_WORD and word.isalpha()
            }
        ),
        rubrics=[term.id for term in rubrics],
        groups=sorted({str(each) for each in content.get("target_groups", [])}),
        languages=sorted(_languages(content, belongs)),
        areas=areas_of(content, belongs, map_of),
        minimum_age=max((each.minimum for each in ages if each.minimum is not None), default=None),
        maximum_age=min((each.maximum for each in ages if each.maximum is not None), default=None),
        wheelchair=_wheelchair(belongs),
        available=None if capacity is None else capacity.available,
        open_week=None if week is None else "{" + ",".join(f"[{start},{end})" for start, end in week) + "}",
        card=Card(
            names=names,
            summaries={each: _shortened(text) for each, text in _said(content, "description").items()},
            alerts=_said(content, "alert"),
            applications=_said(content, "application_process"),
            application_ways=[str(each) for each in content.get("application_ways", [])],
            organization=_said(organization, "name"),
            platform_tenant=str(organization.get("platform_tenant", "")),
            rubrics=[
                CardRubric(term.id, _said(term.content, "name")) for term in _own_terms(content, belongs)
            ],
            phones=_phones(content, belongs),
            email=str(content.get("email") or organization.get("email") or ""),
            url=str(content.get("url") or organization.get("website") or ""),
            places=[place for place, _ in places],
            schedules=schedules,
            always_open=always,
            closed=closed,
            rules=rules,
            capacity=capacity,
            waiting_weeks=content.get("waiting_time", {}).get("weeks"),
            waiting_text=str(content.get("wait_time", "")),
        ),
    )


def place_of(location: Part, map_of: Belgium) -> tuple[CardPlace, Spot | None]:
    """Where a location is: its source's point, else the middle of its municipality; a hidden one tells neither."""
    content = location.content
    spot = _spot(content, map_of)
    if content.get("hidden_address"):
        return CardPlace(location.id, hidden=True), None
    address: Mapping[str, Any] = next(iter(content.get("addresses", [])), {})
    street = ", ".join(str(address[name]) for name in ("address_1", "address_2") if address.get(name))
    town = " ".join(str(address[name]) for name in ("postal_code", "city") if address.get(name))
    return (
        CardPlace(
            location.id,
            line=", ".join(each for each in (street, town) if each),
            municipality=map_of.name_of(f"nis:{spot.municipality}") if spot and spot.municipality else "",
            latitude=None if spot is None else spot.latitude,
            longitude=None if spot is None else spot.longitude,
            precision="" if spot is None else "address" if spot.precision == "point" else spot.precision,
        ),
        spot,
    )


def _spot(content: Mapping[str, Any], map_of: Belgium) -> Spot | None:
    latitude, longitude = content.get("latitude"), content.get("longitude")
    if latitude is not None and longitude is not None:
        return map_of.at(float(latitude), float(longitude))
    if content.get("wijk"):
        found = map_of.named(f"wijk:{content['wijk']}")
        if found:
            return found
    if content.get("nis_code"):
        found = map_of.named(f"nis:{content['nis_code']}")
        if found:
            return found
    for address in content.get("addresses", []):
        code, city = str(address.get("postal_code", "")).strip(), str(address.get("city", "")).strip()
        abroad = str(address.get("country", "BE")).upper() not in {
            "BE",
            "BEL",
            "BELGIUM",
            "BELGIË",
            "BELGIQUE",
        }
        if abroad:
            continue
        found = map_of.of_postal_code(code, beside=city) or (map_of.municipality_of(city) if city else None)
        if found:
            return found
    return None


def rules_of(content: Mapping[str, Any]) -> Iterator[Rule]:
    """The rules of a service: HSDS's two ages, the profile's eligibility, and that somebody must refer."""
    given = content.get("eligibility", [])
    if not any(each.get("kind") == "age" for each in given):
        minimum, maximum = content.get("minimum_age"), content.get("maximum_age")
        if minimum or maximum is not None:
            yield Rule(kind="age", minimum=minimum, maximum=maximum)
    for each in given:
        values = [str(value) for value in each.get("values", [])]
        yield Rule(
            kind=str(each.get("kind", "condition")),
            minimum=each.get("minimum"),
            maximum=each.get("maximum"),
            values=[area_code(value) for value in values] if each.get("kind") == "area" else values,
            excludes=bool(each.get("excludes", False)),
            text={language: str(text) for language, text in each.get("text", {}).items()},
        )
    ways = content.get("application_ways", [])
    if ways and set(ways) <= {"referral", "waiting_list"} and "referral" in ways:
        yield Rule(kind="referral")


def area_code(value: str) -> str:
    """A bare code of five digits is a municipality's, of four a postal code."""
    if ":" in value:
        return value
    if value.isdecimal():
        return f"nis:{value}" if len(value) == 5 else f"postal_code:{value}"  # noqa: PLR2004 - what the sentence says
    return value


def areas_of(content: Mapping[str, Any], belongs: Belonging, map_of: Belgium) -> list[str]:
    """The codes of the areas that it works for; empty when it does not say, or says one that has no code."""
    found: set[str] = set()
    areas = [*content.get("service_areas", [])]
    areas += [area for at, _ in belongs.at for area in at.content.get("service_areas", [])]
    for each in areas:
        kind, extent = str(each.get("extent_type", "")), str(each.get("extent", ""))
        if kind in {
            "nis",
            "postal_code",
            "wijk",
            "police_zone",
            "first_line_zone",
            "province",
            "region",
            "country",
        }:
            found.add(map_of.renewed(f"{kind}:{extent.lower() if kind == 'country' else extent}"))
        else:
            return []
    return sorted(found)


def guessed_language(text: str) -> str:
    """The language whose small words occur most; empty when none do."""
    words = folded(text).split()
    counts = {code: sum(map(small.__contains__, words)) for code, small in _SMALL_WORDS.items()}
    best = max(counts, key=lambda code: counts[code])
    return best if counts[best] else ""


def _texts(
    content: Mapping[str, Any],
    organization: Mapping[str, Any],
    rubrics: Sequence[Part],
    belongs: Belonging,
    spots: Sequence[Spot],
    map_of: Belgium,
) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    base = guessed_language(" ".join(str(content.get(name, "")) for name in ("description", "name")))

    def add(weight: str, said: Mapping[str, str]) -> None:
        for language, text in said.items():
            found.setdefault(f"{weight}_{language or base}", []).append(folded(text)[:_LONGEST])

    for name in ("name", "alternate_name"):
        add("a", _said(content, name))
        add("b", _said(organization, name))
    for term in rubrics:
        add("b", _said(term.content, "name"))
    add("b", {"": " ".join(str(each) for each in content.get("target_groups", []))})
    for name in ("eligibility_description", "application_process"):
        add("c", _said(content, name))
    places = {map_of.name_of(f"nis:{spot.municipality}") for spot in spots if spot.municipality}
    places |= {str(address.get("city", "")) for _, at in belongs.at for address in _addresses(at)}
    places |= {str(area.get("name", "")) for area in content.get("service_areas", [])}
    add("c", {"": " ".join(sorted(places))})
    for name in ("description",):
        add("d", _said(content, name))
        add("d", _said(organization, name))
    return {key: " ".join(each for each in texts if each) for key, texts in found.items() if any(texts)}


def _addresses(location: Part | None) -> list[Mapping[str, Any]]:
    hidden = location is None or location.content.get("hidden_address")
    return [] if hidden or location is None else list(location.content.get("addresses", []))


def _said(content: Mapping[str, Any], name: str) -> dict[str, str]:
    """One field in every language that it is in; the base under ""."""
    said = {"": str(content[name])} if content.get(name) else {}
    for language, texts in content.get("translations", {}).items():
        if language in LANGUAGES and texts.get(name):
            said[language] = str(texts[name])
    if name == "name" and "" not in said:
        said[""] = next(iter(said.values()), "")
    return said


def _shortened(text: str) -> str:
    if len(text) <= _SUMMARY:
        return text
    return text[:_SUMMARY].rsplit(" ", 1)[0].rstrip(" ,;:.") + " …"


def _own_terms(content: Mapping[str, Any], belongs: Belonging) -> list[Part]:
    ids = term_ids(content)
    return [belongs.terms[each] for each in ids if each in belongs.terms]


def term_ids(content: Mapping[str, Any]) -> list[UUID]:
    """The taxonomy terms that a service itself has."""
    found = []
    for each in content.get("attributes", []):
        try:
            found.append(UUID(str(each.get("taxonomy_term_id", ""))))
        except ValueError:
            continue
    return list(dict.fromkeys(found))


def _rubrics(content: Mapping[str, Any], belongs: Belonging) -> list[Part]:
    """Its own terms and all above them, each once."""
    found: dict[UUID, Part] = {}
    for term in _own_terms(content, belongs):
        at: Part | None = term
        while at is not None and at.id not in found:
            found[at.id] = at
            at = belongs.terms.get(at.parent_id) if at.parent_id else None
    return list(found.values())


def _schedules(content: Mapping[str, Any], belongs: Belonging) -> list[dict[str, Any]]:
    """The usual ones: its own; else those of where it is given; else those of its locations. And all of other days."""
    own = list(content.get("schedules", []))
    there = [each for at, _ in belongs.at for each in at.content.get("schedules", [])]
    house = [each for _, at in belongs.at if at for each in at.content.get("schedules", [])]
    usual = [[each for each in given if not is_of_other_days(each)] for given in (own, there, house)]
    other = [each for each in (*own, *there, *house) if is_of_other_days(each)]
    found = [*next(filter(None, usual), []), *other]
    return [{name: value for name, value in each.items() if name != "id"} for each in found]


def _languages(content: Mapping[str, Any], belongs: Belonging) -> Iterable[str]:
    given = [*content.get("languages", [])]
    given += [each for _, at in belongs.at if at for each in at.content.get("languages", [])]
    return {str(each["code"]).lower() for each in given if each.get("code")}


def _phones(content: Mapping[str, Any], belongs: Belonging) -> list[CardPhone]:
    """The nearest to the service that there are."""
    organization = belongs.organization.content if belongs.organization else {}
    visible = [at for _, at in belongs.at if at is not None and not at.content.get("hidden_address")]
    for given in (
        content.get("phones", []),
        [each for at, _ in belongs.at for each in at.content.get("phones", [])],
        [each for at in visible for each in at.content.get("phones", [])],
        organization.get("phones", []),
    ):
        found = [
            CardPhone(str(each["number"]), str(each.get("description", "")))
            for each in given
            if each.get("number")
        ]
        if found:
            return list(dict.fromkeys(found))[:3]
    return []


def _wheelchair(belongs: Belonging) -> bool | None:
    said = [
        each.get("wheelchair")
        for _, at in belongs.at
        if at
        for each in at.content.get("accessibility", [])
        if each.get("wheelchair")
    ]
    return None if not said else "yes" in said


def _capacity(content: Mapping[str, Any]) -> CardCapacity | None:
    """All units together; the day is that of the oldest count."""
    given = content.get("capacities", [])
    if not given:
        return None
    whole = all(each.get("maximum") is not None for each in given)
    units = {str(each.get("unit", {}).get("name", "")) for each in given}
    return CardCapacity(
        int(sum(each.get("available", 0) for each in given)),
        int(sum(each["maximum"] for each in given)) if whole else None,
        min(str(each.get("updated", ""))[:10] for each in given),
        units.pop() if len(units) == 1 else "",
    )


def day_of(text: str) -> date | None:
    """A day as the map keeps it."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def check_at(assured_at: datetime | None, months: int) -> datetime | None:
    """When somebody should look again."""
    if assured_at is None:
        return None
    number = assured_at.year * 12 + assured_at.month - 1 + months
    return assured_at.replace(year=number // 12, month=number % 12 + 1, day=min(assured_at.day, 28))
