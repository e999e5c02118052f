"""S49: the woman is a victim at the police zone and a client at the OCMW. Neither learns it from the other: there is only
what was sent with her consent, and what was answered, in codes."""

from typing import Any

import msgspec

from shared.auth import Permission
from shared.contracts.incoming_referrals import IncomingPage, LinkIncoming, TellAnswer
from shared.contracts.referrals import (
    IncomingReferralChanged,
    ReferralAnswered,
    ReferralHandedOver,
    ReferralProgressed,
)
from shared.db import driver_of, uuid7
from tests.service.referrals.conftest import problem
from tests.service.referrals.loop import VALUES, Loop, handed_over_to
from tests.support.principals import principal

TABLES = (
    "referrals", "incoming_referrals", "referral_consents", "referral_grounds", "referral_moves",
    "referral_disclosures",
)  # fmt: skip


async def everything_of(loop: Loop, tenant: str) -> dict[str, list[dict[str, Any]]]:
    async with loop.service.transaction(tenant) as session:
        return {
            table: [dict(row) for row in await driver_of(session).fetch(f"SELECT * FROM {table}")]
            for table in TABLES
        }


async def test_until_something_is_sent_the_other_tenant_holds_nothing(loop: Loop) -> None:
    before = await everything_of(loop, loop.karim.tenant)
    ref = await loop.propose()
    await loop.offer(ref, "refused")
    await loop.offer(ref, "pending")
    await loop.offer(ref)
    await loop.carry()

    assert await everything_of(loop, loop.karim.tenant) == before


async def test_each_side_has_its_own_record_and_sees_only_codes_of_the_other(loop: Loop) -> None:
    ref = await loop.sent()
    await loop.carry()
    (received,) = await loop.received()
    await loop.answer(received, "accepted")
    own_dossier = uuid7()
    loop.service.answers_of("cases")["POST /dossiers/access"] = lambda _body, _tenant: [
        {
            "dossier_id": str(own_dossier), "number": "SD-2026-0007", "compartment": "soc_aid", "state": "open",
            "holder": None, "may_read": True, "may_write": True, "persons": [],
        }
    ]  # fmt: skip
    path = f"/incoming-referrals/{received.line.incoming_id}/dossier"
    linked = await loop.service.post(path, LinkIncoming(dossier_id=own_dossier), by=loop.karim)
    assert linked.is_success, linked.text
    await loop.carry()
    loop.cases_answers()

    sender = msgspec.json.encode(await everything_of(loop, loop.lena.tenant), enc_hook=str).decode()
    assert str(own_dossier) not in sender
    assert str(loop.karim.user_id) not in sender
    recipient = msgspec.json.encode(await everything_of(loop, loop.karim.tenant), enc_hook=str).decode()
    assert str(loop.dossier_id) not in recipient
    assert str(loop.lena.user_id) not in recipient
    assert str(loop.victim) not in recipient
    view = await loop.seen(ref)
    assert [(each.what, each.by) for each in view.moves if each.side == "recipient"] == [("accepted", None)]


async def test_no_event_between_them_holds_a_value_or_goes_out_in_the_others_name(loop: Loop) -> None:
    await loop.sent()
    await loop.carry()
    (received,) = await loop.received()
    await loop.answer(received, "refused", reason="no_capacity")
    await loop.carry()

    for tenant, kinds in (
        (loop.lena.tenant, (ReferralProgressed, ReferralHandedOver)),
        (loop.karim.tenant, (IncomingReferralChanged, ReferralAnswered)),
    ):
        announced = [each for each in await loop.service.published(tenant) if isinstance(each, kinds)]
        assert announced
        said = msgspec.json.encode(announced).decode()
        assert not any(value in said for value in VALUES.values() if len(value) > 3)


async def test_the_same_woman_in_both_tenants_makes_no_difference_to_what_is_answered(loop: Loop) -> None:
    """Differential: a recipient that knows her already answers word for word as one that does not."""
    first = await loop.sent()
    await loop.carry()
    unknown = [(each.line.state, each.fields, each.may) for each in await loop.received()]
    (received,) = await loop.received()
    await loop.answer(received, "accepted")
    await loop.answer(received, "closed", outcome="helped")
    await loop.carry()

    second = await loop.sent()
    await loop.carry()
    known = [(each.line.state, each.fields, each.may) for each in await loop.received("open")]

    assert known == unknown
    (one, two) = (await loop.seen(first), await loop.seen(second))
    assert [each.what for each in two.moves] == [each.what for each in one.moves][: len(two.moves)]


async def test_a_tenant_that_it_did_not_go_to_cannot_answer_it(loop: Loop) -> None:
    ref = await loop.sent()
    at_the_senders_door = principal(loop.lena.tenant, Permission.REFERRAL_HAND_OVER)
    theirs = TellAnswer(referral_id=ref.referral_id, recipient="somebody_else", revision=1, state="accepted")
    unknown = TellAnswer(referral_id=uuid7(), recipient="somebody_else", revision=1, state="accepted")

    answers = [await loop.post("/told-answers", each, by=at_the_senders_door) for each in (theirs, unknown)]

    assert {problem(each) for each in answers} == {(404, "not_found")}
    assert (await loop.seen(ref)).line.state == "sent"


async def test_no_person_may_knock_for_another_tenant(loop: Loop) -> None:
    for who in (loop.lena, loop.karim):
        handed = await loop.post("/handed-over", handed_over_to(who.tenant), by=who)
        assert problem(handed) == (403, "forbidden")


async def test_who_may_not_receive_sees_nothing_of_it(loop: Loop) -> None:
    await loop.sent()
    await loop.carry()
    (received,) = await loop.received()
    colleague = principal(loop.karim.tenant, Permission.DOSSIER_READ, Permission.REFERRAL_READ)
    outsider = principal(loop.karim.tenant, Permission.DOSSIER_READ)

    page = await loop.service.get("/incoming-referrals", by=colleague, state="all")
    one = await loop.service.get(f"/incoming-referrals/{received.line.incoming_id}", by=colleague)

    assert loop.read(page, IncomingPage).referrals == []
    assert problem(one) == (404, "not_found")
    assert problem(await loop.service.get("/incoming-referrals", by=outsider)) == (403, "forbidden")
