"""Keeps the rows by which services are found, in the same transaction as what changed in them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.geography.belgium import belgium
from services.referrals.social_map.merging import HIDES, MERGED
from services.referrals.social_map.models import Layer
from services.referrals.social_map.search_card import Belonging, Part, Row, check_at, row_of, term_ids
from shared.db import driver_of

_AT_ONCE: Final = 400
_DEEPEST: Final = 6
_CONFIGURATIONS: Final = {"nl": "dutch", "fr": "french", "de": "german", "en": "english", "": ""}
_WEIGHTS: Final = ("a", "b", "c", "d")
_SHARED_ENTRIES: Final = "platform.map_entries"


async def reindex_entries(
    session: AsyncSession, layer: Layer, entry_ids: Collection[UUID], *, now: datetime
) -> None:
    """Index anew every service that shows something of these entries: its own, its organisation's, places, rubrics."""
    services = await services_with(session, layer, entry_ids)
    await reindex(session, layer, services, now=now)


async def services_with(session: AsyncSession, layer: Layer, entry_ids: Collection[UUID]) -> list[UUID]:
    """The services that show something of these entries; each way to them by an index of its own."""
    if not entry_ids:
        return []
    source = _SHARED_ENTRIES if layer is Layer.SHARED else f"({MERGED})"
    rows = await driver_of(session).fetch(
        f"""
        SELECT id FROM {source} AS entry WHERE kind = 'service' AND id = ANY($1::uuid[])
        UNION
        SELECT id FROM {source} AS entry WHERE kind = 'service' AND organization_id = ANY($1::uuid[])
        UNION
        SELECT service_id FROM {source} AS entry
        WHERE kind = 'service_at_location' AND service_id IS NOT NULL AND id = ANY($1::uuid[])
        UNION
        SELECT service_id FROM {source} AS entry
        WHERE kind = 'service_at_location' AND service_id IS NOT NULL AND location_id = ANY($1::uuid[])
        UNION
        SELECT service_id FROM {_table(layer)}
        WHERE rubrics && ARRAY(SELECT id FROM {source} AS entry WHERE kind = 'taxonomy_term' AND id = ANY($1::uuid[]))
        ORDER BY 1
        """,  # noqa: S608 - constants
        list(entry_ids),
    )
    return [row["id"] for row in rows]


async def reindex(
    session: AsyncSession, layer: Layer, service_ids: Collection[UUID], *, now: datetime
) -> None:
    """Bring the rows of these services to what the layer says of them now.

    A tenant's layer holds its own services, and those shared ones of which it says or hides something.
    """
    for ids in _batches(list(service_ids)):
        found = await _services(session, layer, ids)
        belongs = await _belongings(session, layer, found)
        rows = {}
        map_of = belgium()
        for each in found:
            if each["unseen"]:
                continue
            row = row_of(_part(each), belongs[each["id"]], map_of)
            if row is not None:
                rows[each["id"]] = (each, row)
        await _forget(session, layer, [each for each in ids if each not in rows])
        await _store(session, layer, rows, now)


async def overlaid_again(session: AsyncSession, *, now: datetime) -> None:
    """Index the tenant's word upon shared services anew where the shared layer has moved on beneath it."""
    rows = await driver_of(session).fetch(
        """
        SELECT s.service_id FROM map_search AS own JOIN platform.map_search AS s USING (service_id)
        WHERE own.base_at IS NOT NULL AND own.base_at <> s.indexed_at
        UNION
        SELECT own.service_id FROM map_search AS own
        WHERE own.base_at IS NOT NULL
          AND NOT EXISTS (SELECT FROM platform.map_search AS s WHERE s.service_id = own.service_id)
        UNION
        SELECT s.service_id FROM map_overlays AS o
        JOIN platform.map_search AS s ON s.service_id = o.entry_id OR s.organization_id = o.entry_id
        WHERE o.kind IN ('service', 'organization')
          AND NOT EXISTS (SELECT FROM map_search AS own WHERE own.service_id = s.service_id)
        UNION
        SELECT s.service_id FROM map_overlays AS o
        JOIN platform.map_entries AS spot ON spot.location_id = o.entry_id AND spot.kind = 'service_at_location'
        JOIN platform.map_search AS s ON s.service_id = spot.service_id
        WHERE o.kind = 'location'
          AND NOT EXISTS (SELECT FROM map_search AS own WHERE own.service_id = s.service_id)
        UNION
        SELECT s.service_id FROM map_overlays AS o
        JOIN platform.map_entries AS gone ON gone.id = o.entry_id AND gone.merged_into IS NOT NULL
        JOIN platform.map_search AS s ON s.service_id = gone.merged_into OR s.organization_id = gone.merged_into
        WHERE NOT EXISTS (SELECT FROM map_search AS own WHERE own.service_id = s.service_id)
        UNION
        SELECT s.service_id FROM map_overlays AS o
        JOIN platform.map_entries AS gone ON gone.id = o.entry_id AND gone.merged_into IS NOT NULL
        JOIN platform.map_entries AS spot ON spot.location_id = gone.merged_into AND spot.kind = 'service_at_location'
        JOIN platform.map_search AS s ON s.service_id = spot.service_id
        WHERE NOT EXISTS (SELECT FROM map_search AS own WHERE own.service_id = s.service_id)
        UNION
        SELECT s.service_id FROM map_entries AS mine
        JOIN platform.map_entries AS gone ON gone.id = mine.service_id AND gone.merged_into IS NOT NULL
        JOIN platform.map_search AS s ON s.service_id = gone.merged_into
        WHERE mine.kind = 'service_at_location'
          AND NOT EXISTS (SELECT FROM map_search AS own WHERE own.service_id = s.service_id)
        """
    )
    if rows:
        await reindex(session, Layer.OWN, [row["service_id"] for row in rows], now=now)


def _table(layer: Layer, name: str = "map_search") -> str:
    return f"platform.{name}" if layer is Layer.SHARED else name


def _batches(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]


async def _services(session: AsyncSession, layer: Layer, ids: Sequence[UUID]) -> list[Mapping[str, Any]]:
    """The services as the layer sees them; `unseen` are those that have no row in it."""
    columns = "id, content, organization_id, assured_at, check_months"
    gone = "withdrawn_at IS NOT NULL OR merged_into IS NOT NULL"
    if layer is Layer.SHARED:
        query = f"""
            SELECT {columns}, {gone} AS unseen, false AS hidden, NULL::timestamptz AS base_at
            FROM {_SHARED_ENTRIES} WHERE kind = 'service' AND id = ANY($1::uuid[])
            """  # noqa: S608 - constants
    else:
        query = f"""
            SELECT entry.id, entry.content, entry.organization_id, entry.assured_at, entry.check_months,
                   entry.withdrawn_at IS NOT NULL OR entry.merged_into IS NOT NULL
                     OR (entry.layer = 'shared' AND (base.service_id IS NULL OR NOT (
                       EXISTS (SELECT FROM map_overlays WHERE entry_id IN (entry.id, entry.organization_id))
                       OR EXISTS (SELECT FROM platform.map_entries AS l JOIN map_overlays AS o
                                  ON o.entry_id IN (l.id, l.location_id)
                                  WHERE l.service_id = entry.id AND l.kind = 'service_at_location')
                       OR EXISTS (SELECT FROM map_entries AS own
                                  WHERE own.service_id = entry.id AND own.kind = 'service_at_location')
                       OR EXISTS (SELECT FROM map_overlays AS o
                                  JOIN platform.map_entries AS gone ON gone.id = o.entry_id
                                  WHERE gone.merged_into IN (entry.id, entry.organization_id))
                       OR EXISTS (SELECT FROM platform.map_entries AS l JOIN platform.map_entries AS gone
                                  ON gone.merged_into = l.location_id JOIN map_overlays AS o ON o.entry_id = gone.id
                                  WHERE l.service_id = entry.id AND l.kind = 'service_at_location')
                       OR EXISTS (SELECT FROM platform.map_entries AS gone JOIN map_entries AS own
                                  ON own.service_id = gone.id AND own.kind = 'service_at_location'
                                  WHERE gone.merged_into = entry.id)
                     ))) AS unseen,
                   entry.hidden OR coalesce((SELECT {HIDES} FROM map_overlays AS o
                                             WHERE o.entry_id = entry.organization_id), false) AS hidden,
                   CASE WHEN entry.layer = 'shared' THEN base.indexed_at END AS base_at
            FROM ({MERGED}) AS entry LEFT JOIN platform.map_search AS base ON base.service_id = entry.id
            WHERE entry.kind = 'service' AND entry.id = ANY($1::uuid[])
            """  # noqa: S608 - constants
    rows = await driver_of(session).fetch(query, list(ids))
    return list(rows)


async def _belongings(
    session: AsyncSession, layer: Layer, services: Sequence[Mapping[str, Any]]
) -> dict[UUID, Belonging]:
    ids = [each["id"] for each in services]
    organizations = await _parts(
        session, layer, {each["organization_id"] for each in services if each["organization_id"]}
    )
    source = _SHARED_ENTRIES if layer is Layer.SHARED else f"({MERGED})"
    seen = "withdrawn_at IS NULL AND merged_into IS NULL" + (
        "" if layer is Layer.SHARED else " AND NOT hidden"
    )
    rows = await driver_of(session).fetch(
        f"SELECT id, content, service_id, location_id FROM {source} AS entry "  # noqa: S608 - constants
        f"WHERE kind = 'service_at_location' AND service_id = ANY($1::uuid[]) AND {seen} ORDER BY id",
        ids,
    )
    locations = await _parts(session, layer, {row["location_id"] for row in rows if row["location_id"]})
    terms = await _terms(session, layer, {term for each in services for term in term_ids(each["content"])})
    there: dict[UUID, list[tuple[Part, Part | None]]] = {}
    for row in rows:
        if row["location_id"] is None or row["location_id"] in locations:
            there.setdefault(row["service_id"], []).append((_part(row), locations.get(row["location_id"])))
    return {
        each["id"]: Belonging(organizations.get(each["organization_id"]), there.get(each["id"], []), terms)
        for each in services
    }


async def _terms(session: AsyncSession, layer: Layer, ids: set[UUID]) -> dict[UUID, Part]:
    """The terms and all above them."""
    found: dict[UUID, Part] = {}
    wanted = ids
    for _ in range(_DEEPEST):
        if not wanted:
            break
        found |= await _parts(session, layer, wanted)
        wanted = {each.parent_id for each in found.values() if each.parent_id} - found.keys()
    return found


async def _parts(session: AsyncSession, layer: Layer, ids: Collection[UUID]) -> dict[UUID, Part]:
    if not ids:
        return {}
    source = _SHARED_ENTRIES if layer is Layer.SHARED else f"({MERGED})"
    seen = "withdrawn_at IS NULL" + ("" if layer is Layer.SHARED else " AND NOT hidden")
    rows = await driver_of(session).fetch(
        f"SELECT id, content, parent_id FROM {source} AS entry WHERE id = ANY($1::uuid[]) AND {seen}",  # noqa: S608
        list(ids),
    )
    return {row["id"]: _part(row) for row in rows}


def _part(row: Mapping[str, Any]) -> Part:
    return Part(row["id"], row["content"], row.get("parent_id"))


async def _forget(session: AsyncSession, layer: Layer, ids: Sequence[UUID]) -> None:
    if ids:
        await driver_of(session).execute(
            f"DELETE FROM {_table(layer)} WHERE service_id = ANY($1::uuid[])",  # noqa: S608 - constants
            list(ids),
        )


async def _store(
    session: AsyncSession,
    layer: Layer,
    rows: Mapping[UUID, tuple[Mapping[str, Any], Row]],
    now: datetime,
) -> None:
    if not rows:
        return
    driver = driver_of(session)
    given = [_stored(each, row) for each, row in rows.values()]
    await driver.execute(_UPSERT[layer], msgspec.json.encode(given).decode(), now)
    words = _table(layer, "map_words")
    # in one order, so that two writers never wait for each other in a ring; what is there burns no number
    await driver.execute(
        f"""
        INSERT INTO {words} (word)
        SELECT new.word FROM unnest($1::text[]) AS new (word)
        WHERE NOT EXISTS (SELECT FROM {words} AS old WHERE old.word = new.word)
        ORDER BY new.word ON CONFLICT DO NOTHING
        """,  # noqa: S608 - constants
        sorted({word for _, row in rows.values() for word in row.words}),
    )


def _stored(each: Mapping[str, Any], row: Row) -> dict[str, Any]:
    places = [
        place
        for place in {each.location_id: each for each in row.card.places}.values()
        if place.latitude is not None
    ]
    return {
        "service_id": each["id"],
        "organization_id": each["organization_id"],
        "name": row.name,
        "rubrics": row.rubrics,
        "groups": row.groups,
        "languages": row.languages,
        "areas": row.areas,
        "minimum_age": row.minimum_age,
        "maximum_age": row.maximum_age,
        "wheelchair": row.wheelchair,
        "placed": bool(places),
        "latitudes": [place.latitude for place in places],
        "longitudes": [place.longitude for place in places],
        "available": row.available,
        "open_week": row.open_week,
        "assured_at": each["assured_at"],
        "check_at": check_at(each["assured_at"], each["check_months"]),
        "hidden": each["hidden"],
        "base_at": each["base_at"],
        "card": row.card,
        **{name: row.texts.get(name, "") for name in _texts()},
    }


def _texts() -> Iterable[str]:
    return (f"{weight}_{language}" for weight in _WEIGHTS for language in _CONFIGURATIONS)


def _upsert(layer: Layer) -> str:
    """Each text by the stems of its language; all texts as they stand besides, for words half typed."""
    vector = " || ".join(
        f"setweight(to_tsvector('pg_catalog.{configuration}', new.{weight}_{language}), '{weight.upper()}')"
        for weight in _WEIGHTS
        for language, configuration in _CONFIGURATIONS.items()
        if configuration
    )
    plain = " || ".join(
        "setweight(to_tsvector('pg_catalog.simple', concat_ws(' ', "
        + ", ".join(f"new.{weight}_{language}" for language in _CONFIGURATIONS)
        + f")), '{weight.upper()}')"
        for weight in _WEIGHTS
    )
    types = {
        "service_id": "uuid", "organization_id": "uuid", "name": "text", "words": "", "rubrics": "uuid[]",
        "groups": "text[]", "languages": "text[]", "areas": "text[]", "minimum_age": "real", "maximum_age": "real",
        "wheelchair": "boolean", "placed": "boolean", "latitudes": "float8[]",
        "longitudes": "float8[]", "available": "int", "open_week": "int4multirange",
        "assured_at": "timestamptz", "check_at": "timestamptz", "hidden": "boolean", "base_at": "timestamptz",
        "card": "jsonb",
    }  # fmt: skip
    columns = list(types)
    given = {**{name: kind for name, kind in types.items() if kind}, **dict.fromkeys(_texts(), "text")}
    taken = ", ".join(f"({vector} || {plain})" if name == "words" else f"new.{name}" for name in columns)
    return f"""
        INSERT INTO {_table(layer)} ({", ".join(columns)}, indexed_at)
        SELECT {taken}, $2
        FROM jsonb_to_recordset($1::jsonb) AS new ({", ".join(f"{name} {kind}" for name, kind in given.items())})
        ORDER BY new.service_id
        ON CONFLICT (service_id) DO UPDATE
        SET {", ".join(f"{name} = excluded.{name}" for name in [*columns[1:], "indexed_at"])}
        """  # noqa: S608 - constants


_UPSERT: Final = {layer: _upsert(layer) for layer in Layer}
