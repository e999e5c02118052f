"""A referral that was sent to a partner with a mail address, or to another tenant, in a platform that runs: consented to,
and due to be told.

`python -m tests.support.partners PLATFORM_JSON TENANT EMAIL [MOBILE] [LANGUAGE]` prints the referral's id.
"""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import msgspec

from deploy.demo.workshop import Workshop
from deploy.local.platform import Platform
from services.referrals.consents.models import Consent
from services.referrals.referring.changes import note, tell_recipient
from services.referrals.referring.models import Referral
from services.referrals.referring.parcels import computed_keys
from services.referrals.social_map.models import Layer
from services.referrals.social_map.writing import Draft, write
from shared.db import uuid7

VALUES = {
    "referrer": "Lena Peeters",
    "office": "SPoT Aalst",
    "name": "Els Claes",
    "language": "nl",
    "safe_phone": "+32470123456",
    "safe_hours": "werkdagen tussen 10 en 15 uur",
    "may_be_contacted": "person_only",
    "need": "Een gesprek na een overval in haar winkel.",
}
FORM = ("generic", 1)


async def refer(
    workshop: Workshop,
    tenant: str,
    email: str,
    *,
    mobile: str = "",
    language: str = "nl",
    to_tenant: str = "",
    follower: UUID | None = None,
) -> UUID:
    """As the sender's command leaves it behind; the platform's own clock does the rest."""
    now = datetime.now(UTC)
    today, worker, dossier_id = now.date(), uuid7(), uuid7()
    contact = {"email": email, "language": language, **({"mobile": mobile} if mobile else {})}
    async with workshop.transaction("referrals", tenant) as session:
        draft = Draft(
            kind="service", source_id=email, content={"name": "Slachtofferhulp", "referral_contact": contact}
        )
        written = await write(session, Layer.OWN, [draft], source="tests", by=worker, now=now)
        service_id = (*written.created, *written.changed, *written.unchanged)[0]
        referral = Referral(
            id=uuid7(), dossier_id=dossier_id, dossier_number="SPOT-2026-0042", compartment="pol_care", person_id=None,
            service_id=service_id, organization_id=None, recipient="CAW Aalst - Slachtofferhulp",
            recipient_kind="tenant" if to_tenant else "partner_link", recipient_tenant=to_tenant, form=FORM[0], form_version=FORM[1], urgency="soon",
            values=VALUES, follower=follower or worker, proposed_at=now, proposed_by=worker, sent_at=now, sent_by=worker,
            send_by=today, answer_by=today + timedelta(days=7), contact_by=today + timedelta(days=9),
            expires_on=today + timedelta(days=30), ended_why="", rerouted_from=None, state="sent", revision=0, ended="",
            amended_after=0, answer_revision=0, answer="", reason="", question="", part="", outcome="", version=1,
        )  # fmt: skip
        session.add(referral)
        session.add(
            Consent(
                id=uuid7(), dossier_id=dossier_id, person_id=None, referral_id=referral.id, purpose="referral",
                service_id=service_id, recipient=referral.recipient, state="given",
                fields=[*VALUES, *computed_keys(*FORM)], given_by="person", giver_id=None, minor=False, way="spoken",
                offered_on=today, answered_on=today, expires_on=None, source="referrals", source_id=None,
                recorded_by=worker, recorded_at=now,
            )
        )  # fmt: skip
        await session.flush()
        tell_recipient(session, tenant, referral, now=now)
        note(session, tenant, referral, "sent", now=now, by=worker)
    return referral.id


async def _main(platform: str, tenant: str, email: str, *more: str) -> None:
    workshop = Workshop(msgspec.json.decode(Path(platform).read_bytes(), type=Platform))
    try:
        mobile, language = (*more, "", "nl")[:2] if len(more) < 2 else more[:2]
        print(await refer(workshop, tenant, email, mobile=mobile, language=language or "nl"))
    finally:
        await workshop.close()


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
