"""What rostering accepts, answers and announces: shifts, who is on call, call-outs and their escalation."""

from datetime import date, datetime, time
from typing import Annotated, ClassVar
from uuid import UUID

from msgspec import Meta, Struct, field

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
    "unanswered", "planned_visit", "advice_only", "transferred_to_zone",
)  # fmt: skip
ASKED_BY = ("own_crew", "officer", "other_zone", "hospital", "abroad", "other")
"""Who asks for the help, or for the bad news to be brought (`domain.md` 1.4, 1.5)."""
MEASURES = ("waits", "backup", "partner_zone", "phone_advice", "planned_visit")
"""What happens with the second of two call-outs (S02), in the order in which it is proposed after `waits`."""

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
    """Also answers POST /shifts/{shift_id}/remove (`roster:manage`): one that runs ends now. 409 `shift_is_over`."""

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
    second_number: bool = False


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
    asked_by: str = "own_crew"
    officer_on_duty: ShortText = ""
    children: Annotated[int, Meta(ge=0, le=99)] | None = None
    people_needed: Annotated[int, Meta(ge=1, le=2)] = 1
    incident_id: UUID | None = None


class CallOutRef(Struct, frozen=True, kw_only=True):
    call_out_id: UUID
    state: str


class Attempt(Struct, frozen=True, kw_only=True):
    """One ringing of one person. `level` is `off_duty` for somebody without a shift who was reached by phone.

    `outcome`: ringing, accepted, declined, no_answer, unreachable, taken_by_other, cancelled, transferred. `reason`: of
    a decline its code; of `unreachable` busy; of `no_answer` escalated when the dispatcher did not wait.
    A partner zone has `partner_zone_id` instead of `user_id`; `second_number`: rung on her second number.
    """

    attempt_id: UUID
    level: str
    user_id: UUID | None
    rang_at: datetime
    answer_by: datetime
    outcome: str
    answered_at: datetime | None = None
    reason: str = ""
    by_phone: bool = False
    partner_zone_id: UUID | None = None
    zone_name: str | None = None
    zone_phone: str | None = None
    second_number: bool = False
    eta_minutes: int | None = None


class CallOutTime(Struct, frozen=True, kw_only=True):
    """A moment in the life of a call-out: requested, ringing, accepted, en_route, on_site, left_scene, closed, ..."""

    state: str
    at: datetime
    user_id: UUID | None = None
    position: int = 0


class Correction(Struct, frozen=True, kw_only=True):
    """A moment that was corrected; `out_of_order` when it was said to stand before or after its neighbour."""

    position: int
    state: str
    old_at: datetime
    new_at: datetime
    out_of_order: bool
    reason: str
    corrected_by: UUID
    at: datetime


class Decision(Struct, frozen=True, kw_only=True):
    """Which of two call-outs goes first, what happens with the other (`MEASURES`), who decided it and why (S02)."""

    call_out_id: UUID
    other_call_out_id: UUID
    first_call_out_id: UUID
    measure: str
    decided_by: str
    reason: str
    noted_by: UUID
    at: datetime


class Proposal(Struct, frozen=True, kw_only=True):
    """A way on when who should go is out: `backup` (a member), `partner_zone`, `phone_advice`, `planned_visit`."""

    measure: str
    user_id: UUID | None = None
    zone: ZoneOnCall | None = None


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
    asked_by: str = "own_crew"
    officer_on_duty: str = ""
    children: int | None = None
    people_needed: int = 1
    seeks: bool = False
    joined_by: UUID | None = None
    simultaneous: bool = False
    advised_by: UUID | None = None
    side_note: str = ""
    zone: str = ""
    taken_over_by: str = ""
    taken_over_at: datetime | None = None
    planned_for: datetime | None = None
    incident_id: UUID | None = None
    corrections: list[Correction] = []
    decisions: list[Decision] = []
    proposals: list[Proposal] = []
    hidden: bool = False


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
    joined_by: UUID | None = None
    seeks: bool = False
    planned_for: datetime | None = None
    incident_id: UUID | None = None


class AcceptCallOut(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /call-outs/{id}/accept (`call_out:answer`, who was rung, also late). 409 `already_answered`.

    409 `already_declined` for who declined it; 403 `not_rung` for who was not rung.
    """

    eta_minutes: Annotated[int, Meta(ge=0, le=600)] | None = None


class DeclineCallOut(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /call-outs/{id}/decline: to the next level at once. Reason: ill, busy, too_far, conflict, other."""

    reason: str


class MarkCallOut(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /call-outs/{id}/progress: `en_route`, `on_site` or `left_scene` (who accepted; each of two for herself)."""

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
    eta_minutes: Annotated[int, Meta(ge=0, le=600)] | None = None


class AdviseByPhone(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /call-outs/{id}/advice (`call_out:request`, or who was rung for herself): advice to the crew was enough."""

    note: Annotated[str, Meta(min_length=1, max_length=4000)]
    advised_by: UUID | None = None


class TransferCallOut(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /call-outs/{id}/transfer (`call_out:request`): another zone goes; who there took it, and when."""

    zone: Annotated[str, Meta(min_length=1, max_length=200)]
    taken_by: Annotated[str, Meta(min_length=1, max_length=200)]
    taken_at: datetime | None = None
    note: LongText = ""


class PlanVisit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /call-outs/{id}/plan (`call_out:request`): it rests until then, and rings whoever is on duty then."""

    planned_for: datetime
    reason: Annotated[str, Meta(min_length=1, max_length=4000)]


class ChangePeopleNeeded(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /call-outs/{id}/people-needed (`call_out:request`, or who accepted it)."""

    people_needed: Annotated[int, Meta(ge=1, le=2)]


class DecidePriority(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /call-outs/{id}/priority (`call_out:request`, or who holds one of them): it is logged on both call-outs."""

    other_call_out_id: UUID
    first_call_out_id: UUID
    measure: str
    decided_by: Annotated[str, Meta(min_length=1, max_length=200)]
    reason: Annotated[str, Meta(min_length=1, max_length=2000)]


class CorrectTime(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /call-outs/{id}/correct-time (who accepted it, or `call_out:manage`). 409 `out_of_order` unless said so."""

    position: Annotated[int, Meta(ge=1)]
    at: datetime
    reason: Annotated[str, Meta(min_length=1, max_length=2000)]
    out_of_order: bool = False


class NextStart(Struct, frozen=True, kw_only=True):
    """When somebody may begin again after a rest. `rule` names it; `default` is the one that holds unless chosen."""

    rule: str
    rest_minutes: int
    at: datetime
    default: bool
    certainty: str


class RestWarning(Struct, frozen=True, kw_only=True):
    """What does not fit; it never stops anybody. `code`: flexitime_overlap, shift_overlap, day_too_long."""

    code: str
    rule: str
    at: datetime | None = None
    minutes: int | None = None
    limit: int | None = None
    certainty: str = ""


class MemberHours(Struct, frozen=True, kw_only=True):
    """The hours of one member on one call-out: from the call to the closing, in real minutes.

    `night`, `weekend` and `holiday` are parts of `minutes` and may overlap each other.
    """

    user_id: UUID
    called_at: datetime
    accepted_at: datetime
    departed_at: datetime | None
    arrived_at: datetime | None
    left_at: datetime | None
    closed_at: datetime | None
    until: datetime
    minutes: int
    credited_minutes: int
    night: int
    weekend: int
    holiday: int
    starts: list[NextStart]
    warnings: list[RestWarning]
    chosen_start: datetime | None = None
    chosen_reason: str = ""
    chosen_by: UUID | None = None


class CallOutHours(Struct, frozen=True, kw_only=True):
    """GET /call-outs/{id}/hours: one's own, or everybody's with `call_out:manage` or `roster:manage`."""

    call_out_id: UUID
    members: list[MemberHours]
    certain: bool = False


class ChooseStart(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /call-outs/{id}/next-start (oneself, or `roster:manage` for somebody): read the warnings, say why."""

    user_id: UUID
    starts_at: datetime
    reason: ShortText = ""


class EscalationReport(Struct, frozen=True, kw_only=True):
    """GET /escalation-reports/{report_id} (`call_out:manage`): what escalated or stayed without answer (S03)."""

    report_id: UUID
    on_day: date
    told_at: datetime | None
    call_outs: list[CallOutView]


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
    """GET /roster-settings (`roster:read`). Minutes to wait for an answer before the next level.

    `required_levels` must always be filled; `needed` says when: `always`, or `outside_office` (not between
    `office_from` and `office_until` on working days). Who manages is warned `gap_alert_hours` before a gap.
    """

    answer_minutes: int
    levels: list[str]
    required_levels: list[str] = field(default_factory=lambda: ["primary"])
    needed: str = "always"
    office_from: time = time(8)
    office_until: time = time(18)
    gap_alert_hours: list[int] = field(default_factory=lambda: [168, 24])


class ChangeRosterSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /roster-settings (`roster:manage`). What is left out stays as it is."""

    answer_minutes: Annotated[int, Meta(ge=1, le=60)]
    levels: list[str]
    required_levels: list[str] | None = None
    needed: str | None = None
    office_from: time | None = None
    office_until: time | None = None
    gap_alert_hours: list[Annotated[int, Meta(ge=1, le=24 * 60)]] | None = None


# --- events ----------------------------------------------------------------------------------------------------------


class CallOutRequested(Event, frozen=True, kw_only=True):
    SUBJECT: ClassVar[str] = "rostering.call_out_requested.v1"
    AGGREGATE: ClassVar[str] = "call_out_id"
    call_out_id: UUID
    incident_type: str
    urgency: str
    simultaneous: bool = False


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
    second_number: bool = False


class CallOutAnswered(Event, frozen=True, kw_only=True):
    """How an attempt ended; `outcome` as in `Attempt`. Of a partner zone nothing is said here."""

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
    """Every other change: en_route, on_site, left_scene, cancelled, reported, validated, planned_visit, advice_only,

    transferred_to_zone, zone_to_call (the dispatcher calls a partner zone now), decided, corrected, people_needed.
    """

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
    joined_by: UUID | None = None
    incident_id: UUID | None = None


class CallOutsEscalated(Event, frozen=True, kw_only=True):
    """The morning after: so many call-outs escalated or stayed without answer. Tell the coordinators once."""

    SUBJECT: ClassVar[str] = "rostering.call_outs_escalated.v1"
    AGGREGATE: ClassVar[str] = "report_id"
    report_id: UUID
    on_day: date
    call_outs: int


class IncidentOpened(Event, frozen=True, kw_only=True):
    """An incident with many victims began; call-outs and victims are gathered under it (S12)."""

    SUBJECT: ClassVar[str] = "rostering.incident_opened.v1"
    AGGREGATE: ClassVar[str] = "incident_id"
    incident_id: UUID
    incident_type: str


class IncidentChanged(Event, frozen=True, kw_only=True):
    """Something on it changed; `what`: victim, enquiry, call_out, closed."""

    SUBJECT: ClassVar[str] = "rostering.incident_changed.v1"
    AGGREGATE: ClassVar[str] = "incident_id"
    incident_id: UUID
    what: str


class IncidentVictimsReady(Event, frozen=True, kw_only=True):
    """The registration is done: cases asks GET /incidents/{incident_id}/victims-to-take-over and opens the dossiers.

    When cases has them it says so with POST /incidents/{incident_id}/victims-taken-over; then the words about the
    victims are wiped here. `holder` is who holds a dossier whose victim has no worker of her own.
    """

    SUBJECT: ClassVar[str] = "rostering.incident_victims_ready.v1"
    AGGREGATE: ClassVar[str] = "incident_id"
    incident_id: UUID
    incident_type: str
    holder: UUID
    victims: int


class RosterChanged(Event, frozen=True, kw_only=True):
    """A shift was planned or removed. At level `partner_zone` there is a `partner_zone_id` and no `user_id`."""

    SUBJECT: ClassVar[str] = "rostering.roster_changed.v1"
    AGGREGATE: ClassVar[str] = "shift_id"
    shift_id: UUID
    user_id: UUID | None = None
    partner_zone_id: UUID | None = None


class RosterPublished(Event, frozen=True, kw_only=True):
    """A draft became the truth. `told`: how many members were told that their coming duty differs."""

    SUBJECT: ClassVar[str] = "rostering.roster_published.v1"
    AGGREGATE: ClassVar[str] = "draft_id"
    draft_id: UUID
    told: int


class DutyChanged(Event, frozen=True, kw_only=True):
    """Tell this member that the coming duty differs; once for each act. The first difference begins at `first_at`.

    `gained` and `lost` count stretches. `cause`: published, planned, removed, override, undone.
    """

    SUBJECT: ClassVar[str] = "rostering.duty_changed.v1"
    AGGREGATE: ClassVar[str] = "user_id"
    user_id: UUID
    cause: str
    gained: int
    lost: int
    first_at: datetime


class GapNear(Event, frozen=True, kw_only=True):
    """A gap that nobody meant comes within so many hours; once for each gap and threshold."""

    SUBJECT: ClassVar[str] = "rostering.gap_near.v1"
    AGGREGATE: ClassVar[str] = "level"
    level: str
    starts_at: datetime
    ends_at: datetime
    threshold_hours: int
