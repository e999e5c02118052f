"""S09: the victim lives with the perpetrator: the official risk level, compulsory re-contact, no letters, an alert."""

from datetime import date, timedelta

from shared.auth import Principal
from shared.contracts.aftercare import ChangeIncidentType, RecordRisk
from shared.contracts.cases import CloseDossier, ContactUnsafe, DossierRef, RiskIncreased
from shared.contracts.tasks import CompleteTask
from tests.service.cases.conftest import (
    aftercare_of,
    field_codes,
    open_kinds,
    opened,
    person_in,
    problem,
    seen,
    task_of,
)
from tests.support.clock import today
from tests.support.service import ServiceUnderTest


async def recontacted(cases: ServiceUnderTest, ref: DossierRef, by: Principal, result: str) -> None:
    task = await task_of(cases, ref, by, "recontact")
    answer = await cases.post(
        f"/tasks/{task.task_id}/complete",
        CompleteTask(result=result),
        by=by,
    )
    assert answer.is_success, answer.text


async def assessed(cases: ServiceUnderTest, ref: DossierRef, by: Principal, on: date | None = None) -> None:
    risk = RecordRisk(
        level="high", assessed_on=on or today(), assessed_by="HINP Claes", reference="PV-bijlage 3"
    )
    assert (await cases.post(f"/dossiers/{ref.dossier_id}/risk-assessments", risk, by=by)).is_success


async def test_the_whole_story(cases: ServiceUnderTest, worker: Principal) -> None:
    ref = await opened(cases, worker, "ifv_physical")
    await person_in(
        cases, ref, worker, last_name="Heyvaert", safe_contact="Dinsdag en donderdag van 10 tot 12"
    )
    await assessed(cases, ref, worker)

    recontacts = [task for task in (await seen(cases, ref, worker)).tasks if task.kind == "recontact"]
    assert [task.compulsory for task in recontacts] == [True, True]
    assert "COL 20/2020" in recontacts[0].why["source"]

    await recontacted(cases, ref, worker, "unsafe_to_contact")
    assert (await aftercare_of(cases, ref, worker)).letters_blocked
    (victim,) = (await seen(cases, ref, worker)).persons
    assert (victim.safe.no_letters, victim.safe.no_voicemail) == (True, True)
    assert victim.safe_contact == "Dinsdag en donderdag van 10 tot 12"
    await recontacted(cases, ref, worker, "risk_increased")

    told = await cases.published(worker.tenant)
    assert [each.holder for each in told if isinstance(each, ContactUnsafe)] == [worker.user_id]
    assert [each.incident_type for each in told if isinstance(each, RiskIncreased)] == ["ifv_physical"]
    assert await open_kinds(cases, ref, worker) == ["decide_contact", "risk_review"]
    view = await aftercare_of(cases, ref, worker)
    assert [(each.level, each.instrument, each.assessed_by) for each in view.risks] == [
        ("high", "col_15_2020", "HINP Claes")
    ]


async def test_it_cannot_close_before_the_victim_was_contacted_again_and_what_that_showed_is_done(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref = await opened(cases, worker, "ifv_psychological")
    closing = f"/dossiers/{ref.dossier_id}/close"

    assert problem(await cases.post(closing, CloseDossier(version=1), by=worker)) == (
        409,
        "compulsory_tasks_open",
    )
    await recontacted(cases, ref, worker, "new_facts")
    await recontacted(cases, ref, worker, "reached_ok")
    await assessed(cases, ref, worker)
    assert problem(await cases.post(closing, CloseDossier(version=1), by=worker)) == (
        409,
        "compulsory_tasks_open",
    )
    pv = await task_of(cases, ref, worker, "new_pv")
    await cases.post(f"/tasks/{pv.task_id}/complete", CompleteTask(result="done"), by=worker)
    assert (await cases.post(closing, CloseDossier(version=1), by=worker)).is_success


async def test_it_cannot_close_before_the_official_risk_assessment_stands_in_it(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref = await opened(cases, worker, "ifv_physical")
    closing = f"/dossiers/{ref.dossier_id}/close"
    for _ in range(2):
        await recontacted(cases, ref, worker, "reached_ok")
    asked = await task_of(cases, ref, worker, "risk_assessment")

    assert asked.compulsory
    by_hand = await cases.post(f"/tasks/{asked.task_id}/complete", CompleteTask(result="done"), by=worker)
    assert problem(by_hand) == (409, "done_by_its_own_act")
    without = await cases.post(closing, CloseDossier(version=1), by=worker)
    assert problem(without) == (409, "compulsory_tasks_open")
    await assessed(cases, ref, worker)
    assert (await cases.post(closing, CloseDossier(version=1), by=worker)).is_success


async def test_an_assessment_from_before_the_risk_rose_is_not_the_new_one(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref = await opened(cases, worker, "fire")
    await recontacted(cases, ref, worker, "risk_increased")

    await assessed(cases, ref, worker, today() - timedelta(days=1))
    assert await open_kinds(cases, ref, worker) == ["risk_review"]
    await assessed(cases, ref, worker)
    assert await open_kinds(cases, ref, worker) == []


async def test_the_type_that_a_dossier_becomes_asks_for_an_assessment_once(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref = await opened(cases, worker, "assault")
    path = f"/dossiers/{ref.dossier_id}/type"

    async def asked_after(incident_type: str, version: int) -> bool:
        command = ChangeIncidentType(incident_type=incident_type, version=version)
        assert (await cases.post(path, command, by=worker)).is_success
        return "risk_assessment" in await open_kinds(cases, ref, worker)

    assert await asked_after("ifv_physical", 1)
    assert not await asked_after("assault", 2)
    assert await asked_after("ifv_physical", 3)
    await assessed(cases, ref, worker)
    assert not await asked_after("ifv_psychological", 4)


async def test_a_risk_comes_from_an_official_form_of_today_or_earlier(
    cases: ServiceUnderTest, worker: Principal, coordinator: Principal
) -> None:
    ref = await opened(cases, worker, "ifv_physical")
    path = f"/dossiers/{ref.dossier_id}/risk-assessments"
    good = {"level": "high", "assessed_on": str(today()), "assessed_by": "HINP Claes"}

    assert field_codes(await cases.post(path, {**good, "level": "enormous"}, by=worker)) == {
        "level": "not_a_choice"
    }
    assert field_codes(await cases.post(path, {**good, "assessed_on": "2090-01-01"}, by=worker)) == {
        "assessed_on": "in_the_future"
    }
    assert problem(await cases.post(path, good, by=coordinator)) == (403, "forbidden")


async def test_family_violence_cannot_be_planned_away_by_calling_it_something_else(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref = await opened(cases, worker, "ifv_physical")

    changed = await cases.post(
        f"/dossiers/{ref.dossier_id}/type", {"incident_type": "other", "version": 1}, by=worker
    )

    assert changed.is_success
    dossier = await seen(cases, ref, worker)
    still = [task for task in dossier.tasks if task.kind == "recontact" and task.compulsory]
    assert [task.state for task in still] == ["open", "open"]
