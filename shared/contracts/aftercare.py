"""What cases accepts and answers about aftercare: triage, bad news, goodbye, practical help, home ban, consents, risk.

The events stand with the other events of cases, in `cases.py`.
"""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from shared.contracts.bad_news import BadNewsView

GOODBYE_PERMISSIONS = ("not_needed", "asked", "given", "refused")
GOODBYE_PLACES = ("hospital", "mortuary", "funeral_parlour", "home", "other")
PRACTICAL_KINDS = (
    "locksmith", "cleaning", "shelter", "transport", "employer", "school", "insurer", "doctor", "belongings",
    "injured_person_declaration", "attest", "victims_fund", "legal_aid", "prevention_advice", "other",
)  # fmt: skip
PRACTICAL_RESULTS = ("done", "arranged", "waiting", "not_possible", "not_wanted")
HOME_BAN_STATES = ("running", "extended", "ended")
HOME_BAN_END_REASONS = ("lifted", "not_extended", "expired", "mistake", "other")
VICTIM_TOLD_OF = ("ban", "hearing", "extension", "end")
TOLD_BY = ("in_person", "phone", "letter")
RISK_INSTRUMENTS = ("col_15_2020", "other")
RISK_LEVELS = ("low", "medium", "high", "very_high")
REFERRAL_PURPOSES = ("referral_caw", "referral_vk", "referral_ocmw", "referral_other", "school")
"""What somebody agrees to when he is referred; the ledger of referrals keeps these."""

CONSENT_PURPOSES = (*REFERRAL_PURPOSES, "employer", "doctor")
CONSENT_STATES = ("given", "refused", "pending", "withdrawn")
CONSENT_WAYS = ("spoken", "written")

_Line = Annotated[str, Meta(max_length=200)]
_Short = Annotated[str, Meta(max_length=500)]

# --- morning triage --------------------------------------------------------------------------------------------------


class TriageLine(Struct, frozen=True, kw_only=True):
    """A dossier of a call-out or incident about which the team has not decided yet.

    `report` is due, late, done or none; `present` is what was told at the start; `blocked` may not become holder.
    """

    dossier_id: UUID
    number: str
    incident_type: str
    opened_at: datetime
    place: str
    summary: str
    present: str
    persons: int
    minors: int
    minors_involved: bool
    holder: UUID | None
    report: str
    report_due_on: date | None
    recontacts: list[date]
    compulsory_recontacts: int
    blocked: list[UUID]


class TriagePage(Struct, frozen=True, kw_only=True):
    """GET /triage (`dossier:assign`): oldest first, at most 100; `decided_today` counts those done since midnight."""

    lines: list[TriageLine]
    waiting: int
    reports_late: int
    without_holder: int
    decided_today: int


class DecideTriage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/triage (`dossier:assign`): done; with `holder` also assigned. 409 `conflict_of_interest`."""

    holder: UUID | None = None


# --- re-contact plan -------------------------------------------------------------------------------------------------


class SetRecontactRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /recontact-plan (`tenant:manage`): the tenant's own days for a type, from a day on; none at all is possible.

    422 `compulsory` where the law wants a re-contact.
    """

    incident_type: str
    days: Annotated[list[Annotated[int, Meta(ge=1, le=365)]], Meta(max_length=6)]
    valid_from: date


class RecontactRule(Struct, frozen=True, kw_only=True):
    """A line of the tenant's re-contact plan (GET /recontact-plan): days after closing, compulsory or not.

    `own_from` is set where the tenant chose its own days; `next_days` with `next_from` are days chosen for later.
    `switched_on` is false where the settings of the type want none, so that `days` is empty.
    """

    incident_type: str
    days: list[int]
    compulsory: bool
    default_days: list[int] = []
    own_from: date | None = None
    next_days: list[int] = []
    next_from: date | None = None
    switched_on: bool = True
    source: str = ""
    certainty: str = ""


class RecontactRuleSet(Struct, frozen=True, kw_only=True):
    incident_type: str
    days: list[int]
    valid_from: date


# --- goodbye to the deceased -----------------------------------------------------------------------------------------


class GoodbyeFacts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/goodbyes and POST /goodbyes/{id}. Held only with permission or where none is needed."""

    permission: str = "asked"
    permission_on: date | None = None
    autopsy_on: date | None = None
    place_kind: str = "mortuary"
    place: _Line = ""
    planned_at: datetime | None = None
    held_at: datetime | None = None
    preparation: _Short = ""
    attendees: _Short = ""
    present: Annotated[list[UUID], Meta(max_length=6)] = []
    object_wishes: _Short = ""


class GoodbyeRef(Struct, frozen=True, kw_only=True):
    goodbye_id: UUID


class GoodbyeView(Struct, frozen=True, kw_only=True):
    """`release_from`: the day from which the family may ask release after an autopsy; answered in 15 days."""

    goodbye_id: UUID
    facts: GoodbyeFacts
    release_from: date | None
    changed_at: datetime
    changed_by: UUID


# --- practical help --------------------------------------------------------------------------------------------------


class NotePracticalHelp(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/practical-help (`dossier:write`): an act with its minutes; words are not asked for."""

    kind: str
    minutes: Annotated[int, Meta(ge=0, le=1440)]
    result: str = "done"
    done_on: date | None = None
    note: _Short = ""


class PracticalHelpRef(Struct, frozen=True, kw_only=True):
    practical_help_id: UUID


class PracticalHelpView(Struct, frozen=True, kw_only=True):
    practical_help_id: UUID
    kind: str
    done_on: date
    done_by: UUID
    minutes: int
    result: str
    note: str


# --- temporary home ban ----------------------------------------------------------------------------------------------


class OrderHomeBan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/home-bans (`dossier:write`): both clocks run from `notified_at`, the oral notification."""

    notified_at: datetime
    days: Annotated[int, Meta(ge=1, le=31)] = 14
    ordered_by: _Line = ""
    reference: _Line = ""
    address: _Line = ""
    banned_person_id: UUID | None = None


class HomeBanRef(Struct, frozen=True, kw_only=True):
    home_ban_id: UUID
    ends_at: datetime


class SetHearing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /home-bans/{id}/hearing: the family court sits before the ban ends (422 `after_the_ban`)."""

    hearing_at: datetime
    court: _Line = ""


class ExtendHomeBan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /home-bans/{id}/extend: by the family court, while it runs, at most to the longest day (422 `too_far`)."""

    decided_on: date
    until: date


class EndHomeBan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /home-bans/{id}/end, with a reason of `HOME_BAN_END_REASONS`."""

    reason: str


class InformVictim(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /home-bans/{id}/victim-informed: of what, and how."""

    of: str
    way: str = "phone"


class VictimInformed(Struct, frozen=True, kw_only=True):
    of: str
    way: str
    at: datetime
    by: UUID


class HomeBanView(Struct, frozen=True, kw_only=True):
    """`longest_until` is the last day to which the family court can extend; `source` and `certainty` are the law's."""

    home_ban_id: UUID
    state: str
    notified_at: datetime
    ends_at: datetime
    days: int
    ordered_by: str
    reference: str
    address: str
    banned_person_id: UUID | None
    hearing_by: date
    hearing_at: datetime | None
    court: str
    extended_on: date | None
    longest_until: date
    end_reason: str
    victim_informed: list[VictimInformed]
    source: str
    certainty: str


# --- consents, risk, the type of a dossier -----------------------------------------------------------------


class RecordConsent(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/consents: for a minor a grown-up in the dossier gives it (422 `minor_cannot`).

    Refused keeps that it was offered, and the day; never why.
    """

    purpose: str
    person_id: UUID
    state: str = "given"
    given_by: UUID | None = None
    on: date | None = None
    way: str = "spoken"


class ConsentRef(Struct, frozen=True, kw_only=True):
    consent_id: UUID
    state: str


class WithdrawConsent(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /consents/{id}/withdraw: at any time."""


class ConsentView(Struct, frozen=True, kw_only=True):
    consent_id: UUID
    purpose: str
    person_id: UUID | None
    state: str
    given_by: UUID | None
    on: date
    way: str
    withdrawn_on: date | None
    recorded_by: UUID


class RecordRisk(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/risk-assessments: where the official form stands and what came of it; never a copy of it."""

    level: str
    assessed_on: date
    assessed_by: Annotated[str, Meta(min_length=1, max_length=200)]
    instrument: str = "col_15_2020"
    reference: _Line = ""


class RiskRef(Struct, frozen=True, kw_only=True):
    risk_id: UUID


class RiskView(Struct, frozen=True, kw_only=True):
    risk_id: UUID
    level: str
    instrument: str
    assessed_on: date
    assessed_by: str
    reference: str


class ChangeIncidentType(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/type (`dossier:write`): the same dossier goes on as another type. 409 `changed_meanwhile`."""

    incident_type: str
    version: int


class TypeChangeView(Struct, frozen=True, kw_only=True):
    was: str
    incident_type: str
    at: datetime
    by: UUID


class AftercareView(Struct, frozen=True, kw_only=True):
    """GET /dossiers/{id}/aftercare (`dossier:read`): everything above of one dossier, oldest first."""

    bad_news: list[BadNewsView]
    goodbyes: list[GoodbyeView]
    practical_help: list[PracticalHelpView]
    practical_minutes: int
    home_bans: list[HomeBanView]
    consents: list[ConsentView]
    risks: list[RiskView]
    type_changes: list[TypeChangeView]
    letters_blocked: bool
