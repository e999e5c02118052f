"""A worry from the neighbourhood to the SPoT (S50): the inspector's short form, and the list of the team."""

import asyncio
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from services.gateway.forms import Form, read_form, told
from services.gateway.pages.dossier_drafts import answer_draft
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.contracts.cases import DossierPage
from shared.contracts.own_hours import OnDutyNow
from shared.contracts.worries import (
    CONSENTS,
    LONGEST_TEXT,
    NOT_TAKEN_UP_REASONS,
    REPORT_DUTIES,
    URGENCIES,
    WORRY_REASONS,
    CloseWorry,
    LinkDossier,
    OwnWorry,
    OwnWorryLine,
    RefuseWorry,
    ReportWorry,
    SaveWorryDraft,
    TakeUpWorry,
    WorryDraft,
    WorryLine,
    WorryRef,
    WorryView,
)
from shared.db import uuid7
from shared.errors import Problem

_WRONG: Final = HTTPStatus.UNPROCESSABLE_ENTITY
_DRAFT: Final = "/worries/draft"
_SHOWN: Final = ("open", "done")
_MOST_REASONS: Final = 5


@get("/worries", include_in_schema=False)
async def worries_page(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    show: FromQuery[str] = "open",
) -> Response[str]:
    """The list of the SPoT; who only reports has his own."""
    if not visit.may(Permission.WORRY_HANDLE):
        visit.who.require(Permission.WORRY_REPORT)
        return go_to(request, "/worries/own")
    chosen = show if show in _SHOWN else _SHOWN[0]
    lines, staff = await asyncio.gather(
        visit.services.ask("referrals", "/worries", list[WorryLine], show=chosen), visit.services.staff()
    )
    return pages.show("worries/list.html", visit, lines=lines, staff=staff, chosen=chosen, shown=_SHOWN)


@get("/worries/own", include_in_schema=False)
async def own_worries(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    lines, draft = await asyncio.gather(
        visit.services.ask("referrals", "/worries/own", list[OwnWorryLine]), _draft(visit)
    )
    return pages.show("worries/own.html", visit, lines=lines, draft=draft)


@get("/worries/new", include_in_schema=False)
async def new_worry(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    visit.who.require(Permission.WORRY_REPORT)
    form, draft = Form(visit), await _draft(visit)
    form.draft_version, form.draft_at = draft.version, draft.saved_at
    for name, typed in draft.fields.items():
        form.lists[name] = typed
        form.values[name] = typed[-1] if typed else ""
    return _show_new(pages, visit, form)


@post("/worries", include_in_schema=False)
async def report_worry(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    form = await read_form(request, visit)
    if len(form.lists["reasons"]) > _MOST_REASONS:
        form.error("reasons", "five_at_most")
    if len(form.text("text")) > LONGEST_TEXT:
        form.error("text", "too_long")
    if form.needs("reasons", "place", "urgency", "consent", "report_duty", of="worry"):
        command = ReportWorry(
            reasons=form.lists["reasons"],
            **{
                name: form.text(name)
                for name in ("place", "urgency", "consent", "report_duty", "who", "contact", "text")
            },
        )
        if await told(visit, form, "referrals", "/worries", command, WorryRef):
            return go_to(request, "/worries/own", note="note.worry_reported")
    return _show_new(pages, visit, form, status=_WRONG)


@post(_DRAFT, include_in_schema=False, status_code=HTTPStatus.OK)
async def save_draft(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[Any]:
    """Saved as he types, or by the button; a refusal keeps what stands in the form."""
    form = await read_form(request, visit)
    by_itself = request.headers.get("X-Draft") == "true"
    command = SaveWorryDraft(version=form.draft_version, fields=dict(form.lists))
    try:
        saved = await visit.services.tell("referrals", _DRAFT, command, WorryDraft, key=str(uuid7()))
    except Problem as problem:
        said = visit.language.word_or(f"error.{problem.code}", visit.language.word("error.conflict"))
        if by_itself:
            return answer_draft(visit, said)
        form.problem = said
        return _show_new(pages, visit, form, status=HTTPStatus.CONFLICT)
    if by_itself:
        return answer_draft(visit, version=saved.version, saved_at=saved.saved_at)
    return go_to(request, "/worries/own", note="note.draft_saved")


@post(f"{_DRAFT}/discard", include_in_schema=False)
async def discard_draft(request: AnyRequest, visit: NamedDependency[Visit]) -> Response[str]:
    await read_form(request, visit)
    await visit.services.tell("referrals", f"{_DRAFT}/discard", None, WorryDraft, key=str(uuid7()))
    return go_to(request, "/worries/own", note="note.draft_discarded")


@get("/worries/own/{worry_id:uuid}", include_in_schema=False)
async def own_worry(
    worry_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    worry = await visit.services.ask("referrals", f"/worries/own/{worry_id}", OwnWorry)
    return pages.show("worries/own_worry.html", visit, worry=worry, act=Form(visit))


@post("/worries/own/{worry_id:uuid}/report-done", include_in_schema=False)
async def say_report_done(
    request: AnyRequest, worry_id: FromPath[UUID], visit: NamedDependency[Visit]
) -> Response[str]:
    form = await read_form(request, visit)
    path = f"/worries/own/{worry_id}"
    await visit.services.tell("referrals", f"{path}/report-done", None, WorryRef, key=form.key)
    return go_to(request, path, note="note.worry_report_done")


# --- for the SPoT ----------------------------------------------------------------------------------------------------


@get("/worries/{worry_id:uuid}", include_in_schema=False)
async def show_worry(
    worry_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    return await _show(pages, visit, worry_id, Form(visit))


@post("/worries/{worry_id:uuid}/take-up", include_in_schema=False)
async def take_up(
    request: AnyRequest,
    worry_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    if await told(visit, form, "referrals", f"/worries/{worry_id}/take-up", TakeUpWorry(), WorryRef):
        return go_to(request, f"/worries/{worry_id}", note="note.worry_taken_up")
    return await _show(pages, visit, worry_id, form, status=_WRONG)


@post("/worries/{worry_id:uuid}/not-taken-up", include_in_schema=False)
async def do_not_take_up(
    request: AnyRequest,
    worry_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    path, command = f"/worries/{worry_id}/not-taken-up", RefuseWorry(reason=form.text("reason"))
    if not form.needs("reason"):
        return await _show(pages, visit, worry_id, form, status=_WRONG)
    if await told(visit, form, "referrals", path, command, WorryRef):
        return go_to(request, f"/worries/{worry_id}", note="note.worry_not_taken_up")
    return await _show(pages, visit, worry_id, form, status=_WRONG)


@post("/worries/{worry_id:uuid}/dossier", include_in_schema=False)
async def link_dossier(
    request: AnyRequest,
    worry_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    dossier_id = form.uuid("dossier_id")
    if form.needs("dossier_id") and dossier_id:
        command, path = LinkDossier(dossier_id=dossier_id), f"/worries/{worry_id}/dossier"
        if await told(visit, form, "referrals", path, command, WorryRef):
            return go_to(request, f"/worries/{worry_id}", note="note.worry_linked")
    return await _show(pages, visit, worry_id, form, status=_WRONG)


@post("/worries/{worry_id:uuid}/close", include_in_schema=False)
async def close_worry(
    request: AnyRequest,
    worry_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    if await told(visit, form, "referrals", f"/worries/{worry_id}/close", CloseWorry(), WorryRef):
        return go_to(request, f"/worries/{worry_id}", note="note.worry_closed")
    return await _show(pages, visit, worry_id, form, status=_WRONG)


async def worry_for_dossier(visit: Visit, worry_id: UUID | None) -> dict[str, str]:
    """What a dossier that is opened for a worry begins with; nothing when it may not be seen."""
    if worry_id is None:
        return {}
    try:
        worry = await visit.services.ask("referrals", f"/worries/{worry_id}", WorryView)
    except Problem:
        return {}
    return {"worry": str(worry_id), "place": worry.place, "summary": worry.text}


async def link_opened(visit: Visit, worry_id: UUID | None, dossier_id: UUID, key: str) -> None:
    """The dossier that was opened for a worry is the one that it is followed in."""
    if worry_id is not None:
        command = LinkDossier(dossier_id=dossier_id)
        path = f"/worries/{worry_id}/dossier"
        await visit.services.tell("referrals", path, command, WorryRef, key=f"{key}-worry")


async def _draft(visit: Visit) -> WorryDraft:
    nothing = WorryDraft(version=0, saved_at=None, fields={})
    return await visit.services.ask_or(nothing, "referrals", _DRAFT, WorryDraft)


def _show_new(pages: Pages, visit: Visit, form: Form, status: HTTPStatus = HTTPStatus.OK) -> Response[str]:
    return pages.show(
        "worries/new.html",
        visit,
        f=form,
        status=status,
        reasons=WORRY_REASONS,
        urgencies=URGENCIES,
        consents=CONSENTS,
        duties=REPORT_DUTIES,
        longest=LONGEST_TEXT,
    )


async def _show(
    pages: Pages, visit: Visit, worry_id: UUID, form: Form, status: HTTPStatus = HTTPStatus.OK
) -> Response[str]:
    worry, staff, duty = await asyncio.gather(
        visit.services.ask("referrals", f"/worries/{worry_id}", WorryView),
        visit.services.staff(),
        visit.services.ask_or(OnDutyNow(users=[]), "rostering", "/own-hours/on-duty", OnDutyNow),
    )
    mine = DossierPage(lines=[], count=0)
    if worry.state == "taken_up" and worry.dossier_id is None:
        mine = await visit.services.ask_or(mine, "cases", "/dossiers", DossierPage, state="open")
    return pages.show(
        "worries/worry.html",
        visit,
        worry=worry,
        works_now=worry.reported_by in duty.users,
        staff=staff,
        f=form,
        status=status,
        dossiers=[(str(each.dossier_id), f"{each.number} · {each.title}") for each in mine.lines],
        refusals=NOT_TAKEN_UP_REASONS,
    )


ROUTES = [
    worries_page, own_worries, new_worry, report_worry, save_draft, discard_draft, own_worry, say_report_done,
    show_worry, take_up, do_not_take_up, link_dossier, close_worry,
]  # fmt: skip
