"""What is counted of referrals and how it is cut: offered, answered, sent, answered in time, what came of it. Pure.

Figures of the same things have the same total; what came of them is a tree, so that no service gives its parts away.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Final, Generic, TypeVar
from uuid import UUID

from msgspec import Struct

from shared.contracts.aftercare import REFERRAL_PURPOSES
from shared.contracts.statistics import Cell, Figure
from shared.disclosure import protected, protected_tree, shown
from shared.periods import BRUSSELS

Thing = TypeVar("Thing")
RESULTS: Final = (
    "helped", "no_help", "not_reached", "refused", "expired", "taken_back", "contact_made", "under_way",
)  # fmt: skip
_HELPED: Final = ("helped", "partly_helped", "passed_on")


class Offer(Struct, frozen=True, kw_only=True):
    """A referral that was offered in the period, and what was answered."""

    dossier_id: UUID
    person_id: UUID | None
    purpose: str
    state: str
    offered_on: date


class SentReferral(Struct, frozen=True, kw_only=True):
    """A referral that was sent in the period, and how it stands."""

    purpose: str
    state: str
    outcome: str
    sent_at: datetime
    answer_by: date | None
    answered_at: datetime | None

    @property
    def answered(self) -> str:
        """Whether it was answered by the day that was counted for it."""
        if self.answered_at is None:
            return "no_answer"
        day = self.answered_at.astimezone(BRUSSELS).date()
        return "in_time" if self.answer_by is None or day <= self.answer_by else "late"

    @property
    def result(self) -> str:
        """What came of it."""
        if self.state == "closed":
            if self.outcome == "not_reached":
                return "not_reached"
            return "helped" if self.outcome in _HELPED else "no_help"
        named = {
            "withdrawn": "taken_back",
            "rerouted": "taken_back",
            "refused": "refused",
            "expired": "expired",
            "not_reached": "not_reached",
            "first_contact_made": "contact_made",
        }
        return named.get(self.state, "under_way")


class Sorting(Struct, Generic[Thing], frozen=True):
    """How one figure is cut: its cells in order, and where a thing belongs."""

    code: str
    key: Callable[[Thing], str]
    cells: tuple[str, ...]


OF_OFFERS: Final[tuple[Sorting[Offer], ...]] = (
    Sorting("referral_answers", lambda each: each.state, ("given", "refused", "pending", "withdrawn")),
    Sorting("referral_services", lambda each: each.purpose, REFERRAL_PURPOSES),
)
ANSWERED: Final[Sorting[SentReferral]] = Sorting(
    "referrals_answered", lambda each: each.answered, ("in_time", "late", "no_answer")
)


def last_answers(offers: Sequence[Offer]) -> list[Offer]:
    """Of one person (or of nobody by name) and one service in a dossier the last answer counts; they come in order."""
    return list({(each.dossier_id, each.person_id, each.purpose): each for each in offers}.values())


def cut(how: Sorting[Thing], now: Sequence[Thing], before: Sequence[Thing]) -> Figure:
    """One figure with its small numbers hidden."""
    counts = Counter(how.key(each) for each in now)
    values = protected([counts[key] for key in how.cells])
    return Figure(
        code=how.code,
        total=shown(len(now)),
        previous=shown(len(before)),
        cells=[Cell(key=key, value=value) for key, value in zip(how.cells, values, strict=True)],
    )


def results(now: Sequence[SentReferral], before: Sequence[SentReferral]) -> Figure:
    """What came of what was sent, by the kind of service."""
    counts = Counter((each.purpose, each.result) for each in now)
    sums, parts = protected_tree(
        [[counts[purpose, result] for result in RESULTS] for purpose in REFERRAL_PURPOSES]
    )
    return Figure(
        code="referral_results",
        total=shown(len(now)),
        previous=shown(len(before)),
        groups=[
            Cell(key=purpose, value=total) for purpose, total in zip(REFERRAL_PURPOSES, sums, strict=True)
        ],
        cells=[
            Cell(key=result, value=value, parent=purpose)
            for purpose, values in zip(REFERRAL_PURPOSES, parts, strict=True)
            for result, value in zip(RESULTS, values, strict=True)
        ],
    )
