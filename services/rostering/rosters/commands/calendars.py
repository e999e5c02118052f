"""Secret links to somebody's duties, for the calendar on his telephone."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.rostering.rosters.models import CalendarFeedRow
from services.rostering.rosters.rules import check_code
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts import rosters
from shared.db import uuid7
from shared.errors import Conflict, Invalid, NotFound

_MOST = 5
_LANGUAGES = ("nl", "fr", "de", "en")


class TooManyFeeds(Conflict):
    """Five links at most; revoke one first."""

    code = "too_many_feeds"


class SecretUsed(Conflict):
    """A link with this secret was made before."""

    code = "secret_used"


async def open_feed(
    session: AsyncSession, principal: Principal, command: rosters.OpenFeed, *, now: datetime
) -> rosters.CalendarFeedRef:
    """A new secret link to the caller's own duties. Raises `Invalid`, `TooManyFeeds`."""
    principal.require(Permission.ROSTER_READ)
    check_code("language", command.language, _LANGUAGES)
    reminders = sorted(set(command.reminder_minutes))
    if not set(reminders) <= set(rosters.REMINDERS):
        raise Invalid({"reminder_minutes": "not_a_choice"})
    mine = CalendarFeedRow.user_id == principal.user_id, CalendarFeedRow.revoked_at.is_(None)
    if (await session.scalar(select(func.count()).select_from(CalendarFeedRow).where(*mine)) or 0) >= _MOST:
        raise TooManyFeeds
    if await session.scalar(select(CalendarFeedRow.id).where(CalendarFeedRow.digest == command.digest)):
        raise SecretUsed
    row = CalendarFeedRow(
        id=uuid7(),
        user_id=principal.user_id,
        digest=command.digest,
        full_roster=command.full_roster,
        reminder_minutes=reminders,
        language=command.language,
        created_at=now,
        revoked_at=None,
    )
    session.add(row)
    _keep(session, principal, "open_feed", row.id, now=now)
    return rosters.CalendarFeedRef(feed_id=row.id)


async def revoke_feed(
    session: AsyncSession, principal: Principal, feed_id: UUID, *, now: datetime
) -> rosters.CalendarFeedRef:
    """From now on the link is as unknown as any. One's own only."""
    principal.require(Permission.ROSTER_READ)
    row = await session.get(CalendarFeedRow, feed_id)
    if row is None or row.user_id != principal.user_id:
        raise NotFound
    row.revoked_at = row.revoked_at or now
    _keep(session, principal, "revoke_feed", row.id, now=now)
    return rosters.CalendarFeedRef(feed_id=row.id)


async def close_feeds_of(session: AsyncSession, user_id: UUID, *, now: datetime) -> None:
    """Who works here no longer reads no roster either."""
    await session.execute(
        update(CalendarFeedRow)
        .where(CalendarFeedRow.user_id == user_id, CalendarFeedRow.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def _keep(session: AsyncSession, principal: Principal, action: str, feed_id: UUID, *, now: datetime) -> None:
    audit.record(session, principal, action, now=now, object_kind="calendar_feed", object_id=feed_id)
