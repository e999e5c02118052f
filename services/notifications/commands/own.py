"""What somebody does with the own messages, wishes and devices."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.channels import channels_of
from services.notifications.models import Message, MessageSettings, MessageUnknown, PushDevice
from services.notifications.rules import EMAIL, PUSH
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts.notifications import (
    AddDevice,
    AllRead,
    ChangeMessageSettings,
    DeviceRef,
    MessageRef,
)
from shared.db import uuid7
from shared.errors import Invalid, NotFound

_CHOICES = {EMAIL, PUSH}
_DEVICES_EACH = 10


async def read_message(
    session: AsyncSession, principal: Principal, message_id: UUID, *, now: datetime
) -> MessageRef:
    principal.require(Permission.SELF)
    message = await session.get(Message, message_id)
    if message is None or message.user_id != principal.user_id:
        raise NotFound
    message.read_at = message.read_at or now
    return MessageRef(message_id=message_id)


async def read_all_messages(session: AsyncSession, principal: Principal, *, now: datetime) -> AllRead:
    principal.require(Permission.SELF)
    read = await session.scalars(
        update(Message)
        .where(Message.user_id == principal.user_id, Message.read_at.is_(None))
        .values(read_at=now)
        .returning(Message.id)
    )
    return AllRead(read=len(read.all()))


async def change_message_settings(
    session: AsyncSession, principal: Principal, command: ChangeMessageSettings, *, now: datetime
) -> ChangeMessageSettings:
    """Channels and quiet hours for what is not urgent. Raises `Invalid`."""
    principal.require(Permission.SELF)
    wrong: dict[str, str] = {}
    if not set(command.channels) <= _CHOICES:
        wrong["channels"] = "not_a_choice"
    if (command.quiet_begins is None) != (command.quiet_ends is None):
        wrong["quiet_ends" if command.quiet_ends is None else "quiet_begins"] = "required"
    elif command.quiet_begins is not None and command.quiet_begins == command.quiet_ends:
        wrong["quiet_ends"] = "quiet_all_day"
    if wrong:
        raise Invalid(wrong)
    kept = MessageSettings(
        user_id=principal.user_id,
        channels=sorted(set(command.channels)),
        quiet_begins=command.quiet_begins,
        quiet_ends=command.quiet_ends,
    )
    await session.merge(kept)
    _record(session, principal, "change_message_settings", now=now)
    return command


async def add_device(
    session: AsyncSession, principal: Principal, command: AddDevice, *, now: datetime
) -> DeviceRef:
    """Let a browser be told; said again by the same one it is the same. Raises `EndpointWrong`, `Invalid`."""
    principal.require(Permission.SELF)
    channels_of(session).push.check_endpoint(command.endpoint)
    known = await session.scalar(
        select(func.count())
        .select_from(PushDevice)
        .where(PushDevice.user_id == principal.user_id, PushDevice.endpoint != command.endpoint)
    )
    if (known or 0) >= _DEVICES_EACH:
        raise Invalid({"endpoint": "too_many_devices"})
    values = {
        "user_id": principal.user_id,
        "p256dh": command.p256dh,
        "auth": command.auth,
        "label": command.label,
        "added_at": now,
        "reached_at": None,
    }
    # whoever signed in last in this browser is whom it tells: never the one before
    device_id = await session.scalar(
        insert(PushDevice)
        .values(id=uuid7(), endpoint=command.endpoint, **values)
        .on_conflict_do_update(index_elements=[PushDevice.endpoint], set_=values)
        .returning(PushDevice.id)
    )
    assert device_id is not None  # noqa: S101 - an insert that changes or adds gives its row back
    _record(session, principal, "add_device", now=now, object_id=device_id)
    return DeviceRef(device_id=device_id)


async def remove_device(
    session: AsyncSession, principal: Principal, device_id: UUID, *, now: datetime
) -> DeviceRef:
    """Tell this browser nothing more. Raises `MessageUnknown`."""
    principal.require(Permission.SELF)
    gone = await session.scalar(
        delete(PushDevice)
        .where(PushDevice.id == device_id, PushDevice.user_id == principal.user_id)
        .returning(PushDevice.id)
    )
    if gone is None:
        raise MessageUnknown
    _record(session, principal, "remove_device", now=now, object_id=device_id)
    return DeviceRef(device_id=device_id)


def _record(
    session: AsyncSession,
    principal: Principal,
    action: str,
    *,
    now: datetime,
    object_id: UUID | None = None,
) -> None:
    audit.record(
        session,
        principal,
        action,
        now=now,
        object_kind="staff",
        object_id=object_id or principal.user_id,
        subject_id=principal.user_id,
    )
