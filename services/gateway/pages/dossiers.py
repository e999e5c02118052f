"""Dossiers: the list, the search, opening one, and the page of one with its persons, tasks and timeline."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler

from services.gateway.forms import Form, read_form
from services.gateway.language import BRUSSELS
from services.gateway.pages import (
    dossier_access,
    dossier_blocks,
    dossier_drafts,
    dossier_person,
    dossier_persons,
    dossier_tasks,
    dossier_work,
    safe_contact,
)
from services.gateway.pages.dossier_kinds import is_social, kind_to_open, types_to_open
from services.gateway.pages.dossier_sight import answer_out_of_sight, dossier_of
from services.gateway.pages.timeline import FILTERS, Reader, counts, items, why_sentence
from services.gateway.pages.worries import link_opened, worry_for_dossier
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.contracts.cases import (
    CAPACITIES,
    DossierPage,
    DossierRef,
    DossierView,
    EntryPage,
    OpenDossier,
    SearchDossiers,
)
from shared.contracts.drafts import DossierVisit
from shared.contracts.identity import Team
from shared.errors import Problem

STATES: Final = ("open", "closed", "all")


@dataclass(frozen=True)
class Wanted:
    """What of the timeline: kind of line, capacity that was spoken in, and since when a line is new."""

    show: str = "all"
    capacity: str = ""
    since: datetime | None = None


ENTRY_KINDS: Final = ("note", "contact", "practical_help")
_FOUND_BY_HAND: Final = ("victim_care", "practical_help", "investigation")
"""The capacities that are spoken in here; staff care has its own files."""


@get("/dossiers", include_in_schema=False)
async def dossiers(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    show: FromQuery[str] = "open",
    after: FromQuery[str] = "",
) -> Response[str]:
    chosen = show if show in STATES else STATES[0]
    state = None if chosen == "all" else chosen
    page, staff = await asyncio.gather(
        visit.services.ask("cases", "/dossiers", DossierPage, state=state, after=after),
        visit.services.staff(),
    )
    more = request.headers.get("HX-Request") == "true" and bool(after)
    template = "dossiers/_lines.html" if more else "dossiers/list.html"
    return pages.show(template, visit, page=page, staff=staff, chosen=chosen, states=STATES, today=_today())


@get("/search", include_in_schema=False)
async def search_page(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    return pages.show("dossiers/search.html", visit, f=Form(visit), page=None, today=_today())


@post("/search", include_in_schema=False, status_code=HTTPStatus.OK)
async def search(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    """The words of a search stand in the form and never in an address, where logs and histories would keep them."""
    form = await read_form(request, visit)
    page, staff = None, await visit.services.staff()
    if form.needs("q"):
        try:
            wish = SearchDossiers(search=form.text("q"), after=form.text("after"))
            page = await visit.services.tell("cases", "/dossiers/search", wish, DossierPage, key=form.key)
        except Problem as problem:
            if "search" not in problem.fields:
                raise
            form.error("q", problem.fields["search"])
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return pages.show(
        "dossiers/search.html", visit, f=form, page=page, staff=staff, today=_today(), status=status
    )


@get("/dossiers/new", include_in_schema=False)
async def new_dossier(
    visit: NamedDependency[Visit], pages: NamedDependency[Pages], worry: FromQuery[UUID | None] = None
) -> Response[str]:
    form = Form(visit, await worry_for_dossier(visit, worry))
    return pages.show(
        "dossiers/new.html", visit, f=form, incident_types=types_to_open(visit), social=is_social(visit)
    )


@post("/dossiers", include_in_schema=False)
async def open_dossier(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    form = await read_form(request, visit)
    if form.needs("incident_type"):
        command = OpenDossier(
            kind=kind_to_open(visit),
            incident_type=form.text("incident_type"),
            summary=form.text("summary"),
            place=form.text("place"),
            pv_number=form.text("pv_number"),
        )
        try:
            opened = await visit.services.tell("cases", "/dossiers", command, DossierRef, key=form.key)
        except Problem as problem:
            form.refused(problem)
        else:
            await link_opened(visit, form.uuid("worry"), opened.dossier_id, form.key)
            return go_to(request, f"/dossiers/{opened.dossier_id}", note="note.dossier_opened")
    return pages.show(
        "dossiers/new.html",
        visit,
        f=form,
        incident_types=types_to_open(visit),
        social=is_social(visit),
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
    )


@get("/dossiers/{dossier_id:uuid}", include_in_schema=False)
async def show_dossier(
    dossier_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    show: FromQuery[str] = "all",
    capacity: FromQuery[str] = "",
) -> Response[str]:
    dossier, drafts, visited = await asyncio.gather(
        dossier_of(visit, dossier_id),
        dossier_drafts.drafts_of(visit, dossier_id),
        visit.services.look(DossierVisit(), "cases", f"/dossiers/{dossier_id}/visits", DossierVisit),
    )
    form = dossier_drafts.begin(
        visit, drafts, "entry", {"kind": "note", "capacity": capacities_of(dossier)[0]}
    )
    wanted = Wanted(show, capacity, visited.before)
    return await show_page(pages, visit, dossier, form, wanted)


@get("/dossiers/{dossier_id:uuid}/timeline", include_in_schema=False)
async def older_entries(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    before: FromQuery[str],
    show: FromQuery[str] = "all",
    capacity: FromQuery[str] = "",
) -> Response[str]:
    """What is older than the page shows: below it, or as a page of its own without JavaScript."""
    dossier, page, staff = await asyncio.gather(
        dossier_of(visit, dossier_id),
        visit.services.ask("cases", f"/dossiers/{dossier_id}/entries", EntryPage, before=before),
        visit.services.staff(),
    )
    fragment = request.headers.get("HX-Request") == "true"
    return pages.show(
        "dossiers/_older.html" if fragment else "dossiers/older.html",
        visit,
        dossier=dossier,
        items=items(
            page.entries,
            show,
            language=visit.language,
            staff=staff,
            capacity=capacity,
            persons=dossier.persons,
        ),
        older=_older(dossier_id, page.next_before, show, capacity),
        shown=len(page.entries),
    )


def _older(dossier_id: UUID, before: str, show: str, capacity: str) -> str:
    """The address of what comes after this part of the timeline, if anything does."""
    if not before:
        return ""
    return (
        f"/dossiers/{dossier_id}/timeline?{urlencode({'before': before, 'show': show, 'capacity': capacity})}"
    )


@get("/dossiers/{dossier_id:uuid}/live", include_in_schema=False)
async def dossier_now(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    show: FromQuery[str] = "all",
    capacity: FromQuery[str] = "",
    since: FromQuery[datetime | None] = None,
) -> Response[str]:
    """What changed elsewhere: timeline, persons and tasks, never the form in which somebody writes."""
    dossier = await dossier_of(visit, dossier_id)
    return pages.show(
        "dossiers/_live.html", visit, **await _context(visit, dossier, Wanted(show, capacity, since))
    )


@post("/dossiers/{dossier_id:uuid}/entries", include_in_schema=False)
async def write_entry(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    if await dossier_work.write(visit, form, dossier_id):
        return go_to(request, f"/dossiers/{dossier_id}#timeline", note="note.entry_written")
    dossier = await dossier_of(visit, dossier_id)
    return await show_page(pages, visit, dossier, form, Wanted(), status=HTTPStatus.UNPROCESSABLE_ENTITY)


async def show_page(
    pages: Pages,
    visit: Visit,
    dossier: DossierView,
    form: Form,
    wanted: Wanted,
    *,
    status: int = HTTPStatus.OK,
) -> Response[str]:
    context = await _context(visit, dossier, wanted)
    return pages.show("dossiers/dossier.html", visit, f=form, status=status, **context)


async def _context(visit: Visit, dossier: DossierView, wanted: Wanted) -> dict[str, Any]:
    chosen = wanted.show if wanted.show in FILTERS else "all"
    spoken = [each for each in CAPACITIES if any(entry.capacity == each for entry in dossier.timeline)]
    capacity = wanted.capacity if wanted.capacity in spoken else ""
    reader = Reader(visit.who.id, wanted.since)
    staff, teams, blocks = await asyncio.gather(
        visit.services.staff(),
        visit.services.ask_or(list[Team](), "identity", "/teams", list[Team]),
        dossier_blocks.gathered(visit, dossier),
    )
    return {
        **blocks,
        "dossier": dossier,
        "staff": staff,
        "team_names": {team.team_id: team.name for team in teams},
        "items": items(
            dossier.timeline,
            chosen,
            language=visit.language,
            staff=staff,
            reader=reader,
            capacity=capacity,
            persons=dossier.persons,
        ),
        "counts": counts(dossier.timeline, reader, chosen),
        "spoken": spoken if len(spoken) > 1 else [],
        "capacity": capacity,
        "since": wanted.since,
        "older": _older(dossier.dossier_id, dossier.next_before, chosen, capacity),
        "chosen": chosen,
        "why": partial(why_sentence, language=visit.language),
        "today": _today(),
        "blank": lambda: Form(visit),
        "verdict_of": partial(dossier_persons.verdict_of, dossier),
        "moment": datetime.now(UTC),
        "entry_kinds": ENTRY_KINDS,
        "capacities": capacities_of(dossier),
    }


def capacities_of(dossier: DossierView) -> list[str]:
    """In which capacity one speaks in it: in social help nobody speaks as the police does."""
    if dossier.kind == "social_help":
        return ["practical_help"]
    return [capacity for capacity in CAPACITIES if capacity in _FOUND_BY_HAND]


def _today() -> Any:
    return datetime.now(BRUSSELS).date()


ROUTES: list[ControllerRouterHandler] = [
    search_page,
    search,
    Router(
        path="",
        route_handlers=[
            dossiers,
            new_dossier,
            open_dossier,
            show_dossier,
            dossier_now,
            older_entries,
            write_entry,
            *dossier_work.ROUTES,
            *dossier_persons.ROUTES,
            *safe_contact.ROUTES,
            *dossier_person.ROUTES,
            *dossier_tasks.ROUTES,
            *dossier_drafts.ROUTES,
            *dossier_access.ROUTES,
        ],
        exception_handlers={Problem: answer_out_of_sight},
    ),
]
