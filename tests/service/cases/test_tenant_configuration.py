"""What the tenant set up counts for its dossiers: own types, no re-contact where none is wanted, own days off."""

from datetime import UTC, date, datetime

from msgspec.structs import replace

from services.cases.dossiers.calendar import working_days_here
from shared.auth import Principal
from shared.contracts.aftercare import RecontactRule
from shared.contracts.cases import OpenDossier
from shared.contracts.configuration import SEED_INCIDENT_TYPES, DayOff, IncidentType, TenantConfiguration
from shared.contracts.tenancy import TenantSettingsChanged
from shared.db import uuid7
from tests.service.cases.conftest import field_codes, open_kinds, opened, seen
from tests.support.service import ServiceUnderTest

CARNIVAL = IncidentType(code="carnival", group="violence", own=True, recontact=False, minors=True)
CONFIGURATION = TenantConfiguration(
    legal_language="nl",
    languages=["nl"],
    incident_types=[*SEED_INCIDENT_TYPES, CARNIVAL],
    days_off=[DayOff(day=date(2031, 2, 24), why="Carnavalsmaandag")],
)


async def hear(
    cases: ServiceUnderTest, tenant: str, configuration: TenantConfiguration = CONFIGURATION
) -> None:
    cases.answers_of("identity")["GET /tenant-configuration"] = configuration
    await cases.deliver(
        TenantSettingsChanged(id=uuid7(), occurred_at=datetime.now(UTC), tenant=tenant, what="incident_types")
    )
    cases.answers_of("identity")["GET /tenant-configuration"] = None


async def test_a_dossier_of_an_own_type_is_opened_with_identity_down_as_the_type_is_set_up(
    cases: ServiceUnderTest, worker: Principal, tenant: str
) -> None:
    before = await cases.post("/dossiers", OpenDossier(incident_type="carnival"), by=worker)
    assert field_codes(before) == {"incident_type": "not_a_choice"}

    await hear(cases, tenant)

    view = await seen(cases, await opened(cases, worker, "carnival"), worker)
    assert view.incident_type == "carnival"
    assert view.minors_involved
    assert [task for task in view.tasks if task.kind == "recontact"] == []


async def test_an_own_type_can_ask_for_a_risk_assessment(
    cases: ServiceUnderTest, worker: Principal, tenant: str
) -> None:
    asking = replace(CARNIVAL, mandatory=["risk_assessment"])
    await hear(cases, tenant, replace(CONFIGURATION, incident_types=[*SEED_INCIDENT_TYPES, asking]))

    ref = await opened(cases, worker, "carnival")

    assert await open_kinds(cases, ref, worker) == ["risk_assessment"]


async def test_the_days_off_are_exactly_those_that_the_tenant_set(
    cases: ServiceUnderTest, tenant: str
) -> None:
    await hear(cases, tenant)
    async with cases.transaction(tenant) as session:
        assert (await working_days_here(session)).off(date(2031, 2, 24)) == "day_off"

    await hear(cases, tenant, TenantConfiguration(legal_language="nl", languages=["nl"]))

    async with cases.transaction(tenant) as session:
        assert (await working_days_here(session)).off(date(2031, 2, 24)) == ""


async def test_the_plan_says_which_type_has_its_re_contact_switched_off_but_never_where_it_is_the_law(
    cases: ServiceUnderTest, worker: Principal, tenant: str
) -> None:
    off = ("fire", "ifv_physical")
    types = [replace(each, recontact=each.code not in off) for each in SEED_INCIDENT_TYPES]
    await hear(cases, tenant, replace(CONFIGURATION, incident_types=types))

    plan = cases.read(await cases.get("/recontact-plan", by=worker), list[RecontactRule])

    assert [each.incident_type for each in plan if not each.switched_on] == ["fire"]
    assert {each.incident_type: each.days for each in plan if each.incident_type in off} == {
        "fire": [], "ifv_physical": [3, 30],
    }  # fmt: skip
