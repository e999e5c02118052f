"""The doors of cases: one line each, to a command or a query."""

from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from services.cases.dossiers import queries
from services.cases.victim_support import commands as victim_support
from services.cases.victim_support import queries as victim_support_queries
from shared.app import Door
from shared.contracts.cases import (
    DossierPage,
    DossierRef,
    DossierView,
    EntryRef,
    OpenDossier,
    RecontactRule,
    WriteReport,
)

StateQuery = Annotated[str, QueryParameter(name="state")]


@get("/dossiers", operation_id="dossierPage")
async def dossier_page(
    door: NamedDependency[Door],
    in_state: StateQuery = "",
    search: FromQuery[str] = "",
    after: FromQuery[str] = "",
) -> DossierPage:
    return await door.ask(queries.dossier_page, in_state, search, after)


@get("/dossiers/{dossier_id:uuid}", operation_id="dossierById")
async def dossier_by_id(door: NamedDependency[Door], dossier_id: FromPath[UUID]) -> DossierView:
    return await door.ask(queries.dossier_by_id, dossier_id)


@post("/dossiers", operation_id="openDossier")
async def open_dossier(door: NamedDependency[Door], data: JSONBody[OpenDossier]) -> DossierRef:
    return await door.do(victim_support.open_dossier, data)


@post("/dossiers/{dossier_id:uuid}/report", operation_id="writeReport")
async def write_report(
    door: NamedDependency[Door], dossier_id: FromPath[UUID], data: JSONBody[WriteReport]
) -> EntryRef:
    return await door.do(victim_support.write_report, data, dossier_id)


@get("/recontact-plan", operation_id="recontactPlan")
async def recontact_plan(door: NamedDependency[Door]) -> list[RecontactRule]:
    return await door.ask(victim_support_queries.recontact_plan)


ROUTES = [dossier_page, dossier_by_id, open_dossier, write_report, recontact_plan]
