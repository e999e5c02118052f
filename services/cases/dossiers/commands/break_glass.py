"""Opening a dossier without access in an emergency, and what follows: notice, review, escalation (10.5)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.access import caller, reviewable, visible, within_reach
from services.cases.dossiers.calendar import working_days_here
from services.cases.dossiers.changes import note_change
from services.cases.dossiers.deadlines import working_days
from services.cases.dossiers.models import (
    BREAK_GLASS_LIFETIME,
    REVIEW_OVERDUE_AFTER,
    REVIEW_WORKING_DAYS,
    UNREVIEWED_ALLOWED,
    BreakGlassUse,
    Dossier,
    Entry,
    Grant,
)
from shared import timers
from shared.auth import Permission, Principal
from shared.contracts.cases import BreakGlassEscalated, BreakGlassUsed
from shared.contracts.dossier_access import (
    BREAK_GLASS_REASONS,
    BreakGlass,
    BreakGlassOpened,
    BreakGlassView,
    ReviewBreakGlass,
)
from shared.db import uuid7
from shared.errors import Conflict, Invalid, NotFound
from shared.outbox import publish

REVIEW_OVERDUE = "break_glass_review_overdue"
_SHORTEST_TEXT = 20


class ReviewsOpen(Conflict):
    """Three earlier uses of the same person wait for their review."""

    code = "reviews_open"


class AccessNotNeeded(Conflict):
    """The caller may see this dossier anyway."""

    code = "access_not_needed"


async def break_glass(
    session: AsyncSession, principal: Principal, command: BreakGlass, *, now: datetime
) -> BreakGlassOpened:
    """Reading for an hour. `NotFound` alike for unknown, other tenant's, other compartment's and blocked."""
    principal.require(Permission.BREAK_GLASS_OPEN)
    _check(command)
    # One use at a time for each person, and counted before the dossier is looked up: the refusal tells nothing of it.
    await session.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended(str(principal.user_id), 0)))
    )
    unreviewed = await session.scalar(
        select(func.count())
        .select_from(BreakGlassUse)
        .where(BreakGlassUse.user_id == principal.user_id, BreakGlassUse.state == "open")
    )
    if (unreviewed or 0) >= UNREVIEWED_ALLOWED:
        raise ReviewsOpen
    dossier = await _dossier_within_reach(session, principal, command.dossier_number, now=now)
    due = working_days(now, REVIEW_WORKING_DAYS, await working_days_here(session))
    use = BreakGlassUse(
        id=uuid7(),
        dossier_id=dossier.id,
        user_id=principal.user_id,
        reason=command.reason,
        text=command.text.strip(),
        opened_at=now,
        ends_at=now + BREAK_GLASS_LIFETIME,
        review_by=due.on,
        state="open",
        escalated=False,
        review_note="",
    )
    grant = Grant(
        id=uuid7(),
        dossier_id=dossier.id,
        ground="break_glass",
        user_id=principal.user_id,
        may_write=False,
        starts_at=now,
        ends_at=use.ends_at,
        granted_by=principal.user_id,
    )
    session.add_all([use, grant])
    session.add(
        Entry.system(dossier.id, "break_glass_used", at=now, by=principal.user_id, reason=command.reason)
    )
    timers.schedule(session, principal.tenant, now + REVIEW_OVERDUE_AFTER, REVIEW_OVERDUE, use.id)
    note_change(
        session,
        principal,
        dossier,
        "break_glass",
        "access",
        now=now,
        object_kind="break_glass",
        object_id=use.id,
        details={"reason": command.reason},
    )
    publish(
        session,
        BreakGlassUsed(
            id=uuid7(),
            occurred_at=now,
            tenant=principal.tenant,
            actor=principal.user_id,
            dossier_id=dossier.id,
            break_glass_id=use.id,
            user_id=principal.user_id,
            reason=command.reason,
            holder=dossier.holder,
        ),
    )
    return BreakGlassOpened(
        break_glass_id=use.id, dossier_id=dossier.id, ends_at=use.ends_at, review_by=use.review_by
    )


def _check(command: BreakGlass) -> None:
    wrong: dict[str, str] = {}
    if command.reason not in BREAK_GLASS_REASONS:
        wrong["reason"] = "not_a_choice"
    if len(command.text.strip()) < _SHORTEST_TEXT:
        wrong["text"] = "too_short"
    if wrong:
        raise Invalid(wrong)


async def _dossier_within_reach(
    session: AsyncSession, principal: Principal, number: str, *, now: datetime
) -> Dossier:
    found = await session.execute(
        select(Dossier, visible.label("visible"))
        .where(Dossier.number == number.strip().upper(), within_reach)
        .with_for_update(),
        caller(principal, now=now),
    )
    row = found.one_or_none()
    if row is None:
        raise NotFound
    if row.visible:
        raise AccessNotNeeded(details={"dossier_id": str(row.Dossier.id)})
    dossier: Dossier = row.Dossier
    return dossier


async def review_break_glass(
    session: AsyncSession,
    principal: Principal,
    command: ReviewBreakGlass,
    break_glass_id: UUID,
    *,
    now: datetime,
) -> BreakGlassView:
    """By a coordinator or the DPO, never by who used it. Not justified: the DPO is told, with the reason noted."""
    principal.require(Permission.BREAK_GLASS_REVIEW)
    if command.verdict not in ("justified", "not_justified"):
        raise Invalid({"verdict": "not_a_choice"})
    if command.verdict == "not_justified" and not command.note.strip():
        raise Invalid({"note": "required"})
    # The timer first and the use second, as when the timer fires: in the other order they could wait for each other.
    await timers.cancel(session, REVIEW_OVERDUE, break_glass_id)
    found = await session.execute(
        select(BreakGlassUse, Dossier)
        .join(Dossier, Dossier.id == BreakGlassUse.dossier_id)
        .where(BreakGlassUse.id == break_glass_id, reviewable)
        .with_for_update(),
        caller(principal, now=now),
    )
    row = found.one_or_none()
    if row is None:
        raise NotFound
    use, dossier = row
    use.review(command.verdict, command.note.strip(), by=principal.user_id, at=now)
    verdict = {"verdict": command.verdict}
    session.add(Entry.system(dossier.id, "break_glass_reviewed", at=now, by=principal.user_id, **verdict))
    note_change(
        session,
        principal,
        dossier,
        "review_break_glass",
        "access",
        now=now,
        object_kind="break_glass",
        object_id=use.id,
        details=verdict,
    )
    if command.verdict == "not_justified":
        _escalate(session, use, "not_justified", tenant=principal.tenant, now=now)
    return use.view(dossier.number)


async def escalate_unreviewed(session: AsyncSession, tenant: str, ref: UUID, *, now: datetime) -> None:
    """Ten days after its use and still without a judgement: the DPO is told, once."""
    use = await session.get_one(BreakGlassUse, ref, with_for_update=True)
    if use.state != "open" or use.escalated:
        return
    session.add(Entry.system(use.dossier_id, "break_glass_escalated", at=now, why="not_reviewed"))
    _escalate(session, use, "not_reviewed", tenant=tenant, now=now)


def _escalate(session: AsyncSession, use: BreakGlassUse, why: str, *, tenant: str, now: datetime) -> None:
    use.escalated = True
    publish(
        session,
        BreakGlassEscalated(
            id=uuid7(),
            occurred_at=now,
            tenant=tenant,
            break_glass_id=use.id,
            dossier_id=use.dossier_id,
            why=why,
        ),
    )
