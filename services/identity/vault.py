"""Keeping secrets in the database: sealed with AES-256-GCM, or as digests that only this service can make."""

import hmac
import os
from typing import cast

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.ext.asyncio import AsyncSession

VAULT = "vangnet_vault"
_NONCE_BYTES = 12


class Vault:
    """Everything comes from the one key encryption key, which is never in the database."""

    def __init__(self, key: bytes) -> None:
        self._sealing = AESGCM(_derived(key, b"sealing"))
        self._digesting = _derived(key, b"digesting")

    def seal(self, secret: bytes, *, about: str) -> bytes:
        """Encrypt; `about` says whose it is, and opening it as another's fails."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._sealing.encrypt(nonce, secret, about.encode())

    def open(self, sealed: bytes, *, about: str) -> bytes:
        """Decrypt; raises `cryptography.exceptions.InvalidTag`."""
        return self._sealing.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], about.encode())

    def digest(self, *parts: str) -> bytes:
        """An HMAC-SHA256 of the parts, each with its length so that no two lists of parts meet."""
        message = b"".join(len(part.encode()).to_bytes(4) + part.encode() for part in parts)
        return hmac.digest(self._digesting, message, "sha256")


def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"vangnet identity " + purpose).derive(key)


def vault_of(session: AsyncSession) -> Vault:
    """The vault in the reach of a command."""
    return cast("Vault", session.info[VAULT])
