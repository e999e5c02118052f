"""What rostering accepts and answers about call-outs: the briefing, ringing, its end, hours and rest.

The events are in `rostering`.
"""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from shared.contracts.rostering import OnCallMember, ZoneOnCall

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
