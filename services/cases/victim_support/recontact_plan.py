"""When victims are contacted again, by type of incident: dated data with its source, not code."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path

import msgspec

_FILE = Path(__file__).with_name("recontact_plan.json")


class PlanLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Calendar days after closing. `certainty` and `source` say how far to trust it; no types means all others."""

    incident_types: list[str]
    days: list[int]
    compulsory: bool
    valid_from: date
    valid_to: date | None
    certainty: str
    source: str

    def valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@cache
def default_plan() -> Sequence[PlanLine]:
    return msgspec.json.decode(_FILE.read_bytes(), type=list[PlanLine])


def line_for(incident_type: str, day: date, plan: Sequence[PlanLine] | None = None) -> PlanLine | None:
    """The line that speaks of the type on a day, else the one for all others; None when there is no plan then."""
    valid = [line for line in (default_plan() if plan is None else plan) if line.valid_on(day)]
    named = (line for line in valid if incident_type in line.incident_types)
    others = (line for line in valid if not line.incident_types)
    return next(named, next(others, None))
