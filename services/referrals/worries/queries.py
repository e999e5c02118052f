"""Worries for who reported them, and for the SPoT. Every look is kept."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.worries.models import Worry, WorryDraft
from services.referrals.worries.sight import in_sight
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts import worries as contract
from shared.errors import NotFound

_MOST = 100
_ORDER = {"reported": 0, "taken_up": 1}


async def own_worries(
    session: AsyncSession, principal: Principal, *, now: datetime
) -> list[contract.OwnWorryLine]:
    """The caller's own, newest first."""
    principal.require(Permission.WORRY_REPORT)
    found = await session.scalars(
        select(Worry)
        .where(Worry.reported_by == principal.user_id)
        .order_by(Worry.reported_at.desc(), Worry.id.desc())
        .limit(_MOST)
    )
    audit.record(session, principal, "own_worries", now=now, object_kind="worry_list")
    return [_own_line(each) for each in found]


async def own_worry(
    session: AsyncSession, principal: Principal, worry_id: UUID, *, now: datetime
) -> contract.OwnWorry:
    """One of the caller's own; another's does not exist."""
    principal.require(Permission.WORRY_REPORT)
    worry = await session.get(Worry, worry_id)
    if worry is None or worry.reported_by != principal.user_id:
        raise NotFound
    audit.record(session, principal, "own_worry", now=now, object_kind="worry", object_id=worry.id)
    return contract.OwnWorry(
        **_fields(_own_line(worry)),
        consent=worry.consent,
        who=worry.who,
        contact=worry.contact,
        text=worry.text,
        wiped_at=worry.wiped_at,
    )


async def worries(
    session: AsyncSession, principal: Principal, show: str, *, now: datetime
) -> list[contract.WorryLine]:
    """For the SPoT: `open` (waiting or taken up) or `done`."""
    principal.require(Permission.WORRY_HANDLE)
    order = case(_ORDER, value=Worry.state, else_=2)
    urgency = case({code: place for place, code in enumerate(contract.URGENCIES)}, value=Worry.urgency)
    wanted = select(Worry).where(in_sight(principal.user_id)).limit(_MOST)
    if show == "done":
        wanted = wanted.where(Worry.state.in_(("not_taken_up", "closed"))).order_by(Worry.closed_at.desc())
    else:
        wanted = wanted.where(Worry.state.in_(("reported", "taken_up"))).order_by(
            order, urgency, Worry.reported_at
        )
    found = await session.scalars(wanted)
    audit.record(session, principal, "worries", now=now, object_kind="worry_list")
    return [_line(each, now=now) for each in found]


async def worries_waiting(
    session: AsyncSession, principal: Principal, *, now: datetime
) -> contract.WorriesWaiting:
    """How many nobody answered yet: a number, so it is not kept as a look."""
    principal.require(Permission.WORRY_HANDLE)
    row = (
        await session.execute(
            select(func.count(), func.count().filter(Worry.urgency == "today"))
            .select_from(Worry)
            .where(Worry.state == "reported", in_sight(principal.user_id))
        )
    ).one()
    return contract.WorriesWaiting(waiting=row[0], today=row[1])


async def worry_by_id(
    session: AsyncSession, principal: Principal, worry_id: UUID, *, now: datetime
) -> contract.WorryView:
    """Raises `NotFound` alike for unknown and kept from the caller by a conflict of interest."""
    principal.require(Permission.WORRY_HANDLE)
    worry = await session.scalar(select(Worry).where(Worry.id == worry_id, in_sight(principal.user_id)))
    if worry is None:
        raise NotFound
    audit.record(session, principal, "worry_by_id", now=now, object_kind="worry", object_id=worry.id)
    return contract.WorryView(
        **_fields(_line(worry, now=now)),
        who=worry.who,
        contact=worry.contact,
        text=worry.text,
        report_duty=worry.report_duty,
        version=worry.version,
        not_taken_up_reason=worry.not_taken_up_reason,
        dossier_id=worry.dossier_id,
        closed_at=worry.closed_at,
        wiped_at=worry.wiped_at,
    )


async def own_draft(session: AsyncSession, principal: Principal, *, now: datetime) -> contract.WorryDraft:
    principal.require(Permission.WORRY_REPORT)
    draft = await session.get(WorryDraft, principal.user_id)
    if draft is None or draft.expires_at <= now:
        return contract.WorryDraft(version=0, saved_at=None, fields={})
    audit.record(session, principal, "own_draft", now=now, object_kind="draft")
    return contract.WorryDraft(version=draft.version, saved_at=draft.saved_at, fields=draft.fields)


def _own_line(worry: Worry) -> contract.OwnWorryLine:
    return contract.OwnWorryLine(
        worry_id=worry.id,
        reported_at=worry.reported_at,
        reasons=worry.reasons,
        urgency=worry.urgency,
        place=worry.place,
        report_duty=worry.report_duty,
        state=worry.state,
        answered_at=worry.closed_at or worry.answered_at,
    )


def _line(worry: Worry, *, now: datetime) -> contract.WorryLine:
    return contract.WorryLine(
        worry_id=worry.id,
        reported_at=worry.reported_at,
        reported_by=worry.reported_by,
        reasons=worry.reasons,
        urgency=worry.urgency,
        consent=worry.consent,
        place=worry.place,
        state=worry.state,
        handled_by=worry.handled_by,
        answered_at=worry.answered_at,
        late=worry.is_late(now=now),
    )


def _fields(line: contract.OwnWorryLine | contract.WorryLine) -> dict[str, Any]:
    return {name: getattr(line, name) for name in line.__struct_fields__}
