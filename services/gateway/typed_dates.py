"""Days and moments as people in Belgium type them, and what an hour means in a night when the clock changes. Pure."""

import re
from datetime import UTC, date, datetime

from services.gateway.language import BRUSSELS

_DAY = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})\Z")
_MOMENT = re.compile(r"(.+?)[ ,T]+(\d{1,2})[:.hu](\d{2})?\Z")


def day_of(text: str) -> date:
    """`2026-03-29` as a browser sends it, or `29/3/2026` as a hand writes it. Raises `ValueError`."""
    if written := _DAY.match(text.strip()):
        day, month, year = (int(part) for part in written.groups())
        return date(year, month, day)
    return date.fromisoformat(text.strip())


def wall_clock_of(text: str) -> datetime:
    """`2026-03-29T02:30` or `29/3/2026 2:30`, without a time zone. Raises `ValueError`."""
    written = _MOMENT.match(text.strip())
    if written is None:
        raise ValueError(text)
    day = day_of(written[1])
    return datetime(day.year, day.month, day.day, int(written[2]), int(written[3] or 0))  # noqa: DTZ001 - read as typed


def meanings(wall: datetime) -> list[datetime]:
    """The moments at which Brussels' clocks show this: none in the hour that is skipped in spring, two in autumn."""
    first, second = wall.replace(tzinfo=BRUSSELS, fold=0), wall.replace(tzinfo=BRUSSELS, fold=1)
    if first.utcoffset() == second.utcoffset():
        return [first]
    back = first.astimezone(UTC).astimezone(BRUSSELS).replace(tzinfo=None)
    return [first, second] if back == wall else []
