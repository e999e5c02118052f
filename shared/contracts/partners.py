"""What referrals accepts and answers about a partner without account: his link and code, his answer, proof, the form.

The partner's own doors (`/partner/...`) take no token: the link's secret names nothing but its hash is known, and a
session that a code opened. Whatever is wrong with a link is answered alike.
"""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

PARTNER_MAIL_KINDS = ("partner_link", "partner_amended", "partner_code", "partner_withdrawn")
CODE_CHANNELS = ("email", "sms")
DELIVERY_STATES = ("waiting", "mailed", "failed", "opened", "over", "anonymised")

_Tenant = Annotated[str, Meta(min_length=1, max_length=40)]
_Secret = Annotated[str, Meta(min_length=1, max_length=80)]
_Source = Annotated[str, Meta(max_length=64)]

# --- for the staff of the sender -------------------------------------------------------------------------------------


class Receipt(Struct, frozen=True, kw_only=True):
    """Proof that something was shown: when, to whom as far as known, and the SHA-256 of exactly that.

    `what`: shown on the page, downloaded as PDF, given by_hand or sent by_post. `proved_by` is the channel of the code.
    """

    at: datetime
    what: str
    reader: str
    proved_by: str
    digest: str
    revision: int


class DeliveryView(Struct, frozen=True, kw_only=True):
    """GET /referrals/{referral_id}/delivery (`referral:read`): how it reaches its partner. 404 where nothing does.

    Of the address only its hint is shown, as `o•••@caw.be`. `state`: waiting for the mail to leave or, without
    `delivery_id`, for the form on paper to be handed over; mailed, failed (the mail was refused for good, or for
    days), opened, over, anonymised.
    """

    delivery_id: UUID | None
    kind: str
    state: str
    address_hint: str
    language: str
    mailed_at: datetime | None
    failed_why: str
    link_expires_at: datetime | None
    links: int
    may_renew: bool
    receipts: list[Receipt]


class RenewLink(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /referrals/{referral_id}/link (`referral:write`): a new link to the same partner; the one before is void.

    409 `link_not_possible` when the referral is not under way; 429 `too_many_attempts` after five in a day.
    """


class DeliveryRef(Struct, frozen=True, kw_only=True):
    delivery_id: UUID
    state: str


class HandOver(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /referrals/{referral_id}/handed-over (`referral:write`): the printed form was given or posted.

    `way`: by_hand, by_post. GET /referrals/{referral_id}/form.pdf (`referral:read`) is the form itself: only the
    consented fields, as a tagged PDF in the tenant's legal language; each look is kept. GET
    /referrals/{referral_id}/receipt.pdf is the proof of receipt.
    """

    way: str


# --- for the partner -------------------------------------------------------------------------------------------------


class OpenLink(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /partner/links (no token): 404 `link_unknown` for one that never was, is void, expired or anonymised.

    `source` is the address that asks, as the gateway sees it. Here and below 429 `too_many_attempts` for who looks up
    too often, from one address or with one link, whether there is such a link or not.
    """

    tenant: _Tenant
    token: _Secret
    source: _Source = ""


class LinkOpened(Struct, frozen=True, kw_only=True):
    """Over which channels a code can come. Nothing about the referral, not even its state."""

    sender: str
    language: str
    channels: list[str]


class AskCode(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /partner/codes (no token): six digits for ten minutes. 429 `too_many_attempts`."""

    tenant: _Tenant
    token: _Secret
    channel: str
    source: _Source = ""


class CodeAsked(Struct, frozen=True, kw_only=True):
    channel: str
    good_until: datetime


class EnterCode(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /partner/sessions (no token): 422 `partner_code_wrong` at `code`; five tries for each code.

    `reader` is who reads, as he wishes it on the proof of receipt.
    """

    tenant: _Tenant
    token: _Secret
    code: Annotated[str, Meta(max_length=12)]
    reader: Annotated[str, Meta(max_length=80)] = ""
    source: _Source = ""


class PartnerSession(Struct, frozen=True, kw_only=True):
    """The secret of a session of one hour."""

    session: str
    expires_at: datetime
    language: str


class AskNewLink(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /partner/new-links (no token): always answered alike; only a link of ours brings a mail to its address."""

    tenant: _Tenant
    token: _Secret
    source: _Source = ""


class NewLinkAsked(Struct, frozen=True, kw_only=True):
    """Whatever the link was."""


class ReadReferral(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /partner/referral (no token): what the partner may see now; kept as a look, and as a receipt once.

    404 `session_over`.
    """

    tenant: _Tenant
    session: _Secret


class PartnerField(Struct, frozen=True, kw_only=True):
    key: str
    value: str


class PartnerReferral(Struct, frozen=True, kw_only=True):
    """The consented fields and nothing else; none of them once it is withdrawn, rerouted, expired or refused.

    `may` are the answers that are possible now.
    """

    sender: str
    sender_phone: str
    recipient: str
    state: str
    urgency: str
    form: str
    fields: list[PartnerField]
    sent_on: date | None
    answer_by: date | None
    contact_by: date | None
    question: str
    waiting_until: date | None
    may: list[str]
    version: int
    receipts: list[Receipt]
    language: str


class AnswerByPartner(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /partner/answers (no token): codes as in `AnswerReferral`. 404 `session_over`, 409 when it is too late."""

    tenant: _Tenant
    session: _Secret
    answer: str
    reason: str = ""
    question: str = ""
    part: str = ""
    outcome: str = ""
    waiting_until: date | None = None


class PartnerAnswered(Struct, frozen=True, kw_only=True):
    state: str
    version: int


# --- between services ------------------------------------------------------------------------------------------------


class PartnerMail(Struct, frozen=True, kw_only=True):
    """GET /partner-mails/{mail_id} (`partner:mail`, notifications alone): to whom, and the secret that goes along.

    Asked when it leaves and kept nowhere; asked again it is the same secret. 404 when it need not leave any more.
    """

    to: str
    name: str
    language: str
    sender: str
    secret: str
