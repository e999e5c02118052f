"""When victims are contacted again, by type of incident: dated data with its source, not code; and whose each is."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from uuid import UUID

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


def is_duty(incident_type: str, day: date) -> bool:
    """Whether the law wants that every victim of such facts is contacted again."""
    line = line_for(incident_type, day)
    return line is not None and line.compulsory


class Planned(msgspec.Struct, frozen=True):
    """A compulsory re-contact that was not cancelled; of nobody while no victim is known."""

    task_id: UUID
    victim: UUID | None
    open: bool


class Sharing(msgspec.Struct, frozen=True):
    """What must change for each victim to have his own: tasks that become another's, that end, and for whom anew."""

    moved: Mapping[UUID, UUID | None]
    ended: Sequence[UUID]
    anew: Sequence[UUID | None]


def share(planned: Sequence[Planned], victims: Sequence[UUID]) -> Sharing:
    """Every victim is contacted again (COL 20/2020), and while none is known the duty waits for the first.

    What was planned for nobody, or for who is a victim no longer, goes to the first who has nothing yet.
    """
    having = {each.victim for each in planned}
    waiting = [victim for victim in victims if victim not in having]
    left = [each for each in planned if each.open and each.victim is not None and each.victim not in victims]
    free = [each for each in planned if each.victim is None] + left
    if not victims:
        return Sharing({each.task_id: None for each in left}, (), () if planned else (None,))
    if free and waiting:
        return Sharing({each.task_id: waiting[0] for each in free}, (), waiting[1:])
    return Sharing({}, [each.task_id for each in free if each.open], waiting)
