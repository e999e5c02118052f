"""What every change of a dossier leaves behind: a fresh `updated_at`, an audit row and an event for open pages."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.models import Dossier
from shared import audit
from shared.auth import Principal
from shared.contracts.cases import DossierChanged
from shared.db import uuid7
from shared.outbox import publish


def note_change(
    session: AsyncSession,
    principal: Principal,
    dossier: Dossier,
    action: str,
    what: str,
    *,
    now: datetime,
    object_kind: str = "dossier",
    object_id: UUID | None = None,
    details: dict[str, str] | None = None,
) -> None:
    """`action` is the command's name, `what` the part of the page that changed."""
    dossier.updated_at = now
    audit.record(
        session,
        principal,
        action,
        now=now,
        object_kind=object_kind,
        object_id=object_id or dossier.id,
        subject_id=dossier.id,
        details=details,
    )
    publish(
        session,
        DossierChanged(
            id=uuid7(),
            occurred_at=now,
            tenant=principal.tenant,
            actor=principal.user_id,
            dossier_id=dossier.id,
            what=what,
        ),
    )
