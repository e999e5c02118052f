"""A tenant's files go along when it leaves: readable in its export, gone after its removal."""

from pathlib import Path

from sqlalchemy import select

from services.cases.documents.archive import Archive, ContentGone, Place
from services.cases.documents.models import Document, DocumentKey
from shared.db import Database, transaction


class TenantDocuments:
    """Cases' part of `shared.lifecycle.Belongings`."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    async def export(self, database: Database, tenant: str, folder: Path) -> None:
        """Each file that can be had, in the clear, under its id and name."""
        async with transaction(database, tenant) as session:
            key = await session.scalar(select(DocumentKey.wrapped))
            rows = list(
                await session.execute(select(Document.id, Document.name).where(Document.state == "kept"))
            )
        if key is None:
            return
        target = folder / "documents"
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
        for document_id, name in rows:
            try:
                pieces = await self._archive.read(Place(tenant, document_id, key))
            except ContentGone:
                continue
            with (target / f"{document_id} {name}").open("wb") as file:
                async for piece in pieces:
                    file.write(piece)

    async def remove(self, tenant: str) -> None:
        await self._archive.delete_all(tenant)
