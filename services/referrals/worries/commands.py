"""Everything that can be done to a worry: report it, take it up or not, point at its dossier, close it, wipe it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.worries.models import (
    DRAFT_KEPT,
    KEPT_AFTER_ANSWER,
    WIPE,
    DraftChanged,
    NotTakenUp,
    Worry,
    WorryAlreadyAnswered,
    WorryConflict,
    WorryDraft,
)
from services.referrals.worries.sight import in_sight
from shared import audit, timers
from shared.auth import Permission, Principal
from shared.contracts import worries as contract
from shared.contracts.cases import ConflictOfInterestDeclared, ConflictOfInterestLifted
from shared.contracts.referrals import WorryAnswered, WorryReported
from shared.db import uuid7
from shared.errors import Invalid, NotFound
from shared.outbox import publish


async def report_worry(
    session: AsyncSession, principal: Principal, command: contract.ReportWorry, *, now: datetime
) -> contract.WorryRef:
    """Pass it on; the draft goes in the same act. Raises `Invalid`."""
    principal.require(Permission.WORRY_REPORT)
    _check(command)
    worry = Worry(
        id=uuid7(),
        reported_by=principal.user_id,
        reported_at=now,
        reasons=list(dict.fromkeys(command.reasons)),
        urgency=command.urgency,
        consent=command.consent,
        report_duty=command.report_duty,
        place=command.place.strip(),
        who=command.who.strip(),
        contact=command.contact.strip(),
        text=command.text.strip(),
        state="reported",
        version=1,
        not_taken_up_reason="",
    )
    session.add(worry)
    await session.execute(delete(WorryDraft).where(WorryDraft.author == principal.user_id))
    publish(
        session,
        WorryReported(
            id=uuid7(),
            occurred_at=now,
            tenant=principal.tenant,
            actor=principal.user_id,
            worry_id=worry.id,
            urgency=worry.urgency,
        ),
    )
    return _done(session, principal, "report_worry", worry, now=now, urgency=worry.urgency)


async def say_report_done(
    session: AsyncSession,
    principal: Principal,
    command: contract.SayReportDone,
    worry_id: UUID,
    *,
    now: datetime,
) -> contract.WorryRef:
    """His own official report was drawn up: the reminder goes away. A second time changes nothing."""
    principal.require(Permission.WORRY_REPORT)
    worry = await _locked(session, worry_id)
    if worry.reported_by != principal.user_id:
        raise NotFound
    worry.report_duty = "done"
    return _done(session, principal, "say_report_done", worry, now=now)


async def take_up_worry(
    session: AsyncSession,
    principal: Principal,
    command: contract.TakeUpWorry,
    worry_id: UUID,
    *,
    now: datetime,
) -> contract.WorryRef:
    """The SPoT goes on with it. Raises `WorryAlreadyAnswered` for who comes second."""
    principal.require(Permission.WORRY_HANDLE)
    worry = await _waiting(session, principal, worry_id)
    worry.move("taken_up")
    worry.handled_by, worry.answered_at = principal.user_id, now
    _tell_reporter(session, principal, worry, now=now)
    return _done(session, principal, "take_up_worry", worry, now=now)


async def refuse_worry(
    session: AsyncSession,
    principal: Principal,
    command: contract.RefuseWorry,
    worry_id: UUID,
    *,
    now: datetime,
) -> contract.WorryRef:
    """The SPoT does not go on with it; why stays in the team. Raises `Invalid`, `WorryAlreadyAnswered`."""
    principal.require(Permission.WORRY_HANDLE)
    if command.reason not in contract.NOT_TAKEN_UP_REASONS:
        raise Invalid({"reason": "not_a_choice"})
    worry = await _waiting(session, principal, worry_id)
    worry.move("not_taken_up")
    worry.handled_by, worry.answered_at, worry.closed_at = principal.user_id, now, now
    worry.not_taken_up_reason = command.reason
    timers.schedule(session, principal.tenant, now + KEPT_AFTER_ANSWER, WIPE, worry.id)
    _tell_reporter(session, principal, worry, now=now)
    return _done(session, principal, "refuse_worry", worry, now=now, reason=command.reason)


async def link_dossier(
    session: AsyncSession,
    principal: Principal,
    command: contract.LinkDossier,
    worry_id: UUID,
    *,
    now: datetime,
) -> contract.WorryRef:
    """Where it is followed from now on. Raises `NotTakenUp`."""
    principal.require(Permission.WORRY_HANDLE)
    worry = await _taken_up(session, principal, worry_id)
    worry.dossier_id, worry.version = command.dossier_id, worry.version + 1
    return _done(session, principal, "link_dossier", worry, now=now, dossier=str(command.dossier_id))


async def close_worry(
    session: AsyncSession,
    principal: Principal,
    command: contract.CloseWorry,
    worry_id: UUID,
    *,
    now: datetime,
) -> contract.WorryRef:
    """What was taken up is done, or goes on in its dossier alone. Raises `NotTakenUp`; twice changes nothing."""
    principal.require(Permission.WORRY_HANDLE)
    worry = await _seen(session, principal, worry_id)
    if worry.state != "closed":
        worry = await _taken_up(session, principal, worry_id)
        worry.move("closed")
        worry.closed_at = now
        timers.schedule(session, principal.tenant, now + KEPT_AFTER_ANSWER, WIPE, worry.id)
        _tell_reporter(session, principal, worry, now=now)
    return _done(session, principal, "close_worry", worry, now=now)


async def wipe_worry(session: AsyncSession, tenant: str, worry_id: UUID, *, now: datetime) -> None:
    """By timer: its words are not needed any more."""
    worry = await session.get(Worry, worry_id, with_for_update=True)
    if worry is not None and worry.wiped_at is None:
        worry.wipe(now=now)


async def keep_conflict(session: AsyncSession, event: ConflictOfInterestDeclared, *, now: datetime) -> None:
    """Cases keeps somebody out of a dossier: from now on also of its worry."""
    row = {"dossier_id": event.dossier_id, "user_id": event.user_id}
    await session.execute(insert(WorryConflict).values(row).on_conflict_do_nothing())


async def lift_conflict(session: AsyncSession, event: ConflictOfInterestLifted, *, now: datetime) -> None:
    await session.execute(
        delete(WorryConflict).where(
            WorryConflict.dossier_id == event.dossier_id, WorryConflict.user_id == event.user_id
        )
    )


async def save_worry_draft(
    session: AsyncSession, principal: Principal, command: contract.SaveWorryDraft, *, now: datetime
) -> contract.WorryDraft:
    """The form as it stands, for its author on any device. Raises `DraftChanged`."""
    principal.require(Permission.WORRY_REPORT)
    await session.execute(delete(WorryDraft).where(WorryDraft.expires_at <= now))
    # there is always one to hold, so that two windows that begin at once come one after the other
    empty = {"author": principal.user_id, "fields": {}, "version": 0, "saved_at": now, "expires_at": now}
    await session.execute(insert(WorryDraft).values(empty).on_conflict_do_nothing())
    draft = await session.get_one(WorryDraft, principal.user_id, with_for_update=True)
    if draft.version != command.version:
        raise DraftChanged(details={"saved_at": draft.saved_at.isoformat()} if draft.version else {})
    draft.fields, draft.version = command.fields, draft.version + 1
    draft.saved_at, draft.expires_at = now, now + DRAFT_KEPT
    audit.record(session, principal, "save_worry_draft", now=now, object_kind="draft")
    return contract.WorryDraft(version=draft.version, saved_at=now, fields={})


async def discard_worry_draft(
    session: AsyncSession, principal: Principal, command: contract.DiscardWorryDraft, *, now: datetime
) -> contract.WorryDraft:
    principal.require(Permission.WORRY_REPORT)
    await session.execute(delete(WorryDraft).where(WorryDraft.author == principal.user_id))
    audit.record(session, principal, "discard_worry_draft", now=now, object_kind="draft")
    return contract.WorryDraft(version=0, saved_at=None, fields={})


def _check(command: contract.ReportWorry) -> None:
    """Only codes that we know, and a place to go to."""
    wrong = {
        name: "not_a_choice"
        for name, given, known in _coded(command)
        if any(each not in known for each in given)
    }
    if not command.place.strip():
        wrong["place"] = "required"
    if wrong:
        raise Invalid(wrong)


def _coded(command: contract.ReportWorry) -> Iterable[tuple[str, list[str], tuple[str, ...]]]:
    yield "reasons", command.reasons, contract.WORRY_REASONS
    yield "urgency", [command.urgency], contract.URGENCIES
    yield "consent", [command.consent], contract.CONSENTS
    yield "report_duty", [command.report_duty], contract.REPORT_DUTIES


async def _locked(session: AsyncSession, worry_id: UUID) -> Worry:
    worry = await session.get(Worry, worry_id, with_for_update=True)
    if worry is None:
        raise NotFound
    return worry


async def _seen(session: AsyncSession, principal: Principal, worry_id: UUID) -> Worry:
    """Held first and judged afterwards. `NotFound` also where a conflict of interest keeps it from the caller."""
    worry = await _locked(session, worry_id)
    if (
        await session.scalar(select(Worry.id).where(Worry.id == worry_id, in_sight(principal.user_id)))
        is None
    ):
        raise NotFound
    return worry


async def _waiting(session: AsyncSession, principal: Principal, worry_id: UUID) -> Worry:
    worry = await _seen(session, principal, worry_id)
    if worry.state != "reported":
        raise WorryAlreadyAnswered(details={"state": worry.state, "by": str(worry.handled_by)})
    return worry


async def _taken_up(session: AsyncSession, principal: Principal, worry_id: UUID) -> Worry:
    worry = await _seen(session, principal, worry_id)
    if worry.state != "taken_up":
        raise NotTakenUp(details={"state": worry.state})
    return worry


def _tell_reporter(session: AsyncSession, principal: Principal, worry: Worry, *, now: datetime) -> None:
    publish(
        session,
        WorryAnswered(
            id=uuid7(),
            occurred_at=now,
            tenant=principal.tenant,
            actor=principal.user_id,
            worry_id=worry.id,
            reporter=worry.reported_by,
            state=worry.state,
        ),
    )


def _done(
    session: AsyncSession, principal: Principal, action: str, worry: Worry, *, now: datetime, **details: Any
) -> contract.WorryRef:
    audit.record(
        session, principal, action, now=now, object_kind="worry", object_id=worry.id, details=details
    )
    return contract.WorryRef(worry_id=worry.id, state=worry.state, version=worry.version)
