"""What can be done with a message of bad news (1.5): receive, verify, assign, try, deliver, give up, confirm."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.calendar import working_days_here
from services.cases.dossiers.deadlines import Due, end_of_day, local_day, next_working_day
from services.cases.dossiers.models import COMPARTMENT, Dossier, Task
from services.cases.victim_support.acts import (
    check_codes,
    check_past,
    complete_tasks,
    dossier_to_write,
    note_act,
    open_tasks,
)
from services.cases.victim_support.bad_news import BadNews
from services.cases.victim_support.opening import KIND, open_victim_support, require_type
from shared.auth import Permission, Principal
from shared.contracts.bad_news import (
    ATTEMPT_OUTCOMES,
    BAD_NEWS_KINDS,
    BAD_NEWS_SOURCES,
    BAD_NEWS_WAYS,
    GOODBYE_WISHES,
    NEIGHBOURS,
    NOT_DELIVERABLE_REASONS,
    AssignBadNews,
    BadNewsRef,
    ConfirmBadNews,
    DeliverBadNews,
    GiveUpBadNews,
    ReceiveBadNews,
    TryBadNews,
    VerifyBadNews,
)
from shared.db import uuid7
from shared.errors import Forbidden, Invalid, NotFound


async def receive_bad_news(
    session: AsyncSession, principal: Principal, command: ReceiveBadNews, *, now: datetime
) -> BadNewsRef:
    """In a dossier, or as the beginning of one: a request of another zone comes by mail before there is any."""
    principal.require_any(Permission.DOSSIER_WRITE, Permission.DOSSIER_OPEN)
    check_codes(
        ("kind", command.kind, BAD_NEWS_KINDS),
        ("source", command.source, BAD_NEWS_SOURCES),
        ("way", command.way, BAD_NEWS_WAYS),
    )
    if command.source != "own_zone" and not command.requester.strip():
        raise Invalid({"requester": "required"})
    if not command.about.strip():
        raise Invalid({"about": "required"})
    dossier = await _dossier(session, principal, command, now=now)
    news = BadNews(
        id=uuid7(),
        dossier_id=dossier.id,
        state="received",
        about=command.about.strip(),
        kind=command.kind,
        source=command.source,
        way=command.way,
        requester=command.requester.strip(),
        reference=command.reference.strip(),
        received_at=now,
        received_by=principal.user_id,
        recipients=msgspec.to_builtins(command.recipients),
        embargo=command.embargo,
    )
    session.add(news)
    today = local_day(now)
    due = Due(today, {"rule": "same_day", "from": today.isoformat(), "of": str(news.id)}, end_of_day(today))
    session.add(Task.plan(dossier.id, "bad_news", due, assignee=dossier.holder, compulsory=True, at=now))
    return _noted(session, principal, dossier, news, "receive_bad_news", "bad_news_received", now=now)


async def _dossier(
    session: AsyncSession, principal: Principal, command: ReceiveBadNews, *, now: datetime
) -> Dossier:
    if command.dossier_id is not None:
        principal.require(Permission.DOSSIER_WRITE)
        return await dossier_to_write(session, principal, command.dossier_id, now=now)
    principal.require(Permission.DOSSIER_OPEN)
    if COMPARTMENT[KIND] not in principal.compartments:
        raise Forbidden(details={"compartment": COMPARTMENT[KIND]})
    await require_type(session, command.incident_type, now=now)
    return await open_victim_support(
        session,
        principal,
        "receive_bad_news",
        incident_type=command.incident_type,
        holder=principal.user_id,
        at=now,
        now=now,
        place=command.recipients[0].address.strip(),
        pv_number="",
        summary="",
    )


async def verify_bad_news(
    session: AsyncSession, principal: Principal, command: VerifyBadNews, bad_news_id: UUID, *, now: datetime
) -> BadNewsRef:
    principal.require(Permission.DOSSIER_WRITE)
    if not command.how.strip():
        raise Invalid({"how": "required"})
    dossier, news = await _found(session, principal, bad_news_id, now=now)
    news.verify(command.how.strip(), by=principal.user_id, at=now)
    return _noted(session, principal, dossier, news, "verify_bad_news", "bad_news_verified", now=now)


async def assign_bad_news(
    session: AsyncSession, principal: Principal, command: AssignBadNews, bad_news_id: UUID, *, now: datetime
) -> BadNewsRef:
    principal.require(Permission.DOSSIER_WRITE)
    dossier, news = await _found(session, principal, bad_news_id, now=now)
    news.assign(command)
    return _noted(session, principal, dossier, news, "assign_bad_news", "bad_news_assigned", now=now)


async def try_bad_news(
    session: AsyncSession, principal: Principal, command: TryBadNews, bad_news_id: UUID, *, now: datetime
) -> BadNewsRef:
    """Nobody could be told: the task moves to the next attempt."""
    principal.require(Permission.DOSSIER_WRITE)
    check_codes(
        ("outcome", command.outcome, ATTEMPT_OUTCOMES), ("neighbours", command.neighbours, NEIGHBOURS)
    )
    check_past(now, at=command.at)
    if command.next_at is not None:
        if command.next_at.tzinfo is None:
            raise Invalid({"next_at": "without_time_zone"})
        if command.next_at < now:
            raise Invalid({"next_at": "in_the_past"})
    dossier, news = await _found(session, principal, bad_news_id, now=now)
    session.add(news.attempt(command, by=principal.user_id, at=now))
    if command.next_at is not None:
        for task in await open_tasks(session, dossier, "bad_news", of=news.id):
            task.due_on, task.due_at = local_day(command.next_at), command.next_at
            task.why = {"rule": "chosen", "from": local_day(now).isoformat(), "of": str(news.id)}
    return _noted(
        session,
        principal,
        dossier,
        news,
        "try_bad_news",
        "bad_news_attempted",
        now=now,
        at=command.at,
        outcome=command.outcome,
        neighbours=command.neighbours,
    )


async def deliver_bad_news(
    session: AsyncSession, principal: Principal, command: DeliverBadNews, bad_news_id: UUID, *, now: datetime
) -> BadNewsRef:
    """Only after its source was checked. Who asked for it is told next: a task until that is confirmed."""
    principal.require(Permission.DOSSIER_WRITE)
    check_codes(("goodbye_wish", command.goodbye_wish, GOODBYE_WISHES))
    check_past(now, at=command.at)
    dossier, news = await _found(session, principal, bad_news_id, now=now)
    news.deliver(command, by=principal.user_id, at=now)
    await _over(session, principal, dossier, news, now=now)
    return _noted(
        session,
        principal,
        dossier,
        news,
        "deliver_bad_news",
        "bad_news_delivered",
        now=now,
        at=command.at,
    )


async def give_up_bad_news(
    session: AsyncSession, principal: Principal, command: GiveUpBadNews, bad_news_id: UUID, *, now: datetime
) -> BadNewsRef:
    principal.require(Permission.DOSSIER_WRITE)
    check_codes(("reason", command.reason, NOT_DELIVERABLE_REASONS))
    dossier, news = await _found(session, principal, bad_news_id, now=now)
    news.give_up(command.reason)
    await _over(session, principal, dossier, news, now=now)
    return _noted(
        session,
        principal,
        dossier,
        news,
        "give_up_bad_news",
        "bad_news_not_deliverable",
        now=now,
        why=command.reason,
    )


async def confirm_bad_news(
    session: AsyncSession, principal: Principal, command: ConfirmBadNews, bad_news_id: UUID, *, now: datetime
) -> BadNewsRef:
    principal.require(Permission.DOSSIER_WRITE)
    check_codes(("way", command.way, BAD_NEWS_WAYS))
    if not command.to.strip():
        raise Invalid({"to": "required"})
    dossier, news = await _found(session, principal, bad_news_id, now=now)
    news.confirm(command.to.strip(), by=principal.user_id, at=now)
    await complete_tasks(session, dossier, "confirm_bad_news", by=principal.user_id, now=now, of=news.id)
    return _noted(session, principal, dossier, news, "confirm_bad_news", "bad_news_confirmed", now=now)


async def _over(
    session: AsyncSession, principal: Principal, dossier: Dossier, news: BadNews, *, now: datetime
) -> None:
    await complete_tasks(session, dossier, "bad_news", by=principal.user_id, now=now, of=news.id)
    if news.source != "own_zone":
        due = next_working_day(now, await working_days_here(session))
        due = Due(due.on, {**due.why, "of": str(news.id)}, due.at)
        session.add(
            Task.plan(dossier.id, "confirm_bad_news", due, assignee=dossier.holder, compulsory=True, at=now)
        )


async def _found(
    session: AsyncSession, principal: Principal, bad_news_id: UUID, *, now: datetime
) -> tuple[Dossier, BadNews]:
    dossier_id = await session.scalar(select(BadNews.dossier_id).where(BadNews.id == bad_news_id))
    if dossier_id is None:
        raise NotFound
    dossier = await dossier_to_write(session, principal, dossier_id, now=now)
    return dossier, await session.get_one(BadNews, bad_news_id, populate_existing=True)


def _noted(
    session: AsyncSession,
    principal: Principal,
    dossier: Dossier,
    news: BadNews,
    action: str,
    code: str,
    *,
    now: datetime,
    at: datetime | None = None,
    **details: str,
) -> BadNewsRef:
    note_act(
        session,
        principal,
        dossier,
        action,
        code,
        now=now,
        object_kind="bad_news",
        object_id=news.id,
        at=at,
        **details,
    )
    return BadNewsRef(bad_news_id=news.id, dossier_id=dossier.id, state=news.state)
