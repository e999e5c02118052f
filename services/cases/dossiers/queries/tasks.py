"""What is to be done, by the caller or by everybody whose dossiers he may see, with counts of the same list."""

from datetime import datetime
from typing import Any
from typing import cast as typing_cast

import msgspec
from sqlalchemy import Boolean, Date, Text, Uuid, bindparam, cast, func, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.access import visible
from services.cases.dossiers.deadlines import local_day
from services.cases.dossiers.models import Dossier, Task
from services.cases.dossiers.queries.audited import audit_of, json_rows, reader
from services.cases.dossiers.queries.detail import TASK_COLUMNS
from shared.auth import Permission, Principal
from shared.contracts.tasks import TaskPage
from shared.db import Statement
from shared.errors import Invalid

_MOST = 500
_WEEK_DAYS = 6
_SCOPES, _STATES = ("mine", "team", "unassigned"), ("open", "done", "cancelled")

_TODAY = bindparam("today", type_=Date)
_mine = (
    select(*TASK_COLUMNS, Dossier.number.label("dossier_number"), Dossier.incident_type)
    .join(Dossier, Dossier.id == Task.dossier_id)
    .where(
        visible,
        Task.state == bindparam("state", type_=Text),
        or_(not_(bindparam("only_mine", type_=Boolean)), Task.assignee == bindparam("user_id", type_=Uuid)),
        or_(not_(bindparam("only_unassigned", type_=Boolean)), Task.assignee.is_(None)),
    )
    .order_by(Task.due_on, Task.id)
    .limit(_MOST)
    .cte("mine")
)
_due = _mine.c.due_on
_open = _mine.c.state == "open"
_counts = select(
    func.count().filter(_open, _due < _TODAY).label("late"),
    func.count().filter(_open, _due == _TODAY).label("today"),
    func.count().filter(_open, _due >= _TODAY, _due <= _TODAY + _WEEK_DAYS).label("week"),
    func.count().label("shown"),
    func.coalesce(func.jsonb_agg(_mine.c.dossier_id.distinct()), func.jsonb_build_array()).label("dossiers"),
).cte("counts")

TASK_PAGE = Statement(
    select(
        _counts.c.late,
        _counts.c.today,
        _counts.c.week,
        cast(json_rows(select(_mine).order_by(_mine.c.due_on, _mine.c.task_id), "line"), Text).label("lines"),
    ).add_cte(
        audit_of(
            "task_page",
            "task_list",
            func.jsonb_build_object("count", _counts.c.shown, "dossiers", _counts.c.dossiers),
            read=_counts,
        )
    )
)


class _Page(msgspec.Struct, frozen=True, kw_only=True):
    """`TaskPage` with the tasks as the database wrote them."""

    tasks: msgspec.Raw
    late: int
    today: int
    week: int


async def task_page(
    session: AsyncSession, principal: Principal, scope: str = "mine", state: str = "open", *, now: datetime
) -> TaskPage:
    """`mine`: assigned to the caller. `team`: of every dossier that he may see, assigned to
    anybody or nobody. `unassigned`: of those, what nobody does.
    """
    principal.require(Permission.DOSSIER_READ)
    wrong = {
        field: "not_a_choice"
        for field, value, choices in (("scope", scope, _SCOPES), ("state", state, _STATES))
        if value not in choices
    }
    if wrong:
        raise Invalid(wrong)
    row: Any = await TASK_PAGE.fetch_one(
        session,
        state=state,
        only_mine=scope == "mine",
        only_unassigned=scope == "unassigned",
        today=local_day(now),
        **reader(principal, now=now),
    )
    page = _Page(
        tasks=msgspec.Raw(row["lines"].encode()), late=row["late"], today=row["today"], week=row["week"]
    )
    return typing_cast("TaskPage", page)
