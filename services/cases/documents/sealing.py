"""A file at rest: encrypted in pieces, so that it is read as a stream and no piece is given before it is proved whole.

AES-256-GCM with a key per file, derived from the tenant's own and a random salt. Each piece's nonce is its number and
whether it is the last, so pieces cannot be moved, left out or added. Pure.
"""

import os
from collections.abc import AsyncIterator
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MARK: Final = b"VG1\n"
PIECE: Final = 64 * 1024
_SALT: Final = 16
_TAG: Final = 16
_NONCE: Final = 12
KEY_BYTES: Final = 32


class SealBroken(Exception):
    """The file at rest is not what was put there, or not whole."""


def wrap(service_key: bytes, tenant_key: bytes, tenant: str) -> bytes:
    """The tenant's key as it may stand in the database."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(service_key).encrypt(nonce, tenant_key, b"vangnet tenant key " + tenant.encode())


def unwrap(service_key: bytes, wrapped: bytes, tenant: str) -> bytes:
    """Raises `SealBroken` for another service's key or another tenant's."""
    try:
        return AESGCM(service_key).decrypt(
            wrapped[:_NONCE], wrapped[_NONCE:], b"vangnet tenant key " + tenant.encode()
        )
    except InvalidTag:
        raise SealBroken from None


def seal(tenant_key: bytes, content: bytes, about: str) -> bytes:
    """The content as it is stored; `about` says whose and which it is, and opening it as another fails."""
    salt = os.urandom(_SALT)
    cipher = _cipher(tenant_key, salt, about)
    pieces = [content[start : start + PIECE] for start in range(0, len(content), PIECE)] or [b""]
    last = len(pieces) - 1
    return (
        MARK
        + salt
        + b"".join(
            cipher.encrypt(_nonce(number, last=number == last), piece, None)
            for number, piece in enumerate(pieces)
        )
    )


async def opened(tenant_key: bytes, stored: AsyncIterator[bytes], about: str) -> AsyncIterator[bytes]:
    """The content, piece by piece; raises `SealBroken` before giving anything that was touched."""
    held, head = b"", len(MARK) + _SALT
    cipher: AESGCM | None = None
    number = 0
    async for part in stored:
        held += part
        if cipher is None:
            if len(held) < head:
                continue
            if held[: len(MARK)] != MARK:
                raise SealBroken
            cipher, held = _cipher(tenant_key, held[len(MARK) : head], about), held[head:]
        # the last piece is only known by the end, so one whole piece is always held back
        while len(held) > PIECE + _TAG:
            yield _open(cipher, held[: PIECE + _TAG], number, last=False)
            held, number = held[PIECE + _TAG :], number + 1
    if cipher is None:
        raise SealBroken
    yield _open(cipher, held, number, last=True)


def _open(cipher: AESGCM, piece: bytes, number: int, *, last: bool) -> bytes:
    try:
        return cipher.decrypt(_nonce(number, last=last), piece, None)
    except (InvalidTag, ValueError):
        raise SealBroken from None


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(_NONCE - 1) + bytes([last])


def _cipher(tenant_key: bytes, salt: bytes, about: str) -> AESGCM:
    info = b"vangnet document " + about.encode()
    return AESGCM(HKDF(SHA256(), KEY_BYTES, salt=salt, info=info).derive(tenant_key))
