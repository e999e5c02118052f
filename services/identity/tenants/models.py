"""A tenant in the register, what was announced about it, and who answered."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, DateTime, ForeignKey, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from shared.contracts.identity import TenantSettings
from shared.db import Base
from shared.errors import Conflict, Invalid, NotFound, Unauthenticated

KINDS = ("police_zone", "municipality", "editorial_office")
LEGAL_LANGUAGES = ("nl", "fr", "de")
LANGUAGES = ("nl", "fr", "de", "en")


class TenantUnknown(NotFound):
    """There is no tenant of that key."""

    code = "tenant_unknown"


class TenantSuspended(Unauthenticated):
    """Nobody signs in while the tenant is suspended."""

    code = "tenant_suspended"


class TenantTaken(Conflict):
    """The key belongs to another tenant already."""

    code = "tenant_taken"


class NotSuspended(Conflict):
    """Only a suspended tenant is removed."""

    code = "tenant_not_suspended"


class NotConfirmed(Conflict):
    """Removing asks for the key once more."""

    code = "not_confirmed"


class Tenant(Base):
    """A line of the register. The key never changes; the name may. A tenant's own role sees its own line only."""

    __tablename__ = "tenants"
    __table_args__ = {"schema": "platform"}  # noqa: RUF012 - SQLAlchemy's own form

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    legal_language: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text))
    idle_minutes: Mapped[int] = mapped_column(Integer)
    session_hours: Mapped[int] = mapped_column(Integer)
    removing: Mapped[bool] = mapped_column(Boolean)

    @property
    def suspended(self) -> bool:
        return self.status != "active"

    @property
    def settings(self) -> TenantSettings:
        return TenantSettings(
            name=self.name,
            kind=self.kind,
            legal_language=self.legal_language,
            languages=self.languages,
            idle_minutes=self.idle_minutes,
            session_hours=self.session_hours,
        )


class Announcement(Base):
    """What was announced about a tenant, to see who did his part."""

    __tablename__ = "tenant_announcements"
    __table_args__ = {"schema": "platform"}  # noqa: RUF012 - SQLAlchemy's own form

    event_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    tenant: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    announced_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Answer(Base):
    """A service did its part of what was announced."""

    __tablename__ = "tenant_answers"
    __table_args__ = {"schema": "platform"}  # noqa: RUF012 - SQLAlchemy's own form

    event_id: Mapped[UUID] = mapped_column(ForeignKey(Announcement.event_id), primary_key=True)
    service: Mapped[str] = mapped_column(Text, primary_key=True)
    rows: Mapped[int] = mapped_column(BigInteger)
    answered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


def checked_facts(name: str, kind: str, legal_language: str) -> None:
    """Raise `Invalid` when a tenant cannot be called or be so."""
    wrong: dict[str, str] = {}
    if not name.strip():
        wrong["name"] = "required"
    if kind not in KINDS:
        wrong["kind"] = "not_a_choice"
    if legal_language not in LEGAL_LANGUAGES:
        wrong["legal_language"] = "not_a_choice"
    if wrong:
        raise Invalid(wrong)


def checked_languages(languages: list[str], legal_language: str) -> list[str]:
    """The languages of its screens, each once; the legal one is always among them."""
    if any(language not in LANGUAGES for language in languages):
        raise Invalid({"languages": "not_a_choice"})
    if legal_language not in languages:
        raise Invalid({"languages": "legal_language_missing"})
    return list(dict.fromkeys(languages))


def export_folder(tenant: str, now: datetime) -> str:
    """A folder's name that says whose and when."""
    return f"{tenant}-{now.astimezone(UTC):%Y%m%d-%H%M%S}"
