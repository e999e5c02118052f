"""What referrals accepts, answers and announces about a referral: consent, sending, the loop that closes."""

from typing import ClassVar
from uuid import UUID

from shared.contracts.event import Event

# --- worries ---------------------------------------------------------------------------------------------------------


class WorryReported(Event, frozen=True, kw_only=True):
    """A worry waits for the SPoT; one for today is told at once."""

    SUBJECT: ClassVar[str] = "referrals.worry_reported.v1"
    AGGREGATE: ClassVar[str] = "worry_id"
    worry_id: UUID
    urgency: str


class WorryAnswered(Event, frozen=True, kw_only=True):
    """The SPoT took it up, did not, or closed it: all that its reporter is told."""

    SUBJECT: ClassVar[str] = "referrals.worry_answered.v1"
    AGGREGATE: ClassVar[str] = "worry_id"
    worry_id: UUID
    reporter: UUID
    state: str
