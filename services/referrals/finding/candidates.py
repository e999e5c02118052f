"""The one statement of a search: words, filters, distance and order, over both layers at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.geography.belgium import Spot
from services.referrals.geography.distance import EARTH_KM
from services.referrals.social_map.open_hours import WEEK_MINUTES, minute_of_week
from shared.contracts import service_search as contract
from shared.db import driver_of

_HOUR: Final = 60
"""By so many minutes an hour that the clock skips moves what is open."""

SEEN: Final = """
    SELECT s.*, 'shared' AS layer FROM platform.map_search AS s
    WHERE NOT EXISTS (SELECT FROM map_search AS own WHERE own.service_id = s.service_id)
    UNION ALL
    SELECT own.*, CASE WHEN own.base_at IS NULL THEN 'own' ELSE 'overlaid' END
    FROM map_search AS own WHERE NOT own.hidden
"""
"""The services that the tenant's people find, each once: its own word before the shared one."""

_KILOMETRES: Final = f"""
    (SELECT min(2 * {EARTH_KM} * asin(sqrt(least(1.0,
        sin(radians(p.latitude - {{latitude}}) / 2) ^ 2
        + cos(radians({{latitude}})) * cos(radians(p.latitude)) * sin(radians(p.longitude - {{longitude}}) / 2) ^ 2))))
     FROM unnest(latitudes, longitudes) AS p (latitude, longitude))
"""  # noqa: S608 - a constant
_SHOWN: Final = ("organization_id", "groups", "languages", "areas", "wheelchair", "assured_at", "check_at")
_WEIGHTS: Final = "'{0.05, 0.2, 0.5, 1.0}'"
"""Of a description, of what is around a service, of rubrics and organisation, of its name."""


class _Given:
    """The parameters of a statement, by number."""

    def __init__(self) -> None:
        self.values: list[Any] = []

    def __call__(self, value: Any, kind: str) -> str:
        self.values.append(value)
        return f"${len(self.values)}::{kind}"


async def candidates(
    session: AsyncSession,
    wish: contract.FindServices,
    words: str,
    called: str,
    origin: Spot | None,
    now: datetime,
    *,
    first: int,
    most: int,
) -> Sequence[Mapping[str, Any]]:
    """`most` of the best from place `first` on, always in the same order, each with `total`, `km` and its card.

    The score is that of the words (about 1 at most), as much for being `called` just so, a half for being near (it
    halves each five kilometres), and a little for what is fresh, has a free place, and is the tenant's own.
    """
    given = _Given()
    rank = "0"
    if words:
        rank = f"ts_rank({_WEIGHTS}, words, {given(words, 'tsquery')}) + {_called(given(called, 'text'))}"
    conditions = _conditions(wish, words, origin, given, now)
    kilometres = "NULL::float8"
    if origin is not None and origin.latitude is not None and origin.longitude is not None:
        here = {"latitude": given(origin.latitude, "float8"), "longitude": given(origin.longitude, "float8")}
        kilometres = _KILOMETRES.format(**here)
        if wish.within_km is not None:
            # here, so that nothing is ranked that lies too far
            conditions.append(f"(NOT placed OR {kilometres} <= {given(wish.within_km, 'float8')})")
    fresh = f"CASE WHEN check_at > {given(now, 'timestamptz')} THEN 0.1 WHEN check_at IS NULL THEN 0.03 ELSE 0 END"
    free = "CASE WHEN available > 0 THEN 0.05 WHEN available = 0 THEN -0.05 ELSE 0 END"
    score = (
        f"rank + coalesce(0.5 * exp(-0.1386 * km), 0) + {fresh} + {free} "
        "+ CASE WHEN layer = 'shared' THEN 0 ELSE 0.05 END"
    )
    statement = f"""
        WITH found AS MATERIALIZED (
            SELECT service_id, layer, {rank} AS rank, {kilometres} AS km, check_at, available, name, placed
            FROM ({SEEN}) AS s WHERE {" AND ".join(conditions) or "true"}
        ),
        best AS (
            SELECT service_id, layer, km, round(({score}) * 1e6) AS score, name, count(*) OVER () AS total
            FROM found ORDER BY score DESC, name, service_id
            LIMIT {given(most, "int")} OFFSET {given(first, "int")}
        )
        SELECT best.*, {", ".join(f"coalesce(shared.{name}, own.{name}) AS {name}" for name in _SHOWN)},
               coalesce(shared.card, own.card)::text AS card
        FROM best
        LEFT JOIN platform.map_search AS shared ON best.layer = 'shared' AND shared.service_id = best.service_id
        LEFT JOIN map_search AS own ON best.layer <> 'shared' AND own.service_id = best.service_id
        ORDER BY best.score DESC, best.name, best.service_id
        """  # noqa: S608 - constants and numbered parameters
    rows: Sequence[Mapping[str, Any]] = await driver_of(session).fetch(statement, *given.values)
    return rows


def _called(name: str) -> str:
    """A service that has exactly this name, or one that begins with it, before others that speak of it often."""
    return f"CASE WHEN name = {name} THEN 1 WHEN starts_with(name, {name} || ' ') THEN 0.25 ELSE 0 END"


def _conditions(
    wish: contract.FindServices, words: str, origin: Spot | None, given: _Given, now: datetime
) -> list[str]:
    found = []
    if words:
        found.append(f"words @@ {given(words, 'tsquery')}")
    if wish.rubrics:
        found.append(f"rubrics && {given(wish.rubrics, 'uuid[]')}")
    if wish.groups:
        found.append(f"groups && {given(wish.groups, 'text[]')}")
    if wish.languages:
        found.append(f"languages && {given(wish.languages, 'text[]')}")
    if wish.wheelchair:
        found.append("wheelchair")
    if wish.free_places:
        found.append("available > 0")
    if wish.open_now:
        minute = minute_of_week(now)
        ranges = {(minute, minute + 1), *_around(minute)}
        week = "{" + ",".join(f"[{start},{end})" for start, end in sorted(ranges)) + "}"
        found.append(f"open_week && {given(week, 'text')}::int4multirange")
    if wish.serves_place and origin is not None and origin.codes:
        found.append(f"(areas = '{{}}' OR areas && {given(sorted(origin.codes), 'text[]')})")
    if wish.fitting_only and wish.client is not None and wish.client.age is not None:
        age = given(wish.client.age, "int")
        found.append(f"(minimum_age IS NULL OR minimum_age <= {age})")
        found.append(f"(maximum_age IS NULL OR floor(maximum_age) + 1 > {age})")
    return found


def _around(minute: int) -> list[tuple[int, int]]:
    start = minute - _HOUR
    if start >= 0:
        return [(start, minute)]
    return (
        [(0, minute), (start + WEEK_MINUTES, WEEK_MINUTES)]
        if minute
        else [(start + WEEK_MINUTES, WEEK_MINUTES)]
    )
