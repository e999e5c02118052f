"""Entries of the social map as a form and back: what the form does not show stays in the entry as it was. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from services.gateway.finding_words import GROUPS, SPOKEN
from shared.contracts.map_entries import NAMED_AREA

TRANSLATED: Final = ("fr", "de", "en")
PHONES: Final = 4
DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WAYS: Final = ("self", "phone", "email", "online", "walk_in", "appointment", "referral", "waiting_list")
LISTS: Final = ("ways", "languages", "rubrics", "groups")
"""Fields of which several can be chosen."""

_LONGEST_CODE: Final = 20
_TEXTS: Final[dict[str, tuple[str, ...]]] = {
    "service": (
        "name", "description", "alert", "email", "url", "application_process", "eligibility_description",
        "fees_description", "status", "publication", "internal_notes",
    ),
    "organization": ("name", "description", "email", "website", "publication", "internal_notes"),
    "location": ("name", "transportation", "internal_notes"),
}  # fmt: skip
_AGES: Final = ("minimum_age", "maximum_age")
_FLAGS: Final[dict[str, tuple[str, ...]]] = {
    "service": ("emergency", "always_open"),
    "organization": (),
    "location": ("hidden_address",),
}
_ADDRESS: Final = ("address_1", "postal_code", "city")
_HOURS = re.compile(
    r"(\d{1,2})[:.u](\d{2})?\s*(?:-|–|tot|à|bis|to)\s*(\d{1,2})[:.u](\d{2})?\Z", re.IGNORECASE
)
_PLAIN_SCHEDULE: Final = frozenset({"id", "freq", "byday", "opens_at", "closes_at", "interval"})
_NUMBER = re.compile(r"\d{1,3}\Z")
_ERRORS_AT: Final = {
    "translations": "name_fr", "organization_identifiers": "kbo", "schedules": "hours_MO", "waiting_time": "wait_weeks",
    "referral_contact": "referral_email", "application_ways": "ways", "required_documents": "documents",
    "accessibility": "wheelchair", "latitude": "coordinates", "longitude": "coordinates", "addresses": "address_1",
    "attributes": "rubrics", "target_groups": "groups", "service_areas": "areas", "capacities": "free",
}  # fmt: skip


class HoursWrong(ValueError):
    """Not hours as we read them; `day` says of which day."""

    def __init__(self, day: str) -> None:
        super().__init__(day)
        self.day = day


def values_of(kind: str, content: Mapping[str, Any]) -> dict[str, str]:
    """What the form shows of an entry; fields with several values as words with a space between."""
    values = {name: str(content.get(name, "")) for name in _TEXTS[kind]}
    values |= {name: "1" if content.get(name) else "" for name in _FLAGS[kind]}
    if kind in {"service", "organization"}:
        translations = content.get("translations", {})
        for language in TRANSLATED:
            said = translations.get(language, {})
            values |= {f"{name}_{language}": said.get(name, "") for name in ("name", "description")}
        phones = content.get("phones", [])
        for place in range(PHONES):
            phone = phones[place] if place < len(phones) else {}
            values[f"phone_{place}"] = phone.get("number", "")
            values[f"phone_about_{place}"] = phone.get("description", "")
        contact = content.get("referral_contact", {})
        values |= {f"referral_{name}": contact.get(name, "") for name in ("email", "mobile")}
    if kind == "service":
        values |= {name: _plain(content.get(name)) for name in _AGES}
        values["ways"] = " ".join(way for way in WAYS if way in content.get("application_ways", []))
        values["languages"] = " ".join(_codes(content))
        values["wait_weeks"] = _plain(content.get("waiting_time", {}).get("weeks"))
        values["documents"] = "\n".join(
            each.get("document", "") for each in content.get("required_documents", [])
        )
        values |= {f"hours_{day}": text for day, text in _hours_of(content).items()}
        values["rubrics"] = " ".join(map(_term, filter(_term, content.get("attributes", []))))
        values["groups"] = " ".join(group for group in GROUPS if group in content.get("target_groups", []))
        values["areas"] = ", ".join(filter(None, map(_area_name, content.get("service_areas", []))))
        capacity: Mapping[str, Any] = next(iter(content.get("capacities", [])), {})
        values |= {"free": _plain(capacity.get("available")), "places": _plain(capacity.get("maximum"))}
    if kind == "organization":
        numbers = [each for each in content.get("organization_identifiers", []) if _is_kbo(each)]
        values["kbo"] = numbers[0].get("identifier", "") if numbers else ""
    if kind == "location":
        address: Mapping[str, Any] = next(iter(content.get("addresses", [])), {})
        values |= {name: address.get(name, "") for name in _ADDRESS}
        access: Mapping[str, Any] = next(iter(content.get("accessibility", [])), {})
        values["wheelchair"] = access.get("wheelchair", "")
        spot = (content.get("latitude"), content.get("longitude"))
        values["coordinates"] = ", ".join(map(str, spot)) if None not in spot else ""
    return values


def content_of(
    kind: str,
    before: Mapping[str, Any],
    text: Callable[[str], str],
    chosen: Callable[[str], Sequence[str]],
    now: datetime,
) -> dict[str, Any]:
    """The entry as the form says it, upon what it was; a field that was not touched stays to the letter.

    `now` is in the time zone in which its day is kept. Raises `HoursWrong`.
    """
    old = values_of(kind, before)
    new = {
        name: " ".join(chosen(name)) if name in LISTS else text(name).replace("\r\n", "\n") for name in old
    }
    touched = {name for name in old if new[name].strip() != old[name].strip()}
    content = dict(before)
    for name in touched.intersection(_TEXTS[kind]):
        content[name] = new[name]
    for name in touched.intersection(_FLAGS[kind]):
        content[name] = bool(new[name])
    for name in touched.intersection(_AGES):
        content[name] = _number(new[name]) if new[name] else None
    for build, names in _BUILDERS[kind]:
        if touched.intersection(names):
            build(content, new, now)
    return {name: value for name, value in content.items() if value not in (None, "", [], {}, False)}


def form_field(path: str) -> str:
    """At which field of the form a refused path of the entry belongs."""
    head, _, rest = path.partition(".")
    if head == "phones":
        return f"phone_{rest.split('.', 1)[0]}"
    if head == "addresses":
        return rest.rsplit(".", 1)[-1] if rest.rsplit(".", 1)[-1] in _ADDRESS else "address_1"
    return _ERRORS_AT.get(head, head)


def has_other_hours(content: Mapping[str, Any]) -> bool:
    """Whether the entry has hours that seven rows cannot say: once a month, in a season, with a note."""
    return any(not _is_plain(each) for each in content.get("schedules", []))


def _translations(content: dict[str, Any], new: Mapping[str, str], _now: datetime) -> None:
    said = {code: dict(texts) for code, texts in content.get("translations", {}).items()}
    for language in TRANSLATED:
        for name in ("name", "description"):
            said.setdefault(language, {})[name] = new[f"{name}_{language}"]
    content["translations"] = {
        code: texts for code, each in said.items() if (texts := {k: v for k, v in each.items() if v})
    }


def _phones(content: dict[str, Any], new: Mapping[str, str], _now: datetime) -> None:
    before = content.get("phones", [])
    phones = []
    for place in range(PHONES):
        phone = dict(before[place]) if place < len(before) else {}
        phone |= {"number": new[f"phone_{place}"], "description": new[f"phone_about_{place}"]}
        if phone["number"] or phone["description"]:
            phones.append({name: value for name, value in phone.items() if value})
    content["phones"] = [*phones, *before[PHONES:]]


def _referral(content: dict[str, Any], new: Mapping[str, str], _now: datetime) -> None:
    contact = dict(content.get("referral_contact", {}))
    contact |= {"email": new["referral_email"], "mobile": new["referral_mobile"]}
    content["referral_contact"] = {name: value for name, value in contact.items() if value}


def _ways(content: dict[str, Any], new: Mapping[str, str], _now: datetime) -> None:
    content["application_ways"] = new["ways"].split()


def _languages(content: dict[str, Any], new: Mapping[str, str], _now: datetime) -> None:
    before = {str(each.get("code", "")): each for each in content.get("languages", [])}
    wanted = new["languages"].split()
    others = [each for code, each in before.items() if code not in SPOKEN]
    content["languages"] = [*(before.get(code, {"code": code}) for code in wanted), *others]


def _waiting(content: dict[str, Any], new: Mapping[str, str], now: datetime) -> None:
    weeks = new["wait_weeks"]
    content["waiting_time"] = (
        {"weeks": _number(weeks), "measured_on": now.date().isoformat()} if weeks else None
    )


def _rubrics(content: dict[str, Any], new: Mapping[str, str], _now: datetime) -> None:
    before = {_term(each): each for each in content.get("attributes", [])}
    others = [each for each in content.get("attributes", []) if not _term(each)]
    made = [
        before.get(term, {"taxonomy_term_id": term, "link_type": "taxonomy_term"})
        for term in new["rubrics"].split()
    ]
    content["attributes"] = [*made, *others]


def _groups(content: dict[str, Any], new: Mapping[str, str], _now: datetime) -> None:
    others = [each for each in content.get("target_groups", []) if each not in GROUPS]
    content["target_groups"] = [*new["groups"].split(), *others]


def _areas(content: dict[str, Any], new: Mapping[str, str], _now: datetime) -> None:
    before = {_area_name(each): each for each in content.get("service_areas", [])}
    nameless = [each for each in content.get("service_areas", []) if not _area_name(each)]
    names = dict.fromkeys(filter(None, (part.strip() for part in re.split(r"[,;\n]", new["areas"]))))
    content["service_areas"] = [
        *(before.get(name, {"name": name, "extent_type": NAMED_AREA}) for name in names),
        *nameless,
    ]


def _places(content: dict[str, Any], new: Mapping[str, str], now: datetime) -> None:
    before = content.get("capacities", [])
    capacity = {"unit": {"name": "plaatsen"}, **(before[0] if before else {})}
    capacity |= {"available": _number(new["free"]), "updated": now.isoformat(timespec="seconds")}
    capacity["maximum"] = _number(new["places"]) if new["places"] else None
    known = [{name: value for name, value in capacity.items() if value is not None}] if new["free"] else []
    content["capacities"] = [*known, *before[1:]]


def _documents(content: dict[str, Any], new: Mapping[str, str], _now: datetime) -> None:
    before = {each.get("document", ""): each for each in content.get("required_documents", [])}
    lines = [line.strip() for line in new["documents"].splitlines() if line.strip()]
    content["required_documents"] = [before.get(line, {"document": line}) for line in lines]


def _hours(content: dict[str, Any], new: Mapping[str, str], _now: datetime) -> None:
    kept = [each for each in content.get("schedules", []) if not _is_plain(each)]
    spans: dict[tuple[str, str], list[str]] = {}
    for day in DAYS:
        for said in filter(None, (part.strip() for part in new[f"hours_{day}"].split(","))):
            read = _HOURS.match(said)
            if read is None:
                raise HoursWrong(day)
            opens, closes = (f"{int(read[at]):02d}:{read[at + 1] or '00'}" for at in (1, 3))
            spans.setdefault((opens, closes), []).append(day)
    content["schedules"] = [
        *(
            {"freq": "WEEKLY", "byday": ",".join(days), "opens_at": opens, "closes_at": closes}
            for (opens, closes), days in spans.items()
        ),
        *kept,
    ]


def _kbo(content: dict[str, Any], new: Mapping[str, str], _now: datetime) -> None:
    others = [each for each in content.get("organization_identifiers", []) if not _is_kbo(each)]
    own = {"identifier_scheme": "BE-KBO", "identifier_type": "KBO", "identifier": new["kbo"]}
    content["organization_identifiers"] = [*([own] if new["kbo"] else []), *others]


def _address(content: dict[str, Any], new: Mapping[str, str], _now: datetime) -> None:
    before = content.get("addresses", [])
    address = {"country": "BE", "address_type": "physical", **(before[0] if before else {})}
    address |= {name: new[name] for name in _ADDRESS}
    any_of = any(new[name] for name in _ADDRESS)
    content["addresses"] = [*([{k: v for k, v in address.items() if v}] if any_of else []), *before[1:]]


def _wheelchair(content: dict[str, Any], new: Mapping[str, str], _now: datetime) -> None:
    before = content.get("accessibility", [])
    access = {**(before[0] if before else {}), "wheelchair": new["wheelchair"]}
    content["accessibility"] = [{k: v for k, v in access.items() if v}, *before[1:]]


def _coordinates(content: dict[str, Any], new: Mapping[str, str], _now: datetime) -> None:
    parts = [part.strip() for part in re.split(r"[,;]\s+|\s+", new["coordinates"].strip()) if part.strip()]
    for place, name in enumerate(("latitude", "longitude")):
        said = parts[place].rstrip(",").replace(",", ".") if place < len(parts) else ""
        try:
            content[name] = float(said) if said else None
        except ValueError:
            content[name] = said


_Build = Callable[[dict[str, Any], Mapping[str, str], datetime], None]
_COMMON: Final[list[tuple[_Build, list[str]]]] = [
    (_translations, [f"{name}_{code}" for code in TRANSLATED for name in ("name", "description")]),
    (_phones, [f"{name}_{place}" for place in range(PHONES) for name in ("phone", "phone_about")]),
    (_referral, ["referral_email", "referral_mobile"]),
]
_BUILDERS: Final[dict[str, list[tuple[_Build, list[str]]]]] = {
    "service": [
        *_COMMON,
        (_ways, ["ways"]),
        (_languages, ["languages"]),
        (_waiting, ["wait_weeks"]),
        (_documents, ["documents"]),
        (_hours, [f"hours_{day}" for day in DAYS]),
        (_rubrics, ["rubrics"]),
        (_groups, ["groups"]),
        (_areas, ["areas"]),
        (_places, ["free", "places"]),
    ],
    "organization": [*_COMMON, (_kbo, ["kbo"])],
    "location": [(_address, list(_ADDRESS)), (_wheelchair, ["wheelchair"]), (_coordinates, ["coordinates"])],
}


def _number(text: str) -> int | str:
    """A number, or what was typed in its place: the service says that it is none."""
    return int(text) if _NUMBER.match(text) else text


def _term(attribute: Mapping[str, Any]) -> str:
    return str(attribute.get("taxonomy_term_id", ""))


def _area_name(area: Mapping[str, Any]) -> str:
    """What an area is called; without a name its code, where that is short enough to be one."""
    extent = str(area.get("extent", ""))
    return str(area.get("name") or (extent if len(extent) <= _LONGEST_CODE else "")).replace(",", " ")


def _plain(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _codes(content: Mapping[str, Any]) -> list[str]:
    known = {str(each.get("code", "")) for each in content.get("languages", [])}
    return [code for code in SPOKEN if code in known]


def _is_kbo(identifier: Mapping[str, Any]) -> bool:
    return identifier.get("identifier_scheme") == "BE-KBO"


def _is_plain(schedule: Mapping[str, Any]) -> bool:
    days = str(schedule.get("byday", "")).split(",")
    return (
        set(schedule) <= _PLAIN_SCHEDULE
        and {"byday", "opens_at", "closes_at"} <= set(schedule)
        and set(days) <= set(DAYS)
        and schedule.get("interval", 1) == 1
        and schedule.get("freq", "WEEKLY") == "WEEKLY"
    )


def _hours_of(content: Mapping[str, Any]) -> dict[str, str]:
    rows: dict[str, list[str]] = {day: [] for day in DAYS}
    for schedule in content.get("schedules", []):
        if _is_plain(schedule):
            span = f"{schedule['opens_at'][:5]}-{schedule['closes_at'][:5]}"
            for day in str(schedule["byday"]).split(","):
                rows[day].append(span)
    return {day: ", ".join(sorted(spans)) for day, spans in rows.items()}
