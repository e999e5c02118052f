"""The goodbye to the deceased (1.6) and practical help (1.7): what was agreed, and what was done with its minutes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.deadlines import local_day
from services.cases.victim_support.acts import check_codes, check_past, dossier_to_write, note_act
from services.cases.victim_support.models import Goodbye, PracticalHelp
from shared.auth import Permission, Principal
from shared.contracts.aftercare import (
    GOODBYE_PERMISSIONS,
    GOODBYE_PLACES,
    PRACTICAL_KINDS,
    PRACTICAL_RESULTS,
    GoodbyeFacts,
    GoodbyeRef,
    NotePracticalHelp,
    PracticalHelpRef,
)
from shared.db import uuid7
from shared.errors import Invalid, NotFound


async def plan_goodbye(
    session: AsyncSession, principal: Principal, command: GoodbyeFacts, dossier_id: UUID, *, now: datetime
) -> GoodbyeRef:
    principal.require(Permission.DOSSIER_WRITE)
    _check(command, now=now)
    dossier = await dossier_to_write(session, principal, dossier_id, now=now)
    goodbye = Goodbye(id=uuid7(), dossier_id=dossier.id)
    goodbye.say(command, by=principal.user_id, at=now)
    session.add(goodbye)
    note_act(
        session,
        principal,
        dossier,
        "plan_goodbye",
        "goodbye_held" if command.held_at else "goodbye_planned",
        now=now,
        object_kind="goodbye",
        object_id=goodbye.id,
        at=command.held_at,
        permission=command.permission,
    )
    return GoodbyeRef(goodbye_id=goodbye.id)


async def change_goodbye(
    session: AsyncSession, principal: Principal, command: GoodbyeFacts, goodbye_id: UUID, *, now: datetime
) -> GoodbyeRef:
    """The permission came, the hour moved, it was held."""
    principal.require(Permission.DOSSIER_WRITE)
    _check(command, now=now)
    dossier_id = await session.scalar(select(Goodbye.dossier_id).where(Goodbye.id == goodbye_id))
    if dossier_id is None:
        raise NotFound
    dossier = await dossier_to_write(session, principal, dossier_id, now=now)
    goodbye = await session.get_one(Goodbye, goodbye_id, populate_existing=True)
    held_before = goodbye.held_at is not None
    goodbye.say(command, by=principal.user_id, at=now)
    note_act(
        session,
        principal,
        dossier,
        "change_goodbye",
        "goodbye_held" if command.held_at and not held_before else "goodbye_changed",
        now=now,
        object_kind="goodbye",
        object_id=goodbye.id,
        permission=command.permission,
    )
    return GoodbyeRef(goodbye_id=goodbye.id)


def _check(command: GoodbyeFacts, *, now: datetime) -> None:
    check_codes(
        ("permission", command.permission, GOODBYE_PERMISSIONS),
        ("place_kind", command.place_kind, GOODBYE_PLACES),
    )
    check_past(
        now, held_at=command.held_at, permission_on=command.permission_on, autopsy_on=command.autopsy_on
    )
    if command.permission in ("given", "refused") and command.permission_on is None:
        raise Invalid({"permission_on": "required"})
    if command.planned_at is not None and command.planned_at.tzinfo is None:
        raise Invalid({"planned_at": "without_time_zone"})


async def note_practical_help(
    session: AsyncSession,
    principal: Principal,
    command: NotePracticalHelp,
    dossier_id: UUID,
    *,
    now: datetime,
) -> PracticalHelpRef:
    """An act and its minutes; nobody has to write a story about a locksmith."""
    principal.require(Permission.DOSSIER_WRITE)
    check_codes(("kind", command.kind, PRACTICAL_KINDS), ("result", command.result, PRACTICAL_RESULTS))
    check_past(now, done_on=command.done_on)
    dossier = await dossier_to_write(session, principal, dossier_id, now=now)
    act = PracticalHelp(
        id=uuid7(),
        dossier_id=dossier.id,
        kind=command.kind,
        done_on=command.done_on or local_day(now),
        done_by=principal.user_id,
        minutes=command.minutes,
        result=command.result,
        note=command.note.strip(),
        noted_at=now,
    )
    session.add(act)
    note_act(
        session,
        principal,
        dossier,
        "note_practical_help",
        "practical_help_given",
        now=now,
        object_kind="practical_help",
        object_id=act.id,
        help=command.kind,
        minutes=str(command.minutes),
    )
    return PracticalHelpRef(practical_help_id=act.id)
