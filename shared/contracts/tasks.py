"""What cases accepts and answers about tasks: what must be done in a dossier, by when and why then."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from shared.contracts.outreach import TASKS_OF_OUTREACH

TASK_KINDS = (
    "call_out_report", "recontact", "own", "assign_holder", "referral", "new_pv", "new_address", "decide_contact",
    "risk_assessment", "risk_review", "bad_news", "confirm_bad_news", "home_ban_inform", "home_ban_hearing",
    "home_ban_end", "tell_client", "referral_follow_up", *TASKS_OF_OUTREACH,
)  # fmt: skip
TASKS_DONE_BY_THEIR_ACT = (
    "call_out_report", "assign_holder", "risk_assessment", "risk_review", "bad_news", "confirm_bad_news",
    "home_ban_inform", *TASKS_OF_OUTREACH,
)  # fmt: skip
TASK_RESULTS = (
    "done", "reached_ok", "reached_referral_wanted", "refused", "not_reached", "moved", "unsafe_to_contact",
    "new_facts", "risk_increased",
)  # fmt: skip


class TaskView(Struct, frozen=True, kw_only=True):
    """`why` explains the due date in codes: rule, from, and steps (`domain.md` 6: explain the result).

    `why.of` is whom or what the task is about: the victim of a re-contact, a piece of bad news, a home ban.
    """

    task_id: UUID
    dossier_id: UUID
    dossier_number: str
    kind: str
    title: str
    due_on: date
    due_at: datetime | None
    state: str
    assignee: UUID | None
    compulsory: bool
    result: str
    done_at: datetime | None
    done_by: UUID | None
    why: dict[str, str]
    incident_type: str = ""


class AddTask(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/tasks (`dossier:write`)."""

    title: Annotated[str, Meta(min_length=1, max_length=200)]
    due_on: date
    assignee: UUID | None = None


class TaskRef(Struct, frozen=True, kw_only=True):
    task_id: UUID


class CompleteTask(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /tasks/{task_id}/complete: result code of `TASK_RESULTS`, and what to remember.

    `person_id` says whom the result of a re-contact is about; without it, the victim whose re-contact it was.
    `reached_referral_wanted` with a `person_id` records the consent to a referral: of that person, or for a minor by
    `consent_by`. Without one the consent is still to be recorded.
    """

    result: str
    note: Annotated[str, Meta(max_length=4000)] = ""
    person_id: UUID | None = None
    consent_by: UUID | None = None
    consent_way: str = "spoken"


class ReplanTask(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /tasks/{task_id}/replan (`dossier:write`): another day; the reason, 10 characters or more, is told."""

    due_on: date
    reason: Annotated[str, Meta(max_length=500)]


class HandOverTask(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /tasks/{task_id}/hand-over (`dossier:write`): to a colleague who works in the dossier."""

    assignee: UUID
    note: Annotated[str, Meta(max_length=500)] = ""


class CancelTask(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /tasks/{task_id}/cancel (`dossier:write`). 409 `task_compulsory` for what must be done."""

    reason: Annotated[str, Meta(max_length=500)]


class TaskPage(Struct, frozen=True, kw_only=True):
    """GET /tasks?scope=mine|team|unassigned&state=open: in order of due date, at most 500.

    `late`, `today` and `week` (today and the six days after it) count the same list; only open tasks are due.
    """

    tasks: list[TaskView]
    late: int
    today: int
    week: int
