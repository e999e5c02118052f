"""The figures of a period, the list behind a number, and the same as a file."""

import asyncio
from datetime import UTC, date, datetime
from typing import Annotated

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from services.gateway.pages.statistics_export import HIDDEN, TYPES, as_csv, as_xlsx, file_name
from services.gateway.pages.statistics_view import label_of, period_title, sections
from services.gateway.rendering import AnyRequest, Pages
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.contracts.statistics import CountedCallOut, CountedDossier, ExportNoted, NoteExport, Statistics
from shared.db import uuid7
from shared.errors import NotFound, Problem, Unavailable

_SERVICES = ("rostering", "cases", "referrals")
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
FirstDay = Annotated[str, QueryParameter(name="from")]


@get("/statistics", include_in_schema=False)
async def statistics_page(
    visit: NamedDependency[Visit], pages: NamedDependency[Pages], starts_on: FirstDay = ""
) -> Response[str]:
    visit.who.require(Permission.STATISTICS_READ)
    (answers, away), staff = await asyncio.gather(_answers(visit, starts_on), visit.services.staff())
    period = answers[0]
    now = datetime.now(UTC)
    return pages.show(
        "statistics/statistics.html",
        visit,
        title=period_title(visit.language, period.period, period.starts_on),
        period=period,
        earlier=_neighbour(period, -1),
        later=period.ends_on if period.ends_on <= visit.today else None,
        runs=period.ends_on > visit.today,
        sections=sections(visit, answers, staff),
        hidden=visit.language.text(HIDDEN),
        away=away,
        now=now,
    )


@get("/statistics/export/{form:str}", include_in_schema=False)
async def export(
    request: AnyRequest, visit: NamedDependency[Visit], form: FromPath[str], starts_on: FirstDay = ""
) -> Response[bytes]:
    """Kept in the audit of each service before the file leaves."""
    visit.who.require(Permission.STATISTICS_READ)
    if form not in TYPES:
        raise NotFound
    answers, _ = await _answers(visit, starts_on)
    for answer in answers:
        note = NoteExport(starts_on=answer.starts_on, form=form)
        await visit.services.tell(answer.service, "/statistics/exports", note, ExportNoted, key=str(uuid7()))
    content = (as_csv if form == "csv" else as_xlsx)(visit.language, answers)
    name = file_name(visit.language, answers[0].period, answers[0].starts_on, form)
    return Response(
        content, media_type=TYPES[form], headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@get("/statistics/call-outs", include_in_schema=False)
async def counted_call_outs(
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    starts_on: FirstDay,
    figure: FromQuery[str],
    key: FromQuery[str],
) -> Response[str]:
    """The call-outs behind one number."""
    visit.who.require(Permission.STATISTICS_READ)
    asked = {"from": starts_on, "figure": figure, "key": key}
    lines = await visit.services.ask("rostering", "/statistics/call-outs", list[CountedCallOut], **asked)
    return _show_list(pages, visit, "statistics/call_outs.html", lines, asked)


@get("/statistics/dossiers", include_in_schema=False)
async def counted_dossiers(
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    starts_on: FirstDay,
    figure: FromQuery[str],
    key: FromQuery[str],
) -> Response[str]:
    """Of the dossiers behind one number those that the reader sees anyway."""
    visit.who.require(Permission.STATISTICS_READ)
    asked = {"from": starts_on, "figure": figure, "key": key}
    lines = await visit.services.ask("cases", "/statistics/dossiers", list[CountedDossier], **asked)
    return _show_list(pages, visit, "statistics/dossiers.html", lines, asked)


def _show_list(
    pages: Pages, visit: Visit, template: str, lines: object, asked: dict[str, str]
) -> Response[str]:
    figure = visit.language.word_or(f"figure.{asked['figure']}", "")
    if not figure:
        raise NotFound
    label = label_of(visit.language, asked["figure"], asked["key"])
    back = f"/statistics?from={asked['from']}#{asked['figure']}"
    return pages.show(template, visit, lines=lines, figure=figure, label=label, back=back)


async def _answers(visit: Visit, starts_on: str) -> tuple[list[Statistics], list[str]]:
    """What the services answer, and which of them are away; with none of them the page is an error."""
    asked = await asyncio.gather(
        *(visit.services.ask(each, "/statistics", Statistics, **{"from": starts_on}) for each in _SERVICES),
        return_exceptions=True,
    )
    answers = [each for each in asked if isinstance(each, Statistics)]
    problems = [each for each in asked if isinstance(each, BaseException)]
    for problem in problems:
        if not isinstance(problem, Unavailable) or not answers:
            raise _as_not_found(problem)
    return answers, [
        name for name, each in zip(_SERVICES, asked, strict=True) if isinstance(each, BaseException)
    ]


def _as_not_found(problem: BaseException) -> BaseException:
    """An address of a period that is not counted leads nowhere."""
    return NotFound() if isinstance(problem, Problem) and "from" in problem.fields else problem


def _neighbour(period: Statistics, steps: int) -> date:
    months = period.starts_on.year * 12 + period.starts_on.month - 1 + steps * _MONTHS[period.period]
    return date(months // 12, months % 12 + 1, 1)


ROUTES = [statistics_page, export, counted_call_outs, counted_dossiers]
