"""The life of a tenant, as identity announces it and each service answers."""

from typing import ClassVar
from uuid import UUID

import msgspec

from shared.contracts.event import Event


class TenantView(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant in identity's register; languages are nl, fr or de.

    `kind`: `police_zone`, `municipality`, or `editorial_office` (the one that keeps the social map for all).
    """

    key: str
    name: str
    kind: str
    legal_language: str
    status: str
    languages: list[str] = []


class TenantProvisioned(Event, frozen=True, kw_only=True):
    SUBJECT: ClassVar[str] = "identity.tenant_provisioned.v1"
    AGGREGATE: ClassVar[str] = "tenant"
    name: str
    kind: str
    legal_language: str


class TenantRenamed(Event, frozen=True, kw_only=True):
    SUBJECT: ClassVar[str] = "identity.tenant_renamed.v1"
    AGGREGATE: ClassVar[str] = "tenant"
    name: str


class TenantSuspended(Event, frozen=True, kw_only=True):
    SUBJECT: ClassVar[str] = "identity.tenant_suspended.v1"
    AGGREGATE: ClassVar[str] = "tenant"


class TenantResumed(Event, frozen=True, kw_only=True):
    SUBJECT: ClassVar[str] = "identity.tenant_resumed.v1"
    AGGREGATE: ClassVar[str] = "tenant"


class TenantExportRequested(Event, frozen=True, kw_only=True):
    SUBJECT: ClassVar[str] = "identity.tenant_export_requested.v1"
    AGGREGATE: ClassVar[str] = "tenant"
    folder: str


class TenantRemoved(Event, frozen=True, kw_only=True):
    SUBJECT: ClassVar[str] = "identity.tenant_removed.v1"
    AGGREGATE: ClassVar[str] = "tenant"


class TenantSettingsChanged(Event, frozen=True, kw_only=True):
    """Ask for `/tenant-configuration` again. `what` is one of `configuration.AREAS`."""

    SUBJECT: ClassVar[str] = "identity.tenant_settings_changed.v1"
    AGGREGATE: ClassVar[str] = "tenant"
    what: str


class TenantAnswer(Event, frozen=True, kw_only=True):
    """What a service says when it has done its part; `of` is the subject that it answers, `rows` those exported."""

    AGGREGATE: ClassVar[str] = "tenant"
    service: str
    of: str
    rows: int = 0
    answers: UUID | None = None
    """The id of the event that it answers, so that an earlier one's late answer is not taken for it."""


class CasesTenantAnswer(TenantAnswer, frozen=True, kw_only=True):
    SUBJECT: ClassVar[str] = "cases.tenant_answer.v1"


class RosteringTenantAnswer(TenantAnswer, frozen=True, kw_only=True):
    SUBJECT: ClassVar[str] = "rostering.tenant_answer.v1"


class ReferralsTenantAnswer(TenantAnswer, frozen=True, kw_only=True):
    SUBJECT: ClassVar[str] = "referrals.tenant_answer.v1"


class NotificationsTenantAnswer(TenantAnswer, frozen=True, kw_only=True):
    SUBJECT: ClassVar[str] = "notifications.tenant_answer.v1"


TENANT_EVENTS: tuple[type[Event], ...] = (
    TenantProvisioned,
    TenantRenamed,
    TenantSuspended,
    TenantResumed,
    TenantExportRequested,
    TenantRemoved,
)
TENANT_ANSWERS: dict[str, type[TenantAnswer]] = {
    kind.SUBJECT.split(".", 1)[0]: kind
    for kind in (CasesTenantAnswer, RosteringTenantAnswer, ReferralsTenantAnswer, NotificationsTenantAnswer)
}
