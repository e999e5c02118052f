"""How old an entry's word may be, and what its age makes of it. Pure."""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from services.referrals.social_map.search_card import check_at
from shared.contracts.map_entries import Freshness

GRACE: Final = relativedelta(months=3)
"""After so long past its due date an entry is stale: it may still be right, but nobody should count on it."""

_BRUSSELS: Final = ZoneInfo("Europe/Brussels")


def freshness(assured_at: datetime | None, months: int, by: str, *, now: datetime) -> Freshness:
    """Fresh until its due date; to check from then, or when nobody ever looked; stale three months later."""
    due = check_at(assured_at, months)
    state = "fresh" if due is not None and now < due else "to_check"
    if due is not None and now >= due + GRACE:
        state = "stale"
    return Freshness(
        state=state,
        assured_at=assured_at,
        by=by,
        due_on=None if due is None else due.astimezone(_BRUSSELS).date(),
        check_months=months,
    )
