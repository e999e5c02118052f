"""The questions of HSDS's read API. Nobody is signed in: what a tenant publishes is the limit, checked here."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.hsds import assembly
from services.referrals.hsds.export import Exported
from services.referrals.hsds.parameters import Asked
from services.referrals.hsds.selection import Question, count, open_places, part, question
from services.referrals.hsds.serving import moment, page_of, points_at, served
from services.referrals.social_map.merging import Merged, merged_entries
from services.referrals.social_map.models import Layer, layer_of
from services.referrals.social_map.publication import Scope, scope_of
from services.referrals.social_map.uniting import standing_for
from services.referrals.social_map.views import WORDS_ABOUT_A_PLACE, is_secret
from shared import audit
from shared.auth import Permission, Principal
from shared.errors import NotFound

_PORTION: Final = 500
_EXPORTED: Final = ("taxonomy", "taxonomy_term", "organization", "location", "service", "service_at_location")
_OF_A_LAYER: Final = ("organization", "service", "service_at_location")
Nest = Callable[[AsyncSession, Sequence[Merged], Asked], Awaitable[list[dict[str, Any]]]]


async def page(session: AsyncSession, tenant: str, kind: str, asked: Asked) -> dict[str, Any]:
    """One page of a kind, in HSDS's envelope. Raises `NotFound` when the tenant publishes nothing."""
    ask = await _question(session, kind, asked)
    _narrow(ask, kind, await _scope(session, tenant))
    total = await count(session, ask)
    entries = await part(session, ask, limit=asked.per_page, offset=(asked.page - 1) * asked.per_page)
    contents = await _NESTS[kind](session, entries, asked)
    return page_of(contents, total=total, page=asked.page, per_page=asked.per_page)


async def lines(session: AsyncSession, tenant: str, kind: str, asked: Asked) -> AsyncIterator[bytes]:
    """Everything that was asked for, one object a line, without pages."""
    ask = await _question(session, kind, asked)
    _narrow(ask, kind, await _scope(session, tenant))
    after: UUID | None = None
    while entries := await part(session, ask, limit=_PORTION, after=after):
        after = entries[-1].id
        for each in await _NESTS[kind](session, entries, asked):
            yield msgspec.json.encode(each) + b"\n"


async def one(session: AsyncSession, tenant: str, kind: str, key: UUID, asked: Asked) -> dict[str, Any]:
    """One object with all that belongs to it and what became of its fields. Raises `NotFound`.

    The id of an entry that was merged into another is answered with that other.
    """
    key = await standing_for(session, key)
    ask = Question(kind)
    _narrow(ask, kind, await _scope(session, tenant))
    ask.require(f"entry.id = {ask.argument(key)}")
    entries = await part(session, ask, limit=1)
    if not entries:
        raise NotFound
    whole = msgspec.structs.replace(asked, full=True, minimal=False)
    (answer,) = await _NESTS[kind](session, entries, whole)
    told = await assembly.metadata_of(session, [key], {key: served(entries[0])})
    if told:
        answer["metadata"] = told[key]
    return answer


async def published(session: AsyncSession, tenant: str) -> None:
    """Raises `NotFound` when the tenant publishes nothing."""
    await _scope(session, tenant)


async def _question(session: AsyncSession, kind: str, asked: Asked) -> Question:
    """Of an organisation that was merged into another, that other is meant."""
    if asked.organization_id is not None:
        key = await standing_for(session, asked.organization_id)
        asked = msgspec.structs.replace(asked, organization_id=key)
    return question(kind, asked)


async def _scope(session: AsyncSession, tenant: str) -> Scope:
    scope = await scope_of(session, tenant)
    if scope is Scope.NOTHING:
        raise NotFound
    return scope


def _narrow(ask: Question, kind: str, scope: Scope) -> None:
    if scope is Scope.OWN and kind in _OF_A_LAYER:
        ask.require("entry.layer = 'own'")


async def _services(session: AsyncSession, entries: Sequence[Merged], asked: Asked) -> list[dict[str, Any]]:
    if asked.minimal:
        return [{"id": str(each.id), "modified_date": moment(each.changed_at)} for each in entries]
    nest = assembly.services_whole if asked.full else assembly.services_listed
    return await nest(session, entries)


async def _organizations(
    session: AsyncSession, entries: Sequence[Merged], asked: Asked
) -> list[dict[str, Any]]:
    if asked.full or asked.full_service:
        return await assembly.organizations_whole(session, entries, with_services=asked.full_service)
    return await assembly.organizations_listed(entries)


async def _at_locations(
    session: AsyncSession, entries: Sequence[Merged], asked: Asked
) -> list[dict[str, Any]]:
    return await assembly.at_locations(session, entries, whole=asked.full)


async def _taxonomies(
    _session: AsyncSession, entries: Sequence[Merged], _asked: Asked
) -> list[dict[str, Any]]:
    return [served(each) for each in entries]


async def _terms(session: AsyncSession, entries: Sequence[Merged], _asked: Asked) -> list[dict[str, Any]]:
    return await assembly.terms(session, entries)


_NESTS: Final[dict[str, Nest]] = {
    "organization": _organizations,
    "service": _services,
    "service_at_location": _at_locations,
    "taxonomy": _taxonomies,
    "taxonomy_term": _terms,
}


async def export_own(session: AsyncSession, principal: Principal, *, now: datetime) -> list[Exported]:
    """Everything that the tenant keeps itself, as it is kept. The act is audited."""
    principal.require(Permission.SOCIAL_MAP_EDIT)
    mine = layer_of(principal.tenant)
    found = [
        entry for entry in await merged_entries(session) if mine is Layer.SHARED or entry.layer is Layer.OWN
    ]
    audit.record(
        session,
        principal,
        "export_own",
        now=now,
        object_kind="social_map",
        details={"entries": len(found)},
    )
    return [Exported(entry.kind, entry.id, entry.content, points_at(entry)) for entry in found]


async def export_published(session: AsyncSession, tenant: str) -> list[Exported]:
    """What everybody may read of the tenant's map. Raises `NotFound` when it publishes nothing."""
    scope = await _scope(session, tenant)
    exported = []
    secret: set[UUID | None] = set()
    for kind in _EXPORTED:
        ask = Question(kind)
        _narrow(ask, kind, scope)
        after: UUID | None = None
        while entries := await part(session, ask, limit=_PORTION, after=after):
            after = entries[-1].id
            secret |= {entry.id for entry in entries if is_secret(entry)}
            for entry in await open_places(session, entries) if kind == "location" else entries:
                references = points_at(entry)
                own = {"id", "last_modified", *references}
                if kind == "service_at_location" and entry.location_id in secret:
                    own |= WORDS_ABOUT_A_PLACE
                content = {name: value for name, value in served(entry).items() if name not in own}
                exported.append(Exported(kind, entry.id, content, references))
    return exported
