"""What cases accepts and answers about outreach: a signal about somebody, the attempts to reach him, the end."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

SIGNAL_SOURCES = ("private", "service", "own")
"""Where a signal comes from, no nearer than this: "the neighbour" names somebody in a house with two bells."""
SEEN = (
    "not_seen", "no_visitors", "mailbox_full", "shutters_closed", "light_always_on", "no_heating", "no_power_or_water",
    "rubbish", "smell", "damage_to_home", "animals_neglected", "asks_for_food", "outside_at_night", "noise",
)  # fmt: skip
"""What somebody can see or hear from the street or the door; nothing here is an illness or a judgement."""
ATTEMPT_WAYS = ("visit", "phone", "letter", "partner", "came_forward")
ATTEMPT_RESULTS = {
    "visit": ("nobody_home", "card_left", "seen_not_spoken", "contact_made", "refused", "moved", "skipped"),
    "phone": ("no_answer", "wrong_number", "contact_made", "refused", "moved", "skipped"),
    "letter": ("sent", "skipped"),
    "partner": ("passed_on", "knows_nothing", "contact_made", "refused", "moved", "skipped"),
    "came_forward": ("contact_made", "refused"),
}
"""A letter is `sent` by sending it; the person who calls after a letter `came_forward`."""
RESULTS_WHENEVER = ("contact_made", "refused", "moved")
"""What may become known also while the ladder waits for a decision."""
SKIP_REASONS = ("no_phone", "no_partner", "no_ground", "no_letters", "unsafe")
OUTREACH_PARTNERS = ("gp", "home_nurse", "home_help", "pharmacist", "family", "landlord", "police")
ASKING_BASES = ("consent", "ground")
DECISIONS = ("stop", "go_on", "danger", "ask_partner")
STOP_REASONS_EARLY = ("moved", "deceased", "mistaken", "other_help")
"""Why a ladder may be ended while steps are left."""
STOP_REASONS = ("tried_enough", "wants_peace", *STOP_REASONS_EARLY)
LADDER_STATES = ("open", "asked", "confirming", "danger", "contact", "stopped")
TASKS_OF_OUTREACH = (
    "outreach_visit", "outreach_phone", "outreach_letter", "outreach_partner", "outreach_decision", "outreach_confirm",
    "outreach_danger", "outreach_hear_back",
)  # fmt: skip

_Line = Annotated[str, Meta(max_length=200)]
_Facts = Annotated[str, Meta(max_length=1000)]
_Reason = Annotated[str, Meta(max_length=1000)]

# --- a signal --------------------------------------------------------------------------------------------------------


class Signaller(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who wants to hear that the signal came in. Kept apart from the dossier, and no longer than until he heard."""

    name: Annotated[str, Meta(max_length=120)] = ""
    reach: Annotated[str, Meta(min_length=1, max_length=200)]


class AddSignal(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/outreach/signals (`dossier:write`): facts that somebody saw, and when. No word of illness."""

    source: str
    seen: Annotated[list[str], Meta(max_length=14)] = []
    facts: _Facts = ""
    seen_on: date | None = None
    signaller: Signaller | None = None


class TakeSignal(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /outreach (`dossier:open`): a first signal opens a dossier with a ladder of attempts.

    409 `ladder_open` when a ladder runs at this place in a dossier that the caller may see, unless `another`.
    """

    place: Annotated[str, Meta(min_length=1, max_length=200)]
    signal: AddSignal
    first_name: Annotated[str, Meta(max_length=120)] = ""
    last_name: Annotated[str, Meta(max_length=120)] = ""
    phone: Annotated[str, Meta(max_length=30)] = ""
    language: Annotated[str, Meta(max_length=8)] = ""
    another: bool = False


class OutreachRef(Struct, frozen=True, kw_only=True):
    dossier_id: UUID
    number: str
    state: str
    version: int


class SignallerView(Struct, frozen=True, kw_only=True):
    """A line of GET /dossiers/{id}/outreach/signallers (`signaller:read`, and to write in the dossier). Audited."""

    signal_id: UUID
    name: str
    reach: str
    kept_until: date


class TellSignaller(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /outreach-signals/{signal_id}/told (`signaller:read`): he heard that it came in; who he is, is forgotten."""


# --- attempts --------------------------------------------------------------------------------------------------------


class NoteAttempt(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/outreach/attempts (`dossier:write`). 409 `changed_meanwhile` unless `version` was read.

    `skipped` passes over the step that is proposed, with one of `SKIP_REASONS`. To ask a partner is to tell him
    something: `basis` is the person's own consent (`consent_on`), or a ground that a second person confirmed.
    """

    version: int
    way: str
    result: str
    at: datetime
    together_with: UUID | None = None
    seen: Annotated[list[str], Meta(max_length=14)] = []
    facts: _Facts = ""
    skip_reason: str = ""
    partner: str = ""
    basis: str = ""
    consent_on: date | None = None


class Decide(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/outreach/decisions (`dossier:write`).

    `stop` with one of `STOP_REASONS` closes the dossier; `go_on` and `ask_partner` (with a legal ground) wait for a
    second person; `danger` is told to the coordinators at once. All but `stop` say why, in 20 characters or more.
    """

    version: int
    kind: str
    stop_reason: str = ""
    ground: str = ""
    reason: _Reason = ""


class ConfirmDecision(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /outreach-decisions/{decision_id}/confirm: by somebody else, who sees the dossier. `referral:ground` for a
    ground, `dossier:write` or `dossier:supervise` for going on."""

    agreed: bool


# --- what is shown ---------------------------------------------------------------------------------------------------


class SignalView(Struct, frozen=True, kw_only=True):
    """Nothing of who told it."""

    signal_id: UUID
    source: str
    seen: list[str]
    facts: str
    seen_on: date | None
    taken_at: datetime
    taken_by: UUID


class AttemptView(Struct, frozen=True, kw_only=True):
    attempt_id: UUID
    way: str
    result: str
    at: datetime
    by: UUID
    together_with: UUID | None
    part: str
    seen: list[str]
    facts: str
    skip_reason: str
    partner: str
    basis: str
    letter_id: UUID | None


class DecisionView(Struct, frozen=True, kw_only=True):
    """`state`: taken (needs nobody else), proposed, confirmed, refused, or lapsed: something came in between."""

    decision_id: UUID
    kind: str
    state: str
    stop_reason: str
    ground: str
    reason: str
    proposed_by: UUID
    proposed_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None


class StepView(Struct, frozen=True, kw_only=True):
    """The attempt that is proposed: when, and in which part of the day. `why` explains it in codes.

    `needs` is what it waits for: `basis` (consent or a confirmed ground before a partner is asked).
    """

    way: str
    on: date
    part: str
    why: dict[str, str]
    passed: list[str] = []
    needs: str = ""


class LadderPlan(Struct, frozen=True, kw_only=True):
    """Of which line of the practice the ladder is: what it asks for, since when, and how far to trust it."""

    steps: list[str]
    most_attempts: int
    valid_from: date
    certainty: str
    source: str


class OutreachView(Struct, frozen=True, kw_only=True):
    """GET /dossiers/{id}/outreach (`dossier:read`). `waiting` is how many wait to hear back, never who."""

    dossier_id: UUID
    state: str
    version: int
    stopped_why: str
    signalled_at: datetime
    signals: list[SignalView]
    attempts: list[AttemptView]
    decisions: list[DecisionView]
    next: StepView | None
    made: int
    plan: LadderPlan
    waiting: int
    grounds: list[str]


class OutreachLine(Struct, frozen=True, kw_only=True):
    dossier_id: UUID
    number: str
    title: str
    place: str
    state: str
    holder: UUID | None
    signalled_at: datetime
    attempts: int
    task: str
    due_on: date | None
    part: str


class OutreachPage(Struct, frozen=True, kw_only=True):
    """GET /outreach?scope=mine|all (`dossier:read`): ladders that run, in order of what is due. Counts of the list."""

    lines: list[OutreachLine]
    late: int
    today: int
