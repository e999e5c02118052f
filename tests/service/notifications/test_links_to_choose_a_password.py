"""A reset or an invitation: the secret is asked for when the mail leaves, and is kept nowhere."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from services.notifications.models import RETRIES
from shared.contracts.identity import AccountLocked, PasswordResetRequested, ResetLink, StaffContact
from shared.db import uuid7
from tests.service.notifications.conftest import MailServer, text_of
from tests.support.service import ServiceUnderTest

Known = Callable[..., StaffContact]


def requested(tenant: str, user: StaffContact) -> PasswordResetRequested:
    return PasswordResetRequested(
        id=uuid7(), occurred_at=datetime.now(UTC), tenant=tenant, user_id=user.user_id, reset_id=uuid7()
    )


def link_for(user: StaffContact, token: str, *, invitation: bool = False) -> ResetLink:
    return ResetLink(
        token=token, email=user.email, language=user.language, name=user.name, invitation=invitation
    )


@pytest.mark.parametrize(("invitation", "subject"), [(False, "nouveau mot de passe"), (True, "Bienvenue")])
async def test_the_mail_holds_the_link_in_the_persons_language(
    notifications: ServiceUnderTest,
    tenant: str,
    mail_server: MailServer,
    known: Known,
    *,
    invitation: bool,
    subject: str,
) -> None:
    user = known("Chloe", language="fr")
    event = requested(tenant, user)
    notifications.answers_of("identity")[f"POST /password-resets/{event.reset_id}/link"] = link_for(
        user, "the-secret", invitation=invitation
    )

    await notifications.deliver(event)
    await notifications.run_timers(datetime.now(UTC))

    [mail] = mail_server.mails_to(user.email)
    assert subject in mail["Subject"]
    assert "https://vangnet.test/password-reset/the-secret" in text_of(mail)


async def test_the_secret_is_in_no_table(notifications: ServiceUnderTest, tenant: str, known: Known) -> None:
    user = known()
    event = requested(tenant, user)
    notifications.answers_of("identity")[f"POST /password-resets/{event.reset_id}/link"] = link_for(
        user, "s3cret-s3cret"
    )

    await notifications.deliver(event)
    await notifications.run_timers(datetime.now(UTC))

    async with notifications.transaction(tenant) as session:
        for table in ("recipients", "messages", "deliveries", "audit", "idempotency_keys"):
            rows = await session.scalars(text(f"SELECT t::text FROM {table} AS t"))
            assert not any("s3cret" in row for row in rows), table


async def test_a_repeat_asks_for_a_new_secret(
    notifications: ServiceUnderTest, tenant: str, mail_server: MailServer, known: Known
) -> None:
    user = known()
    event = requested(tenant, user)
    path = f"POST /password-resets/{event.reset_id}/link"
    await notifications.deliver(event)
    now = datetime.now(UTC)

    notifications.answers_of("identity")[path] = link_for(user, "first-secret")
    await mail_server.stop()
    await notifications.run_timers(now)
    notifications.answers_of("identity")[path] = link_for(user, "second-secret")
    await mail_server.start()
    await notifications.run_timers(now + RETRIES[0])

    [mail] = mail_server.mails_to(user.email)
    assert "second-secret" in text_of(mail)


async def test_a_reset_that_is_void_meanwhile_sends_nothing(
    notifications: ServiceUnderTest, tenant: str, mail_server: MailServer, known: Known
) -> None:
    user = known()

    await notifications.deliver(requested(tenant, user))
    await notifications.run_timers(datetime.now(UTC))

    assert mail_server.mails_to(user.email) == []


async def test_a_locked_account_is_told_by_mail(
    notifications: ServiceUnderTest, tenant: str, mail_server: MailServer, known: Known
) -> None:
    user = known(language="de")
    until = datetime(2026, 3, 2, 1, 24, tzinfo=UTC)

    await notifications.deliver(
        AccountLocked(id=uuid7(), occurred_at=until, tenant=tenant, user_id=user.user_id, until=until)
    )
    await notifications.run_timers(datetime.now(UTC))

    [mail] = mail_server.mails_to(user.email)
    assert "bis 02:24 Uhr" in text_of(mail)
