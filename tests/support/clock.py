"""The clock of the tests: asked at the moment, for a run may pass midnight."""

from datetime import UTC, date, datetime

from shared.periods import BRUSSELS


def today() -> date:
    """The day in Brussels."""
    return datetime.now(UTC).astimezone(BRUSSELS).date()
