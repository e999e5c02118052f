"""Nobody takes a colleague's account over alone: the old address is told, and it takes two to change both halves."""

import pytest

from shared.auth import Permission, Principal
from shared.contracts.identity import AddressChanged, AddressNotice, ChangeStaff, RegisterStaff, StaffRef
from tests.service.identity.conftest import Hire, Person
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest


def clerk(tenant: str) -> Principal:
    """Keeps the staff list, and nothing else."""
    return principal(tenant, Permission.STAFF_MANAGE, Permission.STAFF_READ)


@pytest.fixture
async def coordinator(hire: Hire) -> Person:
    return await hire("carine@zone.test", "spot_coordinator")


async def give_address(
    identity: ServiceUnderTest, by: Principal, person: Person, email: str, *, role: str = "spot_coordinator"
) -> int:
    command = ChangeStaff(name="Carine", email=email, roles=[role])
    return (await identity.post(f"/staff/{person.user_id}", command, by)).status_code


async def reset(identity: ServiceUnderTest, by: Principal, person: Person) -> tuple[int, str]:
    answer = await identity.post(f"/staff/{person.user_id}/reset-second-factor", by=by)
    return answer.status_code, answer.json().get("code", "")


async def test_the_old_address_can_be_told(
    identity: ServiceUnderTest, tenant: str, coordinator: Person
) -> None:
    await give_address(identity, clerk(tenant), coordinator, "new@evil.test")

    [changed] = [each for each in await identity.published(tenant) if isinstance(each, AddressChanged)]
    service = principal(tenant, Permission.CONTACT_READ)
    path = f"/address-notices/{changed.notice_id}"
    notice = identity.read(await identity.get(path, service), AddressNotice)
    by_person = await identity.get(path, clerk(tenant))

    assert notice.email == "carine@zone.test"
    assert by_person.status_code == 403


async def test_an_address_in_other_letters_is_the_same_and_tells_nobody(
    identity: ServiceUnderTest, tenant: str, coordinator: Person
) -> None:
    await give_address(identity, clerk(tenant), coordinator, "Carine@Zone.test")

    assert not [each for each in await identity.published(tenant) if isinstance(each, AddressChanged)]


async def test_who_changed_the_address_cannot_reset_the_second_factor_too(
    identity: ServiceUnderTest, tenant: str, coordinator: Person
) -> None:
    one, other = clerk(tenant), clerk(tenant)
    await give_address(identity, one, coordinator, "new@evil.test")

    by_the_same = await reset(identity, one, coordinator)
    by_a_colleague = await reset(identity, other, coordinator)

    assert by_the_same == (403, "colleague_needed")
    assert by_a_colleague == (200, "")


async def test_who_reset_the_second_factor_cannot_change_the_address_before_it_is_enrolled_anew(
    identity: ServiceUnderTest, tenant: str, coordinator: Person
) -> None:
    one, other = clerk(tenant), clerk(tenant)
    await reset(identity, one, coordinator)

    by_the_same = await give_address(identity, one, coordinator, "new@evil.test")
    by_a_colleague = await give_address(identity, other, coordinator, "newer@zone.test")

    assert (by_the_same, by_a_colleague) == (403, 200)


async def test_the_rule_holds_for_whoever_may_do_less_and_not_for_accounts_of_ones_own_rank(
    identity: ServiceUnderTest, tenant: str, hire: Hire
) -> None:
    everything = principal(
        tenant, *Permission, compartments=["pol_care", "pol_invest", "pol_wijk", "staff_care", "case_conf"]
    )
    person = await hire("carine@zone.test", "spot_coordinator")
    await give_address(identity, everything, person, "new@zone.test")

    assert await reset(identity, everything, person) == (200, "")


async def test_a_new_account_that_its_owner_claimed_is_helped_by_who_registered_it(
    identity: ServiceUnderTest, tenant: str, coordinator: Person
) -> None:
    """Once the owner has proved the address, whoever gave it may help with a lost phone."""
    one = clerk(tenant)
    registered = identity.read(
        await identity.post(
            "/staff", RegisterStaff(name="Tom", email="tom@zone.test", roles=["spot_worker"]), one
        ),
        StaffRef,
    )
    path = f"/staff/{registered.user_id}/reset-second-factor"
    before = await identity.post(path, by=one)
    async with identity.transaction(tenant) as session:
        from services.identity.staff.models import Staff

        staff = await session.get_one(Staff, registered.user_id)
        staff.prove("email", now=staff.registered_at)
    after = await identity.post(path, by=one)

    assert (before.status_code, after.status_code) == (403, 200)
