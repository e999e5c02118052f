"""What rostering accepts and answers about planning: rotations, drafts, publishing, overrides, leave, gaps, calendars.

The shifts themselves and the events are in `rostering`.
"""

from datetime import date, datetime, time
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from shared.contracts.rostering import Shift

ROTATION_KINDS = ("daily", "weekly", "pattern")
OVERRIDE_KINDS = ("add", "replace", "remove")
ABSENCE_REASONS = ("leave", "illness", "training", "other")
GAP_REASONS = ("agreed_with_zone", "day_service", "not_needed", "nobody_found", "other")
DRAFT_STATES = ("draft", "published", "discarded")
SHIFT_SOURCES = ("published", "rotation", "hand")
REMINDERS = (15, 60, 240, 1440)

# --- rotations -------------------------------------------------------------------------------------------------------


class Rotation(Struct, frozen=True, kw_only=True):
    """A line of GET /rotations (`roster:read`). `holders` are members, at level `partner_zone` partner zones.

    `kind`: daily, weekly, or pattern: then `pattern` names for each day of the cycle the place of who has it, from 1,
    and 0 for nobody. Duty is from `hours_from` to `hours_until` by the clock on the wall (equal: the whole day), and
    with `free_days` weekends, public holidays and the tenant's own days off whole.
    """

    rotation_id: UUID
    name: str
    level: str
    kind: str
    holders: list[UUID]
    pattern: list[int]
    hand_over: time
    first_day: date
    last_day: date | None
    hours_from: time
    hours_until: time
    free_days: bool
    active: bool
    version: int


class KeepRotation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /rotations and /rotations/{rotation_id} (`roster:manage`): takes effect when a draft is filled.

    To change one, give the `version` that was seen: 409 `roster_changed_meanwhile`.
    """

    name: Annotated[str, Meta(min_length=1, max_length=80)]
    level: str
    kind: str
    holders: Annotated[list[UUID], Meta(min_length=1, max_length=40)]
    hand_over: time
    first_day: date
    pattern: Annotated[list[int], Meta(max_length=62)] = []
    last_day: date | None = None
    hours_from: time = time()
    hours_until: time = time()
    free_days: bool = True
    active: bool = True
    version: int | None = None


class RotationRef(Struct, frozen=True, kw_only=True):
    rotation_id: UUID
    version: int


# --- drafts ----------------------------------------------------------------------------------------------------------


class Duty(Struct, frozen=True, kw_only=True):
    """Somebody's duty, gained, lost or planned. `minutes` is the real length."""

    level: str
    starts_at: datetime
    ends_at: datetime
    minutes: int
    user_id: UUID | None = None
    partner_zone_id: UUID | None = None


class DraftShift(Duty, frozen=True, kw_only=True):
    """A shift as it is planned. `source`: published, rotation, hand."""

    shift_id: UUID
    source: str


class RosterGap(Struct, frozen=True, kw_only=True):
    """Nobody has duty at a level that must be filled. `reason` when that is meant so: a code of GAP_REASONS."""

    level: str
    starts_at: datetime
    ends_at: datetime
    reason: str = ""
    intended_gap_id: UUID | None = None


class RosterWarning(Struct, frozen=True, kw_only=True):
    """`absent`: who is planned is away in that time."""

    code: str
    user_id: UUID
    level: str
    starts_at: datetime
    ends_at: datetime


class HolderChange(Struct, frozen=True, kw_only=True):
    """What one member or partner zone gains and loses from now on; a member gets one notice of it."""

    gained: list[Duty]
    lost: list[Duty]
    user_id: UUID | None = None
    partner_zone_id: UUID | None = None


class DraftEdit(Struct, frozen=True, kw_only=True):
    """What somebody did to a draft. `action`: begin, fill, plan, remove, publish, discard."""

    version: int
    at: datetime
    user_id: UUID
    action: str
    level: str = ""
    holder: UUID | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None


class DraftLine(Struct, frozen=True, kw_only=True):
    """A line of GET /roster-drafts (`roster:manage`), those being drafted first, then the newest published."""

    draft_id: UUID
    first_day: date
    last_day: date
    state: str
    version: int
    changed_at: datetime
    changed_by: UUID


class DraftView(DraftLine, frozen=True, kw_only=True):
    """GET /roster-drafts/{draft_id} (`roster:manage`): the plan, and all that publishing it would do."""

    shifts: list[DraftShift]
    gaps: list[RosterGap]
    warnings: list[RosterWarning]
    changes: list[HolderChange]
    edits: list[DraftEdit]


class BeginDraft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /roster-drafts (`roster:manage`): begins with what is published. 409 `draft_exists` for those days."""

    first_day: date
    last_day: date


class DraftRef(Struct, frozen=True, kw_only=True):
    draft_id: UUID
    version: int


class FillDraft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /roster-drafts/{draft_id}/fill: from the rotations, overrides and leave, around what is there.

    `anew` first takes out everything that was not planned by hand in this draft. `version` as was seen, for every
    command on a draft: 409 `roster_changed_meanwhile` says who changed it (`user_id`), when (`at`), and `version`.
    """

    version: int
    anew: bool = False


class PlanDraftShift(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /roster-drafts/{draft_id}/shifts. 409 `shift_overlaps` when the holder or the level is taken."""

    version: int
    level: str
    starts_at: datetime
    ends_at: datetime
    user_id: UUID | None = None
    partner_zone_id: UUID | None = None


class ChangeDraft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /roster-drafts/{draft_id}/shifts/{draft_shift_id}/remove, .../publish and .../discard.

    Publishing makes the plan the truth from now on, and tells each member whose coming duty differs. 409
    `shift_overlaps` when a shift outside the period is in the way.
    """

    version: int


class Published(Struct, frozen=True, kw_only=True):
    """How many members were told."""

    draft_id: UUID
    version: int
    told: int


# --- overrides, leave, intended gaps ---------------------------------------------------------------------------------


class RosterOverride(Struct, frozen=True, kw_only=True):
    """A line of GET /roster-overrides?from=&until= (`roster:read`)."""

    override_id: UUID
    kind: str
    level: str
    starts_at: datetime
    ends_at: datetime
    user_id: UUID | None
    replaces: UUID | None
    entered_by: UUID
    entered_at: datetime


class EnterOverride(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /roster-overrides (`roster:manage`): holds at once, and when a draft is filled later.

    `add` puts `user_id` where nobody is, `replace` puts `user_id` in the place of `replaces`, `remove` takes
    `replaces` off. 409 `override_changes_nothing`, `shift_overlaps`.
    """

    kind: str
    level: str
    starts_at: datetime
    ends_at: datetime
    user_id: UUID | None = None
    replaces: UUID | None = None


class OverrideRef(Struct, frozen=True, kw_only=True):
    """Also answers POST /roster-overrides/{override_id}/undo: what is still to come goes back as it was."""

    override_id: UUID
    told: int


class Absence(Struct, frozen=True, kw_only=True):
    """A line of GET /absences?from=&until= (`roster:read`). `reason` only for oneself and who manages the roster."""

    absence_id: UUID
    user_id: UUID
    starts_at: datetime
    ends_at: datetime
    reason: str = ""


class EnterAbsence(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /absences: for oneself with `roster:read`, for others with `roster:manage`.

    What is published stays; where the person is on duty meanwhile the roster shows a gap.
    """

    user_id: UUID
    starts_at: datetime
    ends_at: datetime
    reason: str


class AbsenceRef(Struct, frozen=True, kw_only=True):
    """`shifts`: on how many published shifts the person is missed. Also answers POST /absences/{absence_id}/remove."""

    absence_id: UUID
    shifts: int


class MarkGap(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /intended-gaps (`roster:manage`): nobody is meant to have duty there. Reason: a code of GAP_REASONS."""

    level: str
    starts_at: datetime
    ends_at: datetime
    reason: str


class IntendedGapRef(Struct, frozen=True, kw_only=True):
    """Also answers POST /intended-gaps/{intended_gap_id}/remove."""

    intended_gap_id: UUID


# --- looking ---------------------------------------------------------------------------------------------------------


class RosterPeriod(Struct, frozen=True, kw_only=True):
    """GET /roster?from=&until= (`roster:read`): what is published, and where it has holes."""

    shifts: list[Shift]
    gaps: list[RosterGap]
    absences: list[Absence]
    drafts: list[DraftLine]


class OwnDuties(Struct, frozen=True, kw_only=True):
    """GET /duties (`roster:read`): one's own shifts that are not over, and one's absences."""

    shifts: list[Shift]
    absences: list[Absence]


# --- calendars -------------------------------------------------------------------------------------------------------


class CalendarFeed(Struct, frozen=True, kw_only=True):
    """A line of GET /calendar-feeds (`roster:read`): one's own secret links that work."""

    feed_id: UUID
    full_roster: bool
    reminder_minutes: list[int]
    created_at: datetime


class OpenFeed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /calendar-feeds (`roster:read`): a link to one's own duties. Reminders in minutes before, of REMINDERS.

    `digest` is the SHA-256 of the secret in hexadecimal: whoever makes the link keeps the secret from us.
    409 `too_many_feeds`.
    """

    digest: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    full_roster: bool = False
    reminder_minutes: list[int] = []
    language: str = "nl"


class CalendarFeedRef(Struct, frozen=True, kw_only=True):
    """Also answers POST /calendar-feeds/{feed_id}/revoke."""

    feed_id: UUID


class FeedShift(Struct, frozen=True, kw_only=True):
    """A shift for a calendar: `sequence` and `changed_at` say how often and when it was changed."""

    shift_id: UUID
    level: str
    starts_at: datetime
    ends_at: datetime
    user_id: UUID | None
    zone_name: str
    sequence: int
    changed_at: datetime


class FeedContent(Struct, frozen=True, kw_only=True):
    """GET /calendar-feeds/content?digest= (`calendar:read`, a service's right): 404 alike for unknown and revoked."""

    user_id: UUID
    language: str
    full_roster: bool
    reminder_minutes: list[int]
    shifts: list[FeedShift]
