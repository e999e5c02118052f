"""What identity reads from its environment beside the settings of every service."""

import base64
import binascii

from shared import settings

_KEY_BYTES = 32


class KeyEncryptionKeyWrong(Exception):
    """VANGNET_KEY_ENCRYPTION_KEY must be 32 bytes in base64url."""


class IdentitySettings(settings.Settings, frozen=True, kw_only=True):
    """`service_secrets` is JSON, service name to secret; `refusal_seconds` is the least time that a refusal takes."""

    key_encryption_key: str = ""
    service_secrets: str = "{}"
    refusal_seconds: float = 0.3


def key_encryption_key(read: IdentitySettings) -> bytes:
    """The key that wraps the keys and secrets in the database; raises `KeyEncryptionKeyWrong`."""
    try:
        key = base64.urlsafe_b64decode(read.key_encryption_key + "==")
    except binascii.Error:
        raise KeyEncryptionKeyWrong from None
    if len(key) != _KEY_BYTES:
        raise KeyEncryptionKeyWrong
    return key
