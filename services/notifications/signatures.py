"""Signed requests to and from the SMS provider: HMAC-SHA256 over the moment and the body, good for five minutes."""

import hashlib
import hmac
from datetime import datetime, timedelta

TIMESTAMP = "Vangnet-Timestamp"
SIGNATURE = "Vangnet-Signature"
WINDOW = timedelta(minutes=5)
_VERSION = "v1="


class SignatureWrong(Exception):
    """Not signed with our secret, or too long ago."""


def sign(secret: str, body: bytes, *, now: datetime) -> dict[str, str]:
    """The two headers of a request that says `body` now."""
    timestamp = str(int(now.timestamp()))
    return {TIMESTAMP: timestamp, SIGNATURE: _signature(secret, timestamp, body)}


def check(secret: str, body: bytes, *, timestamp: str, signature: str, now: datetime) -> None:
    """Raises `SignatureWrong`. Without a secret nothing is right."""
    right = _signature(secret, timestamp, body)
    if not secret or not hmac.compare_digest(right.encode(), signature.encode()):
        raise SignatureWrong
    try:
        age = abs(now.timestamp() - int(timestamp))
    except ValueError:
        raise SignatureWrong from None
    if age > WINDOW.total_seconds():
        raise SignatureWrong


def _signature(secret: str, timestamp: str, body: bytes) -> str:
    signed = timestamp.encode() + b"." + body
    return _VERSION + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
