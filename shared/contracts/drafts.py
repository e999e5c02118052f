"""What cases keeps of a form that is not sent yet, and of the last visit to a dossier: for its author's eyes only."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

FormName = Annotated[str, Meta(pattern=r"^[a-z0-9_:-]{2,80}$")]
"""Which form of a dossier: entry, report, facts, or one about something in it, as `task:<id>`."""

_Values = Annotated[list[Annotated[str, Meta(max_length=20_000)]], Meta(max_length=40)]


class SaveDraft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/drafts (`dossier:write`): the form as it stands.

    `version` is that of the draft which the form began with, 0 without one. 409 `draft_changed` when another window
    saved or sent it since; the details say when.
    """

    form: FormName
    version: int = 0
    fields: Annotated[
        dict[Annotated[str, Meta(max_length=60)], _Values],
        Meta(max_length=80),
    ]


class DraftRef(Struct, frozen=True, kw_only=True):
    form: str
    version: int
    saved_at: datetime


class DraftView(Struct, frozen=True, kw_only=True):
    """A line of GET /dossiers/{id}/drafts (`dossier:write`): one's own, as long as one sees the dossier."""

    form: str
    version: int
    saved_at: datetime
    fields: dict[str, list[str]]


class DiscardDraft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/drafts/discard: thrown away, or sent. Nothing happens when there is none."""

    form: FormName


class DraftLine(Struct, frozen=True, kw_only=True):
    """A line of GET /drafts (`dossier:write`): what the caller has not sent yet, newest first."""

    dossier_id: UUID
    dossier_number: str
    form: str
    saved_at: datetime


class DossierVisit(Struct, frozen=True, kw_only=True):
    """POST /dossiers/{id}/visits (`dossier:read`): the visit before this one; what is newer was not read yet."""

    before: datetime | None = None
