"""What cases accepts, answers and announces: dossiers, their journal, and every event; other subjects stand apart."""

from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID

from msgspec import Meta, Struct

from shared.contracts.event import Event
from shared.contracts.persons import AddPerson, MayCall, PersonInDossier, PhoneView, RelationView
from shared.contracts.tasks import TaskView

CAPACITIES = ("victim_care", "practical_help", "investigation", "staff_care")
ENTRY_KINDS = ("note", "contact", "practical_help", "report", "system")
OUTSIDERS = ("landlord", "employer", "school", "family", "service", "insurer", "press", "other")
"""Who may ask after a client; never a name."""

DOSSIER_KINDS = ("victim_support", "social_help")
HELP_TYPES = (
    "help_food", "help_money", "help_housing", "help_energy", "help_medical_card", "help_debts", "help_residence",
    "help_home_help", "help_other",
)  # fmt: skip
"""What is asked in a dossier of social help, where one of victim support says what happened."""

Line = Annotated[str, Meta(max_length=200)]
Text = Annotated[str, Meta(min_length=1, max_length=20_000)]

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
    before_contact: bool = False
    """About somebody who was never spoken with: only what was seen and tried stands in it (409 `no_contact_yet`)."""


class EntryPage(Struct, frozen=True, kw_only=True):
    """GET /dossiers/{dossier_id}/entries?before= (`dossier:read`): the lines before a place in it, 200 a page.

    `before` is `next_before` of the page that came before it.
    """

    entries: list[EntryView]
    next_before: str = ""


class FirstRelation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one of the first persons is to another (`kind` of `RELATIONS`), each by the place in the list."""

    person: Annotated[int, Meta(ge=0)]
    kind: str
    other: Annotated[int, Meta(ge=0)]


class OpenDossier(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers (`dossier:open`): without a call-out (walk-in, internal request, referral of another service).

    `kind` of `DOSSIER_KINDS`: of victim support `incident_type` is one that the tenant offers, of social help one of
    `HELP_TYPES`. `beside` is a dossier in sight of the same event: the other victim's. With `persons`
    (`dossier:write`) the dossier begins with them, or does not begin: what is wrong stands at `persons.0.phone`, and
    of what they are to each other at `relations.0.kind`.
    """

    incident_type: str
    kind: str = "victim_support"
    summary: Annotated[str, Meta(max_length=2000)] = ""
    place: Line = ""
    pv_number: Annotated[str, Meta(max_length=60)] = ""
    beside: UUID | None = None
    persons: Annotated[list[AddPerson], Meta(max_length=4)] = []
    relations: Annotated[list[FirstRelation], Meta(max_length=12)] = []


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


# --- persons, journal, tasks -----------------------------------------------------------------------------------------


class WriteEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/entries (`dossier:write`): kind note, contact or practical_help; the capacity spoken in."""

    text: Text
    kind: str = "note"
    capacity: str = "victim_care"


class EntryRef(Struct, frozen=True, kw_only=True):
    entry_id: UUID


class NoteOutsideQuestion(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/outside-questions (`dossier:write`): somebody outside asked after a client.

    Nothing was confirmed. `asker` is one of `OUTSIDERS`. `tell_client`: the client wants to hear of it, as a task.
    """

    asker: str
    tell_client: bool = False


class WriteReport(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/report (`dossier:write`): the call-out report; completes the report task."""

    text: Text


# --- who looked, break-glass -----------------------------------------------------------------------------------------


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


class ConsentChanged(Event, frozen=True, kw_only=True):
    """Something was offered to somebody in a dossier and answered, or a consent withdrawn: ids, codes and the day.

    `earlier`: as it stood before referrals kept its ledger, told once afterwards; nothing follows from it any more.
    """

    SUBJECT: ClassVar[str] = "cases.consent_changed.v1"
    AGGREGATE: ClassVar[str] = "consent_id"
    consent_id: UUID
    dossier_id: UUID
    person_id: UUID | None = None
    purpose: str
    state: str
    on: date
    earlier: bool = False


class RiskIncreased(Event, frozen=True, kw_only=True):
    """A re-contact showed a higher risk, or who is not reached may be in danger: tell coordinators, officer on duty."""

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
