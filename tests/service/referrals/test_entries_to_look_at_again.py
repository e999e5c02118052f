"""What nobody looked at in time is told to who keeps it, once for each due date."""

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from services.referrals.social_map.freshness import GRACE, freshness
from services.referrals.social_map.models import EDITORIAL_TENANT, EDITORS, Layer
from services.referrals.social_map.nudges import next_morning
from services.referrals.social_map.writing import assure, withdraw, write
from shared.contracts.referrals import EntriesDue
from shared.db import driver_of, uuid7
from tests.service.referrals.conftest import NOW, organization, service
from tests.support.service import ServiceUnderTest

YEAR = timedelta(days=366)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


async def kept(referrals: ServiceUnderTest, tenant: str, *names: str, at: datetime = NOW) -> list[UUID]:
    await referrals.provision(tenant)
    layer = Layer.SHARED if tenant == EDITORIAL_TENANT else Layer.OWN
    async with referrals.transaction(tenant) as session:
        drafts = [service(name) for name in names]
        return (await write(session, layer, drafts, source=EDITORS, by=uuid7(), now=at)).created


async def told(referrals: ServiceUnderTest, tenant: str) -> list[list[UUID]]:
    return [event.entries for event in await referrals.published(tenant) if isinstance(event, EntriesDue)]


async def test_a_due_date_is_told_once_and_again_after_the_next(
    referrals: ServiceUnderTest, tenant: str
) -> None:
    first, second = await kept(referrals, tenant, "Een", "Twee")
    await referrals.run_timers(NOW + timedelta(days=300))
    assert await told(referrals, tenant) == []
    await referrals.run_timers(NOW + YEAR)
    assert [set(each) for each in await told(referrals, tenant)] == [{first, second}]
    await referrals.run_timers(NOW + YEAR + timedelta(days=5))
    assert len(await told(referrals, tenant)) == 1
    async with referrals.transaction(tenant) as session:
        at = NOW + YEAR + timedelta(days=6)
        await assure(session, Layer.OWN, first, assurer="", check_months=1, by=uuid7(), now=at, version=1)
    await referrals.run_timers(NOW + YEAR + timedelta(days=60))
    assert [set(each) for each in await told(referrals, tenant)] == [{first, second}, {first}]


async def test_what_is_withdrawn_is_not_told(referrals: ServiceUnderTest, tenant: str) -> None:
    (key,) = await kept(referrals, tenant, "Een")
    async with referrals.transaction(tenant) as session:
        await withdraw(session, Layer.OWN, [key], source=EDITORS, by=None, now=NOW)
    await referrals.run_timers(NOW + YEAR)
    assert await told(referrals, tenant) == []


async def test_each_hears_of_its_own_layer_only(
    referrals: ServiceUnderTest, tenant: str, other_tenant: str
) -> None:
    await referrals.provision(EDITORIAL_TENANT)
    async with referrals.transaction(EDITORIAL_TENANT) as session:
        # other tests keep entries there too, and may have looked at a later day
        await driver_of(session).execute(
            "DELETE FROM platform.timers WHERE tenant = $1 AND kind = 'check_map'", EDITORIAL_TENANT
        )
    (shared,) = await kept(referrals, EDITORIAL_TENANT, "Gedeeld", at=NOW - 20 * YEAR)
    (own,) = await kept(referrals, tenant, "Eigen")
    before = len(await told(referrals, EDITORIAL_TENANT))
    await referrals.run_timers(NOW + YEAR)
    assert await told(referrals, tenant) == [[own]]
    assert await told(referrals, other_tenant) == []
    (of_shared,) = (await told(referrals, EDITORIAL_TENANT))[before:]
    assert shared in of_shared
    assert own not in of_shared


async def test_there_is_one_look_a_day_however_much_is_written(
    referrals: ServiceUnderTest, tenant: str
) -> None:
    for name in ("Een", "Twee", "Drie"):
        await kept(referrals, tenant, name)
    async with referrals.transaction(tenant) as session:
        await write(session, Layer.OWN, [organization()], source="import:x", by=None, now=NOW)
        looks = await driver_of(session).fetchval(
            "SELECT count(*) FROM platform.timers WHERE tenant = $1 AND kind = 'check_map'", tenant
        )
    assert looks == 1


@given(MOMENTS, st.integers(1, 60), MOMENTS)
def test_an_entry_only_ages(assured_at: datetime, months: int, now: datetime) -> None:
    order = ["fresh", "to_check", "stale"]
    states = [
        freshness(assured_at, months, "", now=now + timedelta(days=days)).state for days in (0, 40, 400, 4000)
    ]
    assert [order.index(state) for state in states] == sorted(order.index(state) for state in states)
    due = freshness(assured_at, months, "", now=now).due_on
    assert due is not None
    assert freshness(None, months, "", now=now).state == "to_check"
    assert GRACE.months == 3


@given(MOMENTS)
def test_the_look_is_at_seven_tomorrow_whatever_the_clock_does(now: datetime) -> None:
    morning = next_morning(now)
    local = morning.astimezone(ZoneInfo("Europe/Brussels"))
    assert (local.hour, local.minute) == (7, 0)
    assert (local.date() - now.astimezone(ZoneInfo("Europe/Brussels")).date()).days == 1
