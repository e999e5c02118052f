"""What cases accepts and answers about persons in a dossier: who they are, and how they are reached without danger."""

from datetime import date, datetime, time
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct, field

PERSON_ROLES = (
    "victim", "next_of_kin", "witness", "suspect", "deceased", "minor_involved", "client", "contact", "other",
)  # fmt: skip
RELATIONS = (
    "parent_of", "partner_of", "ex_partner_of", "sibling_of", "grandparent_of", "guardian_of", "family_of",
    "neighbour_of", "friend_of", "other",
)  # fmt: skip
LITERACY = ("reads", "limited", "cannot_read")
CONTACT_PREFERENCES = ("phone", "sms", "email", "letter", "visit", "via_other")
REMOVAL_REASONS = ("mistake", "duplicate", "not_involved", "asked")
INSZ_ENDINGS = ("replaced", "wrong")
MAY_CALL = ("outside_hours", "no_calls", "not_the_safe_number")
"""Why a number is not given at once."""

_Line = Annotated[str, Meta(max_length=200)]
_Insz = Annotated[str, Meta(max_length=15)]
_Weekday = Annotated[int, Meta(ge=1, le=7)]
_Language = Annotated[str, Meta(pattern=r"^[a-z]{2,3}$")]

# --- safe contact ----------------------------------------------------------------------------------------------------


class SafeWindow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Hours on the clock of Brussels on some weekdays (1 is Monday). An end before the start lies on the next day."""

    weekdays: Annotated[list[_Weekday], Meta(min_length=1, max_length=7)]
    starts: time
    ends: time


class SafeContact(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What keeps a contact from doing harm. No windows: at any hour. The free text stands in `safe_contact`."""

    windows: Annotated[list[SafeWindow], Meta(max_length=14)] = []
    no_calls: bool = False
    no_voicemail: bool = False
    no_letters: bool = False
    no_visits: bool = False
    discreet: bool = False
    code_word: _Line = ""
    may_answer: _Line = ""


class MayCall(Struct, frozen=True, kw_only=True):
    """Whether somebody may be called now (`why` is a code of `MAY_CALL`), until when, or when next."""

    person_id: UUID | None = None
    allowed: bool
    why: str = ""
    until: datetime | None = None
    next_from: datetime | None = None
    next_until: datetime | None = None


class PhoneView(Struct, frozen=True, kw_only=True):
    """A number without the number: `ends_with` tells one from another. POST .../reveal gives it."""

    phone_id: UUID
    person_id: UUID
    label: str
    ends_with: str
    safe: bool


class NewPhone(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/persons/{person_id}/phones (`dossier:write`). `safe`: this is the number to use."""

    phone: Annotated[str, Meta(min_length=1, max_length=30)]
    label: Annotated[str, Meta(max_length=60)] = ""
    safe: bool = False


class PhoneRef(Struct, frozen=True, kw_only=True):
    phone_id: UUID


class RemovePhone(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/phones/{phone_id}/remove (`dossier:write`)."""


class RevealPhone(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/phones/{phone_id}/reveal (`dossier:read`): the only way to a number.

    409 `unsafe_to_call` (details `why`, `next_from`, `next_until`) outside the safe hours or for a number that is
    not the safe one, unless `reason` says in 10 characters or more why it must be now; that stands in the timeline.
    """

    reason: Annotated[str, Meta(max_length=500)] = ""


class RevealedPhone(Struct, frozen=True, kw_only=True):
    """The number in E.164; `overridden` when it was given against the rules."""

    phone_id: UUID
    person_id: UUID
    number: str
    overridden: bool = False


class ChangeSafeContact(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/persons/{person_id}/safe-contact (`dossier:write`). 409 `changed_meanwhile`."""

    version: int
    safe: SafeContact
    safe_contact: Annotated[str, Meta(max_length=500)] = ""


# --- who they are ----------------------------------------------------------------------------------------------------


class ChangePerson(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/persons/{person_id} (`dossier:write`). 409 `changed_meanwhile` unless `version` was read."""

    version: int
    first_name: Annotated[str, Meta(max_length=120)] = ""
    last_name: Annotated[str, Meta(min_length=1, max_length=120)]
    maiden_name: Annotated[str, Meta(max_length=120)] = ""
    other_names: _Line = ""
    role: str = "victim"
    other_roles: list[str] = []
    born_on: date | None = None
    deceased_on: date | None = None
    email: Annotated[str, Meta(max_length=254)] = ""
    address: _Line = ""
    language: Annotated[str, Meta(max_length=8)] = ""
    interpreter: Annotated[list[_Language], Meta(max_length=6)] = []
    literacy: str = ""
    pictograms: bool = False
    contact_preference: str = ""
    parental_authority: _Line = ""
    contact_via: UUID | None = None
    note: Annotated[str, Meta(max_length=500)] = ""


class RemovePerson(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/persons/{person_id}/remove (`dossier:write`): no longer shown; what was written stays."""

    version: int
    reason: str


class ChangeInsz(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/persons/{person_id}/insz (`dossier:write`): a number, or none; the old one is kept.

    `ended` says of the old one: replaced (a BIS number by a national number) or wrong.
    """

    version: int
    insz: Annotated[str, Meta(max_length=15)] = ""
    ended: str = "replaced"


class PersonNumber(Struct, frozen=True, kw_only=True):
    """A number that a person has or had: from a day, until a day or for good."""

    insz: str
    kind: str
    valid_from: date
    valid_to: date | None
    ended: str


class PersonNumbers(Struct, frozen=True, kw_only=True):
    """GET /dossiers/{id}/persons/{person_id}/numbers (`dossier:read`), newest first."""

    person_id: UUID
    numbers: list[PersonNumber]


class RelatePersons(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/relations (`dossier:write`): the person is `kind` to the other."""

    person_id: UUID
    kind: str
    other_id: UUID


class UnrelatePersons(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/relations/{relation_id}/remove (`dossier:write`)."""


class RelationView(Struct, frozen=True, kw_only=True):
    relation_id: UUID
    person_id: UUID
    kind: str
    other_id: UUID


class RelationRef(Struct, frozen=True, kw_only=True):
    relation_id: UUID


class PersonInDossier(Struct, frozen=True, kw_only=True):
    """A person with his role here. `insz` is digits only. His numbers stand in `DossierView.phones`, without digits."""

    person_id: UUID
    first_name: str
    last_name: str
    role: str
    born_on: date | None
    age: int | None
    minor: bool
    email: str
    language: str
    address: str
    insz: str
    safe_contact: str
    note: str
    safe: SafeContact = field(default_factory=SafeContact)
    other_roles: list[str] = []
    maiden_name: str = ""
    other_names: str = ""
    deceased_on: date | None = None
    interpreter: list[str] = []
    literacy: str = ""
    pictograms: bool = False
    contact_preference: str = ""
    parental_authority: str = ""
    contact_via: UUID | None = None
    version: int = 1


class AddPerson(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/persons (`dossier:write`). `safe` and `safe_contact` are shown before any number.

    `phone` is the first number, `phones` are more; `phone_safe` says that the first is the one to use.
    """

    first_name: Annotated[str, Meta(max_length=120)] = ""
    last_name: Annotated[str, Meta(min_length=1, max_length=120)]
    role: str = "victim"
    born_on: date | None = None
    phone: Annotated[str, Meta(max_length=30)] = ""
    email: Annotated[str, Meta(max_length=254)] = ""
    language: Annotated[str, Meta(max_length=8)] = ""
    address: _Line = ""
    insz: _Insz = ""
    safe_contact: Annotated[str, Meta(max_length=500)] = ""
    note: Annotated[str, Meta(max_length=500)] = ""
    safe: SafeContact = field(default_factory=SafeContact)
    phone_safe: bool = False
    phones: Annotated[list[NewPhone], Meta(max_length=6)] = []
    other_roles: list[str] = []
    maiden_name: Annotated[str, Meta(max_length=120)] = ""
    other_names: _Line = ""
    deceased_on: date | None = None
    interpreter: Annotated[list[str], Meta(max_length=6)] = []
    literacy: str = ""
    pictograms: bool = False
    contact_preference: str = ""
    parental_authority: _Line = ""


class PersonRef(Struct, frozen=True, kw_only=True):
    person_id: UUID
