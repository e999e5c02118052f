"""What comes along to begin a social map with, as rows of HSDS: rubrics, lines, services, public bodies of Flanders."""

import csv
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec

from services.referrals.content.helplines import Helpline, InFourLanguages, helplines

_HERE: Final = Path(__file__).parent
LANGUAGES: Final = ("nl", "fr", "de", "en")
TAXONOMY: Final = "rubrics"
_RUBRIC_OF: Final = {
    "emergency": "general",
    "violence": "relations",
    "listening": "mental_health",
    "suicide": "mental_health",
    "children": "children_family",
    "welfare": "general",
    "health": "physical_health",
}
_ZONE: Final = re.compile(r"^(?:lokale\s+)?politiezone\s*(?:van\b|:|-)?\s*", re.IGNORECASE)
_RESCUE: Final = re.compile(r"^hulpverleningszone\s*(?:brandweer\s?zone\b)?\s*", re.IGNORECASE)
_SMALL: Final = frozenset({"en", "van", "de", "der", "het", "op", "aan"})

Table = str
Row = tuple[Table, dict[str, Any]]


class Rubric(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A main heading of the map; a tenant may add its own."""

    code: str
    names: InFourLanguages


class Starter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A service that is everywhere or nowhere in particular. `assured` once somebody checked it."""

    code: str
    rubrics: list[str]
    names: InFourLanguages
    what: InFourLanguages
    ways: list[str]
    website: str
    certainty: str
    source: str
    assured: bool


class PublicBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A site of a municipality, an OCMW, a police zone, a rescue zone or a province (lblod, MIT)."""

    kbo: str
    name: str
    kind: str
    site: str
    address: str
    postcode: str
    municipality: str
    nis: str
    covers: list[str]
    phone: str
    website: str
    email: str


@cache
def rubrics() -> Sequence[Rubric]:
    return msgspec.json.decode((_HERE / "rubrics.json").read_bytes(), type=list[Rubric])


@cache
def starters() -> Sequence[Starter]:
    return msgspec.json.decode((_HERE / "starter.json").read_bytes(), type=list[Starter])


@cache
def public_bodies() -> Sequence[PublicBody]:
    with (_HERE / "public_bodies.csv").open(encoding="utf-8", newline="") as file:
        return [
            PublicBody(**{**row, "covers": row["covers"].split()})  # type: ignore[arg-type]  # its heads are the fields
            for row in csv.DictReader(file)
        ]


def starter_rows() -> Iterator[Row]:
    """The rubrics, the lines that answer, and the services of the starter list."""
    yield (
        "taxonomies",
        {"id": TAXONOMY, "name": "Rubrieken", "description": "Hoofdrubrieken van de sociale kaart"},
    )
    for rubric in rubrics():
        yield (
            "taxonomy_terms",
            {
                "id": rubric.code,
                "code": rubric.code,
                "name": rubric.names.nl,
                "description": rubric.names.nl,
                "taxonomy_id": TAXONOMY,
                "language": "nl",
                "translations": _said(name=rubric.names),
            },
        )
    for line in helplines():
        yield from _line(line)
    for each in starters():
        yield from _starter(each)


def _line(line: Helpline) -> Iterator[Row]:
    key = f"line/{line.code}"
    yield (
        "organizations",
        {"id": key, "name": line.names.nl, "description": line.what.nl, "website": line.website},
    )
    yield (
        "services",
        {
            "id": key,
            "organization_id": key,
            "name": line.names.nl,
            "description": line.what.nl,
            "url": line.website,
            "eligibility_description": line.for_whom.nl,
            "fees_description": "gratis" if line.cost == "free" else "",
            "application_ways": ["phone"],
            "emergency": line.group == "emergency",
            "always_open": line.always_open,
            "internal_notes": _unsure(line.certainty, line.certainty_of_hours),
            "translations": _said(
                name=line.names, description=line.what, eligibility_description=line.for_whom
            ),
        },
    )
    yield "phones", {"service_id": key, "number": line.number, "type": "voice"}
    for language in line.languages:
        yield "languages", {"service_id": key, "code": language, "name": language}
    hours = line.schedules or []
    for each in hours:
        yield (
            "schedules",
            {
                "service_id": key,
                "freq": "WEEKLY",
                "byday": ",".join(each.days),
                "opens_at": each.opens,
                "closes_at": each.closes,
            },
        )
    if line.always_open:
        days = "MO,TU,WE,TH,FR,SA,SU"
        yield (
            "schedules",
            {"service_id": key, "freq": "WEEKLY", "byday": days, "opens_at": "00:00", "closes_at": "24:00"},
        )
    yield from _in_rubrics(key, [_RUBRIC_OF[line.group]])


def _starter(each: Starter) -> Iterator[Row]:
    key = f"starter/{each.code}"
    yield (
        "organizations",
        {"id": key, "name": each.names.nl, "description": each.what.nl, "website": each.website},
    )
    yield (
        "services",
        {
            "id": key,
            "organization_id": key,
            "name": each.names.nl,
            "description": each.what.nl,
            "url": each.website,
            "application_ways": each.ways,
            "internal_notes": _unsure(each.certainty),
            "translations": _said(name=each.names, description=each.what),
        },
    )
    yield from _in_rubrics(key, each.rubrics)


def _in_rubrics(service: str, codes: Sequence[str]) -> Iterator[Row]:
    for code in codes:
        yield (
            "attributes",
            {
                "link_id": service,
                "link_entity": "services",
                "taxonomy_term_id": code,
                "link_type": "taxonomy_term",
            },
        )


def public_body_rows() -> Iterator[Row]:
    """Each body, its sites, and where people can knock: the social service of an OCMW, the desk of a town or zone.

    Most police zones name their one address twice, as the primary site and as another: that is one site.
    """
    sites: dict[str, list[tuple[str, str]]] = {}
    for body in public_bodies():
        title = title_of(body)
        if body.kbo not in sites:
            yield from _body(body, title)
        known = sites.setdefault(body.kbo, [])
        if (body.address, body.postcode) not in known:
            known.append((body.address, body.postcode))
            yield from _site(body, title, len(known))


def _body(body: PublicBody, title: str) -> Iterator[Row]:
    yield (
        "organizations",
        {
            "id": body.kbo,
            "name": title,
            "description": title,
            "email": body.email,
            "website": body.website,
            "translations": _titles(body, title),
        },
    )
    yield (
        "organization_identifiers",
        {
            "organization_id": body.kbo,
            "identifier_scheme": "BE-KBO",
            "identifier_type": "KBO",
            "identifier": body.kbo,
        },
    )
    desk = _DESKS.get(body.kind)
    if desk is None:
        return
    yield (
        "services",
        {
            "id": body.kbo,
            "organization_id": body.kbo,
            "name": f"{title}: {desk.name.nl}",
            "description": desk.what.nl,
            "email": body.email,
            "url": body.website,
            "application_ways": ["self", "walk_in", "phone"],
            "internal_notes": _unsure("G"),
            "translations": {
                language: {
                    "name": f"{said['name']}: {desk.name.in_language(language)}",
                    "description": desk.what.in_language(language),
                }
                for language, said in _titles(body, title).items()
            },
        },
    )
    if body.phone:
        yield "phones", {"service_id": body.kbo, "number": body.phone, "type": "voice"}
    for nis in body.covers or [body.nis]:
        yield (
            "service_areas",
            {"service_id": body.kbo, "extent_type": "nis", "extent": nis, "name": _name_of(nis)},
        )
    yield from _in_rubrics(body.kbo, [desk.rubric])


def _site(body: PublicBody, title: str, number: int) -> Iterator[Row]:
    key = f"{body.kbo}/{number}"
    name = title if body.site == "primary" else f"{title}, {body.municipality}"
    yield (
        "locations",
        {
            "id": key,
            "organization_id": body.kbo,
            "name": name,
            "location_type": "physical",
            "nis_code": body.nis,
        },
    )
    street = body.address.split(",", 1)[0].strip()
    if street:
        yield (
            "addresses",
            {
                "location_id": key,
                "address_1": street,
                "postal_code": body.postcode,
                "city": body.municipality,
                "country": "BE",
                "address_type": "physical",
            },
        )
    if body.kind in _DESKS:
        yield "service_at_locations", {"id": key, "service_id": body.kbo, "location_id": key}


class _Desk(msgspec.Struct, frozen=True):
    name: InFourLanguages
    what: InFourLanguages
    rubric: str


_DESKS: Final = {
    "ocmw": _Desk(
        InFourLanguages("sociale dienst", "service social", "Sozialdienst", "social service"),
        InFourLanguages(
            "Maatschappelijke dienstverlening: leefloon, steun, schuldhulp, wonen, energie",
            "Aide sociale : revenu d'intégration, aide, médiation de dettes, logement, énergie",
            "Soziale Hilfe: Eingliederungseinkommen, Unterstützung, Schuldenhilfe, Wohnen, Energie",
            "Social help: living wage, support, help with debts, housing, energy",
        ),
        "general",
    ),
    "gemeente": _Desk(
        InFourLanguages("onthaal", "accueil", "Empfang", "reception"),
        InFourLanguages(
            "Onthaal van de gemeente",
            "Accueil de la commune",
            "Empfang der Gemeinde",
            "Reception of the municipality",
        ),
        "general",
    ),
    "politiezone": _Desk(
        InFourLanguages("onthaal", "accueil", "Empfang", "reception"),
        InFourLanguages(
            "Onthaal van de lokale politie; bel 101 voor dringende hulp",
            "Accueil de la police locale ; appelez le 101 pour une aide urgente",
            "Empfang der lokalen Polizei; bei dringender Hilfe 101 anrufen",
            "Reception of the local police; ring 101 for urgent help",
        ),
        "justice_victims",
    ),
}
_KINDS: Final = {
    "ocmw": InFourLanguages("OCMW", "CPAS de", "ÖSHZ", "Public social welfare centre of"),
    "gemeente": InFourLanguages("Gemeente", "Commune de", "Gemeinde", "Municipality of"),
    "politiezone": InFourLanguages("Politiezone", "Zone de police", "Polizeizone", "Police zone"),
    "hulpverleningszone": InFourLanguages(
        "Hulpverleningszone", "Zone de secours", "Hilfeleistungszone", "Rescue zone"
    ),
    "provincie": InFourLanguages("Provincie", "Province de", "Provinz", "Province of"),
}


def title_of(body: PublicBody) -> str:
    """What people call it: `OCMW Berlaar`, `Politiezone Aalter - Knesselare`."""
    return f"{_KINDS[body.kind].nl} {_proper(body)}"


def _titles(body: PublicBody, title: str) -> dict[str, dict[str, str]]:
    kind, name = _KINDS[body.kind], _proper(body)
    return {
        language: {"name": title if language == "nl" else f"{kind.in_language(language)} {name}"}
        for language in LANGUAGES
    }


def _proper(body: PublicBody) -> str:
    name = _RESCUE.sub("", _ZONE.sub("", body.name)).strip()
    name = re.sub(r"\s*(?:-|–)\s+|\s+(?:-|–)\s*", " - ", name)
    if name != name.upper():
        return name
    words = name.lower().split(" ")
    return " ".join(
        word
        if word in _SMALL and place
        else "-".join(part[:1].upper() + part[1:] for part in word.split("-"))
        for place, word in enumerate(words)
    )


@cache
def _names() -> dict[str, str]:
    return {each.nis: each.name for each in public_bodies() if each.kind == "gemeente"}


def _name_of(nis: str) -> str:
    return _names().get(nis, "")


def _said(**texts: InFourLanguages) -> dict[str, dict[str, str]]:
    return {
        language: {field: text.in_language(language) for field, text in texts.items()}
        for language in LANGUAGES
    }


_SURENESS: Final = {"V": "uit een openbare bron", "S": "uit de vraag", "G": "algemeen bekend", "C": "onzeker"}
"""What the first letter of a certainty says to an editor."""


def _unsure(certainty: str, of_hours: str = "") -> str:
    """A note for editors: it came with the product, and nobody has rung or looked yet."""
    said = f"Meegeleverd en nog niet nagekeken ({_SURENESS[certainty[0]]}"
    hours = _SURENESS[of_hours[0]] if of_hours else ""
    return f"{said}; uren: {hours}). Bel na of het klopt." if hours else f"{said}). Kijk na of het klopt."
