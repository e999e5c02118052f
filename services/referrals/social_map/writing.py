"""The only way to write entries: what changed is written down field by field, and the same again changes nothing."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.social_map.history import Change, keep
from services.referrals.social_map.models import EDITORS, REFERENCES, Layer, tables_of
from services.referrals.social_map.nudges import keep_watch
from services.referrals.social_map.profile import tidy, wrong_fields
from services.referrals.social_map.search_index import reindex_entries
from services.referrals.social_map.uniting import standing_references
from shared.db import driver_of
from shared.errors import Conflict, Invalid, NotFound

CHECK_MONTHS: Final = 12
_UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}\Z", re.IGNORECASE)
_COLUMNS = "id, kind, content, organization_id, service_id, location_id, taxonomy_id, parent_id"


class ContentWrong(Invalid):
    """What an entry says does not fit HSDS 3.1 and the profile; each wrong field has a code."""

    code = "content_wrong"


class EntryChanged(Conflict):
    """Somebody else changed the entry meanwhile."""

    code = "changed_meanwhile"


class EntryUnknown(NotFound):
    """There is no such entry in this layer."""

    code = "entry_unknown"


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as it should become. Without `id` it is known by its source and what it is called there."""

    kind: str
    content: dict[str, Any]
    source_id: str
    id: UUID | None = None
    organization_id: UUID | None = None
    service_id: UUID | None = None
    location_id: UUID | None = None
    taxonomy_id: UUID | None = None
    parent_id: UUID | None = None


class Written(msgspec.Struct, frozen=True):
    created: list[UUID]
    changed: list[UUID]
    unchanged: list[UUID]


def entry_id(source: str, kind: str, source_id: str) -> UUID:
    """The source's own UUID when it is one, else one that is the same each time."""
    if _UUID.match(source_id):
        return UUID(source_id)
    return uuid5(NAMESPACE_URL, f"vangnet:{source}:{kind}:{source_id}")


async def write(
    session: AsyncSession,
    layer: Layer,
    drafts: Sequence[Draft],
    *,
    source: str,
    by: UUID | None,
    now: datetime,
    versions: Mapping[UUID, int] | None = None,
) -> Written:
    """Bring entries to what the drafts say; each changed field leaves a row in `map_changes`.

    What an import says again is not news: a field that somebody changed here meanwhile stays until the source itself
    says something else. `versions` are those that the writer saw. Raises `ContentWrong`, `EntryChanged`, and whatever
    the database says to one who may not write this layer.
    """
    wanted = await _wanted(session, layer, drafts, source)
    found = await _found(session, layer, list(wanted))
    _require_kinds(drafts, wanted, found)
    _require_versions(found, versions or {})
    fresh = [key for key in wanted if key not in found]
    created = await _create(session, layer, {key: wanted[key] for key in fresh}, source, by, now)
    if len(created) < len(fresh):
        # somebody else wrote the same entries first: theirs are the ones to change now
        found |= await _found(session, layer, [key for key in fresh if key not in created])
    said = await _said_before(session, layer, source, wanted, found)
    changes: list[Change] = []
    changed = []
    for key, row in found.items():
        own = _differences(wanted[key], row, said.get(key))
        if own:
            changed.append(key)
            changes += own
    await _update(session, layer, changed, wanted, found, changes, by, now)
    await keep(session, layer, changes, source, by, now)
    await reindex_entries(session, layer, [*created, *changed], now=now)
    if created:
        tenant: str = await driver_of(session).fetchval("SELECT substr(current_schema(), 3)")
        await keep_watch(session, tenant, now=now)
    untouched = set(found).difference(changed)
    return Written(
        created=[key for key in wanted if key in created],
        changed=[key for key in wanted if key in set(changed)],
        unchanged=[key for key in wanted if key in untouched],
    )


async def foresee(session: AsyncSession, layer: Layer, drafts: Sequence[Draft], *, source: str) -> Written:
    """What `write` would do with these drafts now; nothing is written."""
    wanted = await _wanted(session, layer, drafts, source)
    found = await _found(session, layer, list(wanted))
    said = await _said_before(session, layer, source, wanted, found)
    changed = {key for key, row in found.items() if _differences(wanted[key], row, said.get(key))}
    return Written(
        created=[key for key in wanted if key not in found],
        changed=[key for key in wanted if key in changed],
        unchanged=[key for key in wanted if key in found and key not in changed],
    )


async def withdraw(
    session: AsyncSession, layer: Layer, ids: Iterable[UUID], *, source: str, by: UUID | None, now: datetime
) -> list[UUID]:
    """Take entries out of sight; they and their history stay. Returns those that were not withdrawn before."""
    return await _set_withdrawn(session, layer, ids, "withdraw", source, by, now)


async def restore(
    session: AsyncSession, layer: Layer, ids: Iterable[UUID], *, source: str, by: UUID | None, now: datetime
) -> list[UUID]:
    """Bring withdrawn entries back. Returns those that were withdrawn."""
    return await _set_withdrawn(session, layer, ids, "restore", source, by, now)


async def assure(
    session: AsyncSession,
    layer: Layer,
    key: UUID,
    *,
    assurer: str,
    check_months: int | None,
    by: UUID,
    now: datetime,
    version: int,
) -> None:
    """Somebody looked, and it is still right. Raises `EntryUnknown` or `EntryChanged`."""
    entries, _ = tables_of(layer)
    row = await driver_of(session).fetchrow(
        f"SELECT kind, assured_at, version FROM {entries} WHERE id = $1 FOR UPDATE",  # noqa: S608 - constants
        key,
    )
    if row is None:
        raise EntryUnknown
    if row["version"] != version:
        raise EntryChanged
    await driver_of(session).execute(
        f"UPDATE {entries} SET assured_at = $2, assured_by = $3, check_months = coalesce($4, check_months) "  # noqa: S608
        "WHERE id = $1",
        key,
        now,
        assurer,
        check_months,
    )
    before = None if row["assured_at"] is None else row["assured_at"].isoformat()
    change = Change(key, row["kind"], "assure", "assured_at", before, now.isoformat())
    await keep(session, layer, [change], EDITORS, by, now)
    await reindex_entries(session, layer, [key], now=now)


async def _wanted(
    session: AsyncSession, layer: Layer, drafts: Sequence[Draft], source: str
) -> dict[UUID, Draft]:
    """The drafts by the id that they have or get, tidied; the last of two with the same id holds."""
    entries, _ = tables_of(layer)
    nameless = [draft for draft in drafts if draft.id is None]
    rows = await driver_of(session).fetch(
        f"""
        SELECT id, kind, source_id FROM {entries}
        WHERE source = $1 AND (kind, source_id) IN (SELECT * FROM unnest($2::text[], $3::text[]))
        """,  # noqa: S608 - constants
        source,
        [draft.kind for draft in nameless],
        [draft.source_id for draft in nameless],
    )
    known = {(row["kind"], row["source_id"]): row["id"] for row in rows}
    wrong: dict[str, str] = {}
    wanted: dict[UUID, Draft] = {}
    for place, draft in enumerate(drafts):
        prefix = f"{place}." if len(drafts) > 1 else ""
        wrong |= {f"{prefix}{field}": code for field, code in wrong_fields(draft.kind, draft.content).items()}
        if wrong:
            continue
        key = (
            draft.id
            or known.get((draft.kind, draft.source_id))
            or entry_id(source, draft.kind, draft.source_id)
        )
        wanted[key] = msgspec.structs.replace(draft, id=key, content=tidy(draft.kind, key, draft.content))
    if wrong:
        raise ContentWrong(wrong)
    named = {key: _references(draft) for key, draft in wanted.items()}
    for key, standing in (await standing_references(session, layer, named)).items():
        wanted[key] = msgspec.structs.replace(
            wanted[key], **{name: UUID(value) for name, value in standing.items()}
        )
    return wanted


async def _found(session: AsyncSession, layer: Layer, ids: list[UUID]) -> dict[UUID, dict[str, Any]]:
    """The rows that are there, locked in one order so that two writers never wait for each other in a ring."""
    entries, _ = tables_of(layer)
    rows = await driver_of(session).fetch(
        f"SELECT {_COLUMNS}, version, changed_at, changed_by FROM {entries} "  # noqa: S608
        "WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE",
        ids,
    )
    return {row["id"]: dict(row) for row in rows}


def _require_kinds(
    drafts: Sequence[Draft], wanted: Mapping[UUID, Draft], found: Mapping[UUID, Mapping[str, Any]]
) -> None:
    """An id is that of one entry: nothing becomes something else."""
    strangers = {
        (wanted[key].kind, wanted[key].source_id)
        for key, row in found.items()
        if row["kind"] != wanted[key].kind
    }
    wrong = {
        f"{place}.id" if len(drafts) > 1 else "id": "id_of_another"
        for place, draft in enumerate(drafts)
        if (draft.kind, draft.source_id) in strangers
    }
    if wrong:
        raise ContentWrong(wrong)


def _require_versions(found: Mapping[UUID, Mapping[str, Any]], versions: Mapping[UUID, int]) -> None:
    for key, version in versions.items():
        if key not in found:
            raise EntryUnknown
        if found[key]["version"] != version:
            raise _changed(found[key])


def _changed(row: Mapping[str, Any]) -> EntryChanged:
    return EntryChanged(
        details={"changed_by": str(row["changed_by"] or ""), "changed_at": row["changed_at"].isoformat()}
    )


async def _create(
    session: AsyncSession,
    layer: Layer,
    drafts: Mapping[UUID, Draft],
    source: str,
    by: UUID | None,
    now: datetime,
) -> set[UUID]:
    if not drafts:
        return set()
    entries, _ = tables_of(layer)
    typed = source == EDITORS
    rows = await driver_of(session).fetch(
        f"""
        INSERT INTO {entries} ({_COLUMNS}, source, source_id, assured_at, assured_by, check_months, version,
                               changed_at, changed_by)
        SELECT new.id, new.kind, new.content::jsonb, new.organization_id, new.service_id, new.location_id,
               new.taxonomy_id, new.parent_id, $9, new.source_id, new.assured_at, new.assured_by, {CHECK_MONTHS}, 1,
               $13, $14
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[], $8::uuid[],
                    $10::text[], $11::timestamptz[], $12::text[])
          AS new (id, kind, content, organization_id, service_id, location_id, taxonomy_id, parent_id, source_id,
                  assured_at, assured_by)
        ON CONFLICT (id) DO NOTHING RETURNING id
        """,  # noqa: S608 - constants
        list(drafts),
        [draft.kind for draft in drafts.values()],
        [msgspec.json.encode(draft.content).decode() for draft in drafts.values()],
        *([getattr(draft, reference) for draft in drafts.values()] for reference in REFERENCES),
        source,
        [draft.source_id for draft in drafts.values()],
        [now if typed else _assured(draft.content) for draft in drafts.values()],
        [str(by) if typed else str(draft.content.get("assurer_email", "")) for draft in drafts.values()],
        now,
        by,
    )
    created = {row["id"] for row in rows}
    changes = [
        Change(key, draft.kind, "create", "", None, {**draft.content, **_references(draft)})
        for key, draft in drafts.items()
        if key in created
    ]
    await keep(session, layer, changes, source, by, now)
    return created


def _assured(content: Mapping[str, Any]) -> datetime | None:
    """When the source itself says that it looked."""
    try:
        return datetime.fromisoformat(str(content.get("assured_date", ""))).replace(tzinfo=UTC)
    except ValueError:
        return None


def _references(draft: Draft) -> dict[str, str]:
    return {name: str(value) for name in REFERENCES if (value := getattr(draft, name)) is not None}


async def _said_before(
    session: AsyncSession,
    layer: Layer,
    source: str,
    wanted: Mapping[UUID, Draft],
    found: Mapping[UUID, Mapping[str, Any]],
) -> dict[UUID, dict[str, Any]]:
    """What this source said of each field when it last said something new; nothing for what a person types."""
    differing = [key for key, row in found.items() if _differences(wanted[key], row, None)]
    if source == EDITORS or not differing:
        return {}
    _, changes = tables_of(layer)
    rows = await driver_of(session).fetch(
        f"""
        SELECT entry_id, field, after FROM {changes}
        WHERE entry_id = ANY($1::uuid[]) AND source = $2 AND action IN ('create', 'update') ORDER BY at, id
        """,  # noqa: S608 - constants
        differing,
        source,
    )
    said: dict[UUID, dict[str, Any]] = {key: {} for key in differing}
    for row in rows:
        news: dict[str, Any] = row["after"] if row["field"] == "" else {row["field"]: row["after"]}
        said[row["entry_id"]].update(news)
    named = {
        key: {name: each[name] for name in REFERENCES if isinstance(each.get(name), str)}
        for key, each in said.items()
    }
    for key, standing in (await standing_references(session, layer, named)).items():
        said[key].update(standing)
    return said


def _differences(draft: Draft, row: Mapping[str, Any], said: Mapping[str, Any] | None) -> list[Change]:
    after = {**draft.content, **_references(draft)}
    before = {
        **row["content"],
        **{name: str(row[name]) for name in REFERENCES if row[name] is not None},
    }
    return [
        Change(row["id"], row["kind"], "update", field, before.get(field), after.get(field))
        for field in [*after, *(field for field in before if field not in after)]
        if before.get(field) != after.get(field) and (said is None or said.get(field) != after.get(field))
    ]


async def _update(
    session: AsyncSession,
    layer: Layer,
    changed: list[UUID],
    wanted: Mapping[UUID, Draft],
    found: Mapping[UUID, Mapping[str, Any]],
    changes: list[Change],
    by: UUID | None,
    now: datetime,
) -> None:
    if not changed:
        return
    become: dict[UUID, dict[str, Any]] = {
        key: {**found[key]["content"], **{name: found[key][name] for name in REFERENCES}} for key in changed
    }
    for change in changes:
        if change.field in REFERENCES:
            become[change.entry_id][change.field] = getattr(wanted[change.entry_id], change.field)
        elif change.after is None:
            become[change.entry_id].pop(change.field, None)
        else:
            become[change.entry_id][change.field] = change.after
    looked = {change.entry_id for change in changes if change.field == "assured_date"}
    entries, _ = tables_of(layer)
    await driver_of(session).execute(
        f"""
        UPDATE {entries} AS old
        SET content = new.content::jsonb, organization_id = new.organization_id, service_id = new.service_id,
            location_id = new.location_id, taxonomy_id = new.taxonomy_id, parent_id = new.parent_id,
            version = old.version + 1, changed_at = $8, changed_by = $9,
            assured_by = CASE WHEN new.assured_at > coalesce(old.assured_at, '-infinity') THEN new.assured_by
                              ELSE old.assured_by END,
            assured_at = greatest(old.assured_at, new.assured_at)
        FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[],
                    $10::timestamptz[], $11::text[])
          AS new (id, content, organization_id, service_id, location_id, taxonomy_id, parent_id, assured_at, assured_by)
        WHERE old.id = new.id
        """,  # noqa: S608 - constants
        changed,
        [
            msgspec.json.encode(
                {name: value for name, value in become[key].items() if name not in REFERENCES}
            ).decode()
            for key in changed
        ],
        *([become[key][reference] for key in changed] for reference in REFERENCES),
        now,
        by,
        # only where the source says anew that it looked
        [_assured(become[key]) if key in looked else None for key in changed],
        [str(become[key].get("assurer_email", "")) for key in changed],
    )


async def _set_withdrawn(
    session: AsyncSession,
    layer: Layer,
    ids: Iterable[UUID],
    action: str,
    source: str,
    by: UUID | None,
    now: datetime,
) -> list[UUID]:
    entries, _ = tables_of(layer)
    going = action == "withdraw"
    rows = await driver_of(session).fetch(
        f"""
        UPDATE {entries} SET withdrawn_at = $2, version = version + 1, changed_at = $3, changed_by = $4
        WHERE id = ANY($1::uuid[]) AND (withdrawn_at IS NULL) = $5 RETURNING id, kind
        """,  # noqa: S608 - constants
        list(ids),
        now if going else None,
        now,
        by,
        going,
    )
    await keep(
        session,
        layer,
        [Change(row["id"], row["kind"], action, "", None, None) for row in rows],
        source,
        by,
        now,
    )
    gone = [row["id"] for row in rows]
    await reindex_entries(session, layer, gone, now=now)
    return gone
