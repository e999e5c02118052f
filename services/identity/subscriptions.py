"""What identity hears: that the services did their part in a tenant's life. Handled in a platform transaction."""

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.tenants.models import Announcement, Answer
from shared.contracts.tenancy import TENANT_ANSWERS, TenantAnswer
from shared.inbox import Subscriptions


async def on_tenant_answer(session: AsyncSession, event: TenantAnswer, *, now: datetime) -> None:
    """Keep the first answer of each service; one to an announcement that is forgotten is passed over."""
    if event.answers is None or await session.get(Announcement, event.answers) is None:
        return
    await session.execute(
        insert(Answer)
        .values(event_id=event.answers, service=event.service, rows=event.rows, answered_at=now)
        .on_conflict_do_nothing()
    )


SUBSCRIPTIONS: Subscriptions = dict.fromkeys(TENANT_ANSWERS.values(), on_tenant_answer)
