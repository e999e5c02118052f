"""Beginning and ending sessions, proving a second factor, and asking for a link: what several areas do alike."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.sign_in import second_factor, tickets
from services.identity.sign_in.models import (
    INVITATION_LIFETIME,
    RESET_LIFETIME,
    Challenge,
    CodeWrong,
    Credential,
    PasswordReset,
    RecoveryCode,
    SecondFactor,
    Session,
)
from services.identity.staff.models import Staff
from services.identity.tenants.models import Tenant
from services.identity.vault import vault_of
from shared.contracts.identity import PasswordResetRequested, SessionRevoked
from shared.db import uuid7
from shared.outbox import publish

_REMEMBERED = timedelta(days=30)


async def start(
    session: AsyncSession, tenant: Tenant, staff_id: UUID, *, now: datetime
) -> tuple[str, Session]:
    """A new session, and the token that is handed out this once."""
    await session.execute(
        delete(Session).where(Session.staff_id == staff_id, Session.ends_at < now - _REMEMBERED)
    )
    session_id = uuid7()
    token, digest = tickets.mint(tenant.key, session_id)
    started = Session(
        id=session_id,
        staff_id=staff_id,
        digest=digest,
        started_at=now,
        seen_at=now,
        ends_at=now + timedelta(hours=tenant.session_hours),
        strong_at=now,
    )
    session.add(started)
    return token, started


async def end_all(
    session: AsyncSession,
    tenant: str,
    staff_id: UUID,
    why: str,
    *,
    now: datetime,
    but: UUID | None = None,
) -> None:
    """End a person's sessions, all or all but one, and sign-ins that are half done; say so to who holds tokens."""
    await session.execute(delete(Challenge).where(Challenge.staff_id == staff_id))
    living = await session.scalars(
        select(Session).where(Session.staff_id == staff_id, Session.ended_at.is_(None), Session.ends_at > now)
    )
    for each in living:
        if each.id != but:
            each.end(why, now)
            announce_end(session, tenant, each, now=now)


def announce_end(session: AsyncSession, tenant: str, ended: Session, *, now: datetime) -> None:
    publish(
        session,
        SessionRevoked(
            id=uuid7(), occurred_at=now, tenant=tenant, user_id=ended.staff_id, session_id=ended.id
        ),
    )


async def prove(session: AsyncSession, staff_id: UUID, code: str, *, now: datetime) -> str:
    """Take a TOTP code or use up a recovery code; says which. Raises `CodeWrong`."""
    factor = await session.get(SecondFactor, staff_id, with_for_update=True)
    normal = second_factor.normal(code)
    if factor is not None:
        secret = vault_of(session).open(factor.secret, about=f"totp {staff_id}").decode()
        step = second_factor.step_of(secret, normal, last_step=factor.last_step, now=now)
        if step is not None:
            factor.last_step = step
            return "totp"
    recovery = await session.get(
        RecoveryCode, (staff_id, recovery_digest(session, staff_id, normal)), with_for_update=True
    )
    if factor is None or recovery is None or recovery.used_at is not None:
        raise CodeWrong({"code": "code_wrong"})
    recovery.used_at = now
    return "recovery_code"


async def replace_recovery_codes(session: AsyncSession, staff_id: UUID) -> list[str]:
    """Ten new codes; the old ones are void."""
    await session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))
    codes = second_factor.new_recovery_codes()
    session.add_all(
        RecoveryCode(staff_id=staff_id, digest=recovery_digest(session, staff_id, second_factor.normal(code)))
        for code in codes
    )
    return codes


def recovery_digest(session: AsyncSession, staff_id: UUID, code: str) -> bytes:
    return vault_of(session).digest("recovery", str(staff_id), code)


async def keep_second_factor(
    session: AsyncSession, staff_id: UUID, secret: str, *, last_step: int, now: datetime
) -> None:
    """Store a proved TOTP secret, sealed; it takes the place of an earlier one."""
    sealed = vault_of(session).seal(secret.encode(), about=f"totp {staff_id}")
    await session.merge(SecondFactor(staff_id=staff_id, secret=sealed, last_step=last_step, enrolled_at=now))
    await session.execute(update(Staff).where(Staff.id == staff_id).values(factor_reset_by=None))


async def keep_password(session: AsyncSession, staff_id: UUID, password_hash: str, *, now: datetime) -> None:
    await session.merge(Credential(staff_id=staff_id, password_hash=password_hash, changed_at=now))


async def ask_for_link(
    session: AsyncSession,
    tenant: str,
    staff_id: UUID,
    *,
    invitation: bool,
    now: datetime,
    actor: UUID | None = None,
) -> UUID:
    """A link to choose a password will be mailed; earlier ones are void."""
    await session.execute(
        delete(PasswordReset).where(PasswordReset.staff_id == staff_id, PasswordReset.used_at.is_(None))
    )
    lifetime = INVITATION_LIFETIME if invitation else RESET_LIFETIME
    reset = PasswordReset(
        id=uuid7(),
        staff_id=staff_id,
        invitation=invitation,
        requested_at=now,
        expires_at=now + lifetime,
    )
    session.add(reset)
    event: dict[str, Any] = {"id": uuid7(), "occurred_at": now, "tenant": tenant, "actor": actor}
    publish(session, PasswordResetRequested(**event, user_id=staff_id, reset_id=reset.id))
    return reset.id
