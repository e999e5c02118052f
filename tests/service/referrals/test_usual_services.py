"""Which services a team usually refers to: its own partners, and those that it used most; names of services only."""

from shared.auth import Permission, Principal
from shared.contracts.referring import UsualService
from tests.service.referrals.conftest import problem
from tests.service.referrals.loop import Loop
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest


async def usual(referrals: ServiceUnderTest, by: Principal) -> list[UsualService]:
    return referrals.read(await referrals.get("/usual-services", by=by), list[UsualService])


async def test_own_partners_stand_there_before_anybody_referred_to_them(
    referrals: ServiceUnderTest, loop: Loop
) -> None:
    found = await usual(referrals, loop.lena)

    assert {loop.on_platform, loop.by_link, loop.on_paper} <= {each.service_id for each in found}
    assert {each.times for each in found} == {0}


async def test_what_is_used_most_stands_first(referrals: ServiceUnderTest, loop: Loop) -> None:
    for _ in range(2):
        await loop.propose(loop.by_link)

    first = (await usual(referrals, loop.lena))[0]

    assert (first.service_id, first.times) == (loop.by_link, 2)


async def test_another_tenant_sees_none_of_it(referrals: ServiceUnderTest, loop: Loop) -> None:
    await loop.propose(loop.by_link)

    assert await usual(referrals, principal(loop.karim.tenant, Permission.REFERRAL_WRITE)) == []


async def test_it_needs_the_right_to_refer(referrals: ServiceUnderTest, loop: Loop) -> None:
    nobody = principal(loop.lena.tenant, Permission.REFERRAL_READ)

    assert problem(await referrals.get("/usual-services", by=nobody)) == (403, "forbidden")
