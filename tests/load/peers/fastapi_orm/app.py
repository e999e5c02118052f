"""The two reads in FastAPI: `uvicorn app:app`."""

import datetime as dt
import os
import re
import uuid
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import selectinload

from models import Audit, ConflictBlock, Dossier, DossierPerson, Entry, Grant, Person, Task
from schemas import AccessView, DossierFacts, DossierLine, DossierPage, DossierView, EntryView, PersonInDossier, TaskView
from security import Caller, CurrentCaller

PAGE = 50
TIMELINE_LENGTH = 200

app = FastAPI()
engine = create_async_engine(
    os.environ["PEER_DB_URL"].replace("postgresql://", "postgresql+asyncpg://", 1),
    pool_size=int(os.environ["PEER_CONNECTIONS"]),
    max_overflow=0,
)


async def get_session(caller: CurrentCaller) -> AsyncIterator[AsyncSession]:
    """A session whose tables are the tenant's."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,30}", caller.tenant):
        raise HTTPException(401, "unauthenticated")
    tenant = engine.execution_options(schema_translate_map={None: f"t_{caller.tenant}"})
    async with AsyncSession(tenant, expire_on_commit=False) as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]


def granted(caller: Caller, now: dt.datetime) -> ColumnElement[bool]:
    return and_(
        Grant.dossier_id == Dossier.id,
        or_(Grant.user_id == caller.user_id, Grant.team_id.in_(caller.teams)),
        Grant.starts_at <= now,
        or_(Grant.ends_at.is_(None), Grant.ends_at > now),
    )


def visible(caller: Caller, now: dt.datetime) -> ColumnElement[bool]:
    blocked = exists().where(ConflictBlock.dossier_id == Dossier.id, ConflictBlock.user_id == caller.user_id)
    rule = [Dossier.compartment.in_(caller.compartments), ~blocked]
    if not caller.supervises:
        rule.append(exists().where(granted(caller, now)))
    return and_(*rule)


def audit(caller: Caller, action: str, kind: str, now: dt.datetime, dossier: uuid.UUID | None, **details: object) -> Audit:
    return Audit(
        at=now, user_id=caller.user_id, session_id=caller.session_id, service=caller.service, action=action,
        object_kind=kind, object_id=dossier, subject_id=dossier, outcome="done", details=details, trace_id="",
    )


@app.get("/health")
async def health() -> str:
    return "ready"


@app.get("/dossiers/{dossier_id}")
async def dossier_by_id(dossier_id: uuid.UUID, caller: CurrentCaller, session: Session) -> DossierView:
    now = dt.datetime.now(dt.UTC)
    dossier = await session.scalar(
        select(Dossier)
        .where(Dossier.id == dossier_id, visible(caller, now))
        .options(
            selectinload(Dossier.links).joinedload(DossierPerson.person),
            selectinload(Dossier.tasks),
        )
    )
    if dossier is None:
        raise HTTPException(404, "not_found")
    entries = await session.scalars(
        select(Entry)
        .where(Entry.dossier_id == dossier_id)
        .order_by(Entry.at.desc(), Entry.id.desc())
        .limit(TIMELINE_LENGTH)
    )
    access = await access_to(dossier, caller, session, now)
    session.add(audit(caller, "dossier_by_id", "dossier", now, dossier.id, ground=access.ground))
    await session.commit()
    return DossierView(
        **DossierFacts.model_validate(dossier).model_dump(),
        access=access,
        persons=[person_in_dossier(link, now.date()) for link in dossier.links],
        tasks=[
            TaskView.model_validate(task).model_copy(
                update={"dossier_number": dossier.number, "incident_type": dossier.incident_type}
            )
            for task in dossier.tasks
        ],
        timeline=[EntryView.model_validate(entry) for entry in entries],
    )


async def access_to(dossier: Dossier, caller: Caller, session: AsyncSession, now: dt.datetime) -> AccessView:
    best = await session.scalar(
        select(Grant)
        .join(Dossier, granted(caller, now))
        .where(Dossier.id == dossier.id)
        .order_by(
            Grant.may_write.desc(),
            case({"holder": 1, "substitute": 2, "grant": 3, "team": 4}, value=Grant.ground, else_=5),
            Grant.ends_at.desc().nulls_first(),
        )
        .limit(1)
    )
    if caller.supervises and (best is None or best.ground == "break_glass"):
        return AccessView(ground="supervision", may_write=best.may_write if best else False, ends_at=None)
    assert best is not None
    return AccessView.model_validate(best)


def person_in_dossier(link: DossierPerson, today: dt.date) -> PersonInDossier:
    person, born = link.person, link.person.born_on
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day)) if born else None
    return PersonInDossier(
        person_id=person.id, first_name=person.first_name, last_name=person.last_name, role=link.role,
        born_on=born, age=age, minor=link.role == "minor_involved" or (age is not None and age < 18),
        email=person.email, language=person.language, address=person.address,
        insz=person.insz, safe_contact=link.safe_contact, note=link.note,
    )


@app.get("/dossiers")
async def dossier_page(caller: CurrentCaller, session: Session, state: str = "") -> DossierPage:
    now = dt.datetime.now(dt.UTC)
    title = (
        select(func.trim(Person.last_name + " " + Person.first_name))
        .join(DossierPerson, DossierPerson.person_id == Person.id)
        .where(DossierPerson.dossier_id == Dossier.id)
        .order_by((DossierPerson.role == "victim").desc(), DossierPerson.added_at, Person.id)
        .limit(1)
        .scalar_subquery()
    )
    open_tasks = select(func.count(Task.id)).where(Task.dossier_id == Dossier.id, Task.state == "open")
    next_due = select(func.min(Task.due_on)).where(Task.dossier_id == Dossier.id, Task.state == "open")
    rule = [visible(caller, now), *([Dossier.state == state] if state else [])]
    count = await session.scalar(select(func.count()).select_from(Dossier).where(*rule)) or 0
    rows = await session.execute(
        select(Dossier, title, open_tasks.scalar_subquery(), next_due.scalar_subquery())
        .where(*rule)
        .order_by(Dossier.updated_at.desc(), Dossier.id.desc())
        .limit(PAGE)
    )
    lines = [
        DossierLine(
            dossier_id=dossier.id, number=dossier.number, kind=dossier.kind, incident_type=dossier.incident_type,
            state=dossier.state, holder=dossier.holder, opened_at=dossier.opened_at, title=name or dossier.place,
            open_tasks=number, next_due_on=due, updated_at=dossier.updated_at,
        )
        for dossier, name, number, due in rows
    ]
    shown = [str(line.dossier_id) for line in lines]
    session.add(audit(caller, "dossier_page", "dossier_list", now, None, count=count, dossiers=shown))
    await session.commit()
    more = count > len(lines)
    return DossierPage(
        lines=lines,
        count=count,
        next_after=f"{lines[-1].updated_at.isoformat()}_{lines[-1].dossier_id}" if more else "",
    )
