"""Writes what followed the call-outs: dossiers with persons, reports, entries, re-contacts, and who looked."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.demo import call_outs
from deploy.demo.script import Client, Glass, Line, Story, synthetic_insz
from deploy.demo.workshop import BRUSSELS, Cast, Workshop, at
from services.cases.documents import commands as papers
from services.cases.documents.archive import Place, archive_of
from services.cases.documents.commands.files import Received, digest, tenant_key
from services.cases.dossiers import commands, queries
from services.cases.dossiers.models import BreakGlassUse, Dossier, Entry, Task
from services.cases.victim_support import commands as victim_support
from shared import outbox, timers
from shared.auth import Principal
from shared.contracts.aftercare import DecideTriage, NotePracticalHelp, RecordRisk
from shared.contracts.call_outs import CallOutView
from shared.contracts.cases import CloseDossier, WriteEntry, WriteReport
from shared.contracts.documents import AddDocument, GiveLeaflets
from shared.contracts.dossier_access import AssignHolder, BreakGlass, ReviewBreakGlass
from shared.contracts.persons import AddPerson
from shared.contracts.rostering import CallOutClosed
from shared.contracts.tasks import CompleteTask
from shared.db import uuid7

_REPORTED_AT = time(9, 40)
_RECONTACTED_AT = time(14, 20)
_LOOKED_AT = time(10, 15)
_PERSONS_AFTER = timedelta(minutes=20)
_LEAFLETS_AFTER = timedelta(minutes=45)
_DOCUMENT_AFTER = timedelta(minutes=15)
_ASSESSED_AFTER = timedelta(minutes=30)
_HANDED_OVER_AFTER = timedelta(minutes=50)
_TRIAGED_AFTER = timedelta(minutes=55)
_HELPED_AFTER = timedelta(minutes=40)
_HELPED = {
    "robbery_violence": ("locksmith", 35),
    "burglary": ("prevention_advice", 20),
    "fire": ("shelter", 50),
}
_CLOSED_AFTER = timedelta(days=1)
_REVIEWED_AFTER = timedelta(days=2)
_DAY = timedelta(days=1)

Act = tuple[datetime, Callable[["Desk", datetime], Awaitable[Any]]]


@dataclass(frozen=True)
class Desk:
    """One dossier on the desk of whoever holds it at that moment."""

    session: AsyncSession
    cast: Cast
    dossier: Dossier
    coordinator: UUID

    def holder(self, now: datetime) -> Principal:
        assert self.dossier.holder is not None  # noqa: S101 - nobody declares a conflict in the stories
        return self.cast.principal(self.dossier.holder, now=now)


async def write(workshop: Workshop, cast: Cast, stories: list[Story], *, now: datetime) -> None:
    """One dossier a closed call-out, and everything in the order in which it happened; nothing that is there."""
    tenant = cast.tenant.key
    told = await call_outs.closed(workshop, cast, stories)
    async with workshop.transaction("cases", tenant) as session:
        known = set(await session.scalars(select(Dossier.call_out_id)))
    for call_out_id, story in told.items():
        if call_out_id in known:
            continue
        view = await call_outs.briefing(workshop, tenant, call_out_id, now=closed_at(story, now=now))
        async with workshop.transaction("cases", tenant) as session:
            desk = await _open(session, cast, view)
            for when, act in sorted(_acts(desk, story, await _recontacts(desk)), key=lambda act: act[0]):
                if when < now:
                    await act(desk, when)
                    await session.flush()
            outbox.withhold(session)


def closed_at(story: Story, *, now: datetime) -> datetime:
    return call_outs.requested_at(story, now=now) + timedelta(minutes=story.close)


async def _open(session: AsyncSession, cast: Cast, view: CallOutView) -> Desk:
    """As if cases had just heard that the call-out was closed."""
    closing = next(moment for moment in view.times if moment.state == "closed")
    assert view.accepted_by is not None  # noqa: S101 - a closed call-out was accepted
    event = CallOutClosed(
        id=uuid7(),
        occurred_at=closing.at,
        tenant=cast.tenant.key,
        actor=view.accepted_by,
        call_out_id=view.call_out_id,
        incident_type=view.incident_type,
        accepted_by=view.accepted_by,
        opens_dossier=True,
        minors_present=view.minors_present,
    )
    await victim_support.take_over_call_out(session, event, view, now=closing.at)
    await session.flush()
    found = await session.scalars(select(Dossier).where(Dossier.call_out_id == view.call_out_id))
    return Desk(session, cast, found.one(), cast.with_role("spot_coordinator")[0])


async def _recontacts(desk: Desk) -> list[Task]:
    planned = select(Task).where(Task.dossier_id == desk.dossier.id, Task.kind == "recontact")
    return list(await desk.session.scalars(planned.order_by(Task.due_on)))


def _acts(desk: Desk, story: Story, recontacts: list[Task]) -> Iterator[Act]:
    opened = desk.dossier.opened_at
    day = opened.astimezone(BRUSSELS).date()
    for position, client in enumerate(story.persons):
        yield opened + _PERSONS_AFTER + timedelta(minutes=5 * position), _adding(client)
    reported = report_time(opened)
    if story.report:
        yield reported, _reporting(story.report)
        yield at(reported.astimezone(BRUSSELS).date() + _DAY, _LOOKED_AT), _supervising
    if story.leaflets:
        yield opened + _LEAFLETS_AFTER, _giving(story.leaflets)
    if story.document:
        yield reported + _DOCUMENT_AFTER, _filing(**story.document)
    if story.risk:
        yield reported + _ASSESSED_AFTER, _assessing(**story.risk)
    if story.handed_over:
        yield reported + _HANDED_OVER_AFTER, _handing_over
    if story.ago > 1:
        yield reported + _TRIAGED_AFTER, _triaging
    if story.incident_type in _HELPED:
        yield opened + _HELPED_AFTER, _helping(*_HELPED[story.incident_type])
    last = reported
    for line in story.entries:
        last = max(last, at(day + line.days * _DAY, line.at))
        yield at(day + line.days * _DAY, line.at), _noting(line)
    for task, outcome in zip(recontacts, story.recontacts, strict=False):
        when = at(task.due_on, _RECONTACTED_AT)
        last = max(last, when)
        yield when, _contacting(task.id, outcome)
    if story.closed:
        yield last + _CLOSED_AFTER, _closing


def report_time(opened: datetime) -> datetime:
    """The morning after; on the same morning when the call-out was closed in the night."""
    local = opened.astimezone(BRUSSELS)
    morning = at(local.date(), _REPORTED_AT)
    return morning if morning > opened else at(local.date() + _DAY, _REPORTED_AT)


def _adding(client: Client) -> Callable[[Desk, datetime], Awaitable[Any]]:
    facts = msgspec.structs.asdict(client)
    facts["insz"] = synthetic_insz(client.born_on) if client.insz and client.born_on else ""

    async def act(desk: Desk, now: datetime) -> None:
        await victim_support.add_person(
            desk.session, desk.holder(now), AddPerson(**facts), desk.dossier.id, now=now
        )

    return act


def _giving(codes: list[str]) -> Callable[[Desk, datetime], Awaitable[Any]]:
    async def act(desk: Desk, now: datetime) -> None:
        command = GiveLeaflets(codes=codes, language="nl")
        await papers.give_leaflets(desk.session, desk.holder(now), command, desk.dossier.id, now=now)

    return act


def _filing(name: str, kind: str, text: str) -> Callable[[Desk, datetime], Awaitable[Any]]:
    """A file that somebody added, as its door takes it in."""
    content = text.encode()

    async def act(desk: Desk, now: datetime) -> None:
        holder = desk.holder(now)
        key = await tenant_key(desk.session, desk.cast.tenant.key, now=now)
        place = Place(desk.cast.tenant.key, uuid7(), key)
        await archive_of(desk.session).put(place, content)
        received = Received(place.document_id, name, "text/plain", len(content), digest(content))
        command = AddDocument(name=name, kind=kind)
        await papers.add_document(desk.session, holder, command, desk.dossier.id, received, now=now)

    return act


def _reporting(text: str) -> Callable[[Desk, datetime], Awaitable[Any]]:
    async def act(desk: Desk, now: datetime) -> None:
        await queries.dossier_by_id(desk.session, desk.holder(now), desk.dossier.id, now=now)
        await victim_support.write_report(
            desk.session, desk.holder(now), WriteReport(text=text), desk.dossier.id, now=now
        )

    return act


async def _supervising(desk: Desk, now: datetime) -> None:
    principal = desk.cast.principal(desk.coordinator, now=now)
    await queries.dossier_by_id(desk.session, principal, desk.dossier.id, now=now)


async def _handing_over(desk: Desk, now: datetime) -> None:
    """The team's triage in the morning: another worker goes on with it."""
    workers = desk.cast.with_role("spot_worker")
    assert desk.dossier.holder is not None  # noqa: S101 - nobody declares a conflict in the stories
    after = workers[(workers.index(desk.dossier.holder) + 2) % len(workers)]
    principal = desk.cast.principal(desk.coordinator, now=now)
    await commands.assign_holder(
        desk.session, principal, AssignHolder(user_id=after), desk.dossier.id, now=now
    )


async def _triaging(desk: Desk, now: datetime) -> None:
    principal = desk.cast.principal(desk.coordinator, now=now)
    await victim_support.decide_triage(desk.session, principal, DecideTriage(), desk.dossier.id, now=now)


def _helping(kind: str, minutes: int) -> Callable[[Desk, datetime], Awaitable[Any]]:
    command = NotePracticalHelp(kind=kind, minutes=minutes)

    async def act(desk: Desk, now: datetime) -> None:
        await victim_support.note_practical_help(
            desk.session, desk.holder(now), command, desk.dossier.id, now=now
        )

    return act


def _assessing(level: str, assessed_by: str, reference: str) -> Callable[[Desk, datetime], Awaitable[Any]]:
    async def act(desk: Desk, now: datetime) -> None:
        command = RecordRisk(
            level=level,
            assessed_on=desk.dossier.opened_at.astimezone(BRUSSELS).date(),
            assessed_by=assessed_by,
            reference=reference,
        )
        await victim_support.record_risk(desk.session, desk.holder(now), command, desk.dossier.id, now=now)

    return act


def _noting(line: Line) -> Callable[[Desk, datetime], Awaitable[Any]]:
    capacity = "practical_help" if line.kind == "practical_help" else "victim_care"
    command = WriteEntry(text=line.text, kind=line.kind, capacity=capacity)

    async def act(desk: Desk, now: datetime) -> None:
        await commands.write_entry(desk.session, desk.holder(now), command, desk.dossier.id, now=now)

    return act


def _contacting(task_id: UUID, outcome: str) -> Callable[[Desk, datetime], Awaitable[Any]]:
    result, _, note = outcome.partition(": ")

    async def act(desk: Desk, now: datetime) -> None:
        command = CompleteTask(result=result, note=note)
        await victim_support.complete_task(desk.session, desk.holder(now), command, task_id, now=now)

    return act


async def _closing(desk: Desk, now: datetime) -> None:
    command = CloseDossier(version=desk.dossier.version)
    await commands.close_dossier(desk.session, desk.holder(now), command, desk.dossier.id, now=now)


async def reports(workshop: Workshop, cast: Cast) -> dict[UUID, datetime]:
    """When the report of each call-out was written, by call-out."""
    async with workshop.transaction("cases", cast.tenant.key) as session:
        found = await session.execute(
            select(Dossier.call_out_id, Entry.at)
            .join(Entry, Entry.dossier_id == Dossier.id)
            .where(Entry.kind == "report")
        )
        return {call_out_id: written_at for call_out_id, written_at in found if call_out_id is not None}


async def break_glass(
    workshop: Workshop, cast: Cast, stories: list[Story], uses: list[Glass], *, now: datetime
) -> None:
    """Somebody without access opened a dossier: one use is reviewed, one waits; nothing when there is any use."""
    tenant = cast.tenant.key
    told = {
        story.ago: call_out_id
        for call_out_id, story in (await call_outs.closed(workshop, cast, stories)).items()
    }
    coordinators = cast.with_role("spot_coordinator")
    async with workshop.transaction("cases", tenant) as session:
        if await session.scalar(select(BreakGlassUse.id).limit(1)) is not None:
            return
        for use in uses:
            dossier = (
                await session.scalars(select(Dossier).where(Dossier.call_out_id == told[use.story_ago]))
            ).one()
            when = at(now.astimezone(BRUSSELS).date() - use.ago * _DAY, use.at)
            worker = next(each for each in cast.with_role("spot_worker") if each != dossier.holder)
            principal = cast.principal(worker, now=when)
            command = BreakGlass(dossier_number=dossier.number, reason=use.reason, text=use.text)
            opened = await commands.break_glass(session, principal, command, now=when)
            await session.flush()
            await queries.dossier_by_id(session, principal, dossier.id, now=when + timedelta(minutes=1))
            if use.verdict:
                reviewed = when + _REVIEWED_AFTER
                await commands.review_break_glass(
                    session,
                    cast.principal(coordinators[0], now=reviewed),
                    ReviewBreakGlass(verdict=use.verdict, note=use.review_note),
                    opened.break_glass_id,
                    now=reviewed,
                )
                # only the use that waits is told to those who review, and has its timer
                timers.withhold(session)
                outbox.withhold(session)
