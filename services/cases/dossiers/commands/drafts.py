"""What can be done with what is not sent yet: save it, throw it away; and a visit to a dossier's page."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import case, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.access import caller, dossier_in_sight, visible
from services.cases.dossiers.drafts import KEPT, SAME_VISIT, Draft, Visit, forget_draft
from services.cases.dossiers.models import Dossier
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts.drafts import DiscardDraft, DossierVisit, DraftRef, SaveDraft
from shared.errors import Conflict, Invalid, NotFound

_LONGEST = 60_000


class DraftChanged(Conflict):
    """Another window saved this draft, or sent it, after this one began with it."""

    code = "draft_changed"


async def save_draft(
    session: AsyncSession, principal: Principal, command: SaveDraft, dossier_id: UUID, *, now: datetime
) -> DraftRef:
    """The form as it stands, for its author on any device; kept for two weeks after the last change."""
    principal.require(Permission.DOSSIER_WRITE)
    if sum(len(text) for values in command.fields.values() for text in values) > _LONGEST:
        raise Invalid({"fields": "too_long"})
    dossier = await dossier_in_sight(session, principal, dossier_id, now=now, to_write=True)
    await session.execute(delete(Draft).where(Draft.expires_at <= now))
    draft = await session.get(Draft, (principal.user_id, dossier.id, command.form), with_for_update=True)
    if (draft.version if draft else 0) != command.version:
        raise DraftChanged(details={"saved_at": draft.saved_at.isoformat()} if draft else {})
    if draft is None:
        draft = Draft(author=principal.user_id, dossier_id=dossier.id, form=command.form, version=0)
        session.add(draft)
    draft.fields, draft.version = command.fields, draft.version + 1
    draft.saved_at, draft.expires_at = now, now + KEPT
    audit.record(
        session, principal, "save_draft", now=now, object_kind="draft", object_id=dossier.id, subject_id=dossier.id,
        details={"form": command.form.partition(":")[0]},
    )  # fmt: skip
    return DraftRef(form=draft.form, version=draft.version, saved_at=now)


async def discard_draft(
    session: AsyncSession, principal: Principal, command: DiscardDraft, dossier_id: UUID, *, now: datetime
) -> DraftRef:
    """Also for who may no longer write in the dossier: what he typed is his to throw away."""
    principal.require(Permission.DOSSIER_READ)
    dossier = await dossier_in_sight(session, principal, dossier_id, now=now, to_look=True)
    await forget_draft(session, principal.user_id, dossier.id, command.form)
    audit.record(
        session, principal, "discard_draft", now=now, object_kind="draft", object_id=dossier.id,
        subject_id=dossier.id, details={"form": command.form.partition(":")[0]},
    )  # fmt: skip
    return DraftRef(form=command.form, version=0, saved_at=now)


async def visit_dossier(
    session: AsyncSession, principal: Principal, dossier_id: UUID, *, now: datetime
) -> DossierVisit:
    """Marks that the caller has the page before him; tells when he had it before. Reading it is audited by itself."""
    principal.require(Permission.DOSSIER_READ)
    found = await session.scalar(
        select(Dossier.id).where(Dossier.id == dossier_id, visible), caller(principal, now=now)
    )
    if found is None:
        raise NotFound
    now_here = insert(Visit).values(user_id=principal.user_id, dossier_id=dossier_id, at=now, before=None)
    began_anew = now_here.excluded.at - Visit.at > SAME_VISIT
    before = await session.scalar(
        now_here.on_conflict_do_update(
            index_elements=[Visit.user_id, Visit.dossier_id],
            set_={
                "before": case((began_anew, Visit.at), else_=Visit.before),
                "at": now_here.excluded.at,
            },
        ).returning(Visit.before)
    )
    return DossierVisit(before=before)
