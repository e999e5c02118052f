"""The development postbox: takes all mail over real SMTP and all SMS over HTTP, and shows them over HTTP.

`async with Postbox(folder) as postbox` gives `postbox.smtp_url` and `postbox.http_url`. Loopback only; nothing
is ever sent on. As an SMS provider it checks signatures and reports back, signed, what became of each SMS.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Self

import aiohttp
import msgspec
from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.local.secrets import write_private
from services.notifications.signatures import SIGNATURE, TIMESTAMP, SignatureWrong, check, sign
from services.notifications.sms import Order, Report

HOST = "127.0.0.1"
UNREACHABLE = "+32470999999"
"""The number whose telephone is always off."""


class Letter(msgspec.Struct, frozen=True):
    """One message as somebody would read it."""

    id: str
    received_at: datetime
    to: list[str]
    sender: str = msgspec.field(name="from")
    subject: str
    text: str
    html: str
    message_id: str
    """Two copies of one mail have the same."""


class Sms(msgspec.Struct, frozen=True):
    """One SMS that came in."""

    id: str
    received_at: datetime
    to: str
    text: str


class Postbox:
    """An SMTP server that keeps each message as a file, an SMS provider, and an HTTP server that reads the files."""

    def __init__(
        self, folder: Path, *, sms_secret: str = "", now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.folder = folder
        self.sms_secret = sms_secret
        self.now = now
        self.reporting: set[asyncio.Task[None]] = set()
        self.smtp_url = ""
        self.http_url = ""
        self.smtp: asyncio.Server | None = None
        self.http: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        loop = asyncio.get_running_loop()
        self.smtp = await loop.create_server(
            lambda: SMTP(self, loop=loop, enable_SMTPUTF8=True, hostname="postbox"), HOST, 0
        )
        self.smtp_url = f"smtp://{HOST}:{self.smtp.sockets[0].getsockname()[1]}"
        self.http = web.AppRunner(self.application(), access_log=None)
        await self.http.setup()
        site = web.TCPSite(self.http, HOST, 0)
        await site.start()
        self.http_url = f"http://{HOST}:{self.http.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self.reporting:
            task.cancel()
        if self.smtp is not None:
            self.smtp.close()
        if self.http is not None:
            await self.http.cleanup()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 aiosmtpd's name
        """Keep one message; the name of its file is when it came, so names sort as time does."""
        name = self.now().strftime("%Y%m%dT%H%M%S.%f")
        while (self.folder / f"{name}.eml").exists():
            name += "x"
        envelope_to = "".join(f"X-Envelope-To: {address}\r\n" for address in envelope.rcpt_tos)
        write_private(
            self.folder / f"{name}.eml", envelope_to.encode() + bytes(envelope.original_content or b"")
        )
        return "250 kept in the postbox"

    def letters(self) -> list[Letter]:
        """All messages, newest first."""
        return [read_letter(path) for path in sorted(self.folder.glob("*.eml"), reverse=True)]

    def application(self) -> web.Application:
        """GET /messages, GET /messages/{id}, DELETE /messages; POST and GET /sms/messages."""
        app = web.Application()
        app.router.add_get("/messages", self.list_messages)
        app.router.add_get("/messages/{id}", self.show_message)
        app.router.add_delete("/messages", self.delete_messages)
        app.router.add_post("/sms/messages", self.take_sms)
        app.router.add_get("/sms/messages", self.list_sms)
        return app

    async def list_messages(self, _: web.Request) -> web.Response:
        """Everything, newest first."""
        return as_json(self.letters())

    async def show_message(self, request: web.Request) -> web.Response:
        """One message by its id."""
        for letter in self.letters():
            if letter.id == request.match_info["id"]:
                return as_json(letter)
        raise web.HTTPNotFound

    async def delete_messages(self, _: web.Request) -> web.Response:
        """Empty the postbox."""
        for path in [*self.folder.glob("*.eml"), *self.folder.glob("*.sms")]:
            path.unlink()
        return web.Response(status=204)

    async def take_sms(self, request: web.Request) -> web.Response:
        """What an SMS provider does: refuse what is not signed, keep a message once, and report on it later."""
        body = await request.read()
        try:
            check(
                self.sms_secret,
                body,
                timestamp=request.headers.get(TIMESTAMP, ""),
                signature=request.headers.get(SIGNATURE, ""),
                now=datetime.now(UTC),
            )
            order = msgspec.json.decode(body, type=Order)
        except SignatureWrong:
            return web.Response(status=401)
        except msgspec.DecodeError:
            return web.Response(status=400)
        known = {path.stem.partition(" ")[2] for path in self.folder.glob("*.sms")}
        if order.id not in known:
            name = self.now().strftime("%Y%m%dT%H%M%S.%f")
            sms = Sms(id=order.id, received_at=self.now(), to=order.to, text=order.text)
            write_private(self.folder / f"{name} {order.id}.sms", msgspec.json.encode(sms))
            task = asyncio.create_task(self.report(order))
            self.reporting.add(task)
            task.add_done_callback(self.reporting.discard)
        return web.Response(status=202)

    async def report(self, order: Order) -> None:
        """Arrived a moment later, but for the number that never is reached; told again until it is taken."""
        status = "undeliverable" if order.to == UNREACHABLE else "delivered"
        report = Report(reference=order.reference, status=status, at=datetime.now(UTC))
        body = msgspec.json.encode(report)
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
            for wait in (0.3, 1, 3, 10):
                await asyncio.sleep(wait)
                headers = sign(self.sms_secret, body, now=datetime.now(UTC))
                try:
                    async with session.post(order.report_url, data=body, headers=headers) as answer:
                        if answer.ok:
                            return
                except (aiohttp.ClientError, TimeoutError):
                    continue

    def texts(self) -> list[Sms]:
        """All SMS, newest first."""
        return [
            msgspec.json.decode(path.read_bytes(), type=Sms)
            for path in sorted(self.folder.glob("*.sms"), reverse=True)
        ]

    async def list_sms(self, _: web.Request) -> web.Response:
        """All SMS, newest first."""
        return as_json(self.texts())


def as_json(content: object) -> web.Response:
    """An answer in JSON."""
    return web.Response(body=msgspec.json.encode(content), content_type="application/json")


def read_letter(path: Path) -> Letter:
    """Parse a kept message; who it really went to is the envelope, not the header."""
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    received_at = datetime.strptime(path.stem[:22], "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC)
    return Letter(
        id=path.stem,
        received_at=received_at,
        to=[str(address) for address in message.get_all("X-Envelope-To", [])],
        sender=str(message.get("From", "")),
        subject=str(message.get("Subject", "")),
        text=body_of(message, "plain"),
        html=body_of(message, "html"),
        message_id=str(message.get("Message-ID", "")),
    )


def body_of(message: EmailMessage, kind: str) -> str:
    """The part of one kind, or nothing."""
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part is not None else ""
