"""Keeping that the numbers of a period left the platform as a file."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.auth import Permission, Principal
from shared.contracts.statistics import ExportNoted, NoteExport
from shared.errors import Invalid

_FORMS = ("csv", "xlsx")


async def note_export(
    session: AsyncSession, principal: Principal, command: NoteExport, *, now: datetime
) -> ExportNoted:
    """Who took which period along, and in which form. Raises `Invalid`."""
    principal.require(Permission.STATISTICS_READ)
    if command.form not in _FORMS:
        raise Invalid({"form": "not_a_choice"})
    audit.record(
        session,
        principal,
        "export_statistics",
        now=now,
        object_kind="statistics",
        details={"starts_on": command.starts_on.isoformat(), "form": command.form},
    )
    return ExportNoted()
