"""Where one begins: what waits for this person now, by what the role may see."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency

from services.gateway.language import BRUSSELS
from services.gateway.pages.messages import message_rows
from services.gateway.rendering import AnyRequest, Pages
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.contracts.call_outs import CallOutLine
from shared.contracts.incoming_referrals import IncomingPage
from shared.contracts.notifications import MessagePage
from shared.contracts.referring import ReferralPage
from shared.contracts.tasks import TaskPage

_ON_IT = frozenset({"accepted", "en_route", "on_site"})
_TASKS_SHOWN = 8
_MESSAGES_SHOWN = 5


@get("/", include_in_schema=False)
async def home_page(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    return pages.show("home.html", visit, **await _work(visit))


@get("/home/work", include_in_schema=False)
async def work_block(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    """The same, for when something changed elsewhere."""
    return pages.show("_work.html", visit, **await _work(visit))


@get("/more", include_in_schema=False)
async def more_page(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    """Every place, for a phone whose bar holds five."""
    return pages.show("more.html", visit)


@get("/lamp", include_in_schema=False)
async def lamp(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    visit.lamp = await request.app.state.shell.lamp(visit)
    return pages.show("_lamp.html", visit)


async def _work(visit: Visit) -> dict[str, Any]:
    """Tasks, call-outs and messages side by side; a service that is away leaves its block out."""
    tasks, call_outs, messages, late, new = await asyncio.gather(
        _tasks(visit), _call_outs(visit), _messages(visit), _late_referrals(visit), _new_referrals(visit)
    )
    rows = await message_rows(visit, messages.messages[:_MESSAGES_SHOWN]) if messages else []
    return {
        "tasks": tasks,
        "shown_tasks": tasks.tasks[:_TASKS_SHOWN] if tasks else [],
        "call_outs": call_outs,
        "messages": rows,
        "late_referrals": late,
        "new_referrals": new,
        "today": datetime.now(BRUSSELS).date(),
        "now": datetime.now(UTC),
    }


async def _tasks(visit: Visit) -> TaskPage | None:
    if not visit.may(Permission.DOSSIER_READ):
        return None
    return await visit.services.ask_or(None, "cases", "/tasks", TaskPage, scope="mine", state="open")


async def _call_outs(visit: Visit) -> list[CallOutLine]:
    if not visit.may(Permission.CALL_OUT_ANSWER):
        return []
    lines = await visit.services.ask_or([], "rostering", "/call-outs/mine", list[CallOutLine])
    return [line for line in lines if _waits_for(line, visit.who.id)]


def _waits_for(line: CallOutLine, me: UUID) -> bool:
    """It rings for this person now, or she is out on it."""
    return line.ringing_user == me or (line.accepted_by == me and line.state in _ON_IT)


async def _messages(visit: Visit) -> MessagePage | None:
    return await visit.services.ask_or(None, "notifications", "/messages", MessagePage)


async def _late_referrals(visit: Visit) -> int | None:
    """How many that one follows are late; None for who has none, or while they cannot be had."""
    if not visit.may(Permission.REFERRAL_WRITE):
        return None
    page: ReferralPage | None = await visit.services.ask_or(
        None, "referrals", "/referrals", ReferralPage, scope="mine", state="late"
    )
    return len(page.referrals) if page else None


async def _new_referrals(visit: Visit) -> int | None:
    """How many came in that nobody took up, for who hands them out; for the others how many were given to them."""
    hands_out = visit.may(Permission.REFERRAL_RECEIVE)
    if not hands_out and not visit.may(Permission.REFERRAL_READ):
        return None
    page: IncomingPage | None = await visit.services.ask_or(
        None, "referrals", "/incoming-referrals", IncomingPage, state="open" if hands_out else "mine"
    )
    if page is None:
        return None
    return sum(line.assigned_to is None for line in page.referrals) if hands_out else len(page.referrals)


ROUTES = [home_page, work_block, more_page, lamp]
