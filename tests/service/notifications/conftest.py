"""The running service with a mail server of the tests' own, and people whom identity knows."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from uuid import UUID

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from services.notifications.app import build
from shared.contracts.identity import StaffContact
from shared.contracts.rostering import CallOutRinging
from shared.db import uuid7
from tests.conftest import Serve
from tests.support.service import ServiceUnderTest


@dataclass
class MailServer:
    """A real SMTP server on one port: it can go down and come back, and refuse an address."""

    port: int = 0
    taken: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    server: asyncio.Server | None = None

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self.server = await loop.create_server(
            lambda: SMTP(self, loop=loop, enable_SMTPUTF8=True), "127.0.0.1", self.port
        )
        self.port = self.server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self.server is not None:
            self.server.close()
            await self.server.wait_closed()
            self.server = None

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the same
        message = message_from_bytes(bytes(envelope.original_content or b""), policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.taken.append((envelope.rcpt_tos, message))
        return "250 taken"

    def mails_to(self, address: str) -> list[EmailMessage]:
        return [message for to, message in self.taken if address in to]


def text_of(mail: EmailMessage) -> str:
    """The plain text as somebody reads it."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@pytest.fixture(scope="session")
async def one_mail_server() -> AsyncIterator[MailServer]:
    server = MailServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def mail_server(one_mail_server: MailServer) -> AsyncIterator[MailServer]:
    yield one_mail_server
    one_mail_server.refused.clear()
    if one_mail_server.server is None:
        await one_mail_server.start()


@pytest.fixture
async def notifications(serve: Serve, mail_server: MailServer) -> ServiceUnderTest:
    environment = {
        "VANGNET_SMTP_URL": f"smtp://127.0.0.1:{mail_server.port}",
        "VANGNET_MAIL_FROM": "Vangnet <noreply@vangnet.example>",
    }
    return await serve(build, "notifications", environment=environment)


@pytest.fixture
def known(notifications: ServiceUnderTest) -> Callable[..., StaffContact]:
    """`known("Lena")`: identity answers for her when asked."""

    def make(
        name: str = "Lena", *, language: str = "nl", active: bool = True, roles: tuple[str, ...] = ()
    ) -> StaffContact:
        user_id = uuid7()
        contact = StaffContact(
            user_id=user_id,
            name=name,
            email=f"{name.lower()}.{user_id.hex[-8:]}@pz.example",
            phone="+32470000001",
            language=language,
            active=active,
            roles=list(roles),
        )
        answers = notifications.answers_of("identity")
        answers[f"GET /staff/{user_id}/contact"] = contact
        answers.setdefault("GET /contacts", []).append(contact)
        return contact

    return make


@pytest.fixture
def ringing(tenant: str) -> Callable[..., CallOutRinging]:
    def make(user_id: UUID, *, answer_in: timedelta = timedelta(minutes=10)) -> CallOutRinging:
        now = datetime.now(UTC)
        return CallOutRinging(
            id=uuid7(),
            occurred_at=now,
            tenant=tenant,
            call_out_id=uuid7(),
            attempt_id=uuid7(),
            user_id=user_id,
            level="primary",
            incident_type="death_traffic",
            urgency="now",
            answer_by=now + answer_in,
        )

    return make
