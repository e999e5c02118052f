"""A row of any HSDS version, from 1.1 on, in the words of 3.1. Pure."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from services.referrals.imports.cells import clock_of, day_of, is_number
from services.referrals.imports.parts import Part, text_of


class RowRefused(Exception):
    """The row has no place here; `code` says why."""

    def __init__(self, code: str, field: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.field = field


_RENAMED: Final[dict[str, dict[str, str]]] = {
    "organizations": {"url": "website", "alternative_name": "alternate_name"},
    "services": {"fees": "fees_description", "alternative_name": "alternate_name"},
    "locations": {"alternative_name": "alternate_name"},
    "languages": {"language": "name"},
    "accessibility": {"accessibility": "description"},
    "service_areas": {"service_area": "name"},
    "payments_accepted": {"payment": "option", "payment_accepted": "option"},
    "service_taxonomies": {"taxonomy_id": "taxonomy_term_id", "taxonomy_detail": "value"},
    "funding": {"funding": "source"},
    "required_documents": {"required_document": "document"},
}
_STATUS: Final = {
    "active": "active",
    "open": "active",
    "inactive": "inactive",
    "closed": "inactive",
    "defunct": "defunct",
}


def with_one_version(parts: list[Part]) -> list[Part]:
    """What only the whole file tells: in version 1 a taxonomy is a term, and a service may name its location itself."""
    tables = {part.table for part in parts}
    older = any(
        {"vocabulary", "parent_id", "parent_name"} & part.values.keys()
        for part in parts
        if part.table == "taxonomies"
    )
    terms = "taxonomy_terms" not in tables and (older or "service_taxonomies" in tables)
    found = []
    for part in parts:
        if part.table == "taxonomies" and terms:
            found.append(Part(part.line, "taxonomy_terms", _term(part.values)))
            continue
        found.append(part)
        if part.table == "services" and text_of(part.values.get("location_id")):
            pair = {"service_id": part.values.get("id"), "location_id": part.values["location_id"]}
            found.append(Part(part.line, "service_at_locations", pair))
    return found


def _term(values: dict[str, Any]) -> dict[str, Any]:
    left = {name: value for name, value in values.items() if name not in ("vocabulary", "parent_name")}
    if values.get("vocabulary"):
        left["taxonomy"] = values["vocabulary"]
    return left


def modern(part: Part) -> Part:
    """The row as 3.1 has it. Raises `RowRefused`."""
    names = _RENAMED.get(part.table, {})
    values = dict(part.values)
    for old, new in names.items():
        if old in values:
            value = values.pop(old)
            values.setdefault(new, value)
    translate = _TABLES.get(part.table)
    table, values = translate(values) if translate else (part.table, values)
    return Part(part.line, table, values)


def _refused(code: str) -> Callable[[dict[str, Any]], tuple[str, dict[str, Any]]]:
    def refuse(values: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        raise RowRefused(code)

    return refuse


def _address(kind: str) -> Callable[[dict[str, Any]], tuple[str, dict[str, Any]]]:
    def translate(values: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        if not any(text_of(values.get(field)) for field in ("address_1", "city", "postal_code")):
            raise RowRefused("address_missing", "address_1")
        return "addresses", {"address_type": kind, **values}

    return translate


def _phone(values: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    number = text_of(values.get("number")).strip('"')
    if not number:
        raise RowRefused("number_missing", "number")
    if not is_number(number):
        raise RowRefused("number_wrong", "number")
    kept = {name: value for name, value in values.items() if name not in ("number", "language", "department")}
    if text_of(values.get("language")):
        kept["languages"] = [{"name": text_of(values["language"])}]
    if text_of(values.get("department")):
        kept.setdefault("description", text_of(values["department"]))
    return "phones", {"number": number, **kept}


def _regular_schedule(values: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    opens, closes = text_of(values.get("opens_at")), text_of(values.get("closes_at"))
    rest = {name: value for name, value in values.items() if name not in ("weekday", "opens_at", "closes_at")}
    weekday = text_of(values.get("weekday"))
    day = day_of(weekday)
    if weekday and not day:
        raise RowRefused("weekday_wrong", "weekday")
    if not opens and not closes:
        if text_of(values.get("description")):
            return "schedules", {**rest, **({"freq": "WEEKLY", "byday": day} if day else {})}
        raise RowRefused("closed_day")
    times = {"opens_at": clock_of(opens), "closes_at": clock_of(closes)}
    wrong = next((name for name, time in times.items() if not time), None)
    if wrong:
        raise RowRefused("time_wrong", wrong)
    if not day:
        raise RowRefused("weekday_wrong", "weekday")
    return "schedules", {**rest, "freq": "WEEKLY", "byday": day, **times}


def _holiday_schedule(values: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """A day that is not like the others: closed, or with hours of its own."""
    rest = {
        name: value
        for name, value in values.items()
        if name not in ("closed", "start_date", "end_date", "opens_at", "closes_at")
    }
    start, end = text_of(values.get("start_date")), text_of(values.get("end_date"))
    if not start:
        raise RowRefused("date_missing", "start_date")
    said = {**rest, "valid_from": start, "valid_to": end or start, "dtstart": start}
    if text_of(values.get("closed")).lower() in ("true", "1", "yes", "y", "t"):
        return "schedules", {**said, "description": text_of(rest.get("description")) or "closed"}
    times = {
        "opens_at": clock_of(text_of(values.get("opens_at"))),
        "closes_at": clock_of(text_of(values.get("closes_at"))),
    }
    return "schedules", {**said, **{name: time for name, time in times.items() if time}}


def _service(values: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    status = text_of(values.get("status")).lower()
    return "services", {**values, "status": _STATUS.get(status, status) or "active"}


def _term_of_service(values: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    kept = {name: value for name, value in values.items() if name != "service_id"}
    return "attributes", {**kept, "link_id": values.get("service_id"), "link_entity": "services"}


def _attribute(values: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return "attributes", values


def _cost(values: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return "cost_options", values


def _meeting(values: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    own = (
        text_of(values.get("id"))
        or f"{text_of(values.get('service_id'))}@{text_of(values.get('location_id'))}"
    )
    return "service_at_locations", {**values, "id": own}


_TABLES: Final[dict[str, Callable[[dict[str, Any]], tuple[str, dict[str, Any]]]]] = {
    "postal_addresses": _address("postal"),
    "physical_addresses": _address("physical"),
    "addresses": _address("physical"),
    "phones": _phone,
    "regular_schedules": _regular_schedule,
    "holiday_schedules": _holiday_schedule,
    "services": _service,
    "service_taxonomies": _term_of_service,
    "service_attributes": _term_of_service,
    "other_attributes": _attribute,
    "payments_accepted": _cost,
    "service_at_locations": _meeting,
    "metadata": _refused("history_not_taken"),
    "meta_table_descriptions": _refused("describes_the_file"),
}


def merged_weeks(schedules: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Days with the same hours as one schedule of several days, in the order of the first of each."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for each in schedules:
        if each.get("freq") != "WEEKLY" or "," in str(each.get("byday", "")) or not each.get("older"):
            found[(id(each),)] = {name: value for name, value in each.items() if name != "older"}
            continue
        rest = {name: value for name, value in each.items() if name not in ("id", "byday", "older", "_line")}
        key = tuple(sorted((name, str(value)) for name, value in rest.items()))
        if key in found:
            days = str(found[key]["byday"]).split(",")
            if each["byday"] not in days:
                found[key]["byday"] = ",".join([*days, each["byday"]])
        else:
            found[key] = {**rest, "byday": each["byday"], "_line": each["_line"]}
    return list(found.values())
