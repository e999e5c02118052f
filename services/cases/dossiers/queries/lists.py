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
    Integer,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
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
from services.cases.persons.names import EXACT, NEAR, match, pieces_to_ask
from shared.auth import Permission, Principal
from shared.contracts.cases import DossierPage, SearchDossiers
from shared.db import Statement
from shared.errors import Invalid

PAGE = 50
_SHORTEST_SEARCH = 2
_STATES = ("", "open", "closed")
# Before the first line of the first page, so that every page is asked for with the same statement.
_START = (1, datetime(9999, 1, 1, tzinfo=UTC), UUID(int=(1 << 128) - 1))
_ALL_ALIKE: ColumnElement[int] = literal_column("0", Integer)

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


def _list(*conditions: ColumnElement[bool], rank: ColumnElement[int] = _ALL_ALIKE) -> Statement:
    """`rank` is 0 for what comes first and below it for what comes after, each newest change first."""
    mine = (
        select(Dossier.id, Dossier.updated_at, rank.label("rank"))
        .where(visible, or_(_STATE == "", Dossier.state == _STATE), *conditions)
        .cte("mine")
    )
    after = tuple_(mine.c.rank, mine.c.updated_at, mine.c.id) < tuple_(
        bindparam("after_rank", type_=Integer),
        bindparam("after_at", type_=DateTime(timezone=True)),
        bindparam("after_id", type_=Uuid),
    )
    page = (
        select(mine)
        .where(after)
        .order_by(mine.c.rank.desc(), mine.c.updated_at.desc(), mine.c.id.desc())
        .limit(PAGE)
        .cte("page")
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
        .order_by(page.c.rank.desc(), page.c.updated_at.desc(), page.c.id.desc())
    )
    count = select(func.count()).select_from(mine).scalar_subquery()
    last = select(page).order_by(page.c.rank, page.c.updated_at, page.c.id).limit(1).subquery("last")
    shown = select(func.coalesce(func.jsonb_agg(page.c.id), func.jsonb_build_array())).scalar_subquery()
    return Statement(
        select(
            count.label("count"),
            select(func.count()).select_from(mine).where(after).scalar_subquery().label("remaining"),
            select(last.c.rank).scalar_subquery().label("last_rank"),
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


def _with_person(found: ColumnElement[bool]) -> ColumnElement[bool]:
    return (
        select(DossierPerson.person_id)
        .join(Person, Person.id == DossierPerson.person_id)
        .where(DossierPerson.dossier_id == Dossier.id, DossierPerson.removed_at.is_(None), found)
        .correlate(Dossier)
        .exists()
    )


_term = bindparam("term", type_=Text)
_to_the_letter = or_(
    func.strpos(func.lower(Dossier.number), _term) > 0,
    func.strpos(func.lower(Dossier.pv_number), _term) > 0,
    _with_person(
        or_(
            Person.insz == bindparam("insz", type_=Text),
            Person.id == any_(bindparam("exact", type_=ARRAY(Uuid))),
        )
    ),
)
_nearly = _with_person(Person.id == any_(bindparam("near", type_=ARRAY(Uuid))))

# First by the index and only then who is in sight, whatever the planner thinks of it.
_named = (
    select(Person.id, Person.folded)
    .where(Person.trigrams.overlap(bindparam("pieces", type_=ARRAY(Text))))
    .cte("named")
    .prefix_with("MATERIALIZED")
)
NAMES = Statement(
    select(_named.c.id, _named.c.folded).where(
        select(DossierPerson.dossier_id)
        .join(Dossier, Dossier.id == DossierPerson.dossier_id)
        .where(DossierPerson.person_id == _named.c.id, DossierPerson.removed_at.is_(None), visible)
        .correlate(_named)
        .exists()
    )
)
"""Who may be meant, of the persons in dossiers that the caller sees; `match` judges them."""

DOSSIER_PAGE = _list()
DOSSIER_SEARCH = _list(or_(_to_the_letter, _nearly), rank=case((_to_the_letter, 0), else_=-1))


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
    """The same list, of what was found: to the letter first, then with a typing error. Kept without its words."""
    principal.require(Permission.DOSSIER_READ)
    values = {**_wanted(principal, wish.state, wish.after, now=now), **_terms(wish.search)}
    values |= await _people(session, folded(wish.search).split(), values)
    return _page_of(await DOSSIER_SEARCH.fetch_one(session, action="search_dossiers", **values))


async def _people(session: AsyncSession, words: list[str], values: dict[str, Any]) -> dict[str, list[UUID]]:
    """Whose name has all the words, and whose name nearly has."""
    found: dict[str, list[UUID]] = {EXACT: [], NEAR: []}
    for row in await NAMES.fetch(session, **values, pieces=pieces_to_ask(words)):
        verdict = match(words, row["folded"])
        if verdict:
            found[verdict].append(row["id"])
    return found


def _wanted(principal: Principal, state: str, after: str, *, now: datetime) -> dict[str, Any]:
    if state not in _STATES:
        raise Invalid({"state": "not_a_choice"})
    rank, moment, dossier_id = _key_of(after)
    key = {"after_rank": rank, "after_at": moment, "after_id": dossier_id}
    return {"state": state, **key, **reader(principal, now=now)}


def _page_of(row: Any) -> DossierPage:
    more = row["remaining"] > PAGE
    page = _Page(
        lines=msgspec.Raw(row["lines"].encode()),
        count=row["count"],
        next_after=f"{row['last_rank']}_{row['last_at'].isoformat()}_{row['last_id']}" if more else "",
    )
    return typing_cast("DossierPage", page)


def _key_of(after: str) -> tuple[int, datetime, UUID]:
    if not after:
        return _START
    try:
        rank, moment, dossier_id = after.split("_")
        return max(-1, min(0, int(rank))), datetime.fromisoformat(moment).astimezone(UTC), UUID(dossier_id)
    except (ValueError, OverflowError) as wrong:
        raise Invalid({"after": "wrong_type"}) from wrong


def _terms(search: str) -> dict[str, Any]:
    term = folded(search)
    if len(term) < _SHORTEST_SEARCH:
        raise Invalid({"search": "too_short"})
    digits = re.sub(r"[ .\-]", "", term)
    return {"term": term, "insz": digits if digits.isdecimal() else "-"}
