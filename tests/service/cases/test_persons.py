"""Who somebody is changes: names, roles, ties, numbers; what was written stays, and two people do not undo each other."""

import asyncio
from datetime import date

import pytest

from shared.auth import Principal
from shared.contracts.cases import DossierRef
from shared.contracts.persons import (
    AddPerson,
    ChangeInsz,
    ChangePerson,
    PersonNumbers,
    PersonRef,
    RelatePersons,
    RelationRef,
    RemovePerson,
)
from shared.db import uuid7
from tests.service.cases.conftest import audited, field_codes, opened, problem, seen
from tests.support.service import ServiceUnderTest

BIS, NATIONAL, OTHER = "90451599977", "85073099932", "17073099988"


async def added(cases: ServiceUnderTest, by: Principal, ref: DossierRef, **facts: object) -> str:
    command = AddPerson(**{"last_name": "Peeters", **facts})  # type: ignore[arg-type]
    answer = await cases.post(f"/dossiers/{ref.dossier_id}/persons", command, by=by)
    return f"/dossiers/{ref.dossier_id}/persons/{cases.read(answer, PersonRef).person_id}"


async def test_a_person_is_changed_with_all_that_there_is_to_know(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref = await opened(cases, worker)
    mother = await added(cases, worker, ref, first_name="Amal")
    child = await added(cases, worker, ref, first_name="Sami")
    via = (await seen(cases, ref, worker)).persons[0].person_id
    command = ChangePerson(
        version=1, first_name="Sami", last_name="Haddad", maiden_name="El Haddad", other_names="Sam",
        role="minor_involved", other_roles=["witness", "minor_involved"], born_on=date(2018, 4, 2), language="ar",
        interpreter=["ar", "fr"], literacy="cannot_read", pictograms=True, contact_preference="via_other",
        parental_authority="Moeder", contact_via=via, address="Molenstraat 1", note="Zoon",
    )  # fmt: skip

    answer = await cases.post(child, command, by=worker)

    assert answer.status_code == 200
    dossier = await seen(cases, ref, worker)
    person = dossier.persons[1]
    assert (person.last_name, person.maiden_name, person.other_roles) == ("Haddad", "El Haddad", ["witness"])
    assert (person.interpreter, person.literacy, person.pictograms) == (["ar", "fr"], "cannot_read", True)
    assert (person.parental_authority, person.contact_via, person.minor) == ("Moeder", via, True)
    assert dossier.minors_involved
    assert dossier.timeline[0].code == "person_changed"
    assert "maiden_name" in dossier.timeline[0].details["facts"]
    itself = await cases.post(mother, ChangePerson(version=1, last_name="Haddad", contact_via=via), by=worker)
    assert field_codes(itself) == {"contact_via": "not_a_choice"}


async def test_the_second_of_two_editors_is_told_who_was_first(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref = await opened(cases, worker)
    person = await added(cases, worker, ref)
    both = [ChangePerson(version=1, last_name=name) for name in ("Peters", "Pieters")]

    answers = await asyncio.gather(*(cases.post(person, each, by=worker) for each in both))

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    [refused] = [answer for answer in answers if answer.status_code == 409]
    assert problem(refused) == (409, "changed_meanwhile")
    assert refused.json()["details"]["changed_by"] == str(worker.user_id)


async def test_who_is_removed_is_gone_and_his_history_stays(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref = await opened(cases, worker)
    person = await added(cases, worker, ref, insz=NATIONAL, phone="0470 12 34 56")
    child = await added(cases, worker, ref, first_name="Emma")
    ids = [each.person_id for each in (await seen(cases, ref, worker)).persons]
    await cases.post(
        f"/dossiers/{ref.dossier_id}/relations",
        RelatePersons(person_id=ids[0], kind="parent_of", other_id=ids[1]),
        by=worker,
    )

    removed = await cases.post(f"{person}/remove", RemovePerson(version=1, reason="not_involved"), by=worker)

    assert removed.status_code == 200
    dossier = await seen(cases, ref, worker)
    assert [each.first_name for each in dossier.persons] == ["Emma"]
    assert dossier.relations == []
    assert dossier.timeline[0].code == "person_removed"
    assert dossier.timeline[0].details["because"] == "not_involved"
    assert problem(await cases.post(person, ChangePerson(version=2, last_name="X"), by=worker)) == (
        404,
        "not_found",
    )
    assert (await cases.post("/dossiers/search", {"search": NATIONAL}, by=worker)).json()["count"] == 0
    again = await cases.post(
        f"/dossiers/{ref.dossier_id}/persons", AddPerson(last_name="P", insz=NATIONAL), by=worker
    )
    assert again.status_code == 201, "his number is free again in this dossier"
    assert child


async def test_a_bis_number_is_replaced_and_both_stay_known(
    cases: ServiceUnderTest, worker: Principal, tenant: str
) -> None:
    ref = await opened(cases, worker)
    person = await added(cases, worker, ref, insz=BIS)

    await cases.post(f"{person}/insz", ChangeInsz(version=1, insz=NATIONAL, ended="replaced"), by=worker)
    await cases.post(f"{person}/insz", ChangeInsz(version=2, insz=OTHER, ended="wrong"), by=worker)

    found = cases.read(await cases.get(f"{person}/numbers", by=worker), PersonNumbers)
    assert [(each.insz, each.kind, each.ended) for each in found.numbers] == [
        (OTHER, "national", ""),
        (NATIONAL, "national", "wrong"),
        (BIS, "bis", "replaced"),
    ]
    assert found.numbers[0].valid_to is None
    assert found.numbers[2].valid_to is not None
    assert (await seen(cases, ref, worker)).persons[0].insz == OTHER
    assert NATIONAL not in str(await audited(cases, tenant, "change_insz"))


async def test_a_number_that_stands_in_the_dossier_is_given_to_nobody_else(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref = await opened(cases, worker)
    await added(cases, worker, ref, insz=NATIONAL)
    other = await added(cases, worker, ref)

    taken = await cases.post(f"{other}/insz", ChangeInsz(version=1, insz=NATIONAL), by=worker)
    wrong = await cases.post(f"{other}/insz", ChangeInsz(version=1, insz="12345678901"), by=worker)

    assert problem(taken) == (409, "person_already_there")
    assert field_codes(wrong) == {"insz": "insz_wrong"}


async def test_persons_are_tied_once_and_untied(cases: ServiceUnderTest, worker: Principal) -> None:
    ref = await opened(cases, worker)
    await added(cases, worker, ref, first_name="Sofie")
    await added(cases, worker, ref, first_name="Emma")
    sofie, emma = (each.person_id for each in (await seen(cases, ref, worker)).persons)
    path = f"/dossiers/{ref.dossier_id}/relations"
    command = RelatePersons(person_id=sofie, kind="parent_of", other_id=emma)

    tied = cases.read(await cases.post(path, command, by=worker), RelationRef)

    assert problem(await cases.post(path, command, by=worker)) == (409, "already_related")
    [relation] = (await seen(cases, ref, worker)).relations
    assert (relation.person_id, relation.kind, relation.other_id) == (sofie, "parent_of", emma)
    await cases.post(f"{path}/{tied.relation_id}/remove", by=worker)
    assert (await seen(cases, ref, worker)).relations == []


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({"last_name": "  "}, {"last_name": "required"}),
        ({"other_roles": ["king"]}, {"other_roles": "not_a_choice"}),
        ({"literacy": "poems"}, {"literacy": "not_a_choice"}),
        ({"contact_preference": "pigeon"}, {"contact_preference": "not_a_choice"}),
        ({"deceased_on": "2999-01-01"}, {"deceased_on": "in_the_future"}),
        ({"born_on": "2020-01-01", "deceased_on": "2019-01-01"}, {"deceased_on": "ends_before_start"}),
        ({"contact_via": str(uuid7())}, {"contact_via": "not_a_choice"}),
    ],
)
async def test_a_wrong_change_is_refused_at_its_field(
    cases: ServiceUnderTest, worker: Principal, change: dict[str, object], codes: dict[str, str]
) -> None:
    ref = await opened(cases, worker)
    person = await added(cases, worker, ref)

    answer = await cases.post(person, {"version": 1, "last_name": "Peeters", **change}, by=worker)

    assert answer.status_code == 422
    assert field_codes(answer) == codes


async def test_who_does_not_see_the_dossier_changes_nobody_in_it(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, stranger: Principal
) -> None:
    ref = await opened(cases, worker)
    person = await added(cases, worker, ref)

    for who in (colleague, stranger):
        assert problem(await cases.post(person, ChangePerson(version=1, last_name="X"), by=who)) == (
            404,
            "not_found",
        )
        assert problem(await cases.get(f"{person}/numbers", by=who)) == (404, "not_found")
        gone = await cases.post(f"{person}/remove", RemovePerson(version=1, reason="asked"), by=who)
        assert problem(gone) == (404, "not_found")
