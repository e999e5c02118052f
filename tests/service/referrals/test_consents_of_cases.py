"""An offer that was written down in the dossier is one offer here too; a withdrawal on either side stops it on both."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from services.referrals.referring.terms import local_day
from shared.contracts.cases import ConsentChanged
from shared.contracts.consents import WithdrawReferralConsent
from shared.contracts.referrals import ReferralConsentChanged
from shared.db import driver_of, uuid7
from tests.service.referrals.loop import Loop

WAITS_FOR_US = """
    SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))
"""


def said(loop: Loop, state: str, consent_id: UUID | None = None, **facts: Any) -> ConsentChanged:
    """What cases announces of a consent in the dossier."""
    known: dict[str, Any] = {
        "consent_id": consent_id or uuid7(),
        "dossier_id": loop.dossier_id,
        "person_id": loop.victim,
        "purpose": "referral_other",
        "on": local_day(datetime.now(UTC)),
    }
    return ConsentChanged(
        id=uuid7(),
        occurred_at=datetime.now(UTC),
        tenant=loop.lena.tenant,
        actor=loop.lena.user_id,
        state=state,
        **{**known, **facts},
    )


async def test_a_refusal_at_a_re_contact_is_a_line_of_the_history(loop: Loop) -> None:
    event = said(loop, "refused")
    await loop.service.deliver(event)
    await loop.service.deliver(event)

    (offer,) = (await loop.of_dossier()).offers
    assert (offer.state, offer.source, offer.fields, offer.live) == ("refused", "cases", [], False)


async def test_what_was_said_in_general_lets_nothing_out_until_fields_are_agreed(loop: Loop) -> None:
    await loop.service.deliver(said(loop, "given"))
    ref = await loop.propose()

    preview = (await loop.service.get(f"/referrals/{ref.referral_id}/preview", by=loop.lena)).json()

    assert preview["basis"] == "none"
    assert {"name", "need"} <= set(preview["uncovered"])


async def test_agreed_in_general_and_then_field_by_field_is_one_offer(loop: Loop) -> None:
    general = said(loop, "given")
    await loop.service.deliver(general)
    ref = await loop.propose()

    await loop.offer(ref)

    (offer,) = (await loop.of_dossier()).offers
    assert (offer.state, offer.source, offer.live) == ("given", "cases", True)
    assert offer.referral_id == ref.referral_id


@pytest.mark.parametrize("adopted", [True, False])
async def test_taken_back_in_the_dossier_it_is_taken_back_from_the_recipient(
    loop: Loop, adopted: bool
) -> None:
    general = said(loop, "given")
    if adopted:
        await loop.service.deliver(general)
    ref = await loop.sent()
    await loop.carry()

    await loop.service.deliver(said(loop, "withdrawn", general.consent_id))
    await loop.carry()

    assert (await loop.seen(ref)).line.state == "withdrawn"
    assert [(each.line.state, each.fields) for each in await loop.received()] == [("withdrawn", [])]


async def test_another_persons_or_another_kinds_withdrawal_touches_nothing(loop: Loop) -> None:
    ref = await loop.sent()

    await loop.service.deliver(said(loop, "withdrawn", person_id=loop.child))
    await loop.service.deliver(said(loop, "withdrawn", purpose="referral_caw"))
    await loop.service.deliver(said(loop, "withdrawn", purpose="school"))

    assert (await loop.seen(ref)).line.state == "sent"


async def test_a_withdrawal_that_comes_first_stays(loop: Loop) -> None:
    general = said(loop, "given")
    await loop.service.deliver(said(loop, "withdrawn", general.consent_id))
    await loop.service.deliver(general)

    assert [each.state for each in (await loop.of_dossier()).offers] == ["withdrawn"]


async def test_taken_back_here_the_dossier_hears_which_consent_it_was(loop: Loop) -> None:
    general = said(loop, "given")
    await loop.service.deliver(general)
    ref = await loop.sent()
    consent = (await loop.seen(ref)).consents[0]

    await loop.post(f"/consents/{consent.consent_id}/withdraw", WithdrawReferralConsent())

    told = [
        each
        for each in await loop.service.published(loop.lena.tenant)
        if isinstance(each, ReferralConsentChanged)
    ]
    assert (told[-1].state, told[-1].source_id, told[-1].cause) == (
        "withdrawn",
        general.consent_id,
        "referrals",
    )


@pytest.mark.parametrize("state", ["given", "refused", "pending", "withdrawn"])
async def test_what_was_said_before_the_ledger_is_one_line_of_it_however_often_it_is_told(
    loop: Loop, state: str
) -> None:
    consent_id = uuid7()
    for _ in range(2):
        await loop.service.deliver(said(loop, state, consent_id, earlier=True))

    (offer,) = (await loop.of_dossier()).offers
    assert (offer.state, offer.source, offer.fields, offer.on) == (
        state,
        "cases",
        [],
        local_day(datetime.now(UTC)),
    )
    assert (offer.withdrawn_at is not None) is (state == "withdrawn")


async def test_what_was_taken_back_before_the_ledger_takes_nothing_back_that_was_agreed_since(
    loop: Loop,
) -> None:
    ref = await loop.sent()
    await loop.carry()

    await loop.service.deliver(said(loop, "withdrawn", earlier=True))

    assert (await loop.seen(ref)).line.state == "sent"
    assert [each.live for each in (await loop.of_dossier()).offers if each.state == "given"] == [True]


async def test_an_earlier_word_changes_nothing_of_what_the_ledger_knows(loop: Loop) -> None:
    general = said(loop, "given")
    await loop.service.deliver(general)
    await loop.service.deliver(said(loop, "withdrawn", general.consent_id))

    await loop.service.deliver(said(loop, "given", general.consent_id, earlier=True))

    assert [each.state for each in (await loop.of_dossier()).offers] == ["withdrawn"]


async def test_who_agreed_there_in_general_and_says_no_here_gave_two_answers(loop: Loop) -> None:
    await loop.service.deliver(said(loop, "given"))
    ref = await loop.propose()

    await loop.offer(ref, "refused")

    offers = (await loop.of_dossier()).offers
    assert sorted((each.source, each.state) for each in offers) == [
        ("cases", "given"),
        ("referrals", "refused"),
    ]


async def test_what_was_agreed_of_nobody_by_name_is_taken_back_from_the_recipient_too(loop: Loop) -> None:
    general = said(loop, "given", person_id=None)
    await loop.service.deliver(general)
    ref = await loop.sent()
    await loop.carry()

    await loop.service.deliver(said(loop, "withdrawn", general.consent_id, person_id=None))
    await loop.carry()

    assert (await loop.seen(ref)).line.state == "withdrawn"
    assert [each.fields for each in await loop.received()] == [[]]


async def test_taking_back_what_was_said_in_general_stands_in_the_log_of_the_dossier(loop: Loop) -> None:
    await loop.service.deliver(said(loop, "given"))
    (offer,) = (await loop.of_dossier()).offers

    await loop.post(f"/consents/{offer.consent_id}/withdraw", WithdrawReferralConsent())

    async with loop.service.transaction(loop.lena.tenant) as session:
        kept = await driver_of(session).fetch(
            "SELECT object_id, user_id FROM audit WHERE action = 'withdraw_consent' AND subject_id = $1",
            loop.dossier_id,
        )
    assert [tuple(row) for row in kept] == [(offer.consent_id, loop.lena.user_id)]


async def test_taken_back_here_and_there_at_once_neither_waits_for_the_other(loop: Loop) -> None:
    general = said(loop, "given")
    await loop.service.deliver(general)
    ref = await loop.sent()
    (consent,) = (await loop.seen(ref)).consents

    async with loop.service.transaction(loop.lena.tenant) as session:
        here = driver_of(session)
        await here.execute("SELECT FROM referrals WHERE id = $1 FOR UPDATE", ref.referral_id)
        there = asyncio.create_task(loop.service.deliver(said(loop, "withdrawn", general.consent_id)))
        while not there.done() and not await here.fetchval(WAITS_FOR_US):
            await asyncio.sleep(0.05)
        await here.execute(
            "SELECT FROM referral_consents WHERE id = $1 FOR UPDATE NOWAIT", consent.consent_id
        )
    await there

    assert (await loop.seen(ref)).line.state == "withdrawn"
