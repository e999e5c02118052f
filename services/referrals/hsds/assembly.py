"""Entries with what they point at, as HSDS 3.1 nests them; each kind is fetched once, however many there are."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.hsds.selection import open_places, public_entries
from services.referrals.hsds.serving import listed, served, terms_in, with_terms
from services.referrals.social_map.merging import Merged
from services.referrals.social_map.views import WORDS_ABOUT_A_PLACE, is_secret
from shared.db import driver_of

Answers = list[dict[str, Any]]


async def services_listed(session: AsyncSession, services: Sequence[Merged]) -> Answers:
    """One-to-one fields, with the organisation and the programme."""
    owners = await _by_id(session, "organization", {each.organization_id for each in services})
    answers = []
    for each in services:
        answer = listed(served(each))
        owner = owners.get(each.organization_id)
        if owner is not None:
            answer["organization"] = listed(served(owner))
            answer |= _program(each, owner, listed)
        answers.append(answer)
    return answers


async def services_whole(session: AsyncSession, services: Sequence[Merged]) -> Answers:
    """Everything of the services: their organisation, their places, the terms of their attributes."""
    owners = await _by_id(session, "organization", {each.organization_id for each in services})
    at_places = await public_entries(
        session, "service_at_location", "service_id", {each.id for each in services}
    )
    places = await _by_id(session, "location", {each.location_id for each in at_places})
    answers = []
    for each in services:
        answer = served(each)
        owner = owners.get(each.organization_id)
        if owner is not None:
            answer["organization"] = served(owner)
            answer |= _program(each, owner, dict)
        spots = [
            _at_place(spot, places.get(spot.location_id)) for spot in at_places if spot.service_id == each.id
        ]
        if spots:
            answer["service_at_locations"] = spots
        answers.append(answer)
    return await _with_terms(session, answers)


async def organizations_listed(organizations: Sequence[Merged]) -> Answers:
    return [listed(served(each)) for each in organizations]


async def organizations_whole(
    session: AsyncSession, organizations: Sequence[Merged], *, with_services: bool
) -> Answers:
    """Everything of the organisations; their services with one-to-one fields, or whole."""
    keys = {each.id for each in organizations}
    services = await public_entries(session, "service", "organization_id", keys)
    nested = await (services_whole if with_services else services_listed)(session, services)
    for service in nested:
        service.pop("organization", None)
    at_places = await public_entries(
        session, "service_at_location", "service_id", {each.id for each in services}
    )
    owner_of = {each.id: each.organization_id for each in services}
    standing: dict[UUID | None, set[UUID]] = {}
    for spot in at_places:
        if spot.location_id is not None and spot.service_id is not None:
            standing.setdefault(owner_of[spot.service_id], set()).add(spot.location_id)
    own = await open_places(session, await public_entries(session, "location", "organization_id", keys))
    for place in own:
        standing.setdefault(place.organization_id, set()).add(place.id)
    places = await _by_id(session, "location", set().union(*standing.values()))
    answers = []
    for each in organizations:
        answer = served(each)
        for name, members in (
            (
                "locations",
                [served(places[key]) for key in sorted(standing.get(each.id, ())) if key in places],
            ),
            ("services", [one for one in nested if one.get("organization_id") == str(each.id)]),
        ):
            if members:
                answer[name] = members
        answers.append(answer)
    return await _with_terms(session, answers)


async def at_locations(session: AsyncSession, spots: Sequence[Merged], *, whole: bool) -> Answers:
    """Services at places, with the place and the service."""
    places = await _by_id(session, "location", {each.location_id for each in spots})
    found = await public_entries(
        session, "service", "id", {each.service_id for each in spots if each.service_id is not None}
    )
    services = {
        each["id"]: each for each in await (services_whole if whole else services_listed)(session, found)
    }
    answers = []
    for spot in spots:
        answer = _at_place(spot, places.get(spot.location_id))
        if not whole:
            place = answer.get("location")
            answer = listed(answer)
            if place is not None:
                answer["location"] = listed(place)
        service = dict(services.get(str(spot.service_id), {}))
        service.pop("service_at_locations", None)
        if service:
            answer["service"] = service
        answers.append(answer)
    return await _with_terms(session, answers) if whole else answers


async def terms(session: AsyncSession, entries: Sequence[Merged]) -> Answers:
    """Taxonomy terms with their taxonomy."""
    taxonomies = await _by_id(session, "taxonomy", {each.taxonomy_id for each in entries})
    answers = []
    for each in entries:
        answer = served(each)
        taxonomy = taxonomies.get(each.taxonomy_id)
        if taxonomy is not None:
            answer["taxonomy_detail"] = served(taxonomy)
            answer.setdefault("taxonomy", answer["taxonomy_detail"]["name"])
        answers.append(answer)
    return answers


def _program(service: Merged, owner: Merged, form: Any) -> dict[str, Any]:
    wanted = service.content.get("program_id")
    found = [each for each in served(owner).get("programs", []) if each.get("id") == wanted]
    return {"program": form(found[0])} if wanted and found else {}


def _at_place(spot: Merged, place: Merged | None) -> dict[str, Any]:
    answer = served(spot)
    if place is not None:
        answer["location"] = served(place)
        if is_secret(place):
            answer = {name: value for name, value in answer.items() if name not in WORDS_ABOUT_A_PLACE}
    return answer


async def _by_id(
    session: AsyncSession, kind: str, keys: Collection[UUID | None]
) -> dict[UUID | None, Merged]:
    found = await public_entries(session, kind, "id", {key for key in keys if key is not None})
    return {each.id: each for each in found}


async def _with_terms(session: AsyncSession, answers: Answers) -> Answers:
    named = {UUID(key) for key in terms_in(answers)}
    found = await terms(session, await public_entries(session, "taxonomy_term", "id", named))
    by_id = {term["id"]: term for term in found}
    for answer in answers:
        with_terms(answer, by_id)
    return answers


async def metadata_of(
    session: AsyncSession, keys: Iterable[UUID], public_fields: dict[UUID, dict[str, Any]]
) -> dict[UUID, Answers]:
    """What became of which field, when and through whom: of fields that everybody sees, and never a value that went."""
    rows = await driver_of(session).fetch(
        """
        SELECT id, entry_id, kind, at, action, field, source FROM platform.map_changes
        WHERE entry_id = ANY($1::uuid[])
        UNION ALL
        SELECT id, entry_id, kind, at, action, field, source FROM map_changes WHERE entry_id = ANY($1::uuid[])
        ORDER BY at, id
        """,
        list(keys),
    )
    told: dict[UUID, Answers] = {}
    for row in rows:
        fields = public_fields[row["entry_id"]]
        if row["field"] and row["field"] not in fields:
            continue
        value = fields.get(row["field"], "")
        told.setdefault(row["entry_id"], []).append(
            {
                "id": str(row["id"]),
                "resource_id": str(row["entry_id"]),
                "resource_type": row["kind"],
                "last_action_date": row["at"].isoformat(),
                "last_action_type": row["action"],
                "field_name": row["field"],
                "previous_value": "",
                "replacement_value": value if isinstance(value, str) else "",
                "updated_by": row["source"],
            }
        )
    return told
