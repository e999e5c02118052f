"""What rostering keeps of what its neighbours know: who has a second number, and who may not see a briefing."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.rostering.call_outs.records import HiddenBriefing, SecondNumber


async def keep_second_numbers(session: AsyncSession, people: Collection[UUID]) -> None:
    """These can be tried on a second number, and nobody else."""
    await session.execute(delete(SecondNumber).where(SecondNumber.user_id.not_in(people)))
    if people:
        rows = [{"user_id": user_id} for user_id in sorted(people)]
        await session.execute(insert(SecondNumber).values(rows).on_conflict_do_nothing())


async def hide_briefing(session: AsyncSession, call_out_id: UUID, user_id: UUID) -> None:
    """She declared a conflict of interest: from now on she sees no word of this call-out."""
    row = {"call_out_id": call_out_id, "user_id": user_id}
    await session.execute(insert(HiddenBriefing).values(row).on_conflict_do_nothing())


async def show_briefing(session: AsyncSession, call_out_id: UUID, user_id: UUID) -> None:
    """The conflict was lifted."""
    await session.execute(
        delete(HiddenBriefing).where(
            HiddenBriefing.call_out_id == call_out_id, HiddenBriefing.user_id == user_id
        )
    )
