"""How a tenant is set up: who it is on paper, its incident types, its days off. Identity owns it, others keep a copy.

What has a `valid_from` holds from the start of that day in Belgium until the next one of its kind begins.
"""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

URGENCIES = ("now", "today", "planned")
STATISTIC_GROUPS = (
    "death", "sexual", "family_violence", "violence", "property", "accident", "disappearance", "disaster", "other",
)  # fmt: skip
STATISTIC_PERIODS = ("month", "quarter", "year")
MANDATORY_FIELDS = (
    "requested_by", "contact_on_site", "contact_phone", "present", "already_informed", "safety", "languages",
    "pv_number", "risk_assessment",
)  # fmt: skip
"""What a type can demand: fields of the call-out's briefing, and the risk assessment in the dossier."""
RECONTACT_IS_DUTY = ("ifv_physical", "ifv_psychological")
"""COL 20/2020: every victim of violence in the family is contacted again; no setting takes that away."""
AREAS = ("organisation", "incident_types", "days_off", "sign_in", "roles")

Line = Annotated[str, Meta(max_length=120)]
Label = Annotated[str, Meta(max_length=80)]


class Organisation(Struct, frozen=True, kw_only=True):
    """What stands on letters, who the reference officer for violence in the family is, how statistics are cut."""

    valid_from: date
    valid_to: date | None = None
    service_name: str = ""
    street: str = ""
    postal_code: str = ""
    municipality: str = ""
    phone: str = ""
    email: str = ""
    website: str = ""
    officer_name: str = ""
    officer_phone: str = ""
    officer_email: str = ""
    statistics_period: str = "quarter"


class IncidentType(Struct, frozen=True, kw_only=True):
    """One version of a type. A type of the list has no labels of its own unless the tenant gave it some (`own` false).

    `mandatory` holds names of MANDATORY_FIELDS, `leaflets` codes of leaflets; `hidden` is not offered any more.
    """

    code: str
    group: str
    urgency: str = "now"
    recontact: bool = True
    minors: bool = False
    mandatory: list[str] = []
    leaflets: list[str] = []
    hidden: bool = False
    labels: dict[str, str] = {}
    own: bool = False
    valid_from: date | None = None
    valid_to: date | None = None

    def valid_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day < self.valid_to
        )


class DayOff(Struct, frozen=True, kw_only=True):
    """A local day on which the tenant does not work, beside the public holidays."""

    day: date
    why: str


class TenantConfiguration(Struct, frozen=True, kw_only=True):
    """GET /tenant-configuration (everybody, and services for their copy): all versions, past and planned ones too."""

    legal_language: str
    languages: list[str]
    name: str = ""
    organisation: list[Organisation] = []
    incident_types: list[IncidentType] = []
    days_off: list[DayOff] = []

    def organisation_on(self, day: date) -> Organisation:
        """What holds on a day; empty lines where nothing was entered yet."""
        return next(
            (each for each in reversed(self.organisation) if each.valid_from <= day),
            Organisation(valid_from=date.min),
        )

    def types_on(self, day: date) -> dict[str, IncidentType]:
        """Every type as it is on a day, hidden ones too, by its code."""
        return {each.code: each for each in self.incident_types if each.valid_on(day)}


class SaveOrganisation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /organisation (`tenant:manage`). Holds from `valid_from` (today unless given; never in the past)."""

    valid_from: date | None = None
    service_name: Line = ""
    street: Line = ""
    postal_code: Annotated[str, Meta(max_length=10)] = ""
    municipality: Line = ""
    phone: Annotated[str, Meta(max_length=30)] = ""
    email: Annotated[str, Meta(max_length=254)] = ""
    website: Line = ""
    officer_name: Line = ""
    officer_phone: Annotated[str, Meta(max_length=30)] = ""
    officer_email: Annotated[str, Meta(max_length=254)] = ""
    statistics_period: str = "quarter"


class SaveIncidentType(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /incident-types/{code} (`tenant:manage`): a new own type, or a version of one. Own types need all labels.

    Fields: `type_always_offered` for hiding `other`, `recontact_is_duty` where a circular demands it.
    """

    group: str
    urgency: str = "now"
    recontact: bool = True
    minors: bool = False
    mandatory: list[str] = []
    leaflets: list[str] = []
    hidden: bool = False
    labels: dict[str, Label] = {}
    valid_from: date | None = None


class Withdraw(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /organisation/withdraw, /incident-types/{code}/withdraw: take back what was planned from a day to come."""

    valid_from: date


class SaveDayOff(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /days-off (`tenant:manage`), today or later. POST /days-off/remove takes it away."""

    day: date
    why: Annotated[str, Meta(min_length=1, max_length=80)]


class RemoveDayOff(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    day: date


class FieldChange(Struct, frozen=True):
    """One field, from what to what, as text."""

    field: str
    before: str
    after: str


class SettingChange(Struct, frozen=True, kw_only=True):
    """GET /setting-changes?area=&key= (`tenant:manage` or `audit:read`): newest first. `act`: saved, withdrawn."""

    change_id: UUID
    area: str
    key: str
    at: datetime
    by: UUID
    act: str
    valid_from: date | None
    changes: list[FieldChange]


def _seed(code: str, group: str, *, urgency: str = "now", minors: bool = False, mandatory: list[str] | None = None
) -> IncidentType:  # fmt: skip
    return IncidentType(code=code, group=group, urgency=urgency, minors=minors, mandatory=mandatory or [])


SEED_INCIDENT_TYPES = (
    _seed("sexual_offence", "sexual"),
    _seed("death_natural", "death"),
    _seed("death_suspicious", "death"),
    _seed("death_work_accident", "death"),
    _seed("death_suicide", "death"),
    _seed("death_traffic", "death"),
    _seed("death_other", "death"),
    _seed("suicide_attempt", "other"),
    _seed("robbery_violence", "violence"),
    _seed("ifv_physical", "family_violence", mandatory=["risk_assessment"]),
    _seed("ifv_psychological", "family_violence", mandatory=["risk_assessment"]),
    _seed("stalking", "violence", urgency="today"),
    _seed("burglary", "property", urgency="today"),
    _seed("fire", "accident"),
    _seed("traffic_accident", "accident"),
    _seed("assault", "violence"),
    _seed("disappearance", "disappearance"),
    _seed("hostage", "violence"),
    _seed("work_accident", "accident"),
    _seed("disaster", "disaster"),
    _seed("other", "other"),
)
"""The list that every tenant begins with (`domain.md` 1.3) and its settings: defaults, not law."""
