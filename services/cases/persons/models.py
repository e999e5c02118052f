"""Persons: who somebody is, shared inside a tenant; what he is to a dossier stands in the dossier."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, DateTime, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.cases.persons.identifiers import e164, folded, insz_digits
from shared.contracts.cases import AddPerson
from shared.db import Base, uuid7

MAJORITY = 18


class Person(Base):
    """Two rows may be the same human being: nothing is joined on a number or a name without a person's decision."""

    __tablename__ = "persons"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    first_name: Mapped[str] = mapped_column(Text)
    last_name: Mapped[str] = mapped_column(Text)
    folded: Mapped[str] = mapped_column(Text)
    born_on: Mapped[date | None] = mapped_column(Date)
    phone: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    insz: Mapped[str] = mapped_column(Text)
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    added_by: Mapped[UUID] = mapped_column(Uuid)

    @classmethod
    def register(cls, command: AddPerson, *, by: UUID, at: datetime) -> "Person":
        """Raises `InszWrong` or `PhoneWrong`."""
        return cls(
            id=uuid7(),
            first_name=command.first_name.strip(),
            last_name=command.last_name.strip(),
            folded=folded(f"{command.first_name} {command.last_name}"),
            born_on=command.born_on,
            phone=e164(command.phone),
            email=command.email.strip(),
            language=command.language,
            address=command.address,
            insz=insz_digits(command.insz),
            added_at=at,
            added_by=by,
        )


def age_on(born_on: date | None, day: date) -> int | None:
    """Whole years lived on a day; who was born on 29 February is a year older on 1 March."""
    if born_on is None:
        return None
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))
