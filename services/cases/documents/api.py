"""The doors of papers. A file comes and goes as it is, so these doors hold more than one line."""

import base64
import binascii
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

import msgspec
from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter, JSONBody
from litestar.response import Stream
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.documents import commands, queries
from services.cases.documents.archive import Archive, ContentGone
from services.cases.documents.commands.files import Received, digest
from services.cases.documents.content import FileWrong, media_type_of, safe_name
from services.cases.documents.models import DocumentLost
from services.cases.documents.sealing import SealBroken
from shared.app import Door
from shared.auth import Principal
from shared.contracts.documents import (
    AddDocument,
    DocumentLimits,
    DocumentRef,
    DossierPapers,
    WithdrawDocument,
)
from shared.errors import Invalid

DossierId = FromPath[UUID]
HeadOfDocument = Annotated[str, HeaderParameter(name="X-Document")]
_DRAINED = 5


@get("/document-limits", operation_id="documentLimits")
async def document_limits(door: NamedDependency[Door]) -> DocumentLimits:
    return await door.ask(queries.document_limits)


@get("/dossiers/{dossier_id:uuid}/documents", operation_id="dossierPapers")
async def dossier_papers(door: NamedDependency[Door], dossier_id: DossierId) -> DossierPapers:
    return await door.ask(queries.dossier_papers, dossier_id)


@post(
    "/dossiers/{dossier_id:uuid}/documents",
    operation_id="addDocument",
    request_max_body_size=None,
    description="The body is the file; its head stands in the header `X-Document`.",
)
async def add_document(
    request: Request[Any, Any, Any],
    door: NamedDependency[Door],
    archive: NamedDependency[Archive],
    dossier_id: DossierId,
    head: HeadOfDocument,
) -> DocumentRef:
    """Asked first, then read, then looked at, then stored, and at last written down: half of it is nothing."""
    command = _command(head)
    place = await door.ask(commands.announce_document, dossier_id)
    async with archive.receiving:
        content = await _body(request, archive.max_bytes)
        name = safe_name(command.name)
        received = Received(
            place.document_id, name, media_type_of(name, content), len(content), digest(content)
        )
        await archive.put(place, content)

    async def add_document(
        session: AsyncSession, principal: Principal, command: AddDocument, *extra: Any, now: datetime
    ) -> DocumentRef:
        return await commands.add_document(session, principal, command, dossier_id, received, now=now)

    # the hash stands for the file in what the key is compared with; the place is another at each try
    return await door.do(add_document, command, dossier_id, received.sha256)


def _command(head: str) -> AddDocument:
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(head + "=="), type=AddDocument)
    except (binascii.Error, ValueError, msgspec.DecodeError):
        raise Invalid({"file": "required"}) from None


async def _body(request: Request[Any, Any, Any], most: int) -> bytes:
    """The file. One that is too large is read to its end and thrown away, so that the sender hears why."""
    content, size = bytearray(), 0
    async for part in request.stream():
        size += len(part)
        if size <= most:
            content += part
        elif size > most * _DRAINED:
            break
        else:
            content.clear()
    if size > most:
        raise FileWrong("file_too_large", most=str(most))
    return bytes(content)


@get("/documents/{document_id:uuid}/content", operation_id="documentContent")
async def document_content(
    door: NamedDependency[Door], archive: NamedDependency[Archive], document_id: FromPath[UUID]
) -> Stream:
    """Never shown in place: a file from somebody else is saved, not run."""
    readable = await door.ask(queries.document_content, document_id)
    try:
        pieces = await archive.read(readable.place)
        first = await anext(pieces)
    except (ContentGone, SealBroken):
        raise DocumentLost from None
    return Stream(
        _with_first(first, pieces),
        headers=file_headers(readable.name, readable.media_type, readable.size),
    )


async def _with_first(first: bytes, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in pieces:
        yield piece


def file_headers(name: str, media_type: str, size: int) -> dict[str, str]:
    """What makes a browser save a file and nothing else."""
    plain = "".join(sign if sign.isascii() and sign not in '"\\' else "_" for sign in name)
    return {
        "Content-Type": media_type,
        "Content-Length": str(size),
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "no-store",
    }


@post("/documents/{document_id:uuid}/withdraw", operation_id="withdrawDocument", status_code=200)
async def withdraw_document(
    door: NamedDependency[Door], document_id: FromPath[UUID], data: JSONBody[WithdrawDocument]
) -> DocumentRef:
    return await door.do(commands.withdraw_document, data, document_id)


ROUTES = [document_limits, dossier_papers, add_document, document_content, withdraw_document]
