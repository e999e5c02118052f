"""The doors of duplicates: one line each."""

from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from services.referrals.duplicates import commands, queries
from shared.app import Door
from shared.contracts.map_imports import (
    AlikeList,
    MergeEntries,
    MergeList,
    MergeRef,
    NotTheSame,
    PairView,
)


@get("/social-map/duplicates", operation_id="alike")
async def alike(door: NamedDependency[Door]) -> AlikeList:
    return await door.ask(queries.alike)


@get("/social-map/duplicates/{entry_id:uuid}/{other_id:uuid}", operation_id="pair")
async def pair(door: NamedDependency[Door], entry_id: FromPath[UUID], other_id: FromPath[UUID]) -> PairView:
    return await door.ask(queries.pair, entry_id, other_id)


@post("/social-map/not-the-same", operation_id="callDistinct", status_code=200)
async def call_distinct(door: NamedDependency[Door], data: JSONBody[NotTheSame]) -> NotTheSame:
    return await door.do(commands.call_distinct, data)


@get("/social-map/merges", operation_id="merges")
async def merges(door: NamedDependency[Door]) -> MergeList:
    return await door.ask(queries.merges)


@post("/social-map/merges", operation_id="mergeEntries")
async def merge_entries(door: NamedDependency[Door], data: JSONBody[MergeEntries]) -> MergeRef:
    return await door.do(commands.merge_entries, data)


@post("/social-map/merges/{merge_id:uuid}/undo", operation_id="undoMerge", status_code=200)
async def undo_merge(door: NamedDependency[Door], merge_id: FromPath[UUID]) -> MergeRef:
    return await door.do(commands.undo_merge, None, merge_id)


ROUTES = [alike, pair, call_distinct, merges, merge_entries, undo_merge]
