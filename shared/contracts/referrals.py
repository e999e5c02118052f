"""What referrals announces: ids and codes of referrals, consents and worries, in the tenant and between two of them."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from shared.contracts.event import Event

# --- referrals -------------------------------------------------------------------------------------------------------


class ReferralProgressed(Event, frozen=True, kw_only=True):
    """Something became of a referral in the sender's own tenant. `what` is the act, `kind` the recipient's."""

    SUBJECT: ClassVar[str] = "referrals.referral_progressed.v1"
    AGGREGATE: ClassVar[str] = "referral_id"

    referral_id: UUID
    dossier_id: UUID
    follower: UUID
    state: str
    what: str
    kind: str
    reason: str = ""
    outcome: str = ""
    person_id: UUID | None = None


class ReferralConsentChanged(Event, frozen=True, kw_only=True):
    """An offer was answered, or a consent withdrawn; `cause` says where: referrals or cases.

    `source_id` is the consent in cases where it was first written down there.
    """

    SUBJECT: ClassVar[str] = "referrals.consent_changed.v1"
    AGGREGATE: ClassVar[str] = "consent_id"

    consent_id: UUID
    dossier_id: UUID
    referral_id: UUID | None = None
    person_id: UUID | None = None
    state: str
    cause: str = "referrals"
    source_id: UUID | None = None


class ReferralReminder(Event, frozen=True, kw_only=True):
    """Something about a referral is due or late; `what` of `referring.REMINDERS`."""

    SUBJECT: ClassVar[str] = "referrals.referral_reminder.v1"
    AGGREGATE: ClassVar[str] = "referral_id"

    referral_id: UUID
    dossier_id: UUID
    follower: UUID
    what: str


class ReferralHandedOver(Event, frozen=True, kw_only=True):
    """In the sender's tenant: its side of a referral to another tenant changed, so that one must be told.

    Nobody writes an event in another tenant's name: referrals hears this itself and knocks at the recipient's door.
    """

    SUBJECT: ClassVar[str] = "referrals.referral_handed_over.v1"
    AGGREGATE: ClassVar[str] = "referral_id"

    referral_id: UUID
    revision: int


class ReferralAnswered(Event, frozen=True, kw_only=True):
    """In the recipient's tenant: it answered something that came to it, so the sender must be told."""

    SUBJECT: ClassVar[str] = "referrals.referral_answered.v1"
    AGGREGATE: ClassVar[str] = "incoming_id"

    incoming_id: UUID
    revision: int


class MapImportProgressed(Event, frozen=True, kw_only=True):
    """An import was read, went a piece further, or ended: whoever watches it asks anew."""

    SUBJECT: ClassVar[str] = "referrals.map_import_progressed.v1"
    AGGREGATE: ClassVar[str] = "import_id"
    import_id: UUID
    state: str


class IncomingReferralChanged(Event, frozen=True, kw_only=True):
    """A referral of somebody else's came to us, changed or ended.

    `what`: received, amended, assigned, linked, unlinked, late, ended, wiped or an answer; `dossier_id` is the dossier
    here that took it up, or that no longer does.
    """

    SUBJECT: ClassVar[str] = "referrals.incoming_changed.v1"
    AGGREGATE: ClassVar[str] = "incoming_id"

    incoming_id: UUID
    state: str
    what: str
    assigned_to: UUID | None = None
    dossier_id: UUID | None = None


# --- worries ---------------------------------------------------------------------------------------------------------


class WorryReported(Event, frozen=True, kw_only=True):
    """A worry waits for the SPoT; one for today is told at once."""

    SUBJECT: ClassVar[str] = "referrals.worry_reported.v1"
    AGGREGATE: ClassVar[str] = "worry_id"
    worry_id: UUID
    urgency: str


class WorryAnswered(Event, frozen=True, kw_only=True):
    """The SPoT took it up, did not, or closed it: all that its reporter is told."""

    SUBJECT: ClassVar[str] = "referrals.worry_answered.v1"
    AGGREGATE: ClassVar[str] = "worry_id"
    worry_id: UUID
    reporter: UUID
    state: str


# --- partners without account ----------------------------------------------------------------------------------------


class PartnerMailDue(Event, frozen=True, kw_only=True):
    """A mail or an SMS must go to a partner: `kind` of `PARTNER_MAIL_KINDS`. To whom is asked when it leaves."""

    SUBJECT: ClassVar[str] = "referrals.partner_mail_due.v1"
    AGGREGATE: ClassVar[str] = "delivery_id"
    delivery_id: UUID
    message_id: UUID
    kind: str
    channel: str
    good_until: datetime | None = None


class EntriesDue(Event, frozen=True, kw_only=True):
    """Entries of this tenant's own layer that somebody should look at again; told once for each due date.

    `entries` are the first of them, `total` counts all.
    """

    SUBJECT: ClassVar[str] = "referrals.entries_due.v1"
    AGGREGATE: ClassVar[str] = "sweep_id"

    sweep_id: UUID
    entries: list[UUID]
    total: int
