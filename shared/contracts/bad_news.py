"""What cases accepts and answers about bad news: received, checked, brought by whom, confirmed to who asked."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

BAD_NEWS_STATES = (
    "received", "verified", "assigned", "attempted", "delivered", "not_deliverable", "confirmed_to_requester",
)  # fmt: skip
BAD_NEWS_KINDS = ("death", "serious_injury", "missing_found", "other")
BAD_NEWS_SOURCES = ("own_zone", "other_zone", "hospital", "abroad", "other")
BAD_NEWS_WAYS = ("message", "phone", "mail", "in_person")
ATTEMPT_OUTCOMES = ("nobody_home", "wrong_address", "not_opened", "only_minors", "other")
NEIGHBOURS = ("not_asked", "nothing_told", "told")
GOODBYE_WISHES = ("not_asked", "yes", "no", "later")
NOT_DELIVERABLE_REASONS = (
    "address_unknown",
    "abroad",
    "delivered_by_others",
    "recipient_died",
    "withdrawn",
    "other",
)

_Line = Annotated[str, Meta(max_length=200)]
_Short = Annotated[str, Meta(max_length=500)]


class BadNewsRecipient(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who must hear it."""

    name: Annotated[str, Meta(min_length=1, max_length=120)]
    relation: _Line = ""
    age: Annotated[int, Meta(ge=0, le=130)] | None = None
    address: _Line = ""


class ReceiveBadNews(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /bad-news: in a dossier (`dossier:write`), or without one (`dossier:open`), which then opens one.

    `requester` and `reference` are needed when the request comes from elsewhere: they get the confirmation.
    """

    about: Annotated[str, Meta(min_length=1, max_length=200)]
    recipients: Annotated[list[BadNewsRecipient], Meta(min_length=1, max_length=10)]
    kind: str = "death"
    source: str = "own_zone"
    way: str = "message"
    requester: _Line = ""
    reference: _Line = ""
    embargo: bool = True
    dossier_id: UUID | None = None
    incident_type: str = "death_other"


class BadNewsRef(Struct, frozen=True, kw_only=True):
    bad_news_id: UUID
    dossier_id: UUID
    state: str


class VerifyBadNews(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /bad-news/{id}/verify (`dossier:write`): with whom it was checked that it is true and whose it is."""

    how: Annotated[str, Meta(min_length=1, max_length=200)]


class AssignBadNews(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /bad-news/{id}/assign: who goes. 409 `not_verified`; alone only with a reason (422 `goes_alone`)."""

    deliverers: Annotated[list[UUID], Meta(max_length=6)]
    others: _Line = ""
    alone_because: _Line = ""


class TryBadNews(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /bad-news/{id}/attempts: nobody could be told. With `next_at` the task moves to the next attempt."""

    outcome: str
    at: datetime | None = None
    place: _Line = ""
    neighbours: str = "not_asked"
    next_at: datetime | None = None
    note: _Short = ""


class DeliverBadNews(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /bad-news/{id}/deliver. 409 `not_verified`; a minor as first receiver only with a reason (422)."""

    recipient: Annotated[int, Meta(ge=0)] = 0
    minor_because: _Line = ""
    at: datetime | None = None
    place: _Line = ""
    deliverers: Annotated[list[UUID], Meta(max_length=6)] = []
    others: _Line = ""
    alone_because: _Line = ""
    reaction: _Short = ""
    children_informed_by: _Line = ""
    network_called: _Line = ""
    goodbye_wish: str = "not_asked"
    donation_told: bool = False
    autopsy_told: bool = False
    belongings: _Short = ""
    lift_embargo: bool = False


class GiveUpBadNews(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /bad-news/{id}/not-deliverable, with a reason of `NOT_DELIVERABLE_REASONS`."""

    reason: str
    note: _Short = ""


class ConfirmBadNews(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /bad-news/{id}/confirm: who asked knows now that it is done, or that it could not be done."""

    to: Annotated[str, Meta(min_length=1, max_length=200)]
    way: str = "message"


class BadNewsAttempt(Struct, frozen=True, kw_only=True):
    at: datetime
    outcome: str
    place: str
    neighbours: str
    note: str
    next_at: datetime | None
    by: UUID


class BadNewsView(Struct, frozen=True, kw_only=True):
    """`warnings`: minor_first, alone, neighbours_told."""

    bad_news_id: UUID
    dossier_id: UUID
    state: str
    about: str
    kind: str
    source: str
    way: str
    requester: str
    reference: str
    received_at: datetime
    recipients: list[BadNewsRecipient]
    verified_at: datetime | None
    verified_by: UUID | None
    verified_how: str
    deliverers: list[UUID]
    others: str
    alone_because: str
    attempts: list[BadNewsAttempt]
    delivered_at: datetime | None
    delivered_place: str
    first_recipient: int | None
    minor_because: str
    reaction: str
    children_informed_by: str
    network_called: str
    goodbye_wish: str
    donation_told: bool
    autopsy_told: bool
    belongings: str
    embargo: bool
    not_deliverable_because: str
    confirmed_at: datetime | None
    confirmed_to: str
    warnings: list[str]
