"""A consent that is over before its fields arrived: nothing leaves, who follows it hears so once, and asking again sends it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from shared.auth import Permission
from shared.contracts.consents import InvokeGround, LegalGround
from shared.contracts.referrals import ReferralReminder
from shared.db import driver_of
from tests.service.referrals.at_a_partner import Partner
from tests.service.referrals.loop import EVERY_FIELD, SENDER, Loop
from tests.support.principals import principal


async def lapse(loop: Loop, referral_id: UUID) -> None:
    async with loop.service.transaction(loop.lena.tenant) as session:
        await driver_of(session).execute(
            "UPDATE referral_consents SET expires_on = $2 WHERE referral_id = $1",
            referral_id,
            datetime.now(UTC).date() - timedelta(days=2),
        )


async def told(loop: Loop) -> list[str]:
    found = await loop.service.published(loop.lena.tenant)
    return [each.what for each in found if isinstance(each, ReferralReminder)]


async def test_between_sending_and_handing_over_nothing_leaves_and_the_follower_hears_it(loop: Loop) -> None:
    ref = await loop.sent()
    await lapse(loop, ref.referral_id)

    await loop.carry(twice=True)

    assert await loop.received() == []
    assert await told(loop) == ["consent_lapsed"]
    view = await loop.seen(ref)
    assert (view.stopped, view.moves[-1].what, view.line.state) == (True, "consent_lapsed", "sent")


async def test_asked_again_it_leaves_by_itself(loop: Loop) -> None:
    ref = await loop.sent()
    await lapse(loop, ref.referral_id)
    await loop.carry()

    await loop.offer(ref, "pending")
    await loop.carry()
    assert await loop.received() == []
    await loop.offer(ref)
    await loop.carry()

    (received,) = await loop.received()
    assert received.fields
    view = await loop.seen(ref)
    assert (view.stopped, view.moves[-1].what) == (False, "sent")


async def test_a_consent_on_top_of_one_that_lives_sends_nothing_twice(loop: Loop) -> None:
    ref = await loop.sent()
    await loop.carry()

    await loop.offer(ref)

    assert await loop.messages() == []
    assert (await loop.seen(ref)).stopped is False


async def test_before_the_mail_to_a_partner_left_none_leaves_until_it_is_asked_again(
    partner: Partner,
) -> None:
    ref = await partner.loop.sent(partner.loop.by_link)
    await lapse(partner.loop, ref.referral_id)
    await partner.service.run_timers(datetime.now(UTC))

    assert await partner.due("partner_link") == []
    assert await told(partner.loop) == ["consent_lapsed"]
    await partner.loop.offer(ref)
    await partner.service.run_timers(datetime.now(UTC))
    assert len(await partner.due("partner_link")) == 1


async def test_a_partner_who_opens_his_link_too_late_sees_nothing_and_the_follower_hears_it_once(
    partner: Partner,
) -> None:
    ref, token = await partner.sent()
    session = await partner.enter(token)
    await lapse(partner.loop, ref.referral_id)

    shown = [await partner.read(session) for _ in range(2)]

    assert [each.fields for each in shown] == [[], []]
    assert await told(partner.loop) == ["consent_lapsed"]
    assert (await partner.loop.seen(ref)).stopped is True


async def test_with_a_ground_in_its_place_it_leaves_by_itself(loop: Loop) -> None:
    ref = await loop.sent()
    await lapse(loop, ref.referral_id)
    await loop.carry()
    chief = principal(loop.lena.tenant, *SENDER, Permission.REFERRAL_GROUND, user_id=loop.lena.user_id)
    grounds = loop.read(await loop.service.get("/legal-grounds", by=chief), list[LegalGround])
    command = InvokeGround(
        ground="NECESSITY",
        fields=EVERY_FIELD,
        reason="Ernstig gevaar voor een kind, er is geen andere weg",
        confirmed=next(each.conditions for each in grounds if each.key == "NECESSITY"),
    )

    assert (await loop.post(f"/referrals/{ref.referral_id}/ground", command, by=chief)).is_success
    await loop.carry()

    assert [each.basis for each in await loop.received()] == ["NECESSITY"]
    assert (await loop.seen(ref)).stopped is False
