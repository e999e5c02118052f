"""The mail server is away, refuses or goes silent; identity is away: nothing is lost, and nothing is sent for nothing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from services.notifications.models import RETRIES, Delivery
from shared.contracts.cases import DossierAssigned
from shared.contracts.identity import StaffChanged, StaffContact
from shared.contracts.notifications import DeliveryFailed
from shared.db import uuid7
from tests.service.notifications.conftest import MailServer
from tests.support.service import ServiceUnderTest

Known = Callable[..., StaffContact]


def assigned(tenant: str, holder: StaffContact) -> DossierAssigned:
    return DossierAssigned(
        id=uuid7(),
        occurred_at=datetime.now(UTC),
        tenant=tenant,
        dossier_id=uuid7(),
        holder=holder.user_id,
        actor=uuid7(),
    )


async def delivery_of(notifications: ServiceUnderTest, tenant: str, contact: StaffContact) -> Delivery:
    async with notifications.transaction(tenant) as session:
        found = await session.scalars(select(Delivery).where(Delivery.user_id == contact.user_id))
        return found.one()


async def test_a_mail_server_that_is_away_is_tried_again_until_it_takes_the_mail(
    notifications: ServiceUnderTest, tenant: str, mail_server: MailServer, known: Known
) -> None:
    lena = known()
    await notifications.deliver(assigned(tenant, lena))
    now = datetime.now(UTC)

    await mail_server.stop()
    await notifications.run_timers(now)
    waiting = await delivery_of(notifications, tenant, lena)
    await mail_server.start()
    await notifications.run_timers(now + RETRIES[0])
    sent = await delivery_of(notifications, tenant, lena)

    assert (waiting.state, waiting.tries, waiting.error) == ("queued", 1, "server_unreachable")
    assert waiting.next_try_at == now + RETRIES[0]
    assert (sent.state, sent.tries, sent.error) == ("sent", 2, None)
    [mail] = mail_server.mails_to(lena.email)
    assert mail["Message-ID"] == f"<{sent.id}@vangnet.example>"


async def test_after_the_last_try_it_has_failed_and_says_so(
    notifications: ServiceUnderTest, tenant: str, mail_server: MailServer, known: Known
) -> None:
    lena = known()
    event = assigned(tenant, lena)
    await notifications.deliver(event)
    await mail_server.stop()

    now = datetime.now(UTC)
    for wait in (timedelta(), *RETRIES):
        now += wait
        await notifications.run_timers(now)

    delivery = await delivery_of(notifications, tenant, lena)
    assert (delivery.state, delivery.tries) == ("failed", len(RETRIES) + 1)
    [failed] = [each for each in await notifications.published(tenant) if isinstance(each, DeliveryFailed)]
    assert (failed.user_id, failed.channel, failed.kind, failed.ref) == (
        lena.user_id,
        "email",
        "dossier_assigned",
        event.id,
    )


async def test_an_address_that_is_refused_for_good_is_not_tried_again(
    notifications: ServiceUnderTest, tenant: str, mail_server: MailServer, known: Known
) -> None:
    lena, tom = known("Lena"), known("Tom")
    mail_server.refused[lena.email] = "550 no such mailbox"
    await notifications.deliver(assigned(tenant, lena))
    await notifications.deliver(assigned(tenant, tom))

    await notifications.run_timers(datetime.now(UTC))

    delivery = await delivery_of(notifications, tenant, lena)
    assert (delivery.state, delivery.tries, delivery.error) == ("failed", 1, "recipient_refused")
    assert len(mail_server.mails_to(tom.email)) == 1
    assert [
        each.user_id for each in await notifications.published(tenant) if isinstance(each, DeliveryFailed)
    ] == [lena.user_id]


async def test_an_address_that_is_refused_for_now_is_tried_again(
    notifications: ServiceUnderTest, tenant: str, mail_server: MailServer, known: Known
) -> None:
    lena = known()
    mail_server.refused[lena.email] = "451 try again later"
    await notifications.deliver(assigned(tenant, lena))
    now = datetime.now(UTC)

    await notifications.run_timers(now)
    mail_server.refused.clear()
    await notifications.run_timers(now + RETRIES[0])

    assert len(mail_server.mails_to(lena.email)) == 1


async def test_an_address_that_is_no_address_fails_at_once(
    notifications: ServiceUnderTest, tenant: str, known: Known
) -> None:
    lena = known()
    broken = StaffContact(
        user_id=lena.user_id, name="Lena", email="no address", phone="", language="nl", active=True
    )
    notifications.answers_of("identity")[f"GET /staff/{lena.user_id}/contact"] = broken
    await notifications.deliver(assigned(tenant, lena))

    await notifications.run_timers(datetime.now(UTC))

    delivery = await delivery_of(notifications, tenant, lena)
    assert (delivery.state, delivery.error) == ("failed", "address_wrong")


async def test_while_identity_is_away_a_known_person_is_told_all_the_same(
    notifications: ServiceUnderTest, tenant: str, mail_server: MailServer, known: Known
) -> None:
    lena = known()
    await notifications.deliver(
        StaffChanged(id=uuid7(), occurred_at=datetime.now(UTC), tenant=tenant, user_id=lena.user_id)
    )
    notifications.answers_of("identity").clear()

    await notifications.deliver(assigned(tenant, lena))
    await notifications.run_timers(datetime.now(UTC))

    assert len(mail_server.mails_to(lena.email)) == 1


async def test_while_identity_is_away_a_mail_to_a_stranger_waits_for_it(
    notifications: ServiceUnderTest, tenant: str, mail_server: MailServer, known: Known
) -> None:
    lena = known()
    path = f"GET /staff/{lena.user_id}/contact"
    notifications.answers_of("identity")[path] = None
    await notifications.deliver(assigned(tenant, lena))
    now = datetime.now(UTC)

    await notifications.run_timers(now)
    waiting = await delivery_of(notifications, tenant, lena)
    notifications.answers_of("identity")[path] = lena
    await notifications.run_timers(now + RETRIES[0])

    assert (waiting.state, waiting.error) == ("queued", "service_unreachable")
    assert len(mail_server.mails_to(lena.email)) == 1


async def test_somebody_who_left_gets_no_mail(
    notifications: ServiceUnderTest, tenant: str, mail_server: MailServer, known: Known
) -> None:
    lena = known(active=False)
    await notifications.deliver(assigned(tenant, lena))

    await notifications.run_timers(datetime.now(UTC))

    assert mail_server.mails_to(lena.email) == []
    assert (await delivery_of(notifications, tenant, lena)).error == "no_recipient"
