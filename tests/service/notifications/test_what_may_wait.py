"""What is not urgent keeps quiet hours, comes not too often, and goes together; what is urgent waits for nothing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from msgspec import structs
from sqlalchemy import select

from services.notifications.models import Delivery
from services.notifications.rules import BRUSSELS
from shared.contracts.cases import DossierAssigned
from shared.contracts.identity import StaffContact
from shared.contracts.notifications import ChangeMessageSettings
from shared.contracts.rostering import CallOutRinging
from shared.db import uuid7
from tests.service.notifications.conftest import MailServer, PushService, SmsProvider, text_of
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest

Known = Callable[..., StaffContact]
Ringing = Callable[..., CallOutRinging]


def assigned(tenant: str, holder: StaffContact) -> DossierAssigned:
    return DossierAssigned(
        id=uuid7(), occurred_at=datetime.now(UTC), tenant=tenant, dossier_id=uuid7(), holder=holder.user_id,
        actor=uuid7(),
    )  # fmt: skip


async def wish(
    notifications: ServiceUnderTest, tenant: str, user: StaffContact, wishes: ChangeMessageSettings
) -> None:
    answer = await notifications.post("/message-settings", wishes, by=principal(tenant, user_id=user.user_id))
    assert answer.is_success, answer.text


def quiet_now() -> ChangeMessageSettings:
    """Quiet since an hour ago, for three hours."""
    here = datetime.now(BRUSSELS)
    minute = here.hour * 60 + here.minute
    return ChangeMessageSettings(
        channels=["email", "push"], quiet_begins=(minute - 60) % 1440, quiet_ends=(minute + 120) % 1440
    )


async def states_of(notifications: ServiceUnderTest, tenant: str, user: StaffContact) -> list[str]:
    async with notifications.transaction(tenant) as session:
        found = await session.scalars(
            select(Delivery.state).where(Delivery.user_id == user.user_id).order_by(Delivery.at)
        )
        return list(found)


async def test_in_quiet_hours_it_waits_and_comes_afterwards_in_one_mail(
    notifications: ServiceUnderTest, tenant: str, mail_server: MailServer, known: Known
) -> None:
    lena = known("Lena")
    await wish(notifications, tenant, lena, quiet_now())
    events = [assigned(tenant, lena) for _ in range(3)]
    for event in events:
        await notifications.deliver(event)

    await notifications.run_timers(datetime.now(UTC))
    during = mail_server.mails_to(lena.email)
    await notifications.run_timers(datetime.now(UTC) + timedelta(hours=2, minutes=1))

    [mail] = mail_server.mails_to(lena.email)
    assert during == []
    assert mail["Subject"] == "U hebt 3 nieuwe berichten"
    assert all(f"https://vangnet.test/dossiers/{event.dossier_id}" in text_of(mail) for event in events)
    assert sorted(await states_of(notifications, tenant, lena)) == ["bundled", "bundled", "sent"]


async def test_a_call_out_rings_in_the_middle_of_quiet_hours(
    notifications: ServiceUnderTest, tenant: str, sms: SmsProvider, mail_server: MailServer, known: Known,
    ringing: Ringing,
) -> None:  # fmt: skip
    lena = known("Lena")
    await wish(notifications, tenant, lena, quiet_now())

    await notifications.deliver(ringing(lena.user_id))
    await notifications.run_timers(datetime.now(UTC))

    assert len(sms.to(lena.phone)) == 1
    assert len(mail_server.mails_to(lena.email)) == 1


async def test_a_call_out_rings_over_channels_that_were_switched_off_for_the_rest(
    notifications: ServiceUnderTest, tenant: str, sms: SmsProvider, mail_server: MailServer, push: PushService,
    known: Known, ringing: Ringing,
) -> None:  # fmt: skip
    lena = known("Lena")
    await notifications.post(
        "/push-devices", push.browser("phone"), by=principal(tenant, user_id=lena.user_id)
    )
    await wish(notifications, tenant, lena, ChangeMessageSettings(channels=[]))

    await notifications.deliver(assigned(tenant, lena))
    await notifications.run_timers(datetime.now(UTC))
    before = (mail_server.mails_to(lena.email), push.to("phone"))
    await notifications.deliver(ringing(lena.user_id))
    await notifications.run_timers(datetime.now(UTC))

    assert before == ([], [])
    assert (len(mail_server.mails_to(lena.email)), len(push.to("phone")), len(sms.to(lena.phone))) == (
        1,
        1,
        1,
    )


async def test_a_flood_of_one_kind_is_spread_and_what_waits_goes_together(
    notifications: ServiceUnderTest, tenant: str, mail_server: MailServer, known: Known
) -> None:
    lena = known("Lena")
    now = datetime.now(UTC) + timedelta(minutes=1)
    for _ in range(2):
        await notifications.deliver(assigned(tenant, lena))
        await notifications.run_timers(now)
    for _ in range(5):
        await notifications.deliver(assigned(tenant, lena))
    await notifications.run_timers(now)
    at_once = len(mail_server.mails_to(lena.email))

    await notifications.run_timers(now + timedelta(minutes=5, seconds=1))

    mails = mail_server.mails_to(lena.email)
    assert (at_once, len(mails)) == (2, 3)
    assert mails[-1]["Subject"] == "U hebt 5 nieuwe berichten"


async def test_a_ringing_of_the_second_number_goes_there_and_not_to_the_first(
    notifications: ServiceUnderTest, sms: SmsProvider, known: Known, ringing: Ringing
) -> None:
    lena = known("Lena")

    await notifications.deliver(structs.replace(ringing(lena.user_id), second_number=True))
    await notifications.run_timers(datetime.now(UTC))

    assert (len(sms.to(lena.second_phone)), len(sms.to(lena.phone))) == (1, 0)


async def test_wishes_that_cannot_be_are_refused(
    notifications: ServiceUnderTest, tenant: str, known: Known
) -> None:
    lena = principal(tenant, user_id=known().user_id)
    wrong = [
        ChangeMessageSettings(channels=["fax"]),
        ChangeMessageSettings(channels=[], quiet_begins=60),
        ChangeMessageSettings(channels=[], quiet_begins=60, quiet_ends=60),
    ]

    answers = [await notifications.post("/message-settings", each, by=lena) for each in wrong]

    assert [each.json()["errors"][0]["field"] for each in answers] == ["channels", "quiet_ends", "quiet_ends"]
