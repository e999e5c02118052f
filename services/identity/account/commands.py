"""What somebody changes about the own account."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.sign_in import passwords, sessions
from services.identity.sign_in.models import Credential, PasswordReset, PasswordWrong, Session, SessionOver
from services.identity.staff.models import LANGUAGES, THEMES, Fields, Staff
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts.identity import (
    Accepted,
    ChangePassword,
    ChangePreferences,
    RecoveryCodes,
    StaffChanged,
    StepUp,
)
from shared.db import uuid7
from shared.errors import Invalid, NotFound
from shared.outbox import publish


class SessionUnknown(NotFound):
    """The caller has no such session."""


async def step_up(session: AsyncSession, principal: Principal, command: StepUp, *, now: datetime) -> Accepted:
    """Show the second factor again; the next token of the session carries the moment. Raises `CodeWrong`."""
    principal.require(Permission.SELF)
    own = await session.get(Session, principal.session_id, with_for_update=True)
    if own is None or own.staff_id != principal.user_id or own.ended_at is not None:
        raise SessionOver
    proof = await sessions.prove(session, principal.user_id, command.code, now=now)
    own.strong_at = now
    _record(session, principal, "step_up", now=now, details={"proof": proof})
    return Accepted()


async def change_password(
    session: AsyncSession, principal: Principal, command: ChangePassword, *, now: datetime
) -> Accepted:
    """Ends the other sessions. Raises `PasswordWrong`, and `Invalid` for a weak new one."""
    principal.require(Permission.SELF)
    staff = await session.get(Staff, principal.user_id)
    credential = await session.get(Credential, principal.user_id)
    if staff is None or credential is None:
        raise SessionOver
    if not await passwords.matches(credential.password_hash, command.current):
        raise PasswordWrong({"current": "password_wrong"})
    weakness = passwords.weakness(command.new, own_words=(staff.name, staff.email.split("@", 1)[0]))
    if weakness:
        raise Invalid({"new": weakness})
    hashed = await passwords.hashed(command.new)
    await sessions.keep_password(session, staff.id, hashed, now=now)
    await sessions.end_all(
        session, principal.tenant, staff.id, "password_changed", now=now, but=principal.session_id
    )
    await session.execute(
        delete(PasswordReset).where(PasswordReset.staff_id == staff.id, PasswordReset.used_at.is_(None))
    )
    _record(session, principal, "change_password", now=now)
    return Accepted()


async def change_preferences(
    session: AsyncSession, principal: Principal, command: ChangePreferences, *, now: datetime
) -> Accepted:
    """Language of screens and messages, and light or dark."""
    principal.require(Permission.SELF)
    fields = Fields()
    language = fields.choice("language", command.language, LANGUAGES)
    theme = fields.choice("theme", command.theme, THEMES)
    fields.check()
    staff = await session.get(Staff, principal.user_id)
    if staff is None:
        raise SessionOver
    if staff.language != language:
        publish(
            session,
            StaffChanged(
                id=uuid7(),
                occurred_at=now,
                tenant=principal.tenant,
                actor=principal.user_id,
                user_id=staff.id,
            ),
        )
    staff.language, staff.theme = language, theme
    _record(session, principal, "change_preferences", now=now)
    return Accepted()


async def revoke_session(
    session: AsyncSession, principal: Principal, session_id: UUID, *, now: datetime
) -> Accepted:
    """End one of the own sessions. Raises `SessionUnknown`."""
    principal.require(Permission.SELF)
    own = await session.get(Session, session_id, with_for_update=True)
    if own is None or own.staff_id != principal.user_id:
        raise SessionUnknown
    if own.ended_at is None:
        own.end("revoked", now)
        sessions.announce_end(session, principal.tenant, own, now=now)
    _record(session, principal, "revoke_session", now=now)
    return Accepted()


async def sign_out(session: AsyncSession, principal: Principal, *, now: datetime) -> Accepted:
    """End the current session."""
    principal.require(Permission.SELF)
    own = await session.get(Session, principal.session_id, with_for_update=True)
    if own is not None and own.staff_id == principal.user_id and own.ended_at is None:
        own.end("signed_out", now)
        sessions.announce_end(session, principal.tenant, own, now=now)
    _record(session, principal, "sign_out", now=now)
    return Accepted()


async def renew_recovery_codes(
    session: AsyncSession, principal: Principal, *, now: datetime
) -> RecoveryCodes:
    """New codes; the old are void. Needs step-up."""
    principal.require(Permission.SELF)
    principal.require_recent_second_factor(now=now)
    if await session.get(Staff, principal.user_id) is None:
        raise SessionOver
    codes = await sessions.replace_recovery_codes(session, principal.user_id)
    _record(session, principal, "renew_recovery_codes", now=now)
    return RecoveryCodes(recovery_codes=codes)


def _record(
    session: AsyncSession,
    principal: Principal,
    action: str,
    *,
    now: datetime,
    details: dict[str, str] | None = None,
) -> None:
    audit.record(
        session,
        principal,
        action,
        now=now,
        object_kind="staff",
        object_id=principal.user_id,
        subject_id=principal.user_id,
        details=details,
    )
