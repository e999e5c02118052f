"""An SMS leaves signed, says little, and is known to have arrived or not, whatever order the reports come in."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from msgspec import structs

from services.notifications.models import RETRIES
from shared.auth import Permission
from shared.contracts.cases import DossierAssigned
from shared.contracts.identity import StaffContact
from shared.contracts.notifications import (
    DeliveryFailed,
    DeliveryProgressed,
    DeliveryView,
    MessagePage,
    MessagePosted,
    ReportTaken,
)
from shared.contracts.rostering import CallOutRinging
from shared.db import uuid7
from tests.service.notifications.conftest import MailServer, SmsProvider, report
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest

Known = Callable[..., StaffContact]
Ringing = Callable[..., CallOutRinging]


async def sms_of(notifications: ServiceUnderTest, event: CallOutRinging) -> DeliveryView:
    dispatcher = principal(event.tenant, Permission.CALL_OUT_REQUEST)
    answer = await notifications.get("/deliveries", by=dispatcher, ref=str(event.attempt_id))
    [found] = [each for each in notifications.read(answer, list[DeliveryView]) if each.channel == "sms"]
    return found


async def told_of(notifications: ServiceUnderTest, tenant: str, user: StaffContact) -> list[str]:
    answer = await notifications.get("/messages", by=principal(tenant, user_id=user.user_id))
    return [each.kind for each in notifications.read(answer, MessagePage).messages]


async def test_who_is_rung_gets_one_sentence_and_the_link(
    notifications: ServiceUnderTest, sms: SmsProvider, known: Known, ringing: Ringing
) -> None:
    lena = known("Lena")
    event = ringing(lena.user_id)

    await notifications.deliver(event)
    await notifications.run_timers(datetime.now(UTC))

    [sent] = sms.to(lena.phone)
    assert f"https://vangnet.test/call-outs/{event.call_out_id}" in sent["text"]
    assert len(sent["text"]) <= 160
    assert "Lena" not in sent["text"]
    assert "verkeer" not in sent["text"]
    assert sent["report_url"] == "https://vangnet.test/sms-reports"
    assert sms.to(lena.second_phone) == []


async def test_the_dispatcher_sees_that_it_was_sent_and_then_that_it_arrived(
    notifications: ServiceUnderTest, sms: SmsProvider, known: Known, ringing: Ringing
) -> None:
    lena = known()
    event = ringing(lena.user_id)
    await notifications.deliver(event)
    await notifications.run_timers(datetime.now(UTC))
    sent = await sms_of(notifications, event)

    answer = await notifications.post("/sms-reports", report(sms.to(lena.phone)[0], "delivered"))
    arrived = await sms_of(notifications, event)

    assert notifications.read(answer, ReportTaken).taken
    assert (sent.state, sent.doubtful) == ("sent", False)
    assert arrived.state == "delivered"
    assert arrived.delivered_at is not None


async def test_each_step_of_an_sms_is_announced_once_however_often_it_is_ordered_and_reported(
    notifications: ServiceUnderTest, tenant: str, sms: SmsProvider, known: Known, ringing: Ringing
) -> None:
    lena = known()
    event = ringing(lena.user_id)
    await notifications.deliver(event)
    await notifications.deliver(event)
    await notifications.run_timers(datetime.now(UTC))
    arrived = report(sms.to(lena.phone)[0], "delivered")

    await asyncio.gather(*(notifications.post("/sms-reports", arrived) for _ in range(2)))

    told = [each for each in await notifications.published(tenant) if isinstance(each, DeliveryProgressed)]
    assert {(each.user_id, each.kind, each.ref) for each in told} == {
        (lena.user_id, "call_out_ringing", event.attempt_id)
    }
    assert sorted((each.channel, each.state) for each in told) == [
        ("email", "sent"), ("sms", "delivered"), ("sms", "sent"),
    ]  # fmt: skip


async def test_what_no_dispatcher_follows_is_not_announced(
    notifications: ServiceUnderTest, tenant: str, mail_server: MailServer, known: Known
) -> None:
    lena = known()
    await notifications.deliver(
        DossierAssigned(
            id=uuid7(), occurred_at=datetime.now(UTC), tenant=tenant, dossier_id=uuid7(), holder=lena.user_id
        )
    )
    await notifications.run_timers(datetime.now(UTC))

    assert len(mail_server.mails_to(lena.email)) == 1
    assert [type(each) for each in await notifications.published(tenant)] == [MessagePosted]


@pytest.mark.parametrize("later", ["buffered", "undeliverable", "expired", "delivered"])
async def test_what_arrived_stays_arrived_whatever_is_reported_before_or_after(
    notifications: ServiceUnderTest, sms: SmsProvider, known: Known, ringing: Ringing, later: str
) -> None:
    lena = known()
    for order in (("delivered", later), (later, "delivered")):
        event = ringing(lena.user_id)
        await notifications.deliver(event)
        await notifications.run_timers(datetime.now(UTC))
        for status in order:
            await notifications.post("/sms-reports", report(sms.to(lena.phone)[-1], status))

        assert (await sms_of(notifications, event)).state == "delivered"


async def test_two_reports_of_one_failure_tell_it_once(
    notifications: ServiceUnderTest, tenant: str, sms: SmsProvider, known: Known, ringing: Ringing
) -> None:
    lena = known()
    event = ringing(lena.user_id)
    await notifications.deliver(event)
    await notifications.run_timers(datetime.now(UTC))
    lost = report(sms.to(lena.phone)[0], "undeliverable")

    await asyncio.gather(*(notifications.post("/sms-reports", lost) for _ in range(2)))

    assert (await sms_of(notifications, event)).state == "failed"
    failed = [each for each in await notifications.published(tenant) if isinstance(each, DeliveryFailed)]
    assert [(each.channel, each.ref) for each in failed] == [("sms", event.attempt_id)]


async def test_a_report_that_is_not_signed_by_the_provider_changes_nothing(
    notifications: ServiceUnderTest, sms: SmsProvider, known: Known, ringing: Ringing
) -> None:
    lena = known()
    event = ringing(lena.user_id)
    await notifications.deliver(event)
    await notifications.run_timers(datetime.now(UTC))
    order = sms.to(lena.phone)[0]
    honest = report(order, "undeliverable")
    old = datetime.now(UTC) - timedelta(minutes=6)

    forged = [
        report(order, "undeliverable", secret="another secret"),
        structs.replace(honest, body=honest.body.replace("undeliverable", "delivered")),
        structs.replace(honest, timestamp=str(int(old.timestamp()))),
        structs.replace(honest, signature=""),
        structs.replace(honest, timestamp="soon"),
    ]
    answers = [await notifications.post("/sms-reports", each) for each in forged]

    assert {(each.status_code, each.json()["code"]) for each in answers} == {(401, "report_unsigned")}
    assert (await sms_of(notifications, event)).state == "sent"


async def test_a_report_about_another_tenants_message_or_none_is_answered_alike(
    notifications: ServiceUnderTest, tenant: str, other_tenant: str, sms: SmsProvider, known: Known,
    ringing: Ringing,
) -> None:  # fmt: skip
    lena = known()
    event = ringing(lena.user_id)
    await notifications.deliver(event)
    await notifications.run_timers(datetime.now(UTC))
    order = sms.to(lena.phone)[0]

    moved = {**order, "reference": order["reference"].replace(tenant, other_tenant)}
    unknown = {**order, "reference": f"{tenant}/{uuid7()}"}
    answers = [
        await notifications.post("/sms-reports", report(each, "undeliverable")) for each in (moved, unknown)
    ]

    assert [each.json() for each in answers] == [{"taken": True}] * 2
    assert (await sms_of(notifications, event)).state == "sent"


@pytest.mark.parametrize("status", [500, 503, 429, 401])
async def test_a_provider_that_cannot_now_is_tried_again(
    notifications: ServiceUnderTest, sms: SmsProvider, known: Known, ringing: Ringing, status: int
) -> None:
    lena = known()
    event = ringing(lena.user_id)
    await notifications.deliver(event)
    now = datetime.now(UTC)

    sms.answers[lena.phone] = status
    await notifications.run_timers(now)
    waiting = await sms_of(notifications, event)
    sms.answers.clear()
    await notifications.run_timers(now + RETRIES[0])

    assert (waiting.state, waiting.tries) == ("queued", 1)
    assert len(sms.to(lena.phone)) == 1
    assert (await sms_of(notifications, event)).tries == 2


async def test_a_number_that_is_refused_for_good_is_not_tried_again_and_is_doubtful_the_next_time(
    notifications: ServiceUnderTest, sms: SmsProvider, known: Known, ringing: Ringing
) -> None:
    lena = known()
    first, second = ringing(lena.user_id), ringing(lena.user_id)
    sms.answers[lena.phone] = 422
    await notifications.deliver(first)
    await notifications.run_timers(datetime.now(UTC))

    sms.answers.clear()
    await notifications.deliver(second)
    await notifications.run_timers(datetime.now(UTC))

    refused, tried = await sms_of(notifications, first), await sms_of(notifications, second)
    assert (refused.state, refused.error, refused.tries) == ("failed", "number_refused", 1)
    assert (tried.state, tried.doubtful) == ("sent", True)


async def test_a_number_that_was_never_proved_is_used_with_a_warning(
    notifications: ServiceUnderTest, sms: SmsProvider, known: Known, ringing: Ringing
) -> None:
    lena = known(proved=False)
    event = ringing(lena.user_id)

    await notifications.deliver(event)
    await notifications.run_timers(datetime.now(UTC))

    assert len(sms.to(lena.phone)) == 1
    assert (await sms_of(notifications, event)).doubtful


async def test_when_nothing_works_the_coordinators_are_told_once(
    notifications: ServiceUnderTest, tenant: str, sms: SmsProvider, mail_server: MailServer, known: Known,
    ringing: Ringing,
) -> None:  # fmt: skip
    lena, carine = known("Lena"), known("Carine", roles=("spot_coordinator",))
    sms.answers[lena.phone] = 422
    mail_server.refused[lena.email] = "550 no such user"

    await notifications.deliver(ringing(lena.user_id))
    await notifications.run_timers(datetime.now(UTC))

    assert await told_of(notifications, tenant, carine) == ["not_reached"]
    assert await told_of(notifications, tenant, lena) == ["call_out_ringing"]
    assert "niet bereikt" in mail_server.mails_to(carine.email)[0]["Subject"]
    assert len(sms.to(carine.phone)) == 1


async def test_when_one_channel_works_nobody_is_alarmed(
    notifications: ServiceUnderTest, tenant: str, sms: SmsProvider, known: Known, ringing: Ringing
) -> None:
    lena, carine = known("Lena"), known("Carine", roles=("spot_coordinator",))
    sms.answers[lena.phone] = 422

    await notifications.deliver(ringing(lena.user_id))
    await notifications.run_timers(datetime.now(UTC))

    assert await told_of(notifications, tenant, carine) == []
