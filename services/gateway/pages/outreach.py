"""Looking for somebody who asked nothing: a signal, the ladder of attempts, and the decision when it stops."""

import asyncio
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from services.gateway.forms import Form, read_form, told
from services.gateway.language import BRUSSELS, LANGUAGES
from services.gateway.pages.dossier_sight import dossier_of
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.contracts.outreach import (
    ATTEMPT_RESULTS,
    ATTEMPT_WAYS,
    DECISIONS,
    OUTREACH_PARTNERS,
    RESULTS_WHENEVER,
    SEEN,
    SIGNAL_SOURCES,
    SKIP_REASONS,
    STOP_REASONS,
    STOP_REASONS_EARLY,
    AddSignal,
    ConfirmDecision,
    Decide,
    NoteAttempt,
    OutreachPage,
    OutreachRef,
    OutreachView,
    Signaller,
    SignallerView,
    TakeSignal,
    TellSignaller,
)
from shared.errors import Problem

_WRONG: Final = HTTPStatus.UNPROCESSABLE_ENTITY
_SCOPES: Final = ("mine", "all")
_BY_HAND: Final = tuple(way for way in ATTEMPT_WAYS if way != "letter")
"""A letter is noted by sending it."""


@get("/outreach", include_in_schema=False)
async def outreach_page(
    visit: NamedDependency[Visit], pages: NamedDependency[Pages], of: FromQuery[str] = "mine"
) -> Response[str]:
    scope = of if of in _SCOPES else _SCOPES[0]
    page, staff = await asyncio.gather(
        visit.services.ask("cases", "/outreach", OutreachPage, scope=scope), visit.services.staff()
    )
    return pages.show(
        "outreach/list.html", visit, page=page, staff=staff, scope=scope, scopes=_SCOPES, today=visit.today
    )


# --- a signal --------------------------------------------------------------------------------------------------------


@get("/outreach/new", include_in_schema=False)
async def new_signal(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    visit.who.require(Permission.DOSSIER_OPEN)
    return _signal_page(pages, visit, Form(visit), {})


@post("/outreach", include_in_schema=False)
async def take_signal(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    form = await read_form(request, visit)
    running: dict[str, str] = {}
    if form.needs("place", "source") and (signal := _signal(form)) is not None:
        command = TakeSignal(
            place=form.text("place"),
            signal=signal,
            first_name=form.text("first_name"),
            last_name=form.text("last_name"),
            phone=form.text("phone"),
            language=form.text("language"),
            another=bool(form.text("another")),
        )
        try:
            ref = await visit.services.tell("cases", "/outreach", command, OutreachRef, key=form.key)
        except Problem as problem:
            form.refused(problem)
            running = dict(problem.details) if problem.code == "ladder_open" else {}
        else:
            return go_to(request, f"/dossiers/{ref.dossier_id}", note="note.signal_taken")
    return _signal_page(pages, visit, form, running, status=_WRONG)


@get("/dossiers/{dossier_id:uuid}/outreach/signal", include_in_schema=False)
async def another_signal(
    dossier_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    dossier = await dossier_of(visit, dossier_id)
    return _signal_page(pages, visit, Form(visit), {}, dossier=dossier)


@post("/dossiers/{dossier_id:uuid}/outreach/signal", include_in_schema=False)
async def add_signal(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    path = f"/dossiers/{dossier_id}/outreach/signals"
    signal = _signal(form) if form.needs("source") else None
    added = None
    if signal is not None:
        added = await told(visit, form, "cases", path, signal, OutreachRef)
    if added:
        return go_to(request, f"/dossiers/{dossier_id}#outreach", note="note.signal_added")
    dossier = await dossier_of(visit, dossier_id)
    return _signal_page(pages, visit, form, {}, dossier=dossier, status=_WRONG)


def _signal(form: Form) -> AddSignal | None:
    """None leaves what was wrong in the form. Who told it goes along only when he wants to hear back."""
    seen_on, hears = form.day("seen_on"), bool(form.text("hears_back"))
    if hears and not form.text("reach"):
        form.error("reach", "required")
    if form.errors:
        return None
    return AddSignal(
        source=form.text("source"),
        seen=form.lists["seen"],
        facts=form.text("facts"),
        seen_on=seen_on,
        signaller=Signaller(name=form.text("name"), reach=form.text("reach")) if hears else None,
    )


def _signal_page(
    pages: Pages,
    visit: Visit,
    form: Form,
    running: dict[str, str],
    *,
    dossier: Any = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response[str]:
    names = visit.language.locale.languages
    return pages.show(
        "outreach/signal.html",
        visit,
        f=form,
        dossier=dossier,
        running=running,
        seen=SEEN,
        sources=SIGNAL_SOURCES,
        languages=[(code, names.get(code, code)) for code in LANGUAGES],
        status=status,
    )


@get("/dossiers/{dossier_id:uuid}/outreach/signallers", include_in_schema=False)
async def signallers_page(
    dossier_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    visit.who.require(Permission.SIGNALLER_READ)
    dossier, waiting = await asyncio.gather(
        dossier_of(visit, dossier_id),
        visit.services.ask("cases", f"/dossiers/{dossier_id}/outreach/signallers", list[SignallerView]),
    )
    return pages.show("outreach/signallers.html", visit, dossier=dossier, waiting=waiting, f=Form(visit))


@post("/dossiers/{dossier_id:uuid}/outreach/signals/{signal_id:uuid}/told", include_in_schema=False)
async def tell_signaller(
    request: AnyRequest, dossier_id: FromPath[UUID], signal_id: FromPath[UUID], visit: NamedDependency[Visit]
) -> Response[str]:
    form = await read_form(request, visit)
    path = f"/outreach-signals/{signal_id}/told"
    await visit.services.tell("cases", path, TellSignaller(), OutreachRef, key=form.key)
    return go_to(request, f"/dossiers/{dossier_id}#outreach", note="note.signaller_told")


# --- attempts --------------------------------------------------------------------------------------------------------


@get("/dossiers/{dossier_id:uuid}/outreach/attempt", include_in_schema=False)
async def new_attempt(
    dossier_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    way: FromQuery[str] = "",
) -> Response[str]:
    ladder = await _ladder(visit, dossier_id)
    proposed = ladder.next.way if ladder.next and ladder.next.way in _BY_HAND else "visit"
    chosen = way if way in _BY_HAND else proposed
    moment = f"{datetime.now(UTC).astimezone(BRUSSELS):%Y-%m-%dT%H:%M}"
    form = Form(visit, {"at": moment, "version": str(ladder.version)})
    return await _attempt_page(pages, visit, dossier_id, chosen, form, ladder)


@post("/dossiers/{dossier_id:uuid}/outreach/attempt", include_in_schema=False)
async def note_attempt(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    way = form.text("way") if form.text("way") in _BY_HAND else "visit"
    at, consent_on, colleague = form.moment("at"), form.day("consent_on"), form.uuid("together_with")
    needed = ("result", "at", "partner", "basis") if way == "partner" else ("result", "at")
    if form.needs(*needed) and at is not None:
        command = NoteAttempt(
            version=form.number("version") or 0,
            way=way,
            result=form.text("result"),
            at=at,
            together_with=colleague,
            seen=form.lists["seen"],
            facts=form.text("facts"),
            partner=form.text("partner"),
            basis=form.text("basis"),
            consent_on=consent_on if form.text("basis") == "consent" else None,
        )
        if await told(
            visit, form, "cases", f"/dossiers/{dossier_id}/outreach/attempts", command, OutreachRef
        ):
            met = form.text("result") == "contact_made"
            note = "note.contact_made" if met else "note.attempt_noted"
            return go_to(request, f"/dossiers/{dossier_id}#outreach", note=note)
    ladder = await _ladder(visit, dossier_id)
    return await _attempt_page(pages, visit, dossier_id, way, form, ladder, status=_WRONG)


@post("/dossiers/{dossier_id:uuid}/outreach/skip", include_in_schema=False)
async def skip_step(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """The step that is proposed cannot be taken: the next one is."""
    form = await read_form(request, visit)
    ladder = await _ladder(visit, dossier_id)
    way = ladder.next.way if ladder.next else "visit"
    if form.needs("skip_reason"):
        command = NoteAttempt(
            version=form.number("version") or 0,
            way=way,
            result="skipped",
            at=datetime.now(UTC),
            skip_reason=form.text("skip_reason"),
        )
        if await told(
            visit, form, "cases", f"/dossiers/{dossier_id}/outreach/attempts", command, OutreachRef
        ):
            return go_to(request, f"/dossiers/{dossier_id}#outreach", note="note.attempt_noted")
    return await _attempt_page(pages, visit, dossier_id, way, form, ladder, status=_WRONG)


def _fits(result: str, ladder: OutreachView) -> bool:
    """While a decision is asked only what makes it needless can be noted."""
    return ladder.state in {"open", "danger"} or result in RESULTS_WHENEVER


async def _attempt_page(
    pages: Pages,
    visit: Visit,
    dossier_id: UUID,
    way: str,
    form: Form,
    ladder: OutreachView,
    *,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response[str]:
    dossier, staff = await asyncio.gather(dossier_of(visit, dossier_id), visit.services.staff())
    if status != HTTPStatus.OK:
        form.values["version"] = str(ladder.version)  # what a colleague did meanwhile has been shown by now
    return pages.show(
        "outreach/attempt.html",
        visit,
        f=form,
        dossier=dossier,
        ladder=ladder,
        way=way,
        ways=_BY_HAND,
        results=[each for each in ATTEMPT_RESULTS[way] if each != "skipped" and _fits(each, ladder)],
        seen=SEEN,
        partners=OUTREACH_PARTNERS,
        skip_reasons=SKIP_REASONS,
        colleagues=[
            (str(each.user_id), each.name) for each in staff.active() if each.user_id != visit.who.id
        ],
        status=status,
    )


# --- when it stopped -------------------------------------------------------------------------------------------------


@get("/dossiers/{dossier_id:uuid}/outreach/decide", include_in_schema=False)
async def decide_page(
    dossier_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    kind: FromQuery[str] = "",
) -> Response[str]:
    return await _decide_page(pages, visit, dossier_id, Form(visit, {"kind": kind}))


@post("/dossiers/{dossier_id:uuid}/outreach/decide", include_in_schema=False)
async def decide(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    kind = form.text("kind")
    needed = {"stop": ("stop_reason",), "ask_partner": ("ground", "reason")}.get(kind, ("reason",))
    if form.needs("kind", *needed):
        command = Decide(
            version=form.number("version") or 0,
            kind=kind,
            stop_reason=form.text("stop_reason"),
            ground=form.text("ground"),
            reason=form.text("reason"),
        )
        if await told(
            visit, form, "cases", f"/dossiers/{dossier_id}/outreach/decisions", command, OutreachRef
        ):
            note = {"stop": "note.outreach_stopped", "danger": "note.outreach_danger"}.get(
                kind, "note.outreach_proposed"
            )
            return go_to(request, f"/dossiers/{dossier_id}#outreach", note=note)
    return await _decide_page(pages, visit, dossier_id, form, status=_WRONG)


@post("/dossiers/{dossier_id:uuid}/outreach/decisions/{decision_id:uuid}", include_in_schema=False)
async def confirm_decision(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    decision_id: FromPath[UUID],
    visit: NamedDependency[Visit],
) -> Response[str]:
    form = await read_form(request, visit)
    command = ConfirmDecision(agreed=form.text("agreed") == "yes")
    path = f"/outreach-decisions/{decision_id}/confirm"
    await visit.services.tell("cases", path, command, OutreachRef, key=form.key)
    return go_to(request, f"/dossiers/{dossier_id}#outreach", note="note.decision_answered")


async def _decide_page(
    pages: Pages, visit: Visit, dossier_id: UUID, form: Form, *, status: HTTPStatus = HTTPStatus.OK
) -> Response[str]:
    dossier, ladder = await asyncio.gather(dossier_of(visit, dossier_id), _ladder(visit, dossier_id))
    kinds = [each for each in DECISIONS if each != "go_on" or ladder.state in {"asked", "danger"}]
    return pages.show(
        "outreach/decide.html",
        visit,
        f=form,
        dossier=dossier,
        ladder=ladder,
        kinds=kinds,
        kind=form.text("kind") if form.text("kind") in kinds else kinds[0],
        stop_reasons=STOP_REASONS_EARLY if ladder.state == "open" else STOP_REASONS,
        status=status,
    )


async def _ladder(visit: Visit, dossier_id: UUID) -> OutreachView:
    return await visit.services.ask("cases", f"/dossiers/{dossier_id}/outreach", OutreachView)


ROUTES = [
    outreach_page, new_signal, take_signal, another_signal, add_signal, signallers_page, tell_signaller, new_attempt,
    note_attempt, skip_step, decide_page, decide, confirm_decision,
]  # fmt: skip
