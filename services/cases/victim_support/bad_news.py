"""A message of bad news on its way: received, verified, assigned, attempted, delivered or not, confirmed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Boolean, DateTime, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.contracts.bad_news import (
    AssignBadNews,
    BadNewsAttempt,
    BadNewsRecipient,
    BadNewsView,
    DeliverBadNews,
    TryBadNews,
)
from shared.db import Base, uuid7
from shared.errors import Conflict, Invalid

MAJORITY = 18
BY_TWO = 2
ON_ITS_WAY = ("verified", "assigned", "attempted")
OVER = ("delivered", "not_deliverable")


class NotVerified(Conflict):
    """Nobody brings bad news whose source was not checked."""

    code = "not_verified"


class BadNewsOver(Conflict):
    """The message was delivered, given up or confirmed before."""

    code = "bad_news_over"


class BadNewsNotOver(Conflict):
    """There is nothing to confirm yet."""

    code = "bad_news_not_over"


class BadNews(Base):
    """One message. `recipients` are who must hear it, in order; `embargo` keeps the press out until they know."""

    __tablename__ = "bad_news"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    dossier_id: Mapped[UUID] = mapped_column(Uuid)
    state: Mapped[str] = mapped_column(Text)
    about: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    way: Mapped[str] = mapped_column(Text)
    requester: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    received_by: Mapped[UUID] = mapped_column(Uuid)
    recipients: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    verified_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    verified_by: Mapped[UUID | None] = mapped_column(Uuid)
    verified_how: Mapped[str] = mapped_column(Text, default="")
    deliverers: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    others: Mapped[str] = mapped_column(Text, default="")
    alone_because: Mapped[str] = mapped_column(Text, default="")
    delivered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    delivered_place: Mapped[str] = mapped_column(Text, default="")
    first_recipient: Mapped[int | None] = mapped_column(Integer)
    minor_because: Mapped[str] = mapped_column(Text, default="")
    reaction: Mapped[str] = mapped_column(Text, default="")
    children_informed_by: Mapped[str] = mapped_column(Text, default="")
    network_called: Mapped[str] = mapped_column(Text, default="")
    goodbye_wish: Mapped[str] = mapped_column(Text, default="not_asked")
    donation_told: Mapped[bool] = mapped_column(Boolean, default=False)
    autopsy_told: Mapped[bool] = mapped_column(Boolean, default=False)
    belongings: Mapped[str] = mapped_column(Text, default="")
    embargo: Mapped[bool] = mapped_column(Boolean)
    not_deliverable_because: Mapped[str] = mapped_column(Text, default="")
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    confirmed_by: Mapped[UUID | None] = mapped_column(Uuid)
    confirmed_to: Mapped[str] = mapped_column(Text, default="")

    def verify(self, how: str, *, by: UUID, at: datetime) -> None:
        """Raises `BadNewsOver`. Checked again, the last check counts."""
        if self.state in (*OVER, "confirmed_to_requester"):
            raise BadNewsOver
        self.verified_how, self.verified_by, self.verified_at = how, by, at
        if self.state == "received":
            self.state = "verified"

    def assign(self, command: AssignBadNews) -> None:
        """Raises `NotVerified`, `BadNewsOver`, or `Invalid` when somebody goes alone without a reason."""
        self._require_on_its_way()
        self._go(command.deliverers, command.others.strip(), command.alone_because.strip())
        self.state = "assigned" if self.state == "verified" else self.state

    def attempt(self, command: TryBadNews, *, by: UUID, at: datetime) -> "BadNewsTry":
        """Raises `NotVerified` or `BadNewsOver`."""
        self._require_on_its_way()
        self.state = "attempted"
        return BadNewsTry(
            id=uuid7(),
            bad_news_id=self.id,
            at=command.at or at,
            outcome=command.outcome,
            place=command.place.strip(),
            neighbours=command.neighbours,
            note=command.note.strip(),
            next_at=command.next_at,
            by=by,
        )

    def deliver(self, command: DeliverBadNews, *, by: UUID, at: datetime) -> None:
        """Raises `NotVerified`, `BadNewsOver`, or `Invalid`: alone, or to a minor first, needs a reason."""
        self._require_on_its_way()
        if command.recipient >= len(self.recipients):
            raise Invalid({"recipient": "not_a_choice"})
        first = self.to()[command.recipient]
        if first.age is not None and first.age < MAJORITY and not command.minor_because.strip():
            raise Invalid({"minor_because": "minor_first"})
        if command.deliverers or command.others.strip():
            self._go(command.deliverers, command.others.strip(), command.alone_because.strip())
        elif not self.deliverers:
            self._go([by], "", command.alone_because.strip())
        self.state, self.delivered_at, self.first_recipient = "delivered", command.at or at, command.recipient
        self.delivered_place = command.place.strip() or first.address
        self.minor_because = command.minor_because.strip()
        for name in ("reaction", "children_informed_by", "network_called", "belongings"):
            setattr(self, name, getattr(command, name).strip())
        self.goodbye_wish = command.goodbye_wish
        self.donation_told, self.autopsy_told = command.donation_told, command.autopsy_told
        self.embargo = self.embargo and not command.lift_embargo

    def give_up(self, reason: str) -> None:
        """Raises `BadNewsOver`."""
        if self.state in (*OVER, "confirmed_to_requester"):
            raise BadNewsOver
        self.state, self.not_deliverable_because = "not_deliverable", reason

    def confirm(self, to: str, *, by: UUID, at: datetime) -> None:
        """Raises `BadNewsNotOver`, or `BadNewsOver` when it was confirmed before."""
        if self.state == "confirmed_to_requester":
            raise BadNewsOver
        if self.state not in OVER:
            raise BadNewsNotOver
        self.state, self.confirmed_to, self.confirmed_by, self.confirmed_at = (
            "confirmed_to_requester",
            to,
            by,
            at,
        )

    def to(self) -> list[BadNewsRecipient]:
        return msgspec.convert(self.recipients, list[BadNewsRecipient])

    def _require_on_its_way(self) -> None:
        if self.state == "received":
            raise NotVerified
        if self.state not in ON_ITS_WAY:
            raise BadNewsOver

    def _go(self, deliverers: Sequence[UUID], others: str, alone_because: str) -> None:
        unique = list(dict.fromkeys(deliverers))
        if not unique and not others:
            raise Invalid({"deliverers": "required"})
        if len(unique) + bool(others) < BY_TWO and not alone_because:
            raise Invalid({"alone_because": "goes_alone"})
        self.deliverers, self.others, self.alone_because = unique, others, alone_because

    def view(self, tries: Sequence["BadNewsTry"]) -> BadNewsView:
        return BadNewsView(
            bad_news_id=self.id,
            attempts=[each.view() for each in tries],
            recipients=self.to(),
            warnings=self._warnings(tries),
            **{name: getattr(self, name) for name in _COPIED},
        )

    def _warnings(self, tries: Sequence["BadNewsTry"]) -> list[str]:
        found = {
            "minor_first": bool(self.minor_because),
            "alone": bool(self.alone_because),
            "neighbours_told": any(each.neighbours == "told" for each in tries),
        }
        return [code for code, holds in found.items() if holds]


_COPIED = tuple(
    name
    for name in BadNewsView.__struct_fields__
    if name not in {"bad_news_id", "attempts", "recipients", "warnings"}
)


class BadNewsTry(Base):
    """One attempt at a door that did not open; whether neighbours were asked, and that they were told nothing."""

    __tablename__ = "bad_news_attempts"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    bad_news_id: Mapped[UUID] = mapped_column(Uuid)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    outcome: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text)
    neighbours: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    next_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    by: Mapped[UUID] = mapped_column(Uuid)

    def view(self) -> BadNewsAttempt:
        return BadNewsAttempt(
            at=self.at,
            outcome=self.outcome,
            place=self.place,
            neighbours=self.neighbours,
            note=self.note,
            next_at=self.next_at,
            by=self.by,
        )
