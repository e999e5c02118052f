"""Which entries everybody may read, and those of them that somebody asked for, page by page."""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.hsds.asked import Asked, since
from services.referrals.social_map.merging import MERGED, VISIBLE, Merged, merged_of
from shared.db import driver_of

_METRES_A_DEGREE: Final = 111_320
_OPEN: Final = "coalesce({}.content->>'publication', 'public') = 'public'"
_SEEN: Final = "NOT {0}.hidden AND {0}.withdrawn_at IS NULL AND {0}.merged_into IS NULL"
_PUBLIC_SERVICE: Final = f"""
    {_OPEN.format("{0}")} AND {_SEEN.format("{0}")} AND NOT EXISTS (
        SELECT FROM ({MERGED}) AS owner
        WHERE owner.id = {{0}}.organization_id AND NOT ({_SEEN.format("owner")} AND {_OPEN.format("owner")}))
"""
PUBLIC: Final[dict[str, str]] = {
    "organization": f"{VISIBLE} AND {_OPEN.format('entry')}",
    "service": _PUBLIC_SERVICE.format("entry"),
    "location": VISIBLE,
    "service_at_location": f"""
        {VISIBLE}
        AND EXISTS (SELECT FROM ({MERGED}) AS service WHERE service.id = entry.service_id
                    AND service.kind = 'service' AND {_PUBLIC_SERVICE.format("service")})
        AND (entry.location_id IS NULL OR EXISTS (
                SELECT FROM ({MERGED}) AS place WHERE place.id = entry.location_id AND {_SEEN.format("place")}))
    """,
    "taxonomy": VISIBLE,
    "taxonomy_term": VISIBLE,
}
"""What everybody may read of each kind, on `entry`, a row of `MERGED`: nothing of a service whose owner is not shown."""

_TEXT: Final = """lower(concat_ws(' ', {0}.content->>'name', {0}.content->>'alternate_name',
    {0}.content->>'description', jsonb_path_query_array({0}.content, '$.translations.*.*')::text))"""
_TERM: Final = """EXISTS (SELECT FROM jsonb_path_query({0}.content, '$.attributes[*].taxonomy_term_id') AS term
    WHERE term #>> '{{}}' = {1})"""
_TERM_OF: Final = f"""EXISTS (
    SELECT FROM jsonb_path_query({{0}}.content, '$.attributes[*].taxonomy_term_id') AS term
    JOIN ({MERGED}) AS word ON word.id::text = term #>> '{{{{}}}}' WHERE word.taxonomy_id = {{1}}::uuid)"""
_BESIDE: Final = f"EXISTS (SELECT FROM ({MERGED}) AS service WHERE service.id = entry.service_id AND {{}})"
_OPEN_PLACE: Final = "coalesce(place.content->>'hidden_address', 'false') <> 'true'"
_CENTRE: Final = f"""(SELECT avg((place.content->>'latitude')::float8) AS latitude,
    avg((place.content->>'longitude')::float8) AS longitude
    FROM ({MERGED}) AS place WHERE place.kind = 'location' AND {_SEEN.format("place")} AND {_OPEN_PLACE}
    AND place.content->'addresses' @> jsonb_build_array(jsonb_build_object('postal_code', {{0}}::text)))"""


class Question:
    """The conditions and arguments of one question, in the order in which they were added."""

    def __init__(self, kind: str) -> None:
        self.arguments: list[Any] = [kind]
        self.conditions: list[str] = ["entry.kind = $1", PUBLIC[kind]]

    def add(self, condition: str, *arguments: Any) -> None:
        """`condition` names its arguments `{0}`, `{1}`; they get their numbers here."""
        numbers = []
        for argument in arguments:
            self.arguments.append(argument)
            numbers.append(f"${len(self.arguments)}")
        self.conditions.append(condition.format(*numbers))

    @property
    def where(self) -> str:
        return f"FROM ({MERGED}) AS entry WHERE {' AND '.join(self.conditions)}"


def question(kind: str, asked: Asked) -> Question:
    """What HSDS's parameters mean for this kind; those that it does not know mean nothing."""
    ask = Question(kind)
    of_service = kind == "service_at_location"

    def about_service(condition: str) -> str:
        return _BESIDE.format(condition.format("service", "{0}")) if of_service else condition.format("entry", "{0}")

    for word in asked.search.lower().split():
        escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        ask.add(about_service(f"{_TEXT} LIKE {{1}}::text"), f"%{escaped}%")
    moment = since(asked)
    if moment is not None:
        ask.add("entry.changed_at >= {0}", moment)
    if kind == "taxonomy_term":
        if asked.taxonomy_id is not None:
            ask.add("entry.taxonomy_id = {0}", asked.taxonomy_id)
        if asked.parent_id is not None:
            ask.add("entry.parent_id = {0}", asked.parent_id)
        if asked.top_only:
            ask.add("entry.parent_id IS NULL")
    elif kind != "taxonomy":
        if asked.taxonomy_term_id is not None:
            ask.add(about_service(_TERM.format("{0}", "{1}::text")), str(asked.taxonomy_term_id))
        if asked.taxonomy_id is not None:
            ask.add(about_service(_TERM_OF), asked.taxonomy_id)
        if asked.organization_id is not None and kind != "organization":
            ask.add(about_service("{0}.organization_id = {1}"), asked.organization_id)
    if of_service and asked.postcode:
        _near(ask, asked)
    return ask


def _near(ask: Question, asked: Asked) -> None:
    """Where a service at a location may be asked for; the place of a shelter answers to no postal code."""
    open_place = f"SELECT FROM ({MERGED}) AS place WHERE place.id = entry.location_id AND {_OPEN_PLACE}"
    if asked.proximity is not None:
        ask.add(
            f"""EXISTS ({open_place} AND EXISTS (SELECT FROM {_CENTRE} AS centre WHERE
                sqrt(power(((place.content->>'latitude')::float8 - centre.latitude) * {_METRES_A_DEGREE}, 2)
                     + power(((place.content->>'longitude')::float8 - centre.longitude) * {_METRES_A_DEGREE}
                             * cos(radians(centre.latitude)), 2)) <= {{1}}::float8))""",
            asked.postcode,
            float(asked.proximity),
        )
        return
    covers = "{0}.content->'service_areas' @> jsonb_build_array(jsonb_build_object('extent_type', 'postal_code', 'extent', {1}::text))"  # noqa: E501
    ask.add(
        f"""({covers.format("entry", "{0}")} OR {_BESIDE.format(covers.format("service", "{0}"))}
            OR EXISTS ({open_place} AND place.content->'addresses' @>
                       jsonb_build_array(jsonb_build_object('postal_code', {{0}}::text))))""",
        asked.postcode,
    )


async def count(session: AsyncSession, ask: Question) -> int:
    total: int = await driver_of(session).fetchval(f"SELECT count(*) {ask.where}", *ask.arguments)  # noqa: S608
    return total


async def part(
    session: AsyncSession, ask: Question, *, limit: int, offset: int = 0, after: UUID | None = None
) -> list[Merged]:
    """A page of the answer, in the order of the ids: from `offset`, or from what comes `after` an id."""
    beyond = "" if after is None else f"AND entry.id > ${len(ask.arguments) + 1}"
    rows = await driver_of(session).fetch(
        f"SELECT * {ask.where} {beyond} ORDER BY entry.id LIMIT {limit:d} OFFSET {offset:d}",  # noqa: S608
        *ask.arguments,
        *([] if after is None else [after]),
    )
    return [merged_of(row) for row in rows]


async def public_entries(
    session: AsyncSession, kind: str, column: str, values: Collection[UUID]
) -> list[Merged]:
    """The public entries of a kind whose `column` is one of `values`."""
    if not values:
        return []
    ask = Question(kind)
    ask.add(f"entry.{column} = ANY({{0}}::uuid[])", list(values))
    rows = await driver_of(session).fetch(f"SELECT * {ask.where} ORDER BY entry.id", *ask.arguments)  # noqa: S608
    return [merged_of(row) for row in rows]
