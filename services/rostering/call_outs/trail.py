"""Who was rung for a call-out and every moment in its life, and who is rung next."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.rostering.call_outs.states import ENDS, STEPS
from services.rostering.rosters.models import PARTNER_ZONE, Duty, ZoneDuty
from shared.db import Base

AnyDuty = Duty | ZoneDuty

OFF_DUTY = "off_duty"
"""The level of somebody without a shift whom the dispatcher reached by phone."""

_LAST_RESORT = ("coordinator", "partner_zone")
"""Whom the dispatcher calls when everybody was asked, in this order."""


class Rung(Protocol):
    """An attempt, stored or shown."""

    @property
    def user_id(self) -> UUID | None: ...
    @property
    def outcome(self) -> str: ...
    @property
    def rang_at(self) -> datetime: ...


class Happened(Protocol):
    """A moment, stored or shown."""

    @property
    def state(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def user_id(self) -> UUID | None: ...


class CallOutAttempt(Base):
    """One ringing of one person on one of her numbers, or of a partner zone, which the dispatcher calls by hand."""

    __tablename__ = "call_out_attempts"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    call_out_id: Mapped[UUID] = mapped_column(ForeignKey("call_outs.id"))
    position: Mapped[int]
    level: Mapped[str] = mapped_column(Text)
    user_id: Mapped[UUID | None] = mapped_column(Uuid)
    partner_zone_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner_zones.id"))
    second_number: Mapped[bool] = mapped_column(default=False)
    rang_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    answer_by: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    outcome: Mapped[str] = mapped_column(Text)
    answered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str] = mapped_column(Text, default="")
    by_phone: Mapped[bool] = mapped_column(default=False)
    eta_minutes: Mapped[int | None]

    @property
    def asked(self) -> UUID | None:
        """The member, or the zone."""
        return self.user_id or self.partner_zone_id

    def settle(self, outcome: str, *, at: datetime, reason: str = "", by_phone: bool = False) -> None:
        """How it ended; only who accepts or declines has answered."""
        self.outcome = outcome
        self.answered_at = at if outcome in {"accepted", "declined"} else None
        self.reason = reason
        self.by_phone = by_phone


class CallOutMoment(Base):
    """When a call-out came into a state, and by whom."""

    __tablename__ = "call_out_times"

    call_out_id: Mapped[UUID] = mapped_column(ForeignKey("call_outs.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    user_id: Mapped[UUID | None] = mapped_column(Uuid)


def choose_next(
    levels: Sequence[str], duties: Sequence[AnyDuty], *, asked: Collection[UUID | None]
) -> tuple[list[Duty], AnyDuty | None]:
    """The first in order of level who was not asked and is free, and those passed over as busy (S02, S03).

    Nobody is asked twice, and whoever comes on duty at a hand-over while others ring is asked too. A partner zone has
    its turn like a member; only that nothing rings there: the dispatcher calls.
    """
    passed: list[Duty] = []
    for level in levels:
        for duty in duties:
            holder = duty.user_id if isinstance(duty, Duty) else duty.partner_zone_id
            if duty.level != level or holder in asked:
                continue
            if isinstance(duty, ZoneDuty) or not duty.busy:
                return passed, duty
            passed.append(duty)
    return passed, None


def last_resort(attempts: Sequence[Rung], duties: Sequence[AnyDuty]) -> AnyDuty | None:
    """Whom to call when everybody was asked: the coordinator on duty, a partner zone, else who was asked first.

    Who declined is the last of them: a call can change much. None only when nobody at all is on duty.
    """
    for level in _LAST_RESORT:
        for duty in duties:
            if duty.level == level:
                return duty
    declined = {each.user_id for each in attempts if each.outcome == "declined"}
    members = sorted(
        (duty for duty in duties if isinstance(duty, Duty)),
        key=lambda duty: (duty.user_id in declined, duty.busy),
    )
    return members[0] if members else None


def ways_on(
    levels: Sequence[str], duties: Sequence[AnyDuty], *, asked: Collection[UUID | None]
) -> list[tuple[str, AnyDuty | None]]:
    """What to do when who should go is out (S02): another member, a partner zone, advice by phone, or tomorrow.

    Each with who it is about: the advice comes from the first who is out.
    """
    ways: list[tuple[str, AnyDuty | None]] = []
    _, free = choose_next([level for level in levels if level != PARTNER_ZONE], duties, asked=asked)
    if free is not None:
        ways.append(("backup", free))
    ways += [("partner_zone", duty) for duty in duties if isinstance(duty, ZoneDuty)][:1]
    out = [
        duty
        for level in levels
        for duty in duties
        if isinstance(duty, Duty) and duty.level == level and duty.busy
    ]
    return [*ways, ("phone_advice", out[0] if out else None), ("planned_visit", None)]


class Span(NamedTuple):
    """A member's own part of a call-out: from the call to the closing, and her moments in between."""

    user_id: UUID
    starts_at: datetime
    ends_at: datetime | None
    moments: dict[str, datetime]

    def until(self, now: datetime) -> datetime:
        """Its end, or while it runs this moment."""
        return max(self.ends_at or now, self.starts_at)


def span_of(attempts: Sequence[Rung], times: Sequence[Happened], user_id: UUID) -> Span | None:
    """The span of one who accepted; None for who did not. It begins with the first call to her."""
    rung = [each for each in attempts if each.user_id == user_id]
    if not any(each.outcome == "accepted" for each in rung):
        return None
    moments = {each.state: each.at for each in times if each.user_id == user_id and each.state in STEPS}
    ended = [each.at for each in times if each.state in ENDS]
    starts_at = min(each.rang_at for each in rung)
    return Span(user_id, starts_at, ended[0] if ended else None, moments)
