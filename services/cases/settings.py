"""What cases reads from its environment beside the settings of every service."""

import base64
import binascii

from shared import settings

_KEY_BYTES = 32


class DocumentsKeyWrong(Exception):
    """VANGNET_DOCUMENTS_KEY must be 32 bytes in base64url."""


class CasesSettings(settings.Settings, frozen=True, kw_only=True):
    """Files lie in a folder or in `s3://bucket/prefix`; `scanner_address` is clamd's host:port, empty for none."""

    documents_url: str = "documents"
    documents_key: str = ""
    documents_max_bytes: int = 20_000_000
    documents_s3_endpoint: str = ""
    documents_s3_region: str = ""
    documents_s3_access_key: str = ""
    documents_s3_secret_key: str = ""
    scanner_address: str = ""


def documents_key(read: CasesSettings) -> bytes:
    """The key that wraps each tenant's own; raises `DocumentsKeyWrong`."""
    try:
        key = base64.urlsafe_b64decode(read.documents_key + "==")
    except binascii.Error:
        raise DocumentsKeyWrong from None
    if len(key) != _KEY_BYTES:
        raise DocumentsKeyWrong
    return key
