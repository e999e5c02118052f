"""The mails to a partner without account: one link at a time, void when it is taken back, renewed with limits, and forgotten."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from shared.auth import Permission
from shared.contracts.notifications import OutsideMailEnded
from shared.contracts.partners import (
    PartnerReferral,
)
from shared.contracts.referrals import ReferralReminder
from shared.contracts.referring import AmendReferral, AnswerReferral, WithdrawReferral
from shared.db import driver_of, uuid7
from tests.service.referrals.at_a_partner import Partner
from tests.service.referrals.conftest import problem
from tests.service.referrals.loop import VALUES
from tests.support.principals import principal


async def test_withdrawn_after_opening_the_link_shows_only_that_and_one_mail_says_so(
    partner: Partner,
) -> None:
    ref, secret = await partner.sent()
    session = await partner.enter(secret)
    await partner.read(session)
    await partner.loop.post(f"/referrals/{ref.referral_id}/withdraw", WithdrawReferral())
    await partner.service.run_timers(datetime.now(UTC))
    await partner.service.run_timers(datetime.now(UTC) + timedelta(minutes=1))
    shown = await partner.knock("referral", session=session)

    view = partner.service.read(shown, PartnerReferral)
    assert (view.state, view.fields, view.may) == ("withdrawn", [], [])
    assert VALUES["name"] not in shown.text
    assert problem(await partner.answer(session, "accepted")) == (409, "referral_state_wrong")
    assert problem(await partner.form(session)) == (409, "referral_over")
    assert len(await partner.due("partner_withdrawn")) == 1


async def test_withdrawn_before_the_mail_left_no_mail_leaves(partner: Partner) -> None:
    ref = await partner.loop.sent(partner.loop.by_link)
    await partner.service.run_timers(datetime.now(UTC))
    [due] = await partner.due()
    await partner.loop.post(f"/referrals/{ref.referral_id}/withdraw", WithdrawReferral())
    await partner.service.run_timers(datetime.now(UTC))

    asked = await partner.service.get(f"/partner-mails/{due.message_id}", by=partner.notifications)
    assert asked.status_code == 404
    assert await partner.due("partner_withdrawn") == []


async def test_withdrawn_in_the_moment_in_which_the_mail_left_its_reader_is_told_once(
    partner: Partner,
) -> None:
    ref = await partner.loop.sent(partner.loop.by_link)
    await partner.service.run_timers(datetime.now(UTC))
    [due] = await partner.due()
    await partner.loop.post(f"/referrals/{ref.referral_id}/withdraw", WithdrawReferral())
    await partner.service.run_timers(datetime.now(UTC))
    for _ in range(2):
        await partner.service.deliver(
            OutsideMailEnded(
                id=uuid7(), occurred_at=datetime.now(UTC), tenant=partner.tenant, message_id=due.message_id,
                kind=due.kind, channel=due.channel, state="sent",
            )
        )  # fmt: skip

    assert len(await partner.due("partner_withdrawn")) == 1


async def test_withdrawn_before_the_clock_ran_there_was_never_a_link(partner: Partner) -> None:
    ref = await partner.loop.sent(partner.loop.by_link)
    await partner.loop.post(f"/referrals/{ref.referral_id}/withdraw", WithdrawReferral())
    await partner.service.run_timers(datetime.now(UTC))

    assert await partner.due() == []


async def test_after_an_amendment_the_old_link_is_void_and_the_new_one_shows_what_is_new(
    partner: Partner,
) -> None:
    ref, old = await partner.sent()
    session = await partner.enter(old)
    await partner.read(session)
    await partner.answer(session, "more_asked", question="safe_contact_missing")
    values = {**VALUES, "safe_phone": "+32479999999"}
    version = (await partner.loop.seen(ref)).version
    amended = await partner.loop.post(
        f"/referrals/{ref.referral_id}", AmendReferral(values=values, version=version)
    )
    assert amended.is_success, amended.text
    await partner.service.run_timers(datetime.now(UTC))
    [due] = await partner.due("partner_amended")

    assert problem(await partner.knock("links", token=old)) == (404, "link_unknown")
    assert (await partner.knock("links", token=(await partner.mail(due)).secret)).is_success
    shown = await partner.read(session)
    assert {each.key: each.value for each in shown.fields}["safe_phone"] == "+32479999999"
    assert [each.revision for each in shown.receipts] == [1, 2]


async def test_a_new_link_goes_to_the_same_address_only_and_a_stranger_cannot_tell(partner: Partner) -> None:
    _, old = await partner.sent()
    ours = await partner.knock("new-links", token=old)
    strangers = await partner.knock("new-links", token="x" * 43)
    too_soon = await partner.knock("new-links", token=old)

    assert (ours.status_code, ours.content) == (strangers.status_code, strangers.content)
    assert ours.content == too_soon.content
    first, second = await partner.due("partner_link")
    mail = await partner.mail(second)
    assert mail.to == "onthaal@caw.test"
    assert mail.secret != old
    assert (
        await partner.service.get(f"/partner-mails/{first.message_id}", by=partner.notifications)
    ).status_code == 404


async def test_the_worker_renews_it_and_after_five_in_a_day_no_more(partner: Partner) -> None:
    ref, _ = await partner.sent()
    answers = [
        await partner.service.post(f"/referrals/{ref.referral_id}/link", by=partner.loop.lena)
        for _ in range(5)
    ]
    reader = principal(partner.tenant, Permission.REFERRAL_READ)

    assert [each.status_code for each in answers] == [200, 200, 200, 200, 429]
    assert (await partner.delivery(ref)).may_renew is False
    forbidden = await partner.service.post(f"/referrals/{ref.referral_id}/link", by=reader)
    assert forbidden.status_code == 403


async def test_two_who_renew_at_once_leave_one_link_that_works(partner: Partner) -> None:
    ref, _ = await partner.sent()
    path = f"/referrals/{ref.referral_id}/link"
    await asyncio.gather(*(partner.service.post(path, by=partner.loop.lena) for _ in range(2)))

    worked = 0
    for due in await partner.due("partner_link"):
        asked = await partner.service.get(f"/partner-mails/{due.message_id}", by=partner.notifications)
        worked += asked.is_success
    assert worked == 1


async def test_how_the_mail_fared_is_told_and_a_failure_reaches_who_follows_it(partner: Partner) -> None:
    ref, _ = await partner.sent()
    [due] = await partner.due()
    ended = OutsideMailEnded(
        id=uuid7(), occurred_at=datetime.now(UTC), tenant=partner.tenant, message_id=due.message_id,
        kind=due.kind, channel=due.channel, state="failed", reason="recipient_refused",
    )  # fmt: skip

    assert await partner.service.deliver(ended)
    assert not await partner.service.deliver(ended)

    view = await partner.delivery(ref)
    assert (view.state, view.failed_why, view.address_hint) == (
        "failed",
        "recipient_refused",
        "o•••@caw.test",
    )
    reminded = [
        each for each in await partner.service.published(partner.tenant) if isinstance(each, ReferralReminder)
    ]
    assert [each.what for each in reminded] == ["undeliverable"]


async def test_nobody_but_notifications_is_told_an_address_or_a_secret(
    partner: Partner, other_tenant: str
) -> None:
    await partner.sent()
    [due] = await partner.due()
    everything = [each for each in Permission if each is not Permission.PARTNER_MAIL]

    chief = principal(partner.tenant, *everything)
    other = principal(other_tenant, Permission.PARTNER_MAIL)
    assert (await partner.service.get(f"/partner-mails/{due.message_id}", by=chief)).status_code == 403
    assert (await partner.service.get(f"/partner-mails/{due.message_id}", by=other)).status_code == 404


async def test_some_time_after_the_end_no_address_and_no_reader_is_left(partner: Partner) -> None:
    ref, secret = await partner.sent()
    session = await partner.enter(secret)
    await partner.read(session)
    await partner.answer(session, "refused", reason="no_capacity")
    await partner.service.run_timers(datetime.now(UTC) + timedelta(days=31))

    view = await partner.delivery(ref)
    assert (view.state, view.address_hint) == ("anonymised", "")
    assert [(each.reader, each.what) for each in view.receipts] == [("", "shown")]
    assert problem(await partner.knock("links", token=secret)) == (404, "link_unknown")
    assert problem(await partner.knock("referral", session=session)) == (404, "partner_session_over")
    async with partner.service.transaction(partner.tenant) as db:
        rows = await driver_of(db).fetch("SELECT d::text FROM partner_deliveries d")
    assert "onthaal@caw.test" not in rows[0][0]


async def test_every_step_of_a_partner_stands_in_the_log_and_no_secret_does(partner: Partner) -> None:
    _, secret = await partner.sent()
    await partner.knock("links", token=secret)
    session = await partner.enter(secret)
    await partner.read(session)
    await partner.answer(session, "accepted")

    async with partner.service.transaction(partner.tenant) as db:
        rows = await driver_of(db).fetch(
            "SELECT action, a::text AS row FROM audit a WHERE service = 'partner' ORDER BY id"
        )
        everything = await driver_of(db).fetch(
            "SELECT k::text FROM idempotency_keys k UNION ALL SELECT a::text FROM audit a"
            " UNION ALL SELECT m::text FROM partner_messages m UNION ALL SELECT v::text FROM partner_visits v"
        )
    assert [row["action"] for row in rows] == [
        "partner_opens_link", "partner_asks_code", "partner_enters", "partner_reads", "partner_answers",
    ]  # fmt: skip
    kept = " ".join(row[0] for row in everything)
    for word in (secret, session, VALUES["name"], "onthaal@caw.test"):
        assert word not in kept


async def tried(partner: Partner, token: str, times: int, **told: str) -> list[tuple[int, str]]:
    answers = [await partner.knock("links", token=token, **told) for _ in range(times)]
    return [(200, "") if each.is_success else problem(each) for each in answers]


async def test_who_guesses_links_from_one_address_is_stopped_and_learns_nothing(partner: Partner) -> None:
    _, token = await partner.sent()
    wrong = [await partner.knock("links", token=f"{number:043}", source="192.0.2.7") for number in range(41)]

    there = await partner.knock("links", token=token, source="192.0.2.7")
    code = await partner.knock("codes", token=token, channel="email", source="192.0.2.7")
    new = await partner.knock("new-links", token=token, source="192.0.2.7")
    elsewhere = await partner.knock("links", token=token, source="192.0.2.8")

    assert {problem(each) for each in wrong[:40]} == {(404, "link_unknown")}
    assert {problem(each) for each in (wrong[40], there, code, new)} == {(429, "too_many_attempts")}
    assert elsewhere.is_success


async def test_one_link_is_tried_so_often_and_a_link_that_is_not_there_is_answered_alike(
    partner: Partner,
) -> None:
    _, token = await partner.sent()

    right = await tried(partner, token, 22)
    guess = await tried(partner, "x" * 43, 22)

    assert [status for status, _ in right] == [200] * 20 + [429] * 2
    assert [status for status, _ in guess] == [404] * 20 + [429] * 2
    assert right[-1] == guess[-1] == (429, "too_many_attempts")


async def test_many_tries_at_once_gain_nothing(partner: Partner) -> None:
    _, token = await partner.sent()

    answers = await asyncio.gather(*(partner.knock("links", token=token) for _ in range(24)))

    assert sum(each.is_success for each in answers) == 20


async def test_of_who_tried_neither_address_nor_link_is_kept(partner: Partner) -> None:
    _, token = await partner.sent()
    await partner.knock("links", token=token, source="192.0.2.7")

    async with partner.service.transaction(partner.tenant) as session:
        rows = [
            tuple(row) for row in await driver_of(session).fetch("SELECT source, link FROM partner_lookups")
        ]
    assert len(rows) == 1
    assert not any("192.0.2.7" in each or token in each for row in rows for each in row)


async def test_what_he_answered_by_telephone_ends_his_link_as_his_own_answer_does(partner: Partner) -> None:
    ref, secret = await partner.sent()
    await partner.read(await partner.enter(secret))
    told = AnswerReferral(answer="refused", reason="no_capacity")
    assert (await partner.loop.post(f"/referrals/{ref.referral_id}/answer", told)).is_success

    await partner.service.run_timers(datetime.now(UTC))
    await partner.service.run_timers(datetime.now(UTC) + timedelta(days=31))

    view = await partner.delivery(ref)
    assert (view.state, view.address_hint) == ("anonymised", "")
    assert [each.reader for each in view.receipts] == [""]


@pytest.mark.parametrize(
    "answers",
    [[("refused", "reason", "no_capacity")], [("accepted", "", ""), ("closed", "outcome", "helped")]],
)
async def test_who_refused_or_was_done_with_it_is_told_once_that_it_was_taken_back(
    partner: Partner, answers: list[tuple[str, str, str]]
) -> None:
    ref, secret = await partner.sent()
    session = await partner.enter(secret)
    await partner.read(session)
    for answer, name, code in answers:
        assert (await partner.answer(session, answer, **({name: code} if name else {}))).is_success

    for _ in range(2):
        await partner.loop.post(f"/referrals/{ref.referral_id}/withdraw", WithdrawReferral())
        await partner.service.run_timers(datetime.now(UTC))

    assert len(await partner.due("partner_withdrawn")) == 1
    assert (await partner.read(session)).fields == []
