"""What identity accepts, answers and announces: sign-in, sessions, staff, teams, roles, tenant settings."""

from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from msgspec import Meta, Struct

from shared.contracts.event import Event

Key = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{1,30}$")]
Email = Annotated[str, Meta(min_length=3, max_length=254)]
Password = Annotated[str, Meta(min_length=1, max_length=200)]
Name = Annotated[str, Meta(min_length=1, max_length=120)]
Code = Annotated[str, Meta(min_length=6, max_length=30)]
Phone = Annotated[str, Meta(max_length=30)]

# --- signing in: no token needed -------------------------------------------------------------------------------------


class SignIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /sign-in. Wrong tenant, address or password: one answer, `sign_in_refused` (401), in like time.

    `source` is the network address that the person comes from, as the gateway saw it.
    """

    tenant: Key
    email: Email
    password: Password
    source: Annotated[str, Meta(max_length=64)] = ""


class SignInStep(Struct, frozen=True, kw_only=True):
    """What comes next: `second_factor` or `enrolment`; the challenge lives five minutes and is good for this alone."""

    step: str
    challenge: str


class ShowSecondFactor(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /sign-in/second-factor. `code` is a TOTP code or a recovery code (used up)."""

    challenge: str
    code: Code


class StartEnrolment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /sign-in/enrolment."""

    challenge: str


class TotpEnrolment(Struct, frozen=True, kw_only=True):
    """The secret to put in an authenticator app, as base32 and as `otpauth://` address for a QR code."""

    secret: str
    uri: str


class ConfirmEnrolment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /sign-in/enrolment/confirm."""

    challenge: str
    code: Code


class SignedIn(Struct, frozen=True, kw_only=True):
    """A session. Recovery codes only after enrolment, shown this once."""

    session_token: str
    ends_at: datetime
    recovery_codes: list[str] = []


class RequestPasswordReset(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /password-resets. The answer is the same whether or not there is such an account."""

    tenant: Key
    email: Email


class CompletePasswordReset(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /password-resets/complete. Ends all sessions of the account."""

    token: str
    password: Password


class Accepted(Struct, frozen=True):
    """Received; nothing more to say."""

    accepted: bool = True


class ExchangeSession(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /tokens. Counts as activity of the session, unless a page asks by itself (`active` false: live updates)."""

    session_token: str
    active: bool = True


class Me(Struct, frozen=True, kw_only=True):
    """The person who is signed in (GET /me)."""

    user_id: UUID
    session_id: UUID
    tenant: str
    tenant_name: str
    tenant_kind: str
    name: str
    email: str
    language: str
    permissions: list[str]
    roles: list[str]
    theme: str = "auto"
    strong_at: datetime | None = None


class IssuedToken(Struct, frozen=True, kw_only=True):
    """A signed principal, good for five minutes."""

    token: str
    expires_at: datetime
    me: Me


class RequestServiceToken(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /service-tokens. Answer: `shared.client.ServiceToken`."""

    service: str
    secret: str
    tenant: str


class PublicTenant(Struct, frozen=True, kw_only=True):
    """GET /tenants/public, for the sign-in page. Public bodies: their names are no secret."""

    key: str
    name: str


# --- the signed-in person's own account ------------------------------------------------------------------------------


class StepUp(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /me/step-up. Afterwards exchange the session again: the new token carries the moment."""

    code: Code


class ChangePassword(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /me/password. Ends the other sessions."""

    current: Password
    new: Password


class ChangePreferences(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /me/preferences. Language nl, fr, de or en; theme auto, light or dark."""

    language: str
    theme: str = "auto"


class OwnSession(Struct, frozen=True, kw_only=True):
    """GET /me/sessions. POST /me/sessions/{session_id}/revoke; POST /sign-out ends the current one."""

    session_id: UUID
    started_at: datetime
    seen_at: datetime
    ends_at: datetime
    current: bool


class RecoveryCodes(Struct, frozen=True, kw_only=True):
    """POST /me/recovery-codes (needs step-up): new ones, the old are void."""

    recovery_codes: list[str]


class ContactPoint(Struct, frozen=True, kw_only=True):
    """GET /me/contacts: email, phone and second_phone of one's own. `code_sent`: a code can be typed now."""

    channel: str
    value: str
    verified_at: datetime | None
    code_sent: bool = False


class ChangePhones(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /me/phones. Another number is not proved any more."""

    phone: Phone = ""
    second_phone: Phone = ""


class ConfirmContact(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /me/contacts/{channel}/confirm. Codes are sent by POST /me/contacts/{channel}/code and live ten minutes."""

    code: Code


# --- staff, teams, roles, settings -----------------------------------------------------------------------------------


class StaffEntry(Struct, frozen=True, kw_only=True):
    """A line of the directory (GET /staff?active=true, `staff:read`). Phone in E.164."""

    user_id: UUID
    name: str
    email: str
    phone: str
    second_phone: str
    language: str
    roles: list[str]
    teams: list[UUID]
    active: bool
    function: str = ""
    signs_in: bool = False
    locked: bool = False
    email_verified: bool = False
    phone_verified: bool = False
    second_phone_verified: bool = False


class RegisterStaff(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /staff (`staff:manage`). The person gets a mail with a link to choose a password."""

    name: Name
    email: Email
    phone: Phone = ""
    second_phone: Phone = ""
    language: str = "nl"
    function: Annotated[str, Meta(max_length=120)] = ""
    roles: list[str] = []
    teams: list[UUID] = []


class ChangeStaff(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /staff/{user_id} (`staff:manage`): the whole entry. Roles need step-up."""

    name: Name
    email: Email
    phone: Phone = ""
    second_phone: Phone = ""
    language: str = "nl"
    function: Annotated[str, Meta(max_length=120)] = ""
    roles: list[str] = []
    teams: list[UUID] = []


class StaffRef(Struct, frozen=True, kw_only=True):
    """Also answers POST /staff/{user_id}/deactivate, /reactivate, /unlock and /reset-second-factor (step-up)."""

    user_id: UUID


class StaffContact(Struct, frozen=True, kw_only=True):
    """GET /staff/{user_id}/contact and GET /contacts (all) for services (`contact:read`)."""

    user_id: UUID
    name: str
    email: str
    phone: str
    language: str
    active: bool
    roles: list[str] = []
    second_phone: str = ""
    email_verified_at: datetime | None = None
    phone_verified_at: datetime | None = None
    second_phone_verified_at: datetime | None = None


class Team(Struct, frozen=True, kw_only=True):
    """GET /teams."""

    team_id: UUID
    name: str


class SaveTeam(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /teams, POST /teams/{team_id} (`staff:manage`)."""

    name: Name


class Role(Struct, frozen=True, kw_only=True):
    """GET /roles. `key` of a default role is a code that the screens translate; an own role has a `name`."""

    key: str
    name: str
    permissions: list[str]
    compartments: list[str]
    default: bool


class SaveRole(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /roles/{key} (`role:manage`, step-up): make or change a role."""

    name: Annotated[str, Meta(max_length=120)] = ""
    permissions: list[str]
    compartments: list[str]


class TenantSettings(Struct, frozen=True, kw_only=True):
    """GET /tenant-settings."""

    name: str
    kind: str
    legal_language: str
    languages: list[str]
    idle_minutes: int
    session_hours: int


class ChangeTenantSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /tenant-settings (`tenant:manage`)."""

    languages: list[str]
    idle_minutes: Annotated[int, Meta(ge=5, le=480)]
    session_hours: Annotated[int, Meta(ge=1, le=24)]


class ResetLink(Struct, frozen=True, kw_only=True):
    """POST /password-resets/{reset_id}/link for notifications (`contact:read`): the secret part, given once."""

    token: str
    email: str
    language: str
    name: str
    invitation: bool


class ContactCode(Struct, frozen=True, kw_only=True):
    """POST /contact-codes/{code_id}/code for notifications (`contact:read`): six digits, and where they go."""

    code: str
    to: str
    name: str
    language: str


class AddressNotice(Struct, frozen=True, kw_only=True):
    """GET /address-notices/{notice_id} for notifications (`contact:read`): the address of before."""

    email: str
    name: str
    language: str


# --- events ----------------------------------------------------------------------------------------------------------


class StaffChanged(Event, frozen=True, kw_only=True):
    """Somebody was registered or changed: ask for the contact points again."""

    SUBJECT: ClassVar[str] = "identity.staff_changed.v1"
    AGGREGATE: ClassVar[str] = "user_id"
    user_id: UUID


class StaffDeactivated(Event, frozen=True, kw_only=True):
    SUBJECT: ClassVar[str] = "identity.staff_deactivated.v1"
    AGGREGATE: ClassVar[str] = "user_id"
    user_id: UUID


class SessionRevoked(Event, frozen=True, kw_only=True):
    """A session ended before its time, or all of a person's when `session_id` is absent."""

    SUBJECT: ClassVar[str] = "identity.session_revoked.v1"
    AGGREGATE: ClassVar[str] = "user_id"
    user_id: UUID
    session_id: UUID | None = None


class PasswordResetRequested(Event, frozen=True, kw_only=True):
    """Somebody must get a link; notifications asks for its secret part."""

    SUBJECT: ClassVar[str] = "identity.password_reset_requested.v1"
    AGGREGATE: ClassVar[str] = "user_id"
    user_id: UUID
    reset_id: UUID


class AccountLocked(Event, frozen=True, kw_only=True):
    """Too many wrong attempts; the person is told by mail."""

    SUBJECT: ClassVar[str] = "identity.account_locked.v1"
    AGGREGATE: ClassVar[str] = "user_id"
    user_id: UUID
    until: datetime


class ContactCodeRequested(Event, frozen=True, kw_only=True):
    """Somebody must get a code at one of her contact points; notifications asks for it when it leaves."""

    SUBJECT: ClassVar[str] = "identity.contact_code_requested.v1"
    AGGREGATE: ClassVar[str] = "user_id"
    user_id: UUID
    code_id: UUID
    channel: str


class AddressChanged(Event, frozen=True, kw_only=True):
    """Another e-mail address was given to an account: the address of before must be told."""

    SUBJECT: ClassVar[str] = "identity.address_changed.v1"
    AGGREGATE: ClassVar[str] = "user_id"
    user_id: UUID
    notice_id: UUID
