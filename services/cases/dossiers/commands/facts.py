"""What can be done to a dossier as a whole: change its facts, close it, open it again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.access import dossier_in_sight
from services.cases.dossiers.changes import note_change
from services.cases.dossiers.models import Dossier, Entry, Task
from shared.auth import Permission, Principal
from shared.contracts.cases import ChangeDossier, CloseDossier, DossierRef
from shared.errors import Conflict


class CompulsoryTasksOpen(Conflict):
    """What must be done is not done; the details say how many tasks."""

    code = "compulsory_tasks_open"


async def change_dossier(
    session: AsyncSession, principal: Principal, command: ChangeDossier, dossier_id: UUID, *, now: datetime
) -> DossierRef:
    """New facts, unless somebody changed them after they were read."""
    principal.require(Permission.DOSSIER_WRITE)
    dossier = await dossier_in_sight(session, principal, dossier_id, now=now, to_write=True)
    new = {
        "summary": command.summary.strip(),
        "place": command.place.strip(),
        "pv_number": command.pv_number.strip(),
    }
    changed = sorted(fact for fact, value in new.items() if value != getattr(dossier, fact))
    dossier.change(command.version, **new, by=principal.user_id, at=now)
    facts = {"facts": " ".join(changed)}
    session.add(Entry.system(dossier.id, "dossier_changed", at=now, by=principal.user_id, **facts))
    note_change(session, principal, dossier, "change_dossier", "facts", now=now, details=facts)
    return _ref(dossier)


async def close_dossier(
    session: AsyncSession, principal: Principal, command: CloseDossier, dossier_id: UUID, *, now: datetime
) -> DossierRef:
    """Only when everything compulsory is done; what else is open is cancelled."""
    principal.require(Permission.DOSSIER_WRITE)
    dossier = await dossier_in_sight(session, principal, dossier_id, now=now, to_write=True)
    dossier.close(command.version, by=principal.user_id, at=now)
    open_tasks = (
        await session.scalars(select(Task).where(Task.dossier_id == dossier.id, Task.state == "open"))
    ).all()
    compulsory = sum(task.compulsory for task in open_tasks)
    if compulsory:
        raise CompulsoryTasksOpen(details={"tasks": str(compulsory)})
    for task in open_tasks:
        task.cancel(by=principal.user_id, at=now)
    cancelled = {"cancelled_tasks": str(len(open_tasks))}
    session.add(Entry.system(dossier.id, "dossier_closed", at=now, by=principal.user_id, **cancelled))
    note_change(session, principal, dossier, "close_dossier", "state", now=now)
    return _ref(dossier)


async def reopen_dossier(
    session: AsyncSession, principal: Principal, command: CloseDossier, dossier_id: UUID, *, now: datetime
) -> DossierRef:
    """Tasks that were cancelled stay so; what is to be done now is planned anew."""
    principal.require(Permission.DOSSIER_WRITE)
    dossier = await dossier_in_sight(session, principal, dossier_id, now=now, to_write=True)
    dossier.reopen(command.version, by=principal.user_id, at=now)
    session.add(Entry.system(dossier.id, "dossier_reopened", at=now, by=principal.user_id))
    note_change(session, principal, dossier, "reopen_dossier", "state", now=now)
    return _ref(dossier)


def _ref(dossier: Dossier) -> DossierRef:
    return DossierRef(dossier_id=dossier.id, number=dossier.number)
