"""The states of a referral, which step may follow which, and what two sides agree on from what each has said. Pure.

States: `domain.md` 1.8. Each side writes only its own track (`Sent`, `Answered`) and numbers what it says; the state
is `agreed(sent, answered)`, so both sides come to the same one in whatever order and however often they are told.
The mapping to HL7's SDOH Task is `TASK_STATUS`, told in `docs/adr/0016-referrals-between-tenants.md`.
"""

from datetime import date
from uuid import UUID

from msgspec import Struct

from shared.contracts.referring import ANSWERS
from shared.errors import Conflict

OFFERING = ("proposed", "consent_pending", "consent_refused", "consent_given")
"""Before anything left."""

UNDER_WAY = (
    "sent", "acknowledged", "accepted", "partly_accepted", "waiting_list", "more_asked", "first_contact_made",
    "not_reached",
)  # fmt: skip
UNANSWERED = ("sent", "acknowledged", "more_asked")
"""Sent, and no answer that decides anything: it can be amended, and it expires."""

ENDED = ("closed", "refused", "rerouted", "withdrawn", "expired")
ENDINGS = ("withdrawn", "rerouted", "expired", "closed")
"""How the sender's side ends one."""

WIPED = ("withdrawn", "rerouted", "expired", "refused")
"""With these the recipient keeps that there was something, and none of its fields."""

_DECISIONS = frozenset({"accepted", "partly_accepted", "waiting_list", "refused"})
_CONTACT = frozenset({"first_contact_made", "not_reached"})
ANSWER_AFTER: dict[str, frozenset[str]] = {
    "sent": frozenset(ANSWERS),
    "acknowledged": frozenset(ANSWERS) - {"acknowledged"},
    "more_asked": _DECISIONS | _CONTACT,
    "waiting_list": _DECISIONS | _CONTACT | {"more_asked", "closed"},
    "accepted": _CONTACT | {"waiting_list", "closed"},
    "partly_accepted": _CONTACT | {"accepted", "waiting_list", "closed"},
    "not_reached": _CONTACT | {"closed"},
    "first_contact_made": frozenset({"closed"}),
}
"""What a recipient may answer in which state. Steps may be skipped forward: paper and the telephone know no steps."""

REROUTABLE = frozenset(
    {
        "sent", "acknowledged", "more_asked", "waiting_list", "partly_accepted", "refused", "not_reached", "expired",
    }
)  # fmt: skip
CLOSABLE = frozenset({"consent_refused", "refused", "not_reached", "expired"})
"""What the sender may close alone: nothing more will come of it. The rest is the recipient's to close."""

TASK_STATUS: dict[str, str] = {
    "proposed": "draft",
    "consent_pending": "draft",
    "consent_refused": "draft",
    "consent_given": "draft",
    "sent": "requested",
    "acknowledged": "received",
    "accepted": "accepted",
    "partly_accepted": "accepted",
    "waiting_list": "on-hold",
    "more_asked": "on-hold",
    "refused": "rejected",
    "first_contact_made": "in-progress",
    "not_reached": "in-progress",
    "closed": "completed",
    "rerouted": "cancelled",
    "withdrawn": "cancelled",
    "expired": "cancelled",
}
"""HL7 SDOH Clinical Care, Task.status; what it cannot say (why, in part, waiting) goes into its businessStatus."""


class WrongState(Conflict):
    """The referral is too far, or not far enough, for this."""

    code = "referral_state_wrong"


class Sent(Struct, frozen=True):
    """The sender's track after it was sent: how it ended, and up to which answer it was amended."""

    ended: str = ""
    amended_after: int = 0


class Answered(Struct, frozen=True):
    """The recipient's track: its last answer and the number of it; codes and nothing else."""

    revision: int = 0
    state: str = ""
    reason: str = ""
    question: str = ""
    part: str = ""
    outcome: str = ""
    waiting_until: date | None = None
    suggested_service_id: UUID | None = None


def agreed(sent: Sent, answered: Answered) -> str:
    """The state that follows from both tracks, the same on either side.

    What the sender takes back is taken back, whatever was answered. An expiry gives way to an answer that crossed it:
    somebody is being helped. A question is answered by an amendment that came after it.
    """
    if sent.ended in {"withdrawn", "rerouted", "closed"}:
        return sent.ended
    if answered.state == "more_asked" and sent.amended_after >= answered.revision:
        return "expired" if sent.ended else "acknowledged"
    if answered.state not in {"", "acknowledged", "more_asked"}:
        return answered.state
    return sent.ended or answered.state or "sent"


def may_answer(state: str) -> frozenset[str]:
    """What the recipient may answer now."""
    return ANSWER_AFTER.get(state, frozenset())


def check_answer(state: str, answer: str) -> None:
    """Raises `WrongState`."""
    if answer not in may_answer(state):
        raise WrongState(details={"state": state})


def check(state: str, *among: str) -> None:
    """Raises `WrongState` unless the referral is in one of these states."""
    if state not in among:
        raise WrongState(details={"state": state})


def waits_for(state: str) -> str:
    """Whose turn it is: the person's, ours, the recipient's or nobody's."""
    if state == "consent_pending":
        return "person"
    if state in {"proposed", "consent_given", "more_asked", "refused", "expired", "not_reached"}:
        return "us"
    return "recipient" if state in UNDER_WAY else "nobody"


def possible(state: str) -> list[str]:
    """What the sender may do in a state, as codes in the order in which a page offers them."""
    before = state in OFFERING
    acts = {
        "offer": before,
        "amend": before or state in UNANSWERED,
        "send": before,
        "answer": bool(may_answer(state)),
        "reroute": state in REROUTABLE,
        "close": state in CLOSABLE,
        "withdraw": state != "withdrawn",
    }
    return [act for act, allowed in acts.items() if allowed]
