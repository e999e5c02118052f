"""Pairs of the caller's own layer that may be one, two of them side by side, and what was merged."""

import asyncio
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.duplicates.models import Distinct, Merge, PairUnknown
from services.referrals.duplicates.pairs import Candidate, candidate_of, likeness, pairs_of, said
from services.referrals.social_map.models import Layer, layer_of, tables_of
from shared.auth import Permission, Principal
from shared.contracts.map_imports import Alike, AlikeList, MergeList, MergeView, PairView, SideView
from shared.db import driver_of

_LISTED: Final = 100
_KINDS: Final = ["organization", "service", "location"]


async def alike(session: AsyncSession, principal: Principal, *, now: datetime) -> AlikeList:
    """The surest pairs first."""
    principal.require(Permission.SOCIAL_MAP_EDIT)
    entries, _ = tables_of(layer_of(principal.tenant))
    rows = await driver_of(session).fetch(
        f"""
        SELECT id, kind, organization_id, content FROM {entries}
        WHERE kind = ANY($1::text[]) AND merged_into IS NULL AND withdrawn_at IS NULL
        """,  # noqa: S608 - a constant
        _KINDS,
    )
    distinct = {(each.first, each.second) for each in await session.scalars(select(Distinct))}
    # thousands of names against each other: in a thread, so that the service answers others meanwhile
    found = await asyncio.to_thread(lambda: pairs_of([_candidate(row) for row in rows], distinct))
    shown = [
        Alike(
            first=pair.first.id,
            second=pair.second.id,
            kind=pair.first.kind,
            first_name=pair.first.shown,
            second_name=pair.second.shown,
            score=pair.score,
            reasons=pair.reasons,
        )
        for pair in found[:_LISTED]
    ]
    return AlikeList(shown, cut=len(found) > _LISTED)


async def pair(
    session: AsyncSession, principal: Principal, first: UUID, second: UUID, *, now: datetime
) -> PairView:
    """Two entries beside each other. Raises `PairUnknown`."""
    principal.require(Permission.SOCIAL_MAP_EDIT)
    layer = layer_of(principal.tenant)
    entries, _ = tables_of(layer)
    rows = await driver_of(session).fetch(
        f"SELECT * FROM {entries} WHERE id = ANY($1::uuid[]) AND merged_into IS NULL AND withdrawn_at IS NULL",  # noqa: S608
        [first, second],
    )
    found = {row["id"]: row for row in rows}
    if first == second or set(found) != {first, second} or found[first]["kind"] != found[second]["kind"]:
        raise PairUnknown
    score, reasons = likeness(_candidate(found[first]), _candidate(found[second]))
    sides = [await _side(session, layer, found[key]) for key in (first, second)]
    fields = dict.fromkeys([*sides[0].content, *sides[1].content])
    return PairView(
        kind=found[first]["kind"],
        first=sides[0],
        second=sides[1],
        score=score,
        reasons=reasons,
        differing=[
            name for name in fields if said(sides[0].content.get(name)) != said(sides[1].content.get(name))
        ],
    )


async def merges(session: AsyncSession, principal: Principal, *, now: datetime) -> MergeList:
    """What was merged here, the newest first."""
    principal.require(Permission.SOCIAL_MAP_EDIT)
    found = list(
        await session.scalars(select(Merge).order_by(Merge.at.desc(), Merge.id.desc()).limit(_LISTED))
    )
    entries, _ = tables_of(layer_of(principal.tenant))
    rows = await driver_of(session).fetch(
        f"SELECT id, merged_into FROM {entries} WHERE id = ANY($1::uuid[])",  # noqa: S608 - a constant
        [key for each in found for key in (each.kept, each.gone)],
    )
    into = {row["id"]: row["merged_into"] for row in rows}
    return MergeList(
        [
            MergeView(
                id=each.id,
                kind=each.kind,
                kept=each.kept,
                gone=each.gone,
                kept_name=each.kept_name,
                gone_name=each.gone_name,
                at=each.at,
                by=each.by,
                undone_at=each.undone_at,
                can_undo=each.undone_at is None
                and into.get(each.kept) is None
                and into.get(each.gone) == each.kept,
            )
            for each in found
        ]
    )


def _candidate(row: Any) -> Candidate:
    return candidate_of(row, row["content"])


async def _side(session: AsyncSession, layer: Layer, row: Any) -> SideView:
    entries, _ = tables_of(layer)
    content = row["content"]
    points = await driver_of(session).fetchval(
        f"SELECT count(*) FROM {entries} WHERE $1 IN (organization_id, service_id, location_id, parent_id)",  # noqa: S608
        row["id"],
    )
    return SideView(
        id=row["id"],
        name=str(content.get("name", "")),
        source=row["source"],
        version=row["version"],
        content=content,
        points_here=points,
    )
