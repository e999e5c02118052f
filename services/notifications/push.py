"""Web push: encrypted for one browser (RFC 8291), signed with our key (RFC 8292), to push services that we know."""

import base64
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import cached_property
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import msgspec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02
from pywebpush import WebPusher, WebPushException

from services.notifications.mail import compose_short
from services.notifications.models import EndpointWrong, NotSent, PushDevice, RefusedForGood

_GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
_GOOD_FOR = timedelta(hours=12)
_KEPT_SECONDS = {True: 900, False: 86_400}
"""How long the push service keeps it for a device that is off: an alarm of a quarter of an hour ago wakes nobody."""


class DeviceGone(RefusedForGood):
    """The browser took its permission back, or is no more."""


class PushSender:
    """Sends to one device at a time. `hosts` are the push services that endpoints may belong to."""

    def __init__(self, key: str, *, subject: str, hosts: Iterable[str], timeout: float) -> None:
        """`hosts` holds names (`fcm.googleapis.com`), endings (`.push.apple.com`) or, for tests, whole origins."""
        self._key = key
        self._subject = subject
        self._hosts = frozenset(host.strip() for host in hosts if host.strip())
        self._timeout = aiohttp.ClientTimeout(total=timeout)

    @cached_property
    def _vapid(self) -> Vapid02 | None:
        return Vapid02.from_raw(self._key.encode()) if self._key else None

    @cached_property
    def public_key(self) -> str:
        """What a browser subscribes with; empty where push is not set up."""
        if self._vapid is None:
            return ""
        point = self._vapid.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return base64.urlsafe_b64encode(point).rstrip(b"=").decode()

    def check_endpoint(self, endpoint: str) -> None:
        """Raises `EndpointWrong`: we send nowhere that a stranger may name (server-side request forgery)."""
        try:
            parts = urlsplit(endpoint)
            origin = f"{parts.scheme}://{parts.netloc}"
            plain = parts.scheme == "https" and parts.port in (None, 443) and "@" not in parts.netloc
        except ValueError:
            raise EndpointWrong({"endpoint": "endpoint_wrong"}) from None
        host = parts.hostname or ""
        known = any(host == each or (each.startswith(".") and host.endswith(each)) for each in self._hosts)
        if origin not in self._hosts and not (plain and known):
            raise EndpointWrong({"endpoint": "endpoint_wrong"})

    async def send(
        self,
        device: PushDevice,
        kind: str,
        language: str,
        facts: Mapping[str, Any],
        *,
        urgent: bool,
        now: datetime,
    ) -> None:
        """Raises `DeviceGone`, `RefusedForGood`, and `NotSent` for now."""
        if self._vapid is None:
            raise RefusedForGood("not_configured")
        try:
            self.check_endpoint(device.endpoint)
        except EndpointWrong as wrong:
            raise DeviceGone("endpoint_wrong") from wrong
        words = compose_short(kind, language, facts, public_url="")
        content = {"title": words.title, "body": words.text, "url": words.link, "tag": kind}
        headers = {
            **self._vapid.sign(self._claims(device.endpoint, now=now)),
            "Content-Encoding": "aes128gcm",
            "TTL": str(_KEPT_SECONDS[urgent]),
            "Urgency": "high" if urgent else "normal",
        }
        try:
            async with (
                aiohttp.ClientSession(timeout=self._timeout) as session,
                session.post(
                    device.endpoint, data=_sealed(device, content), headers=headers, allow_redirects=False
                ) as answer,
            ):
                status = answer.status
        except TimeoutError as silent:
            raise NotSent("push_timeout") from silent
        except aiohttp.ClientError as failure:
            raise NotSent("push_unreachable") from failure
        _judge(status)

    def _claims(self, endpoint: str, *, now: datetime) -> dict[str, Any]:
        parts = urlsplit(endpoint)
        return {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int((now + _GOOD_FOR).timestamp()),
            "sub": self._subject,
        }


def _sealed(device: PushDevice, content: Mapping[str, str]) -> bytes:
    """Only the browser that subscribed can read it."""
    subscription = {"endpoint": device.endpoint, "keys": {"p256dh": device.p256dh, "auth": device.auth}}
    try:
        sealed: bytes = WebPusher(subscription).encode(msgspec.json.encode(content))["body"]
    except (WebPushException, ValueError) as wrong:
        raise DeviceGone("keys_wrong") from wrong
    return sealed


def _judge(status: int) -> None:
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return
    if status in _GONE:
        raise DeviceGone("device_gone")
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise NotSent("push_failed")
    raise RefusedForGood("push_refused")
