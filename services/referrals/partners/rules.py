"""The secrets of a partner's link and how often they may be asked for. Pure.

A secret is derived from the service's own key and the mail that carries it: a mail that is sent twice carries the same
one, and nothing but its hash is kept.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec

from shared.auth import Permission, Principal

CODE_LIFETIME: Final = timedelta(minutes=10)
CODE_TRIES: Final = 5
SESSION_LIFETIME: Final = timedelta(hours=1)
_CODES: Final = ((timedelta(minutes=1), 1), (timedelta(hours=1), 5))
_LINKS_BY_PARTNER: Final = ((timedelta(minutes=10), 1), (timedelta(days=1), 3))
_LINKS_BY_STAFF: Final = ((timedelta(days=1), 5),)
_LOOKUPS_BY_ADDRESS: Final = ((timedelta(minutes=1), 40), (timedelta(hours=1), 300))
_LOOKUPS_BY_LINK: Final = ((timedelta(minutes=1), 20), (timedelta(hours=1), 100))
"""A page looks its link up once or twice: so much is a whole office behind one address, and nobody who guesses."""

LOOKUPS_KEPT: Final = timedelta(hours=1)
_DIGITS: Final = 6


def link_secret(key: str, tenant: str, mail_id: UUID) -> str:
    """43 characters of base64url, 256 bits."""
    return base64.urlsafe_b64encode(_derived(key, "link", tenant, mail_id)).decode().rstrip("=")


def code_secret(key: str, tenant: str, mail_id: UUID) -> str:
    """Six digits."""
    number = int.from_bytes(_derived(key, "code", tenant, mail_id)) % 10**_DIGITS
    return f"{number:0{_DIGITS}}"


def _derived(key: str, what: str, tenant: str, mail_id: UUID) -> bytes:
    return hmac.digest(key.encode(), f"vangnet partner {what} {tenant} {mail_id}".encode(), "sha256")


def digest_of(secret: str) -> str:
    """What is kept of a secret that cannot be guessed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def code_digest(mail_id: UUID, code: str) -> str:
    """What is kept of a code: worth nothing beside another one's."""
    return digest_of(f"{mail_id} {code}")


def proof_of(referral_id: UUID, revision: int, fields: Sequence[tuple[str, str]]) -> str:
    """The SHA-256 of exactly what was shown, as canonical JSON: anybody who has it can count it again."""
    shown = {"referral": str(referral_id), "revision": revision, "fields": [list(each) for each in fields]}
    return hashlib.sha256(msgspec.json.encode(shown, order="sorted")).hexdigest()


def may_ask_code(asked: Sequence[datetime], *, now: datetime) -> bool:
    return _within(_CODES, asked, now=now)


def may_ask_link(asked: Sequence[datetime], *, now: datetime, by_partner: bool) -> bool:
    return _within(_LINKS_BY_PARTNER if by_partner else _LINKS_BY_STAFF, asked, now=now)


def may_look_up(from_there: Sequence[datetime], of_link: Sequence[datetime], *, now: datetime) -> bool:
    """The same for a link that is right and one that nobody has."""
    return _within(_LOOKUPS_BY_ADDRESS, from_there, now=now) and _within(_LOOKUPS_BY_LINK, of_link, now=now)


def source_digest(key: str, address: str) -> str:
    """What is kept of an address: nothing that gives it back."""
    return hmac.digest(key.encode(), f"vangnet partner address {address}".encode(), "sha256").hex()


def _within(limits: Sequence[tuple[timedelta, int]], asked: Sequence[datetime], *, now: datetime) -> bool:
    return all(sum(at > now - span for at in asked) < most for span, most in limits)


def hint_of(email: str) -> str:
    """Enough to see that it is the right one, and no more."""
    name, _, host = email.partition("@")
    return f"{name[:1]}•••@{host}" if host else ""


def partner_principal(tenant: str, what: str) -> Principal:
    """Who acts when a partner does: nobody of the staff, with no other right than to show what his link opens."""
    user_id = uuid5(NAMESPACE_URL, f"urn:vangnet:partner:{what}")
    return Principal(
        user_id=user_id,
        tenant=tenant,
        session_id=user_id,
        service="partner",
        permissions=frozenset({Permission.PARTNER_DOOR.value}),
    )
