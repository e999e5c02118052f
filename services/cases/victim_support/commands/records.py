"""What is put on record: a consent and its withdrawal, a risk assessment's reference."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.deadlines import local_day
from services.cases.victim_support.acts import (
    announce_consent,
    check_codes,
    check_past,
    complete_tasks,
    dossier_to_write,
    is_minor,
    note_act,
    open_tasks,
    person_here,
)
from services.cases.victim_support.models import Consent, RiskAssessment
from shared import timers
from shared.auth import Permission, Principal
from shared.contracts.aftercare import (
    CONSENT_PURPOSES,
    CONSENT_WAYS,
    REFERRAL_PURPOSES,
    RISK_INSTRUMENTS,
    RISK_LEVELS,
    ConsentRef,
    RecordConsent,
    RecordRisk,
    RiskRef,
    WithdrawConsent,
)
from shared.contracts.referrals import ReferralConsentChanged
from shared.db import uuid7
from shared.errors import Invalid, NotFound

CARRY_CONSENTS: Final = "carry_consents"
"""The kind of timer that a migration set for tenants that wrote consents down before the ledger."""

_CARRIED_AT_ONCE: Final = 200


async def record_consent(
    session: AsyncSession, principal: Principal, command: RecordConsent, dossier_id: UUID, *, now: datetime
) -> ConsentRef:
    """Of whom, for what, by whom and how; a minor's is given by a grown-up in the dossier."""
    principal.require(Permission.DOSSIER_WRITE)
    check_codes(
        ("purpose", command.purpose, CONSENT_PURPOSES),
        ("state", command.state, ("given", "refused", "pending")),
        ("way", command.way, CONSENT_WAYS),
    )
    check_past(now, on=command.on)
    dossier = await dossier_to_write(session, principal, dossier_id, now=now)
    today = local_day(now)
    person = await person_here(session, dossier, command.person_id, "person_id")
    giver = person
    if command.given_by is not None:
        giver = await person_here(session, dossier, command.given_by, "given_by")
    if command.state == "given" and await is_minor(session, dossier, giver, today):
        raise Invalid({"given_by": "minor_cannot"})
    consent = Consent.record(
        dossier.id,
        command.purpose,
        command.state,
        on=command.on or today,
        by=principal.user_id,
        at=now,
        person_id=person.id,
        given_by=giver.id,
        way=command.way,
    )
    session.add(consent)
    announce_consent(session, principal.tenant, consent, by=principal.user_id, now=now)
    note_act(
        session,
        principal,
        dossier,
        "record_consent",
        f"consent_{command.state}",
        now=now,
        object_kind="consent",
        object_id=consent.id,
        purpose=command.purpose,
    )
    return ConsentRef(consent_id=consent.id, state=consent.state)


async def withdraw_consent(
    session: AsyncSession, principal: Principal, command: WithdrawConsent, consent_id: UUID, *, now: datetime
) -> ConsentRef:
    """At any time, and nobody has to say why."""
    principal.require(Permission.DOSSIER_WRITE)
    dossier_id = await session.scalar(select(Consent.dossier_id).where(Consent.id == consent_id))
    if dossier_id is None:
        raise NotFound
    dossier = await dossier_to_write(session, principal, dossier_id, now=now)
    consent = await session.get_one(Consent, consent_id, populate_existing=True)
    consent.withdraw(on=local_day(now))
    announce_consent(session, principal.tenant, consent, by=principal.user_id, now=now)
    note_act(
        session,
        principal,
        dossier,
        "withdraw_consent",
        "consent_withdrawn",
        now=now,
        object_kind="consent",
        object_id=consent.id,
        purpose=consent.purpose,
    )
    return ConsentRef(consent_id=consent.id, state=consent.state)


async def record_risk(
    session: AsyncSession, principal: Principal, command: RecordRisk, dossier_id: UUID, *, now: datetime
) -> RiskRef:
    """The instrument, the level, the day and by whom; the form itself stays where it belongs.

    What asked for an assessment is done by it; what asked for another only by a newer one.
    """
    principal.require(Permission.DOSSIER_WRITE)
    check_codes(("level", command.level, RISK_LEVELS), ("instrument", command.instrument, RISK_INSTRUMENTS))
    check_past(now, assessed_on=command.assessed_on)
    if not command.assessed_by.strip():
        raise Invalid({"assessed_by": "required"})
    dossier = await dossier_to_write(session, principal, dossier_id, now=now)
    risk = RiskAssessment(
        id=uuid7(),
        dossier_id=dossier.id,
        level=command.level,
        instrument=command.instrument,
        assessed_on=command.assessed_on,
        assessed_by=command.assessed_by.strip(),
        reference=command.reference.strip(),
        recorded_at=now,
        recorded_by=principal.user_id,
    )
    session.add(risk)
    await complete_tasks(session, dossier, "risk_assessment", by=principal.user_id, now=now)
    for review in await open_tasks(session, dossier, "risk_review"):
        if command.assessed_on >= local_day(review.added_at):
            review.complete("done", by=principal.user_id, at=now)
    note_act(
        session,
        principal,
        dossier,
        "record_risk",
        "risk_recorded",
        now=now,
        object_kind="risk_assessment",
        object_id=risk.id,
        risk=command.level,
    )
    return RiskRef(risk_id=risk.id)


async def consent_withdrawn_in_referrals(
    session: AsyncSession, event: ReferralConsentChanged, *, now: datetime
) -> None:
    """What was agreed here and taken back there is taken back here; a second time changes nothing."""
    if event.state != "withdrawn" or event.cause != "referrals" or event.source_id is None:
        return
    consent = await session.get(Consent, event.source_id, with_for_update=True)
    if consent is not None and consent.state == "given":
        consent.withdraw(on=local_day(now))


async def carry_consents(session: AsyncSession, tenant: str, after: UUID, *, now: datetime) -> None:
    """By timer, set once when a tenant was brought up to date: the ledger hears what was written down before it began.

    A piece at a time, each with the timer of the next, so that a crash loses nothing and tells nothing twice.
    """
    found = (
        await session.scalars(
            select(Consent)
            .where(Consent.id > after, Consent.purpose.in_(REFERRAL_PURPOSES))
            .order_by(Consent.id)
            .limit(_CARRIED_AT_ONCE)
        )
    ).all()
    for consent in found:
        announce_consent(session, tenant, consent, by=consent.recorded_by, now=now, earlier=True)
    if len(found) == _CARRIED_AT_ONCE:
        timers.schedule(session, tenant, now, CARRY_CONSENTS, found[-1].id)
