"""S08: the victim withdraws the day after sending. The recipient is told and keeps no field, nothing more leaves,
and who was given the form stays in the log."""

from datetime import UTC, datetime

from shared.auth import Permission
from shared.contracts.consents import ConsentRef, WithdrawReferralConsent
from shared.contracts.incoming_referrals import IncomingLooks
from shared.contracts.referrals import IncomingReferralChanged, ReferralConsentChanged, ReferralProgressed
from shared.contracts.referring import AmendReferral
from tests.service.referrals.at_a_partner import Partner
from tests.service.referrals.conftest import problem
from tests.service.referrals.loop import EVERY_FIELD, VALUES, Loop
from tests.support.principals import principal


async def test_withdrawn_after_sending_the_recipient_is_told_and_keeps_no_field(loop: Loop) -> None:
    ref = await loop.sent()
    await loop.carry()
    (received,) = await loop.received()
    assert {each.key: each.value for each in received.fields}.items() >= VALUES.items()
    consent = (await loop.seen(ref)).consents[0]

    path = f"/consents/{consent.consent_id}/withdraw"
    told = loop.read(await loop.post(path, WithdrawReferralConsent()), ConsentRef)
    await loop.carry()

    assert (told.state, told.referral_state) == ("withdrawn", "withdrawn")
    (kept,) = await loop.received()
    assert kept.line.state == "withdrawn"
    assert kept.fields == []
    assert kept.wiped_at is not None
    view = await loop.seen(ref)
    assert view.line.state == "withdrawn"
    assert [(each.to, set(each.fields) >= set(EVERY_FIELD)) for each in view.disclosures] == [
        (loop.karim.tenant, True)
    ]
    assert view.disclosures[0].delivered_at is not None
    assert view.disclosures[0].consent_id == consent.consent_id


async def test_after_it_nothing_more_leaves(loop: Loop) -> None:
    ref = await loop.sent()
    await loop.carry()
    consent = (await loop.seen(ref)).consents[0]
    await loop.post(f"/consents/{consent.consent_id}/withdraw", WithdrawReferralConsent())
    view = await loop.seen(ref)

    amended = await loop.post(
        f"/referrals/{ref.referral_id}", AmendReferral(values=VALUES, version=view.version)
    )
    await loop.carry()

    assert problem(amended) == (409, "referral_state_wrong")
    assert view.may == []
    assert [each.fields for each in await loop.received()] == [[]]


async def test_withdrawn_before_the_message_arrived_it_never_arrives(loop: Loop) -> None:
    ref = await loop.sent()
    consent = (await loop.seen(ref)).consents[0]
    await loop.post(f"/consents/{consent.consent_id}/withdraw", WithdrawReferralConsent())

    await loop.carry(twice=True)

    assert await loop.received() == []
    assert [each.delivered_at for each in (await loop.seen(ref)).disclosures] == [None]


async def test_withdrawing_is_told_to_who_follows_it(loop: Loop) -> None:
    ref = await loop.sent()
    consent = (await loop.seen(ref)).consents[0]

    await loop.post(f"/consents/{consent.consent_id}/withdraw", WithdrawReferralConsent())

    announced = await loop.service.published(loop.lena.tenant)
    assert [each.state for each in announced if isinstance(each, ReferralConsentChanged)] == [
        "given",
        "withdrawn",
    ]
    last = [each for each in announced if isinstance(each, ReferralProgressed)][-1]
    assert (last.referral_id, last.state, last.follower) == (ref.referral_id, "withdrawn", loop.lena.user_id)


async def test_a_second_time_changes_nothing(loop: Loop) -> None:
    ref = await loop.sent()
    consent = (await loop.seen(ref)).consents[0]
    path = f"/consents/{consent.consent_id}/withdraw"
    await loop.post(path, WithdrawReferralConsent())
    before = await loop.seen(ref)

    again = loop.read(await loop.post(path, WithdrawReferralConsent()), ConsentRef)

    assert again.state == "withdrawn"
    assert await loop.seen(ref) == before


async def test_of_what_was_refused_nothing_is_withdrawn(loop: Loop) -> None:
    ref = await loop.propose()
    refused = await loop.offer(ref, "refused")

    answer = await loop.post(f"/consents/{refused.consent_id}/withdraw", WithdrawReferralConsent())

    assert problem(answer) == (409, "consent_not_given")


async def test_another_tenants_consent_is_unknown(loop: Loop) -> None:
    ref = await loop.sent()
    consent = (await loop.seen(ref)).consents[0]
    stranger = principal(loop.karim.tenant, *Permission)

    answer = await loop.post(
        f"/consents/{consent.consent_id}/withdraw", WithdrawReferralConsent(), by=stranger
    )

    assert problem(answer) == (404, "not_found")


async def test_who_saw_the_form_stays_known_after_it_was_taken_back(partner: Partner) -> None:
    """To a partner: which reader, when and of what. The proof outlives the fields, for the sender alone."""
    ref, token = await partner.sent()
    await partner.read(await partner.enter(token))
    (consent,) = (await partner.loop.seen(ref)).consents
    await partner.loop.post(f"/consents/{consent.consent_id}/withdraw", WithdrawReferralConsent())
    await partner.service.run_timers(datetime.now(UTC))

    view, delivery = await partner.loop.seen(ref), await partner.delivery(ref)

    assert view.line.state == "withdrawn"
    assert [(each.to, bool(each.fields), each.consent_id) for each in view.disclosures] == [
        ("partner", True, consent.consent_id)
    ]
    assert [(each.what, each.reader) for each in delivery.receipts] == [("shown", "An De Smet")]


async def test_at_the_recipients_who_looked_stays_known_after_the_fields_are_wiped(loop: Loop) -> None:
    ref = await loop.sent()
    await loop.carry()
    (received,) = await loop.received()
    (consent,) = (await loop.seen(ref)).consents
    await loop.post(f"/consents/{consent.consent_id}/withdraw", WithdrawReferralConsent())
    await loop.carry()

    path = f"/incoming-referrals/{received.line.incoming_id}/looks"
    looks = loop.read(await loop.service.get(path, by=loop.karim), IncomingLooks).looks

    assert ("incoming_by_id", loop.karim.user_id) in [(each.action, each.user_id) for each in looks]


async def test_who_is_asked_again_after_sending_and_says_no_takes_it_back(loop: Loop) -> None:
    ref = await loop.sent()
    await loop.carry()

    refused = await loop.offer(ref, "refused")
    await loop.carry()

    assert refused.referral_state == "withdrawn"
    assert [(each.line.state, each.fields) for each in await loop.received()] == [("withdrawn", [])]


async def test_of_one_that_never_arrived_nobody_at_the_recipients_hears(loop: Loop) -> None:
    ref = await loop.sent()
    consent = (await loop.seen(ref)).consents[0]
    await loop.post(f"/consents/{consent.consent_id}/withdraw", WithdrawReferralConsent())

    await loop.carry()

    there = await loop.service.published(loop.karim.tenant)
    assert [each for each in there if isinstance(each, IncomingReferralChanged)] == []
