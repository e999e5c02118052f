"""A person who works here, teams, and roles; what a name, an address or a phone number may look like."""

import re
from datetime import datetime
from uuid import UUID

import phonenumbers
from sqlalchemy import Boolean, DateTime, ForeignKey, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base
from shared.errors import Conflict, Invalid, NotFound

LANGUAGES = ("nl", "fr", "de", "en")
THEMES = ("auto", "light", "dark")
_REGION = "BE"
_EMAIL = re.compile(
    r"[^\s@\x00-\x1f<>(),;:\"\[\]\\]{1,64}@(?=.{3,189}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}\Z"
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class StaffUnknown(NotFound):
    """No such person here."""


class TeamUnknown(NotFound):
    """No such team here."""


class LastAdministrator(Conflict):
    """Somebody must be left who can change roles."""

    code = "last_administrator"


class Staff(Base):
    """An account. Who left stays, inactive: what he wrote and saw keeps its name."""

    __tablename__ = "staff"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    phone: Mapped[str] = mapped_column(Text)
    second_phone: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    theme: Mapped[str] = mapped_column(Text, default="auto")
    function: Mapped[str] = mapped_column(Text)
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    registered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    deactivated_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    locked_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    email_verified_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    phone_verified_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    second_phone_verified_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    email_set_by: Mapped[UUID | None] = mapped_column(Uuid)
    """Who gave the account its present address, until its owner proved it."""
    factor_reset_by: Mapped[UUID | None] = mapped_column(Uuid)
    """Who reset the second factor, until its owner enrolled a new one."""

    def set_email(self, email: str, *, by: UUID) -> None:
        """Another address was not proved by anybody yet."""
        if normal_email(email) != normal_email(self.email or ""):
            self.email_verified_at, self.email_set_by = None, by
        self.email = email

    def set_phones(self, phone: str, second_phone: str) -> None:
        """Another number must be proved anew; two that change places take their proof along."""
        proofs = {self.phone: self.phone_verified_at, self.second_phone: self.second_phone_verified_at}
        self.phone, self.second_phone = phone, second_phone
        self.phone_verified_at = proofs.get(phone) if phone else None
        self.second_phone_verified_at = proofs.get(second_phone) if second_phone else None

    def prove(self, channel: str, *, now: datetime) -> None:
        setattr(self, f"{channel}_verified_at", now)
        if channel == "email":
            self.email_set_by = None

    def proved_at(self, channel: str) -> datetime | None:
        proved: datetime | None = getattr(self, f"{channel}_verified_at")
        return proved


class Team(Base):
    """People who share work."""

    __tablename__ = "teams"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    name: Mapped[str] = mapped_column(Text)


class Membership(Base):
    """Somebody is in a team."""

    __tablename__ = "memberships"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey(Staff.id), primary_key=True)
    team_id: Mapped[UUID] = mapped_column(ForeignKey(Team.id), primary_key=True)


class OwnRole(Base):
    """A role that the tenant made, or a default one that it changed."""

    __tablename__ = "roles"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    permissions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    compartments: Mapped[list[str]] = mapped_column(ARRAY(Text))


def normal_email(email: str) -> str:
    """As it is compared: without space around it, in small letters."""
    return email.strip().lower()


class Fields:
    """Reads the fields of a form and gathers what is wrong with each, so that all is said at once."""

    def __init__(self) -> None:
        self.wrong: dict[str, str] = {}

    def line(self, field: str, text: str, *, required: bool = False) -> str:
        """A line of text without control characters."""
        tidy = text.strip()
        if _CONTROL.search(tidy):
            self.wrong[field] = "text_wrong"
        elif required and not tidy:
            self.wrong[field] = "required"
        return tidy

    def email(self, field: str, text: str) -> str:
        tidy = text.strip()
        if not _EMAIL.match(tidy.lower()):
            self.wrong[field] = "email_wrong"
        return tidy

    def phone(self, field: str, text: str) -> str:
        """In E.164; a number without country is a Belgian one. Empty is allowed."""
        if not text.strip():
            return ""
        try:
            number = phonenumbers.parse(text, _REGION)
        except phonenumbers.NumberParseException:
            self.wrong[field] = "phone_wrong"
            return ""
        if not phonenumbers.is_valid_number(number) or number.extension:
            self.wrong[field] = "phone_wrong"
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def choice(self, field: str, value: str, choices: tuple[str, ...]) -> str:
        if value not in choices:
            self.wrong[field] = "not_a_choice"
        return value

    def check(self) -> None:
        """Raise `Invalid` when anything was wrong."""
        if self.wrong:
            raise Invalid(self.wrong)
