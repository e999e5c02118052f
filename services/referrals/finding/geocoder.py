"""Where a search begins. We know municipalities, wijken and postal codes; a tenant's geocoder may know the house."""

import logging
from typing import Final

import aiohttp
import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.geography.belgium import Spot, belgium
from shared.contracts.service_search import FindServices, Point

GEOCODER: Final = "vangnet_geocoder"
"""Where in `session.info` the address of the geocoder is."""
_TIMEOUT: Final = aiohttp.ClientTimeout(total=2)

log = logging.getLogger(__name__)


class _Address(msgspec.Struct, frozen=True):
    address: str


async def placed(session: AsyncSession, wish: FindServices) -> Spot | None:
    """The place of a search: its point, else what a geocoder says of the address, else its municipality or wijk."""
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
            name = known.name if known else there.name
            return Spot(name, "address", point.latitude, point.longitude, there.codes)
    return known


async def _geocoded(url: str, text: str) -> Point | None:
    """The point of an address, in the body and never in the address of the request; None when the geocoder is away."""
    try:
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT) as client,
            client.post(
                url,
                data=msgspec.json.encode(_Address(text)),
                headers={"Content-Type": "application/json"},
            ) as answer,
        ):
            answer.raise_for_status()
            return msgspec.json.decode(await answer.read(), type=Point | None)
    except (aiohttp.ClientError, TimeoutError, msgspec.DecodeError):
        log.warning("the geocoder does not answer")
        return None
