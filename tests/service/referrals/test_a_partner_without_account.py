"""A partner without account: one link, a code, the consented fields, an answer, and proof; nothing for anybody else."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from shared.contracts.partners import (
    LinkOpened,
    PartnerAnswered,
)
from shared.contracts.referrals import ReferralProgressed
from shared.db import driver_of, uuid7
from tests.service.referrals.at_a_partner import Partner
from tests.service.referrals.conftest import problem
from tests.service.referrals.loop import VALUES


async def test_one_mail_leaves_for_a_referral_however_often_the_clock_runs(partner: Partner) -> None:
    ref, secret = await partner.sent()
    for minutes in range(5):
        await partner.service.run_timers(datetime.now(UTC) + timedelta(minutes=minutes))

    [due] = await partner.due()
    mail = await partner.mail(due)
    assert (due.kind, due.channel) == ("partner_link", "email")
    assert (mail.to, mail.secret) == ("onthaal@caw.test", secret)
    assert len(secret) == 43
    assert (await partner.delivery(ref)).state == "waiting"


async def test_the_code_opens_the_consented_fields_and_nothing_else_and_that_is_proved(
    partner: Partner,
) -> None:
    ref, secret = await partner.sent()
    opened = partner.service.read(await partner.knock("links", token=secret), LinkOpened)
    session = await partner.enter(secret)
    shown = await partner.read(session)
    again = await partner.read(session)

    assert opened.channels == ["email"]
    given = {each.key: each.value for each in shown.fields}
    assert given.items() >= VALUES.items()
    view = await partner.loop.seen(ref)
    [disclosure] = view.disclosures
    assert (disclosure.to, set(disclosure.fields)) == ("partner", set(given))
    assert view.line.state == "acknowledged"
    [receipt] = again.receipts
    assert (receipt.what, receipt.reader, receipt.proved_by) == ("shown", "An De Smet", "email")
    assert (await partner.delivery(ref)).receipts == [receipt]
    assert len(receipt.digest) == 64


async def test_without_a_code_the_link_tells_who_refers_and_nothing_of_whom(partner: Partner) -> None:
    _, secret = await partner.sent()
    answer = await partner.knock("links", token=secret)

    assert VALUES["name"] not in answer.text
    assert (await partner.knock("referral", session=secret)).status_code == 404


async def test_a_wrong_an_expired_and_a_void_link_and_one_of_nobody_say_the_same(
    partner: Partner, other_tenant: str
) -> None:
    ref, old = await partner.sent()
    await partner.service.post(f"/referrals/{ref.referral_id}/link", by=partner.loop.lena)
    stranger = Partner(partner.loop)
    answers = [
        await partner.knock("links", token=old),
        await stranger.knock("links", token="x" * 43),
        await partner.service.post("/partner/links", {"tenant": other_tenant, "token": old}),
        await partner.service.post("/partner/links", {"tenant": "pz_nobody", "token": old}),
    ]
    async with partner.service.transaction(partner.tenant) as session:
        await driver_of(session).execute(
            "UPDATE partner_messages SET expires_at = now() - interval '1 second'"
        )
    new = (await partner.due("partner_link"))[-1]
    answers.append(await partner.knock("links", token=(await partner.mail(new)).secret))

    assert {(each.status_code, each.json()["code"]) for each in answers} == {(404, "link_unknown")}


async def test_five_wrong_codes_are_enough_even_for_the_right_one(partner: Partner) -> None:
    _, secret = await partner.sent()
    right = await partner.code(secret)
    wrong = f"{(int(right) + 1) % 10**6:06}"

    tried = await asyncio.gather(*(partner.knock("sessions", token=secret, code=wrong) for _ in range(5)))
    late = await partner.knock("sessions", token=secret, code=right)

    assert {problem(each) for each in tried} == {(422, "partner_code_wrong")}
    assert problem(late) == (422, "partner_code_wrong")


async def test_a_code_works_once(partner: Partner) -> None:
    _, secret = await partner.sent()
    code = await partner.code(secret)
    first = await partner.knock("sessions", token=secret, code=code)
    again = await partner.knock("sessions", token=secret, code=code)

    assert first.is_success
    assert problem(again) == (422, "partner_code_wrong")


async def test_a_second_code_within_a_minute_is_refused(partner: Partner) -> None:
    _, secret = await partner.sent()
    await partner.code(secret)

    assert problem(await partner.knock("codes", token=secret, channel="email")) == (429, "too_many_attempts")
    assert problem(await partner.knock("codes", token=secret, channel="sms")) == (422, "invalid")


async def test_the_answer_reaches_the_dossier_as_any_recipients_does(partner: Partner) -> None:
    ref, secret = await partner.sent()
    session = await partner.enter(secret)
    await partner.read(session)
    key = str(uuid7())
    first = await partner.answer(session, "accepted", key)
    again = await partner.answer(session, "accepted", key)
    contact = await partner.answer(session, "first_contact_made")
    over = await partner.answer(session, "closed", outcome="helped")

    assert first.json() == again.json()
    assert partner.service.read(contact, PartnerAnswered).state == "first_contact_made"
    assert partner.service.read(over, PartnerAnswered).state == "closed"
    view = await partner.loop.seen(ref)
    assert (view.line.state, view.line.outcome) == ("closed", "helped")
    told = [
        each.what
        for each in await partner.service.published(partner.tenant)
        if isinstance(each, ReferralProgressed)
    ]
    assert told[-4:] == ["acknowledged", "accepted", "first_contact_made", "closed"]
    assert [each.side for each in view.moves].count("recipient") == 4


@pytest.mark.parametrize(
    ("answer", "codes", "state"),
    [
        ("refused", {"reason": "no_capacity"}, "refused"),
        ("waiting_list", {}, "waiting_list"),
        ("partly_accepted", {"part": "part_of_need"}, "partly_accepted"),
        ("more_asked", {"question": "language_needed"}, "more_asked"),
        ("not_reached", {}, "not_reached"),
    ],
)
async def test_every_answer_has_its_state(
    partner: Partner, answer: str, codes: dict[str, str], state: str
) -> None:
    ref, secret = await partner.sent()
    session = await partner.enter(secret)
    told = await partner.answer(session, answer, **codes)

    assert partner.service.read(told, PartnerAnswered).state == state
    assert (await partner.loop.seen(ref)).line.state == state


async def test_a_refusal_without_its_reason_is_not_taken(partner: Partner) -> None:
    _, secret = await partner.sent()
    session = await partner.enter(secret)

    assert problem(await partner.answer(session, "refused")) == (422, "invalid")
    assert problem(await partner.answer(session, "refused", reason="because")) == (422, "invalid")
    assert problem(await partner.answer("nobody", "accepted")) == (404, "partner_session_over")
