"""What can be done to the roster."""

from services.rostering.rosters.commands.calendars import close_feeds_of, open_feed, revoke_feed
from services.rostering.rosters.commands.drafts import (
    begin_draft,
    discard_draft,
    fill_draft,
    plan_draft_shift,
    publish_draft,
    remove_draft_shift,
)
from services.rostering.rosters.commands.exceptions import (
    enter_absence,
    enter_override,
    mark_gap,
    remove_absence,
    undo_override,
    unmark_gap,
)
from services.rostering.rosters.commands.gap_watch import WATCH_GAPS, watch_gaps
from services.rostering.rosters.commands.settings import change_settings, keep_partner_zone, keep_rotation
from services.rostering.rosters.commands.shifts import plan_shift, remove_shift

__all__ = [
    "WATCH_GAPS",
    "begin_draft",
    "change_settings",
    "close_feeds_of",
    "discard_draft",
    "enter_absence",
    "enter_override",
    "fill_draft",
    "keep_partner_zone",
    "keep_rotation",
    "mark_gap",
    "open_feed",
    "plan_draft_shift",
    "plan_shift",
    "publish_draft",
    "remove_absence",
    "remove_draft_shift",
    "remove_shift",
    "revoke_feed",
    "undo_override",
    "unmark_gap",
    "watch_gaps",
]
