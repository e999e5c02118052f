"""S13: a missing person is found dead: the same dossier changes type, with its history and what relatives wish."""

from shared.auth import Principal
from shared.contracts.aftercare import ChangeIncidentType
from shared.contracts.cases import DossierTypeChanged
from tests.service.cases.conftest import aftercare_of, field_codes, opened, person_in, problem, seen
from tests.support.service import ServiceUnderTest


async def test_the_whole_story(cases: ServiceUnderTest, worker: Principal) -> None:
    ref = await opened(cases, worker, "disappearance")
    sister = await person_in(
        cases, ref, worker, last_name="Maes", role="contact", safe_contact="Liefst een sms, nooit op het werk"
    )
    first = [task.task_id for task in (await seen(cases, ref, worker)).tasks if task.kind == "recontact"]
    path = f"/dossiers/{ref.dossier_id}/type"

    found = ChangeIncidentType(incident_type="death_suspicious", version=1)
    assert (await cases.post(path, found, by=worker)).is_success

    dossier = await seen(cases, ref, worker)
    assert (dossier.number, dossier.incident_type, dossier.state) == (ref.number, "death_suspicious", "open")
    old = [task for task in dossier.tasks if task.task_id in first]
    new = [task for task in dossier.tasks if task.kind == "recontact" and task.task_id not in first]
    assert {task.state for task in old} == {"cancelled"}
    assert [task.why["days"] for task in new] == ["10", "42"]
    relative = next(each for each in dossier.persons if each.person_id == sister)
    assert relative.safe_contact == "Liefst een sms, nooit op het werk"
    told = [each for each in await cases.published(worker.tenant) if isinstance(each, DossierTypeChanged)]
    assert [(each.incident_type_before, each.incident_type) for each in told] == [
        ("disappearance", "death_suspicious")
    ]
    history = (await aftercare_of(cases, ref, worker)).type_changes
    assert [(each.was, each.incident_type, each.by) for each in history] == [
        ("disappearance", "death_suspicious", worker.user_id)
    ]
    assert "type_changed" in [entry.code for entry in dossier.timeline]


async def test_two_people_change_it_once(cases: ServiceUnderTest, worker: Principal) -> None:
    ref = await opened(cases, worker, "disappearance")
    path = f"/dossiers/{ref.dossier_id}/type"

    first = await cases.post(path, ChangeIncidentType(incident_type="death_suspicious", version=1), by=worker)
    second = await cases.post(path, ChangeIncidentType(incident_type="death_natural", version=1), by=worker)

    assert first.is_success
    assert problem(second) == (409, "changed_meanwhile")
    assert len((await aftercare_of(cases, ref, worker)).type_changes) == 1


async def test_to_itself_or_to_a_type_that_nobody_offers_is_no_change(
    cases: ServiceUnderTest, worker: Principal, coordinator: Principal
) -> None:
    ref = await opened(cases, worker, "disappearance")
    path = f"/dossiers/{ref.dossier_id}/type"

    same = await cases.post(path, ChangeIncidentType(incident_type="disappearance", version=1), by=worker)
    unknown = await cases.post(path, ChangeIncidentType(incident_type="boredom", version=1), by=worker)
    reader = await cases.post(path, ChangeIncidentType(incident_type="fire", version=1), by=coordinator)

    assert field_codes(same) == {"incident_type": "same_type"}
    assert field_codes(unknown) == {"incident_type": "not_a_choice"}
    assert problem(reader) == (403, "forbidden")
