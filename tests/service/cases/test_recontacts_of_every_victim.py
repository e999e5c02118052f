"""After family violence every victim is contacted again (COL 20/2020), whoever comes into the dossier or leaves it."""

import asyncio
from collections import Counter
from uuid import UUID

from shared.auth import Principal
from shared.contracts.aftercare import ChangeIncidentType
from shared.contracts.cases import DossierRef
from shared.contracts.persons import AddPerson, ChangePerson, PersonRef, RemovePerson
from shared.contracts.tasks import CompleteTask, TaskView
from shared.db import uuid7
from tests.service.cases.conftest import (
    aftercare_of,
    field_codes,
    open_kinds,
    opened,
    person_in,
    seen,
)
from tests.support.clock import today
from tests.support.service import ServiceUnderTest


async def planned(cases: ServiceUnderTest, ref: DossierRef, by: Principal) -> list[TaskView]:
    dossier = await seen(cases, ref, by)
    return [task for task in dossier.tasks if task.kind == "recontact" and task.state == "open"]


async def of_whom(cases: ServiceUnderTest, ref: DossierRef, by: Principal) -> Counter[str]:
    """How many open re-contacts each victim has; "" is of nobody yet."""
    return Counter(task.why.get("of", "") for task in await planned(cases, ref, by))


async def completed(
    cases: ServiceUnderTest, ref: DossierRef, by: Principal, whose: UUID, command: CompleteTask
) -> dict[str, str]:
    task = next(task for task in await planned(cases, ref, by) if task.why.get("of") == str(whose))
    answer = await cases.post(f"/tasks/{task.task_id}/complete", command, by=by)
    return {} if answer.is_success else field_codes(answer)


async def test_the_first_victim_takes_what_was_planned_and_a_later_one_gets_his_own(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref = await opened(cases, worker, "ifv_physical")
    before = await planned(cases, ref, worker)
    assert await of_whom(cases, ref, worker) == {"": 2}

    mother = await person_in(cases, ref, worker, last_name="Maes")
    taken = await planned(cases, ref, worker)
    assert [(task.task_id, task.due_on) for task in taken] == [(task.task_id, task.due_on) for task in before]
    await person_in(cases, ref, worker, last_name="Maes", role="suspect")
    grandmother = await person_in(
        cases, ref, worker, last_name="Roels", role="contact", other_roles=["victim"]
    )

    assert await of_whom(cases, ref, worker) == {str(mother): 2, str(grandmother): 2}
    assert all(task.compulsory for task in await planned(cases, ref, worker))


async def test_victims_who_are_added_at_the_same_time_and_one_who_is_sent_twice_have_their_own_once(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref, twice = await opened(cases, worker, "ifv_physical"), str(uuid7())
    path = f"/dossiers/{ref.dossier_id}/persons"

    answers = await asyncio.gather(
        *(
            cases.post(path, AddPerson(last_name=name, role="victim"), by=worker, key=key)
            for name, key in (
                ("Maes", twice),
                ("Maes", twice),
                ("Roels", str(uuid7())),
                ("Peeters", str(uuid7())),
            )
        )
    )

    added = {cases.read(answer, PersonRef).person_id for answer in answers if answer.is_success}
    assert {answer.status_code for answer in answers} <= {201, 409}, (
        "a double click may hear that it is under way"
    )
    assert len(added) == 3
    assert await of_whom(cases, ref, worker) == {str(each): 2 for each in added}


async def test_of_other_facts_there_is_one_plan_for_the_dossier(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref = await opened(cases, worker, "burglary")
    for name in ("Maes", "Roels"):
        await person_in(cases, ref, worker, last_name=name)

    assert await of_whom(cases, ref, worker) == {"": 2}


async def test_who_leaves_takes_his_re_contacts_along_but_the_last_ones_stay_for_who_comes(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref = await opened(cases, worker, "ifv_psychological")
    one = await person_in(cases, ref, worker, last_name="Maes")
    twice = await person_in(cases, ref, worker, last_name="Maes-Roels")
    path = f"/dossiers/{ref.dossier_id}/persons"

    removal = RemovePerson(version=1, reason="duplicate")
    assert (await cases.post(f"{path}/{twice}/remove", removal, by=worker)).is_success
    assert await of_whom(cases, ref, worker) == {str(one): 2}

    witness = ChangePerson(version=1, last_name="Maes", role="witness")
    assert (await cases.post(f"{path}/{one}", witness, by=worker)).is_success
    assert await of_whom(cases, ref, worker) == {"": 2}
    victim = await person_in(cases, ref, worker, last_name="Peeters")
    assert await of_whom(cases, ref, worker) == {str(victim): 2}


async def test_nobody_is_asked_to_contact_the_dead(cases: ServiceUnderTest, worker: Principal) -> None:
    ref = await opened(cases, worker, "ifv_physical")
    alive = await person_in(cases, ref, worker, last_name="Maes")
    dead = await person_in(cases, ref, worker, last_name="Roels")
    died = ChangePerson(version=1, last_name="Roels", deceased_on=today())

    assert (await cases.post(f"/dossiers/{ref.dossier_id}/persons/{dead}", died, by=worker)).is_success
    assert await of_whom(cases, ref, worker) == {str(alive): 2}


async def test_what_comes_of_one_is_about_the_victim_whose_re_contact_it_was(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref = await opened(cases, worker, "ifv_physical")
    one = await person_in(cases, ref, worker, last_name="Maes")
    other = await person_in(cases, ref, worker, last_name="Roels")

    for result in ("not_reached", "refused", "unsafe_to_contact"):
        assert await completed(cases, ref, worker, other, CompleteTask(result=result)) == {}

    persons = {each.person_id: each.safe for each in (await seen(cases, ref, worker)).persons}
    assert (persons[one].no_letters, persons[other].no_letters) == (False, True)
    (consent,) = (await aftercare_of(cases, ref, worker)).consents
    assert (consent.state, consent.person_id) == ("refused", other)
    tasks = {task.kind: task.why.get("of") for task in (await seen(cases, ref, worker)).tasks}
    assert tasks["decide_contact"] == str(other)
    assert await of_whom(cases, ref, worker) == {str(one): 2}


async def test_a_result_cannot_be_about_somebody_who_is_not_in_the_dossier(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref = await opened(cases, worker, "ifv_physical")
    here = await person_in(cases, ref, worker, last_name="Maes")
    elsewhere = await person_in(cases, await opened(cases, worker), worker, last_name="Roels")

    for result in ("refused", "unsafe_to_contact", "reached_referral_wanted"):
        wrong = CompleteTask(result=result, person_id=elsewhere)
        assert await completed(cases, ref, worker, here, wrong) == {"person_id": "not_a_choice"}
    assert await of_whom(cases, ref, worker) == {str(here): 2}


async def test_facts_that_turn_out_to_be_family_violence_want_it_for_each_and_not_twice(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref = await opened(cases, worker, "assault")
    victims = [str(await person_in(cases, ref, worker, last_name=name)) for name in ("Maes", "Roels")]

    for version, incident_type in enumerate(("ifv_physical", "ifv_psychological"), start=1):
        command = ChangeIncidentType(incident_type=incident_type, version=version)
        assert (await cases.post(f"/dossiers/{ref.dossier_id}/type", command, by=worker)).is_success
        assert await of_whom(cases, ref, worker) == dict.fromkeys(victims, 2)
    assert await open_kinds(cases, ref, worker) == ["recontact"] * 4 + ["risk_assessment"]
