"""Documents of a dossier: the list, a file in, a file out, withdrawing one; and the block on the dossier's page."""

from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from services.gateway.forms import Form, read_form
from services.gateway.pages import letters
from services.gateway.pages.dossier_sight import answer_out_of_sight, dossier_of, tell
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.client import ServedFile
from shared.contracts.cases import DossierView
from shared.contracts.documents import (
    DOCUMENT_KINDS,
    WITHDRAWAL_REASONS,
    AddDocument,
    DocumentLimits,
    DocumentRef,
    DossierPapers,
    WithdrawDocument,
)
from shared.errors import NotFound, Problem

_ON_THE_DOSSIER: Final = 4
_READ_AT_MOST: Final = 5
"""So many times the largest file is still read, to say kindly that it is too large and keep what was typed."""
_PIECE: Final = 64 * 1024
_PASSED_ON: Final = (
    "Content-Type",
    "Content-Length",
    "Content-Disposition",
    "X-Content-Type-Options",
    "Content-Security-Policy",
)


async def block(visit: Visit, dossier: DossierView) -> dict[str, Any]:
    """The newest papers, for the dossier's own page; it does without them while they cannot be had."""
    path = f"/dossiers/{dossier.dossier_id}/documents"
    found: DossierPapers | None = await visit.services.ask_or(None, "cases", path, DossierPapers)
    shown = (
        [each for each in found.documents if each.state != "withdrawn" and each.part in ("", "legal")]
        if found
        else []
    )
    return {"papers": found, "papers_shown": shown[:_ON_THE_DOSSIER]}


@get("/dossiers/{dossier_id:uuid}/papers", include_in_schema=False)
async def papers(
    dossier_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    dossier = await dossier_of(visit, dossier_id)
    found = await visit.services.ask("cases", f"/dossiers/{dossier_id}/documents", DossierPapers)
    staff = await visit.services.staff()
    return pages.show("documents/papers.html", visit, dossier=dossier, papers=found, staff=staff)


@get("/dossiers/{dossier_id:uuid}/papers/new", include_in_schema=False)
async def new_document(
    dossier_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    return await _upload_page(pages, visit, dossier_id, Form(visit, {"kind": "other"}))


@post("/dossiers/{dossier_id:uuid}/papers", include_in_schema=False, request_max_body_size=None)
async def add_document(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    limits = await visit.services.ask("cases", "/document-limits", DocumentLimits)
    length = request.headers.get("Content-Length", "")
    if not length.isdecimal() or int(length) > limits.max_bytes * _READ_AT_MOST:
        form = Form(visit, {"kind": "other"})
        form.error("file", "file_too_large")
        return await _upload_page(pages, visit, dossier_id, form, limits)
    form = await read_form(request, visit)
    file = form.files.get("file")
    if file is None:
        form.error("file", "file_missing")
    elif form.needs("kind"):
        head = AddDocument(name=file.filename[:500], kind=form.text("kind"), note=form.text("note"))
        path = f"/dossiers/{dossier_id}/documents"
        try:
            await visit.services.send_file("cases", path, head, _pieces(file), DocumentRef, key=form.key)
        except Problem as problem:
            if problem.status in (HTTPStatus.NOT_FOUND, HTTPStatus.UNAUTHORIZED):
                raise
            form.refused(problem)
        else:
            return go_to(request, f"/dossiers/{dossier_id}/papers", note="note.document_added")
    return await _upload_page(pages, visit, dossier_id, form, limits)


async def _pieces(file: UploadFile) -> AsyncIterator[bytes]:
    await file.seek(0)
    while piece := await file.read(_PIECE):
        yield piece


async def _upload_page(
    pages: Pages, visit: Visit, dossier_id: UUID, form: Form, limits: DocumentLimits | None = None
) -> Response[str]:
    dossier = await dossier_of(visit, dossier_id)
    if limits is None:
        limits = await visit.services.ask("cases", "/document-limits", DocumentLimits)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors or form.problem else HTTPStatus.OK
    return pages.show(
        "documents/new.html",
        visit,
        f=form,
        dossier=dossier,
        limits=limits,
        accepted=",".join(f".{extension}" for extension in limits.extensions),
        kinds=DOCUMENT_KINDS,
        status=status,
    )


@get("/dossiers/{dossier_id:uuid}/papers/{document_id:uuid}/withdraw", include_in_schema=False)
async def withdraw_page(
    dossier_id: FromPath[UUID],
    document_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    return await _withdraw_page(pages, visit, dossier_id, document_id, Form(visit))


@post("/dossiers/{dossier_id:uuid}/papers/{document_id:uuid}/withdraw", include_in_schema=False)
async def withdraw(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    document_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    if form.needs("reason"):
        command = WithdrawDocument(reason=form.text("reason"))
        if await tell(visit, form, f"/documents/{document_id}/withdraw", command, DocumentRef):
            return go_to(request, f"/dossiers/{dossier_id}/papers", note="note.document_withdrawn")
    return await _withdraw_page(pages, visit, dossier_id, document_id, form)


async def _withdraw_page(
    pages: Pages, visit: Visit, dossier_id: UUID, document_id: UUID, form: Form
) -> Response[str]:
    dossier = await dossier_of(visit, dossier_id)
    found = await visit.services.ask("cases", f"/dossiers/{dossier_id}/documents", DossierPapers)
    document = next((each for each in found.documents if each.document_id == document_id), None)
    if document is None:
        raise NotFound
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors or form.problem else HTTPStatus.OK
    return pages.show(
        "documents/withdraw.html",
        visit,
        f=form,
        dossier=dossier,
        document=document,
        reasons=WITHDRAWAL_REASONS,
        status=status,
    )


@get("/documents/{document_id:uuid}", include_in_schema=False)
async def document(document_id: FromPath[UUID], visit: NamedDependency[Visit]) -> Stream:
    """Always saved and never opened in place: it comes from outside."""
    return passed_on(await visit.services.open_file("cases", f"/documents/{document_id}/content"))


def passed_on(file: ServedFile) -> Stream:
    """The file as the service gives it, with the headers that keep it harmless."""
    headers = {name: file.headers[name] for name in _PASSED_ON if name in file.headers}
    return Stream(file.pieces(), headers=headers)


@get("/leaflets/{code:str}/{language:str}", include_in_schema=False)
async def leaflet(code: FromPath[str], language: FromPath[str], visit: NamedDependency[Visit]) -> Stream:
    return passed_on(
        await visit.services.open_file("cases", "/leaflets/content", code=code, language=language)
    )


@get("/dossiers/{dossier_id:uuid}/record/{kind:str}", include_in_schema=False)
async def dossier_record(
    dossier_id: FromPath[UUID], kind: FromPath[str], visit: NamedDependency[Visit]
) -> Stream:
    return passed_on(await visit.services.open_file("cases", f"/dossiers/{dossier_id}/record", kind=kind))


ROUTES: list[ControllerRouterHandler] = [
    Router(
        path="",
        route_handlers=[
            papers,
            new_document,
            add_document,
            withdraw_page,
            withdraw,
            document,
            leaflet,
            dossier_record,
            *letters.ROUTES,
        ],
        exception_handlers={Problem: answer_out_of_sight},
    )
]
