"""From a row of the index to what is shown of a service, in one language, with the reason of each rule. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.referrals.geography.belgium import Spot, belgium
from services.referrals.social_map.eligibility import Judged, Known, judged, overall
from services.referrals.social_map.open_hours import State, state_at
from services.referrals.social_map.search_card import Card, CardPlace, day_of
from shared.contracts import service_search as contract


def text_in(language: str, said: Mapping[str, str]) -> str:
    """The text in the language, else as it was written, else in any."""
    return said.get(language) or said.get("") or next(iter(said.values()), "")


def found_service(
    row: Mapping[str, Any],
    card: Card,
    wish: contract.FindServices,
    known: Known,
    origin: Spot | None,
    now: datetime,
) -> contract.FoundService:
    """One result."""
    language = wish.in_language
    found = judged(card.rules, known)
    state = opening_of(card, now)
    capacity = card.capacity
    map_of = belgium()
    return contract.FoundService(
        service_id=row["service_id"],
        layer=row["layer"],
        name=text_in(language, card.names),
        organization_id=row["organization_id"],
        organization=text_in(language, card.organization),
        summary=text_in(language, card.summaries),
        alert=text_in(language, card.alerts),
        rubrics=[
            contract.FoundRubric(term_id=each.term_id, name=text_in(language, each.names))
            for each in card.rubrics
        ],
        groups=row["groups"],
        phones=[
            contract.FoundNumber(number=each.number, description=each.description) for each in card.phones
        ],
        email=card.email,
        url=card.url,
        languages=row["languages"],
        places=[_place(each) for each in card.places],
        distance_km=None if row["km"] is None else round(row["km"], 1),
        opening=contract.Opening(state=state.name, until=state.until, opens_at=state.opens_at),
        verdict=overall(found) if wish.client is not None or origin is not None else "",
        reasons=[_reason(each, language) for each in found],
        serves=serving(row["areas"], origin),
        areas=[map_of.name_of(code) for code in row["areas"]],
        capacity=None
        if capacity is None
        else contract.FoundCapacity(
            available=capacity.available,
            maximum=capacity.maximum,
            updated=day_of(capacity.updated),
            unit=capacity.unit,
        ),
        waiting_weeks=card.waiting_weeks,
        waiting_text=card.waiting_text,
        application_ways=card.application_ways,
        application=text_in(language, card.applications),
        wheelchair=row["wheelchair"],
        assured_at=row["assured_at"],
        check_at=row["check_at"],
        stale=row["check_at"] is None or row["check_at"] <= now,
        platform_tenant=card.platform_tenant,
    )


def opening_of(card: Card, now: datetime) -> State:
    """Whether it is open; what is closed for a while keeps no hours."""
    return State("closed") if card.closed else state_at(card.schedules, now, always=card.always_open)


def _place(place: CardPlace) -> contract.FoundPlace:
    return contract.FoundPlace(
        location_id=place.location_id,
        line=place.line,
        municipality=place.municipality,
        latitude=place.latitude,
        longitude=place.longitude,
        precision=place.precision,
        hidden=place.hidden,
    )


def _reason(found: Judged, language: str) -> contract.Reason:
    rule = found.rule
    if rule.kind == "age":
        asks = [_bound(rule.minimum), _bound(rule.maximum)]
    elif rule.kind == "area":
        asks = [belgium().name_of(code) for code in rule.values]
    else:
        asks = rule.values
    return contract.Reason(
        rule=rule.kind,
        verdict=found.verdict,
        asks=asks,
        excludes=rule.excludes,
        text=text_in(language, rule.text),
    )


def _bound(age: float | None) -> str:
    return "" if age is None else f"{age:g}"


def serving(areas: Sequence[str], origin: Spot | None) -> str:
    """Whether its areas hold the place; certainly not only where the place's area of that kind is known."""
    if origin is None or not origin.codes:
        return ""
    if not areas:
        return "unknown"
    if origin.codes.intersection(areas):
        return "yes"
    kinds = {code.partition(":")[0] for code in origin.codes}
    return "no" if all(code.partition(":")[0] in kinds for code in areas) else "unknown"
