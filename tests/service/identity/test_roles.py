"""A tenant's own roles."""

import pytest

from shared.auth import Permission, Principal
from shared.contracts.identity import ExchangeSession, IssuedToken, Role, SaveRole
from tests.service.identity.conftest import Hire
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest


@pytest.fixture
def administrator(tenant: str) -> Principal:
    return principal(tenant, Permission.ROLE_MANAGE, Permission.STAFF_READ)


async def test_a_change_of_a_role_counts_from_the_next_token(
    identity: ServiceUnderTest, hire: Hire, administrator: Principal
) -> None:
    nothing_yet = SaveRole(name="Nachtploeg", permissions=[], compartments=[])
    await identity.post("/roles/night_watch", nothing_yet, administrator)
    person = await hire("jo@zone.test", "dispatcher", "night_watch")
    exchange = ExchangeSession(session_token=(await person.sign_in()).session_token)
    before = identity.read(await identity.post("/tokens", exchange), IssuedToken)
    assert Permission.ROSTER_READ not in before.me.permissions

    role = SaveRole(name="Nachtploeg", permissions=["roster:read"], compartments=["pol_wijk"])
    answer = await identity.post("/roles/night_watch", role, administrator)

    assert answer.is_success, answer.text
    after = identity.read(await identity.post("/tokens", exchange), IssuedToken)
    assert set(after.me.permissions) == {*before.me.permissions, "roster:read"}


async def test_a_default_role_can_be_changed_and_stays_in_its_place(
    identity: ServiceUnderTest, administrator: Principal
) -> None:
    defaults = identity.read(await identity.get("/roles", administrator), list[Role])
    dispatcher = next(role for role in defaults if role.key == "dispatcher")
    more = SaveRole(permissions=[*dispatcher.permissions, "roster:read"], compartments=[])

    identity.read(await identity.post("/roles/dispatcher", more, administrator), Role)

    listed = identity.read(await identity.get("/roles", administrator), list[Role])
    assert [role.key for role in listed] == [role.key for role in defaults]
    changed = next(role for role in listed if role.key == "dispatcher")
    assert changed.default
    assert "roster:read" in changed.permissions


async def test_a_role_of_one_tenant_is_none_in_another(
    identity: ServiceUnderTest, administrator: Principal, other_tenant: str
) -> None:
    await identity.post(
        "/roles/night_watch", SaveRole(name="Nacht", permissions=[], compartments=[]), administrator
    )

    theirs = await identity.get("/roles", principal(other_tenant, Permission.STAFF_READ))

    assert "night_watch" not in [role["key"] for role in theirs.json()]


@pytest.mark.parametrize(
    ("key", "role", "errors"),
    [
        ("night_watch", SaveRole(permissions=[], compartments=[]), {"name": "required"}),
        (
            "night_watch",
            SaveRole(name="N", permissions=["everything"], compartments=["attic"]),
            {"permissions": "permission_unknown", "compartments": "compartment_unknown"},
        ),
        (
            "night_watch",
            SaveRole(name="N", permissions=["contact:read"], compartments=[]),
            {"permissions": "permission_unknown"},
        ),
        ("Night-Watch", SaveRole(name="N", permissions=[], compartments=[]), {"key": "role_key_wrong"}),
    ],
)
async def test_what_is_wrong_with_a_role_is_said(
    identity: ServiceUnderTest, administrator: Principal, key: str, role: SaveRole, errors: dict[str, str]
) -> None:
    answer = await identity.post(f"/roles/{key}", role, administrator)

    assert answer.status_code == 422
    assert {each["field"]: each["code"] for each in answer.json()["errors"]} == errors


async def test_changing_a_role_needs_a_recent_second_factor(identity: ServiceUnderTest, tenant: str) -> None:
    long_ago = principal(tenant, Permission.ROLE_MANAGE, strong=False)

    answer = await identity.post(
        "/roles/night_watch", SaveRole(name="N", permissions=[], compartments=[]), long_ago
    )

    assert answer.json()["code"] == "step_up_needed"
