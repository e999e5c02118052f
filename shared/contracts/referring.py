"""What referrals accepts and answers about a referral, as its sender keeps it: fields, sending, the loop that closes.

What a recipient on the platform keeps stands in `incoming_referrals.py`; the events in `referrals.py`.
"""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from shared.contracts.consents import ConsentView, GroundView

RECIPIENT_KINDS = ("tenant", "partner_link", "form")
"""Another tenant of the platform; a partner with an e-mail address and no account; paper, by hand or by post."""

URGENCIES = ("normal", "soon", "urgent")
REFERRAL_STATES = (
    "proposed", "consent_pending", "consent_refused", "consent_given", "sent", "acknowledged", "accepted",
    "partly_accepted", "waiting_list", "more_asked", "refused", "first_contact_made", "not_reached", "closed",
    "rerouted", "withdrawn", "expired",
)  # fmt: skip
ANSWERS = (
    "acknowledged", "accepted", "partly_accepted", "waiting_list", "more_asked", "refused", "first_contact_made",
    "not_reached", "closed",
)  # fmt: skip
REFUSAL_REASONS = (
    "no_capacity", "not_our_target_group", "not_our_area", "not_our_offer", "already_helped", "person_declined",
    "other_service_fits",
)  # fmt: skip
QUESTIONS = (
    "safe_contact_missing", "identity_unclear", "language_needed", "need_unclear", "urgency_unclear",
    "consent_unclear", "who_may_be_contacted", "please_phone",
)  # fmt: skip
"""What a recipient may ask, as a code: never a question about the story."""

PARTS = ("first_talk_only", "part_of_need", "one_of_the_persons", "limited_time")
OUTCOMES = (
    "helped",
    "partly_helped",
    "passed_on",
    "person_stopped",
    "not_reached",
    "not_started",
    "not_needed_any_more",
)
WITHDRAWAL_REASONS = ("consent_withdrawn", "sent_by_mistake", "no_longer_needed", "wrong_recipient")
REMINDERS = (
    "send_by",
    "answer_by",
    "contact_by",
    "consent_pending",
    "expires_soon",
    "question_open",
    "waiting_list",
    "consent_lapsed",
    "undeliverable",
    "tell_recipient",
)

_Key = Annotated[str, Meta(min_length=1, max_length=40)]
_Value = Annotated[str, Meta(max_length=1000)]
Values = Annotated[dict[_Key, _Value], Meta(max_length=40)]

# --- forms and recipients --------------------------------------------------------------------------------------------


class FormField(Struct, frozen=True, kw_only=True):
    """A field that the form may ask, and why (a code). `kind`: text, lines, date, choice, phone, language, computed.

    A computed field is filled by the system when the parcel is made (consent, day of sending).
    """

    key: str
    kind: str
    why: str
    required: bool = False
    longest: int = 200
    choices: list[str] = []


class ReferralForm(Struct, frozen=True, kw_only=True):
    """A line of GET /referral-forms (`referral:read`): what may be asked for one type of service, and since when."""

    key: str
    version: int
    fields: list[FormField]
    names: dict[str, str]
    valid_from: date
    valid_to: date | None
    source: str
    certainty: str


class RecipientView(Struct, frozen=True, kw_only=True):
    """GET /referral-recipients/{service_id} (`referral:write`): how a referral would reach this service.

    `kind` follows from the organisation; of where it goes nothing but the kind is shown. `form` is the one proposed.
    """

    service_id: UUID
    organization_id: UUID | None
    name: str
    kind: str
    form: str
    language: str = "nl"


class UsualService(Struct, frozen=True, kw_only=True):
    """A line of GET /usual-services (`referral:write`): own partners and what is used most, 12 at most."""

    service_id: UUID
    name: str
    times: int


# --- the sender's acts -----------------------------------------------------------------------------------------------


class ProposeReferral(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{dossier_id}/referrals (`referral:write`, and the dossier must be the caller's to write).

    Nothing leaves by it. `values` only for fields of the form (422 `not_in_form`), `person_id` one of the dossier.
    503 while cases is away.
    """

    service_id: UUID
    person_id: UUID | None = None
    form: Annotated[str, Meta(max_length=40)] = ""
    urgency: str = "normal"
    values: Values = {}


class ReferralRef(Struct, frozen=True, kw_only=True):
    referral_id: UUID
    state: str
    version: int


class AmendReferral(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /referrals/{referral_id} (`referral:write`): the fields as they are now, before it was answered.

    After sending, every field must be covered by the live consent (409 `not_covered`) and the recipient gets the new
    form; that also answers what it asked. 409 `changed_meanwhile`, `referral_state_wrong`.
    """

    values: Values
    version: int
    urgency: str | None = None


class SendReferral(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /referrals/{referral_id}/send (`referral:write`): exactly what the preview showed at `version`.

    409 `no_live_consent`, `not_covered` (with the fields), `consent_expired`, `changed_meanwhile`; 422 `required`.
    """

    version: int


class WithdrawReferral(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /referrals/{referral_id}/withdraw (`referral:write`): at any time; the recipient is told and keeps no field.

    With `consent_withdrawn` the consent is withdrawn along with it.
    """

    reason: str = "consent_withdrawn"


class RerouteReferral(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /referrals/{referral_id}/reroute (`referral:write`): a new one elsewhere, with a consent of its own.

    The first ends as `rerouted`, except where it was accepted in part and goes on.
    """

    service_id: UUID


class AnswerReferral(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a recipient answers: POST /referrals/{id}/answer by the sender, for paper and telephone (`referral:write`),
    POST /incoming-referrals/{id}/answer by a recipient on the platform (`referral:receive`).

    `answer` of `ANSWERS`; refused wants a reason of `REFUSAL_REASONS`, more_asked a `question`, partly_accepted a
    `part`, closed an `outcome`; `waiting_until` with waiting_list. Codes only: no content comes back.
    """

    answer: str
    reason: str = ""
    question: str = ""
    part: str = ""
    outcome: str = ""
    waiting_until: date | None = None
    suggested_service_id: UUID | None = None
    on: date | None = None


class CloseReferral(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /referrals/{referral_id}/close (`referral:write`): nothing more will come of it."""

    outcome: str


class TakeOverReferral(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /referrals/{referral_id}/follower (`referral:write`): who follows it up, and is reminded."""

    user_id: UUID


# --- the sender's views ----------------------------------------------------------------------------------------------


class ReferralLine(Struct, frozen=True, kw_only=True):
    """A referral in a list. `late` is a code of `REMINDERS` for what is overdue; `waits_for` whose turn it is:
    person, us, recipient, nobody."""

    referral_id: UUID
    dossier_id: UUID
    dossier_number: str
    person_id: UUID | None
    service_id: UUID
    recipient: str
    recipient_kind: str
    state: str
    urgency: str
    follower: UUID
    proposed_at: datetime
    sent_at: datetime | None
    due_on: date | None
    late: str
    waits_for: str
    reason: str = ""
    question: str = ""
    part: str = ""
    outcome: str = ""
    waiting_until: date | None = None
    offers: int = 0


class ReferralPage(Struct, frozen=True, kw_only=True):
    """GET /referrals?scope=mine|all&state=open|late|consent|ended (`referral:read`): of dossiers in sight only."""

    referrals: list[ReferralLine]
    next_after: str = ""


class Move(Struct, frozen=True, kw_only=True):
    """A step of the history. `side`: sender, recipient, clock. `by` is a colleague in the reader's own tenant."""

    at: datetime
    state: str
    what: str
    side: str
    by: UUID | None = None
    code: str = ""


class Disclosure(Struct, frozen=True, kw_only=True):
    """Fields were released: when, to whom, which, and on what basis; kept after a withdrawal (S08).

    `delivered_at` is when they arrived; nothing when they were taken back before.
    """

    at: datetime
    delivered_at: datetime | None
    to: str
    fields: list[str]
    consent_id: UUID | None
    ground_id: UUID | None


class ReferralView(Struct, frozen=True, kw_only=True):
    """GET /referrals/{referral_id} (`referral:read`). `may` are the acts that are possible now, as codes.

    `stopped`: it was sent, and no field of it may leave any more until consent is asked again.
    """

    line: ReferralLine
    form: str
    form_version: int
    values: dict[str, str]
    version: int
    consents: list[ConsentView]
    grounds: list[GroundView]
    moves: list[Move]
    disclosures: list[Disclosure]
    may: list[str]
    send_by: date | None
    answer_by: date | None
    contact_by: date | None
    expires_on: date | None
    rerouted_from: UUID | None
    rerouted_to: list[UUID]
    suggested_service_id: UUID | None
    stopped: bool = False


class SentField(Struct, frozen=True, kw_only=True):
    key: str
    value: str


class Preview(Struct, frozen=True, kw_only=True):
    """GET /referrals/{referral_id}/preview (`referral:read`): exactly what will be sent, and what stands in the way.

    `missing` are required fields, `uncovered` those without a live consent or ground; `basis` consent, ground or none.
    """

    referral_id: UUID
    version: int
    recipient: str
    recipient_kind: str
    form: str
    form_version: int
    urgency: str
    fields: list[SentField]
    basis: str
    missing: list[str]
    uncovered: list[str]


class DossierReferrals(Struct, frozen=True, kw_only=True):
    """GET /dossiers/{dossier_id}/referrals (`referral:read`): all of one dossier; offers newest first (S07)."""

    dossier_id: UUID
    may_write: bool
    referrals: list[ReferralLine]
    offers: list[ConsentView]
