"""What rostering accepts and answers about shifts, who is on call, and every event that it announces.

Planning is in `rosters`, call-outs in `call_outs`, incidents with many victims in `incidents`.
"""

from datetime import date, datetime, time
from typing import Annotated, ClassVar
from uuid import UUID

from msgspec import Meta, Struct, field

from shared.contracts.event import Event

LEVELS = ("primary", "secondary", "backup", "partner_zone", "coordinator")
"""In the order of ringing. At `partner_zone` another police zone has duty: it is called by hand, never rung."""

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
