"""What somebody is writing in a dossier: saved as she types or by a button, shown again when she comes back."""

from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

import msgspec
from litestar import MediaType, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.gateway.forms import Form, read_form
from services.gateway.marking import N_
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.contracts.drafts import DiscardDraft, DraftRef, DraftView, SaveDraft
from shared.db import uuid7
from shared.errors import Problem

_NEVER_KEPT = frozenset({"step_up_code"})


class Saved(msgspec.Struct, frozen=True):
    """What drafts.js is answered; an empty version is one that it keeps."""

    said: str
    version: int | None = None


async def drafts_of(visit: Visit, dossier_id: UUID) -> dict[str, DraftView]:
    """One's own drafts in this dossier by form; none when they cannot be had now."""
    if not visit.may(Permission.DOSSIER_WRITE):
        return {}
    found = await visit.services.ask_or(
        list[DraftView](), "cases", f"/dossiers/{dossier_id}/drafts", list[DraftView]
    )
    return {draft.form: draft for draft in found}


def begin(
    visit: Visit, drafts: dict[str, DraftView], name: str, values: dict[str, str] | None = None
) -> Form:
    """A blank form, or what was typed in it before."""
    form, draft = Form(visit, values), drafts.get(name)
    if draft is not None:
        form.draft_version, form.draft_at = draft.version, draft.saved_at
        for field, typed in draft.fields.items():
            form.lists[field] = typed
            form.values[field] = typed[-1] if typed else ""
    return form


async def begun(visit: Visit, dossier_id: UUID, name: str, values: dict[str, str] | None = None) -> Form:
    """The same, for a page that is one form."""
    return begin(visit, await drafts_of(visit, dossier_id), name, values)


async def sent(visit: Visit, form: Form, dossier_id: UUID, name: str) -> None:
    """After a form that its service does not know as a draft: throw the draft away. What fails may stay a while."""
    if not form.draft_version:
        return
    command = DiscardDraft(form=name)
    try:
        await visit.services.tell(
            "cases", f"/dossiers/{dossier_id}/drafts/discard", command, DraftRef, key=f"{form.key}-sent"
        )
    except Problem:
        return


@post("/dossiers/{dossier_id:uuid}/drafts/{name:str}", include_in_schema=False, status_code=HTTPStatus.OK)
async def save_draft(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    name: FromPath[str],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[Any]:
    form = await read_form(request, visit)
    kept = {field: typed for field, typed in form.lists.items() if field not in _NEVER_KEPT}
    by_itself = request.headers.get("X-Draft") == "true"
    try:
        saved = await visit.services.tell(
            "cases",
            f"/dossiers/{dossier_id}/drafts",
            SaveDraft(form=name, version=form.draft_version, fields=kept),
            DraftRef,
            key=str(uuid7()),
        )
    except Problem as problem:
        if problem.status in (HTTPStatus.NOT_FOUND, HTTPStatus.UNAUTHORIZED):
            raise
        said = visit.language.word_or(f"error.{problem.code}", visit.language.word("error.conflict"))
        if by_itself:
            return answer_draft(visit, said)
        form.problem = said
        return pages.show(
            "dossiers/draft_refused.html",
            visit,
            f=form,
            dossier_id=dossier_id,
            name=name,
            texts=[typed[-1] for typed in kept.values() if typed and typed[-1].strip()],
            status=HTTPStatus.CONFLICT,
        )
    if by_itself:
        return answer_draft(visit, version=saved.version, saved_at=saved.saved_at)
    return go_to(request, f"/dossiers/{dossier_id}", note="note.draft_saved")


@post("/dossiers/{dossier_id:uuid}/drafts/{name:str}/discard", include_in_schema=False)
async def discard_draft(
    request: AnyRequest, dossier_id: FromPath[UUID], name: FromPath[str], visit: NamedDependency[Visit]
) -> Response[str]:
    await read_form(request, visit)
    command = DiscardDraft(form=name)
    await visit.services.tell(
        "cases", f"/dossiers/{dossier_id}/drafts/discard", command, DraftRef, key=str(uuid7())
    )
    return go_to(request, f"/dossiers/{dossier_id}", note="note.draft_discarded")


def answer_draft(
    visit: Visit, said: str = "", *, version: int | None = None, saved_at: datetime | None = None
) -> Response[Any]:
    """What drafts.js is answered: when it was saved, or why not."""
    if saved_at is not None:
        said = visit.language.text(
            N_("Klad bewaard om %(time)s. Enkel u ziet ze."), time=visit.language.clock(saved_at)
        )
    status = HTTPStatus.CONFLICT if version is None else HTTPStatus.OK
    return Response(msgspec.json.encode(Saved(said, version)), media_type=MediaType.JSON, status_code=status)


ROUTES = [save_draft, discard_draft]
