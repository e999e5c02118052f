"""When the ladder stopped: end it, go on with a reason, or tell of danger; and asking a partner on a legal ground."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.deadlines import Due, end_of_day, local_day
from services.cases.dossiers.models import Dossier, Entry, Task
from services.cases.dossiers.plain_facts import check_facts
from services.cases.outreach.acts import (
    ask,
    attempts_of,
    end_tasks,
    go_on,
    ladder_held,
    line_of,
    note_outreach,
    stop,
)
from services.cases.outreach.models import Decision, DecisionMade, Ladder, NothingToDecide
from shared.auth import Permission, Principal
from shared.contracts.cases import RiskIncreased
from shared.contracts.outreach import (
    DECISIONS,
    STOP_REASONS,
    STOP_REASONS_EARLY,
    ConfirmDecision,
    Decide,
    OutreachRef,
)
from shared.db import uuid7
from shared.errors import Invalid, NotFound
from shared.outbox import publish

_SHORTEST_REASON = 20


async def decide(
    session: AsyncSession, principal: Principal, command: Decide, dossier_id: UUID, *, now: datetime
) -> OutreachRef:
    """Raises `NothingToDecide` while the next step is an attempt, `DecisionMade` while one waits for its second."""
    principal.require(Permission.DOSSIER_WRITE)
    _check(command)
    dossier, ladder = await ladder_held(session, principal, dossier_id, now=now)
    if command.kind == "ask_partner" and command.ground not in line_of(ladder).partner_grounds:
        raise Invalid({"ground": "not_a_choice"})
    await _require_turn(session, ladder, command)
    ladder.step(command.version, by=principal.user_id, at=now)
    two = command.kind in {"go_on", "ask_partner"}
    decision = Decision.take(
        dossier.id,
        command.kind,
        two=two,
        stop_reason=command.stop_reason,
        ground=command.ground,
        reason=command.reason.strip(),
        by=principal.user_id,
        at=now,
    )
    session.add(decision)
    session.add(
        Entry.system(
            dossier.id, "outreach_proposed" if two else "outreach_decided", at=now, by=principal.user_id,
            decision=command.kind, stop=command.stop_reason,
        )
    )  # fmt: skip
    match command.kind:
        case "stop":
            await stop(session, dossier, ladder, command.stop_reason, by=principal.user_id, now=now)
        case "danger":
            await _tell_of_danger(session, principal, dossier, ladder, now=now)
        case "go_on":
            ladder.state = "confirming"
            await end_tasks(session, dossier, "outreach_decision", by=principal.user_id, now=now)
            await ask(session, dossier, "outreach_confirm", None, now=now, of=str(decision.id))
        case _:
            await ask(session, dossier, "outreach_confirm", None, now=now, of=str(decision.id))
    return note_outreach(
        session, principal, dossier, ladder, "decide", now=now, object_kind="decision", object_id=decision.id,
        kind=command.kind,
    )  # fmt: skip


async def confirm_decision(
    session: AsyncSession, principal: Principal, command: ConfirmDecision, decision_id: UUID, *, now: datetime
) -> OutreachRef:
    """By a second person who sees the dossier. Raises `OwnDecision`, `DecisionMade`."""
    principal.require(Permission.DOSSIER_READ)
    dossier_id = await session.scalar(select(Decision.dossier_id).where(Decision.id == decision_id))
    if dossier_id is None:
        raise NotFound
    dossier, ladder = await ladder_held(session, principal, dossier_id, now=now, to_write=False)
    decision = await session.get_one(Decision, decision_id, with_for_update=True, populate_existing=True)
    if decision.kind == "ask_partner":
        principal.require(Permission.REFERRAL_GROUND)
    else:
        principal.require_any(Permission.DOSSIER_WRITE, Permission.DOSSIER_SUPERVISE)
    decision.answer(agreed=command.agreed, by=principal.user_id, at=now)
    ladder.touch(by=principal.user_id, at=now)
    await _end_asking(session, dossier, decision, by=principal.user_id, now=now)
    session.add(
        Entry.system(
            dossier.id, "outreach_confirmed" if command.agreed else "outreach_not_confirmed", at=now,
            by=principal.user_id, decision=decision.kind,
        )
    )  # fmt: skip
    if decision.kind == "go_on":
        await _answered(session, dossier, ladder, agreed=command.agreed, by=principal.user_id, now=now)
    return note_outreach(
        session, principal, dossier, ladder, "confirm_decision", now=now, object_kind="decision",
        object_id=decision.id, agreed="yes" if command.agreed else "no",
    )  # fmt: skip


async def _answered(
    session: AsyncSession, dossier: Dossier, ladder: Ladder, *, agreed: bool, by: UUID, now: datetime
) -> None:
    """Two want to go on, and the next steps are planned; or it stays as it was, and is decided anew."""
    if ladder.state != "confirming":
        return
    if agreed:
        ladder.resume(len(await attempts_of(session, dossier.id)), at=now)
        await go_on(session, dossier, ladder, by=by, now=now)
        return
    ladder.state = "asked"
    await ask(session, dossier, "outreach_decision", dossier.holder, now=now)


async def _tell_of_danger(
    session: AsyncSession, principal: Principal, dossier: Dossier, ladder: Ladder, *, now: datetime
) -> None:
    """The coordinators hear it at once, and the ladder waits for what they decide."""
    ladder.state = "danger"
    await end_tasks(session, dossier, by=principal.user_id, now=now)
    today = local_day(now)
    why = {"rule": "outreach_danger", "from": today.isoformat()}
    task = Task.plan(
        dossier.id,
        "outreach_danger",
        Due(today, why, end_of_day(today)),
        assignee=None,
        compulsory=True,
        at=now,
    )
    session.add(task)
    publish(
        session,
        RiskIncreased(
            id=uuid7(),
            occurred_at=now,
            tenant=principal.tenant,
            actor=principal.user_id,
            dossier_id=dossier.id,
            task_id=task.id,
            incident_type=dossier.incident_type,
            holder=dossier.holder,
        ),
    )


async def _end_asking(
    session: AsyncSession, dossier: Dossier, decision: Decision, *, by: UUID, now: datetime
) -> None:
    for task in await session.scalars(
        select(Task).where(
            Task.dossier_id == dossier.id,
            Task.kind == "outreach_confirm",
            Task.state == "open",
            Task.why["of"].as_string() == str(decision.id),
        )
    ):
        task.complete("done", by=by, at=now)


async def _require_turn(session: AsyncSession, ladder: Ladder, command: Decide) -> None:
    """Danger may be told at any time; the rest when it is asked for. One proposal of a kind waits at a time."""
    if command.kind in {"go_on", "ask_partner"} and await session.scalar(
        select(Decision.id).where(
            Decision.dossier_id == ladder.dossier_id,
            Decision.kind == command.kind,
            Decision.state == "proposed",
        )
    ):
        raise DecisionMade
    early = command.kind == "stop" and command.stop_reason in STOP_REASONS_EARLY
    if command.kind in {"danger", "ask_partner"} or early:
        return
    if ladder.state == "open" or (ladder.state == "confirming" and command.kind == "go_on"):
        raise NothingToDecide


def _check(command: Decide) -> None:
    wrong: dict[str, str] = {}
    stops = command.kind == "stop"
    if command.kind not in DECISIONS:
        wrong["kind"] = "not_a_choice"
    if stops and command.stop_reason not in STOP_REASONS:
        wrong["stop_reason"] = "required" if not command.stop_reason else "not_a_choice"
    if not stops and command.stop_reason:
        wrong["stop_reason"] = "not_a_choice"
    if stops and command.reason.strip():
        wrong["reason"] = "no_reason_kept"
    if not stops and len(command.reason.strip()) < _SHORTEST_REASON:
        wrong["reason"] = "reason_too_short"
    if command.kind != "ask_partner" and command.ground:
        wrong["ground"] = "not_a_choice"
    if wrong:
        raise Invalid(wrong)
    check_facts(reason=command.reason)
