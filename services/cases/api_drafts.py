"""The doors of cases about what is not sent yet, and about visits: one line each, to a command or a query."""

from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from services.cases.dossiers import commands, queries
from shared.app import Door
from shared.contracts import drafts as contract


@get("/drafts", operation_id="myDrafts")
async def my_drafts(door: NamedDependency[Door]) -> list[contract.DraftLine]:
    return await door.ask(queries.my_drafts)


@get("/dossiers/{dossier_id:uuid}/drafts", operation_id="draftsHere")
async def drafts_here(door: NamedDependency[Door], dossier_id: FromPath[UUID]) -> list[contract.DraftView]:
    return await door.ask(queries.drafts_here, dossier_id)


@post("/dossiers/{dossier_id:uuid}/drafts", operation_id="saveDraft", status_code=200)
async def save_draft(
    door: NamedDependency[Door], dossier_id: FromPath[UUID], data: JSONBody[contract.SaveDraft]
) -> contract.DraftRef:
    return await door.do(commands.save_draft, data, dossier_id)


@post("/dossiers/{dossier_id:uuid}/drafts/discard", operation_id="discardDraft", status_code=200)
async def discard_draft(
    door: NamedDependency[Door], dossier_id: FromPath[UUID], data: JSONBody[contract.DiscardDraft]
) -> contract.DraftRef:
    return await door.do(commands.discard_draft, data, dossier_id)


@post("/dossiers/{dossier_id:uuid}/visits", operation_id="visitDossier", status_code=200)
async def visit_dossier(door: NamedDependency[Door], dossier_id: FromPath[UUID]) -> contract.DossierVisit:
    """Twice is as good as once, so it needs no key."""
    return await door.ask(commands.visit_dossier, dossier_id)


ROUTES = [my_drafts, drafts_here, save_draft, discard_draft, visit_dossier]
