"""The running service with a mail server of the tests' own, and people whom identity knows."""

import asyncio
import base64
import hmac
import json
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Self
from uuid import UUID

import http_ece
import pytest
from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from services.notifications.app import build
from shared.contracts.identity import StaffContact
from shared.contracts.notifications import AddDevice, SmsReport
from shared.contracts.rostering import CallOutRinging
from shared.db import uuid7
from tests.conftest import Serve
from tests.support.service import ServiceUnderTest

SMS_SECRET = "a secret that the provider and we share"
PUSH_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY"
"""32 bytes in base64url, for tests only."""


@dataclass(frozen=True)
class Browser:
    """The keys that a browser makes when it subscribes, and how it reads what comes (RFC 8291)."""

    key: ec.EllipticCurvePrivateKey
    secret: bytes

    @classmethod
    def new(cls) -> Self:
        return cls(ec.generate_private_key(ec.SECP256R1()), secrets.token_bytes(16))

    @property
    def p256dh(self) -> str:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return base64.urlsafe_b64encode(point).rstrip(b"=").decode()

    @property
    def auth(self) -> str:
        return base64.urlsafe_b64encode(self.secret).rstrip(b"=").decode()

    def read(self, sealed: bytes) -> dict[str, str]:
        opened: bytes = http_ece.decrypt(
            sealed, private_key=self.key, auth_secret=self.secret, version="aes128gcm"
        )
        content: dict[str, str] = json.loads(opened)
        return content


@dataclass
class MailServer:
    """A real SMTP server on one port: it can go down and come back, and refuse an address."""

    port: int = 0
    taken: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    hangs_up_on: set[str] = field(default_factory=set)
    """Of a mail whose Message-ID has one of these it takes the first copy, and nobody hears its yes."""
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
        unheard = {each for each in self.hangs_up_on if each in str(message["Message-ID"])}
        if unheard:
            self.hangs_up_on -= unheard
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return "250 taken"

    def mails_to(self, address: str) -> list[EmailMessage]:
        return [message for to, message in self.taken if address in to]


@dataclass
class SmsProvider:
    """A provider over real HTTP that checks signatures with code of its own; it can be away, refuse, or be busy."""

    url: str = ""
    taken: list[dict[str, str]] = field(default_factory=list)
    answers: dict[str, int] = field(default_factory=dict)
    """Status by number; the others are accepted."""
    away: bool = False

    async def start(self) -> web.AppRunner:
        app = web.Application()
        app.router.add_post("/messages", self._take)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        return runner

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        if self.away:
            return web.Response(status=503)
        signed = request.headers["Vangnet-Timestamp"].encode() + b"." + body
        right = "v1=" + hmac.digest(SMS_SECRET.encode(), signed, "sha256").hex()
        if right != request.headers["Vangnet-Signature"]:
            return web.Response(status=401)
        order = json.loads(body)
        assert request.headers["Idempotency-Key"] == order["id"]
        status = self.answers.get(order["to"], 202)
        if status < 300:
            self.taken.append(order)
        return web.Response(status=status)

    def to(self, number: str) -> list[dict[str, str]]:
        return [each for each in self.taken if each["to"] == number]

    def forget(self) -> None:
        self.taken.clear()
        self.answers.clear()
        self.away = False


def report(
    order: dict[str, str], status: str, *, at: datetime | None = None, secret: str = SMS_SECRET
) -> SmsReport:
    """What the provider would send the gateway about an SMS, signed now."""
    now = datetime.now(UTC)
    body = json.dumps({"reference": order["reference"], "status": status, "at": (at or now).isoformat()})
    timestamp = str(int(now.timestamp()))
    digest = hmac.digest(secret.encode(), f"{timestamp}.{body}".encode(), "sha256").hex()
    return SmsReport(timestamp=timestamp, signature=f"v1={digest}", body=body)


@dataclass
class PushService:
    """A push service of the tests' own: it keeps what it is sent, and decrypts it as the browser would."""

    url: str = ""
    taken: list[tuple[str, dict[str, str], dict[str, str]]] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    browsers: dict[str, Browser] = field(default_factory=dict)

    async def start(self) -> web.AppRunner:
        app = web.Application()
        app.router.add_post("/push/{name}", self._take)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        return runner

    async def _take(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        status = self.statuses.get(name, 201)
        if status < 300:
            content = self.browsers[name].read(await request.read())
            self.taken.append((name, dict(request.headers), content))
        return web.Response(status=status)

    def browser(self, name: str) -> AddDevice:
        """A browser that subscribes: what it would send us."""
        known = self.browsers[name] = Browser.new()
        return AddDevice(
            endpoint=f"{self.url}/push/{name}", p256dh=known.p256dh, auth=known.auth, label="Firefox"
        )

    def to(self, name: str) -> list[dict[str, str]]:
        return [content for to, _, content in self.taken if to == name]

    def forget(self) -> None:
        self.taken.clear()
        self.statuses.clear()


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
    one_mail_server.hangs_up_on.clear()
    if one_mail_server.server is None:
        await one_mail_server.start()


@pytest.fixture(scope="session")
async def one_sms_provider() -> AsyncIterator[SmsProvider]:
    provider = SmsProvider()
    runner = await provider.start()
    yield provider
    await runner.cleanup()


@pytest.fixture
def sms(one_sms_provider: SmsProvider) -> Iterator[SmsProvider]:
    one_sms_provider.forget()
    yield one_sms_provider
    one_sms_provider.forget()


@pytest.fixture(scope="session")
async def one_push_service() -> AsyncIterator[PushService]:
    service = PushService()
    runner = await service.start()
    yield service
    await runner.cleanup()


@pytest.fixture
def push(one_push_service: PushService) -> Iterator[PushService]:
    one_push_service.forget()
    yield one_push_service
    one_push_service.forget()


@pytest.fixture
async def notifications(
    serve: Serve, mail_server: MailServer, sms: SmsProvider, push: PushService
) -> ServiceUnderTest:
    environment = {
        "VANGNET_SMS_URL": sms.url,
        "VANGNET_SMS_SECRET": SMS_SECRET,
        "VANGNET_PUSH_KEY": PUSH_KEY,
        "VANGNET_PUSH_HOSTS": f"fcm.googleapis.com,{push.url}",
        "VANGNET_SMTP_URL": f"smtp://127.0.0.1:{mail_server.port}",
        "VANGNET_MAIL_FROM": "Vangnet <noreply@vangnet.example>",
    }
    return await serve(build, "notifications", environment=environment)


@pytest.fixture
def known(notifications: ServiceUnderTest) -> Callable[..., StaffContact]:
    """`known("Lena")`: identity answers for her when asked."""

    def make(
        name: str = "Lena",
        *,
        language: str = "nl",
        active: bool = True,
        roles: tuple[str, ...] = (),
        proved: bool = True,
        phone: str | None = None,
    ) -> StaffContact:
        user_id = uuid7()
        proved_at = datetime.now(UTC) if proved else None
        last = str(user_id.int)[-6:]
        contact = StaffContact(
            user_id=user_id,
            name=name,
            email=f"{name.lower()}.{user_id.hex[-8:]}@pz.example",
            phone=f"+32470{last}" if phone is None else phone,
            second_phone=f"+32471{last}",
            email_verified_at=proved_at,
            phone_verified_at=proved_at,
            second_phone_verified_at=proved_at,
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
