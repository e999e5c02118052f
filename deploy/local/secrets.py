"""Passwords and keys of this one machine's platform, made once and kept in a file that only its owner reads."""

import base64
import os
import secrets
from pathlib import Path

import msgspec

from deploy.catalogue import OWNERS, SERVICES
from deploy.nats.rights import USERS


class Secrets(msgspec.Struct, kw_only=True):
    """Everything here is URL-safe text; a key is 32 bytes in base64url."""

    database_admin: str
    database_service: dict[str, str]
    database_migrator: dict[str, str]
    nats: dict[str, str]
    service_secrets: dict[str, str]
    audit_keys: dict[str, str]
    key_encryption_key: str
    sms_secret: str = ""
    push_key: str = ""
    documents_key: str = ""


def password() -> str:
    """A password that no person types."""
    return secrets.token_urlsafe(24)


def key() -> str:
    """A 32-byte key: an Ed25519 seed or an AES-256 key."""
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def load_or_make(path: Path) -> Secrets:
    """The secrets of an earlier start, with what a service that came since still lacks."""
    known = msgspec.json.decode(path.read_bytes(), type=Secrets) if path.exists() else nothing_yet()
    for owner in OWNERS:
        known.database_service.setdefault(owner, password())
        known.database_migrator.setdefault(owner, password())
    for user in USERS:
        known.nats.setdefault(user, password())
    for service in SERVICES:
        known.service_secrets.setdefault(service, password())
        known.audit_keys.setdefault(service, key())
    known.sms_secret = known.sms_secret or password()
    known.push_key = known.push_key or key().rstrip("=")
    known.documents_key = known.documents_key or key()
    write_private(path, msgspec.json.format(msgspec.json.encode(known)))
    return known


def nothing_yet() -> Secrets:
    """The two that belong to no service."""
    return Secrets(
        database_admin=password(),
        database_service={},
        database_migrator={},
        nats={},
        service_secrets={},
        audit_keys={},
        key_encryption_key=key(),
    )


def write_private(path: Path, content: bytes) -> None:
    """Whole or not at all, and never readable by others, not even for a moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    fresh.replace(path)
