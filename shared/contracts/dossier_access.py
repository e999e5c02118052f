"""What cases accepts and answers about who may see a dossier: holder, grants, conflicts, break-glass, who looked."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

BREAK_GLASS_REASONS = ("emergency", "absent_colleague", "client_at_desk", "safety", "other")
CONFLICT_REASONS = ("related", "acquainted", "party", "other")
LIFT_REASONS = ("mistake", "no_longer_so", "other")

# --- holder, grants, conflicts ---------------------------------------------------------------------------------------


class AssignHolder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/holder (`dossier:assign`). 409 `conflict_of_interest` for a blocked worker."""

    user_id: UUID


class GrantAccess(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/grants (`dossier:assign`): `ground` substitute (needs `ends_at`), grant or team."""

    ground: str
    user_id: UUID | None = None
    team_id: UUID | None = None
    ends_at: datetime | None = None
    may_write: bool = True


class DeclareConflict(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/conflicts: `user_id` absent is oneself; for another needs `dossier:assign`. At once.

    `same_event`: in every dossier of the same call-out or incident. `new_holder` (`dossier:assign`) takes over what
    the blocked worker holds of them.
    """

    reason: str
    user_id: UUID | None = None
    same_event: bool = False
    new_holder: UUID | None = None


class ConflictDeclared(Struct, frozen=True, kw_only=True):
    """The block here, in how many dossiers it holds, and when the worker looked at them before (S14, S58)."""

    conflict_id: UUID
    user_id: UUID
    reason: str
    earlier_looks: list[datetime]
    dossiers: int = 1


class LiftConflict(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/conflicts/{conflict_id}/lift (`dossier:assign`), with a reason of `LIFT_REASONS`.

    The worker may be let in again; he is not let in by it.
    """

    reason: str


class RevokeGrant(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/grants/{grant_id}/revoke (`dossier:assign`): ends now. 409 `grant_is_the_holders`."""


class GrantView(Struct, frozen=True, kw_only=True):
    grant_id: UUID
    ground: str
    user_id: UUID | None
    team_id: UUID | None
    may_write: bool
    starts_at: datetime
    ends_at: datetime | None
    granted_by: UUID


class ConflictView(Struct, frozen=True, kw_only=True):
    """`earlier_looks` is for who may assign: when the worker looked before he was blocked, newest first."""

    conflict_id: UUID
    user_id: UUID
    reason: str
    declared_at: datetime
    declared_by: UUID
    earlier_looks: list[datetime]


class DossierAccess(Struct, frozen=True, kw_only=True):
    """GET /dossiers/{id}/access (`dossier:read`): who may see it now beside supervision, and who is kept out."""

    grants: list[GrantView]
    conflicts: list[ConflictView]
    same_event: int


class AskAccess(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/access (`dossier:read`): a question of another service in the caller's name, 200 at most."""

    dossier_ids: Annotated[list[UUID], Meta(max_length=200)]


class AccessedPerson(Struct, frozen=True, kw_only=True):
    """Somebody in the dossier, without a name; `minor` by birth date today, or because the dossier says so."""

    person_id: UUID
    role: str
    minor: bool


class AccessedDossier(Struct, frozen=True, kw_only=True):
    """What the caller may do in a dossier now. One that is unknown, of another tenant or out of sight is left out.

    `may_read` is false where only break-glass opens it: that is for looking in cases, and for nothing else.
    """

    dossier_id: UUID
    number: str
    compartment: str
    state: str
    holder: UUID | None
    may_read: bool
    may_write: bool
    persons: list[AccessedPerson]
    before_contact: bool = False
    """Nobody spoke with the person yet, so he can have consented to nothing."""


# --- who looked, break-glass -----------------------------------------------------------------------------------------


class Look(Struct, frozen=True, kw_only=True):
    """A line of GET /dossiers/{id}/looks (`audit:read`, or the holder): who did or saw what, newest first."""

    at: datetime
    user_id: UUID
    service: str
    action: str
    outcome: str


class BreakGlass(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /break-glass (`break_glass:open`), by the number on the paper or screen. `text` at least 20 characters."""

    dossier_number: Annotated[str, Meta(min_length=3, max_length=30)]
    reason: str
    text: Annotated[str, Meta(min_length=20, max_length=2000)]


class BreakGlassOpened(Struct, frozen=True, kw_only=True):
    break_glass_id: UUID
    dossier_id: UUID
    ends_at: datetime
    review_by: date


class BreakGlassView(Struct, frozen=True, kw_only=True):
    """GET /break-glass (`break_glass:review`). `state`: open, justified, not_justified; `escalated` to the DPO."""

    break_glass_id: UUID
    dossier_id: UUID
    dossier_number: str
    user_id: UUID
    reason: str
    text: str
    opened_at: datetime
    ends_at: datetime
    review_by: date
    state: str
    escalated: bool
    reviewed_by: UUID | None = None
    reviewed_at: datetime | None = None
    review_note: str = ""


class ReviewBreakGlass(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /break-glass/{id}/review (`break_glass:review`), never one's own. `verdict` justified or not_justified."""

    verdict: str
    note: Annotated[str, Meta(max_length=2000)] = ""
