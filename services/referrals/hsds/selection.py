"""Which entries everybody may read, and those of them that somebody asked for, page by page."""

from collections.abc import Collection, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.geography.belgium import belgium
from services.referrals.hsds.parameters import Asked, since
from services.referrals.social_map.merging import MERGED, Merged, merged_of
from shared.db import driver_of

_METRES_A_DEGREE: Final = 111_320
_OPEN_PLACE: Final = "coalesce(place.content->>'hidden_address', 'false') <> 'true'"


def _seen(name: str) -> str:
    return f"NOT {name}.hidden AND {name}.withdrawn_at IS NULL AND {name}.merged_into IS NULL"


def _open(name: str) -> str:
    return f"{_seen(name)} AND coalesce({name}.content->>'publication', 'public') = 'public'"


def _public_service(name: str) -> str:
    return f"""{_open(name)} AND NOT EXISTS (SELECT FROM ({MERGED}) AS owner
        WHERE owner.id = {name}.organization_id AND NOT ({_open("owner")}))"""


def _beside(condition: str) -> str:
    """That the service at this place is so."""
    return f"EXISTS (SELECT FROM ({MERGED}) AS service WHERE service.id = entry.service_id AND {condition})"


def _place(condition: str) -> str:
    """That the place is so."""
    return f"EXISTS (SELECT FROM ({MERGED}) AS place WHERE place.id = entry.location_id AND {condition})"


PUBLIC: Final[dict[str, str]] = {
    "organization": _open("entry"),
    "service": _public_service("entry"),
    "location": _seen("entry"),
    "service_at_location": f"""{_seen("entry")} AND {_beside(_public_service("service"))}
        AND (entry.location_id IS NULL OR {_place(_seen("place"))})""",
    "taxonomy": _seen("entry"),
    "taxonomy_term": _seen("entry"),
}
"""What everybody may read, on `entry`, a row of `MERGED`: nothing of a service whose owner is not shown."""


class Question:
    """The conditions of one question and their arguments."""

    def __init__(self, kind: str) -> None:
        self.arguments: list[Any] = []
        self.conditions: list[str] = [f"entry.kind = {self.argument(kind)}", PUBLIC[kind]]

    def argument(self, value: Any) -> str:
        """The number that stands for the value."""
        self.arguments.append(value)
        return f"${len(self.arguments)}"

    def require(self, condition: str) -> None:
        self.conditions.append(condition)

    @property
    def where(self) -> str:
        return f"FROM ({MERGED}) AS entry WHERE {' AND '.join(self.conditions)}"


def question(kind: str, asked: Asked) -> Question:
    """What HSDS's parameters mean for this kind; those that it does not know mean nothing."""
    ask = Question(kind)
    of_service = kind == "service_at_location"
    name = "service" if of_service else "entry"

    def about_service(condition: str) -> None:
        ask.require(_beside(condition) if of_service else condition)

    for word in asked.search.lower().split():
        escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        about_service(f"{_text(name)} LIKE {ask.argument(f'%{escaped}%')}::text")
    moment = since(asked)
    if moment is not None:
        ask.require(f"entry.changed_at >= {ask.argument(moment)}")
    if kind == "taxonomy_term":
        _terms(ask, asked)
    elif kind != "taxonomy":
        if asked.taxonomy_term_id is not None:
            about_service(_with_term(name, f"= {ask.argument(str(asked.taxonomy_term_id))}::text"))
        if asked.taxonomy_id is not None:
            of_taxonomy = f"word.taxonomy_id = {ask.argument(asked.taxonomy_id)}"
            among = f"IN (SELECT word.id::text FROM ({MERGED}) AS word WHERE {of_taxonomy})"  # noqa: S608
            about_service(_with_term(name, among))
        if asked.organization_id is not None and kind != "organization":
            about_service(f"{name}.organization_id = {ask.argument(asked.organization_id)}")
    if of_service and asked.postcode:
        _near(ask, asked)
    return ask


def _text(name: str) -> str:
    return f"""lower(concat_ws(' ', {name}.content->>'name', {name}.content->>'alternate_name',
        {name}.content->>'description', jsonb_path_query_array({name}.content, '$.translations.*.*')::text))"""


def _with_term(name: str, compared: str) -> str:
    return f"""EXISTS (SELECT FROM jsonb_array_elements(coalesce({name}.content->'attributes', '[]')) AS attribute
        WHERE attribute->>'taxonomy_term_id' {compared})"""


def _terms(ask: Question, asked: Asked) -> None:
    if asked.taxonomy_id is not None:
        ask.require(f"entry.taxonomy_id = {ask.argument(asked.taxonomy_id)}")
    if asked.parent_id is not None:
        ask.require(f"entry.parent_id = {ask.argument(asked.parent_id)}")
    if asked.top_only:
        ask.require("entry.parent_id IS NULL")


def _near(ask: Question, asked: Asked) -> None:
    """Where a service at a location may be asked for; the place of a shelter answers to no postal code."""
    spot = belgium().of_postal_code(asked.postcode)
    if asked.proximity is None:
        codes = belgium().once_called(spot.codes) if spot else {f"postal_code:{asked.postcode}"}
        among = f"= ANY({ask.argument(sorted(codes))}::text[])"
        covered = [_works_for("entry", among), _beside(_works_for("service", among))]
        ask.require(f"({' OR '.join(covered)} OR {_place(f'{_OPEN_PLACE} AND {_there(ask, asked)}')})")
        return
    near = ["false"]
    if spot is not None and spot.latitude is not None and spot.longitude is not None:
        latitude, longitude = ask.argument(spot.latitude), ask.argument(spot.longitude)
        middle = f"SELECT {latitude}::float8 AS latitude, {longitude}::float8 AS longitude"
        # an address without a point is as near as its municipality
        codes = belgium().postal_codes_near(spot.latitude, spot.longitude, asked.proximity / 1000)
        near = [f"(place.content->>'latitude' IS NULL AND {_at_one_of(ask, codes)})"]
    else:
        # where we have no borders, the middle of what we know there
        middle = f"""SELECT avg((place.content->>'latitude')::float8) AS latitude,
            avg((place.content->>'longitude')::float8) AS longitude
            FROM ({MERGED}) AS place
            WHERE place.kind = 'location' AND {_seen("place")} AND {_OPEN_PLACE} AND {_there(ask, asked)}"""  # noqa: S608
    away = f"""sqrt(
        power(((place.content->>'latitude')::float8 - middle.latitude) * {_METRES_A_DEGREE}, 2)
        + power(((place.content->>'longitude')::float8 - middle.longitude) * {_METRES_A_DEGREE}
                * cos(radians(middle.latitude)), 2))"""
    near.append(
        f"EXISTS (SELECT FROM ({middle}) AS middle WHERE {away} <= {ask.argument(float(asked.proximity))})"
    )
    ask.require(_place(f"{_OPEN_PLACE} AND ({' OR '.join(near)})"))


def _at_one_of(ask: Question, codes: Collection[str]) -> str:
    among = f"ANY({ask.argument(sorted(codes))}::text[])"
    return f"""EXISTS (SELECT FROM jsonb_array_elements(coalesce(place.content->'addresses', '[]')) AS address
        WHERE address->>'postal_code' = {among})"""


def _there(ask: Question, asked: Asked) -> str:
    code = f"{ask.argument(asked.postcode)}::text"
    return f"place.content->'addresses' @> jsonb_build_array(jsonb_build_object('postal_code', {code}))"


def _works_for(name: str, among: str) -> str:
    """That one of the areas it works for is one of these."""
    return f"""EXISTS (SELECT FROM jsonb_array_elements(coalesce({name}.content->'service_areas', '[]')) AS area
        WHERE concat(area->>'extent_type', ':', area->>'extent') {among})"""


async def count(session: AsyncSession, ask: Question) -> int:
    total: int = await driver_of(session).fetchval(f"SELECT count(*) {ask.where}", *ask.arguments)
    return total


async def part(
    session: AsyncSession, ask: Question, *, limit: int, offset: int = 0, after: UUID | None = None
) -> list[Merged]:
    """A page of the answer, in the order of the ids: from `offset`, or from what comes `after` an id."""
    beyond = "" if after is None else f"AND entry.id > ${len(ask.arguments) + 1}"
    rows = await driver_of(session).fetch(
        f"SELECT * {ask.where} {beyond} ORDER BY entry.id LIMIT {limit:d} OFFSET {offset:d}",
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
    ask.require(f"entry.{column} = ANY({ask.argument(list(values))}::uuid[])")
    rows = await driver_of(session).fetch(f"SELECT * {ask.where} ORDER BY entry.id", *ask.arguments)
    return [merged_of(row) for row in rows]


async def open_places(session: AsyncSession, places: Sequence[Merged]) -> list[Merged]:
    """Places where a public service is given, or none at all and their owner is public."""
    if not places:
        return []
    rows = await driver_of(session).fetch(
        f"""
        SELECT entry.location_id, bool_or({PUBLIC["service_at_location"]}) AS shown FROM ({MERGED}) AS entry
        WHERE entry.kind = 'service_at_location' AND {_seen("entry")} AND entry.location_id = ANY($1::uuid[])
        GROUP BY entry.location_id
        """,  # noqa: S608 - constants
        [each.id for each in places],
    )
    shown = {row["location_id"]: row["shown"] for row in rows}
    named = {each.organization_id for each in places if each.organization_id is not None}
    owners = {each.id for each in await public_entries(session, "organization", "id", named)}
    return [
        each
        for each in places
        if shown.get(each.id, each.organization_id is None or each.organization_id in owners)
    ]
