"""Which leaflets there are here on a day: ours, and over them what the tenant wrote itself."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.documents.letter_texts import Leaflet, leaflets_of_ours
from services.cases.documents.models import OwnLeaflet


async def leaflets_on(session: AsyncSession, day: date) -> dict[str, Leaflet]:
    """What can be given on a day, by code."""
    own = held_on(await own_leaflets(session), day)
    here = leaflets_of_ours(day) | {code: each.leaflet for code, each in own.items()}
    return {code: each for code, each in here.items() if code not in own or not own[code].hidden}


async def own_leaflets(session: AsyncSession) -> list[OwnLeaflet]:
    """Every version that was not withdrawn, in the order in which they begin to hold."""
    found = await session.scalars(
        select(OwnLeaflet)
        .where(OwnLeaflet.withdrawn_at.is_(None))
        .order_by(OwnLeaflet.code, OwnLeaflet.valid_from, OwnLeaflet.version)
    )
    return list(found)


def held_on(versions: Iterable[OwnLeaflet], day: date) -> dict[str, OwnLeaflet]:
    """Of versions in their order, the one of each code that holds on a day."""
    return {each.code: each for each in versions if each.valid_from <= day}
