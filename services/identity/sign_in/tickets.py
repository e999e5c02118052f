"""Bearer secrets of sessions, challenges and reset links: `<tenant>.<id>.<secret>`, of which we keep only a hash."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from uuid import UUID

_TICKET = re.compile(r"([a-z][a-z0-9_]{1,30})\.([0-9a-f]{32})\.([A-Za-z0-9_-]{43})\Z")
_SECRET_BYTES = 32


@dataclass(frozen=True)
class Ticket:
    """What a caller showed, not yet compared with what we keep."""

    tenant: str
    id: UUID
    digest: bytes

    def fits(self, kept: bytes | None) -> bool:
        return kept is not None and hmac.compare_digest(self.digest, kept)


def mint(tenant: str, ticket_id: UUID) -> tuple[str, bytes]:
    """A new secret: the text to hand out, and the digest to keep. 256 random bits need no slow hash."""
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    return f"{tenant}.{ticket_id.hex}.{secret}", _digest(secret)


def read(text: str) -> Ticket | None:
    """None when it is not even formed as a ticket."""
    match = _TICKET.match(text)
    return Ticket(match[1], UUID(hex=match[2]), _digest(match[3])) if match else None


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
