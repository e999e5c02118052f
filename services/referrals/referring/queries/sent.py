"""What the sender can ask: the referrals of a dossier, mine, one of them, exactly what it sends, forms and grounds."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.consents.grounds import grounds_on
from services.referrals.consents.models import Consent, Ground
from services.referrals.referring.access import dossier_to_read, dossiers_in_sight
from services.referrals.referring.changes import audited
from services.referrals.referring.forms import forms_on
from services.referrals.referring.models import Referral, ReferralDisclosure, ReferralMove
from services.referrals.referring.parcels import parcel_of
from services.referrals.referring.recipients import recipient_of
from services.referrals.referring.rules import check_codes, due, place_of
from services.referrals.referring.states import ENDED, UNANSWERED, UNDER_WAY, possible, waits_for
from services.referrals.referring.terms import local_day
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts.consents import ConsentView, GroundView, LegalGround
from shared.contracts.referring import (
    Disclosure,
    DossierReferrals,
    Move,
    Preview,
    RecipientView,
    ReferralForm,
    ReferralLine,
    ReferralPage,
    ReferralView,
    SentField,
)
from shared.errors import Invalid, NotFound

PAGE: Final = 100
_STATES = ("open", "late", "consent", "ended", "all")
_CONSENT = ("proposed", "consent_pending", "consent_given")
_OPEN = (*_CONSENT, *UNDER_WAY, "refused", "expired")


async def referral_forms(session: AsyncSession, principal: Principal, *, now: datetime) -> list[ReferralForm]:
    """The forms of today, with why each field is asked."""
    principal.require(Permission.REFERRAL_READ)
    return [each.view() for each in forms_on(local_day(now))]


async def legal_grounds(session: AsyncSession, principal: Principal, *, now: datetime) -> list[LegalGround]:
    """The grounds in force today, each as the law is cited now."""
    principal.require(Permission.REFERRAL_READ)
    return grounds_on(local_day(now))


async def recipient(
    session: AsyncSession, principal: Principal, service_id: UUID, *, now: datetime
) -> RecipientView:
    """How a referral would reach a service. Raises `NotFound`."""
    principal.require(Permission.REFERRAL_WRITE)
    try:
        found = await recipient_of(session, principal.tenant, service_id, local_day(now))
    except Invalid as unknown:
        raise NotFound from unknown
    return RecipientView(
        service_id=found.service_id,
        organization_id=found.organization_id,
        name=found.name,
        kind=found.kind,
        form=found.form,
        language=found.language,
    )


async def dossier_referrals(
    session: AsyncSession, principal: Principal, dossier_id: UUID, *, now: datetime
) -> DossierReferrals:
    """All referrals and offers of one dossier, newest first. Raises `NotFound`."""
    principal.require(Permission.REFERRAL_READ)
    dossier = await dossier_to_read(session, dossier_id)
    referrals = await session.scalars(
        select(Referral).where(Referral.dossier_id == dossier_id).order_by(Referral.id.desc())
    )
    offers = await session.scalars(
        select(Consent)
        .where(Consent.dossier_id == dossier_id)
        .order_by(Consent.offered_on.desc(), Consent.id.desc())
    )
    audit.record(
        session,
        principal,
        "dossier_referrals",
        now=now,
        object_kind="dossier",
        object_id=dossier_id,
        subject_id=dossier_id,
    )
    today = local_day(now)
    return DossierReferrals(
        dossier_id=dossier_id,
        may_write=dossier.may_write,
        referrals=await _lines(session, referrals.all(), today),
        offers=_ledger(offers.all(), today),
    )


async def referral_page(
    session: AsyncSession, principal: Principal, scope: str, state: str, after: str, *, now: datetime
) -> ReferralPage:
    """Mine or all, of dossiers in sight only; newest first. Raises `Invalid`, `ServiceUnreachable`."""
    principal.require(Permission.REFERRAL_READ)
    check_codes(("scope", scope, ("mine", "all")), ("state", state, _STATES))
    today = local_day(now)
    wanted = select(Referral).order_by(Referral.id.desc()).limit(PAGE + 1)
    if scope == "mine":
        wanted = wanted.where(Referral.follower == principal.user_id)
    if after:
        wanted = wanted.where(Referral.id < place_of(after))
    wanted = wanted.where(*_in_state(state, today))
    found = (await session.scalars(wanted)).all()
    seen = await dossiers_in_sight(session, {each.dossier_id for each in found})
    shown = [each for each in found[:PAGE] if each.dossier_id in seen]
    audit.record(
        session,
        principal,
        "referral_page",
        now=now,
        object_kind="referral_list",
        details={"scope": scope, "state": state, "count": len(shown)},
    )
    return ReferralPage(
        referrals=await _lines(session, shown, today),
        next_after=str(found[PAGE - 1].id) if len(found) > PAGE else "",
    )


async def referral_by_id(
    session: AsyncSession, principal: Principal, referral_id: UUID, *, now: datetime
) -> ReferralView:
    """All of it: its fields, offers, grounds, history, who was given what. Raises `NotFound`."""
    principal.require(Permission.REFERRAL_READ)
    referral, may_write = await _in_sight(session, referral_id)
    today = local_day(now)
    offers = await session.scalars(
        select(Consent).where(Consent.referral_id == referral.id).order_by(Consent.id.desc())
    )
    grounds = await session.scalars(
        select(Ground).where(Ground.referral_id == referral.id).order_by(Ground.id.desc())
    )
    moves = await session.scalars(
        select(ReferralMove).where(ReferralMove.record_id == referral.id).order_by(ReferralMove.id)
    )
    disclosures = await session.scalars(
        select(ReferralDisclosure)
        .where(ReferralDisclosure.referral_id == referral.id)
        .order_by(ReferralDisclosure.id)
    )
    onward = await session.scalars(
        select(Referral.id).where(Referral.rerouted_from == referral.id).order_by(Referral.id)
    )
    waits = referral.left and referral.state in UNANSWERED and referral.recipient_kind != "form"
    stopped = waits and not (await parcel_of(session, referral, now=now)).live
    audited(session, principal, "referral_by_id", referral, now=now)
    (line,) = await _lines(session, [referral], today)
    allowed = [
        act
        for act in possible(referral.state)
        if not (act == "answer" and referral.recipient_kind == "tenant")
    ]
    return ReferralView(
        line=line,
        form=referral.form,
        form_version=referral.form_version,
        values=referral.values,
        version=referral.version,
        consents=_ledger(offers.all(), today),
        grounds=[_ground(each) for each in grounds],
        moves=[_move(each) for each in moves],
        disclosures=[_disclosure(each) for each in disclosures],
        may=allowed if may_write and Permission.REFERRAL_WRITE in principal.permissions else [],
        send_by=referral.send_by,
        answer_by=referral.answer_by,
        contact_by=referral.contact_by,
        expires_on=referral.expires_on,
        rerouted_from=referral.rerouted_from,
        rerouted_to=list(onward),
        suggested_service_id=referral.suggested_service_id,
        stopped=stopped,
    )


async def preview(
    session: AsyncSession, principal: Principal, referral_id: UUID, *, now: datetime
) -> Preview:
    """Exactly what would leave now: made by what makes the parcel itself. Raises `NotFound`."""
    principal.require(Permission.REFERRAL_READ)
    referral, _ = await _in_sight(session, referral_id)
    parcel = await parcel_of(session, referral, now=now)
    audited(session, principal, "preview", referral, now=now, basis=parcel.basis)
    return Preview(
        referral_id=referral.id,
        version=referral.version,
        recipient=referral.recipient,
        recipient_kind=referral.recipient_kind,
        form=referral.form,
        form_version=referral.form_version,
        urgency=referral.urgency,
        fields=[SentField(key=key, value=value) for key, value in parcel.fields],
        basis=parcel.basis,
        missing=parcel.missing,
        uncovered=parcel.uncovered,
    )


def _ledger(consents: Sequence[Consent], today: date) -> list[ConsentView]:
    """The lines in their order. Of those given for one referral the last alone is live: it says all that is agreed."""
    last = {
        (each.referral_id, each.service_id): each.id
        for each in sorted(consents, key=lambda each: (each.recorded_at, each.id))
        if each.state == "given"
    }
    return [
        _consent(each, live=each.live(today) and last[each.referral_id, each.service_id] == each.id)
        for each in consents
    ]


def _consent(consent: Consent, *, live: bool) -> ConsentView:
    return ConsentView(
        consent_id=consent.id,
        dossier_id=consent.dossier_id,
        referral_id=consent.referral_id,
        person_id=consent.person_id,
        purpose=consent.purpose,
        service_id=consent.service_id,
        recipient=consent.recipient,
        state=consent.state,
        live=live,
        fields=consent.fields,
        given_by=consent.given_by,
        giver_id=consent.giver_id,
        minor=consent.minor,
        way=consent.way,
        on=consent.offered_on,
        answered_on=consent.answered_on,
        expires_on=consent.expires_on,
        withdrawn_at=consent.withdrawn_at,
        recorded_by=consent.recorded_by,
        source=consent.source,
    )


async def _in_sight(session: AsyncSession, referral_id: UUID) -> tuple[Referral, bool]:
    referral = await session.get(Referral, referral_id)
    if referral is None:
        raise NotFound
    dossier = await dossier_to_read(session, referral.dossier_id)
    return referral, dossier.may_write


async def _lines(session: AsyncSession, referrals: Sequence[Referral], today: date) -> list[ReferralLine]:
    counted = await session.execute(
        select(Consent.referral_id, func.count())
        .where(Consent.referral_id.in_([each.id for each in referrals]))
        .group_by(Consent.referral_id)
    )
    offers: dict[UUID | None, int] = {row[0]: row[1] for row in counted}
    return [_line(each, today, offers.get(each.id, 0)) for each in referrals]


def _line(referral: Referral, today: date, offers: int) -> ReferralLine:
    what, on = due(
        referral.state, referral.send_by, referral.answer_by, referral.contact_by, referral.waiting_until
    )
    names = (
        "dossier_id", "dossier_number", "person_id", "service_id", "recipient", "recipient_kind", "state", "urgency",
        "follower", "proposed_at", "sent_at", "reason", "question", "part", "outcome", "waiting_until",
    )  # fmt: skip
    return ReferralLine(
        referral_id=referral.id,
        due_on=on,
        late=what if on is not None and on < today else "",
        waits_for=waits_for(referral.state),
        offers=offers,
        **{name: getattr(referral, name) for name in names},
    )


def _in_state(state: str, today: date) -> Collection[ColumnElement[bool]]:
    if state == "consent":
        return [Referral.state.in_(_CONSENT)]
    if state == "open":
        return [Referral.state.in_(_OPEN)]
    if state == "ended":
        return [Referral.state.in_((*ENDED, "consent_refused"))]
    if state == "late":
        return [
            or_(
                and_(Referral.state == "consent_given", Referral.send_by < today),
                and_(Referral.state.in_(UNANSWERED[:2]), Referral.answer_by < today),
                and_(
                    Referral.state.in_(("accepted", "partly_accepted", "not_reached")),
                    Referral.contact_by < today,
                ),
                and_(Referral.state == "waiting_list", Referral.waiting_until < today),
            )
        ]
    return []


def _ground(ground: Ground) -> GroundView:
    return GroundView(
        ground_id=ground.id,
        ground=ground.ground,
        fields=ground.fields,
        reason=ground.reason,
        invoked_by=ground.invoked_by,
        invoked_at=ground.invoked_at,
        revoked_at=ground.revoked_at,
    )


def _move(move: ReferralMove) -> Move:
    return Move(at=move.at, state=move.state, what=move.what, side=move.side, by=move.by, code=move.code)


def _disclosure(disclosure: ReferralDisclosure) -> Disclosure:
    return Disclosure(
        at=disclosure.at,
        delivered_at=disclosure.delivered_at,
        to=disclosure.to,
        fields=disclosure.fields,
        consent_id=disclosure.consent_id,
        ground_id=disclosure.ground_id,
    )
