"""Against taking an account over: who may touch whose, that it takes two, and that the old address is told."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Text, Uuid, delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.staff.models import Staff
from services.identity.staff.roles import RoleFacts, merged
from shared.auth import Permission, Principal
from shared.contracts.identity import AddressChanged
from shared.db import Base, uuid7
from shared.errors import Forbidden
from shared.outbox import publish

_NOTICES_KEPT = timedelta(days=30)


class ColleagueNeeded(Forbidden):
    """Address and second factor of an account that may do more than oneself are never changed by one person alone."""

    code = "colleague_needed"


class AddressNotice(Base):
    """The address that somebody had until it was changed."""

    __tablename__ = "address_notices"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey(Staff.id))
    email: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


def may_change_roles(roles: dict[str, RoleFacts], held: Iterable[str]) -> bool:
    return any(key in roles and Permission.ROLE_MANAGE in roles[key].permissions for key in held)


def require_rank(principal: Principal, roles: dict[str, RoleFacts], touched: Iterable[str]) -> None:
    """Only who may change roles touches an account, or gives a role, that may change roles."""
    if may_change_roles(roles, touched):
        principal.require(Permission.ROLE_MANAGE)


def require_other_hands(
    principal: Principal, roles: dict[str, RoleFacts], staff: Staff, did_the_other_half: UUID | None
) -> None:
    """Whoever set the address may not reset the second factor too, nor the other way round, while neither was used
    by the person: with both one could sign in as her. Raises `ColleagueNeeded`.
    """
    if did_the_other_half != principal.user_id or staff.id == principal.user_id:
        return
    permissions, compartments = merged(roles, staff.roles)
    if permissions - principal.permissions or compartments - principal.compartments:
        raise ColleagueNeeded


async def tell_old_address(
    session: AsyncSession, principal: Principal, staff: Staff, old: str, *, now: datetime
) -> None:
    """The old address is kept until notifications has asked for it."""
    await session.execute(delete(AddressNotice).where(AddressNotice.at < now - _NOTICES_KEPT))
    notice = AddressNotice(id=uuid7(), staff_id=staff.id, email=old, at=now)
    session.add(notice)
    publish(
        session,
        AddressChanged(
            id=uuid7(),
            occurred_at=now,
            tenant=principal.tenant,
            actor=principal.user_id,
            user_id=staff.id,
            notice_id=notice.id,
        ),
    )
