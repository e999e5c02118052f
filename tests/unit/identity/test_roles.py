"""What the default roles give, and what they may never give."""

import pytest

from services.identity.staff.models import OwnRole
from services.identity.staff.roles import GRANTABLE, default_roles, merged, roles_of
from shared.auth import Compartment, Permission

CONTENT = {
    Permission.DOSSIER_READ,
    Permission.DOSSIER_OPEN,
    Permission.DOSSIER_WRITE,
    Permission.DOSSIER_SUPERVISE,
    Permission.BREAK_GLASS_OPEN,
}


@pytest.mark.parametrize("kind", ["police_zone", "municipality"])
@pytest.mark.parametrize("key", ["administrator", "dpo"])
def test_administrator_and_data_protection_officer_see_no_content(kind: str, key: str) -> None:
    role = default_roles(kind)[key]

    assert not role.permissions & CONTENT
    assert not role.compartments


def test_the_chief_and_the_dispatcher_see_no_content_either() -> None:
    roles = default_roles("police_zone")

    for key in ("chief", "dispatcher", "officer_on_duty", "neighbourhood_inspector"):
        assert not roles[key].permissions & CONTENT


@pytest.mark.parametrize("kind", ["police_zone", "municipality"])
def test_no_role_has_a_right_of_services_or_enters_staff_care(kind: str) -> None:
    for role in default_roles(kind).values():
        assert role.permissions <= GRANTABLE
        assert Permission.CONTACT_READ not in role.permissions
        assert Compartment.STAFF_CARE not in role.compartments


@pytest.mark.parametrize("kind", ["police_zone", "municipality"])
def test_only_the_administrator_changes_roles(kind: str) -> None:
    powerful = [
        key for key, role in default_roles(kind).items() if Permission.ROLE_MANAGE in role.permissions
    ]

    assert powerful == ["administrator"]


def test_several_roles_give_what_each_gives() -> None:
    roles = default_roles("police_zone")

    permissions, compartments = merged(roles, ["dispatcher", "spot_worker", "gone_since"])

    assert permissions == roles["dispatcher"].permissions | roles["spot_worker"].permissions
    assert compartments == {"pol_care"}


def test_a_tenants_own_change_lies_over_the_default() -> None:
    own = OwnRole(key="dispatcher", name="", permissions=["on_call:read"], compartments=[])

    changed = roles_of("police_zone", [own])["dispatcher"]

    assert changed.permissions == {"on_call:read"}
    assert changed.default


def test_a_right_of_services_that_slipped_into_a_role_is_not_given() -> None:
    own = OwnRole(key="sly", name="Sly", permissions=["contact:read"], compartments=[])

    permissions, _ = merged(roles_of("police_zone", [own]), ["sly"])

    assert permissions == {"self:manage"}
