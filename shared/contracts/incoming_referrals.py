"""A referral as its recipient on the platform keeps it: an own record, and only the fields that were consented to."""

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from shared.contracts.referring import Move, SentField


class IncomingLine(Struct, frozen=True, kw_only=True):
    """A line of the incoming list, without a field of the form. `sender` is a tenant's key, `sender_name` its name."""

    incoming_id: UUID
    sender: str
    sender_name: str
    service_id: UUID
    recipient: str
    state: str
    urgency: str
    received_at: datetime
    assigned_to: UUID | None
    contact_by: date | None
    late: str
    question: str = ""
    outcome: str = ""
    dossier_id: UUID | None = None


class IncomingPage(Struct, frozen=True, kw_only=True):
    """GET /incoming-referrals?state=open|late|mine|ended (`referral:receive`): newest first."""

    referrals: list[IncomingLine]
    next_after: str = ""


class IncomingView(Struct, frozen=True, kw_only=True):
    """GET /incoming-referrals/{incoming_id} (`referral:receive`): `fields` is empty once wiped (`wiped_at`)."""

    line: IncomingLine
    form: str
    form_version: int
    fields: list[SentField]
    basis: str
    wiped_at: datetime | None
    moves: list[Move]
    may: list[str]
    version: int


class IncomingRef(Struct, frozen=True, kw_only=True):
    incoming_id: UUID
    state: str


class AssignIncoming(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /incoming-referrals/{incoming_id}/assign (`referral:receive`): to a colleague, or to nobody again."""

    user_id: UUID | None = None


class LinkIncoming(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /incoming-referrals/{incoming_id}/dossier (`referral:receive`): the dossier here that took it up."""

    dossier_id: UUID


class HandOver(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /handed-over (`referral:hand_over`, services only) in the recipient's tenant: the sender's side of it now.

    All of it each time, so that it may come twice and in any order: what is not newer than `revision` says nothing.
    `fields` is empty unless a live consent or ground covered every one of them when it was sent. `ended`: withdrawn,
    rerouted, expired, closed or nothing; `amended_after` is the recipient's revision that the last amendment answers.
    """

    referral_id: UUID
    sender: str
    sender_name: str
    revision: int
    service_id: UUID
    recipient: str
    form: str
    form_version: int
    urgency: str
    basis: str
    contact_by: date | None
    ended: str
    amended_after: int
    outcome: str
    fields: list[SentField]


class TellAnswer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /told-answers (`referral:hand_over`, services only) in the sender's tenant: what the recipient says of it.

    404 alike for a referral that is not there and for one that went to somebody else.
    """

    referral_id: UUID
    recipient: str
    revision: int
    state: str
    reason: str = ""
    question: str = ""
    part: str = ""
    outcome: str = ""
    waiting_until: date | None = None
    suggested_service_id: UUID | None = None


class Taken(Struct, frozen=True, kw_only=True):
    """Whether it was news."""

    news: bool
