"""Lets the call-outs of the stories happen: requested, rung, accepted, closed, each at its own moment."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.demo.incidents import exercise
from deploy.demo.script import Story
from deploy.demo.workshop import BRUSSELS, Cast, Workshop, at, service_principal
from services.rostering.call_outs import commands, detail
from services.rostering.call_outs.models import CallOut
from services.rostering.call_outs.records import MorningReport, MorningReportLine
from services.rostering.call_outs.trail import CallOutAttempt
from shared import outbox, timers
from shared.auth import Permission
from shared.contracts.call_outs import (
    AcceptCallOut,
    CallOutView,
    CloseCallOut,
    DeclineCallOut,
    MarkCallOut,
    RequestCallOut,
    ValidateCallOut,
)

_RUNNING_FOR = timedelta(minutes=70)
_THINKING = timedelta(minutes=2)
_VALIDATED_AFTER = timedelta(days=1)


def requested_at(story: Story, *, now: datetime) -> datetime:
    today = now.astimezone(BRUSSELS).date()
    return at(today - timedelta(days=story.ago), story.at)


async def happen(
    workshop: Workshop, cast: Cast, stories: list[Story], running: Story, *, now: datetime
) -> None:
    """Nothing when there is any call-out already."""
    dispatchers = cast.with_role("dispatcher")
    async with workshop.transaction("rostering", cast.tenant.key) as session:
        if await session.scalar(select(CallOut.id).limit(1)) is not None:
            return
        for position, story in enumerate(stories):
            dispatcher = dispatchers[position % len(dispatchers)]
            await _happen(session, cast, story, dispatcher, when=requested_at(story, now=now))
        await _happen(session, cast, running, dispatchers[0], when=now - _RUNNING_FOR)
        await exercise(session, cast, now=now)
        await _forget_reports(session)
        outbox.withhold(session)
        timers.withhold(session)


async def _forget_reports(session: AsyncSession) -> None:
    """Reports of mornings long past tell nobody anything, and one without its timer would keep later ones silent."""
    await session.flush()
    await session.execute(delete(MorningReportLine))
    await session.execute(delete(MorningReport))


async def _happen(
    session: AsyncSession, cast: Cast, story: Story, dispatcher: UUID, *, when: datetime
) -> None:
    tenant = cast.tenant.key
    ref = await commands.request_call_out(
        session, cast.principal(dispatcher, now=when), _request(story, when), now=when
    )
    call_out_id = ref.call_out_id
    for reaction in story.rings[:-1]:
        await session.flush()
        attempt = await _ringing(session, call_out_id)
        if reaction == "no_answer":
            await commands.escalate_overdue(session, tenant, attempt.id, now=attempt.answer_by)
        else:
            then = attempt.rang_at + _THINKING
            command = DeclineCallOut(reason=reaction.removeprefix("declined:"))
            somebody = cast.principal(_rung(attempt), now=then)
            await commands.decline_call_out(session, somebody, command, call_out_id, now=then)
    await session.flush()
    member = _rung(await _ringing(session, call_out_id))
    moments = {name: when + timedelta(minutes=getattr(story, name)) for name in ("accept", "leave", "arrive")}
    principal = cast.principal(member, now=when)
    eta = AcceptCallOut(eta_minutes=story.arrive - story.accept)
    await commands.accept_call_out(session, principal, eta, call_out_id, now=moments["accept"])
    for name, state in (("leave", "en_route"), ("arrive", "on_site")):
        mark = MarkCallOut(state=state)
        await commands.mark_call_out(session, principal, mark, call_out_id, now=moments[name])
    if story.close:
        await commands.close_call_out(
            session,
            principal,
            CloseCallOut(note=story.closing_note),
            call_out_id,
            now=when + timedelta(minutes=story.close),
        )


def _request(story: Story, when: datetime) -> RequestCallOut:
    return RequestCallOut(
        incident_type=story.incident_type,
        place=story.place,
        summary=story.summary,
        requested_by=story.requested_by,
        contact_on_site=story.contact_on_site,
        contact_phone=story.contact_phone,
        urgency=story.urgency,
        present=story.present,
        already_informed=story.already_informed,
        safety=story.safety,
        languages=story.languages,
        minors_present=story.minors_present,
        bad_news=story.bad_news,
        pv_number=story.pv_number.replace("{year}", str(when.year)),
        prosecutor_informed=story.prosecutor_informed,
    )


async def _ringing(session: AsyncSession, call_out_id: UUID) -> CallOutAttempt:
    found = await session.scalars(
        select(CallOutAttempt).where(
            CallOutAttempt.call_out_id == call_out_id, CallOutAttempt.outcome == "ringing"
        )
    )
    return found.one()


def _rung(attempt: CallOutAttempt) -> UUID:
    """Who was rung; the stories ring no partner zone."""
    if attempt.user_id is None:
        raise LookupError("a partner zone is rung")
    return attempt.user_id


async def closed(workshop: Workshop, cast: Cast, stories: list[Story]) -> dict[UUID, Story]:
    """The call-outs that these stories became."""
    by_summary = {story.summary: story for story in stories}
    async with workshop.transaction("rostering", cast.tenant.key) as session:
        found = await session.execute(
            select(CallOut.id, CallOut.summary)
            .where(CallOut.summary.in_(by_summary))
            .order_by(CallOut.number)
        )
        return {call_out_id: by_summary[summary] for call_out_id, summary in found}


async def briefing(workshop: Workshop, tenant: str, call_out_id: UUID, *, now: datetime) -> CallOutView:
    """What cases asks for when a call-out is closed."""
    cases = service_principal("cases", tenant, Permission.CALL_OUT_READ, now=now)
    async with workshop.transaction("rostering", tenant) as session:
        return await detail.call_out_by_id(session, cases, call_out_id, now=now)


async def finish(workshop: Workshop, cast: Cast, reports: Mapping[UUID, datetime], *, now: datetime) -> None:
    """Reported when the report was written, and validated the day after; what is so already stays so."""
    tenant = cast.tenant.key
    coordinator = cast.with_role("spot_coordinator")[0]
    async with workshop.transaction("rostering", tenant) as session:
        for call_out_id, reported_at in reports.items():
            call_out = await session.get_one(CallOut, call_out_id)
            if call_out.state == "closed":
                await commands.note_report(
                    session, tenant, call_out_id, by=call_out.accepted_by, now=reported_at
                )
            validated_at = reported_at + _VALIDATED_AFTER
            if call_out.state == "reported" and validated_at < now:
                principal = cast.principal(coordinator, now=validated_at)
                await commands.validate_call_out(
                    session, principal, ValidateCallOut(), call_out_id, now=validated_at
                )
        outbox.withhold(session)
