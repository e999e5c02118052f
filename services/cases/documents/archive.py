"""Where files are kept: a folder or a bucket, one prefix for each tenant, every file encrypted."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast
from uuid import UUID

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.documents import sealing
from services.cases.documents.scanner import Scanner
from services.cases.settings import CasesSettings, documents_key
from shared.errors import Unavailable
from shared.tenancy import checked_key

ARCHIVE: Final = "vangnet_archive"
_STREAMED: Final = 256 * 1024
_AWAY: Final = (BaseError, OSError)
"""How a store fails: what the library says of a bucket, what the system says of a folder."""


class ArchiveAway(Unavailable):
    """The store of files does not answer; nothing was stored."""

    code = "archive_away"


class ContentGone(Exception):
    """There is no file at that place."""


@dataclass(frozen=True)
class Place:
    """Which file, and the tenant's wrapped key that it is sealed with."""

    tenant: str
    document_id: UUID
    wrapped_key: bytes = field(repr=False)

    @property
    def path(self) -> str:
        return f"{checked_key(self.tenant)}/{self.document_id}"


class Archive:
    """Opened at the first use, so that a service starts without its store and says so when it is asked for."""

    def __init__(self, settings: CasesSettings) -> None:
        self._settings = settings
        self._opened: ObjectStore | None = None
        self.max_bytes = settings.documents_max_bytes
        self.scanner = Scanner(settings.scanner_address) if settings.scanner_address else None
        self.receiving = asyncio.Semaphore(2)
        """At most two files are held in memory at a time, however many are sent."""

    def new_key(self, tenant: str) -> bytes:
        """A key for a tenant, wrapped."""
        return sealing.wrap(documents_key(self._settings), os.urandom(sealing.KEY_BYTES), tenant)

    async def put(self, place: Place, content: bytes) -> None:
        """Store it whole or not at all. Raises `ArchiveAway`."""
        sealed = await asyncio.to_thread(sealing.seal, self._key(place), content, place.path)
        try:
            await obstore.put_async(self._store(), place.path, sealed)
        except _AWAY as failed:
            raise ArchiveAway from failed

    async def read(self, place: Place) -> AsyncIterator[bytes]:
        """The file, piece by piece. Raises `ContentGone` or `ArchiveAway` before the first one, else `SealBroken`."""
        try:
            found = await obstore.get_async(self._store(), place.path)
        except FileNotFoundError:
            raise ContentGone from None
        except _AWAY as failed:
            raise ArchiveAway from failed
        return sealing.opened(
            self._key(place), aiter(cast("Any", found.stream(min_chunk_size=_STREAMED))), place.path
        )

    async def delete(self, tenant: str, document_id: UUID) -> None:
        """Harmless when it is gone. Raises `ArchiveAway`."""
        try:
            await obstore.delete_async(self._store(), Place(tenant, document_id, b"").path)
        except FileNotFoundError:
            return
        except _AWAY as failed:
            raise ArchiveAway from failed

    async def delete_all(self, tenant: str) -> None:
        """All files of a tenant."""
        store = self._store()
        try:
            async for lines in obstore.list(store, prefix=f"{checked_key(tenant)}/"):
                for line in lines:
                    with contextlib.suppress(FileNotFoundError):
                        await obstore.delete_async(store, line["path"])
        except _AWAY as failed:
            raise ArchiveAway from failed

    def _key(self, place: Place) -> bytes:
        return sealing.unwrap(documents_key(self._settings), place.wrapped_key, place.tenant)

    def _store(self) -> ObjectStore:
        if self._opened is None:
            self._opened = _open(self._settings)
        return self._opened


def _open(settings: CasesSettings) -> ObjectStore:
    url = settings.documents_url
    if not url.startswith("s3://"):
        folder = Path(url.removeprefix("file://")).absolute()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return LocalStore(folder)
    given = {
        "endpoint": settings.documents_s3_endpoint,
        "region": settings.documents_s3_region,
        "access_key_id": settings.documents_s3_access_key,
        "secret_access_key": settings.documents_s3_secret_key,
    }
    plain = settings.documents_s3_endpoint.startswith("http://")
    options: Any = {"client_options": {"allow_http": True}} if plain else {}
    return S3Store.from_url(
        url, config=cast("Any", {name: value for name, value in given.items() if value}), **options
    )


def archive_of(session: AsyncSession) -> Archive:
    """The archive in the reach of a command."""
    return cast("Archive", session.info[ARCHIVE])
