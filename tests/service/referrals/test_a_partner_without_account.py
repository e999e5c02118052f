"""A partner without account: one link, a code, the consented fields, an answer, and proof; nothing for anybody else."""

import asyncio
import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from pypdf import PdfReader

from services.referrals.partners.rules import code_secret, link_secret
from shared.auth import Permission, Principal
from shared.contracts.notifications import OutsideMailEnded
from shared.contracts.partners import (
    DeliveryView,
    LinkOpened,
    PartnerAnswered,
    PartnerMail,
    PartnerReferral,
    PartnerSession,
)
from shared.contracts.referrals import PartnerMailDue, ReferralProgressed, ReferralReminder
from shared.contracts.referring import AmendReferral, ReferralRef, WithdrawReferral
from shared.db import driver_of, uuid7
from tests.service.referrals.conftest import problem
from tests.service.referrals.loop import VALUES, Loop
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest


@dataclass
class Partner:
    """What somebody at a partner's can do: with a mail before him, and no account."""

    loop: Loop

    @property
    def service(self) -> ServiceUnderTest:
        return self.loop.service

    @property
    def tenant(self) -> str:
        return self.loop.lena.tenant

    @property
    def notifications(self) -> Principal:
        return principal(self.tenant, Permission.PARTNER_MAIL)

    async def due(self, *kinds: str) -> list[PartnerMailDue]:
        found = [
            each for each in await self.service.published(self.tenant) if isinstance(each, PartnerMailDue)
        ]
        return [each for each in found if each.kind in kinds] if kinds else found

    async def mail(self, due: PartnerMailDue) -> PartnerMail:
        answer = await self.service.get(f"/partner-mails/{due.message_id}", by=self.notifications)
        return self.service.read(answer, PartnerMail)

    async def sent(self, *, at: datetime | None = None) -> tuple[ReferralRef, str]:
        """A referral that was sent, and the secret of the link that came by mail."""
        ref = await self.loop.sent(self.loop.by_link)
        await self.service.run_timers(at or datetime.now(UTC))
        [due] = (await self.due("partner_link"))[-1:]
        return ref, (await self.mail(due)).secret

    async def knock(self, path: str, key: str = "", **told: Any) -> httpx.Response:
        return await self.service.post(f"/partner/{path}", {"tenant": self.tenant, **told}, key=key)

    async def code(self, token: str) -> str:
        answer = await self.knock("codes", token=token, channel="email")
        assert answer.is_success, answer.text
        return (await self.mail((await self.due("partner_code"))[-1])).secret

    async def enter(self, token: str) -> str:
        told = await self.knock("sessions", token=token, code=await self.code(token), reader="An De Smet")
        return self.service.read(told, PartnerSession).session

    async def read(self, session: str) -> PartnerReferral:
        return self.service.read(await self.knock("referral", session=session), PartnerReferral)

    async def form(self, session: str) -> httpx.Response:
        bearer = {"Authorization": f"Bearer {self.tenant}.{session}"}
        return await self.service.http.get("/partner/form.pdf", headers=bearer)

    async def answer(self, session: str, answer: str, key: str = "", **codes: Any) -> httpx.Response:
        return await self.knock("answers", key, session=session, answer=answer, **codes)

    async def delivery(self, ref: ReferralRef) -> DeliveryView:
        answer = await self.service.get(f"/referrals/{ref.referral_id}/delivery", by=self.loop.lena)
        return self.service.read(answer, DeliveryView)


@pytest.fixture
async def partner(loop: Loop) -> Partner:
    return Partner(loop)


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


async def test_the_form_on_paper_holds_only_the_consented_fields_and_is_kept_as_disclosed(
    partner: Partner,
) -> None:
    ref = await partner.loop.sent(partner.loop.on_paper)
    path = f"/referrals/{ref.referral_id}"
    form = await partner.service.get(f"{path}/form.pdf", by=partner.loop.lena)
    handed = await partner.service.post(f"{path}/handed-over", {"way": "by_post"}, by=partner.loop.lena)

    assert form.is_success, form.text
    assert form.headers["content-type"] == "application/pdf"
    assert form.content.startswith(b"%PDF-")
    pages = PdfReader(io.BytesIO(form.content))
    words = " ".join(page.extract_text() for page in pages.pages)
    assert b"/StructTreeRoot" in form.content
    assert VALUES["name"] in words
    assert handed.is_success, handed.text
    delivery = await partner.delivery(ref)
    assert (delivery.kind, [each.what for each in delivery.receipts]) == ("form", ["by_post"])
    wrong = await partner.service.post(f"{path}/handed-over", {"way": "by_pigeon"}, by=partner.loop.lena)
    assert problem(wrong) == (422, "invalid")


async def test_after_a_withdrawal_there_is_no_form_to_print(partner: Partner) -> None:
    ref = await partner.loop.sent(partner.loop.on_paper)
    path = f"/referrals/{ref.referral_id}"
    await partner.loop.post(f"{path}/withdraw", WithdrawReferral())

    assert problem(await partner.service.get(f"{path}/form.pdf", by=partner.loop.lena)) == (
        409,
        "referral_over",
    )


async def test_a_partner_keeps_what_he_saw_as_a_pdf_and_that_stands_on_the_proof(partner: Partner) -> None:
    ref, secret = await partner.sent()
    session = await partner.enter(secret)
    await partner.read(session)
    form = await partner.form(session)

    assert form.content.startswith(b"%PDF-")
    assert [each.what for each in (await partner.delivery(ref)).receipts] == ["shown", "downloaded"]
    assert (await partner.form("nobody")).status_code == 404


async def test_the_proof_of_receipt_names_moments_and_readers_and_nothing_of_the_person(
    partner: Partner,
) -> None:
    ref, secret = await partner.sent()
    await partner.read(await partner.enter(secret))
    proof = await partner.service.get(f"/referrals/{ref.referral_id}/receipt.pdf", by=partner.loop.lena)

    pages = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(proof.content)).pages)
    assert "An De Smet" in pages
    assert (await partner.delivery(ref)).receipts[0].digest in "".join(pages.split())
    assert VALUES["name"] not in pages


async def test_an_outsider_of_the_dossier_and_another_tenant_see_no_delivery(
    partner: Partner, stranger: Principal
) -> None:
    ref, _ = await partner.sent()
    path = f"/referrals/{ref.referral_id}"
    partner.loop.cases_answers(sight=False)

    for each in (f"{path}/delivery", f"{path}/form.pdf"):
        assert (await partner.service.get(each, by=partner.loop.lena)).status_code == 404
        assert (await partner.service.get(each, by=stranger)).status_code == 404


def test_two_mails_of_one_link_would_carry_the_same_secret() -> None:
    mail_id = uuid7()
    assert link_secret("key", "pz_a", mail_id) == link_secret("key", "pz_a", mail_id)
    assert link_secret("key", "pz_a", mail_id) != link_secret("key", "pz_b", mail_id)
    assert len({link_secret("key", "pz_a", uuid7()) for _ in range(100)}) == 100
    assert code_secret("key", "pz_a", mail_id).isdecimal()
