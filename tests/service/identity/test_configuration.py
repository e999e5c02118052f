"""How a tenant is set up: its organisation on paper, incident types, days off; dated, logged and announced."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.identity.configuration.commands import save_organisation
from shared.auth import Permission, Principal
from shared.contracts.configuration import (
    RemoveDayOff,
    SaveDayOff,
    SaveIncidentType,
    SaveOrganisation,
    SettingChange,
    TenantConfiguration,
    Withdraw,
)
from shared.contracts.identity import ChangeTenantSettings, SaveRole
from shared.contracts.tenancy import TenantSettingsChanged
from shared.db import driver_of
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest

WORDS = {"nl": "Carnaval", "fr": "Carnaval", "de": "Karneval", "en": "Carnival"}
CARNIVAL = SaveIncidentType(group="violence", urgency="today", labels=WORDS, mandatory=["safety"])


@pytest.fixture
def administrator(tenant: str) -> Principal:
    return principal(tenant, Permission.TENANT_MANAGE, Permission.ROLE_MANAGE)


@pytest.fixture
def worker(tenant: str) -> Principal:
    return principal(tenant)


@pytest.fixture
def today() -> date:
    return datetime.now(UTC).astimezone(ZoneInfo("Europe/Brussels")).date()


async def configuration(identity: ServiceUnderTest, who: Principal) -> TenantConfiguration:
    return identity.read(await identity.get("/tenant-configuration", who), TenantConfiguration)


async def changes(identity: ServiceUnderTest, who: Principal, **asked: str) -> list[SettingChange]:
    return identity.read(await identity.get("/setting-changes", who, **asked), list[SettingChange])


async def test_a_new_address_holds_from_today_and_the_planned_one_from_its_day(
    identity: ServiceUnderTest, administrator: Principal, worker: Principal, today: date
) -> None:
    later = today + timedelta(days=40)
    await identity.post(
        "/organisation", SaveOrganisation(street="Nieuwstraat 5", valid_from=later), administrator
    )
    answer = await identity.post("/organisation", SaveOrganisation(street="Markt 1"), administrator)

    assert answer.is_success, answer.text
    known = await configuration(identity, worker)
    assert known.organisation_on(today).street == "Markt 1"
    assert known.organisation_on(later - timedelta(days=1)).street == "Markt 1"
    assert known.organisation_on(later).street == "Nieuwstraat 5"


async def test_what_was_planned_can_be_taken_back_and_what_holds_can_not(
    identity: ServiceUnderTest, administrator: Principal, today: date
) -> None:
    later = today + timedelta(days=40)
    for command in (SaveOrganisation(street="Markt 1"), SaveOrganisation(street="Kaai 2", valid_from=later)):
        await identity.post("/organisation", command, administrator)

    gone = await identity.post("/organisation/withdraw", Withdraw(valid_from=later), administrator)
    kept = await identity.post("/organisation/withdraw", Withdraw(valid_from=today), administrator)
    again = await identity.post("/organisation/withdraw", Withdraw(valid_from=later), administrator)

    assert gone.is_success
    assert (kept.status_code, kept.json()["code"]) == (409, "already_holds")
    assert again.status_code == 404
    assert (await configuration(identity, administrator)).organisation_on(later).street == "Markt 1"


async def test_an_own_type_is_added_and_a_type_of_the_list_set_up_otherwise_or_hidden_but_never_gone(
    identity: ServiceUnderTest, administrator: Principal, worker: Principal, today: date
) -> None:
    await identity.post("/incident-types/carnival", CARNIVAL, administrator)
    await identity.post(
        "/incident-types/fire", SaveIncidentType(group="accident", hidden=True), administrator
    )

    types = (await configuration(identity, worker)).types_on(today)

    assert (types["carnival"].own, types["carnival"].labels["de"]) == (True, "Karneval")
    assert types["carnival"].mandatory == ["safety"]
    assert types["fire"].hidden
    assert not types["fire"].own
    assert "burglary" in types


async def test_who_changed_what_when_and_from_what_to_what_is_read_by_who_may(
    identity: ServiceUnderTest, administrator: Principal, tenant: str, today: date
) -> None:
    await identity.post(
        "/incident-types/fire", SaveIncidentType(group="accident", urgency="today"), administrator
    )
    await identity.post("/organisation", SaveOrganisation(street="Markt 1"), administrator)
    officer = principal(tenant, Permission.AUDIT_READ)

    [change] = await changes(identity, officer, area="incident_types", key="fire")

    assert (change.by, change.valid_from, change.act) == (administrator.user_id, today, "saved")
    assert [(each.field, each.before, each.after) for each in change.changes] == [("urgency", "now", "today")]
    assert {each.area for each in await changes(identity, officer)} == {"incident_types", "organisation"}


async def test_sign_in_settings_and_roles_are_logged_too(
    identity: ServiceUnderTest, administrator: Principal
) -> None:
    settings = ChangeTenantSettings(languages=["nl", "fr"], idle_minutes=45, session_hours=10)
    await identity.post("/tenant-settings", settings, administrator)
    await identity.post("/roles/night_watch", SaveRole(name="Nacht", permissions=["roster:read"], compartments=[]),
                        administrator)  # fmt: skip

    [role, sign_in] = await changes(identity, administrator)

    assert (sign_in.area, [each.field for each in sign_in.changes]) == (
        "sign_in",
        ["languages", "idle_minutes", "session_hours"],
    )
    assert (role.area, role.key) == ("roles", "night_watch")


async def test_days_off_are_kept_once_and_taken_away_before_they_come(
    identity: ServiceUnderTest, administrator: Principal, today: date
) -> None:
    day = today + timedelta(days=30)
    for why in ("Carnaval", "Carnavalsmaandag"):
        answer = await identity.post("/days-off", SaveDayOff(day=day, why=why), administrator)
        assert answer.is_success, answer.text

    assert [each.why for each in (await configuration(identity, administrator)).days_off] == [
        "Carnavalsmaandag"
    ]
    [change, _] = await changes(identity, administrator, area="days_off")
    assert [(each.before, each.after) for each in change.changes] == [("Carnaval", "Carnavalsmaandag")]
    gone = await identity.post("/days-off/remove", RemoveDayOff(day=day), administrator)
    assert gone.is_success
    assert (await configuration(identity, administrator)).days_off == []


async def test_each_change_is_announced_with_its_area_and_no_words(
    identity: ServiceUnderTest, administrator: Principal, tenant: str
) -> None:
    await identity.post("/incident-types/carnival", CARNIVAL, administrator)

    [event] = [each for each in await identity.published(tenant) if isinstance(each, TenantSettingsChanged)]

    assert (event.what, event.actor) == ("incident_types", administrator.user_id)
    async with identity.transaction(tenant) as session:
        details = await driver_of(session).fetchval(
            "SELECT details::text FROM audit WHERE action = 'save_incident_type'"
        )
    assert "Karneval" not in details
    assert '"labels"' in details


async def test_the_same_form_sent_twice_counts_once(
    identity: ServiceUnderTest, administrator: Principal
) -> None:
    for _ in range(2):
        await identity.post("/incident-types/carnival", CARNIVAL, administrator, key="a-double-click")

    assert len(await changes(identity, administrator)) == 1


async def test_two_who_change_at_once_come_one_after_the_other_and_the_log_says_what_really_was(
    identity: ServiceUnderTest, administrator: Principal
) -> None:
    await asyncio.gather(*(
        identity.post("/organisation", SaveOrganisation(street=street), administrator) for street in ("Markt 1", "Kaai 2")
    ))  # fmt: skip

    second, first = await changes(identity, administrator, area="organisation")

    street = {each.field: each for each in second.changes}["street"]
    assert street.before == {each.field: each.after for each in first.changes}["street"]


async def test_who_asked_first_and_waited_stands_in_the_log_after_whom_he_waited_for(
    identity: ServiceUnderTest, administrator: Principal
) -> None:
    asked = datetime.now(UTC)
    for street, at in (("Markt 1", asked), ("Kaai 2", asked - timedelta(seconds=1))):
        async with identity.transaction(administrator.tenant) as session:
            await save_organisation(session, administrator, SaveOrganisation(street=street), now=at)

    second, first = await changes(identity, administrator, area="organisation")

    streets = [{each.field: each.after for each in log.changes}["street"] for log in (first, second)]
    assert streets == ["Markt 1", "Kaai 2"]


@pytest.mark.parametrize("door", ["/organisation", "/incident-types/carnival", "/days-off", "/days-off/remove",
                                  "/organisation/withdraw", "/incident-types/carnival/withdraw"])  # fmt: skip
async def test_without_the_permission_nothing_is_changed(
    identity: ServiceUnderTest, worker: Principal, administrator: Principal, door: str, today: date
) -> None:
    body = {
        "organisation": {},
        "incident-types": {"group": "other"},
        "days-off": {"day": str(today), "why": "x"},
    }
    command = {"valid_from": str(today)} if door.endswith("withdraw") else body[door.split("/")[1]]
    command = {"day": str(today)} if door.endswith("remove") else command

    answer = await identity.post(door, command, worker)

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert await changes(identity, administrator) == []


async def test_the_log_is_not_for_everybody(identity: ServiceUnderTest, worker: Principal) -> None:
    assert (await identity.get("/setting-changes", worker)).status_code == 403


async def test_another_tenant_sees_and_feels_nothing_of_it(
    identity: ServiceUnderTest, administrator: Principal, other_tenant: str, today: date
) -> None:
    await identity.post("/incident-types/carnival", CARNIVAL, administrator)
    await identity.post("/organisation", SaveOrganisation(street="Markt 1"), administrator)
    neighbour = principal(other_tenant, Permission.TENANT_MANAGE)

    known = await configuration(identity, neighbour)

    assert "carnival" not in known.types_on(today)
    assert known.organisation == []
    assert await changes(identity, neighbour) == []
