"""Questions about the map for those who are signed in."""

import re
from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.social_map.freshness import freshness
from services.referrals.social_map.merging import MERGED, VISIBLE, Merged, merged_entries, merged_of
from services.referrals.social_map.models import EDITORIAL_TENANT, Layer, layer_of
from services.referrals.social_map.publication import Publication, scope_of
from services.referrals.social_map.uniting import standing_for
from services.referrals.social_map.views import is_secret, may, sources_of, view_of
from shared.auth import Permission, Principal
from shared.contracts.map_entries import (
    EntriesToCheck,
    EntryChange,
    EntryLine,
    EntryView,
    MapOrganization,
    MapService,
    PlaceView,
    PublicationView,
    Rubric,
)
from shared.db import driver_of
from shared.errors import Invalid, NotFound

_HISTORY: Final = 200
_LISTED: Final = 50
_FURTHEST: Final = 1_000_000
_CHECKED: Final = ("service", "organization")
"""What has a date to be looked at again; a place is looked at with its service."""


async def map_service(
    session: AsyncSession, principal: Principal, service_id: UUID, *, now: datetime
) -> MapService:
    """A service with its organisation and places. Raises `NotFound`; who edits sees hidden and withdrawn ones too."""
    principal.require(Permission.SOCIAL_MAP_READ)
    service = await _one(session, principal, service_id, "service")
    service_id = service.id
    owner = await _owner(session, service)
    spots = await merged_entries(session, kind="service_at_location", services=[service_id])
    keys = [spot.location_id for spot in spots if spot.location_id is not None]
    places = {each.id: each for each in await merged_entries(session, ids=keys)}
    secret = await _secret_among(session, keys)
    shown = [service, *places.values(), *([owner] if owner else [])]
    sources = await sources_of(session, shown)

    def view(entry: Merged) -> EntryView:
        return view_of(entry, principal, now=now, sources=sources.get(entry.id))

    return MapService(
        service=view(service),
        organization=view(owner) if owner else None,
        places=[
            PlaceView(
                view_of(spot, principal, now=now, at_secret_place=spot.location_id in secret),
                view(places[spot.location_id]) if spot.location_id in places else None,
            )
            for spot in spots
        ],
        rubrics=await _rubrics(session, service),
    )


async def map_organization(
    session: AsyncSession, principal: Principal, organization_id: UUID, *, now: datetime
) -> MapOrganization:
    """An organisation with its services and places. Raises `NotFound`."""
    principal.require(Permission.SOCIAL_MAP_READ)
    organization = await _one(session, principal, organization_id, "organization")
    organization_id = organization.id
    services = await merged_entries(session, kind="service", organizations=[organization_id])
    locations = await merged_entries(session, kind="location", organizations=[organization_id])
    sources = await sources_of(session, [organization])
    return MapOrganization(
        organization=view_of(organization, principal, now=now, sources=sources[organization_id]),
        services=[
            view_of(each, principal, now=now)
            for each in sorted(services, key=lambda each: str(each.content.get("name", "")).casefold())
        ],
        locations=[view_of(each, principal, now=now) for each in locations],
    )


async def map_entry(
    session: AsyncSession, principal: Principal, entry_id: UUID, *, now: datetime
) -> EntryView:
    """One entry of any kind, for its form. Raises `NotFound`."""
    principal.require(Permission.SOCIAL_MAP_READ)
    entry = await _one(session, principal, entry_id)
    return view_of(entry, principal, now=now, at_secret_place=await _at_secret_place(session, entry))


async def entry_history(
    session: AsyncSession, principal: Principal, entry_id: UUID, *, now: datetime
) -> list[EntryChange]:
    """What became of an entry in both layers, the newest first. Raises `NotFound`."""
    principal.require(Permission.SOCIAL_MAP_READ)
    entry = await _one(session, principal, entry_id)
    layer = Layer.SHARED if layer_of(principal.tenant) is Layer.SHARED else entry.layer
    secret = is_secret(entry) or await _at_secret_place(session, entry)
    told = not secret or may(principal, layer) == "edit"
    own = "shared" if layer_of(principal.tenant) is Layer.SHARED else "own"
    rows = await driver_of(session).fetch(
        f"""
        SELECT at, action, field, before, after, by, source, 'shared' AS layer, id FROM platform.map_changes
        WHERE entry_id = $1
        UNION ALL
        SELECT at, action, field, before, after, by, source, $2, id FROM map_changes WHERE entry_id = $1
        ORDER BY at DESC, id DESC LIMIT {_HISTORY}
        """,  # noqa: S608 - a constant
        entry_id,
        own,
    )
    return [
        EntryChange(
            at=row["at"],
            action=row["action"],
            field=row["field"],
            before=row["before"] if row["field"] and told else None,
            after=row["after"] if row["field"] and told else None,
            # people of another tenant have no name here
            by=row["by"] if row["layer"] == own else None,
            source=row["source"],
            layer=row["layer"],
        )
        for row in rows
    ]


async def rubrics(
    session: AsyncSession, principal: Principal, in_language: str, *, now: datetime
) -> list[Rubric]:
    """Every rubric of both layers, each after the one that it lies in."""
    principal.require(Permission.SOCIAL_MAP_READ)
    terms = {each.id: each for each in await merged_entries(session, kind="taxonomy_term")}

    def path(term: Merged) -> list[str]:
        names, above, seen = list[str](), terms.get(term.id), set[UUID]()
        while above is not None and above.id not in seen:
            seen.add(above.id)
            said = above.content.get("translations", {}).get(in_language, {})
            names.insert(0, str(said.get("name") or above.content.get("name", "")))
            above = terms.get(above.parent_id) if above.parent_id else None
        return names

    return sorted(
        (Rubric(term_id=each.id, path=path(each)) for each in terms.values()), key=lambda each: each.path
    )


async def entries_to_check(
    session: AsyncSession, principal: Principal, words: str, offset: int, *, now: datetime
) -> EntriesToCheck:
    """What this tenant keeps itself and nobody looked at in time, the longest ago first.

    `words` must all stand in the name, or in that of the organisation. Raises `Invalid` for an `offset` that is none.
    """
    principal.require(Permission.SOCIAL_MAP_EDIT)
    if not 0 <= offset <= _FURTHEST:
        raise Invalid({"offset": "out_of_range"})
    own = "shared" if layer_of(principal.tenant) is Layer.SHARED else "own"
    condition = f"""{VISIBLE} AND entry.layer = $1 AND entry.kind = ANY($2::text[])
        AND (entry.assured_at IS NULL OR entry.assured_at + make_interval(months => entry.check_months) <= $3)"""
    rows = await driver_of(session).fetch(
        f"""
        -- read once: joined as it is, the whole map may be merged anew for each entry
        WITH owner AS MATERIALIZED (
            SELECT id, content->>'name' AS name FROM ({MERGED}) AS entry WHERE kind = 'organization'
        )
        SELECT entry.*, owner.name AS owner_name, count(*) OVER () AS total
        FROM ({MERGED}) AS entry LEFT JOIN owner ON owner.id = entry.organization_id
        WHERE {condition}
          AND concat_ws(' ', entry.content->>'name', owner.name) ILIKE ALL ($4::text[])
        ORDER BY entry.assured_at + make_interval(months => entry.check_months) NULLS FIRST,
                 entry.content->>'name', entry.id
        LIMIT {_LISTED} OFFSET $5
        """,  # noqa: S608 - constants
        own,
        list(_CHECKED),
        now,
        [f"%{_literal(word)}%" for word in words.split()],
        offset,
    )
    lines = []
    for row in rows:
        fields = {name: value for name, value in row.items() if name not in {"owner_name", "total"}}
        entry = merged_of(fields)
        lines.append(
            EntryLine(
                entry_id=entry.id,
                kind=entry.kind,
                layer=own,
                name=str(entry.content.get("name", "")),
                organization=row["owner_name"] or "",
                freshness=freshness(entry.assured_at, entry.check_months, entry.assured_by, now=now),
                may=may(principal, layer_of(principal.tenant)),
            )
        )
    return EntriesToCheck(lines, rows[0]["total"] if rows else 0, offset)


def _literal(word: str) -> str:
    """For ILIKE: what is typed stands for itself."""
    return re.sub(r"([\\%_])", r"\\\1", word)


async def publication(session: AsyncSession, principal: Principal, *, now: datetime) -> PublicationView:
    """How much of the map everybody may read."""
    principal.require(Permission.SOCIAL_MAP_EDIT)
    chosen = await session.scalar(select(Publication))
    scope = await scope_of(session, principal.tenant)
    return PublicationView(
        scope=scope.value,
        fixed=principal.tenant == EDITORIAL_TENANT,
        changed_at=chosen.changed_at if chosen else None,
        changed_by=chosen.changed_by if chosen else None,
    )


async def _one(session: AsyncSession, principal: Principal, key: UUID, kind: str | None = None) -> Merged:
    """By its id, or by that of an entry that was merged into it."""
    sees_all = Permission.SOCIAL_MAP_EDIT in principal.permissions
    key = await standing_for(session, key)
    found = await merged_entries(session, ids=[key], kind=kind, all_states=sees_all)
    if not found:
        raise NotFound
    return found[0]


async def _secret_among(session: AsyncSession, locations: Collection[UUID]) -> set[UUID]:
    """Those of these places that must not be found, shown or not."""
    return {
        each.id for each in await merged_entries(session, ids=locations, all_states=True) if is_secret(each)
    }


async def _at_secret_place(session: AsyncSession, entry: Merged) -> bool:
    """Whether it is a service at a place that must not be found: its words may tell where that is."""
    return entry.location_id is not None and bool(await _secret_among(session, [entry.location_id]))


async def _owner(session: AsyncSession, service: Merged) -> Merged | None:
    if service.organization_id is None:
        return None
    found = await merged_entries(session, ids=[service.organization_id])
    return found[0] if found else None


async def _rubrics(session: AsyncSession, service: Merged) -> list[str]:
    terms = [
        UUID(str(each["taxonomy_term_id"]))
        for each in service.content.get("attributes", [])
        if "taxonomy_term_id" in each
    ]
    found = await merged_entries(session, ids=terms, kind="taxonomy_term") if terms else []
    return [str(each.content.get("name", "")) for each in found]
