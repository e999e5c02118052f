"""The roles that each kind of tenant begins with (`domain.md` 10.4), and how a tenant's own changes lie over them.

A default role is the code's until the tenant changes it: so a release can add to it what the tenant never touched.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.identity.staff.models import OwnRole
from shared.auth import Compartment, Permission

NOT_FOR_PEOPLE = frozenset(
    {
        Permission.CONTACT_READ,
        Permission.VICTIM_TAKE_OVER,
        Permission.CALENDAR_READ,
        Permission.SETTINGS_READ,
        Permission.PARTNER_DOOR,
        Permission.PARTNER_MAIL,
        Permission.REFERRAL_HAND_OVER,
    }
)
"""Rights of services: with them somebody could take over an account, read every victim of an incident at once, read a
calendar without its secret, or speak for another tenant in a referral."""

GRANTABLE = frozenset(permission.value for permission in Permission if permission not in NOT_FOR_PEOPLE)
COMPARTMENTS = frozenset(compartment.value for compartment in Compartment)


@dataclass(frozen=True)
class RoleFacts:
    """What a role gives."""

    key: str
    name: str
    permissions: frozenset[str]
    compartments: frozenset[str]
    default: bool


def _role(key: str, permissions: Iterable[Permission], *compartments: Compartment) -> RoleFacts:
    given = {Permission.SELF, Permission.STAFF_READ, Permission.SOCIAL_MAP_READ, *permissions}
    return RoleFacts(
        key=key,
        name="",
        permissions=frozenset(permission.value for permission in given),
        compartments=frozenset(compartment.value for compartment in compartments),
        default=True,
    )


_CARE_WORKER = {
    Permission.ON_CALL_READ, Permission.ROSTER_READ, Permission.CALL_OUT_ANSWER, Permission.INCIDENT_REGISTER,
    Permission.DOSSIER_READ, Permission.DOSSIER_OPEN, Permission.DOSSIER_WRITE, Permission.BREAK_GLASS_OPEN,
    Permission.REFERRAL_READ, Permission.REFERRAL_WRITE, Permission.WORRY_HANDLE, Permission.SIGNALLER_READ,
}  # fmt: skip
_SUPERVISION = {
    Permission.DOSSIER_ASSIGN,
    Permission.DOSSIER_SUPERVISE,
    Permission.AUDIT_READ,
    Permission.BREAK_GLASS_REVIEW,
    Permission.SOCIAL_MAP_EDIT,
    Permission.REFERRAL_GROUND,
    Permission.REFERRAL_RECEIVE,
}
_CALL_OUT_LEADER = {
    Permission.CALL_OUT_REQUEST,
    Permission.CALL_OUT_READ,
    Permission.CALL_OUT_MANAGE,
    Permission.CALL_OUT_VALIDATE,
    Permission.ROSTER_MANAGE,
    Permission.INCIDENT_MANAGE,
    Permission.INCIDENT_REUNITE,
    Permission.STATISTICS_READ,
}
_CASE_WORKER = {
    Permission.DOSSIER_READ,
    Permission.DOSSIER_OPEN,
    Permission.DOSSIER_WRITE,
    Permission.BREAK_GLASS_OPEN,
    Permission.ON_CALL_READ,
    Permission.ROSTER_READ,
    Permission.REFERRAL_READ,
    Permission.REFERRAL_WRITE,
    Permission.SIGNALLER_READ,
}

_DPO = _role("dpo", {Permission.AUDIT_READ, Permission.BREAK_GLASS_REVIEW, Permission.STATISTICS_READ})
_ADMINISTRATOR = _role(
    "administrator", {Permission.STAFF_MANAGE, Permission.ROLE_MANAGE, Permission.TENANT_MANAGE}
)

_DEFAULTS: dict[str, tuple[RoleFacts, ...]] = {
    "police_zone": (
        _role("spot_worker", _CARE_WORKER, Compartment.POL_CARE),
        _role(
            "spot_coordinator",
            _CARE_WORKER | _SUPERVISION | _CALL_OUT_LEADER | {Permission.MESSAGE_SEND},
            Compartment.POL_CARE,
            Compartment.POL_INVEST,
        ),
        _role("dispatcher", {Permission.ON_CALL_READ, Permission.CALL_OUT_REQUEST, Permission.CALL_OUT_READ}),
        _role(
            "officer_on_duty",
            {
                Permission.ON_CALL_READ,
                Permission.ROSTER_READ,
                Permission.CALL_OUT_REQUEST,
                Permission.CALL_OUT_READ,
                Permission.INCIDENT_MANAGE,
            },
        ),
        _role(
            "neighbourhood_inspector",
            {Permission.ON_CALL_READ, Permission.WORRY_REPORT, Permission.HOURS_PLAN},
            Compartment.POL_WIJK,
        ),
        _role("chief", {Permission.ON_CALL_READ, Permission.ROSTER_READ, Permission.STATISTICS_READ}),
        _DPO,
        _ADMINISTRATOR,
    ),
    "municipality": (
        _role("social_worker", _CASE_WORKER, Compartment.SOC_AID),
        _role(
            "team_coordinator",
            _CASE_WORKER | _SUPERVISION | {Permission.ROSTER_MANAGE, Permission.MESSAGE_SEND},
            Compartment.SOC_AID,
            Compartment.SOC_BUDGET,
            Compartment.SOC_LOI,
        ),
        _role(
            "head_social_worker",
            _CASE_WORKER | _SUPERVISION | {Permission.ROSTER_MANAGE, Permission.MESSAGE_SEND},
            Compartment.SOC_AID,
            Compartment.SOC_BUDGET,
            Compartment.SOC_LOI,
        ),
        _role("receptionist", {Permission.ON_CALL_READ}),
        _DPO,
        _ADMINISTRATOR,
    ),
    "editorial_office": (
        _role("map_editor", {Permission.SOCIAL_MAP_EDIT}),
        _DPO,
        _ADMINISTRATOR,
    ),
}


def default_roles(kind: str) -> dict[str, RoleFacts]:
    return {role.key: role for role in _DEFAULTS[kind]}


def roles_of(kind: str, own: Iterable[OwnRole]) -> dict[str, RoleFacts]:
    """The tenant's roles: the defaults in their order, changed where it changed them, then its own."""
    defaults = default_roles(kind)
    changed = {
        role.key: RoleFacts(
            role.key,
            role.name,
            frozenset(role.permissions),
            frozenset(role.compartments),
            role.key in defaults,
        )
        for role in own
    }
    return {**defaults, **changed}


def merged(roles: Mapping[str, RoleFacts], keys: Iterable[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Permissions and compartments of several roles together; a role that no longer exists gives nothing."""
    held = [roles[key] for key in keys if key in roles]
    permissions = frozenset({Permission.SELF.value}).union(*(role.permissions for role in held))
    return permissions & GRANTABLE, frozenset().union(*(role.compartments for role in held))
