"""The persons of one dossier: what each is to it and to the others, and how each is reached without danger."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Boolean, DateTime, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.cases.dossiers.models import ChangedMeanwhile
from shared.contracts.persons import SafeContact
from shared.db import Base


class DossierPerson(Base):
    """What a person is to a dossier, and how he can be reached without danger. Removed, he stays in its history."""

    __tablename__ = "dossier_persons"

    dossier_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    role: Mapped[str] = mapped_column(Text)
    other_roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    safe: Mapped[dict[str, Any]] = mapped_column(JSONB)
    safe_contact: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    parental_authority: Mapped[str] = mapped_column(Text)
    contact_via: Mapped[UUID | None] = mapped_column(Uuid)
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    version: Mapped[int] = mapped_column(Integer)
    changed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    changed_by: Mapped[UUID | None] = mapped_column(Uuid)
    removed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    removed_by: Mapped[UUID | None] = mapped_column(Uuid)
    removed_because: Mapped[str] = mapped_column(Text)

    @property
    def rules(self) -> SafeContact:
        """The structured part of the safe contact."""
        return msgspec.convert(self.safe, SafeContact)

    @rules.setter
    def rules(self, safe: SafeContact) -> None:
        self.safe = msgspec.to_builtins(safe)

    def next_version(self, version: int, *, by: UUID, at: datetime) -> None:
        """Raises `ChangedMeanwhile` when somebody else changed this person after he was read."""
        if version != self.version:
            raise ChangedMeanwhile(
                details={
                    "changed_by": str(self.changed_by or ""),
                    "changed_at": self.changed_at.isoformat() if self.changed_at else "",
                }
            )
        self.version += 1
        self.changed_by, self.changed_at = by, at

    def remove(self, version: int, reason: str, *, by: UUID, at: datetime) -> None:
        self.next_version(version, by=by, at=at)
        self.removed_by, self.removed_at, self.removed_because = by, at, reason


class Phone(Base):
    """A number of a person in a dossier. `safe`: when one of his numbers is, the others are not to be used."""

    __tablename__ = "phones"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    dossier_id: Mapped[UUID] = mapped_column(Uuid)
    person_id: Mapped[UUID] = mapped_column(Uuid)
    number: Mapped[str] = mapped_column(Text)
    label: Mapped[str] = mapped_column(Text)
    safe: Mapped[bool] = mapped_column(Boolean)
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    added_by: Mapped[UUID] = mapped_column(Uuid)


class Relation(Base):
    """One person of the dossier is something to another: `person` is `kind` (parent_of) `other`."""

    __tablename__ = "relations"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    dossier_id: Mapped[UUID] = mapped_column(Uuid)
    person_id: Mapped[UUID] = mapped_column(Uuid)
    kind: Mapped[str] = mapped_column(Text)
    other_id: Mapped[UUID] = mapped_column(Uuid)
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    added_by: Mapped[UUID] = mapped_column(Uuid)
