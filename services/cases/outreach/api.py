"""The doors of outreach: one line each, to a command or a query."""

from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from services.cases.outreach import commands, queries
from shared.app import Door
from shared.contracts.outreach import (
    AddSignal,
    ConfirmDecision,
    Decide,
    NoteAttempt,
    OutreachPage,
    OutreachRef,
    OutreachView,
    SignallerView,
    TakeSignal,
    TellSignaller,
)

# Litestar keeps the name `scope` for its own, so it comes in under another.
ScopeQuery = Annotated[str, QueryParameter(name="scope")]
DossierId = FromPath[UUID]


@get("/outreach", operation_id="outreachPage")
async def outreach_page(door: NamedDependency[Door], in_scope: ScopeQuery = "mine") -> OutreachPage:
    return await door.ask(queries.outreach_page, in_scope)


@get("/dossiers/{dossier_id:uuid}/outreach", operation_id="outreach")
async def outreach(door: NamedDependency[Door], dossier_id: DossierId) -> OutreachView:
    return await door.ask(queries.outreach, dossier_id)


@get("/dossiers/{dossier_id:uuid}/outreach/signallers", operation_id="signallers")
async def signallers(door: NamedDependency[Door], dossier_id: DossierId) -> list[SignallerView]:
    return await door.ask(queries.signallers, dossier_id)


@post("/outreach", operation_id="takeSignal")
async def take_signal(door: NamedDependency[Door], data: JSONBody[TakeSignal]) -> OutreachRef:
    return await door.do(commands.take_signal, data)


@post("/dossiers/{dossier_id:uuid}/outreach/signals", operation_id="addSignal")
async def add_signal(
    door: NamedDependency[Door], dossier_id: DossierId, data: JSONBody[AddSignal]
) -> OutreachRef:
    return await door.do(commands.add_signal, data, dossier_id)


@post("/dossiers/{dossier_id:uuid}/outreach/attempts", operation_id="noteAttempt")
async def note_attempt(
    door: NamedDependency[Door], dossier_id: DossierId, data: JSONBody[NoteAttempt]
) -> OutreachRef:
    return await door.do(commands.note_attempt, data, dossier_id)


@post("/dossiers/{dossier_id:uuid}/outreach/decisions", operation_id="decideOutreach")
async def decide(door: NamedDependency[Door], dossier_id: DossierId, data: JSONBody[Decide]) -> OutreachRef:
    return await door.do(commands.decide, data, dossier_id)


@post("/outreach-decisions/{decision_id:uuid}/confirm", operation_id="confirmDecision", status_code=200)
async def confirm_decision(
    door: NamedDependency[Door], decision_id: FromPath[UUID], data: JSONBody[ConfirmDecision]
) -> OutreachRef:
    return await door.do(commands.confirm_decision, data, decision_id)


@post("/outreach-signals/{signal_id:uuid}/told", operation_id="tellSignaller", status_code=200)
async def tell_signaller(
    door: NamedDependency[Door], signal_id: FromPath[UUID], data: JSONBody[TellSignaller]
) -> OutreachRef:
    return await door.do(commands.tell_signaller, data, signal_id)


ROUTES = [
    outreach_page,
    outreach,
    signallers,
    take_signal,
    add_signal,
    note_attempt,
    decide,
    confirm_decision,
    tell_signaller,
]
