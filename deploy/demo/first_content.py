"""Brings what comes along with the product into the shared layer of the social map, as the editorial office does."""

from datetime import datetime

from sqlalchemy import func, select

from deploy.demo.workshop import Cast, Workshop
from services.referrals.imports import commands
from services.referrals.imports.models import MapImport


async def bring_in(workshop: Workshop, cast: Cast, *, now: datetime) -> None:
    """Nothing when anything was imported already."""
    async with workshop.transaction("referrals", cast.tenant.key) as session:
        if await session.scalar(select(func.count()).select_from(MapImport)):
            return
        editor = cast.principal(cast.with_role("map_editor")[0], now=now)
        await commands.bring_in_shipped(session, editor, now=now)
