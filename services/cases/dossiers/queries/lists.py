"""The dossiers that the caller may see, fifty at a time, newest change first; the same list searched."""

import re
from datetime import UTC, datetime
from typing import Any
from typing import cast as typing_cast
from uuid import UUID

import msgspec
from sqlalchemy import (
    ColumnElement,
    DateTime,
    Text,
    Uuid,
    all_,
    and_,
    bindparam,
    cast,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.access import visible
from services.cases.dossiers.models import Dossier, Task
from services.cases.dossiers.people import DossierPerson
from services.cases.dossiers.queries.audited import audit_of, json_rows, reader
from services.cases.persons.identifiers import folded
from services.cases.persons.models import Person
from shared.auth import Permission, Principal
from shared.contracts.cases import DossierPage, SearchDossiers
from shared.db import Statement
from shared.errors import Invalid

PAGE = 50
_SHORTEST_SEARCH = 2
_STATES = ("", "open", "closed")
_WILDCARD, _ESCAPED = re.compile(r"([%_\\])"), r"\\\1"
# Before the first line of the first page, so that every page is asked for with the same statement.
_START = (datetime(9999, 1, 1, tzinfo=UTC), UUID(int=(1 << 128) - 1))

_STATE = bindparam("state", type_=Text)
_title = func.coalesce(
    select(func.trim(Person.last_name + " " + Person.first_name))
    .join(DossierPerson, DossierPerson.person_id == Person.id)
    .where(DossierPerson.dossier_id == Dossier.id, DossierPerson.removed_at.is_(None))
    .order_by((DossierPerson.role == "victim").desc(), DossierPerson.added_at, Person.id)
    .limit(1)
    .correlate(Dossier)
    .scalar_subquery(),
    Dossier.place,
)
_open_tasks = (
    select(func.count(Task.id).label("number"), func.min(Task.due_on).label("next_due_on"))
    .where(Task.dossier_id == Dossier.id, Task.state == "open")
    .correlate(Dossier)
    .lateral("open_tasks")
)


def _list(*conditions: ColumnElement[bool]) -> Statement:
    mine = (
        select(Dossier.id, Dossier.updated_at)
        .where(visible, or_(_STATE == "", Dossier.state == _STATE), *conditions)
        .cte("mine")
    )
    after = tuple_(mine.c.updated_at, mine.c.id) < tuple_(
        bindparam("after_at", type_=DateTime(timezone=True)), bindparam("after_id", type_=Uuid)
    )
    page = (
        select(mine).where(after).order_by(mine.c.updated_at.desc(), mine.c.id.desc()).limit(PAGE).cte("page")
    )
    lines = (
        select(
            Dossier.id.label("dossier_id"),
            Dossier.number,
            Dossier.kind,
            Dossier.incident_type,
            Dossier.state,
            Dossier.holder,
            Dossier.opened_at,
            _title.label("title"),
            _open_tasks.c.number.label("open_tasks"),
            _open_tasks.c.next_due_on,
            Dossier.updated_at,
        )
        .join(page, page.c.id == Dossier.id)
        .join(_open_tasks, onclause=and_(True))
        .order_by(page.c.updated_at.desc(), page.c.id.desc())
    )
    count = select(func.count()).select_from(mine).scalar_subquery()
    last = select(page).order_by(page.c.updated_at, page.c.id).limit(1).subquery("last")
    shown = select(func.coalesce(func.jsonb_agg(page.c.id), func.jsonb_build_array())).scalar_subquery()
    return Statement(
        select(
            count.label("count"),
            select(func.count()).select_from(mine).where(after).scalar_subquery().label("remaining"),
            select(last.c.updated_at).scalar_subquery().label("last_at"),
            select(last.c.id).scalar_subquery().label("last_id"),
            cast(json_rows(lines, "line"), Text).label("lines"),
        ).add_cte(
            audit_of(
                bindparam("action", type_=Text),
                "dossier_list",
                func.jsonb_build_object("count", count, "dossiers", shown),
            )
        )
    )


def _matches() -> ColumnElement[bool]:
    """By number, PV number, every word of a person's name, or the digits of his INSZ."""
    term = bindparam("term", type_=Text)
    person = (
        select(DossierPerson.person_id)
        .join(Person, Person.id == DossierPerson.person_id)
        .where(
            DossierPerson.dossier_id == Dossier.id,
            DossierPerson.removed_at.is_(None),
            or_(
                Person.folded.like(all_(bindparam("words", type_=ARRAY(Text)))),
                Person.insz == bindparam("insz", type_=Text),
            ),
        )
        .correlate(Dossier)
    )
    return or_(
        func.strpos(func.lower(Dossier.number), term) > 0,
        func.strpos(func.lower(Dossier.pv_number), term) > 0,
        person.exists(),
    )


DOSSIER_PAGE = _list()
DOSSIER_SEARCH = _list(_matches())


class _Page(msgspec.Struct, frozen=True, kw_only=True):
    """`DossierPage` with the lines as the database wrote them."""

    lines: msgspec.Raw
    count: int
    next_after: str


async def dossier_page(
    session: AsyncSession,
    principal: Principal,
    state: str = "",
    after: str = "",
    *,
    now: datetime,
) -> DossierPage:
    """The count is of the whole list, of which a page shows up to fifty."""
    principal.require(Permission.DOSSIER_READ)
    values = _wanted(principal, state, after, now=now)
    return _page_of(await DOSSIER_PAGE.fetch_one(session, action="dossier_page", **values))


async def search_dossiers(
    session: AsyncSession, principal: Principal, wish: SearchDossiers, *, now: datetime
) -> DossierPage:
    """The same list, of what was found. Every search is kept, without its words."""
    principal.require(Permission.DOSSIER_READ)
    values = {**_wanted(principal, wish.state, wish.after, now=now), **_terms(wish.search)}
    return _page_of(await DOSSIER_SEARCH.fetch_one(session, action="search_dossiers", **values))


def _wanted(principal: Principal, state: str, after: str, *, now: datetime) -> dict[str, Any]:
    if state not in _STATES:
        raise Invalid({"state": "not_a_choice"})
    after_at, after_id = _key_of(after)
    return {"state": state, "after_at": after_at, "after_id": after_id, **reader(principal, now=now)}


def _page_of(row: Any) -> DossierPage:
    more = row["remaining"] > PAGE
    page = _Page(
        lines=msgspec.Raw(row["lines"].encode()),
        count=row["count"],
        next_after=f"{row['last_at'].isoformat()}_{row['last_id']}" if more else "",
    )
    return typing_cast("DossierPage", page)


def _key_of(after: str) -> tuple[datetime, UUID]:
    if not after:
        return _START
    moment, _, dossier_id = after.partition("_")
    try:
        return datetime.fromisoformat(moment).astimezone(UTC), UUID(dossier_id)
    except (ValueError, OverflowError) as wrong:
        raise Invalid({"after": "wrong_type"}) from wrong


def _terms(search: str) -> dict[str, Any]:
    term = folded(search)
    if len(term) < _SHORTEST_SEARCH:
        raise Invalid({"search": "too_short"})
    digits = re.sub(r"[ .\-]", "", term)
    words = [f"%{_WILDCARD.sub(_ESCAPED, word)}%" for word in term.split()]
    return {"term": term, "words": words, "insz": digits if digits.isdecimal() else "-"}
