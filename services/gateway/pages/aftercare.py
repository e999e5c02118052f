"""Aftercare in a dossier: an overview, and a page with one form for each act of `aftercare_acts.py`."""

import asyncio
from datetime import date, datetime
from http import HTTPStatus
from typing import Final
from uuid import UUID

import msgspec
from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler

from services.gateway.forms import Form, read_form
from services.gateway.language import BRUSSELS
from services.gateway.pages.aftercare_acts import ACTS, RECIPIENT_ROWS, Act, who_goes
from services.gateway.pages.dossier_sight import answer_out_of_sight, dossier_of, tell
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.services_client import Staff
from services.gateway.visit import Visit
from shared.contracts import aftercare as c
from shared.contracts.bad_news import BadNewsView
from shared.contracts.cases import DossierView
from shared.errors import NotFound, Problem

_DEFAULTS: Final = {
    "days": "14",
    "way": "phone",
    "result": "done",
    "source": "own_zone",
    "permission": "asked",
    "place_kind": "mortuary",
}
_NEVER_CHOSEN_FOR_YOU: Final = ("level", "state", "reason", "outcome")
"""What nobody may note by leaving it as it stood."""
_ABOUT_WHO_GOES: Final = ("bad-news-assign", "bad-news-deliver")


@get("/dossiers/{dossier_id:uuid}/aftercare", include_in_schema=False)
async def overview(
    dossier_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    dossier, care, staff = await asyncio.gather(
        dossier_of(visit, dossier_id),
        visit.services.ask("cases", f"/dossiers/{dossier_id}/aftercare", c.AftercareView),
        visit.services.staff(),
    )
    names = {each.person_id: f"{each.first_name} {each.last_name}".strip() for each in dossier.persons}
    return pages.show("aftercare/overview.html", visit, dossier=dossier, care=care, staff=staff, names=names)


@get("/dossiers/{dossier_id:uuid}/aftercare/{act:str}", include_in_schema=False)
async def act_page(
    dossier_id: FromPath[UUID],
    act: FromPath[str],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    of: FromQuery[str] = "",
) -> Response[str]:
    dossier = await dossier_of(visit, dossier_id)
    values = {**_first_choices(act), "of": of, "version": str(dossier.version)}
    news = None
    if act == "goodbye-change":
        values |= _as_typed(await _known_goodbye(visit, dossier_id, of), visit.who.id)
    elif act in _ABOUT_WHO_GOES:
        news = await _known_news(visit, dossier_id, of)
        values |= {**who_goes(news, visit.who.id), "heard_first": "0"}
    return await _show(pages, visit, dossier, act, Form(visit, values), news)


@post("/dossiers/{dossier_id:uuid}/aftercare/{act:str}", include_in_schema=False)
async def do_act(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    act: FromPath[str],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    chosen = _act(act)
    form, dossier = await read_form(request, visit), await dossier_of(visit, dossier_id)
    needed = [ask.name for ask in chosen.asks if not ask.optional and ask.kind != "checkbox"]
    of = form.uuid("of")
    command = chosen.command(form, visit, dossier)
    if act == "goodbye-change" and isinstance(command, c.GoodbyeFacts):
        known = await _known_goodbye(visit, dossier_id, form.text("of"))
        others = [each for each in known.present if each != visit.who.id]
        command = msgspec.structs.replace(command, present=[*others, *command.present])
    if form.needs(*needed):
        path = chosen.path.format(dossier=dossier_id, of=of)
        if await tell(visit, form, path, command, chosen.answer):
            return go_to(request, f"/dossiers/{dossier_id}/aftercare", note="note.saved")
    news = await _known_news(visit, dossier_id, form.text("of")) if act in _ABOUT_WHO_GOES else None
    return await _show(pages, visit, dossier, act, form, news)


def _act(name: str) -> Act:
    if name not in ACTS:
        raise NotFound
    return ACTS[name]


def _first_choices(name: str) -> dict[str, str]:
    """A choice begins with its first answer or the usual one, unless it weighs too much for that."""
    asks = _act(name).asks
    first = {
        ask.name: ask.codes[0]
        for ask in asks
        if ask.kind == "radios" and ask.name not in _NEVER_CHOSEN_FOR_YOU
    }
    usual = {
        ask.name: _DEFAULTS[ask.name]
        for ask in asks
        if ask.name in _DEFAULTS and (not ask.codes or _DEFAULTS[ask.name] in ask.codes)
    }
    return {**first, **usual}


async def _known_news(visit: Visit, dossier_id: UUID, of: str) -> BadNewsView:
    care = await visit.services.ask("cases", f"/dossiers/{dossier_id}/aftercare", c.AftercareView)
    known = next((each for each in care.bad_news if str(each.bad_news_id) == of), None)
    if known is None:
        raise NotFound
    return known


async def _known_goodbye(visit: Visit, dossier_id: UUID, of: str) -> c.GoodbyeFacts:
    """What stands there now: who changes one thing keeps the rest."""
    care = await visit.services.ask("cases", f"/dossiers/{dossier_id}/aftercare", c.AftercareView)
    known = next((each.facts for each in care.goodbyes if str(each.goodbye_id) == of), None)
    if known is None:
        raise NotFound
    return known


def _as_typed(known: c.GoodbyeFacts, reader: UUID) -> dict[str, str]:
    typed = {name: _typed(getattr(known, name)) for name in known.__struct_fields__ if name != "present"}
    return {**typed, "spot_present": "1" if reader in known.present else ""}


def _typed(value: str | date | datetime | None) -> str:
    """As the field of a form holds it."""
    if isinstance(value, datetime):
        return value.astimezone(BRUSSELS).strftime("%Y-%m-%dT%H:%M")
    return value.isoformat() if isinstance(value, date) else value or ""


async def _show(
    pages: Pages, visit: Visit, dossier: DossierView, act: str, form: Form, news: BadNewsView | None
) -> Response[str]:
    staff = await visit.services.staff()
    wrong = bool(form.errors or form.problem)
    return pages.show(
        "aftercare/act.html",
        visit,
        f=form,
        dossier=dossier,
        act=_act(act),
        name=act,
        offered=_offered(visit, dossier, staff, news),
        rows=RECIPIENT_ROWS,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
    )


def _offered(
    visit: Visit, dossier: DossierView, staff: Staff, news: BadNewsView | None
) -> dict[str, list[tuple[UUID | int | str, str]]]:
    types = [each for each in visit.incident_types() if each != dossier.incident_type]
    return {
        "incident_types": [(each, visit.language.word(f"incident_type.{each}")) for each in types],
        "staff": [(each.user_id, each.name) for each in staff.active()],
        "recipients": [(place, each.name) for place, each in enumerate(news.recipients if news else ())],
        "persons": [
            (each.person_id, f"{each.first_name} {each.last_name}".strip()) for each in dossier.persons
        ],
    }


ROUTES: list[ControllerRouterHandler] = [
    Router(
        path="",
        route_handlers=[overview, act_page, do_act],
        exception_handlers={Problem: answer_out_of_sight},
    ),
]
