"""The answers, as pydantic models with the names of `shared.contracts.cases`."""

import datetime as dt
import uuid

from pydantic import BaseModel, ConfigDict, Field


class Answer(BaseModel):
    model_config = ConfigDict(from_attributes=True, populate_by_name=True)


class PersonInDossier(Answer):
    person_id: uuid.UUID
    first_name: str
    last_name: str
    role: str
    born_on: dt.date | None
    age: int | None
    minor: bool
    email: str
    language: str
    address: str
    insz: str
    safe_contact: str
    note: str


class TaskView(Answer):
    task_id: uuid.UUID = Field(validation_alias="id")
    dossier_id: uuid.UUID
    dossier_number: str = ""
    kind: str
    title: str
    due_on: dt.date
    due_at: dt.datetime | None
    state: str
    assignee: uuid.UUID | None
    compulsory: bool
    result: str
    done_at: dt.datetime | None
    done_by: uuid.UUID | None
    why: dict[str, str]
    incident_type: str = ""


class EntryView(Answer):
    entry_id: uuid.UUID = Field(validation_alias="id")
    kind: str
    capacity: str
    text: str
    code: str
    details: dict[str, str]
    at: dt.datetime
    author: uuid.UUID | None
    author_service: str


class AccessView(Answer):
    ground: str
    may_write: bool
    ends_at: dt.datetime | None


class DossierFacts(Answer):
    dossier_id: uuid.UUID = Field(validation_alias="id")
    number: str
    kind: str
    compartment: str
    incident_type: str
    state: str
    holder: uuid.UUID | None
    team_id: uuid.UUID | None
    opened_at: dt.datetime
    closed_at: dt.datetime | None
    call_out_id: uuid.UUID | None
    place: str
    pv_number: str
    summary: str
    minors_involved: bool
    version: int


class DossierView(DossierFacts):
    access: AccessView
    persons: list[PersonInDossier]
    tasks: list[TaskView]
    timeline: list[EntryView]


class DossierLine(Answer):
    dossier_id: uuid.UUID
    number: str
    kind: str
    incident_type: str
    state: str
    holder: uuid.UUID | None
    opened_at: dt.datetime
    title: str
    open_tasks: int
    next_due_on: dt.date | None
    updated_at: dt.datetime


class DossierPage(Answer):
    lines: list[DossierLine]
    count: int
    next_after: str
