"""What can be done to a dossier."""

from services.cases.dossiers.commands.access import assign_holder, grant_access, name_holder, revoke_grant
from services.cases.dossiers.commands.break_glass import (
    REVIEW_OVERDUE,
    break_glass,
    escalate_unreviewed,
    review_break_glass,
)
from services.cases.dossiers.commands.conflicts import (
    CARRY_CONFLICTS,
    carry_conflicts,
    declare_conflict,
    lift_conflict,
)
from services.cases.dossiers.commands.contact import (
    add_phone,
    change_safe_contact,
    remove_phone,
    reveal_phone,
)
from services.cases.dossiers.commands.drafts import discard_draft, save_draft, visit_dossier
from services.cases.dossiers.commands.facts import change_dossier, close_dossier, reopen_dossier
from services.cases.dossiers.commands.journal import write_entry
from services.cases.dossiers.commands.outside_questions import note_outside_question
from services.cases.dossiers.commands.persons import (
    add_person,
    change_insz,
    change_person,
    relate_persons,
    remove_person,
    unrelate_persons,
)
from services.cases.dossiers.commands.task_changes import cancel_task, hand_over_task, replan_task
from services.cases.dossiers.commands.tasks import add_task, complete_task

__all__ = [
    "CARRY_CONFLICTS",
    "REVIEW_OVERDUE",
    "add_person",
    "add_phone",
    "add_task",
    "assign_holder",
    "break_glass",
    "cancel_task",
    "carry_conflicts",
    "change_dossier",
    "change_insz",
    "change_person",
    "change_safe_contact",
    "close_dossier",
    "complete_task",
    "declare_conflict",
    "discard_draft",
    "escalate_unreviewed",
    "grant_access",
    "hand_over_task",
    "lift_conflict",
    "name_holder",
    "note_outside_question",
    "relate_persons",
    "remove_person",
    "remove_phone",
    "reopen_dossier",
    "replan_task",
    "reveal_phone",
    "review_break_glass",
    "revoke_grant",
    "save_draft",
    "unrelate_persons",
    "visit_dossier",
    "write_entry",
]
