"""What cases accepts, answers and announces: dossiers, persons, journal, tasks, access, break-glass, who looked."""

from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID

from msgspec import Meta, Struct, field

from shared.contracts.event import Event
from shared.contracts.persons import MayCall, NewPhone, PhoneView, RelationView, SafeContact

PERSON_ROLES = (
    "victim", "next_of_kin", "witness", "suspect", "deceased", "minor_involved", "contact", "other",
)  # fmt: skip
TASK_KINDS = (
    "call_out_report", "recontact", "own", "assign_holder", "referral", "new_pv", "new_address", "decide_contact",
    "risk_review", "bad_news", "confirm_bad_news", "home_ban_inform", "home_ban_hearing", "home_ban_end",
)  # fmt: skip
TASKS_DONE_BY_THEIR_ACT = (
    "call_out_report", "assign_holder", "bad_news", "confirm_bad_news", "home_ban_inform",
)  # fmt: skip
TASK_RESULTS = (
    "done", "reached_ok", "reached_referral_wanted", "refused", "not_reached", "moved", "unsafe_to_contact",
    "new_facts", "risk_increased",
)  # fmt: skip
CAPACITIES = ("victim_care", "practical_help", "investigation", "staff_care")
ENTRY_KINDS = ("note", "contact", "practical_help", "report", "system")
BREAK_GLASS_REASONS = ("emergency", "absent_colleague", "client_at_desk", "safety", "other")
CONFLICT_REASONS = ("related", "acquainted", "party", "other")
LIFT_REASONS = ("mistake", "no_longer_so", "other")

Line = Annotated[str, Meta(max_length=200)]
Text = Annotated[str, Meta(min_length=1, max_length=20_000)]
Insz = Annotated[str, Meta(max_length=15)]

# --- dossiers --------------------------------------------------------------------------------------------------------


class DossierLine(Struct, frozen=True, kw_only=True):
    """A line of GET /dossiers?state=&after= (`dossier:read`): only what the caller may see. 50 a page."""

    dossier_id: UUID
    number: str
    kind: str
    incident_type: str
    state: str
    holder: UUID | None
    opened_at: datetime
    title: str
    open_tasks: int
    next_due_on: date | None
    updated_at: datetime


class DossierPage(Struct, frozen=True, kw_only=True):
    lines: list[DossierLine]
    count: int
    next_after: str = ""


class SearchDossiers(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/search (`dossier:read`), answered with a `DossierPage`: by name, INSZ, number or PV number.

    A question that comes in a body: what is searched for is personal, and addresses are written down everywhere.
    """

    search: Line
    state: str = ""
    after: str = ""


class PersonInDossier(Struct, frozen=True, kw_only=True):
    """A person with his role here. `insz` is digits only. His numbers stand in `DossierView.phones`, without digits."""

    person_id: UUID
    first_name: str
    last_name: str
    role: str
    born_on: date | None
    age: int | None
    minor: bool
    email: str
    language: str
    address: str
    insz: str
    safe_contact: str
    note: str
    safe: SafeContact = field(default_factory=SafeContact)
    other_roles: list[str] = []
    maiden_name: str = ""
    other_names: str = ""
    deceased_on: date | None = None
    interpreter: list[str] = []
    literacy: str = ""
    pictograms: bool = False
    contact_preference: str = ""
    parental_authority: str = ""
    contact_via: UUID | None = None
    version: int = 1


class TaskView(Struct, frozen=True, kw_only=True):
    """`why` explains the due date in codes: rule, from, and steps (`domain.md` 6: explain the result)."""

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


class EntryView(Struct, frozen=True, kw_only=True):
    """One item of the timeline; `kind` system has `code` and no text. A task's outcome has both: `task_completed`."""

    entry_id: UUID
    kind: str
    capacity: str
    text: str
    code: str
    details: dict[str, str]
    at: datetime
    author: UUID | None
    author_service: str = ""


class AccessView(Struct, frozen=True, kw_only=True):
    """Why the caller may see the dossier: `ground` holder, team, grant, substitute, supervision, break_glass."""

    ground: str
    may_write: bool
    ends_at: datetime | None = None


class DossierView(Struct, frozen=True, kw_only=True):
    """GET /dossiers/{dossier_id} (`dossier:read`): all of it in one answer. Timeline newest first, up to 200.

    With more than that, `next_before` is where GET /dossiers/{dossier_id}/entries goes on.
    """

    dossier_id: UUID
    number: str
    kind: str
    compartment: str
    incident_type: str
    state: str
    holder: UUID | None
    team_id: UUID | None
    opened_at: datetime
    closed_at: datetime | None
    call_out_id: UUID | None
    place: str
    pv_number: str
    summary: str
    minors_involved: bool
    version: int
    access: AccessView
    persons: list[PersonInDossier]
    tasks: list[TaskView]
    timeline: list[EntryView]
    phones: list[PhoneView] = []
    relations: list[RelationView] = []
    may_call: list[MayCall] = []
    next_before: str = ""


class EntryPage(Struct, frozen=True, kw_only=True):
    """GET /dossiers/{dossier_id}/entries?before= (`dossier:read`): the lines before a place in it, 200 a page.

    `before` is `next_before` of the page that came before it.
    """

    entries: list[EntryView]
    next_before: str = ""


class OpenDossier(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers (`dossier:open`): without a call-out (walk-in, internal request).

    `beside` is a dossier in sight of the same event: the other victim's.
    """

    incident_type: str
    summary: Annotated[str, Meta(max_length=2000)] = ""
    place: Line = ""
    pv_number: Annotated[str, Meta(max_length=60)] = ""
    beside: UUID | None = None


class DossierRef(Struct, frozen=True, kw_only=True):
    dossier_id: UUID
    number: str


class ChangeDossier(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id} (`dossier:write`). 409 `changed_meanwhile` unless `version` is the one that was read."""

    version: int
    summary: Annotated[str, Meta(max_length=2000)]
    place: Line = ""
    pv_number: Annotated[str, Meta(max_length=60)] = ""


class CloseDossier(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/close. 409 `compulsory_tasks_open`. Also the body of POST /dossiers/{id}/reopen."""

    version: int


class AssignHolder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/holder (`dossier:assign`). 409 `conflict_of_interest` for a blocked worker."""

    user_id: UUID


class GrantAccess(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/grants (`dossier:assign`): `ground` substitute (needs `ends_at`), grant or team."""

    ground: str
    user_id: UUID | None = None
    team_id: UUID | None = None
    ends_at: datetime | None = None
    may_write: bool = True


class DeclareConflict(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/conflicts: `user_id` absent is oneself; for another needs `dossier:assign`. At once.

    `same_event`: in every dossier of the same call-out or incident. `new_holder` (`dossier:assign`) takes over what
    the blocked worker holds of them.
    """

    reason: str
    user_id: UUID | None = None
    same_event: bool = False
    new_holder: UUID | None = None


class ConflictDeclared(Struct, frozen=True, kw_only=True):
    """The block here, in how many dossiers it holds, and when the worker looked at them before (S14, S58)."""

    conflict_id: UUID
    user_id: UUID
    reason: str
    earlier_looks: list[datetime]
    dossiers: int = 1


class LiftConflict(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/conflicts/{conflict_id}/lift (`dossier:assign`), with a reason of `LIFT_REASONS`.

    The worker may be let in again; he is not let in by it.
    """

    reason: str


class RevokeGrant(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/grants/{grant_id}/revoke (`dossier:assign`): ends now. 409 `grant_is_the_holders`."""


class GrantView(Struct, frozen=True, kw_only=True):
    grant_id: UUID
    ground: str
    user_id: UUID | None
    team_id: UUID | None
    may_write: bool
    starts_at: datetime
    ends_at: datetime | None
    granted_by: UUID


class ConflictView(Struct, frozen=True, kw_only=True):
    """`earlier_looks` is for who may assign: when the worker looked before he was blocked, newest first."""

    conflict_id: UUID
    user_id: UUID
    reason: str
    declared_at: datetime
    declared_by: UUID
    earlier_looks: list[datetime]


class DossierAccess(Struct, frozen=True, kw_only=True):
    """GET /dossiers/{id}/access (`dossier:read`): who may see it now beside supervision, and who is kept out."""

    grants: list[GrantView]
    conflicts: list[ConflictView]
    same_event: int


# --- persons, journal, tasks -----------------------------------------------------------------------------------------


class AddPerson(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/persons (`dossier:write`). `safe` and `safe_contact` are shown before any number.

    `phone` is the first number, `phones` are more; `phone_safe` says that the first is the one to use.
    """

    first_name: Annotated[str, Meta(max_length=120)] = ""
    last_name: Annotated[str, Meta(min_length=1, max_length=120)]
    role: str = "victim"
    born_on: date | None = None
    phone: Annotated[str, Meta(max_length=30)] = ""
    email: Annotated[str, Meta(max_length=254)] = ""
    language: Annotated[str, Meta(max_length=8)] = ""
    address: Line = ""
    insz: Insz = ""
    safe_contact: Annotated[str, Meta(max_length=500)] = ""
    note: Annotated[str, Meta(max_length=500)] = ""
    safe: SafeContact = field(default_factory=SafeContact)
    phone_safe: bool = False
    phones: Annotated[list[NewPhone], Meta(max_length=6)] = []
    other_roles: list[str] = []
    maiden_name: Annotated[str, Meta(max_length=120)] = ""
    other_names: Line = ""
    deceased_on: date | None = None
    interpreter: Annotated[list[str], Meta(max_length=6)] = []
    literacy: str = ""
    pictograms: bool = False
    contact_preference: str = ""
    parental_authority: Line = ""


class PersonRef(Struct, frozen=True, kw_only=True):
    person_id: UUID


class WriteEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/entries (`dossier:write`): kind note, contact or practical_help; the capacity spoken in."""

    text: Text
    kind: str = "note"
    capacity: str = "victim_care"


class EntryRef(Struct, frozen=True, kw_only=True):
    entry_id: UUID


class AddTask(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/tasks (`dossier:write`)."""

    title: Annotated[str, Meta(min_length=1, max_length=200)]
    due_on: date
    assignee: UUID | None = None


class TaskRef(Struct, frozen=True, kw_only=True):
    task_id: UUID


class CompleteTask(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /tasks/{task_id}/complete: result code of `TASK_RESULTS`, and what to remember.

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


class WriteReport(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/report (`dossier:write`): the call-out report; completes the report task."""

    text: Text


class TaskPage(Struct, frozen=True, kw_only=True):
    """GET /tasks?scope=mine|team|unassigned&state=open: in order of due date, at most 500.

    `late`, `today` and `week` (today and the six days after it) count the same list; only open tasks are due.
    """

    tasks: list[TaskView]
    late: int
    today: int
    week: int


# --- who looked, break-glass -----------------------------------------------------------------------------------------


class Look(Struct, frozen=True, kw_only=True):
    """A line of GET /dossiers/{id}/looks (`audit:read`, or the holder): who did or saw what, newest first."""

    at: datetime
    user_id: UUID
    service: str
    action: str
    outcome: str


class BreakGlass(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /break-glass (`break_glass:open`), by the number on the paper or screen. `text` at least 20 characters."""

    dossier_number: Annotated[str, Meta(min_length=3, max_length=30)]
    reason: str
    text: Annotated[str, Meta(min_length=20, max_length=2000)]


class BreakGlassOpened(Struct, frozen=True, kw_only=True):
    break_glass_id: UUID
    dossier_id: UUID
    ends_at: datetime
    review_by: date


class BreakGlassView(Struct, frozen=True, kw_only=True):
    """GET /break-glass (`break_glass:review`). `state`: open, justified, not_justified; `escalated` to the DPO."""

    break_glass_id: UUID
    dossier_id: UUID
    dossier_number: str
    user_id: UUID
    reason: str
    text: str
    opened_at: datetime
    ends_at: datetime
    review_by: date
    state: str
    escalated: bool
    reviewed_by: UUID | None = None
    reviewed_at: datetime | None = None
    review_note: str = ""


class ReviewBreakGlass(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /break-glass/{id}/review (`break_glass:review`), never one's own. `verdict` justified or not_justified."""

    verdict: str
    note: Annotated[str, Meta(max_length=2000)] = ""


class RecontactRule(Struct, frozen=True, kw_only=True):
    """A line of the tenant's re-contact plan (GET /recontact-plan): days after closing, compulsory or not.

    `own_from` is set where the tenant chose its own days; `next_days` with `next_from` are days chosen for later.
    """

    incident_type: str
    days: list[int]
    compulsory: bool
    default_days: list[int] = []
    own_from: date | None = None
    next_days: list[int] = []
    next_from: date | None = None
    source: str = ""
    certainty: str = ""


# --- events ----------------------------------------------------------------------------------------------------------


class DossierOpened(Event, frozen=True, kw_only=True):
    SUBJECT: ClassVar[str] = "cases.dossier_opened.v1"
    AGGREGATE: ClassVar[str] = "dossier_id"
    dossier_id: UUID
    incident_type: str
    holder: UUID | None = None
    call_out_id: UUID | None = None


class DossierChanged(Event, frozen=True, kw_only=True):
    """The dossier's page changed: `what` is entry, task, person, holder, state, access, facts, aftercare."""

    SUBJECT: ClassVar[str] = "cases.dossier_changed.v1"
    AGGREGATE: ClassVar[str] = "dossier_id"
    dossier_id: UUID
    what: str


class DossierAssigned(Event, frozen=True, kw_only=True):
    SUBJECT: ClassVar[str] = "cases.dossier_assigned.v1"
    AGGREGATE: ClassVar[str] = "dossier_id"
    dossier_id: UUID
    holder: UUID


class ConflictOfInterestDeclared(Event, frozen=True, kw_only=True):
    """A worker is kept out of a dossier from now on; with `call_out_id` also out of the briefing of that call-out."""

    SUBJECT: ClassVar[str] = "cases.conflict_declared.v1"
    AGGREGATE: ClassVar[str] = "dossier_id"
    dossier_id: UUID
    user_id: UUID
    reason: str
    call_out_id: UUID | None = None


class ConflictOfInterestLifted(Event, frozen=True, kw_only=True):
    """The worker is no longer kept out of the dossier."""

    SUBJECT: ClassVar[str] = "cases.conflict_lifted.v1"
    AGGREGATE: ClassVar[str] = "dossier_id"
    dossier_id: UUID
    user_id: UUID
    call_out_id: UUID | None = None


class DossierTypeChanged(Event, frozen=True, kw_only=True):
    """The same dossier goes on as another type of incident: one transition."""

    SUBJECT: ClassVar[str] = "cases.dossier_type_changed.v1"
    AGGREGATE: ClassVar[str] = "dossier_id"
    dossier_id: UUID
    incident_type_before: str
    incident_type: str


class RiskIncreased(Event, frozen=True, kw_only=True):
    """A re-contact showed that the risk is higher: tell the coordinators and the officer on duty."""

    SUBJECT: ClassVar[str] = "cases.risk_increased.v1"
    AGGREGATE: ClassVar[str] = "dossier_id"
    dossier_id: UUID
    task_id: UUID
    incident_type: str
    holder: UUID | None = None


class ContactUnsafe(Event, frozen=True, kw_only=True):
    """A re-contact showed that contact is not safe: no letters and no voicemail from now on. Tell the coordinators."""

    SUBJECT: ClassVar[str] = "cases.contact_unsafe.v1"
    AGGREGATE: ClassVar[str] = "dossier_id"
    dossier_id: UUID
    task_id: UUID
    holder: UUID | None = None


class HomeBanEnds(Event, frozen=True, kw_only=True):
    """A temporary home ban ends soon: tell the holder and the coordinators."""

    SUBJECT: ClassVar[str] = "cases.home_ban_ends.v1"
    AGGREGATE: ClassVar[str] = "dossier_id"
    dossier_id: UUID
    home_ban_id: UUID
    ends_at: datetime
    holder: UUID | None = None


class CallOutReported(Event, frozen=True, kw_only=True):
    """The report of a call-out was written."""

    SUBJECT: ClassVar[str] = "cases.call_out_reported.v1"
    AGGREGATE: ClassVar[str] = "call_out_id"
    call_out_id: UUID
    dossier_id: UUID


class BreakGlassUsed(Event, frozen=True, kw_only=True):
    """Tell the holder and those who review."""

    SUBJECT: ClassVar[str] = "cases.break_glass_used.v1"
    AGGREGATE: ClassVar[str] = "dossier_id"
    dossier_id: UUID
    break_glass_id: UUID
    user_id: UUID
    reason: str
    holder: UUID | None = None


class BreakGlassEscalated(Event, frozen=True, kw_only=True):
    """Not reviewed in time, or not justified: the DPO is told. `why`: not_reviewed or not_justified."""

    SUBJECT: ClassVar[str] = "cases.break_glass_escalated.v1"
    AGGREGATE: ClassVar[str] = "break_glass_id"
    break_glass_id: UUID
    dossier_id: UUID
    why: str
