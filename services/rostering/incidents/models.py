"""Victims and enquiries of an incident as they are stored. Their words are wiped once cases has them in dossiers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base
from shared.errors import Conflict


class IncidentNotOpen(Conflict):
    """Registration is over."""

    code = "incident_not_open"


class ChangedMeanwhile(Conflict):
    """Somebody else changed this victim after it was seen."""

    code = "changed_meanwhile"


class NotMatched(Conflict):
    """Nobody is told of a victim who was not found."""

    code = "not_matched"


class VictimsMissing(Conflict):
    """There is nothing to hand over."""

    code = "victims_missing"


class Victim(Base):
    """One of many: what is known, where she is, how she can be reached safely."""

    __tablename__ = "victims"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incidents.id"))
    position: Mapped[int]
    status: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    birth_year: Mapped[int | None]
    minor: Mapped[bool]
    whereabouts: Mapped[str] = mapped_column(Text)
    phone: Mapped[str] = mapped_column(Text)
    safe_contact: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    worker: Mapped[UUID | None] = mapped_column(Uuid)
    registered_by: Mapped[UUID] = mapped_column(Uuid)
    registered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    version: Mapped[int]
    dossier_id: Mapped[UUID | None] = mapped_column(Uuid)

    def wipe(self, dossier_id: UUID) -> None:
        """Her dossier holds the words now; here only that she was counted stays."""
        self.dossier_id = dossier_id
        self.name = self.whereabouts = self.phone = self.safe_contact = self.language = self.note = ""
        self.birth_year = None


class Enquiry(Base):
    """A relative who seeks somebody: open, matched with a victim by what was checked, told."""

    __tablename__ = "enquiries"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incidents.id"))
    sought: Mapped[str] = mapped_column(Text)
    enquirer: Mapped[str] = mapped_column(Text)
    relation: Mapped[str] = mapped_column(Text)
    phone: Mapped[str] = mapped_column(Text)
    safe_contact: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    taken_by: Mapped[UUID] = mapped_column(Uuid)
    victim_id: Mapped[UUID | None] = mapped_column(ForeignKey("victims.id"))
    checked: Mapped[str] = mapped_column(Text)
    matched_by: Mapped[UUID | None] = mapped_column(Uuid)
    told_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    told_by: Mapped[UUID | None] = mapped_column(Uuid)

    def wipe(self) -> None:
        self.sought = self.enquirer = self.relation = self.phone = self.safe_contact = self.note = ""
        self.checked = ""


class IncidentNumber(Base):
    """The last number given out in a year."""

    __tablename__ = "incident_numbers"

    year: Mapped[int] = mapped_column(primary_key=True)
    last_number: Mapped[int]
