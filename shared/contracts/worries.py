"""What referrals accepts and answers about worries: a neighbourhood inspector passes one on to the SPoT (S50).

What comes back to him is whether it was taken up, not taken up, or closed; never more. The events are in `referrals`.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

WORRY_REASONS = (
    "child",
    "family_violence",
    "older_person",
    "self_neglect",
    "mental_distress",
    "suicide_risk",
    "addiction",
    "isolation",
    "housing",
    "debts",
    "neighbours",
    "victim_needs_support",
    "other",
)
URGENCIES = ("today", "this_week", "can_wait")
CONSENTS = ("yes", "no", "not_possible")
"""Whether he asked the person: she agrees, she does not, or asking was not possible."""

REPORT_DUTIES = ("not_needed", "to_do", "done")
"""His own duty to draw up an official report (PV): passing a worry on never replaces it."""

STATES = ("reported", "taken_up", "not_taken_up", "closed")
NOT_TAKEN_UP_REASONS = (
    "known_already",
    "other_service",
    "not_for_us",
    "no_consent",
    "too_little_known",
    "other",
)
LONGEST_TEXT = 600

_Line = Annotated[str, Meta(max_length=120)]
_Text = Annotated[str, Meta(max_length=LONGEST_TEXT)]


class ReportWorry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /worries (`worry:report`): as short as it can be. `report_duty` is what he says of his own PV."""

    reasons: Annotated[list[str], Meta(min_length=1, max_length=5)]
    urgency: str
    consent: str
    report_duty: str
    place: Annotated[str, Meta(max_length=160)]
    who: _Line = ""
    contact: _Line = ""
    text: _Text = ""


class WorryRef(Struct, frozen=True, kw_only=True):
    worry_id: UUID
    state: str
    version: int


class OwnWorryLine(Struct, frozen=True, kw_only=True):
    """A line of GET /worries/own (`worry:report`): his own, newest first, with the little that he may know of it."""

    worry_id: UUID
    reported_at: datetime
    reasons: list[str]
    urgency: str
    place: str
    report_duty: str
    state: str
    answered_at: datetime | None


class OwnWorry(OwnWorryLine, frozen=True, kw_only=True):
    """GET /worries/own/{worry_id} (`worry:report`): with his own words; empty once they were wiped."""

    consent: str
    who: str
    contact: str
    text: str
    wiped_at: datetime | None


class SayReportDone(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /worries/own/{worry_id}/report-done (`worry:report`): his PV was drawn up."""


class WorryLine(Struct, frozen=True, kw_only=True):
    """A line of GET /worries (`worry:handle`): what waits first, the most urgent and oldest at the top."""

    worry_id: UUID
    reported_at: datetime
    reported_by: UUID
    reasons: list[str]
    urgency: str
    consent: str
    place: str
    state: str
    handled_by: UUID | None
    answered_at: datetime | None
    late: bool
    """An urgent one after a day, one for this week after seven, without an answer."""


class WorryView(WorryLine, frozen=True, kw_only=True):
    """GET /worries/{worry_id} (`worry:handle`). `dossier_id` is only pointed at: worries never read a dossier."""

    who: str
    contact: str
    text: str
    report_duty: str
    version: int
    not_taken_up_reason: str
    dossier_id: UUID | None
    closed_at: datetime | None
    wiped_at: datetime | None


class WorriesWaiting(Struct, frozen=True, kw_only=True):
    """GET /worries/waiting (`worry:handle`): how many nobody answered yet, and how many of them are for today."""

    waiting: int
    today: int


class TakeUpWorry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /worries/{worry_id}/take-up (`worry:handle`). 409 `worry_answered` when somebody else was first."""


class LinkDossier(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /worries/{worry_id}/dossier (`worry:handle`): in which dossier it is followed. 409 unless taken up."""

    dossier_id: UUID


class RefuseWorry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /worries/{worry_id}/not-taken-up (`worry:handle`). The reason stays with the SPoT."""

    reason: str


class CloseWorry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /worries/{worry_id}/close (`worry:handle`): what was taken up is done. Its words go in time."""


class SaveWorryDraft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /worries/draft (`worry:report`): the form as it stands, for its author alone, for two weeks.

    `version` is that of the draft which the form began with, 0 without one. 409 `draft_changed` when another window
    saved or sent it since.
    """

    version: int = 0
    fields: Annotated[
        dict[
            Annotated[str, Meta(max_length=60)],
            Annotated[list[Annotated[str, Meta(max_length=2000)]], Meta(max_length=20)],
        ],
        Meta(max_length=20),
    ]


class DiscardWorryDraft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /worries/draft/discard (`worry:report`). Nothing happens when there is none."""


class WorryDraft(Struct, frozen=True, kw_only=True):
    """GET /worries/draft (`worry:report`): version 0 when there is none."""

    version: int
    saved_at: datetime | None
    fields: dict[str, list[str]]
