"""A dossier without a call-out, and who reads it."""

from shared.auth import Compartment, Permission, Principal
from shared.contracts.cases import DossierOpened, DossierRef, OpenDossier
from shared.db import uuid7
from tests.service.cases.conftest import WORKER, audited, field_codes, opened, problem, seen
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest


async def test_the_opener_holds_it_and_may_write(cases: ServiceUnderTest, worker: Principal) -> None:
    ref = await opened(cases, worker, summary="Overval op een nachtwinkel")

    dossier = await seen(cases, ref, worker)
    assert dossier.holder == worker.user_id
    assert dossier.summary == "Overval op een nachtwinkel"
    assert dossier.compartment == Compartment.POL_CARE
    assert (dossier.state, dossier.version) == ("open", 1)
    assert (dossier.access.ground, dossier.access.may_write) == ("holder", True)
    assert [task.kind for task in dossier.tasks] == ["recontact"]


async def test_numbers_follow_each_other_in_a_tenant(
    cases: ServiceUnderTest, worker: Principal, other_tenant: str
) -> None:
    elsewhere = principal(other_tenant, *WORKER, compartments=(Compartment.POL_CARE,))

    numbers = [(await opened(cases, who)).number[-5:] for who in (worker, worker, elsewhere)]

    assert numbers == ["-0001", "-0002", "-0001"]


async def test_a_victim_of_family_violence_must_be_contacted_again(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    dossier = await seen(cases, await opened(cases, worker, "ifv_physical"), worker)

    recontacts = [task for task in dossier.tasks if task.kind == "recontact"]
    assert [(task.why["days"], task.compulsory) for task in recontacts] == [("3", True), ("30", True)]
    assert "COL 20/2020" in recontacts[0].why["source"]


async def test_it_is_announced(cases: ServiceUnderTest, worker: Principal) -> None:
    ref = await opened(cases, worker)

    announced = await cases.published(worker.tenant)
    assert [(type(each), each.aggregate) for each in announced] == [(DossierOpened, str(ref.dossier_id))]


async def test_the_same_key_opens_one_dossier(cases: ServiceUnderTest, worker: Principal) -> None:
    command = OpenDossier(incident_type="burglary")

    answers = [await cases.post("/dossiers", command, by=worker, key="a-double-click") for _ in range(2)]

    assert len({cases.read(answer, DossierRef) for answer in answers}) == 1
    assert problem(
        await cases.post("/dossiers", OpenDossier(incident_type="fire"), by=worker, key="a-double-click")
    ) == (409, "idempotency_key_reused")


async def test_an_unknown_incident_type_is_refused_at_its_field(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    answer = await cases.post("/dossiers", OpenDossier(incident_type="alien"), by=worker)

    assert answer.status_code == 422
    assert field_codes(answer) == {"incident_type": "not_a_choice"}


async def test_without_the_permission_nothing_is_opened_and_the_attempt_is_kept(
    cases: ServiceUnderTest, tenant: str
) -> None:
    dispatcher = principal(tenant, Permission.CALL_OUT_REQUEST, compartments=(Compartment.POL_CARE,))

    answer = await cases.post("/dossiers", OpenDossier(incident_type="fire"), by=dispatcher)

    assert problem(answer) == (403, "forbidden")
    assert [row["outcome"] for row in await audited(cases, tenant, "open_dossier")] == ["refused"]


async def test_without_the_compartment_nothing_is_opened(cases: ServiceUnderTest, tenant: str) -> None:
    social_worker = principal(tenant, *WORKER, compartments=(Compartment.SOC_AID,))

    answer = await cases.post("/dossiers", OpenDossier(incident_type="fire"), by=social_worker)

    assert problem(answer) == (403, "forbidden")


async def test_a_colleague_another_tenant_and_an_unknown_id_get_the_same_answer(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, stranger: Principal
) -> None:
    ref = await opened(cases, worker)

    answers = [
        await cases.get(f"/dossiers/{ref.dossier_id}", by=colleague),
        await cases.get(f"/dossiers/{ref.dossier_id}", by=stranger),
        await cases.get(f"/dossiers/{uuid7()}", by=worker),
    ]

    assert {problem(answer) for answer in answers} == {(404, "not_found")}


async def test_a_coordinator_reads_by_supervision_and_does_not_write(
    cases: ServiceUnderTest, worker: Principal, coordinator: Principal
) -> None:
    dossier = await seen(cases, await opened(cases, worker), coordinator)

    assert (dossier.access.ground, dossier.access.may_write) == ("supervision", False)


async def test_a_coordinator_of_another_compartment_sees_nothing(
    cases: ServiceUnderTest, worker: Principal, tenant: str
) -> None:
    ref = await opened(cases, worker)
    elsewhere = principal(
        tenant, Permission.DOSSIER_READ, Permission.DOSSIER_SUPERVISE, compartments=(Compartment.SOC_AID,)
    )

    assert problem(await cases.get(f"/dossiers/{ref.dossier_id}", by=elsewhere)) == (404, "not_found")


async def test_reading_is_kept_with_its_ground_and_only_when_something_was_seen(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, tenant: str
) -> None:
    ref = await opened(cases, worker)
    await seen(cases, ref, worker)
    await cases.get(f"/dossiers/{ref.dossier_id}", by=colleague)

    rows = await audited(cases, tenant, "dossier_by_id")
    assert [(row["user_id"], row["subject_id"], row["outcome"]) for row in rows] == [
        (worker.user_id, ref.dossier_id, "done"),
        (colleague.user_id, None, "refused"),
    ]
    assert rows[0]["details"] == {"ground": "holder"}
    assert rows[0]["session_id"] == worker.session_id
