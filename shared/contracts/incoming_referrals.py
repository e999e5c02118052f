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


class HandedOver(Struct, frozen=True, kw_only=True):
    """GET /handed-over/{referral_id}?recipient= (`referral:hand_over`, services only): the sender's side of it now.

    `fields` is empty unless a live consent or ground covers every one of them at this moment. `ended`: withdrawn,
    rerouted, expired, closed or nothing; `amended_after` is the recipient's revision that the last amendment answers.
    """

    referral_id: UUID
    revision: int
    sender_name: str
    service_id: UUID
    recipient: str
    form: str
    form_version: int
    urgency: str
    basis: str
    sent_at: datetime
    contact_by: date | None
    ended: str
    amended_after: int
    outcome: str
    fields: list[SentField]
