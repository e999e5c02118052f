"""A referral to a partner by mail, from the worker who sends it to the link that opens, while his mail server is down."""

import re
from datetime import UTC, datetime, timedelta

from services.referrals.app import build
from shared.contracts.notifications import OutsideMailEnded
from shared.contracts.partners import DeliveryView, LinkOpened
from shared.contracts.referrals import PartnerMailDue
from shared.contracts.referring import WithdrawReferral
from tests.conftest import Serve
from tests.service.notifications.conftest import MailServer, text_of
from tests.service.referrals.loop import Loop, open_loop
from tests.support.service import ServiceUnderTest

_LINK = re.compile(r"/partner/([^/\s]+)/(\S+)")


async def _sent_by_mail(serve: Serve, tenant: str, other_tenant: str) -> tuple[Loop, PartnerMailDue, str]:
    """The loop, what notifications is told, and the path of the referral."""
    loop = await open_loop(await serve(build, "referrals"), tenant, other_tenant)
    ref = await loop.sent(loop.by_link)
    await loop.service.run_timers(datetime.now(UTC))
    [due] = [each for each in await loop.service.published(tenant) if isinstance(each, PartnerMailDue)]
    return loop, due, f"/referrals/{ref.referral_id}"


def _mails_of(mail_server: MailServer, due: PartnerMailDue) -> list[str]:
    """The text of each copy."""
    mails = [mail for _, mail in mail_server.taken if str(due.message_id) in str(mail["Message-ID"])]
    return [text_of(each) for each in mails]


async def _ended(notifications: ServiceUnderTest, tenant: str) -> OutsideMailEnded:
    [ended] = [each for each in await notifications.published(tenant) if isinstance(each, OutsideMailEnded)]
    return ended


async def test_after_an_hour_one_mail_with_one_link_that_opens(
    serve: Serve, notifications: ServiceUnderTest, tenant: str, other_tenant: str, mail_server: MailServer
) -> None:
    loop, due, path = await _sent_by_mail(serve, tenant, other_tenant)
    began = datetime.now(UTC)

    await mail_server.stop()
    await notifications.deliver(due)
    for minutes in range(0, 61, 5):
        await notifications.run_timers(began + timedelta(minutes=minutes))
        await loop.service.run_timers(began + timedelta(minutes=minutes))
    await mail_server.start()
    await notifications.run_timers(began + timedelta(hours=3))
    await notifications.run_timers(began + timedelta(hours=9))
    await loop.service.deliver(await _ended(notifications, tenant))

    [text] = _mails_of(mail_server, due)
    [(named, token)] = _LINK.findall(text)
    delivery = loop.read(await loop.service.get(f"{path}/delivery", by=loop.lena), DeliveryView)
    opened = await loop.service.post("/partner/links", {"tenant": named, "token": token})
    assert (delivery.state, delivery.links) == ("mailed", 1)
    assert loop.read(opened, LinkOpened).channels == ["email"]


async def test_taken_back_within_that_hour_no_mail_leaves(
    serve: Serve, notifications: ServiceUnderTest, tenant: str, other_tenant: str, mail_server: MailServer
) -> None:
    loop, due, path = await _sent_by_mail(serve, tenant, other_tenant)
    began = datetime.now(UTC)

    await mail_server.stop()
    await notifications.deliver(due)
    await notifications.run_timers(began)
    await loop.post(f"{path}/withdraw", WithdrawReferral())
    await loop.service.run_timers(datetime.now(UTC))
    await mail_server.start()
    await notifications.run_timers(began + timedelta(hours=3))

    assert _mails_of(mail_server, due) == []
    assert (await _ended(notifications, tenant)).state == "lapsed"


async def test_a_yes_that_nobody_heard_is_the_same_mail_again_with_the_same_link(
    serve: Serve, notifications: ServiceUnderTest, tenant: str, other_tenant: str, mail_server: MailServer
) -> None:
    _, due, _ = await _sent_by_mail(serve, tenant, other_tenant)
    mail_server.hangs_up_on.add(str(due.message_id))

    await notifications.deliver(due)
    for hours in range(3):
        await notifications.run_timers(datetime.now(UTC) + timedelta(hours=hours))

    first, second = _mails_of(mail_server, due)
    assert _LINK.findall(first) == _LINK.findall(second)
    assert (await _ended(notifications, tenant)).state == "sent"
