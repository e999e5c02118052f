"""The morning's decisions: who goes on with a dossier, and that it goes on as another type."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers import commands as dossiers
from services.cases.dossiers.access import dossier_in_sight
from services.cases.dossiers.deadlines import local_day
from services.cases.dossiers.models import Dossier
from services.cases.victim_support.acts import dossier_to_write, note_act, open_tasks
from services.cases.victim_support.models import RiskAssessment, TypeChange
from services.cases.victim_support.opening import (
    asks_for_risk,
    recontact_each_victim,
    recontact_tasks,
    require_type,
    risk_task,
)
from services.cases.victim_support.recontact_plan import is_duty
from shared.auth import Permission, Principal
from shared.contracts.aftercare import ChangeIncidentType, DecideTriage
from shared.contracts.cases import DossierRef, DossierTypeChanged
from shared.db import uuid7
from shared.errors import Invalid
from shared.outbox import publish


async def decide_triage(
    session: AsyncSession, principal: Principal, command: DecideTriage, dossier_id: UUID, *, now: datetime
) -> DossierRef:
    """The dossier leaves the morning's list, with another holder if one was chosen. Twice is once."""
    principal.require(Permission.DOSSIER_ASSIGN)
    dossier = await dossier_in_sight(session, principal, dossier_id, now=now)
    if command.holder is not None:
        await dossiers.name_holder(session, principal, dossier, command.holder, "decide_triage", now=now)
    if dossier.holder is None:
        raise Invalid({"holder": "required"})
    if dossier.triaged_at is None:
        dossier.triaged_at, dossier.triaged_by = now, principal.user_id
        note_act(session, principal, dossier, "decide_triage", "triaged", now=now, object_kind="dossier")
    return DossierRef(dossier_id=dossier.id, number=dossier.number)


async def change_incident_type(
    session: AsyncSession,
    principal: Principal,
    command: ChangeIncidentType,
    dossier_id: UUID,
    *,
    now: datetime,
) -> DossierRef:
    """The same dossier, with its history; re-contacts are planned anew. What the law wants is never planned away.

    A risk assessment is asked for by the new type alone, once.
    """
    principal.require(Permission.DOSSIER_WRITE)
    await require_type(session, command.incident_type, now=now)
    dossier = await dossier_to_write(session, principal, dossier_id, now=now)
    was = dossier.incident_type
    if command.incident_type == was:
        raise Invalid({"incident_type": "same_type"})
    dossier.change_type(command.version, command.incident_type, by=principal.user_id, at=now)
    for task in await open_tasks(session, dossier, "recontact"):
        if not task.compulsory:
            task.cancel(by=principal.user_id, at=now)
    if is_duty(dossier.incident_type, local_day(now)):
        await recontact_each_victim(session, dossier, by=principal.user_id, now=now)
    else:
        session.add_all(await recontact_tasks(session, dossier, after=now, now=now))
    await _ask_for_risk(session, dossier, by=principal.user_id, now=now)
    change = TypeChange(
        id=uuid7(),
        dossier_id=dossier.id,
        was=was,
        incident_type=command.incident_type,
        at=now,
        by=principal.user_id,
    )
    session.add(change)
    note_act(
        session,
        principal,
        dossier,
        "change_incident_type",
        "type_changed",
        now=now,
        object_kind="type_change",
        object_id=change.id,
        was=was,
        incident_type=command.incident_type,
    )
    publish(
        session,
        DossierTypeChanged(
            id=uuid7(),
            occurred_at=now,
            tenant=principal.tenant,
            actor=principal.user_id,
            dossier_id=dossier.id,
            incident_type_before=was,
            incident_type=command.incident_type,
        ),
    )
    return DossierRef(dossier_id=dossier.id, number=dossier.number)


async def _ask_for_risk(session: AsyncSession, dossier: Dossier, *, by: UUID, now: datetime) -> None:
    asked = await open_tasks(session, dossier, "risk_assessment")
    if not await asks_for_risk(session, dossier.incident_type, on=local_day(now)):
        for task in asked:
            task.cancel(by=by, at=now)
    elif not asked and not await session.scalar(
        select(RiskAssessment.id).where(RiskAssessment.dossier_id == dossier.id).limit(1)
    ):
        session.add(await risk_task(session, dossier, after=now, now=now))
