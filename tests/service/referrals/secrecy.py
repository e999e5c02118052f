"""One referral from beginning to end, and an oracle beside it that knows nothing of the service but what was agreed.

After each act `Run.check` holds both sides, the partner's page and the paper against the oracle.
"""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from msgspec.structs import replace
from sqlalchemy import select

from services.referrals.partners.models import PartnerDelivery, PartnerVisit
from services.referrals.partners.rules import digest_of
from services.referrals.referring.commands.clock import expire_referral
from shared.auth import Permission, Principal
from shared.contracts.cases import ConsentChanged
from shared.contracts.consents import InvokeGround, LegalGround, OfferReferral, WithdrawReferralConsent
from shared.contracts.event import Event
from shared.contracts.partners import PartnerReferral
from shared.contracts.referrals import ReferralAnswered, ReferralHandedOver
from shared.contracts.referring import (
    AmendReferral,
    CloseReferral,
    ReferralRef,
    ReferralView,
    SendReferral,
    WithdrawReferral,
)
from shared.db import driver_of, uuid7
from tests.service.referrals.loop import SENDER, VALUES, Loop
from tests.support.principals import principal

COMPUTED = {"sent_on", "urgency", "consent_by", "consent_way", "consent_on", "ground"}
"""Filled in by the system: whoever consents to the form consents to them."""

WIPED = {"withdrawn", "rerouted", "expired", "refused"}
CODES = {
    "refused": {"reason": "no_capacity"},
    "more_asked": {"question": "language_needed"},
    "partly_accepted": {"part": "part_of_need"},
    "closed": {"outcome": "helped"},
}
REASON = "Ernstig gevaar voor een kind, er is geen andere weg"
_AT_THE_DOOR = ("/handed-over", "/told-answers")


@dataclass
class Oracle:
    """What was agreed about one referral, in plain sets, and whether the sender took it back."""

    agreed: list[frozenset[str]] = field(default_factory=list)
    grounds: list[frozenset[str]] = field(default_factory=list)
    withdrawn: bool = False

    def covers(self, key: str) -> bool:
        last = [*self.agreed[-1:], *self.grounds[-1:]]
        return bool(last) and (key in COMPUTED or any(key in each for each in last))

    def covers_all(self, keys: set[str]) -> bool:
        return not self.withdrawn and all(self.covers(key) for key in {"urgency", *keys})


@dataclass
class Run:
    """Acts are methods; `facts` are what hypothesis chose for them."""

    loop: Loop
    chief: Principal
    ref: ReferralRef
    kind: str
    conditions: list[str]
    oracle: Oracle = field(default_factory=Oracle)
    held: dict[str, str] = field(default_factory=dict)
    wire: list[tuple[str, bytes]] = field(default_factory=list)
    """What one side posted at the other's door: a slow network brings such a copy later, and again."""

    released: int = 0
    answers: int = 0
    session: str = ""

    async def act(self, name: str, *facts: Any) -> None:
        await getattr(self, name)(*facts)
        await self.check()

    async def told(self, path: str, command: Any, by: Principal | None = None) -> bool:
        answer = await self.loop.service.post(path, command, by=by or self.chief)
        assert answer.status_code in {200, 201, 404, 409, 422}, answer.text
        return answer.is_success

    async def view(self) -> ReferralView:
        return await self.loop.seen(self.ref)

    async def offer(self, state: str, fields: frozenset[str]) -> None:
        command, before = OfferReferral(state=state, fields=sorted(fields)), await self.view()
        if not await self.told(f"/referrals/{self.ref.referral_id}/consents", command):
            return
        if state == "given":
            self.oracle.agreed.append(fields)
        elif before.line.sent_at is None:
            self.oracle.agreed.clear()
        elif state == "refused" and any(each.state == "given" for each in before.consents):
            await self.consent_is_gone()

    async def ground(self, fields: frozenset[str]) -> None:
        command = InvokeGround(
            ground="NECESSITY", fields=sorted(fields), reason=REASON, confirmed=self.conditions
        )
        if await self.told(f"/referrals/{self.ref.referral_id}/ground", command):
            self.oracle.grounds.append(fields)

    async def amend(self, key: str, value: str) -> None:
        view = await self.view()
        command = AmendReferral(values={**view.values, key: value}, version=view.version)
        if await self.told(f"/referrals/{self.ref.referral_id}", command) and view.line.sent_at:
            assert self.oracle.covers_all({*view.values, key}), "amended without consent or ground"

    async def send(self) -> None:
        view = await self.view()
        if await self.told(f"/referrals/{self.ref.referral_id}/send", SendReferral(version=view.version)):
            assert self.oracle.covers_all({*view.values}), "sent without consent or ground"

    async def take_back_consent(self) -> None:
        for each in (await self.view()).consents:
            if each.state == "given":
                await self.told(f"/consents/{each.consent_id}/withdraw", WithdrawReferralConsent())
                await self.consent_is_gone()
                break

    async def take_back_in_cases(self) -> None:
        await self.loop.service.deliver(
            ConsentChanged(
                id=uuid7(), occurred_at=datetime.now(UTC), tenant=self.loop.lena.tenant, consent_id=uuid7(),
                dossier_id=self.loop.dossier_id, person_id=self.loop.victim, purpose="referral_other",
                state="withdrawn", on=datetime.now(UTC).date(),
            )
        )  # fmt: skip
        if self.oracle.agreed or any(each.state == "given" for each in (await self.view()).consents):
            await self.consent_is_gone()

    async def consent_is_gone(self) -> None:
        """All of it ends unless a ground covers every field by itself."""
        filled = {*(await self.view()).values}
        self.oracle.agreed.clear()
        sent = (await self.view()).line.sent_at is not None
        if not (sent and self.oracle.covers_all(filled)):
            self.oracle.grounds.clear()
            self.oracle.withdrawn = True

    async def lapse(self) -> None:
        """The last day of every consent is over."""
        async with self.loop.service.transaction(self.loop.lena.tenant) as session:
            await driver_of(session).execute(
                "UPDATE referral_consents SET expires_on = $2 WHERE referral_id = $1 AND state = 'given'",
                self.ref.referral_id, datetime.now(UTC).date() - timedelta(days=2),
            )  # fmt: skip
        self.oracle.agreed.clear()

    async def take_back_referral(self, reason: str) -> None:
        if await self.told(f"/referrals/{self.ref.referral_id}/withdraw", WithdrawReferral(reason=reason)):
            self.oracle.agreed.clear()
            self.oracle.grounds.clear()
            self.oracle.withdrawn = True

    async def close(self) -> None:
        await self.told(f"/referrals/{self.ref.referral_id}/close", CloseReferral(outcome="not_started"))

    async def expire(self) -> None:
        async with self.loop.service.transaction(self.loop.lena.tenant) as session:
            await expire_referral(session, self.loop.lena.tenant, self.ref.referral_id, now=datetime.now(UTC))
        if (await self.view()).line.state == "expired":
            self.oracle.grounds.clear()

    async def answer(self, answer: str) -> None:
        command = {"answer": answer, **CODES.get(answer, {})}
        if self.kind == "tenant":
            incoming = await self.incoming()
            path = f"/incoming-referrals/{incoming['id']}/answer" if incoming and incoming["basis"] else ""
            done = bool(path) and await self.told(path, command, by=self.loop.karim)
        elif self.kind == "link":
            await self.look()
            command |= {"tenant": self.loop.lena.tenant, "session": self.session}
            done = bool(self.session) and await self.told("/partner/answers", command)
            assert not (done and self.oracle.withdrawn), "answered what he knows to be withdrawn"
        else:
            done = await self.told(f"/referrals/{self.ref.referral_id}/answer", command)
            assert not (done and self.oracle.withdrawn), "answered what we know to be withdrawn"
        self.answers += done

    async def look(self) -> None:
        """The recipient reads what there is to read: by his session, or the paper that is printed for him."""
        if self.kind == "paper":
            await self.hand_out("handed-over", {"way": "by_hand"})
        elif self.kind == "link" and await self.enter():
            before = (await self.view()).line.state
            told = await self.loop.service.post(
                "/partner/referral", {"tenant": self.loop.lena.tenant, "session": self.session}
            )
            shown = {each.key: each.value for each in self.loop.read(told, PartnerReferral).fields}
            assert not shown or self.oracle.covers_all(set(shown)), "shown without consent or ground"
            assert not shown or before not in WIPED
            self.answers += bool(shown) and before == "sent"
            self.held |= shown

    async def print(self) -> None:
        if self.kind != "tenant":
            await self.hand_out("form.pdf")

    async def hand_out(self, what: str, command: dict[str, str] | None = None) -> None:
        path, view = f"/referrals/{self.ref.referral_id}/{what}", await self.view()
        if command is not None:
            done = await self.told(path, command)
        else:
            answer = await self.loop.service.get(path, by=self.chief)
            assert answer.status_code in {200, 409}, answer.text
            done = answer.is_success
        assert not done or self.oracle.covers_all({*view.values}), "on paper without consent or ground"
        assert not done or view.line.state not in WIPED

    async def enter(self) -> bool:
        """A session, as the code would open it; there is none before a link left."""
        now = datetime.now(UTC)
        await self.loop.service.run_timers(now)
        if not self.session:
            async with self.loop.service.transaction(self.loop.lena.tenant) as session:
                of_this = PartnerDelivery.referral_id == self.ref.referral_id
                delivery_id = await session.scalar(select(PartnerDelivery.id).where(of_this))
                if delivery_id is not None:
                    self.session = str(uuid7())
                    session.add(
                        PartnerVisit(
                            id=uuid7(), delivery_id=delivery_id, digest=digest_of(self.session), reader="An",
                            proved_by="sms", expires_at=now + timedelta(hours=1),
                        )
                    )  # fmt: skip
        return bool(self.session)

    async def deliver(self, pick: int) -> None:
        messages = await self.messages()
        if messages:
            await self.carry(messages[pick % len(messages)])

    async def carry(self, message: Event) -> None:
        """As it comes a second time after its first was forgotten: the inbox does not help."""
        sent = self.loop.service.neighbours.sent
        for path in _AT_THE_DOOR:
            sent.pop(f"referrals POST {path}", None)
        repeated: Any = message
        await self.loop.service.deliver(replace(repeated, id=uuid7()))
        self.wire += [
            (path, sent[f"referrals POST {path}"])
            for path in _AT_THE_DOOR
            if f"referrals POST {path}" in sent
        ]

    async def late(self, pick: int) -> None:
        """A copy of what was told before arrives now."""
        if self.wire:
            path, body = self.wire[pick % len(self.wire)]
            side = self.loop.karim if path == "/handed-over" else self.loop.lena
            door = principal(side.tenant, Permission.REFERRAL_HAND_OVER)
            assert await self.told(path, msgspec.json.decode(body), by=door)

    async def messages(self) -> list[Event]:
        """All that this referral ever had to say, on both sides."""
        incoming = await self.incoming()
        both = [
            *await self.loop.service.published(self.loop.lena.tenant),
            *await self.loop.service.published(self.loop.karim.tenant),
        ]
        return [
            each
            for each in both
            if (isinstance(each, ReferralHandedOver) and each.referral_id == self.ref.referral_id)
            or (
                isinstance(each, ReferralAnswered)
                and incoming is not None
                and each.incoming_id == incoming["id"]
            )
        ]

    async def incoming(self) -> dict[str, Any] | None:
        async with self.loop.service.transaction(self.loop.karim.tenant) as session:
            row = await driver_of(session).fetchrow(
                """
                SELECT id, state, basis, fields, revision,
                       (SELECT count(*) FROM referral_moves WHERE record_id = i.id AND side = 'sender') AS told
                FROM incoming_referrals AS i WHERE referral_id = $1
                """,
                self.ref.referral_id,
            )
        return dict(row) if row else None

    async def check(self) -> None:
        """What is new with the recipient, and what was released, is covered at this moment by what was agreed."""
        incoming, view = await self.incoming(), await self.view()
        holds: dict[str, str] = dict(incoming["fields"]) if incoming else {}
        for key, value in holds.items():
            if self.held.get(key) != value:
                assert self.oracle.covers(key), f"{key} left without consent or ground"
        if self.kind == "tenant":
            self.held = holds
        for each in view.disclosures[self.released :]:
            assert each.consent_id or each.ground_id
            assert self.oracle.covers_all(set(each.fields)), "released without consent or ground"
        self.released = len(view.disclosures)
        assert not self.oracle.withdrawn or view.line.state == "withdrawn"
        heard = [each for each in view.moves if each.side == "recipient"]
        assert len(heard) <= self.answers, "an answer counted twice"
        if incoming:
            assert incoming["told"] <= incoming["revision"], "a message counted twice"
            assert incoming["state"] not in WIPED or holds == {}

    async def settle(self, shuffle: random.Random) -> None:
        """Every message once more, twice, in any order, until nobody has anything to say; then every copy, and a look."""
        before = -1
        while len(messages := await self.messages()) != before:
            before = len(messages)
            for each in shuffle.sample(messages * 2, before * 2):
                await self.carry(each)
                await self.check()
        for pick in shuffle.sample(range(len(self.wire)), len(self.wire)):
            await self.act("late", pick)
        await self.act("look")

    async def agree(self) -> None:
        """Both sides tell the same."""
        view, recipient = await self.view(), await self.incoming()
        assert await self._released_twice() == []
        if recipient is None:
            assert self.kind != "tenant" or view.line.sent_at is None or not self.held
            return
        assert view.line.state == recipient["state"]
        if view.line.state in WIPED:
            assert self.held == {}
        if recipient["basis"] and self.held and self.oracle.covers_all({*view.values}):
            assert {key: value for key, value in self.held.items() if key not in COMPUTED} == view.values

    async def _released_twice(self) -> list[Any]:
        async with self.loop.service.transaction(self.loop.lena.tenant) as session:
            found: list[Any] = await driver_of(session).fetch(
                'SELECT "to" FROM referral_disclosures WHERE referral_id = $1'
                ' GROUP BY "to", revision HAVING count(*) > 1',
                self.ref.referral_id,
            )
        return found


async def begin(loop: Loop, kind: str = "tenant") -> Run:
    chief = principal(loop.lena.tenant, *SENDER, Permission.REFERRAL_GROUND, user_id=loop.lena.user_id)
    grounds = loop.read(await loop.service.get("/legal-grounds", by=chief), list[LegalGround])
    necessity = next(each for each in grounds if each.key == "NECESSITY")
    values = {key: value for key, value in VALUES.items() if key != "safe_phone"}
    to: UUID = {"tenant": loop.on_platform, "link": loop.by_link, "paper": loop.on_paper}[kind]
    ref = await loop.propose(to, values=values, form="generic")
    return Run(loop, chief, ref, kind, necessity.conditions)
