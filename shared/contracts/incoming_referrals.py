"""A referral as its recipient on the platform keeps it: an own record, and only the fields that were consented to."""

from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from shared.contracts.cases import OpenDossier
from shared.contracts.dossier_access import Look
from shared.contracts.referring import Move, SentField

UNLINK_REASONS = ("wrong_dossier", "another_person", "by_mistake", "other")
"""Why a dossier is no longer the one that took a referral up."""


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
    """GET /incoming-referrals?state=open|late|mine|ended (`referral:receive`): newest first.

    Who only has `referral:read` finds what was assigned to himself, here and at every door below.
    """

    referrals: list[IncomingLine]
    next_after: str = ""


class IncomingView(Struct, frozen=True, kw_only=True):
    """GET /incoming-referrals/{incoming_id} (`referral:receive`): `fields` is empty once wiped (`wiped_at`).

    `may` are the answers that can be given now, `may_link` says whether a dossier may take it up.
    """

    line: IncomingLine
    form: str
    form_version: int
    fields: list[SentField]
    basis: str
    wiped_at: datetime | None
    moves: list[Move]
    may: list[str]
    version: int
    may_link: bool = False


class IncomingRef(Struct, frozen=True, kw_only=True):
    incoming_id: UUID
    state: str
    dossier_id: UUID | None = None


class DossierIncoming(Struct, frozen=True, kw_only=True):
    """GET /dossiers/{dossier_id}/incoming-referrals (`referral:read` or `referral:receive`): what it took up.

    Without a field of any form. 404 alike for a dossier that is unknown and one out of sight.
    """

    dossier_id: UUID
    referrals: list[IncomingLine]


class IncomingLooks(Struct, frozen=True, kw_only=True):
    """GET /incoming-referrals/{incoming_id}/looks (`referral:receive` or `audit:read`): who did or saw what of it."""

    looks: list[Look]


class AssignIncoming(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /incoming-referrals/{incoming_id}/assign (`referral:receive`): to a colleague, or to nobody again."""

    user_id: UUID | None = None


class LinkIncoming(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /incoming-referrals/{incoming_id}/dossier (`referral:receive`): the dossier here that took it up.

    One that is the caller's to write. 409 `already_taken_up` when another dossier has it, `referral_over` when it
    was taken back, refused or sent elsewhere. The sender hears nothing of it.
    """

    dossier_id: UUID


class TakeUpIncoming(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /incoming-referrals/{incoming_id}/new-dossier (`referral:receive`, and `dossier:open` in cases).

    `dossier` is what is taken over, as the worker saw and changed it. One dossier comes of it, however often this is
    sent and whoever is second; refused as a link is.
    """

    dossier: OpenDossier


class UnlinkIncoming(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /incoming-referrals/{incoming_id}/unlink (`referral:receive`): `reason` of `UNLINK_REASONS`.

    What was written in the dossier stays in it. 409 `not_linked` when no dossier has it.
    """

    reason: str


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
