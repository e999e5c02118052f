"""What the recipient can ask: what came in, and one of them with the fields that were consented to."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.referring.access import dossier_to_read, of_receiver
from services.referrals.referring.changes import audited
from services.referrals.referring.models import Incoming, ReferralMove, fields_of
from services.referrals.referring.rules import check_codes, place_of
from services.referrals.referring.states import ENDED, WIPED, may_answer
from services.referrals.referring.terms import local_day
from shared import audit
from shared.audit import AuditRow
from shared.auth import Permission, Principal
from shared.contracts.dossier_access import Look
from shared.contracts.incoming_referrals import (
    DossierIncoming,
    IncomingLine,
    IncomingLooks,
    IncomingPage,
    IncomingView,
)
from shared.contracts.referring import ANSWERS, Move, SentField
from shared.errors import NotFound

_PAGE = 100
_LOOKS = 500
_STATES = ("open", "mine", "late", "ended", "all")


async def incoming_page(
    session: AsyncSession, principal: Principal, state: str, after: str, *, now: datetime
) -> IncomingPage:
    """What came in, newest first, without a field of any form; for a worker what was assigned to her."""
    principal.require_any(Permission.REFERRAL_RECEIVE, Permission.REFERRAL_READ)
    check_codes(("state", state, _STATES))
    today = local_day(now)
    wanted = select(Incoming).where(of_receiver(principal)).order_by(Incoming.id.desc()).limit(_PAGE + 1)
    if after:
        wanted = wanted.where(Incoming.id < place_of(after))
    found = (await session.scalars(wanted.where(*_in_state(state, principal.user_id, today)))).all()
    audit.record(
        session,
        principal,
        "incoming_page",
        now=now,
        object_kind="incoming_referral_list",
        details={"state": state, "count": len(found[:_PAGE])},
    )
    return IncomingPage(
        referrals=[_line(each, today) for each in found[:_PAGE]],
        next_after=str(found[_PAGE - 1].id) if len(found) > _PAGE else "",
    )


async def incoming_by_id(
    session: AsyncSession, principal: Principal, incoming_id: UUID, *, now: datetime
) -> IncomingView:
    """The fields that were consented to, until they are wiped. Raises `NotFound`."""
    principal.require_any(Permission.REFERRAL_RECEIVE, Permission.REFERRAL_READ)
    incoming = await session.scalar(
        select(Incoming).where(Incoming.id == incoming_id, of_receiver(principal))
    )
    if incoming is None:
        raise NotFound
    moves = await session.scalars(
        select(ReferralMove).where(ReferralMove.record_id == incoming.id).order_by(ReferralMove.id)
    )
    audited(session, principal, "incoming_by_id", incoming, now=now, fields=len(incoming.fields))
    answers = may_answer(incoming.state)
    return IncomingView(
        line=_line(incoming, local_day(now)),
        form=incoming.form,
        form_version=incoming.form_version,
        fields=[SentField(key=key, value=value) for key, value in fields_of(incoming)],
        basis=incoming.basis,
        wiped_at=incoming.wiped_at,
        moves=[
            Move(at=each.at, state=each.state, what=each.what, side=each.side, by=each.by, code=each.code)
            for each in moves
        ],
        may=[each for each in ANSWERS if each in answers],
        version=incoming.version,
        may_link=incoming.dossier_id is None and incoming.state not in WIPED and incoming.wiped_at is None,
    )


async def dossier_incoming(
    session: AsyncSession, principal: Principal, dossier_id: UUID, *, now: datetime
) -> DossierIncoming:
    """What a dossier took up, newest first, for who may read the dossier. Raises `NotFound`."""
    principal.require_any(Permission.REFERRAL_RECEIVE, Permission.REFERRAL_READ)
    await dossier_to_read(session, dossier_id)
    found = await session.scalars(
        select(Incoming).where(Incoming.dossier_id == dossier_id).order_by(Incoming.id.desc())
    )
    audit.record(
        session,
        principal,
        "dossier_incoming",
        now=now,
        object_kind="dossier",
        object_id=dossier_id,
        subject_id=dossier_id,
    )
    today = local_day(now)
    return DossierIncoming(dossier_id=dossier_id, referrals=[_line(each, today) for each in found])


async def incoming_looks(
    session: AsyncSession, principal: Principal, incoming_id: UUID, *, now: datetime
) -> IncomingLooks:
    """Who looked at it or did something with it, newest first; reading that is kept as well. Raises `NotFound`."""
    principal.require_any(Permission.REFERRAL_RECEIVE, Permission.AUDIT_READ)
    incoming = await session.scalar(select(Incoming).where(Incoming.id == incoming_id, Incoming.basis != ""))
    if incoming is None:
        raise NotFound
    rows = await session.scalars(
        select(AuditRow)
        .where(AuditRow.object_kind == "incoming_referral", AuditRow.object_id == incoming_id)
        .order_by(AuditRow.id.desc())
        .limit(_LOOKS)
    )
    looks = [
        Look(at=row.at, user_id=row.user_id, service=row.service, action=row.action, outcome=row.outcome)
        for row in rows
    ]
    audited(session, principal, "incoming_looks", incoming, now=now)
    return IncomingLooks(looks=looks)


def _line(incoming: Incoming, today: date) -> IncomingLine:
    names = (
        "sender", "sender_name", "service_id", "recipient", "state", "urgency", "received_at", "assigned_to",
        "contact_by", "question", "outcome", "dossier_id",
    )  # fmt: skip
    waits = incoming.state not in ENDED and incoming.contacted_at is None
    late = waits and incoming.contact_by is not None and incoming.contact_by < today
    return IncomingLine(
        incoming_id=incoming.id,
        late="contact_by" if late else "",
        **{name: getattr(incoming, name) for name in names},
    )


def _in_state(state: str, user_id: UUID, today: date) -> list[ColumnElement[bool]]:
    running = Incoming.state.not_in(ENDED)
    if state == "ended":
        return [Incoming.state.in_(ENDED)]
    if state == "mine":
        return [and_(running, Incoming.assigned_to == user_id)]
    if state == "late":
        return [and_(running, Incoming.contacted_at.is_(None), Incoming.contact_by < today)]
    return [running] if state == "open" else []
