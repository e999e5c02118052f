"""Somebody is rung: she has a message in the app and a mail at once, with a link and nothing that anybody typed."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import structs
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.models import DELIVER, Delivery
from shared.auth import Permission
from shared.contracts.identity import StaffContact
from shared.contracts.notifications import (
    DeliveryFailed,
    DeliveryProgressed,
    DeliveryView,
    MessagePage,
    MessagePosted,
)
from shared.contracts.rostering import CallOutAnswered, CallOutRinging
from shared.db import uuid7
from shared.timers import TimerWorker
from tests.service.notifications.conftest import MailServer, text_of
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest

Known = Callable[..., StaffContact]
Ringing = Callable[..., CallOutRinging]


async def deliveries(notifications: ServiceUnderTest, tenant: str, ref: object) -> list[DeliveryView]:
    """Of the mail."""
    dispatcher = principal(tenant, Permission.CALL_OUT_REQUEST)
    found = notifications.read(
        await notifications.get("/deliveries", by=dispatcher, ref=str(ref)), list[DeliveryView]
    )
    return [each for each in found if each.channel == "email"]


async def test_she_gets_a_mail_with_the_link_and_the_time_to_answer(
    notifications: ServiceUnderTest, mail_server: MailServer, known: Known, ringing: Ringing
) -> None:
    lena = known("Lena")
    event = ringing(lena.user_id)

    await notifications.deliver(event)
    await notifications.run_timers(datetime.now(UTC))

    [mail] = mail_server.mails_to(lena.email)
    text = text_of(mail)
    answer_by = event.answer_by.astimezone(ZoneInfo("Europe/Brussels"))
    assert f"vóór {answer_by:%H:%M}" in text
    assert f"https://vangnet.test/call-outs/{event.call_out_id}" in text
    assert "dodelijk verkeersongeval" in text
    assert mail.get_body(("html",)) is not None
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["From"] == "Vangnet <noreply@vangnet.example>"


async def test_she_sees_it_in_the_app_and_her_open_pages_are_told(
    notifications: ServiceUnderTest, tenant: str, known: Known, ringing: Ringing
) -> None:
    lena = known()
    event = ringing(lena.user_id)

    await notifications.deliver(event)

    page = notifications.read(
        await notifications.get("/messages", by=principal(tenant, user_id=lena.user_id)), MessagePage
    )
    assert [(each.kind, each.urgent, each.refs) for each in page.messages] == [
        ("call_out_ringing", True, {"call_out_id": str(event.call_out_id)})
    ]
    assert page.unread == 1
    [posted] = await notifications.published(tenant)
    assert isinstance(posted, MessagePosted)
    assert posted.message_id == page.messages[0].message_id


async def test_the_dispatcher_sees_how_far_the_telling_got(
    notifications: ServiceUnderTest, tenant: str, known: Known, ringing: Ringing
) -> None:
    lena = known()
    event = ringing(lena.user_id)
    await notifications.deliver(event)

    [before] = await deliveries(notifications, tenant, event.attempt_id)
    await notifications.run_timers(datetime.now(UTC))
    [after] = await deliveries(notifications, tenant, event.call_out_id)

    assert (before.state, before.tries, before.channel) == ("queued", 0, "email")
    assert (after.state, after.tries, after.user_id) == ("sent", 1, lena.user_id)


async def test_an_event_that_comes_twice_sends_one_mail(
    notifications: ServiceUnderTest, tenant: str, mail_server: MailServer, known: Known, ringing: Ringing
) -> None:
    lena = known()
    event = ringing(lena.user_id)

    assert await notifications.deliver(event)
    assert not await notifications.deliver(event)
    # the same ringing, announced once more under another event
    assert await notifications.deliver(structs.replace(event, id=uuid7()))
    await notifications.run_timers(datetime.now(UTC))

    assert len(mail_server.mails_to(lena.email)) == 1
    announced = Counter(type(each) for each in await notifications.published(tenant))
    assert announced == {MessagePosted: 1, DeliveryProgressed: 2}, "in the app; by mail and by SMS"


async def test_a_mail_that_would_come_too_late_does_not_leave(
    notifications: ServiceUnderTest, tenant: str, mail_server: MailServer, known: Known, ringing: Ringing
) -> None:
    lena = known()
    event = ringing(lena.user_id)
    await notifications.deliver(event)

    await notifications.run_timers(event.answer_by + timedelta(seconds=1))

    assert mail_server.mails_to(lena.email) == []
    [delivery] = await deliveries(notifications, tenant, event.attempt_id)
    assert delivery.state == "lapsed"
    failed = [each for each in await notifications.published(tenant) if isinstance(each, DeliveryFailed)]
    assert {(each.channel, each.ref) for each in failed} == {
        ("sms", event.attempt_id),
        ("email", event.attempt_id),
    }


async def test_a_mail_that_waits_is_dropped_when_the_attempt_is_over(
    notifications: ServiceUnderTest, tenant: str, mail_server: MailServer, known: Known, ringing: Ringing
) -> None:
    lena = known()
    event = ringing(lena.user_id)
    await notifications.deliver(event)

    await notifications.deliver(answered(event, "accepted"))
    await notifications.run_timers(datetime.now(UTC))

    assert mail_server.mails_to(lena.email) == []
    [delivery] = await deliveries(notifications, tenant, event.attempt_id)
    assert delivery.state == "lapsed"


async def test_an_answer_at_the_moment_that_the_mail_leaves_does_not_wait_for_it_for_ever(
    notifications: ServiceUnderTest, known: Known, ringing: Ringing
) -> None:
    lena = known()
    event = ringing(lena.user_id)
    await notifications.deliver(event)
    leaving = asyncio.Event()

    async def deliver_slowly(session: AsyncSession, tenant: str, ref: UUID, *, now: datetime) -> None:
        await leaving.wait()
        delivery = await session.get_one(Delivery, ref, with_for_update=True)
        assert delivery.state == "queued"
        delivery.mark_sent(now=now)

    timers = TimerWorker(
        notifications.database, {DELIVER: deliver_slowly}, client=notifications.runtime.client
    )
    sending = asyncio.create_task(timers.run_due(now=datetime.now(UTC)))
    await asyncio.sleep(0.1)
    answering = asyncio.create_task(notifications.deliver(answered(event, "accepted")))
    await asyncio.sleep(0.2)
    leaving.set()
    await sending
    assert await answering

    [told] = await deliveries(notifications, event.tenant, event.attempt_id)
    assert told.state == "sent"


async def test_who_was_rung_hears_that_somebody_else_took_it(
    notifications: ServiceUnderTest, tenant: str, mail_server: MailServer, known: Known, ringing: Ringing
) -> None:
    lena = known()
    event = ringing(lena.user_id)

    await notifications.deliver(event)
    await notifications.deliver(answered(event, "taken_by_other"))
    await notifications.run_timers(datetime.now(UTC))

    page = notifications.read(
        await notifications.get("/messages", by=principal(tenant, user_id=lena.user_id)), MessagePage
    )
    assert [each.kind for each in page.messages] == ["call_out_taken", "call_out_ringing"]
    assert mail_server.mails_to(lena.email) == []


def answered(event: CallOutRinging, outcome: str) -> CallOutAnswered:
    return CallOutAnswered(
        id=uuid7(),
        occurred_at=datetime.now(UTC),
        tenant=event.tenant,
        call_out_id=event.call_out_id,
        attempt_id=event.attempt_id,
        user_id=event.user_id,
        outcome=outcome,
    )
