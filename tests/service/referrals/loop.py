"""Two tenants and the loop between them: who is who, a dossier that cases knows, and a relay that carries every message."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

import httpx

from services.identity.tokens.commands import service_id
from services.referrals.social_map.models import Layer
from services.referrals.social_map.writing import Draft, write
from shared.auth import Permission, Principal
from shared.client import ServiceToken
from shared.contracts.consents import ConsentRef, OfferReferral
from shared.contracts.dossier_access import AccessedDossier, AccessedPerson
from shared.contracts.event import Event
from shared.contracts.incoming_referrals import HandOver, IncomingPage, IncomingRef, IncomingView
from shared.contracts.referrals import ReferralAnswered, ReferralHandedOver
from shared.contracts.referring import (
    AnswerReferral,
    DossierReferrals,
    ProposeReferral,
    ReferralRef,
    ReferralView,
    SendReferral,
    SentField,
)
from shared.db import uuid7
from tests.support.principals import principal, token_of
from tests.support.service import ServiceUnderTest

Kind = TypeVar("Kind")

SENDER = (
    Permission.DOSSIER_READ, Permission.DOSSIER_WRITE, Permission.REFERRAL_READ, Permission.REFERRAL_WRITE,
    Permission.SOCIAL_MAP_READ,
)  # fmt: skip
VALUES = {
    "referrer": "Lena Peeters",
    "office": "SPoT Aalst",
    "name": "Els Claes",
    "language": "nl",
    "safe_phone": "+32470123456",
    "may_be_contacted": "person_only",
    "need": "Gesprek na een overval",
}
"""What the forms of the tests ask, filled in."""

EVERY_FIELD = [*VALUES]


@dataclass
class Loop:
    """A sender `lena` with a dossier, a recipient `karim` in another tenant, services of three kinds."""

    service: ServiceUnderTest
    lena: Principal
    karim: Principal
    dossier_id: UUID = field(default_factory=uuid7)
    victim: UUID = field(default_factory=uuid7)
    child: UUID = field(default_factory=uuid7)
    brother: UUID = field(default_factory=uuid7)
    mother: UUID = field(default_factory=uuid7)
    on_platform: UUID = field(default_factory=uuid7)
    on_platform_too: UUID = field(default_factory=uuid7)
    by_link: UUID = field(default_factory=uuid7)
    on_paper: UUID = field(default_factory=uuid7)
    carried: set[UUID] = field(default_factory=set)

    def children(self, count: int) -> None:
        """How many children cases knows of in the dossier: one, or two."""
        self.cases_answers(children=count)

    def cases_answers(
        self, *, children: int = 1, sight: bool = True, writes: bool = True, met: bool = True
    ) -> None:
        """What cases says of the dossier; to anybody of another tenant it knows of none."""
        known = AccessedDossier(
            dossier_id=self.dossier_id,
            number="SPOT-2026-0001",
            compartment="pol_care",
            state="open",
            holder=self.lena.user_id,
            may_read=sight,
            may_write=sight and writes,
            persons=[
                AccessedPerson(person_id=self.victim, role="victim", minor=False),
                AccessedPerson(person_id=self.child, role="victim", minor=True),
                AccessedPerson(person_id=self.mother, role="next_of_kin", minor=False),
                *(
                    AccessedPerson(person_id=self.brother, role="minor_involved", minor=True)
                    for _ in range(children - 1)
                ),
            ],
            before_contact=not met,
        )

        def answer(body: bytes, tenant: str) -> list[AccessedDossier]:
            asked = json.loads(body)["dossier_ids"]
            here = tenant == self.lena.tenant and str(self.dossier_id) in asked
            return [known] if sight and here else []

        self.service.answers_of("cases")["POST /dossiers/access"] = answer

    async def propose(self, to: UUID | None = None, **facts: Any) -> ReferralRef:
        facts = {"person_id": self.victim, "values": VALUES, **facts}
        command = ProposeReferral(service_id=to or self.on_platform, **facts)
        return self.read(await self.post(f"/dossiers/{self.dossier_id}/referrals", command), ReferralRef)

    async def offer(self, ref: ReferralRef, state: str = "given", **facts: Any) -> ConsentRef:
        if state == "given":
            facts = {"fields": EVERY_FIELD, **facts}
        command = OfferReferral(state=state, **facts)
        return self.read(await self.post(f"/referrals/{ref.referral_id}/consents", command), ConsentRef)

    async def send(self, ref: ReferralRef) -> ReferralRef:
        version = (await self.seen(ref)).version
        command = SendReferral(version=version)
        return self.read(await self.post(f"/referrals/{ref.referral_id}/send", command), ReferralRef)

    async def sent(self, to: UUID | None = None, **facts: Any) -> ReferralRef:
        """Proposed, consented to and sent; nothing is delivered yet."""
        ref = await self.propose(to, **facts)
        await self.offer(ref)
        return await self.send(ref)

    async def seen(self, ref: ReferralRef) -> ReferralView:
        answer = await self.service.get(f"/referrals/{ref.referral_id}", by=self.lena)
        return self.read(answer, ReferralView)

    async def of_dossier(self) -> DossierReferrals:
        answer = await self.service.get(f"/dossiers/{self.dossier_id}/referrals", by=self.lena)
        return self.read(answer, DossierReferrals)

    async def received(self, state: str = "all") -> list[IncomingView]:
        """What the recipient reads, each with its fields."""
        page = self.read(
            await self.service.get("/incoming-referrals", by=self.karim, state=state), IncomingPage
        )
        return [
            self.read(
                await self.service.get(f"/incoming-referrals/{line.incoming_id}", by=self.karim), IncomingView
            )
            for line in page.referrals
        ]

    async def answer(self, incoming: IncomingView, answer: str, **codes: Any) -> IncomingRef:
        path = f"/incoming-referrals/{incoming.line.incoming_id}/answer"
        told = await self.service.post(path, AnswerReferral(answer=answer, **codes), by=self.karim)
        return self.read(told, IncomingRef)

    async def post(self, path: str, command: Any, by: Principal | None = None) -> httpx.Response:
        return await self.service.post(path, command, by=by or self.lena)

    def read(self, answer: httpx.Response, kind: type[Kind]) -> Kind:
        return self.service.read(answer, kind)

    async def messages(self) -> list[Event]:
        """What one side has for the other and was not carried yet."""
        found = [
            *await self.service.published(self.lena.tenant),
            *await self.service.published(self.karim.tenant),
        ]
        return [
            each
            for each in found
            if isinstance(each, ReferralHandedOver | ReferralAnswered) and each.id not in self.carried
        ]

    async def carry(self, *, twice: bool = False, shuffle: random.Random | None = None) -> int:
        """Deliver everything, in order or in any, once or twice; returns how many messages there were."""
        count = 0
        while waiting := await self.messages():
            count += len(waiting)
            delivered: Sequence[Event] = waiting * 2 if twice else waiting
            if shuffle is not None:
                delivered = shuffle.sample(delivered, len(delivered))
            for each in delivered:
                await self.service.deliver(each)
            self.carried |= {each.id for each in waiting}
        return count


async def open_loop(
    referrals: ServiceUnderTest, tenant: str, other_tenant: str, *, lena: Principal | None = None
) -> Loop:
    """Both tenants with a map of services, cases and identity at hand, and the service able to knock at its own door."""
    loop = Loop(
        referrals,
        lena or principal(tenant, *SENDER),
        principal(
            other_tenant, Permission.REFERRAL_RECEIVE, Permission.DOSSIER_READ, Permission.SOCIAL_MAP_READ
        ),
    )
    here = _entry("organization", "OCMW Zoersel", platform_tenant=other_tenant)
    caw = _entry("organization", "CAW Oost-Vlaanderen", referral_contact={"email": "onthaal@caw.test"})
    paper = _entry("organization", "Vzw De Brug")
    async with referrals.transaction(tenant) as session:
        facts: dict[str, Any] = {"source": "test", "by": loop.lena.user_id, "now": datetime.now(UTC)}
        ocmw_id, caw_id, paper_id = (await write(session, Layer.OWN, [here, caw, paper], **facts)).created
        drafts = [
            _entry("service", "Sociale dienst", ocmw_id, referral_form="generic"),
            _entry("service", "Energieloket", ocmw_id, referral_form="generic"),
            _entry("service", "Slachtofferhulp", caw_id),
            _entry("service", "Ontmoeting", paper_id),
        ]
        made = (await write(session, Layer.OWN, drafts, **facts)).created
        loop.on_platform, loop.on_platform_too, loop.by_link, loop.on_paper = made
    loop.cases_answers()
    referrals.neighbours.itself["referrals"] = referrals.http
    referrals.answers_of("identity")["POST /service-tokens"] = _service_token
    return loop


def handed_over_to(recipient: str, **facts: Any) -> HandOver:
    """What a sender's side says of a referral that it just sent to a tenant."""
    said: dict[str, Any] = {
        "referral_id": uuid7(),
        "sender": f"from_{recipient}",
        "sender_name": "PZ Aalst",
        "revision": 1,
        "service_id": uuid7(),
        "recipient": "OCMW Zoersel - Sociale dienst",
        "form": "generic",
        "form_version": 1,
        "urgency": "normal",
        "basis": "consent",
        "contact_by": None,
        "ended": "",
        "amended_after": 0,
        "outcome": "",
        "fields": [SentField(key="name", value="Els Claes")],
    }
    return HandOver(**{**said, **facts})


def _entry(kind: str, name: str, organization_id: UUID | None = None, **content: Any) -> Draft:
    return Draft(
        kind=kind, source_id=name, organization_id=organization_id, content={"name": name, **content}
    )


def _service_token(body: bytes, _tenant: str) -> ServiceToken:
    """A token for the service itself, in the tenant that it asks for, as identity signs it."""
    asked = json.loads(body)
    rights = {Permission.REFERRAL_HAND_OVER, Permission.STAFF_READ, Permission.SETTINGS_READ}
    if asked["service"] == "notifications":
        rights = {Permission.PARTNER_MAIL}
    own = Principal(
        user_id=service_id(asked["service"]),
        tenant=asked["tenant"],
        session_id=uuid7(),
        permissions=frozenset(rights),
        service=asked["service"],
    )
    return ServiceToken(token_of(own))
