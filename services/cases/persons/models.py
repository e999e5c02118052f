"""Persons: who somebody is, shared inside a tenant; what he is to a dossier stands in the dossier."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Boolean, Date, DateTime, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.cases.persons.identifiers import folded, insz_digits, insz_kind
from services.cases.persons.names import trigrams
from shared.contracts.persons import AddPerson, ChangePerson
from shared.db import Base, uuid7

MAJORITY = 18


class Person(Base):
    """Two rows may be the same human being: nothing is joined on a number or a name without a person's decision."""

    __tablename__ = "persons"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    first_name: Mapped[str] = mapped_column(Text)
    last_name: Mapped[str] = mapped_column(Text)
    maiden_name: Mapped[str] = mapped_column(Text)
    other_names: Mapped[str] = mapped_column(Text)
    folded: Mapped[str] = mapped_column(Text)
    trigrams: Mapped[list[str]] = mapped_column(ARRAY(Text))
    born_on: Mapped[date | None] = mapped_column(Date)
    deceased_on: Mapped[date | None] = mapped_column(Date)
    email: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    interpreter: Mapped[list[str]] = mapped_column(ARRAY(Text))
    literacy: Mapped[str] = mapped_column(Text)
    pictograms: Mapped[bool] = mapped_column(Boolean)
    contact_preference: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    insz: Mapped[str] = mapped_column(Text)
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    added_by: Mapped[UUID] = mapped_column(Uuid)

    @classmethod
    def register(cls, command: AddPerson, *, by: UUID, at: datetime) -> "Person":
        """Raises `InszWrong`."""
        person = cls(id=uuid7(), insz=insz_digits(command.insz), added_at=at, added_by=by)
        person.describe(command)
        return person

    def describe(self, command: AddPerson | ChangePerson) -> None:
        """Everything that a person's form says of him, except his numbers."""
        self.first_name, self.last_name = command.first_name.strip(), command.last_name.strip()
        self.maiden_name, self.other_names = command.maiden_name.strip(), command.other_names.strip()
        self.folded = folded(f"{self.first_name} {self.last_name} {self.maiden_name} {self.other_names}")
        self.trigrams = trigrams(self.folded)
        self.born_on, self.deceased_on = command.born_on, command.deceased_on
        self.email, self.address = command.email.strip(), command.address.strip()
        self.language, self.interpreter = command.language, list(dict.fromkeys(command.interpreter))
        self.literacy, self.pictograms = command.literacy, command.pictograms
        self.contact_preference = command.contact_preference


class PersonNumber(Base):
    """An INSZ that somebody has or had; numbers are replaced (`domain.md` 12.1) and typed wrong (S39)."""

    __tablename__ = "person_numbers"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(Uuid)
    insz: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    ended: Mapped[str] = mapped_column(Text)
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    added_by: Mapped[UUID] = mapped_column(Uuid)

    @classmethod
    def given(cls, person_id: UUID, insz: str, *, on: date, by: UUID, at: datetime) -> "PersonNumber":
        return cls(
            id=uuid7(), person_id=person_id, insz=insz, kind=insz_kind(insz), valid_from=on, valid_to=None,
            ended="", added_at=at, added_by=by,
        )  # fmt: skip

    def end(self, ended: str, *, on: date) -> None:
        self.ended, self.valid_to = ended, max(on, self.valid_from)


def age_on(born_on: date | None, day: date) -> int | None:
    """Whole years lived on a day; who was born on 29 February is a year older on 1 March."""
    if born_on is None:
        return None
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))
