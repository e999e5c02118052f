"""Registering, changing and finding people, and their teams."""

from typing import Any

import pytest

from shared.auth import Permission, Principal
from shared.contracts.identity import (
    ChangeStaff,
    PasswordResetRequested,
    RegisterStaff,
    SaveTeam,
    StaffChanged,
    StaffContact,
    StaffDeactivated,
    StaffEntry,
    StaffRef,
    Team,
)
from shared.db import driver_of, uuid7
from tests.service.identity.conftest import Hire
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest


@pytest.fixture
def administrator(tenant: str) -> Principal:
    return principal(tenant, Permission.STAFF_MANAGE, Permission.STAFF_READ, Permission.ROLE_MANAGE)


async def directory(identity: ServiceUnderTest, by: Principal, **params: Any) -> list[StaffEntry]:
    return identity.read(await identity.get("/staff", by, **params), list[StaffEntry])


async def test_somebody_new_is_in_the_directory_and_invited(
    identity: ServiceUnderTest, administrator: Principal
) -> None:
    team = identity.read(await identity.post("/teams", SaveTeam(name="Centrum"), administrator), Team)
    form = RegisterStaff(
        name=" Lena Peeters ",
        email="Lena@Zone.test",
        phone="0470 12 34 56",
        language="fr",
        function="Inspecteur",
        roles=["spot_worker"],
        teams=[team.team_id],
    )

    registered = identity.read(await identity.post("/staff", form, administrator), StaffRef)

    [entry] = await directory(identity, administrator)
    assert entry == StaffEntry(
        user_id=registered.user_id,
        name="Lena Peeters",
        email="Lena@Zone.test",
        phone="+32470123456",
        second_phone="",
        language="fr",
        roles=["spot_worker"],
        teams=[team.team_id],
        active=True,
        function="Inspecteur",
    )
    announced = await identity.published(administrator.tenant)
    assert [type(event) for event in announced] == [PasswordResetRequested, StaffChanged]


async def test_everything_that_is_wrong_is_said_at_its_field(
    identity: ServiceUnderTest, administrator: Principal
) -> None:
    form = RegisterStaff(name="   ", email="lena", phone="12", language="la", roles=["king"], teams=[uuid7()])

    answer = await identity.post("/staff", form, administrator)

    assert answer.status_code == 422
    assert {each["field"]: each["code"] for each in answer.json()["errors"]} == {
        "name": "required",
        "email": "email_wrong",
        "phone": "phone_wrong",
        "language": "not_a_choice",
        "roles": "role_unknown",
        "teams": "team_unknown",
    }


async def test_an_address_belongs_to_one_person_of_a_tenant(
    identity: ServiceUnderTest, hire: Hire, administrator: Principal, other_tenant: str
) -> None:
    await hire("jo@zone.test")
    await hire("an@zone.test", tenant=other_tenant)

    same = await identity.post("/staff", RegisterStaff(name="Jo", email="JO@zone.test"), administrator)
    elsewhere = await identity.post("/staff", RegisterStaff(name="An", email="an@zone.test"), administrator)

    assert same.json()["errors"] == [{"field": "email", "code": "email_taken"}]
    assert elsewhere.status_code == 201


async def test_a_double_click_registers_once(identity: ServiceUnderTest, administrator: Principal) -> None:
    form = RegisterStaff(name="Jo", email="jo@zone.test")

    answers = [await identity.post("/staff", form, administrator, key="one-click-only") for _ in range(2)]

    assert answers[0].json() == answers[1].json()
    assert len(await directory(identity, administrator)) == 1


async def test_a_change_is_of_the_whole_entry(
    identity: ServiceUnderTest, hire: Hire, administrator: Principal
) -> None:
    person = await hire("jo@zone.test", "dispatcher")
    change = ChangeStaff(name="Jo Anders", email="jo@zone.test", phone="053 21 31 41", language="de")

    answer = await identity.post(f"/staff/{person.user_id}", change, administrator)

    assert answer.is_success, answer.text
    [entry] = await directory(identity, administrator)
    assert (entry.name, entry.phone, entry.language, entry.roles) == ("Jo Anders", "+3253213141", "de", [])


async def test_who_left_is_shown_only_when_asked_for(
    identity: ServiceUnderTest, hire: Hire, administrator: Principal
) -> None:
    person = await hire("jo@zone.test")

    await identity.post(f"/staff/{person.user_id}/deactivate", by=administrator)

    assert await directory(identity, administrator) == []
    [entry] = await directory(identity, administrator, active="false")
    assert not entry.active
    left = [e for e in await identity.published(administrator.tenant) if isinstance(e, StaffDeactivated)]
    assert [event.user_id for event in left] == [person.user_id]


async def test_the_last_administrator_cannot_leave_or_lose_the_role(
    identity: ServiceUnderTest, hire: Hire, administrator: Principal
) -> None:
    person = await hire("jo@zone.test", "administrator")

    leaves = await identity.post(f"/staff/{person.user_id}/deactivate", by=administrator)
    loses = await identity.post(
        f"/staff/{person.user_id}", ChangeStaff(name="Jo", email="jo@zone.test"), administrator
    )
    emptied = await identity.post(
        "/roles/administrator", {"permissions": ["staff:manage"], "compartments": []}, administrator
    )

    for answer in (leaves, loses, emptied):
        assert (answer.status_code, answer.json()["code"]) == (409, "last_administrator")


async def test_with_two_administrators_one_may_leave(
    identity: ServiceUnderTest, hire: Hire, administrator: Principal
) -> None:
    await hire("an@zone.test", "administrator")
    person = await hire("jo@zone.test", "administrator")

    answer = await identity.post(f"/staff/{person.user_id}/deactivate", by=administrator)

    assert answer.is_success


@pytest.mark.parametrize("act", ["deactivate", "reactivate", "reset-second-factor"])
async def test_sensitive_acts_need_a_recent_second_factor(
    identity: ServiceUnderTest, hire: Hire, tenant: str, act: str
) -> None:
    person = await hire("jo@zone.test")
    long_ago = principal(tenant, Permission.STAFF_MANAGE, strong=False)

    answer = await identity.post(f"/staff/{person.user_id}/{act}", by=long_ago)

    assert (answer.status_code, answer.json()["code"]) == (403, "step_up_needed")


async def test_giving_a_role_or_another_address_needs_one_too_and_the_rest_does_not(
    identity: ServiceUnderTest, hire: Hire, tenant: str
) -> None:
    person = await hire("jo@zone.test", "dispatcher")
    long_ago = principal(tenant, Permission.STAFF_MANAGE, strong=False)

    async def change(**fields: Any) -> int:
        form = {"name": "Jo", "email": "jo@zone.test", "roles": ["dispatcher"], **fields}
        return (await identity.post(f"/staff/{person.user_id}", form, long_ago)).status_code

    assert await change(name="Jo Anders", phone="053 21 31 41") == 200
    assert await change(roles=["spot_worker"]) == 403
    assert await change(email="other@zone.test") == 403


async def test_who_may_not_change_roles_does_not_touch_an_administrators_account(
    identity: ServiceUnderTest, hire: Hire, tenant: str
) -> None:
    """Or managing staff would be enough to take over an administrator's account."""
    boss = await hire("boss@zone.test", "administrator")
    other = await hire("other@zone.test", "administrator")
    clerk = await hire("jo@zone.test")
    manager = principal(tenant, Permission.STAFF_MANAGE)

    answers = [
        await identity.post(f"/staff/{boss.user_id}/reset-second-factor", by=manager),
        await identity.post(f"/staff/{boss.user_id}/deactivate", by=manager),
        await identity.post(
            f"/staff/{other.user_id}",
            ChangeStaff(name="Other", email="mine@zone.test", roles=["administrator"]),
            manager,
        ),
        await identity.post(
            f"/staff/{clerk.user_id}",
            ChangeStaff(name="Jo", email="jo@zone.test", roles=["administrator"]),
            manager,
        ),
        await identity.post(
            "/staff", RegisterStaff(name="Me", email="me@zone.test", roles=["administrator"]), manager
        ),
    ]

    assert [answer.status_code for answer in answers] == [403] * 5


async def test_who_may_not_change_roles_gives_himself_none(
    identity: ServiceUnderTest, hire: Hire, tenant: str
) -> None:
    """Or managing staff would be enough to read every dossier."""
    clerk = await hire("jo@zone.test", "dispatcher")
    entry = ChangeStaff(name="Jo", email="jo@zone.test", roles=["dispatcher", "spot_coordinator"])
    manager = principal(tenant, Permission.STAFF_MANAGE, user_id=clerk.user_id)
    administrator = principal(tenant, Permission.STAFF_MANAGE, Permission.ROLE_MANAGE, user_id=clerk.user_id)

    refused = await identity.post(f"/staff/{clerk.user_id}", entry, manager)
    taken = await identity.post(f"/staff/{clerk.user_id}", entry, administrator)

    assert (refused.status_code, taken.status_code) == (403, 200)


async def test_a_lost_phone_means_enrolling_again(
    identity: ServiceUnderTest, hire: Hire, administrator: Principal
) -> None:
    person = await hire("jo@zone.test")
    signed_in = await person.sign_in()

    await identity.post(f"/staff/{person.user_id}/reset-second-factor", by=administrator)

    assert (await person.first_step()).step == "enrolment"
    ended = await identity.post("/tokens", {"session_token": signed_in.session_token})
    assert ended.status_code == 401


async def test_services_learn_how_people_are_reached_and_people_do_not(
    identity: ServiceUnderTest, hire: Hire, tenant: str, administrator: Principal
) -> None:
    person = await hire("jo@zone.test", "dispatcher")
    notifications = principal(tenant, Permission.CONTACT_READ)

    one = identity.read(await identity.get(f"/staff/{person.user_id}/contact", notifications), StaffContact)
    everybody = identity.read(await identity.get("/contacts", notifications), list[StaffContact])
    refused = await identity.get("/contacts", administrator)

    assert everybody == [one]
    assert (one.email, one.roles, one.active) == ("jo@zone.test", ["dispatcher"], True)
    assert refused.status_code == 403


async def test_services_learn_the_second_number_too(
    identity: ServiceUnderTest, hire: Hire, tenant: str, administrator: Principal
) -> None:
    person = await hire("jo@zone.test")
    change = ChangeStaff(name="Jo", email="jo@zone.test", phone="0470 12 34 56", second_phone="053 12 34 56")
    await identity.post(f"/staff/{person.user_id}", change, administrator)

    notifications = principal(tenant, Permission.CONTACT_READ)
    one = identity.read(await identity.get(f"/staff/{person.user_id}/contact", notifications), StaffContact)

    assert (one.phone, one.second_phone) == ("+32470123456", "+3253123456")


async def test_a_team_has_a_name_of_its_own(identity: ServiceUnderTest, administrator: Principal) -> None:
    first = identity.read(await identity.post("/teams", SaveTeam(name="Centrum"), administrator), Team)
    same = await identity.post("/teams", SaveTeam(name=" CENTRUM "), administrator)
    renamed = await identity.post(f"/teams/{first.team_id}", SaveTeam(name="Noord"), administrator)
    listed = identity.read(await identity.get("/teams", administrator), list[Team])

    assert same.json()["errors"] == [{"field": "name", "code": "name_taken"}]
    assert renamed.is_success
    assert [team.name for team in listed] == ["Noord"]


async def test_what_was_done_to_an_account_is_kept(
    identity: ServiceUnderTest, hire: Hire, tenant: str, administrator: Principal
) -> None:
    person = await hire("jo@zone.test")
    await identity.post(f"/staff/{person.user_id}/deactivate", by=administrator)
    await identity.post(f"/staff/{person.user_id}/deactivate", by=principal(tenant))

    async with identity.transaction(tenant) as session:
        rows = await driver_of(session).fetch(
            "SELECT user_id, outcome FROM audit WHERE action = 'deactivate_staff' ORDER BY id"
        )

    assert [row["outcome"] for row in rows] == ["done", "refused"]
    assert rows[0]["user_id"] == administrator.user_id
