"""What is to be done: late, today, this week, by hand or by law, of oneself or of everybody whose dossiers one sees."""

import asyncio
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from services.gateway.language import BRUSSELS
from services.gateway.pages.timeline import why_sentence
from services.gateway.rendering import Pages
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.contracts.tasks import TaskPage, TaskView

SCOPES: Final = ("mine", "team", "unassigned")
_WEEK: Final = timedelta(days=6)
DUE: Final = ("all", "late", "today", "week")


@get("/tasks", include_in_schema=False)
async def tasks(
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    of: FromQuery[str] = "mine",
    due: FromQuery[str] = "all",
) -> Response[str]:
    return pages.show("tasks/tasks.html", visit, **await _tasks(visit, of, due))


@get("/tasks/list", include_in_schema=False)
async def task_list(
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    of: FromQuery[str] = "mine",
    due: FromQuery[str] = "all",
) -> Response[str]:
    """The part that changes by itself."""
    return pages.show("tasks/_tasks.html", visit, **await _tasks(visit, of, due))


async def _tasks(visit: Visit, of: str, due: str) -> dict[str, Any]:
    supervises = visit.may(Permission.DOSSIER_SUPERVISE)
    scope = of if of in SCOPES else SCOPES[0]
    page, staff = await asyncio.gather(
        visit.services.ask("cases", "/tasks", TaskPage, scope=scope, state="open"), visit.services.staff()
    )
    today = datetime.now(BRUSSELS).date()
    chosen = due if due in DUE else DUE[0]
    return {
        "page": page,
        "parts": [
            (name, grouped([task for task in page.tasks if task.compulsory is legal], chosen, today=today))
            for name, legal in (("legal", True), ("own", False))
        ],
        "staff": staff,
        "scope": scope,
        "scopes": SCOPES,
        "chosen": chosen,
        "today": today,
        "supervises": supervises,
        "why": partial(why_sentence, language=visit.language),
    }


def grouped(tasks: list[TaskView], due: str, *, today: date) -> list[tuple[str, list[TaskView]]]:
    """The tasks that the filter keeps, in their order, under late, today, this week and later."""
    groups: dict[str, list[TaskView]] = {"late": [], "today": [], "week": [], "later": []}
    for task in tasks:
        groups[_when(task.due_on, today)].append(task)
    shown = {"all": tuple(groups), "week": ("today", "week")}.get(due, (due,))
    return [(name, found) for name, found in groups.items() if name in shown and found]


def _when(day: date, today: date) -> str:
    if day < today:
        return "late"
    if day == today:
        return "today"
    return "week" if day <= today + _WEEK else "later"


ROUTES = [tasks, task_list]
