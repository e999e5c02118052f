"""A code goes to what it must prove and nowhere else; the address of before is told that it is so no more."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from shared.contracts.identity import (
    AddressChanged,
    AddressNotice,
    ContactCode,
    ContactCodeRequested,
    StaffContact,
)
from shared.db import uuid7
from tests.service.notifications.conftest import MailServer, SmsProvider, text_of
from tests.support.service import ServiceUnderTest

Known = Callable[..., StaffContact]
CODE = "904317"


def requested(
    notifications: ServiceUnderTest, tenant: str, user: StaffContact, channel: str, *, ago: timedelta
) -> ContactCodeRequested:
    event = ContactCodeRequested(
        id=uuid7(), occurred_at=datetime.now(UTC) - ago, tenant=tenant, user_id=user.user_id,
        code_id=uuid7(), channel=channel,
    )  # fmt: skip
    to = {"email": user.email, "phone": user.phone, "second_phone": user.second_phone}[channel]
    notifications.answers_of("identity")[f"POST /contact-codes/{event.code_id}/code"] = ContactCode(
        code=CODE, to=to, name=user.name, language=user.language
    )
    return event


@pytest.mark.parametrize("channel", ["email", "phone", "second_phone"])
async def test_a_code_goes_to_what_it_must_prove_alone(
    notifications: ServiceUnderTest, tenant: str, sms: SmsProvider, mail_server: MailServer, known: Known,
    channel: str,
) -> None:  # fmt: skip
    lena = known("Lena", language="fr")

    await notifications.deliver(requested(notifications, tenant, lena, channel, ago=timedelta()))
    await notifications.run_timers(datetime.now(UTC))

    mails = mail_server.mails_to(lena.email)
    texts = {"phone": sms.to(lena.phone), "second_phone": sms.to(lena.second_phone)}
    assert len(mails) == (channel == "email")
    assert {name: len(found) for name, found in texts.items()} == {
        name: int(name == channel) for name in ("phone", "second_phone")
    }
    said = text_of(mails[0]) if mails else texts[channel][0]["text"]
    assert CODE in said
    assert "votre code" in said


async def test_a_code_that_is_too_old_stays_here(
    notifications: ServiceUnderTest, tenant: str, sms: SmsProvider, known: Known
) -> None:
    lena = known()

    await notifications.deliver(requested(notifications, tenant, lena, "phone", ago=timedelta(minutes=11)))
    await notifications.run_timers(datetime.now(UTC))

    assert sms.to(lena.phone) == []


async def test_the_code_is_in_no_table(
    notifications: ServiceUnderTest, tenant: str, sms: SmsProvider, known: Known
) -> None:
    lena = known()
    await notifications.deliver(requested(notifications, tenant, lena, "phone", ago=timedelta()))
    await notifications.run_timers(datetime.now(UTC))

    assert len(sms.to(lena.phone)) == 1
    async with notifications.transaction(tenant) as session:
        for table in ("recipients", "messages", "deliveries", "audit", "idempotency_keys"):
            rows = await session.scalars(text(f"SELECT t::text FROM {table} AS t"))
            assert not any(CODE in row for row in rows), table


async def test_the_address_of_before_is_told_and_the_new_one_is_not(
    notifications: ServiceUnderTest, tenant: str, mail_server: MailServer, known: Known
) -> None:
    lena = known("Lena")
    event = AddressChanged(
        id=uuid7(), occurred_at=datetime.now(UTC), tenant=tenant, user_id=lena.user_id, notice_id=uuid7()
    )
    old = f"before.{lena.user_id.hex}@pz.example"
    notifications.answers_of("identity")[f"GET /address-notices/{event.notice_id}"] = AddressNotice(
        email=old, name="Lena", language="nl"
    )

    await notifications.deliver(event)
    await notifications.run_timers(datetime.now(UTC))

    [mail] = mail_server.mails_to(old)
    assert "gewijzigd" in mail["Subject"]
    assert mail_server.mails_to(lena.email) == []
    assert lena.email not in text_of(mail)
