"""Where a search begins. We know municipalities, wijken and postal codes; a tenant's geocoder may know the house."""

import logging
from typing import Any, Final

import aiohttp
import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.geography.belgium import Spot, belgium
from shared.contracts.service_search import FindServices, Point

GEOCODER: Final = "vangnet_geocoder"
"""Where in `session.info` the address of the geocoder is."""
_TIMEOUT: Final = aiohttp.ClientTimeout(total=2)
_MOST: Final = 100_000
_BELGIUM: Final = (49.49, 2.54, 51.51, 6.41)
"""South, west, north, east."""

log = logging.getLogger(__name__)


class _Address(msgspec.Struct, frozen=True):
    address: str


async def placed(session: AsyncSession, wish: FindServices) -> Spot | None:
    """The place of a search: its point, else what a geocoder says of the address, else its municipality or wijk.

    A geocoder is believed when it points into the municipality that the address names.
    """
    map_of = belgium()
    if wish.point is not None:
        return map_of.at(wish.point.latitude, wish.point.longitude)
    text = wish.place.strip()
    if not text:
        return None
    known = map_of.named(text)
    is_address = known is None or (
        known.precision == "municipality" and any(each.isdigit() for each in text[5:])
    )
    url = session.info.get(GEOCODER, "")
    if url and is_address:
        point = await _geocoded(url, text)
        if point is not None:
            there = map_of.at(point.latitude, point.longitude)
            if _believable(point, there, known):
                name = known.name if known else there.name
                return Spot(name, "address", point.latitude, point.longitude, there.codes)
            log.warning("the geocoder points elsewhere than the address")
    return known


def _believable(point: Point, there: Spot, known: Spot | None) -> bool:
    if known is not None and known.latitude is not None:
        return there.municipality == known.municipality
    south, west, north, east = _BELGIUM
    return south <= point.latitude <= north and west <= point.longitude <= east


async def _geocoded(url: str, text: str) -> Point | None:
    """The point of an address, in the body and never in the address of the request; None when the geocoder is away."""
    try:
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT) as client,
            client.post(
                url,
                data=msgspec.json.encode(_Address(text)),
                headers={"Content-Type": "application/json"},
                allow_redirects=False,
            ) as answer,
        ):
            answer.raise_for_status()
            body = await answer.content.read(_MOST)
            return point_of(msgspec.json.decode(body))
    except (aiohttp.ClientError, TimeoutError, msgspec.DecodeError, UnicodeDecodeError, _NoPoint):
        log.warning("the geocoder does not answer")
        return None


class _NoPoint(Exception):
    """The answer says no place in a way that we read."""


def point_of(answer: Any) -> Point | None:
    """The first place of an answer: in our own form, or that of Nominatim, Geopunt or GeoJSON. None: it knows none.

    Raises `_NoPoint`.
    """
    try:
        match answer:
            case None | [] | {"LocationResult": [] | None} | {"features": []}:
                return None
            case {"latitude": latitude, "longitude": longitude}:
                said = (latitude, longitude)
            case [{"lat": latitude, "lon": longitude}, *_]:
                said = (latitude, longitude)
            case {"LocationResult": [{"Location": {"Lat_WGS84": latitude, "Lon_WGS84": longitude}}, *_]}:
                said = (latitude, longitude)
            case {
                "features": [{"geometry": {"type": "Point", "coordinates": [longitude, latitude, *_]}}, *_]
            }:
                said = (latitude, longitude)
            case _:
                raise _NoPoint
        found = {"latitude": float(said[0]), "longitude": float(said[1])}
        return msgspec.convert(found, Point)
    except (TypeError, ValueError, msgspec.ValidationError):
        raise _NoPoint from None
