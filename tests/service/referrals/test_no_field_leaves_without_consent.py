"""Over random sequences of offers, consents, grounds, withdrawals, amendments, sends, answers and deliveries: no field ever
leaves without a live consent or ground for it, and both sides end in agreement, whatever the order, and told twice.

The oracle here knows nothing of the service: it keeps what was agreed and what was taken back in two small sets.
"""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from services.referrals.referring.commands.clock import expire_referral
from shared.auth import Permission, Principal
from shared.contracts.cases import ConsentChanged
from shared.contracts.consents import InvokeGround, LegalGround, OfferReferral, WithdrawReferralConsent
from shared.contracts.event import Event
from shared.contracts.referrals import ReferralAnswered, ReferralHandedOver
from shared.contracts.referring import (
    ANSWERS,
    AmendReferral,
    CloseReferral,
    ReferralRef,
    SendReferral,
    WithdrawReferral,
)
from shared.db import driver_of, uuid7
from tests.service.referrals.loop import SENDER, VALUES, Loop
from tests.support.principals import principal

FIELDS = ("referrer", "office", "name", "language", "safe_phone", "may_be_contacted", "need")
COMPUTED = {"sent_on", "urgency", "consent_by", "consent_way", "consent_on", "ground"}
WIPED = {"withdrawn", "rerouted", "expired", "refused"}
CODES = {
    "refused": {"reason": "no_capacity"},
    "more_asked": {"question": "language_needed"},
    "partly_accepted": {"part": "part_of_need"},
    "closed": {"outcome": "helped"},
}
REASON = "Ernstig gevaar voor een kind, er is geen andere weg"

some_fields = st.frozensets(st.sampled_from(FIELDS), min_size=1)
most_fields = st.just(frozenset(FIELDS)) | some_fields
acts = st.one_of(
    st.tuples(
        st.just("offer"), st.sampled_from(("given", "given", "given", "refused", "pending")), most_fields
    ),
    st.tuples(st.just("ground"), most_fields),
    st.tuples(
        st.just("amend"), st.sampled_from(("safe_phone", "need")), st.text("abc", min_size=1, max_size=5)
    ),
    st.tuples(st.just("send")),
    st.tuples(st.just("send")),
    st.tuples(st.just("take_back_consent")),
    st.tuples(st.just("take_back_in_cases")),
    st.tuples(st.just("take_back_referral"), st.sampled_from(("consent_withdrawn", "sent_by_mistake"))),
    st.tuples(st.just("close")),
    st.tuples(st.just("expire")),
    st.tuples(st.just("answer"), st.sampled_from(ANSWERS)),
    st.tuples(st.just("answer"), st.sampled_from(ANSWERS)),
    st.tuples(st.just("deliver"), st.integers(0, 50)),
    st.tuples(st.just("deliver"), st.integers(0, 50)),
    st.tuples(st.just("deliver"), st.integers(0, 50)),
)
"""What happens to one referral: `deliver` picks a message that waits, or one that came before and comes again."""

beginnings = st.just(()) | most_fields.map(lambda agreed: (("offer", "given", agreed), ("send",)))
"""Often something was agreed and sent already, all of it or too little."""


@dataclass
class Oracle:
    """What was agreed about one referral, in plain sets."""

    agreed: list[frozenset[str]] = field(default_factory=list)
    grounds: list[frozenset[str]] = field(default_factory=list)

    def covers(self, key: str) -> bool:
        last = [*self.agreed[-1:], *self.grounds[-1:]]
        return key in COMPUTED or any(key in each for each in last)


@dataclass
class Run:
    """One referral from beginning to end, with what its oracle says must hold after each act."""

    loop: Loop
    chief: Principal
    ref: ReferralRef
    conditions: list[str]
    oracle: Oracle = field(default_factory=Oracle)
    consents: list[UUID] = field(default_factory=list)
    seen: list[Event] = field(default_factory=list)
    held: dict[str, str] = field(default_factory=dict)
    disclosed: set[UUID] = field(default_factory=set)

    async def act(self, name: str, *facts: Any) -> None:
        await getattr(self, name)(*facts)
        await self.check()

    async def told(self, path: str, command: Any, by: Principal | None = None) -> bool:
        answer = await self.loop.service.post(path, command, by=by or self.chief)
        assert answer.status_code in {200, 201, 404, 409, 422}, answer.text
        return answer.is_success

    async def version(self) -> int:
        return (await self.loop.seen(self.ref)).version

    async def offer(self, state: str, fields: frozenset[str]) -> None:
        command = OfferReferral(state=state, fields=sorted(fields))
        if await self.told(f"/referrals/{self.ref.referral_id}/consents", command) and state == "given":
            self.oracle.agreed.append(fields)

    async def ground(self, fields: frozenset[str]) -> None:
        command = InvokeGround(
            ground="NECESSITY", fields=sorted(fields), reason=REASON, confirmed=self.conditions
        )
        if await self.told(f"/referrals/{self.ref.referral_id}/ground", command):
            self.oracle.grounds.append(fields)

    async def amend(self, key: str, value: str) -> None:
        view = await self.loop.seen(self.ref)
        command = AmendReferral(values={**view.values, key: value}, version=view.version)
        await self.told(f"/referrals/{self.ref.referral_id}", command)

    async def send(self) -> None:
        command = SendReferral(version=await self.version())
        await self.told(f"/referrals/{self.ref.referral_id}/send", command)

    async def take_back_consent(self) -> None:
        for each in (await self.loop.seen(self.ref)).consents:
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
        if self.oracle.agreed:
            await self.consent_is_gone()

    async def take_back_referral(self, reason: str) -> None:
        if await self.told(f"/referrals/{self.ref.referral_id}/withdraw", WithdrawReferral(reason=reason)):
            self.oracle.agreed.clear()
            self.oracle.grounds.clear()

    async def consent_is_gone(self) -> None:
        self.oracle.agreed.clear()
        if (await self.loop.seen(self.ref)).line.state == "withdrawn":
            self.oracle.grounds.clear()

    async def close(self) -> None:
        await self.told(f"/referrals/{self.ref.referral_id}/close", CloseReferral(outcome="not_started"))

    async def expire(self) -> None:
        async with self.loop.service.transaction(self.loop.lena.tenant) as session:
            await expire_referral(session, self.loop.lena.tenant, self.ref.referral_id, now=datetime.now(UTC))
        if (await self.loop.seen(self.ref)).line.state == "expired":
            self.oracle.grounds.clear()

    async def answer(self, answer: str) -> None:
        incoming = await self.incoming()
        if incoming is not None and incoming["basis"]:
            command = {"answer": answer, **CODES.get(answer, {})}
            await self.told(f"/incoming-referrals/{incoming['id']}/answer", command, by=self.loop.karim)

    async def deliver(self, pick: int) -> None:
        messages = await self.messages()
        if messages:
            message = messages[pick % len(messages)]
            self.seen.append(message)
            await self.loop.service.deliver(again(message))

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
                "SELECT id, state, basis, fields FROM incoming_referrals WHERE referral_id = $1",
                self.ref.referral_id,
            )
        return dict(row) if row else None

    async def check(self) -> None:
        """What is new with the recipient, and what was released, is covered at this moment by what was agreed."""
        incoming = await self.incoming()
        holds: dict[str, str] = dict(incoming["fields"]) if incoming else {}
        for key, value in holds.items():
            if self.held.get(key) != value:
                assert self.oracle.covers(key), f"{key} left without consent or ground"
        self.held = holds
        view = await self.loop.seen(self.ref)
        for each in view.disclosures[len(self.disclosed) :]:
            assert each.consent_id or each.ground_id
            assert all(self.oracle.covers(key) for key in each.fields), "released without consent or ground"
            self.disclosed.add(uuid7())
        if incoming and incoming["state"] in WIPED:
            assert holds == {}

    async def settle(self, shuffle: random.Random) -> None:
        """Every message once more, twice, in any order, until nobody has anything to say."""
        before = -1
        while len(messages := await self.messages()) != before:
            before = len(messages)
            for each in shuffle.sample(messages * 2, before * 2):
                await self.loop.service.deliver(again(each))
                await self.check()


def again(message: Any) -> Event:
    """The same message as it comes a second time after its first was forgotten: the inbox does not help."""
    repeated: Event = replace(message, id=uuid7())
    return repeated


async def begin(loop: Loop) -> Run:
    chief = principal(loop.lena.tenant, *SENDER, Permission.REFERRAL_GROUND, user_id=loop.lena.user_id)
    grounds = loop.read(await loop.service.get("/legal-grounds", by=chief), list[LegalGround])
    necessity = next(each for each in grounds if each.key == "NECESSITY")
    values = {key: value for key, value in VALUES.items() if key != "safe_phone"}
    return Run(loop, chief, await loop.propose(values=values), necessity.conditions)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    beginning=beginnings,
    sequence=st.lists(acts, min_size=3, max_size=14),
    shuffle=st.randoms(use_true_random=False),
)
async def test_no_field_leaves_without_a_live_basis_and_both_sides_end_in_agreement(
    loop: Loop, beginning: tuple[Any, ...], sequence: list[tuple[Any, ...]], shuffle: random.Random
) -> None:
    run = await begin(loop)

    for name, *facts in (*beginning, *sequence):
        await run.act(name, *facts)
    await run.settle(shuffle)

    sender, recipient = (await loop.seen(run.ref)).line, await run.incoming()
    if recipient is None:
        assert sender.sent_at is None or sender.state == "withdrawn" or run.held == {}
    else:
        assert sender.state == recipient["state"]
        assert bool(run.held) == (sender.state not in WIPED and bool(recipient["basis"]))
    if sender.state == "withdrawn":
        assert run.held == {}


async def test_the_oracle_would_notice_a_field_that_left(loop: Loop) -> None:
    """The test above would prove nothing if its check saw nothing."""
    run = await begin(loop)
    await run.act("offer", "given", frozenset(FIELDS))
    await run.act("send")
    await run.act("deliver", 0)
    assert set(run.held) >= {"name", "need"}

    run.held, run.oracle.agreed = {}, []
    with pytest.raises(AssertionError, match="left without consent"):
        await run.check()
