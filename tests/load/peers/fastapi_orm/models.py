"""The tables of cases as mapped classes; `None` as schema is translated to the tenant's at run time."""

import datetime as dt
import uuid

from sqlalchemy import DateTime, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    type_annotation_map = {dt.datetime: DateTime(timezone=True), dict: JSONB}


class Person(Base):
    __tablename__ = "persons"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    first_name: Mapped[str]
    last_name: Mapped[str]
    born_on: Mapped[dt.date | None]
    email: Mapped[str]
    language: Mapped[str]
    address: Mapped[str]
    insz: Mapped[str]


class DossierPerson(Base):
    __tablename__ = "dossier_persons"

    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossiers.id"), primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    role: Mapped[str]
    safe_contact: Mapped[str]
    note: Mapped[str]
    added_at: Mapped[dt.datetime]
    person: Mapped[Person] = relationship(lazy="raise")


class Task(Base):
    __tablename__ = "tasks"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossiers.id"))
    kind: Mapped[str]
    title: Mapped[str]
    due_on: Mapped[dt.date]
    due_at: Mapped[dt.datetime | None]
    state: Mapped[str]
    assignee: Mapped[uuid.UUID | None]
    compulsory: Mapped[bool]
    result: Mapped[str]
    why: Mapped[dict]
    done_at: Mapped[dt.datetime | None]
    done_by: Mapped[uuid.UUID | None]


class Entry(Base):
    __tablename__ = "entries"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossiers.id"))
    kind: Mapped[str]
    capacity: Mapped[str]
    text: Mapped[str]
    code: Mapped[str]
    details: Mapped[dict]
    at: Mapped[dt.datetime]
    author: Mapped[uuid.UUID | None]
    author_service: Mapped[str]


class Grant(Base):
    __tablename__ = "grants"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossiers.id"))
    ground: Mapped[str]
    user_id: Mapped[uuid.UUID | None]
    team_id: Mapped[uuid.UUID | None]
    may_write: Mapped[bool]
    starts_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime | None]


class ConflictBlock(Base):
    __tablename__ = "conflict_blocks"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossiers.id"))
    user_id: Mapped[uuid.UUID]


class Dossier(Base):
    __tablename__ = "dossiers"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    number: Mapped[str]
    kind: Mapped[str]
    compartment: Mapped[str]
    incident_type: Mapped[str]
    state: Mapped[str]
    holder: Mapped[uuid.UUID | None]
    team_id: Mapped[uuid.UUID | None]
    opened_at: Mapped[dt.datetime]
    closed_at: Mapped[dt.datetime | None]
    call_out_id: Mapped[uuid.UUID | None]
    place: Mapped[str]
    pv_number: Mapped[str]
    summary: Mapped[str]
    minors_involved: Mapped[bool]
    version: Mapped[int]
    updated_at: Mapped[dt.datetime]
    links: Mapped[list[DossierPerson]] = relationship(
        order_by=(DossierPerson.added_at, DossierPerson.person_id), lazy="raise"
    )
    tasks: Mapped[list[Task]] = relationship(order_by=(Task.state != "open", Task.due_on, Task.id), lazy="raise")
    entries: Mapped[list[Entry]] = relationship(order_by=(Entry.at.desc(), Entry.id.desc()), lazy="raise")


class Audit(Base):
    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime]
    user_id: Mapped[uuid.UUID]
    session_id: Mapped[uuid.UUID]
    service: Mapped[str]
    action: Mapped[str]
    object_kind: Mapped[str]
    object_id: Mapped[uuid.UUID | None]
    subject_id: Mapped[uuid.UUID | None]
    outcome: Mapped[str]
    details: Mapped[dict]
    trace_id: Mapped[str]
