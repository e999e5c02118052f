"""What referrals accepts and answers about consent: each offer a line of history, and grounds in its place."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

CONSENT_STATES = ("pending", "given", "refused", "withdrawn")
CONSENT_WAYS = ("spoken", "written", "phone")
CONSENT_GIVERS = ("person", "parent", "guardian", "representative")
CONSENT_SOURCES = ("referrals", "cases")

_Field = Annotated[str, Meta(min_length=1, max_length=40)]
_Fields = Annotated[list[_Field], Meta(max_length=40)]


class OfferReferral(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /referrals/{referral_id}/consents (`referral:write`): it was offered, and this was the answer.

    `state` given, refused or pending. Refused keeps that it was offered and the day, whatever else is sent along.
    Given names the `fields`, by whom (`given_by`, for a minor a parent, guardian or representative: 422
    `minor_cannot`; `giver_id` is a person of the dossier) and the `way`. `on` is today when absent, never later
    (422 `in_the_future`). `expires_on` defaults to the term in force. The last answer counts: refused, or pending
    before it was sent, takes back what was given before; refused after it was sent ends the referral as withdrawn.
    """

    state: str
    fields: _Fields = []
    given_by: str = "person"
    giver_id: UUID | None = None
    way: str = "spoken"
    on: date | None = None
    expires_on: date | None = None
    minor: bool | None = None
    """What the worker knows when the dossier does not tell; a birth date in the dossier wins."""


class ConsentRef(Struct, frozen=True, kw_only=True):
    """The line of history, and what became of the referral by it."""

    consent_id: UUID
    state: str
    referral_state: str


class WithdrawReferralConsent(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /consents/{consent_id}/withdraw (`referral:write`): at any time, and nobody has to say why (S08)."""


class ConsentView(Struct, frozen=True, kw_only=True):
    """One offer: what was asked, what came of it. Refused and pending name no fields, no giver and no way.

    `live` says whether fields may leave on it today. `source` `cases` is an offer made in the dossier itself, of
    which the ids and codes came by event; it covers no field until a recipient and fields are agreed here.
    """

    consent_id: UUID
    dossier_id: UUID
    referral_id: UUID | None
    person_id: UUID | None
    purpose: str
    service_id: UUID | None
    recipient: str
    state: str
    live: bool
    fields: list[str]
    given_by: str
    giver_id: UUID | None
    minor: bool
    way: str
    on: date
    answered_on: date | None
    expires_on: date | None
    withdrawn_at: datetime | None
    recorded_by: UUID | None
    source: str


class InvokeGround(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /referrals/{referral_id}/ground (`referral:ground`): a legal ground instead of consent, for these fields.

    `ground` is a key of GET /legal-grounds; 422 `not_in_force` on this day, `confirm_conditions` unless every
    condition of the ground is confirmed. The reason stays in the sender's record.
    """

    ground: str
    fields: _Fields
    reason: Annotated[str, Meta(min_length=20, max_length=1000)]
    confirmed: Annotated[list[_Field], Meta(max_length=10)] = []


class GroundView(Struct, frozen=True, kw_only=True):
    """A ground that was invoked; `reason` only for who may read the dossier."""

    ground_id: UUID
    ground: str
    fields: list[str]
    reason: str
    invoked_by: UUID
    invoked_at: datetime
    revoked_at: datetime | None


class LegalGround(Struct, frozen=True, kw_only=True):
    """A line of GET /legal-grounds (`referral:read`): in force today, as data with its period and how sure it is.

    `reference` is how the law is cited on this day, by language; `conditions` are codes that must each be confirmed.
    """

    key: str
    reference: dict[str, str]
    conditions: list[str]
    valid_from: date
    valid_to: date | None
    source: str
    certainty: str
