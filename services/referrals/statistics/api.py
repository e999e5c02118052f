"""The doors of the numbers."""

from datetime import date
from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from services.referrals.statistics import commands, queries
from shared.app import Door
from shared.contracts.statistics import ExportNoted, NoteExport, Statistics


@get("/statistics", operation_id="statistics")
async def statistics(
    door: NamedDependency[Door],
    starts_on: Annotated[date | None, QueryParameter(name="from")] = None,
) -> Statistics:
    return await door.ask(queries.statistics, starts_on)


@post("/statistics/exports", operation_id="noteExport", status_code=200)
async def note_export(door: NamedDependency[Door], data: JSONBody[NoteExport]) -> ExportNoted:
    return await door.do(commands.note_export, data)


ROUTES: list[ControllerRouterHandler] = [statistics, note_export]
