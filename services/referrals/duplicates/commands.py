"""What an editor decides about two entries that look like one: merge them, part them again, or call them two."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.duplicates.models import (
    Distinct,
    Merge,
    MergeOver,
    MergeUnknown,
    NotAPair,
    PairChanged,
    PairUnknown,
)
from services.referrals.social_map.models import EDITORS, REFERENCES, Layer, layer_of
from services.referrals.social_map.uniting import locked, part_again, unite
from services.referrals.social_map.writing import Draft, write
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts.map_imports import MergeEntries, MergeRef, NotTheSame
from shared.db import uuid7

MERGEABLE: Final = ("organization", "service", "location")


async def merge_entries(
    session: AsyncSession, principal: Principal, command: MergeEntries, *, now: datetime
) -> MergeRef:
    """Keep one of two, with what the editor chose of the other. Raises `PairUnknown`, `PairChanged` or `NotAPair`."""
    principal.require(Permission.SOCIAL_MAP_EDIT)
    layer = layer_of(principal.tenant)
    if command.kept == command.gone:
        raise NotAPair({"gone": "not_a_pair"})
    found = await locked(session, layer, [command.kept, command.gone])
    if len(found) < 2:  # noqa: PLR2004 - a pair
        raise PairUnknown
    kept, gone = found[command.kept], found[command.gone]
    if kept["kind"] != gone["kind"] or kept["kind"] not in MERGEABLE:
        raise NotAPair({"gone": "not_a_pair"})
    if (kept["version"], gone["version"]) != (command.kept_version, command.gone_version) or any(
        each["merged_into"] is not None or each["withdrawn_at"] is not None for each in (kept, gone)
    ):
        raise PairChanged
    chosen = {field: gone["content"][field] for field in command.from_gone if field in gone["content"]}
    content = {**kept["content"], **chosen}
    if gone["content"].get("hidden_address") or kept["content"].get("hidden_address"):
        # where a shelter is comes out by no merge: only an editor who says so himself uncovers it
        content["hidden_address"] = True
    await _write(session, layer, kept, content, by=principal.user_id, now=now)
    (after,) = (await locked(session, layer, [command.kept])).values()
    fields = [name for name in after["content"] if after["content"].get(name) != kept["content"].get(name)]
    moved = await unite(
        session, layer, command.kept, command.gone, kind=kept["kind"], by=principal.user_id, now=now
    )
    merge = Merge(
        id=uuid7(),
        kind=kept["kind"],
        kept=command.kept,
        gone=command.gone,
        kept_name=str(kept["content"].get("name", "")),
        gone_name=str(gone["content"].get("name", "")),
        before={name: kept["content"].get(name) for name in fields},
        after={name: after["content"].get(name) for name in fields},
        moved={column: [str(key) for key in keys] for column, keys in moved.items()},
        at=now,
        by=principal.user_id,
    )
    session.add(merge)
    _note(session, principal, "merge_entries", command.kept, now=now)
    return MergeRef(merge.id)


async def undo_merge(
    session: AsyncSession, principal: Principal, merge_id: UUID, *, now: datetime
) -> MergeRef:
    """Two again, each as it was; a field that somebody changed since the merge keeps that change.

    Raises `MergeUnknown` or `MergeOver`.
    """
    principal.require(Permission.SOCIAL_MAP_EDIT)
    layer = layer_of(principal.tenant)
    merge = await session.get(Merge, merge_id, with_for_update=True)
    if merge is None:
        raise MergeUnknown
    found = await locked(session, layer, [merge.kept, merge.gone])
    if (
        merge.undone_at is not None
        or found[merge.kept]["merged_into"] is not None
        or found[merge.gone]["merged_into"] != merge.kept
    ):
        raise MergeOver
    kept = found[merge.kept]
    content = dict(kept["content"])
    for name, before in merge.before.items():
        if content.get(name) != merge.after.get(name):
            continue
        if before is None:
            content.pop(name, None)
        else:
            content[name] = before
    await _write(session, layer, kept, content, by=principal.user_id, now=now)
    moved = {column: [UUID(key) for key in keys] for column, keys in merge.moved.items()}
    await part_again(
        session, layer, merge.kept, merge.gone, moved, kind=merge.kind, by=principal.user_id, now=now
    )
    merge.undone_at, merge.undone_by = now, principal.user_id
    _note(session, principal, "undo_merge", merge.kept, now=now)
    return MergeRef(merge.id)


async def call_distinct(
    session: AsyncSession, principal: Principal, command: NotTheSame, *, now: datetime
) -> NotTheSame:
    """These are two: they are not proposed again. Said twice, it is said once."""
    principal.require(Permission.SOCIAL_MAP_EDIT)
    first, second = sorted((command.first, command.second))
    if first == second:
        raise NotAPair({"second": "not_a_pair"})
    found = await locked(session, layer_of(principal.tenant), [first, second])
    if len(found) < 2:  # noqa: PLR2004 - a pair
        raise PairUnknown
    if await session.get(Distinct, (first, second)) is None:
        session.add(Distinct(first=first, second=second, at=now, by=principal.user_id))
    _note(session, principal, "call_distinct", first, now=now)
    return NotTheSame(first, second)


async def _write(
    session: AsyncSession,
    layer: Layer,
    entry: dict[str, Any],
    content: dict[str, Any],
    *,
    by: UUID,
    now: datetime,
) -> None:
    draft = Draft(
        kind=entry["kind"],
        content=content,
        source_id=entry["source_id"],
        id=entry["id"],
        **{name: entry[name] for name in REFERENCES},
    )
    await write(
        session, layer, [draft], source=EDITORS, by=by, now=now, versions={entry["id"]: entry["version"]}
    )


def _note(session: AsyncSession, principal: Principal, action: str, entry: UUID, *, now: datetime) -> None:
    audit.record(session, principal, action, now=now, object_kind="map_entry", object_id=entry)
