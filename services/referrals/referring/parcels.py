"""What is sent of a referral: made in one place, for the preview and for every way out, and only on a live basis."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.consents.models import Consent, Ground
from services.referrals.referring.forms import form_of, missing
from services.referrals.referring.models import Referral, ReferralDisclosure
from services.referrals.referring.states import WIPED
from services.referrals.referring.terms import local_day
from shared.db import uuid7
from shared.errors import Conflict


class NoLiveConsent(Conflict):
    """Nobody consented, or not any more, and no ground was invoked: nothing leaves."""

    code = "no_live_consent"


class ReferralOver(Conflict):
    """It was not sent, or was taken back, refused or sent elsewhere: nobody is given its fields."""

    code = "referral_over"


class ConsentExpired(Conflict):
    """The consent was good until a day that is over."""

    code = "consent_expired"


class NotCovered(Conflict):
    """There is a consent, and not for every field; which ones stands in the fields."""

    code = "not_covered"


@dataclass(frozen=True)
class Parcel:
    """Fields in the form's order, and what they may leave on. `uncovered` is empty when all of them may."""

    fields: list[tuple[str, str]]
    consent: Consent | None
    ground: Ground | None
    missing: list[str]
    uncovered: list[str]
    lapsed: bool

    @property
    def keys(self) -> list[str]:
        return [key for key, _ in self.fields]

    @property
    def basis(self) -> str:
        if self.consent is not None:
            return "consent"
        return self.ground.ground if self.ground is not None else "none"

    @property
    def live(self) -> bool:
        """All of it may leave at this moment."""
        return (self.consent is not None or self.ground is not None) and not self.uncovered

    def require_basis(self) -> None:
        """Raises `ConsentExpired`, `NoLiveConsent`, `NotCovered` with the fields."""
        if self.lapsed:
            raise ConsentExpired
        if self.consent is None and self.ground is None:
            raise NoLiveConsent
        if self.uncovered:
            raise NotCovered({f"values.{key}": "not_covered" for key in self.uncovered})


async def parcel_of(session: AsyncSession, referral: Referral, *, now: datetime) -> Parcel:
    """Exactly what would leave at this moment, on the last consent: it says all that the person agrees to.

    Consent before ground: who consented should be asked, not overruled.
    """
    today = local_day(now)
    form = form_of(referral.form, referral.form_version)
    consents = (
        await session.scalars(
            select(Consent)
            .where(Consent.referral_id == referral.id, Consent.state == "given")
            .order_by(Consent.recorded_at.desc(), Consent.id.desc())
        )
    ).all()
    last = next((each for each in consents if each.service_id == referral.service_id), None)
    consent = last if last is not None and last.live(today) else None
    ground = await session.scalar(
        select(Ground)
        .where(Ground.referral_id == referral.id, Ground.revoked_at.is_(None))
        .order_by(Ground.invoked_at.desc(), Ground.id.desc())
        .limit(1)
    )
    values = {
        **referral.values,
        "sent_on": local_day(referral.sent_at or now).isoformat(),
        "urgency": referral.urgency,
        **_facts_of(consent),
        "ground": ground.ground if ground is not None and consent is None else "",
    }
    fields = [(each.key, values[each.key]) for each in form.fields if values.get(each.key)]
    covered = {
        *(consent.fields if consent is not None else ()),
        *(ground.fields if ground is not None else ()),
    }
    return Parcel(
        fields=fields,
        consent=consent,
        ground=ground,
        missing=missing(form, referral.values),
        uncovered=[key for key, _ in fields if key not in covered],
        lapsed=last is not None and consent is None and ground is None,
    )


async def release(
    session: AsyncSession, referral: Referral, *, to: str, by: UUID | None, now: datetime, delivered: bool
) -> Parcel:
    """The only way in which fields leave: on a live basis for every one of them, and kept before they do.

    `to` is the recipient's tenant, `partner` or `paper`. Raises `ReferralOver`, `ConsentExpired`, `NoLiveConsent`,
    `NotCovered`.
    """
    if not referral.left or referral.state in WIPED:
        raise ReferralOver
    parcel = await parcel_of(session, referral, now=now)
    parcel.require_basis()
    known = await session.scalar(
        select(ReferralDisclosure)
        .where(
            ReferralDisclosure.referral_id == referral.id,
            ReferralDisclosure.revision == referral.revision,
            ReferralDisclosure.to == to,
        )
        .limit(1)
    )
    if known is None:
        known = ReferralDisclosure(
            id=uuid7(),
            referral_id=referral.id,
            at=now,
            to=to,
            revision=referral.revision,
            fields=parcel.keys,
            consent_id=parcel.consent.id if parcel.consent is not None else None,
            ground_id=parcel.ground.id if parcel.ground is not None else None,
            by=by,
        )
        session.add(known)
    if delivered and known.delivered_at is None:
        known.delivered_at = now
    return parcel


async def note_delivered(session: AsyncSession, referral: Referral, *, to: str, now: datetime) -> None:
    """What was released arrived."""
    await session.execute(
        update(ReferralDisclosure)
        .where(
            ReferralDisclosure.referral_id == referral.id,
            ReferralDisclosure.revision == referral.revision,
            ReferralDisclosure.to == to,
            ReferralDisclosure.delivered_at.is_(None),
        )
        .values(delivered_at=now)
    )


async def was_delivered(session: AsyncSession, referral: Referral, *, to: str) -> bool:
    """Something of it arrived there, on a basis that was live then."""
    arrived = select(ReferralDisclosure.id).where(
        ReferralDisclosure.referral_id == referral.id,
        ReferralDisclosure.to == to,
        ReferralDisclosure.delivered_at.is_not(None),
    )
    return await session.scalar(arrived.limit(1)) is not None


def computed_keys(form: str, version: int) -> list[str]:
    """The fields of a form that the system fills in: whoever consents to the form consents to them."""
    return [each.key for each in form_of(form, version).fields if each.kind == "computed"]


def _facts_of(consent: Consent | None) -> dict[str, str]:
    if consent is None:
        return {}
    return {
        "consent_by": consent.given_by,
        "consent_way": consent.way,
        "consent_on": (consent.answered_on or consent.offered_on).isoformat(),
    }
