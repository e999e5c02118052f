"""The doors of papers. A file comes and goes as it is, so these doors hold more than one line."""

import base64
import binascii
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, HeaderParameter, JSONBody
from litestar.response import Stream
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.documents import commands, queries
from services.cases.documents.archive import Archive, ContentGone
from services.cases.documents.commands.files import Received, digest
from services.cases.documents.content import FileWrong, media_type_of, safe_name
from services.cases.documents.models import DocumentLost
from services.cases.documents.printing import pictured, printed
from services.cases.documents.sealing import SealBroken
from shared.app import Door
from shared.auth import Principal
from shared.contracts.configuration import SettingChange, Withdraw
from shared.contracts.documents import (
    AddDocument,
    DocumentLimits,
    DocumentRef,
    DossierPapers,
    GiveLeaflets,
    LeafletRef,
    LeafletsGiven,
    LeafletVersion,
    LetterPart,
    LetterPreview,
    LetterRef,
    LetterRules,
    SaveLeaflet,
    SendLetter,
    WithdrawDocument,
    WriteLetter,
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


# --- letters and leaflets --------------------------------------------------------------------------------------------


@get("/letter-templates", operation_id="letterRules")
async def letter_rules(door: NamedDependency[Door], dossier_id: FromQuery[UUID | None] = None) -> LetterRules:
    return await door.ask(queries.letter_rules, dossier_id)


@post("/dossiers/{dossier_id:uuid}/letters/preview", operation_id="previewLetter", status_code=200)
async def preview_letter(
    door: NamedDependency[Door], dossier_id: DossierId, data: JSONBody[WriteLetter]
) -> LetterPreview:
    composed = await door.ask(commands.compose_letter, data, dossier_id)
    pictures = await pictured([each.data for each in composed.parts], at=datetime.now(UTC))
    return LetterPreview(
        parts=[
            LetterPart(part=each.part, language=each.language, pages=pages)
            for each, pages in zip(composed.parts, pictures, strict=True)
        ]
    )


@post("/dossiers/{dossier_id:uuid}/letters", operation_id="keepLetter")
async def keep_letter(
    door: NamedDependency[Door],
    archive: NamedDependency[Archive],
    dossier_id: DossierId,
    data: JSONBody[WriteLetter],
) -> LetterRef:
    """Printed and stored first, then written down, as with every file."""
    composed = await door.ask(commands.compose_letter, data, dossier_id)
    kept = []
    pdfs = await printed([each.data for each in composed.parts], at=datetime.now(UTC))
    for each, pdf in zip(composed.parts, pdfs, strict=True):
        place = await door.ask(commands.announce_letter, dossier_id)
        await archive.put(place, pdf)
        name = safe_name(each.name)
        kept.append(Received(place.document_id, name, "application/pdf", len(pdf), digest(pdf)))

    async def keep_letter(
        session: AsyncSession, principal: Principal, command: WriteLetter, *extra: Any, now: datetime
    ) -> LetterRef:
        return await commands.keep_letter(session, principal, command, dossier_id, composed, kept, now=now)

    return await door.do(keep_letter, data, dossier_id)


@post("/letters/{letter_id:uuid}/send", operation_id="sendLetter", status_code=200)
async def send_letter(
    door: NamedDependency[Door], letter_id: FromPath[UUID], data: JSONBody[SendLetter]
) -> LetterRef:
    return await door.do(commands.send_letter, data, letter_id)


@post("/dossiers/{dossier_id:uuid}/leaflets", operation_id="giveLeaflets")
async def give_leaflets(
    door: NamedDependency[Door], dossier_id: DossierId, data: JSONBody[GiveLeaflets]
) -> LeafletsGiven:
    return await door.do(commands.give_leaflets, data, dossier_id)


@get("/leaflets", operation_id="leafletVersions")
async def leaflet_versions(door: NamedDependency[Door]) -> list[LeafletVersion]:
    return await door.ask(queries.leaflet_versions)


@get("/leaflet-changes", operation_id="leafletChanges")
async def leaflet_changes(door: NamedDependency[Door]) -> list[SettingChange]:
    return await door.ask(queries.leaflet_changes)


@post("/leaflet-preview", operation_id="previewLeaflet", status_code=200)
async def preview_leaflet(door: NamedDependency[Door], data: JSONBody[SaveLeaflet]) -> LetterPreview:
    """The pages in every language as pictures; nothing is kept."""
    composed = await door.ask(commands.compose_leaflet, data)
    pictures = await pictured([each for _, each in composed], at=datetime.now(UTC))
    return LetterPreview(
        parts=[
            LetterPart(part="leaflet", language=language, pages=pages)
            for (language, _), pages in zip(composed, pictures, strict=True)
        ]
    )


@post("/leaflets/{code:str}", operation_id="saveLeaflet")
async def save_leaflet(
    door: NamedDependency[Door], code: FromPath[str], data: JSONBody[SaveLeaflet]
) -> LeafletRef:
    return await door.do(commands.save_leaflet, data, code)


@post("/leaflets/{code:str}/withdraw", operation_id="withdrawLeaflet", status_code=200)
async def withdraw_leaflet(
    door: NamedDependency[Door], code: FromPath[str], data: JSONBody[Withdraw]
) -> LeafletRef:
    return await door.do(commands.withdraw_leaflet, data, code)


@get("/leaflets/content", operation_id="leafletContent")
async def leaflet_content(
    door: NamedDependency[Door], code: FromQuery[str], language: FromQuery[str]
) -> Response[bytes]:
    """A leaflet as PDF, with the tenant's own name and number on it."""
    data = await door.ask(queries.leaflet_data, code, language)
    (pdf,) = await printed([data], at=datetime.now(UTC))
    name = safe_name(f"{data['title']} ({language}).pdf")
    return Response(pdf, headers=file_headers(name, "application/pdf", len(pdf)))


@get("/dossiers/{dossier_id:uuid}/record", operation_id="dossierRecord")
async def dossier_record(
    door: NamedDependency[Door], dossier_id: DossierId, kind: FromQuery[str] = "call_out_report"
) -> Response[bytes]:
    """A sheet of `PAPERS` as PDF; made anew each time, nothing is kept."""
    data = await door.ask(queries.record_data, dossier_id, kind)
    (pdf,) = await printed([data], at=datetime.now(UTC))
    return Response(pdf, headers=file_headers(safe_name(f"{data['title']}.pdf"), "application/pdf", len(pdf)))


ROUTES = [
    dossier_record,
    letter_rules,
    preview_letter,
    keep_letter,
    send_letter,
    give_leaflets,
    leaflet_versions,
    leaflet_changes,
    preview_leaflet,
    save_leaflet,
    withdraw_leaflet,
    leaflet_content,
    document_limits,
    dossier_papers,
    add_document,
    document_content,
    withdraw_document,
]
