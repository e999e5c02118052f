"""How a referral reaches a partner without account: the delivery, its mails, his sessions, and proof of receipt."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Integer, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.referrals.partners.rules import CODE_TRIES
from shared.db import Base
from shared.errors import Conflict, Invalid, NotFound, TooMany

ANONYMISE: Final = "anonymise_delivery"
"""The kind of timer that takes out of a delivery what names anybody."""

LINKS: Final = ("partner_link", "partner_amended")
"""The kinds of mail that carry a link."""


class LinkUnknown(NotFound):
    """No such link, or not any more: nobody is told which."""

    code = "link_unknown"


class PartnerSessionOver(NotFound):
    """The session of this partner is over."""

    code = "partner_session_over"


class CodeWrong(Invalid):
    """Not the code that was sent last, too late, or tried too often."""

    code = "partner_code_wrong"


class LinkNotPossible(Conflict):
    """It does not go to a partner by link, was not sent, or is over."""

    code = "link_not_possible"


class TooManyLinks(TooMany):
    """Enough were sent for now."""


class PartnerDelivery(Base):
    """One for each referral. Address and number are those of the day on which it was sent, until it is over."""

    __tablename__ = "partner_deliveries"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    referral_id: Mapped[UUID] = mapped_column(Uuid)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    mobile: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    revision: Mapped[int] = mapped_column(Integer)
    """Up to which revision of the sender's side the partner was mailed."""

    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    over_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    anonymised_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    @property
    def channels(self) -> list[str]:
        """Over which a code can come, the better one first."""
        return [name for name, to in (("sms", self.mobile), ("email", self.email)) if to]


class PartnerMessage(Base):
    """A mail or an SMS to a partner, with the hash of the secret that it carries. Neither is kept in words."""

    __tablename__ = "partner_messages"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("partner_deliveries.id"))
    kind: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    voided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    tries: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    def good(self, *, now: datetime) -> bool:
        return self.voided_at is None and self.expires_at is not None and now < self.expires_at

    def may_be_tried(self, *, now: datetime) -> bool:
        return self.good(now=now) and self.tries < CODE_TRIES


class PartnerVisit(Base):
    """A session that a code opened; `reader` is who reads, as he named himself."""

    __tablename__ = "partner_visits"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("partner_deliveries.id"))
    digest: Mapped[str] = mapped_column(Text)
    reader: Mapped[str] = mapped_column(Text)
    proved_by: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class PartnerLookup(Base):
    """A link was tried: from which address and which link it was, as hashes, whether there is such a link or not."""

    __tablename__ = "partner_lookups"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    source: Mapped[str] = mapped_column(Text)
    link: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class PartnerReceipt(Base):
    """Proof that something was shown or handed over: when, to whom, and the hash of exactly that."""

    __tablename__ = "partner_receipts"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("partner_deliveries.id"))
    visit_id: Mapped[UUID | None] = mapped_column(Uuid)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    what: Mapped[str] = mapped_column(Text)
    reader: Mapped[str] = mapped_column(Text)
    proved_by: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(Text)
    revision: Mapped[int] = mapped_column(Integer)
