"""Who wants to hear back about a signal: for who may know it and has to tell him, each time in the log."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.outreach.acts import ladder_held
from services.cases.outreach.models import Signal, SignallerKept
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts.outreach import SignallerView


async def signallers(
    session: AsyncSession, principal: Principal, dossier_id: UUID, *, now: datetime
) -> list[SignallerView]:
    """Not for who supervises, nor by break-glass: `signaller:read`, and to write in the dossier."""
    principal.require(Permission.SIGNALLER_READ)
    dossier, _ = await ladder_held(session, principal, dossier_id, now=now)
    found = await session.scalars(
        select(SignallerKept)
        .join(Signal, Signal.id == SignallerKept.signal_id)
        .where(Signal.dossier_id == dossier.id)
        .order_by(Signal.taken_at, Signal.id)
    )
    lines = [each.view() for each in found]
    audit.record(
        session, principal, "signallers", now=now, object_kind="signaller", subject_id=dossier.id,
        details={"count": len(lines)},
    )  # fmt: skip
    return lines
