"""The doors of worries."""

from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from services.referrals.worries import commands, queries
from shared.app import Door
from shared.contracts.worries import (
    CloseWorry,
    DiscardWorryDraft,
    LinkDossier,
    OwnWorry,
    OwnWorryLine,
    RefuseWorry,
    ReportWorry,
    SaveWorryDraft,
    SayReportDone,
    TakeUpWorry,
    WorriesWaiting,
    WorryDraft,
    WorryLine,
    WorryRef,
    WorryView,
)


@post("/worries", operation_id="reportWorry")
async def report_worry(door: NamedDependency[Door], data: JSONBody[ReportWorry]) -> WorryRef:
    return await door.do(commands.report_worry, data, private=True)


@get("/worries/own", operation_id="ownWorries")
async def own_worries(door: NamedDependency[Door]) -> list[OwnWorryLine]:
    return await door.ask(queries.own_worries)


@get("/worries/own/{worry_id:uuid}", operation_id="ownWorry")
async def own_worry(door: NamedDependency[Door], worry_id: FromPath[UUID]) -> OwnWorry:
    return await door.ask(queries.own_worry, worry_id)


@post("/worries/own/{worry_id:uuid}/report-done", operation_id="sayReportDone", status_code=200)
async def say_report_done(
    door: NamedDependency[Door], worry_id: FromPath[UUID], data: JSONBody[SayReportDone]
) -> WorryRef:
    return await door.do(commands.say_report_done, data, worry_id)


@get("/worries", operation_id="worries")
async def worries(door: NamedDependency[Door], show: FromQuery[str] = "open") -> list[WorryLine]:
    return await door.ask(queries.worries, show)


@get("/worries/waiting", operation_id="worriesWaiting")
async def worries_waiting(door: NamedDependency[Door]) -> WorriesWaiting:
    return await door.ask(queries.worries_waiting)


@get("/worries/{worry_id:uuid}", operation_id="worryById")
async def worry_by_id(door: NamedDependency[Door], worry_id: FromPath[UUID]) -> WorryView:
    return await door.ask(queries.worry_by_id, worry_id)


@post("/worries/{worry_id:uuid}/take-up", operation_id="takeUpWorry", status_code=200)
async def take_up_worry(
    door: NamedDependency[Door], worry_id: FromPath[UUID], data: JSONBody[TakeUpWorry]
) -> WorryRef:
    return await door.do(commands.take_up_worry, data, worry_id)


@post("/worries/{worry_id:uuid}/not-taken-up", operation_id="refuseWorry", status_code=200)
async def refuse_worry(
    door: NamedDependency[Door], worry_id: FromPath[UUID], data: JSONBody[RefuseWorry]
) -> WorryRef:
    return await door.do(commands.refuse_worry, data, worry_id)


@post("/worries/{worry_id:uuid}/dossier", operation_id="linkDossierOfWorry", status_code=200)
async def link_dossier(
    door: NamedDependency[Door], worry_id: FromPath[UUID], data: JSONBody[LinkDossier]
) -> WorryRef:
    return await door.do(commands.link_dossier, data, worry_id)


@post("/worries/{worry_id:uuid}/close", operation_id="closeWorry", status_code=200)
async def close_worry(
    door: NamedDependency[Door], worry_id: FromPath[UUID], data: JSONBody[CloseWorry]
) -> WorryRef:
    return await door.do(commands.close_worry, data, worry_id)


@get("/worries/draft", operation_id="ownWorryDraft")
async def own_draft(door: NamedDependency[Door]) -> WorryDraft:
    return await door.ask(queries.own_draft)


@post("/worries/draft", operation_id="saveWorryDraft", status_code=200)
async def save_worry_draft(door: NamedDependency[Door], data: JSONBody[SaveWorryDraft]) -> WorryDraft:
    return await door.do(commands.save_worry_draft, data, private=True)


@post("/worries/draft/discard", operation_id="discardWorryDraft", status_code=200)
async def discard_worry_draft(door: NamedDependency[Door], data: JSONBody[DiscardWorryDraft]) -> WorryDraft:
    return await door.do(commands.discard_worry_draft, data)


ROUTES = [
    report_worry, own_worries, own_worry, say_report_done, worries, worries_waiting, worry_by_id, take_up_worry,
    refuse_worry, link_dossier, close_worry, own_draft, save_worry_draft, discard_worry_draft,
]  # fmt: skip
