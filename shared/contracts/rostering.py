"""What rostering accepts, answers and announces: shifts, who is on call, call-outs and their escalation."""

from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from msgspec import Meta, Struct

from shared.contracts.event import Event

LEVELS = ("primary", "secondary", "backup", "partner_zone", "coordinator")
"""In the order of ringing. At `partner_zone` another police zone has duty: it is called by hand, never rung."""
URGENCIES = ("now", "today", "planned")
INCIDENT_TYPES = (
    "sexual_offence", "death_natural", "death_suspicious", "death_work_accident", "death_suicide", "death_traffic",
    "death_other", "suicide_attempt", "robbery_violence", "ifv_physical", "ifv_psychological", "stalking", "burglary",
    "fire", "traffic_accident", "assault", "disappearance", "hostage", "work_accident", "disaster", "other",
)  # fmt: skip
CALL_OUT_STATES = (
    "requested", "ringing", "accepted", "en_route", "on_site", "closed", "reported", "validated", "cancelled",
    "unanswered",
)  # fmt: skip

ShortText = Annotated[str, Meta(max_length=200)]
LongText = Annotated[str, Meta(max_length=4000)]

# --- roster ----------------------------------------------------------------------------------------------------------


class Shift(Struct, frozen=True, kw_only=True):
    """GET /shifts?from=&until= (`roster:read`): half-open, aware moments. `minutes` is the real (absolute) length.

    Held by a member (`user_id`) or, at level `partner_zone`, by another police zone (`partner_zone_id`).
    """

    shift_id: UUID
    user_id: UUID | None
    level: str
    starts_at: datetime
    ends_at: datetime
    minutes: int
    partner_zone_id: UUID | None = None


class PlanShift(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /shifts (`roster:manage`). 409 `shift_overlaps` when the person or the level is taken.

    At level `partner_zone` a `partner_zone_id` and no `user_id`, at every other level the reverse.
    """

    level: str
    starts_at: datetime
    ends_at: datetime
    user_id: UUID | None = None
    partner_zone_id: UUID | None = None


class ShiftRef(Struct, frozen=True, kw_only=True):
    """Also answers POST /shifts/{shift_id}/remove (`roster:manage`). 409 `shift_is_over`."""

    shift_id: UUID


class PartnerZone(Struct, frozen=True, kw_only=True):
    """A line of GET /partner-zones (`roster:read` or `on_call:read`): another police zone that stands in."""

    partner_zone_id: UUID
    name: str
    phone: str
    note: str
    active: bool
    version: int


class KeepPartnerZone(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /partner-zones and /partner-zones/{partner_zone_id} (`roster:manage`). 409 `name_taken`.

    To change one, give the `version` that was seen: 409 `roster_changed_meanwhile` when somebody else was first.
    """

    name: Annotated[str, Meta(min_length=1, max_length=80)]
    phone: Annotated[str, Meta(min_length=1, max_length=30)]
    note: Annotated[str, Meta(max_length=500)] = ""
    active: bool = True
    version: int | None = None


class PartnerZoneRef(Struct, frozen=True, kw_only=True):
    partner_zone_id: UUID
    version: int


class ZoneOnCall(Struct, frozen=True, kw_only=True):
    """The partner zone that has duty at a level: call it by hand."""

    partner_zone_id: UUID
    name: str
    phone: str


class OnCallMember(Struct, frozen=True, kw_only=True):
    """Somebody on duty at a level. `busy` when already on a call-out; `next_*` is who follows, if planned.

    At level `partner_zone` `zone` and `next_zone` stand in the place of the members.
    """

    level: str
    user_id: UUID | None
    until: datetime | None
    busy: bool = False
    next_user_id: UUID | None = None
    next_from: datetime | None = None
    zone: ZoneOnCall | None = None
    next_zone: ZoneOnCall | None = None


class OnCallNow(Struct, frozen=True, kw_only=True):
    """GET /on-call (`on_call:read`): all levels in order, empty ones with `user_id` absent; the first gap in a week."""

    at: datetime
    members: list[OnCallMember]
    gap_starts_at: datetime | None = None
    waiting_call_outs: int = 0


# --- call-outs -------------------------------------------------------------------------------------------------------


class RequestCallOut(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /call-outs (`call_out:request`): the briefing of `domain.md` 1.4."""

    incident_type: str
    place: Annotated[str, Meta(min_length=1, max_length=200)]
    summary: Annotated[str, Meta(min_length=1, max_length=2000)]
    requested_by: ShortText = ""
    contact_on_site: ShortText = ""
    contact_phone: Annotated[str, Meta(max_length=30)] = ""
    urgency: str = "now"
    present: LongText = ""
    already_informed: LongText = ""
    safety: LongText = ""
    languages: list[str] = []
    minors_present: bool = False
    bad_news: bool = False
    pv_number: Annotated[str, Meta(max_length=60)] = ""
    prosecutor_informed: bool = False


class CallOutRef(Struct, frozen=True, kw_only=True):
    call_out_id: UUID
    state: str


class Attempt(Struct, frozen=True, kw_only=True):
    """One ringing of one person. `level` is `off_duty` for somebody without a shift who was reached by phone.

    `outcome`: ringing, accepted, declined, no_answer, unreachable, taken_by_other, cancelled. `reason`: of a decline
    its code; of `unreachable` busy; of `no_answer` escalated when the dispatcher did not wait.
    """

    attempt_id: UUID
    level: str
    user_id: UUID
    rang_at: datetime
    answer_by: datetime
    outcome: str
    answered_at: datetime | None = None
    reason: str = ""
    by_phone: bool = False


class CallOutTime(Struct, frozen=True, kw_only=True):
    """A moment in the life of a call-out: requested, ringing, accepted, en_route, on_site, closed, ..."""

    state: str
    at: datetime
    user_id: UUID | None = None


class CallOutView(Struct, frozen=True, kw_only=True):
    """GET /call-outs/{call_out_id} (`call_out:read`). `next_to_call` is the one person to ring now, if any."""

    call_out_id: UUID
    number: str
    state: str
    incident_type: str
    place: str
    summary: str
    requested_by: str
    requested_by_user: UUID
    contact_on_site: str
    contact_phone: str
    urgency: str
    present: str
    already_informed: str
    safety: str
    languages: list[str]
    minors_present: bool
    bad_news: bool
    pv_number: str
    prosecutor_informed: bool
    requested_at: datetime
    accepted_by: UUID | None
    attempts: list[Attempt]
    times: list[CallOutTime]
    next_to_call: OnCallMember | None = None
    escalates_at: datetime | None = None
    eta_minutes: int | None = None
    closing_note: str = ""


class CallOutLine(Struct, frozen=True, kw_only=True):
    """A line of GET /call-outs?open=true|false (`call_out:read`); a member sees his own by /call-outs/mine."""

    call_out_id: UUID
    number: str
    state: str
    incident_type: str
    urgency: str
    place: str
    requested_at: datetime
    accepted_by: UUID | None
    ringing_user: UUID | None
    escalates_at: datetime | None


class AcceptCallOut(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /call-outs/{id}/accept (`call_out:answer`, who was rung, also late). 409 `already_answered`.

    409 `already_declined` for who declined it; 403 `not_rung` for who was not rung.
    """

    eta_minutes: Annotated[int, Meta(ge=0, le=600)] | None = None


class DeclineCallOut(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /call-outs/{id}/decline: to the next level at once. Reason: ill, busy, too_far, conflict, other."""

    reason: str


class MarkCallOut(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /call-outs/{id}/progress: `en_route` or `on_site` (the accepting member)."""

    state: str


class CloseCallOut(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /call-outs/{id}/close (the accepting member). `opens_dossier` false: nothing is opened."""

    note: LongText = ""
    opens_dossier: bool = True


class CancelCallOut(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /call-outs/{id}/cancel (requester or `call_out:manage`). Reason: mistake, no_longer_needed, duplicate."""

    reason: str


class ReachedByPhone(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /call-outs/{id}/reached-by-phone (`call_out:request`): the dispatcher spoke to her, and she accepts."""

    user_id: UUID


class EscalateCallOut(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /call-outs/{id}/escalate (`call_out:request`): do not wait, ring the next one now. 409 `nobody_left`."""


class ValidateCallOut(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /call-outs/{id}/validate (`call_out:validate`): after the report."""


# --- incidents with many victims (S12) -------------------------------------------------------------------------------

VICTIM_STATUSES = ("unhurt", "injured", "in_hospital", "deceased", "missing", "unknown")
ENQUIRY_STATES = ("open", "matched", "told")
ShortWords = Annotated[str, Meta(max_length=120)]
PhoneText = Annotated[str, Meta(max_length=30)]


class OpenIncident(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /incidents (`incident:manage`): a bus crash, a fire: several call-outs and many victims under one roof."""

    incident_type: str
    title: Annotated[str, Meta(min_length=1, max_length=200)]
    place: Annotated[str, Meta(min_length=1, max_length=200)]
    call_out_id: UUID | None = None


class IncidentRef(Struct, frozen=True, kw_only=True):
    incident_id: UUID
    state: str


class GatherCallOut(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /incidents/{incident_id}/call-outs (`incident:manage`): this call-out belongs to it too."""

    call_out_id: UUID


class CloseIncident(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /incidents/{incident_id}/close (`incident:manage`): registration is over, cases makes the dossiers.

    `holder` holds those whose victim has no worker of her own.
    """

    holder: UUID


class IncidentLine(Struct, frozen=True, kw_only=True):
    """A line of GET /incidents (`incident:register` or `incident:manage`)."""

    incident_id: UUID
    number: str
    state: str
    incident_type: str
    title: str
    place: str
    opened_at: datetime
    closed_at: datetime | None
    victims: int
    call_outs: int


class IncidentMember(Struct, frozen=True, kw_only=True):
    """Somebody who was out for the incident, with her minutes until now or until the closing."""

    user_id: UUID
    call_out_id: UUID
    called_at: datetime
    until: datetime | None
    minutes: int


class IncidentView(Struct, frozen=True, kw_only=True):
    """GET /incidents/{incident_id} (`incident:register` or `incident:manage`): no word about a victim is in it."""

    incident_id: UUID
    number: str
    state: str
    incident_type: str
    title: str
    place: str
    opened_at: datetime
    opened_by: UUID
    closed_at: datetime | None
    call_outs: list[CallOutLine]
    members: list[IncidentMember]
    statuses: dict[str, int]
    enquiries: dict[str, int]
    wiped_at: datetime | None = None


class RegisterVictim(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /incidents/{incident_id}/victims (`incident:register`): quick; only the status is compulsory."""

    status: str
    name: ShortWords = ""
    birth_year: Annotated[int, Meta(ge=1890, le=2100)] | None = None
    minor: bool = False
    whereabouts: ShortText = ""
    phone: PhoneText = ""
    safe_contact: ShortText = ""
    language: Annotated[str, Meta(max_length=3)] = ""
    note: Annotated[str, Meta(max_length=1000)] = ""
    worker: UUID | None = None


class ChangeVictim(RegisterVictim, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /victims/{victim_id} (`incident:register`). 409 `changed_meanwhile` when `version` is not the last."""

    version: int


class VictimRef(Struct, frozen=True, kw_only=True):
    victim_id: UUID
    version: int


class RegisterVictims(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /incidents/{incident_id}/victims/list (`incident:register`): a pasted list, one victim a line.

    name; status; birth year; phone; safe contact; whereabouts. Each good row is kept, each wrong one is told.
    """

    rows: Annotated[str, Meta(min_length=1, max_length=40000)]


class WrongRow(Struct, frozen=True, kw_only=True):
    """A row that was not kept: its number from 1, the row as it was, a code for each wrong field."""

    row: int
    text: str
    errors: dict[str, str]


class RegisteredVictims(Struct, frozen=True, kw_only=True):
    kept: int
    wrong: list[WrongRow]


class VictimView(Struct, frozen=True, kw_only=True):
    """A line of GET /incidents/{incident_id}/victims (`incident:register`). Each look is kept."""

    victim_id: UUID
    position: int
    status: str
    name: str
    birth_year: int | None
    minor: bool
    whereabouts: str
    phone: str
    safe_contact: str
    language: str
    note: str
    worker: UUID | None
    registered_by: UUID
    registered_at: datetime
    version: int
    dossier_id: UUID | None = None


class RegisterEnquiry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /incidents/{incident_id}/enquiries (`incident:reunite`): a relative asks after somebody."""

    sought: Annotated[str, Meta(min_length=1, max_length=120)]
    enquirer: Annotated[str, Meta(min_length=1, max_length=120)]
    relation: ShortWords = ""
    phone: PhoneText = ""
    safe_contact: ShortText = ""
    note: Annotated[str, Meta(max_length=1000)] = ""


class EnquiryRef(Struct, frozen=True, kw_only=True):
    enquiry_id: UUID
    state: str


class MatchEnquiry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /enquiries/{enquiry_id}/match (`incident:reunite`): this victim is the one, by what was checked."""

    victim_id: UUID
    checked: Annotated[str, Meta(min_length=1, max_length=500)]


class TellEnquirer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /enquiries/{enquiry_id}/told (`incident:reunite`): the relative knows. 409 `not_matched` before a match."""


class EnquiryView(Struct, frozen=True, kw_only=True):
    """A line of GET /incidents/{incident_id}/reunification (`incident:reunite`): who seeks whom, and how it stands."""

    enquiry_id: UUID
    sought: str
    enquirer: str
    relation: str
    phone: str
    safe_contact: str
    note: str
    state: str
    at: datetime
    taken_by: UUID
    victim_id: UUID | None = None
    victim_name: str = ""
    victim_status: str = ""
    victim_whereabouts: str = ""
    checked: str = ""
    told_at: datetime | None = None
    proposals: list[UUID] = []


class VictimToTakeOver(Struct, frozen=True, kw_only=True):
    """What cases needs for a dossier of one victim. `enquirers`: relatives who asked after her and were matched."""

    victim_id: UUID
    status: str
    name: str
    birth_year: int | None
    minor: bool
    whereabouts: str
    phone: str
    safe_contact: str
    language: str
    note: str
    worker: UUID | None
    registered_at: datetime
    enquirers: list[EnquiryView] = []


class VictimsToTakeOver(Struct, frozen=True, kw_only=True):
    """GET /incidents/{incident_id}/victims-to-take-over (`victim:take_over`, cases in its own name)."""

    incident_id: UUID
    number: str
    incident_type: str
    title: str
    place: str
    opened_at: datetime
    holder: UUID | None
    call_out_ids: list[UUID]
    victims: list[VictimToTakeOver]


class TakenOver(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One victim and the dossier that she has now."""

    victim_id: UUID
    dossier_id: UUID


class VictimsTakenOver(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /incidents/{incident_id}/victims-taken-over (`victim:take_over`): the words here are wiped. Repeatable."""

    victims: Annotated[list[TakenOver], Meta(max_length=2000)]


class RosterSettings(Struct, frozen=True, kw_only=True):
    """GET /roster-settings (`roster:read`). Minutes to wait for an answer before the next level."""

    answer_minutes: int
    levels: list[str]


class ChangeRosterSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /roster-settings (`roster:manage`)."""

    answer_minutes: Annotated[int, Meta(ge=1, le=60)]
    levels: list[str]


# --- events ----------------------------------------------------------------------------------------------------------


class CallOutRequested(Event, frozen=True, kw_only=True):
    SUBJECT: ClassVar[str] = "rostering.call_out_requested.v1"
    AGGREGATE: ClassVar[str] = "call_out_id"
    call_out_id: UUID
    incident_type: str
    urgency: str


class CallOutRinging(Event, frozen=True, kw_only=True):
    """Tell this person now."""

    SUBJECT: ClassVar[str] = "rostering.call_out_ringing.v1"
    AGGREGATE: ClassVar[str] = "call_out_id"
    call_out_id: UUID
    attempt_id: UUID
    user_id: UUID
    level: str
    incident_type: str
    urgency: str
    answer_by: datetime


class CallOutAnswered(Event, frozen=True, kw_only=True):
    """How an attempt ended; `outcome` as in `Attempt`."""

    SUBJECT: ClassVar[str] = "rostering.call_out_answered.v1"
    AGGREGATE: ClassVar[str] = "call_out_id"
    call_out_id: UUID
    attempt_id: UUID
    user_id: UUID
    outcome: str


class CallOutUnanswered(Event, frozen=True, kw_only=True):
    """Nobody at any level accepted; dispatcher and coordinators must act."""

    SUBJECT: ClassVar[str] = "rostering.call_out_unanswered.v1"
    AGGREGATE: ClassVar[str] = "call_out_id"
    call_out_id: UUID


class CallOutProgressed(Event, frozen=True, kw_only=True):
    """Every other change of state: en_route, on_site, cancelled, reported, validated."""

    SUBJECT: ClassVar[str] = "rostering.call_out_progressed.v1"
    AGGREGATE: ClassVar[str] = "call_out_id"
    call_out_id: UUID
    state: str


class CallOutClosed(Event, frozen=True, kw_only=True):
    SUBJECT: ClassVar[str] = "rostering.call_out_closed.v1"
    AGGREGATE: ClassVar[str] = "call_out_id"
    call_out_id: UUID
    incident_type: str
    accepted_by: UUID
    opens_dossier: bool
    minors_present: bool = False


class RosterChanged(Event, frozen=True, kw_only=True):
    """A shift was planned or removed. At level `partner_zone` there is a `partner_zone_id` and no `user_id`."""

    SUBJECT: ClassVar[str] = "rostering.roster_changed.v1"
    AGGREGATE: ClassVar[str] = "shift_id"
    shift_id: UUID
    user_id: UUID | None = None
    partner_zone_id: UUID | None = None
