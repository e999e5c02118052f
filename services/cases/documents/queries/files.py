"""What can be asked about files: which there are in a dossier, and one to read."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.documents.archive import Place, archive_of
from services.cases.documents.content import TYPES
from services.cases.documents.home_letters import wants_no_letters
from services.cases.documents.models import (
    Document,
    DocumentKey,
    DocumentLost,
    LeafletGiven,
    Letter,
    OwnLeaflet,
)
from services.cases.dossiers.access import caller, visible
from services.cases.dossiers.models import Dossier
from services.cases.victim_support.bad_news import BadNews
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts.documents import PAPERS, DocumentLimits, DossierPapers
from shared.errors import NotFound


@dataclass(frozen=True)
class Readable:
    """A file that the caller may have."""

    place: Place
    name: str
    media_type: str
    size: int


async def document_limits(session: AsyncSession, principal: Principal, *, now: datetime) -> DocumentLimits:
    """What may be added here."""
    principal.require(Permission.DOSSIER_READ)
    archive = archive_of(session)
    return DocumentLimits(
        max_bytes=archive.max_bytes, extensions=list(TYPES), scans=archive.scanner is not None
    )


async def dossier_papers(
    session: AsyncSession, principal: Principal, dossier_id: UUID, *, now: datetime
) -> DossierPapers:
    """Every document, letter and leaflet of a dossier. Raises `NotFound`."""
    principal.require(Permission.DOSSIER_READ)
    has_bad_news = select(BadNews.id).where(BadNews.dossier_id == Dossier.id).exists()
    found = (
        await session.execute(
            select(Dossier.call_out_id, has_bad_news).where(Dossier.id == dossier_id, visible),
            caller(principal, now=now),
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    call_out_id, brings_bad_news = found
    lacking = {"call_out_report": call_out_id is None, "bad_news_record": not brings_bad_news}
    documents = await session.scalars(
        select(Document)
        .where(Document.dossier_id == dossier_id)
        .order_by(Document.added_at.desc(), Document.id.desc())
    )
    letters = await session.scalars(
        select(Letter).where(Letter.dossier_id == dossier_id).order_by(Letter.id.desc())
    )
    leaflets = await session.execute(
        select(LeafletGiven, func.jsonb_extract_path_text(OwnLeaflet.texts, LeafletGiven.language, "title"))
        .join(
            OwnLeaflet,
            and_(OwnLeaflet.code == LeafletGiven.code, OwnLeaflet.version == LeafletGiven.version),
            isouter=True,
        )
        .where(LeafletGiven.dossier_id == dossier_id)
        .order_by(LeafletGiven.id.desc())
    )
    unsafe = await wants_no_letters(session, dossier_id)
    audit.record(
        session,
        principal,
        "dossier_papers",
        now=now,
        object_kind="dossier",
        object_id=dossier_id,
        subject_id=dossier_id,
    )
    return DossierPapers(
        documents=[each.view() for each in documents],
        letters=[each.view(no_letters=each.person_id in unsafe) for each in letters],
        leaflets=[given.view(title=title or "") for given, title in leaflets],
        records=[kind for kind in PAPERS if not lacking.get(kind)],
    )


async def document_content(
    session: AsyncSession, principal: Principal, document_id: UUID, *, now: datetime
) -> Readable:
    """Where the file lies. Raises `NotFound`, or why nobody gets it; each reading is in the log."""
    principal.require(Permission.DOSSIER_READ)
    found = await session.execute(
        select(Document, DocumentKey.wrapped)
        .join(Dossier, Dossier.id == Document.dossier_id)
        .join(DocumentKey, true(), isouter=True)
        .where(Document.id == document_id, visible),
        caller(principal, now=now),
    )
    row = found.one_or_none()
    if row is None:
        raise NotFound
    document: Document = row.Document
    document.require_available()
    if row.wrapped is None:
        raise DocumentLost
    audit.record(
        session,
        principal,
        "document_content",
        now=now,
        object_kind="document",
        object_id=document.id,
        subject_id=document.dossier_id,
    )
    place = Place(principal.tenant, document.id, row.wrapped)
    return Readable(place, document.name, document.media_type, document.size)
