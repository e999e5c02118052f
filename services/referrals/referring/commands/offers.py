"""Before anything leaves: propose a referral, offer it to the person, invoke a ground; and take a consent back."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.consents.grounds import ground_on
from services.referrals.consents.models import Consent, Ground
from services.referrals.referring.access import dossier_to_write, person_in
from services.referrals.referring.acts import (
    PENDING,
    SEND_BY,
    consent_is_gone,
    end,
    given_consents,
    locked,
    stop_clocks,
    to_write,
    working_days,
)
from services.referrals.referring.changes import audited, note, tell_recipient
from services.referrals.referring.forms import form_of, form_on, tidy, wrong_values
from services.referrals.referring.ledger import adopted_offer, announce, purpose_of, withdraw_row
from services.referrals.referring.models import Referral
from services.referrals.referring.parcels import computed_keys, parcel_of
from services.referrals.referring.recipients import Recipient, recipient_of
from services.referrals.referring.rules import check_codes, checked_offer
from services.referrals.referring.states import OFFERING, REROUTABLE, UNANSWERED, check
from services.referrals.referring.terms import local_day, months_later, morning_of, terms_on
from services.referrals.social_map.uniting import standing_for
from shared import audit, timers
from shared.auth import Permission, Principal
from shared.contracts.consents import ConsentRef, InvokeGround, OfferReferral, WithdrawReferralConsent
from shared.contracts.dossier_access import AccessedDossier
from shared.contracts.referring import URGENCIES, ProposeReferral, ReferralRef, RerouteReferral
from shared.db import uuid7
from shared.errors import Conflict, Invalid, NotFound


class DossierClosed(Conflict):
    """A closed dossier gets no new referral."""

    code = "dossier_closed"


class NoContactYet(Conflict):
    """Nobody spoke with the person, so he was offered nothing. A legal ground is the only way before that."""

    code = "no_contact_yet"


class NotGiven(Conflict):
    """What was refused or is still to come cannot be withdrawn."""

    code = "consent_not_given"


async def propose_referral(
    session: AsyncSession, principal: Principal, command: ProposeReferral, dossier_id: UUID, *, now: datetime
) -> ReferralRef:
    """A service was thought of for somebody in the dossier; nothing leaves by it. Raises `Invalid`, `NotFound`."""
    principal.require(Permission.REFERRAL_WRITE)
    check_codes(("urgency", command.urgency, URGENCIES))
    dossier = await dossier_to_write(session, dossier_id)
    if command.person_id is not None and person_in(dossier, command.person_id) is None:
        raise Invalid({"person_id": "not_in_dossier"})
    recipient = await recipient_of(session, principal.tenant, command.service_id, local_day(now))
    referral = _new(principal, command, dossier, recipient, now=now)
    session.add(referral)
    note(session, principal.tenant, referral, "proposed", now=now, by=principal.user_id)
    return done(session, principal, "propose_referral", referral, now=now, form=referral.form)


async def offer_referral(
    session: AsyncSession, principal: Principal, command: OfferReferral, referral_id: UUID, *, now: datetime
) -> ConsentRef:
    """It was offered to the person, who gave consent, refused, or will say later: a line of its own each time.

    The last answer counts: who consented and now says no, or later before it was sent, takes the consent back. Of a
    refusal nothing is kept but that it was offered, and the day. When it was sent and stopped on the way because the
    consent before lapsed, it goes on with this one. Raises `Invalid`, `WrongState`.
    """
    principal.require(Permission.REFERRAL_WRITE)
    referral, dossier = await to_write(session, referral_id)
    check(referral.state, *OFFERING, *UNANSWERED)
    today = local_day(now)
    person = person_in(dossier, referral.person_id) if referral.person_id else None
    minor = person.minor if person is not None else bool(command.minor)
    form = form_of(referral.form, referral.form_version)
    checked_offer(command, form.keys, minor=minor, today=today)
    given = command.state == "given"
    if dossier.before_contact and command.state != "pending":
        raise NoContactYet
    giver = person_in(dossier, command.giver_id) if given and command.giver_id else None
    if given and command.giver_id and giver is None:
        raise Invalid({"giver_id": "not_in_dossier"})
    if giver is not None and giver.minor:
        raise Invalid({"giver_id": "minor_cannot"})
    stopped = referral.left and not (await parcel_of(session, referral, now=now)).live
    on = command.on or today
    earlier = await given_consents(session, referral.id)
    offer = await adopted_offer(session, referral, given=given)
    if offer is None:
        offer = Consent(id=uuid7(), dossier_id=referral.dossier_id, offered_on=on, source="referrals")
        session.add(offer)
    offer.referral_id, offer.person_id = referral.id, referral.person_id
    offer.purpose, offer.recipient = purpose_of(referral.form), referral.recipient
    offer.service_id = referral.service_id
    offer.state, offer.minor = command.state, minor and given
    offer.fields = (
        list(dict.fromkeys([*command.fields, *computed_keys(form.key, form.version)])) if given else []
    )
    offer.given_by, offer.giver_id = (command.given_by, command.giver_id) if given else ("", None)
    offer.way = command.way if given else ""
    offer.answered_on = None if command.state == "pending" else on
    lasting = months_later(on, terms_on(today).consent_months)
    offer.expires_on = (command.expires_on or lasting) if given else None
    offer.recorded_by, offer.recorded_at = principal.user_id, now
    announce(session, principal.tenant, offer, now=now, by=principal.user_id)
    if referral.offering:
        if not given:
            for each in earlier:
                withdraw_row(session, principal.tenant, each, now=now, by=principal.user_id)
        referral.state, referral.version = f"consent_{command.state}", referral.version + 1
        await _clock_of_offer(session, principal.tenant, referral, on, now=now)
    note(session, principal.tenant, referral, "offered", now=now, by=principal.user_id, code=command.state)
    if referral.left and earlier and command.state == "refused":
        await consent_is_gone(session, principal.tenant, referral, now=now, by=principal.user_id)
    if stopped and given:
        await _go_on(session, principal, referral, "consent", now=now)
    audited(
        session, principal, "offer_referral", referral, now=now, offer=str(offer.id), answer=command.state
    )
    return ConsentRef(consent_id=offer.id, state=offer.state, referral_state=referral.state)


async def invoke_ground(
    session: AsyncSession, principal: Principal, command: InvokeGround, referral_id: UUID, *, now: datetime
) -> ReferralRef:
    """A legal ground in the place of consent, with a reason; a right of its own, never silent.

    What was sent and stopped on the way goes on with it. Raises `Invalid`, `WrongState`.
    """
    principal.require(Permission.REFERRAL_GROUND)
    principal.require(Permission.REFERRAL_WRITE)
    referral, _ = await to_write(session, referral_id)
    check(referral.state, *OFFERING, *UNANSWERED)
    form = form_of(referral.form, referral.form_version)
    ground = ground_on(command.ground, local_day(now))
    wrong = {}
    if ground is None:
        wrong["ground"] = "not_in_force"
    elif not set(ground.conditions) <= set(command.confirmed):
        wrong["confirmed"] = "confirm_conditions"
    if not command.fields:
        wrong["fields"] = "required"
    elif not set(command.fields) <= set(form.keys):
        wrong["fields"] = "not_in_form"
    if wrong:
        raise Invalid(wrong)
    stopped = referral.left and not (await parcel_of(session, referral, now=now)).live
    row = Ground(
        id=uuid7(),
        referral_id=referral.id,
        dossier_id=referral.dossier_id,
        ground=command.ground,
        fields=list(dict.fromkeys([*command.fields, *computed_keys(form.key, form.version)])),
        reason=command.reason.strip(),
        invoked_by=principal.user_id,
        invoked_at=now,
    )
    session.add(row)
    referral.version += 1
    note(session, principal.tenant, referral, "ground", now=now, by=principal.user_id, code=command.ground)
    if stopped:
        await _go_on(session, principal, referral, command.ground, now=now)
    return done(
        session, principal, "invoke_ground", referral, now=now, ground=command.ground, fields=len(row.fields)
    )


async def withdraw_consent(
    session: AsyncSession,
    principal: Principal,
    command: WithdrawReferralConsent,
    consent_id: UUID,
    *,
    now: datetime,
) -> ConsentRef:
    """At any time, and nobody has to say why: what is pending is cancelled, who has it is told (S08)."""
    principal.require(Permission.REFERRAL_WRITE)
    found = (
        await session.execute(select(Consent.dossier_id, Consent.referral_id).where(Consent.id == consent_id))
    ).one_or_none()
    if found is None:
        raise NotFound
    await dossier_to_write(session, found.dossier_id)
    referral = await locked(session, found.referral_id) if found.referral_id else None
    consent = await session.get_one(Consent, consent_id, with_for_update=True, populate_existing=True)
    if consent.state == "given":
        withdraw_row(session, principal.tenant, consent, now=now, by=principal.user_id)
        if referral is not None:
            await consent_is_gone(session, principal.tenant, referral, now=now, by=principal.user_id)
    elif consent.state != "withdrawn":
        raise NotGiven
    if referral is not None:
        audited(session, principal, "withdraw_consent", referral, now=now, consent=str(consent_id))
    else:
        audit.record(
            session,
            principal,
            "withdraw_consent",
            now=now,
            object_kind="consent",
            object_id=consent.id,
            subject_id=consent.dossier_id,
        )
    state = referral.state if referral is not None else ""
    return ConsentRef(consent_id=consent.id, state=consent.state, referral_state=state)


async def reroute_referral(
    session: AsyncSession, principal: Principal, command: RerouteReferral, referral_id: UUID, *, now: datetime
) -> ReferralRef:
    """To another service: a new referral with its own consent. The first ends, unless it goes on in part."""
    principal.require(Permission.REFERRAL_WRITE)
    referral, dossier = await to_write(session, referral_id)
    check(referral.state, *REROUTABLE)
    recipient = await recipient_of(session, principal.tenant, command.service_id, local_day(now))
    if recipient.service_id == await standing_for(session, referral.service_id):
        raise Invalid({"service_id": "same_service"})
    form = form_on(recipient.form, local_day(now))
    asked = {each.key for each in form.fields if each.kind != "computed"} if form else set[str]()
    proposal = ProposeReferral(
        service_id=recipient.service_id,
        person_id=referral.person_id,
        form=recipient.form,
        urgency=referral.urgency,
        values={key: value for key, value in referral.values.items() if key in asked},
    )
    new = _new(principal, proposal, dossier, recipient, now=now, rerouted_from=referral.id)
    session.add(new)
    if referral.state != "partly_accepted":
        await end(session, principal.tenant, referral, "rerouted", "", now=now, by=principal.user_id)
    note(session, principal.tenant, new, "proposed", now=now, by=principal.user_id)
    audited(session, principal, "reroute_referral", referral, now=now, to=str(new.id))
    return ReferralRef(referral_id=new.id, state=new.state, version=new.version)


def done(
    session: AsyncSession,
    principal: Principal,
    action: str,
    referral: Referral,
    *,
    now: datetime,
    **codes: object,
) -> ReferralRef:
    audited(session, principal, action, referral, now=now, **codes)
    return ReferralRef(referral_id=referral.id, state=referral.state, version=referral.version)


async def _go_on(
    session: AsyncSession, principal: Principal, referral: Referral, basis: str, *, now: datetime
) -> None:
    """It stopped on the way and leaves now, if all of it may."""
    await session.flush()
    if (await parcel_of(session, referral, now=now)).live:
        tell_recipient(session, principal.tenant, referral, now=now)
        note(session, principal.tenant, referral, "sent", now=now, by=principal.user_id, code=basis)


async def _clock_of_offer(
    session: AsyncSession, tenant: str, referral: Referral, on: date, *, now: datetime
) -> None:
    """It is sent so many days after the consent, whenever that was written down."""
    today = local_day(now)
    await stop_clocks(session, referral, SEND_BY, PENDING)
    referral.send_by = None
    if referral.state == "consent_given":
        referral.send_by = (await working_days(session)).after(on, terms_on(today).send_within)
        timers.schedule(session, tenant, morning_of(referral.send_by), SEND_BY, referral.id)
    elif referral.state == "consent_pending":
        asked_again = (await working_days(session)).from_(
            today.fromordinal(today.toordinal() + terms_on(today).pending_asked_again)
        )
        timers.schedule(session, tenant, morning_of(asked_again), PENDING, referral.id)


def _new(
    principal: Principal,
    command: ProposeReferral,
    dossier: AccessedDossier,
    recipient: Recipient,
    *,
    now: datetime,
    rerouted_from: UUID | None = None,
) -> Referral:
    if dossier.state == "closed":
        raise DossierClosed
    form = form_on(command.form or recipient.form, local_day(now))
    if form is None:
        raise Invalid({"form": "not_a_choice"})
    if wrong := wrong_values(form, command.values):
        raise Invalid(wrong)
    return Referral(
        id=uuid7(),
        dossier_id=dossier.dossier_id,
        dossier_number=dossier.number,
        compartment=dossier.compartment,
        person_id=command.person_id,
        service_id=recipient.service_id,
        organization_id=recipient.organization_id,
        recipient=recipient.name,
        recipient_kind=recipient.kind,
        recipient_tenant=recipient.tenant,
        form=form.key,
        form_version=form.version,
        urgency=command.urgency,
        values=tidy(command.values),
        follower=principal.user_id,
        proposed_at=now,
        proposed_by=principal.user_id,
        ended_why="",
        rerouted_from=rerouted_from,
        state="proposed",
        revision=0,
        ended="",
        amended_after=0,
        answer_revision=0,
        answer="",
        reason="",
        question="",
        part="",
        outcome="",
        version=1,
    )
