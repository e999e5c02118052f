"""The signed-in person as the screens know him, and the codes that prove how he is reached."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, LargeBinary, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.sign_in.models import WrongProof
from services.identity.staff.models import Staff
from services.identity.tenants.models import Tenant
from shared.auth import Principal
from shared.contracts.identity import Me
from shared.db import Base
from shared.errors import Conflict, Invalid, NotFound, TooMany

CHANNELS = ("email", "phone", "second_phone")
"""The contact points that a code can prove; each is a field of an entry."""

CODE_LIFETIME = timedelta(minutes=10)


class ContactCodeWrong(WrongProof, Invalid):
    """Not the code that was sent last, or more than ten minutes ago."""

    code = "contact_code_wrong"


class ContactCodeOver(Conflict):
    """The code was used, replaced or is too old: there is nothing to send."""

    code = "contact_code_over"


class NothingToProve(NotFound):
    """There is no such address or number."""


class CodeJustSent(TooMany):
    """A code is on its way: one a minute, and five an hour."""

    code = "code_just_sent"


class ContactCode(Base):
    """A code on its way to an address or number, kept as a digest."""

    __tablename__ = "contact_codes"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey(Staff.id))
    channel: Mapped[str] = mapped_column(Text)
    requested_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


def me_of(staff: Staff, tenant: Tenant, principal: Principal) -> Me:
    return Me(
        user_id=staff.id,
        session_id=principal.session_id,
        tenant=tenant.key,
        tenant_name=tenant.name,
        tenant_kind=tenant.kind,
        name=staff.name,
        email=staff.email,
        language=staff.language,
        permissions=sorted(principal.permissions),
        roles=sorted(principal.roles),
        theme=staff.theme,
        strong_at=principal.strong_at,
    )
