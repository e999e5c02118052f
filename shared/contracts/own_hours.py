"""What rostering accepts and answers about hours that somebody plans himself (S50): no approval, warnings only."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from shared.contracts.call_outs import RestWarning

ACTIVITIES = ("neighbourhood", "school", "administration", "event", "meeting", "training")
HOURS_WARNINGS = (
    "rest_too_short", "day_too_long", "service_too_short", "week_too_long", "week_rest_too_short",
)  # fmt: skip

_Area = Annotated[str, Meta(max_length=80)]


class PlanHours(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /own-hours (`hours:plan`): a block of one's own time. 409 `hours_overlap` with another of one's own."""

    starts_at: datetime
    ends_at: datetime
    activity: str = "neighbourhood"
    area: _Area = ""


class ChangeHours(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /own-hours/{block_id} (`hours:plan`): nobody approves it. 409 `changed_meanwhile`."""

    version: int
    starts_at: datetime
    ends_at: datetime
    activity: str = "neighbourhood"
    area: _Area = ""


class RemoveHours(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /own-hours/{block_id}/remove (`hours:plan`). One that is gone already is gone."""


class HoursRef(Struct, frozen=True, kw_only=True):
    block_id: UUID


class HoursBlock(Struct, frozen=True, kw_only=True):
    """`warnings` name the rule that does not fit, and how sure it is; they stop nobody."""

    block_id: UUID
    starts_at: datetime
    ends_at: datetime
    activity: str
    area: str
    version: int
    warnings: list[RestWarning]


class OwnWeek(Struct, frozen=True, kw_only=True):
    """GET /own-hours?day= (`hours:plan`): the week of a day, Monday first, with what is wrong with it as a whole."""

    user_id: UUID
    first_day: date
    blocks: list[HoursBlock]
    minutes: int
    warnings: list[RestWarning]


class TeamWeek(Struct, frozen=True, kw_only=True):
    """GET /own-hours/team?day= (`roster:manage`): the same of everybody who planned something that week."""

    first_day: date
    weeks: list[OwnWeek]


class OnDutyNow(Struct, frozen=True, kw_only=True):
    """GET /own-hours/on-duty (`on_call:read`): who works now, and nothing else."""

    users: list[UUID]
