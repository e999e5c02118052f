"""How much a run does: enough for figures, or just enough to see that everything works."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Effort:
    """Rounds of seconds, and sizes."""

    rounds: int
    seconds: int
    events: int
    tenants: int
    schemas: int


FULL = Effort(rounds=4, seconds=4, events=20_000, tenants=800, schemas=1000)
QUICK = Effort(rounds=1, seconds=2, events=2_000, tenants=40, schemas=50)
