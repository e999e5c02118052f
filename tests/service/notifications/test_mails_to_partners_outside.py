"""A mail to a partner without account: one for its id, when the way out works again, and no trace of the address."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from services.notifications.models import OUTSIDE_PATIENCE, OutsideMail
from shared.contracts.notifications import OutsideMailEnded
from shared.contracts.partners import PartnerMail
from shared.contracts.referrals import PartnerMailDue
from shared.db import driver_of, uuid7
from tests.service.notifications.conftest import MailServer, SmsProvider, text_of
from tests.support.service import ServiceUnderTest

TO = "verwijzing@caw-aalst.example"
SECRET = "a-secret-of-forty-three-letters-and-digits1"


def due(tenant: str, **changes: Any) -> PartnerMailDue:
    facts: dict[str, Any] = {"kind": "partner_link", "channel": "email", **changes}
    return PartnerMailDue(
        id=uuid7(),
        occurred_at=datetime.now(UTC),
        tenant=tenant,
        delivery_id=uuid7(),
        message_id=uuid7(),
        **facts,
    )


def answered_by_referrals(
    notifications: ServiceUnderTest, event: PartnerMailDue, *, to: str = TO, language: str = "fr"
) -> None:
    notifications.answers_of("referrals")[f"GET /partner-mails/{event.message_id}"] = PartnerMail(
        to=to, name="CAW Aalst", language=language, sender="PZ Aalst", secret=SECRET
    )


async def mail_of(notifications: ServiceUnderTest, event: PartnerMailDue) -> OutsideMail:
    async with notifications.transaction(event.tenant) as session:
        return await session.get_one(OutsideMail, event.message_id)


async def test_one_mail_in_the_partners_language_with_nothing_but_the_link(
    notifications: ServiceUnderTest, tenant: str, mail_server: MailServer
) -> None:
    event = due(tenant)
    to = f"{event.message_id.hex}@caw.example"
    answered_by_referrals(notifications, event, to=to)

    assert await notifications.deliver(event)
    assert not await notifications.deliver(event)
    await notifications.run_timers(datetime.now(UTC))
    await notifications.run_timers(datetime.now(UTC) + timedelta(days=1))

    [mail] = mail_server.mails_to(to)
    assert mail["Message-ID"] == f"<{event.message_id}@vangnet.example>"
    assert mail["Subject"] == "Une orientation vous attend"
    assert f"https://vangnet.test/partner/{tenant}/{SECRET}" in text_of(mail)
    [ended] = [each for each in await notifications.published(tenant) if isinstance(each, OutsideMailEnded)]
    assert (ended.message_id, ended.state) == (event.message_id, "sent")


async def test_told_anew_under_another_event_it_is_still_one_mail(
    notifications: ServiceUnderTest, tenant: str, mail_server: MailServer
) -> None:
    event = due(tenant)
    to = f"{event.message_id.hex}@caw.example"
    answered_by_referrals(notifications, event, to=to)
    again = PartnerMailDue(
        id=uuid7(),
        occurred_at=event.occurred_at,
        tenant=tenant,
        delivery_id=event.delivery_id,
        message_id=event.message_id,
        kind=event.kind,
        channel=event.channel,
    )

    await notifications.deliver(event)
    await notifications.run_timers(datetime.now(UTC))
    await notifications.deliver(again)
    await notifications.run_timers(datetime.now(UTC))

    assert len(mail_server.mails_to(to)) == 1


async def test_a_mail_server_that_is_away_for_an_hour_gets_one_mail_when_it_is_back(
    notifications: ServiceUnderTest, tenant: str, mail_server: MailServer
) -> None:
    event = due(tenant)
    to = f"{event.message_id.hex}@caw.example"
    answered_by_referrals(notifications, event, to=to)
    await notifications.deliver(event)
    began = datetime.now(UTC)

    await mail_server.stop()
    for minutes in range(0, 60, 5):
        await notifications.run_timers(began + timedelta(minutes=minutes))
    waiting = await mail_of(notifications, event)
    await mail_server.start()
    await notifications.run_timers(began + timedelta(hours=3))

    assert (waiting.state, waiting.error) == ("queued", "server_unreachable")
    assert waiting.tries > 3
    assert (await mail_of(notifications, event)).state == "sent"
    assert len(mail_server.mails_to(to)) == 1


async def test_after_days_it_has_failed_and_says_so_once(
    notifications: ServiceUnderTest, tenant: str, mail_server: MailServer
) -> None:
    event = due(tenant)
    answered_by_referrals(notifications, event)
    await notifications.deliver(event)
    began = datetime.now(UTC)

    await mail_server.stop()
    for hours in range(0, 80, 2):
        await notifications.run_timers(began + timedelta(hours=hours))
    await mail_server.start()
    await notifications.run_timers(began + OUTSIDE_PATIENCE * 2)

    mail = await mail_of(notifications, event)
    assert (mail.state, mail.error) == ("failed", "server_unreachable")
    ended = [each for each in await notifications.published(tenant) if isinstance(each, OutsideMailEnded)]
    assert [(each.state, each.reason) for each in ended] == [("failed", "server_unreachable")]


async def test_an_address_that_is_refused_for_good_is_not_tried_again(
    notifications: ServiceUnderTest, tenant: str, mail_server: MailServer
) -> None:
    event = due(tenant)
    to = f"{event.message_id.hex}@caw.example"
    answered_by_referrals(notifications, event, to=to)
    mail_server.refused[to] = "550 no such person"

    await notifications.deliver(event)
    await notifications.run_timers(datetime.now(UTC))

    mail = await mail_of(notifications, event)
    assert (mail.state, mail.error, mail.next_try_at) == ("failed", "recipient_refused", None)


async def test_what_was_taken_back_before_it_left_does_not_leave(
    notifications: ServiceUnderTest, tenant: str, mail_server: MailServer
) -> None:
    event = due(tenant)

    await notifications.deliver(event)
    await notifications.run_timers(datetime.now(UTC))  # referrals answers that there is no such mail any more

    assert (await mail_of(notifications, event)).state == "lapsed"
    own_id = f"<{event.message_id}@vangnet.example>"
    assert own_id not in [message["Message-ID"] for _, message in mail_server.taken]


async def test_with_referrals_away_it_waits(
    notifications: ServiceUnderTest, tenant: str, mail_server: MailServer
) -> None:
    event = due(tenant)
    to = f"{event.message_id.hex}@caw.example"
    notifications.answers_of("referrals")[f"GET /partner-mails/{event.message_id}"] = None
    await notifications.deliver(event)
    await notifications.run_timers(datetime.now(UTC))

    waiting = await mail_of(notifications, event)
    answered_by_referrals(notifications, event, to=to)
    await notifications.run_timers(datetime.now(UTC) + timedelta(minutes=1))

    assert (waiting.state, waiting.error) == ("queued", "service_unreachable")
    assert len(mail_server.mails_to(to)) == 1


async def test_a_code_goes_by_sms_and_lapses_after_its_time(
    notifications: ServiceUnderTest, tenant: str, sms: SmsProvider
) -> None:
    soon = datetime.now(UTC) + timedelta(minutes=10)
    event, late = (due(tenant, kind="partner_code", channel="sms", good_until=soon) for _ in range(2))
    for each in (event, late):
        notifications.answers_of("referrals")[f"GET /partner-mails/{each.message_id}"] = PartnerMail(
            to="+32470112233", name="CAW", language="de", sender="PZ Aalst", secret="123456"
        )

    await notifications.deliver(event)
    await notifications.run_timers(datetime.now(UTC))
    await notifications.deliver(late)
    await notifications.run_timers(soon + timedelta(seconds=1))

    [order] = sms.to("+32470112233")
    assert "123456" in order["text"]
    assert "http" not in order["text"]
    assert (await mail_of(notifications, late)).state == "lapsed"


async def test_neither_address_nor_secret_is_kept_or_logged(
    notifications: ServiceUnderTest, tenant: str, caplog: pytest.LogCaptureFixture, mail_server: MailServer
) -> None:
    event = due(tenant)
    answered_by_referrals(notifications, event)
    await notifications.deliver(event)
    await mail_server.stop()
    await notifications.run_timers(datetime.now(UTC))
    await mail_server.start()
    await notifications.run_timers(datetime.now(UTC) + timedelta(minutes=1))

    async with notifications.transaction(tenant) as session:
        rows = await driver_of(session).fetch("SELECT o::text FROM outside_mails o")
        audit = await driver_of(session).fetch("SELECT a::text FROM audit a")
        assert await session.scalar(select(func.count()).select_from(OutsideMail)) == 1
    kept = " ".join(row[0] for row in [*rows, *audit]) + caplog.text
    assert TO not in kept
    assert SECRET not in kept
