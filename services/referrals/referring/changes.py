"""What every change of a referral leaves behind: a line of its history, an audit row, and a word to who follows it."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.referring.models import Incoming, Referral, ReferralMove
from shared import audit, timers
from shared.auth import Principal
from shared.contracts.referrals import (
    IncomingReferralChanged,
    ReferralAnswered,
    ReferralHandedOver,
    ReferralProgressed,
)
from shared.db import uuid7
from shared.outbox import publish

TELL_PARTNER: Final = "tell_partner"
"""The kind of timer that writes to a partner without account; its area handles it."""


def note(
    session: AsyncSession,
    tenant: str,
    referral: Referral,
    what: str,
    *,
    now: datetime,
    side: str = "sender",
    by: UUID | None = None,
    code: str = "",
) -> None:
    """A step of the sender's record, told in its own tenant."""
    session.add(_move(referral.id, referral.state, what, now=now, side=side, by=by, code=code))
    publish(
        session,
        ReferralProgressed(
            id=uuid7(),
            occurred_at=now,
            tenant=tenant,
            actor=by,
            referral_id=referral.id,
            dossier_id=referral.dossier_id,
            follower=referral.follower,
            state=referral.state,
            what=what,
            kind=referral.recipient_kind,
            reason=referral.reason if referral.state == "refused" else referral.ended_why,
            outcome=referral.outcome if referral.state == "closed" else "",
            person_id=referral.person_id,
        ),
    )


def note_incoming(
    session: AsyncSession,
    tenant: str,
    incoming: Incoming,
    what: str,
    *,
    now: datetime,
    side: str = "recipient",
    by: UUID | None = None,
    code: str = "",
    dossier_id: UUID | None = None,
) -> None:
    """A step of the recipient's record, told in its own tenant; `dossier_id` when it is not its own any more."""
    session.add(_move(incoming.id, incoming.state, what, now=now, side=side, by=by, code=code))
    publish(
        session,
        IncomingReferralChanged(
            id=uuid7(),
            occurred_at=now,
            tenant=tenant,
            actor=by,
            incoming_id=incoming.id,
            state=incoming.state,
            what=what,
            assigned_to=incoming.assigned_to,
            dossier_id=dossier_id or incoming.dossier_id,
        ),
    )


def tell_recipient(session: AsyncSession, tenant: str, referral: Referral, *, now: datetime) -> None:
    """Our side changed after it was sent: one more revision, and a recipient on the platform is to be told."""
    referral.revision += 1
    if referral.recipient_kind == "tenant":
        publish(
            session,
            ReferralHandedOver(
                id=uuid7(),
                occurred_at=now,
                tenant=tenant,
                referral_id=referral.id,
                revision=referral.revision,
            ),
        )
    elif referral.recipient_kind == "partner_link":
        timers.schedule(session, tenant, now, TELL_PARTNER, referral.id)


def tell_sender(session: AsyncSession, tenant: str, incoming: Incoming, *, now: datetime) -> None:
    """We answered: the sender is to be told."""
    publish(
        session,
        ReferralAnswered(
            id=uuid7(),
            occurred_at=now,
            tenant=tenant,
            incoming_id=incoming.id,
            revision=incoming.answer_revision,
        ),
    )


def audited(
    session: AsyncSession,
    principal: Principal,
    action: str,
    record: Referral | Incoming,
    *,
    now: datetime,
    **codes: Any,
) -> None:
    """Who did or saw it, in ids and codes; a dossier's referrals stand in its log."""
    audit.record(
        session,
        principal,
        action,
        now=now,
        object_kind="referral" if isinstance(record, Referral) else "incoming_referral",
        object_id=record.id,
        subject_id=record.dossier_id,
        details={"state": record.state, **codes},
    )


def _move(
    record_id: UUID, state: str, what: str, *, now: datetime, side: str, by: UUID | None, code: str
) -> ReferralMove:
    return ReferralMove(
        id=uuid7(), record_id=record_id, at=now, state=state, what=what, side=side, by=by, code=code
    )
