"""What can be done to a dossier."""

from services.cases.dossiers.commands.access import assign_holder, grant_access, name_holder, revoke_grant
from services.cases.dossiers.commands.break_glass import (
    REVIEW_OVERDUE,
    break_glass,
    escalate_unreviewed,
    review_break_glass,
)
from services.cases.dossiers.commands.conflicts import declare_conflict, lift_conflict
from services.cases.dossiers.commands.facts import change_dossier, close_dossier, reopen_dossier
from services.cases.dossiers.commands.journal import add_person, write_entry
from services.cases.dossiers.commands.tasks import add_task, complete_task

__all__ = [
    "REVIEW_OVERDUE",
    "add_person",
    "add_task",
    "assign_holder",
    "break_glass",
    "change_dossier",
    "close_dossier",
    "complete_task",
    "declare_conflict",
    "escalate_unreviewed",
    "grant_access",
    "lift_conflict",
    "name_holder",
    "reopen_dossier",
    "review_break_glass",
    "revoke_grant",
    "write_entry",
]
