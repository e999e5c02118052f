"""Puts the service together."""

from datetime import datetime
from uuid import UUID

from litestar.di import Provide
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.api import ROUTES
from services.cases.documents.archive import ARCHIVE, Archive
from services.cases.documents.belongings import TenantDocuments
from services.cases.settings import CasesSettings
from services.cases.subscriptions import PAPER_TIMERS, SUBSCRIPTIONS, TIMERS
from shared.runtime import Service
from shared.settings import read
from shared.timers import TimerHandler


def build(settings: CasesSettings | None = None) -> Service:
    settings = settings or read(CasesSettings)
    archive = Archive(settings)
    return Service(
        name="cases",
        settings=settings,
        routes=ROUTES,
        subscriptions=SUBSCRIPTIONS,
        timers={**TIMERS, **{kind: _within(archive, handler) for kind, handler in PAPER_TIMERS.items()}},
        dependencies={"archive": Provide(lambda: archive, sync_to_thread=False)},
        carries={ARCHIVE: archive},
        belongings=TenantDocuments(archive),
        withheld=frozenset({"document_keys"}),
    )


def _within(archive: Archive, handler: TimerHandler) -> TimerHandler:
    """The handler, with the archive in its session's reach."""

    async def handle(session: AsyncSession, tenant: str, ref: UUID, *, now: datetime) -> None:
        session.info[ARCHIVE] = archive
        await handler(session, tenant, ref, now=now)

    return handle
