"""SMS: one signed request to a provider, and what its answers and its delivery reports mean."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

import aiohttp
import msgspec

from services.notifications.mail import compose_short
from services.notifications.models import NotSent, RefusedForGood, ReportUnsigned
from services.notifications.signatures import SignatureWrong, check, sign

SENDER = "Vangnet"
_REST = timedelta(seconds=5)
_OURS_TO_MEND = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)


class Order(msgspec.Struct, frozen=True):
    """What the provider is told. `id` makes a repeat harmless; reports carry `reference` back."""

    id: str
    reference: str
    to: str
    sender: str = msgspec.field(name="from")
    text: str
    report_url: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What the provider reports: `buffered`, `delivered`, `undeliverable` or `expired`, and when."""

    reference: str
    status: str
    at: datetime

    @property
    def tenant(self) -> str:
        return self.reference.partition("/")[0]

    @property
    def delivery_id(self) -> UUID:
        """Raises `ReportUnsigned`: a reference of ours is always whole."""
        try:
            return UUID(self.reference.partition("/")[2])
        except ValueError:
            raise ReportUnsigned from None


def text_of(kind: str, language: str, facts: Mapping[str, Any], *, public_url: str) -> str:
    """The whole SMS: who sends, one sentence, and the link where there is one to follow."""
    words = compose_short(kind, language, facts, public_url=public_url)
    return " ".join(part for part in (f"{SENDER}: {words.text}", words.link) if part)


class SmsSender:
    """One SMS at a time over HTTP. After a provider that does not answer at all, it rests a moment before the next."""

    def __init__(self, url: str, *, secret: str, public_url: str, timeout: float) -> None:
        self._url = url.rstrip("/")
        self._secret = secret
        self._public_url = public_url.rstrip("/")
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._rests_until: datetime | None = None

    @property
    def configured(self) -> bool:
        return bool(self._url)

    async def send(
        self,
        tenant: str,
        delivery_id: UUID,
        kind: str,
        number: str,
        language: str,
        facts: Mapping[str, Any],
        *,
        now: datetime,
    ) -> None:
        """Hand over to the provider. Raises `RefusedForGood`, and `NotSent` for now."""
        if not self.configured:
            raise RefusedForGood("not_configured")
        if not number:
            raise RefusedForGood("no_number")
        if self._rests_until is not None and now < self._rests_until:
            raise NotSent("provider_timeout")
        order = Order(
            id=str(delivery_id),
            reference=f"{tenant}/{delivery_id}",
            to=number,
            sender=SENDER,
            text=text_of(kind, language, facts, public_url=self._public_url),
            report_url=f"{self._public_url}/sms-reports",
        )
        body = msgspec.json.encode(order)
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": order.id,
            **sign(self._secret, body, now=now),
        }
        try:
            async with (
                aiohttp.ClientSession(timeout=self._timeout) as session,
                session.post(
                    f"{self._url}/messages", data=body, headers=headers, allow_redirects=False
                ) as answer,
            ):
                status = answer.status
        except TimeoutError as silent:
            self._rests_until = now + _REST
            raise NotSent("provider_timeout") from silent
        except aiohttp.ClientError as failure:
            raise NotSent("provider_unreachable") from failure
        self._rests_until = None
        _judge(status)

    def read_report(self, body: bytes, *, timestamp: str, signature: str, now: datetime) -> Report:
        """A report that the provider signed. Raises `ReportUnsigned`."""
        try:
            check(self._secret, body, timestamp=timestamp, signature=signature, now=now)
            return msgspec.json.decode(body, type=Report)
        except (SignatureWrong, msgspec.DecodeError) as wrong:
            raise ReportUnsigned from wrong


def _judge(status: int) -> None:
    """Only what the provider says of this number or this text is for good; a wrong secret is ours to mend."""
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return
    if status in _OURS_TO_MEND or status < HTTPStatus.BAD_REQUEST:
        raise NotSent("provider_refused")
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise NotSent("provider_busy")
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        raise RefusedForGood("number_refused")
    raise NotSent("provider_failed")
