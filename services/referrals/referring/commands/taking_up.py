"""A dossier here takes up what came in: a new one, or one that is there; undone only with a reason.

The sender hears nothing of it, and what is written in the dossier is the recipient's own record.
"""

from datetime import datetime
from uuid import UUID, uuid5

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.referring.access import dossier_to_write, incoming_to_handle
from services.referrals.referring.changes import audited, note_incoming
from services.referrals.referring.models import Incoming
from services.referrals.referring.parcels import ReferralOver
from services.referrals.referring.rules import check_codes
from services.referrals.referring.states import WIPED
from shared.auth import Permission, Principal
from shared.client import caller_token_of, client_of
from shared.contracts.cases import DossierRef
from shared.contracts.incoming_referrals import (
    UNLINK_REASONS,
    IncomingRef,
    LinkIncoming,
    TakeUpIncoming,
    UnlinkIncoming,
)
from shared.errors import Conflict


class AlreadyTakenUp(Conflict):
    """Another dossier took it up; a colleague was first."""

    code = "already_taken_up"


class NotLinked(Conflict):
    """No dossier took it up, so there is nothing to undo."""

    code = "not_linked"


async def take_up_incoming(
    session: AsyncSession,
    principal: Principal,
    command: TakeUpIncoming,
    incoming_id: UUID,
    *,
    now: datetime,
) -> IncomingRef:
    """A new dossier with what the worker takes over of it, opened by cases with her own rights; once.

    It is held meanwhile: a colleague who does the same comes second and opens nothing, and so does a withdrawal. When
    we break off after cases opened it, the same command again finds that dossier. Raises what cases refuses,
    `AlreadyTakenUp`, `ReferralOver`.
    """
    principal.require_any(Permission.REFERRAL_RECEIVE, Permission.REFERRAL_READ)
    incoming = await incoming_to_handle(session, principal, incoming_id)
    _check_free(incoming)
    key = str(uuid5(incoming.id, f"{incoming.version}:{msgspec.json.encode(command).decode()}"))
    opened = await client_of(session).tell(
        "cases", "/dossiers", command.dossier, DossierRef, token=caller_token_of(session), key=key
    )
    return _linked(session, principal, "take_up_incoming", incoming, opened.dossier_id, now=now)


async def link_incoming(
    session: AsyncSession, principal: Principal, command: LinkIncoming, incoming_id: UUID, *, now: datetime
) -> IncomingRef:
    """A dossier that is there and the caller's to write. Raises `ReadOnly`, `AlreadyTakenUp`, `ReferralOver`."""
    principal.require_any(Permission.REFERRAL_RECEIVE, Permission.REFERRAL_READ)
    await dossier_to_write(session, command.dossier_id)
    incoming = await incoming_to_handle(session, principal, incoming_id)
    if incoming.dossier_id != command.dossier_id:
        _check_free(incoming)
    return _linked(session, principal, "link_incoming", incoming, command.dossier_id, now=now)


async def unlink_incoming(
    session: AsyncSession, principal: Principal, command: UnlinkIncoming, incoming_id: UUID, *, now: datetime
) -> IncomingRef:
    """It was not that dossier. What was written there stays. Raises `Invalid`, `ReadOnly`, `NotLinked`."""
    principal.require_any(Permission.REFERRAL_RECEIVE, Permission.REFERRAL_READ)
    check_codes(("reason", command.reason, UNLINK_REASONS))
    incoming = await incoming_to_handle(session, principal, incoming_id)
    before = incoming.dossier_id
    if before is None:
        raise NotLinked
    await dossier_to_write(session, before)
    audited(session, principal, "unlink_incoming", incoming, now=now, reason=command.reason)
    incoming.dossier_id, incoming.version = None, incoming.version + 1
    note_incoming(
        session,
        principal.tenant,
        incoming,
        "unlinked",
        now=now,
        by=principal.user_id,
        code=command.reason,
        dossier_id=before,
    )
    return IncomingRef(incoming_id=incoming.id, state=incoming.state)


def _check_free(incoming: Incoming) -> None:
    if incoming.dossier_id is not None:
        raise AlreadyTakenUp
    if incoming.state in WIPED or incoming.wiped_at is not None:
        raise ReferralOver


def _linked(
    session: AsyncSession,
    principal: Principal,
    action: str,
    incoming: Incoming,
    dossier_id: UUID,
    *,
    now: datetime,
) -> IncomingRef:
    """From now on it is followed there, by who did this unless somebody has it; a second time changes nothing."""
    if incoming.dossier_id != dossier_id:
        incoming.dossier_id, incoming.version = dossier_id, incoming.version + 1
        incoming.assigned_to = incoming.assigned_to or principal.user_id
        note_incoming(session, principal.tenant, incoming, "linked", now=now, by=principal.user_id)
    audited(session, principal, action, incoming, now=now)
    return IncomingRef(incoming_id=incoming.id, state=incoming.state, dossier_id=dossier_id)
