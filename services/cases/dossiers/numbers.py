"""Dossier numbers: per tenant, kind and year, in order and without a gap: SPOT-2026-0001."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.deadlines import local_day
from services.cases.dossiers.models import NUMBER_PREFIX

_NEXT = text("""
    INSERT INTO dossier_numbers (prefix, year, last) VALUES (:prefix, :year, 1)
    ON CONFLICT (prefix, year) DO UPDATE SET last = dossier_numbers.last + 1 RETURNING last
""")


async def next_number(session: AsyncSession, kind: str, at: datetime) -> str:
    """Taken in the caller's transaction: whoever opens at the same time waits, and a rollback gives it back."""
    prefix, year = NUMBER_PREFIX[kind], local_day(at).year
    last = await session.scalar(_NEXT, {"prefix": prefix, "year": year})
    return f"{prefix}-{year}-{last:04}"
