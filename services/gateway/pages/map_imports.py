"""Files of others on their way into the social map: the list, a new one, its preview, how far it is, its report."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Stream

from services.gateway.forms import Form, read_form, told
from services.gateway.language import Language
from services.gateway.marking import N_
from services.gateway.pages.statistics_export import harmless
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.contracts.map_imports import (
    ImportDetail,
    ImportList,
    ImportRef,
    ImportRow,
    ImportRows,
    ImportStep,
    ShippedContent,
    StartImport,
)
from shared.errors import Problem

_PAGE: Final = "/social-map/imports"
_WRONG: Final = HTTPStatus.UNPROCESSABLE_ENTITY
_MOST_MEGABYTES: Final = 25
_MOST_MAPPING: Final = 500_000
_READ_AT_MOST: Final = 5 * _MOST_MEGABYTES * 1_000_000
_PIECE: Final = 64 * 1024
_SHOWN: Final = 200
_EDITORS: Final = "editorial_office"
_HEADS: Final = (
    N_("Bestand"),
    N_("Rij"),
    N_("Wat ermee gebeurde"),
    N_("Soort"),
    N_("Naam"),
    N_("Reden"),
    N_("Nummer van de fiche"),
)


@get(_PAGE, include_in_schema=False)
async def imports_page(
    visit: NamedDependency[Visit], pages: NamedDependency[Pages], after: FromQuery[str] = ""
) -> Response[str]:
    visit.who.require(Permission.SOCIAL_MAP_EDIT)
    found, staff = await asyncio.gather(
        visit.services.ask("referrals", _PAGE, ImportList, after=after), visit.services.staff()
    )
    return pages.show(
        "map_imports/list.html",
        visit,
        imports=found,
        staff=staff,
        f=Form(visit),
        brings=visit.who.tenant_kind == _EDITORS,
    )


@post(f"{_PAGE}/shipped", include_in_schema=False)
async def bring_in_shipped(request: AnyRequest, visit: NamedDependency[Visit]) -> Response[str]:
    """What comes along with the product, for the editorial office."""
    form = await read_form(request, visit)
    await visit.services.tell("referrals", "/social-map/shipped-content", None, ShippedContent, key=form.key)
    return go_to(request, _PAGE, note="note.shipped_brought_in")


@get(f"{_PAGE}/new", include_in_schema=False)
async def new_import_page(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    visit.who.require(Permission.SOCIAL_MAP_EDIT)
    return _new(pages, visit, Form(visit))


@post(_PAGE, include_in_schema=False, request_max_body_size=None)
async def start_import(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    visit.who.require(Permission.SOCIAL_MAP_EDIT)
    length = request.headers.get("Content-Length", "")
    if not length.isdecimal() or int(length) > _READ_AT_MOST:
        form = Form(visit)
        form.error("file", "file_too_large")
        return _new(pages, visit, form)
    form = await read_form(request, visit)
    file, mapping = form.files.get("file"), form.files.get("mapping")
    if file is None:
        form.error("file", "file_missing")
    rules = b"" if mapping is None else await mapping.read(_MOST_MAPPING + 1)
    if len(rules) > _MOST_MAPPING:
        form.error("mapping", "mapping_wrong")
    if form.needs("source") and file is not None:
        head = StartImport(form.text("source"), file.filename[:200], len(rules))

        async def pieces() -> AsyncIterator[bytes]:
            yield rules
            await file.seek(0)
            while piece := await file.read(_PIECE):
                yield piece

        try:
            ref = await visit.services.send_file("referrals", _PAGE, head, pieces(), ImportRef, key=form.key)
        except Problem as problem:
            if problem.status == HTTPStatus.UNAUTHORIZED:
                raise
            form.refused(problem)
        else:
            return go_to(request, f"{_PAGE}/{ref.import_id}")
    return _new(pages, visit, form)


def _new(pages: Pages, visit: Visit, form: Form) -> Response[str]:
    status = _WRONG if form.errors or form.problem else HTTPStatus.OK
    return pages.show("map_imports/new.html", visit, f=form, most=_MOST_MEGABYTES, status=status)


@get(f"{_PAGE}/{{import_id:uuid}}", include_in_schema=False)
async def import_page(
    visit: NamedDependency[Visit], pages: NamedDependency[Pages], import_id: FromPath[UUID]
) -> Response[str]:
    visit.who.require(Permission.SOCIAL_MAP_EDIT)
    return await _one(pages, visit, import_id, Form(visit))


@get(f"{_PAGE}/{{import_id:uuid}}/state", include_in_schema=False)
async def import_state(
    visit: NamedDependency[Visit], pages: NamedDependency[Pages], import_id: FromPath[UUID]
) -> Response[str]:
    """What is inside the live part of the page: how far it is, or what it found."""
    visit.who.require(Permission.SOCIAL_MAP_EDIT)
    return await _one(pages, visit, import_id, Form(visit), template="map_imports/_state.html")


@post(f"{_PAGE}/{{import_id:uuid}}/confirm", include_in_schema=False)
async def confirm_import(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    import_id: FromPath[UUID],
) -> Response[str]:
    return await _step(request, visit, pages, import_id, "confirm", "note.import_confirmed")


@post(f"{_PAGE}/{{import_id:uuid}}/cancel", include_in_schema=False)
async def cancel_import(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    import_id: FromPath[UUID],
) -> Response[str]:
    return await _step(request, visit, pages, import_id, "cancel", "note.import_cancelled")


async def _step(
    request: AnyRequest, visit: Visit, pages: Pages, import_id: UUID, step: str, note: str
) -> Response[str]:
    form = await read_form(request, visit)
    command = ImportStep(form.number("version") or 0)
    if await told(visit, form, "referrals", f"{_PAGE}/{import_id}/{step}", command, ImportRef):
        return go_to(request, f"{_PAGE}/{import_id}", note=note)
    return await _one(pages, visit, import_id, form)


async def _one(
    pages: Pages, visit: Visit, import_id: UUID, form: Form, *, template: str = "map_imports/one.html"
) -> Response[str]:
    found, rows, staff = await asyncio.gather(
        visit.services.ask("referrals", f"{_PAGE}/{import_id}", ImportDetail),
        visit.services.ask("referrals", f"{_PAGE}/{import_id}/rows", ImportRows, show="remarked"),
        visit.services.staff(),
    )
    status = _WRONG if form.errors or form.problem else HTTPStatus.OK
    return pages.show(
        template,
        visit,
        f=form,
        found=found,
        one=found.summary,
        rows_of=rows.items[:_SHOWN],
        cut=bool(rows.more) or len(rows.items) > _SHOWN,
        reason=lambda each: reason_of(visit.language, each),
        staff=staff,
        status=status,
    )


def reason_of(language: Language, said: str) -> str:
    """A reason in words, with the field that it is about as the file calls it."""
    code, _, field = said.partition(":")
    text = language.word_or(f"import_reason.{code}", language.word("import_reason.other"))
    return f"{text} ({field})" if field else text


@get(f"{_PAGE}/{{import_id:uuid}}/report", include_in_schema=False)
async def report(visit: NamedDependency[Visit], import_id: FromPath[UUID]) -> Stream:
    """Every row of the file and what became of it, as CSV for Belgian Excel."""
    visit.who.require(Permission.SOCIAL_MAP_EDIT)
    first = await visit.services.ask("referrals", f"{_PAGE}/{import_id}/rows", ImportRows)
    return Stream(
        _report(visit, import_id, first),
        headers={
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": f'attachment; filename="import-{import_id}.csv"',
            "Cache-Control": "no-store",
        },
    )


async def _report(visit: Visit, import_id: UUID, found: ImportRows) -> AsyncIterator[bytes]:
    language = visit.language
    yield "\ufeff".encode() + _lines([[language.text(head) for head in _HEADS]])
    while True:
        yield _lines([_cells(language, row) for row in found.items])
        if not found.more:
            return
        found = await visit.services.ask(
            "referrals", f"{_PAGE}/{import_id}/rows", ImportRows, start=str(found.more)
        )


def _cells(language: Language, row: ImportRow) -> list[str]:
    return [
        row.file,
        row.place,
        language.word(f"import_outcome.{row.outcome}"),
        language.word(f"map_kind.{row.kind}") if row.kind else "",
        row.name,
        "; ".join(reason_of(language, each) for each in row.reasons),
        str(row.entry_id or ""),
    ]


def _lines(rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows(
        [str(harmless(cell)) for cell in row] for row in rows
    )
    return out.getvalue().encode()


ROUTES = [
    imports_page,
    bring_in_shipped,
    new_import_page,
    start_import,
    import_page,
    import_state,
    confirm_import,
    cancel_import,
    report,
]
