"""Proving that an address or number is one's own: a code of six digits is sent there and typed back."""

import hmac
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.account.models import (
    CHANNELS,
    CODE_LIFETIME,
    CodeJustSent,
    ContactCode,
    ContactCodeOver,
    ContactCodeWrong,
    NothingToProve,
)
from services.identity.sign_in.models import SessionOver
from services.identity.staff.models import Fields, Staff
from services.identity.staff.takeover import AddressNotice
from services.identity.vault import vault_of
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts import identity as contract
from shared.db import uuid7
from shared.errors import NotFound
from shared.outbox import publish

_BETWEEN = timedelta(minutes=1)
_AT_MOST, _WITHIN = 5, timedelta(hours=1)


async def change_phones(
    session: AsyncSession, principal: Principal, command: contract.ChangePhones, *, now: datetime
) -> contract.Accepted:
    """One's own numbers; another one must be proved anew. Raises `Invalid`."""
    principal.require(Permission.SELF)
    staff = await _own(session, principal)
    fields = Fields()
    phone = fields.phone("phone", command.phone)
    second_phone = fields.phone("second_phone", command.second_phone)
    if second_phone and not phone:
        fields.wrong["phone"] = "required"
    elif phone and phone == second_phone:
        fields.wrong["second_phone"] = "same_number"
    fields.check()
    staff.set_phones(phone, second_phone)
    _changed(session, principal, now=now)
    _record(session, principal, "change_phones", now=now)
    return contract.Accepted()


async def request_contact_code(
    session: AsyncSession, principal: Principal, channel: str, *, now: datetime
) -> contract.Accepted:
    """Have a code sent to one's own address or number. Raises `NothingToProve`, `CodeJustSent`."""
    principal.require(Permission.SELF)
    staff = await _own(session, principal)
    if not address_of(staff, channel):
        raise NothingToProve
    sent = list(
        await session.scalars(
            select(ContactCode.requested_at).where(
                ContactCode.staff_id == staff.id,
                ContactCode.channel == channel,
                ContactCode.requested_at > now - _WITHIN,
            )
        )
    )
    if len(sent) >= _AT_MOST or any(at > now - _BETWEEN for at in sent):
        raise CodeJustSent
    await _void(session, staff.id, channel, now=now)
    code = ContactCode(
        id=uuid7(), staff_id=staff.id, channel=channel, requested_at=now, expires_at=now + CODE_LIFETIME
    )
    session.add(code)
    publish(
        session,
        contract.ContactCodeRequested(
            id=uuid7(),
            occurred_at=now,
            tenant=principal.tenant,
            actor=principal.user_id,
            user_id=staff.id,
            code_id=code.id,
            channel=channel,
        ),
    )
    _record(session, principal, "request_contact_code", now=now)
    return contract.Accepted()


async def confirm_contact(
    session: AsyncSession,
    principal: Principal,
    command: contract.ConfirmContact,
    channel: str,
    *,
    now: datetime,
) -> contract.Accepted:
    """Show the code that came. Raises `ContactCodeWrong`, which stays counted."""
    principal.require(Permission.SELF)
    staff = await _own(session, principal)
    if channel not in CHANNELS:
        raise NothingToProve
    code = await session.scalar(
        select(ContactCode)
        .where(
            ContactCode.staff_id == staff.id,
            ContactCode.channel == channel,
            ContactCode.used_at.is_(None),
            ContactCode.expires_at > now,
            ContactCode.digest.is_not(None),
        )
        .order_by(ContactCode.requested_at.desc())
        .limit(1)
        .with_for_update()
    )
    typed = "".join(command.code.split())
    if code is None or not hmac.compare_digest(_digest(session, code.id, typed), code.digest or b""):
        raise ContactCodeWrong({"code": "contact_code_wrong"})
    code.used_at = now
    staff.prove(channel, now=now)
    _changed(session, principal, now=now)
    _record(session, principal, "confirm_contact", now=now)
    return contract.Accepted()


async def mint_contact_code(
    session: AsyncSession, principal: Principal, code_id: UUID, *, now: datetime
) -> contract.ContactCode:
    """The code itself, made now and kept as a digest; asked again, another takes its place. For notifications."""
    principal.require(Permission.CONTACT_READ)
    kept = await session.get(ContactCode, code_id, with_for_update=True)
    if kept is None:
        raise NotFound
    staff = await session.get_one(Staff, kept.staff_id)
    address = address_of(staff, kept.channel)
    if kept.used_at is not None or now >= kept.expires_at or not address:
        raise ContactCodeOver
    code = f"{secrets.randbelow(1_000_000):06d}"
    kept.digest = _digest(session, code_id, code)
    audit.record(
        session,
        principal,
        "mint_contact_code",
        now=now,
        object_kind="contact_code",
        object_id=code_id,
        subject_id=staff.id,
    )
    return contract.ContactCode(code=code, to=address, name=staff.name, language=staff.language)


async def address_notice(
    session: AsyncSession, principal: Principal, notice_id: UUID, *, now: datetime
) -> contract.AddressNotice:
    """Where somebody was reached before: for notifications, to tell that it is so no more."""
    principal.require(Permission.CONTACT_READ)
    notice = await session.get(AddressNotice, notice_id)
    if notice is None:
        raise NotFound
    staff = await session.get_one(Staff, notice.staff_id)
    audit.record(
        session,
        principal,
        "read_address_notice",
        now=now,
        object_kind="staff",
        object_id=staff.id,
        subject_id=staff.id,
    )
    return contract.AddressNotice(email=notice.email, name=staff.name, language=staff.language)


async def _own(session: AsyncSession, principal: Principal) -> Staff:
    staff = await session.get(Staff, principal.user_id, with_for_update=True)
    if staff is None:
        raise SessionOver
    return staff


async def _void(session: AsyncSession, staff_id: UUID, channel: str, *, now: datetime) -> None:
    """A code that was sent before is good no more."""
    await session.execute(
        update(ContactCode)
        .where(ContactCode.staff_id == staff_id, ContactCode.channel == channel, ContactCode.expires_at > now)
        .values(expires_at=now)
    )


def address_of(staff: Staff, channel: str) -> str:
    return str(getattr(staff, channel)) if channel in CHANNELS else ""


def _digest(session: AsyncSession, code_id: UUID, code: str) -> bytes:
    return vault_of(session).digest("contact code", str(code_id), code)


def _changed(session: AsyncSession, principal: Principal, *, now: datetime) -> None:
    publish(
        session,
        contract.StaffChanged(
            id=uuid7(),
            occurred_at=now,
            tenant=principal.tenant,
            actor=principal.user_id,
            user_id=principal.user_id,
        ),
    )


def _record(session: AsyncSession, principal: Principal, action: str, *, now: datetime) -> None:
    audit.record(
        session,
        principal,
        action,
        now=now,
        object_kind="staff",
        object_id=principal.user_id,
        subject_id=principal.user_id,
    )
