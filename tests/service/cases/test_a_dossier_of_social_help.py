"""A municipality's own dossier: what is asked instead of what happened, and it may begin with its persons or not at all."""

from datetime import date

import pytest

from shared.auth import Compartment, Principal
from shared.contracts.cases import DossierRef, FirstRelation, OpenDossier
from shared.contracts.persons import AddPerson, SafeContact
from shared.db import uuid7
from tests.service.cases.conftest import WORKER, field_codes, listed, problem, seen
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest

ELS = AddPerson(
    first_name="Els",
    last_name="Claes",
    phone="0470 12 34 56",
    phone_safe=True,
    safe=SafeContact(no_voicemail=True),
)


@pytest.fixture
def karim(tenant: str) -> Principal:
    return principal(tenant, *WORKER, compartments=(Compartment.SOC_AID,))


async def test_it_begins_with_its_person_and_how_she_is_reached_and_with_no_task(
    cases: ServiceUnderTest, karim: Principal
) -> None:
    command = OpenDossier(
        kind="social_help", incident_type="help_debts", summary="Schulden bij de huisbaas", persons=[ELS]
    )

    ref = cases.read(await cases.post("/dossiers", command, by=karim), DossierRef)

    dossier = await seen(cases, ref, karim)
    assert ref.number.startswith("HULP-")
    assert (dossier.kind, dossier.compartment, dossier.holder) == ("social_help", "soc_aid", karim.user_id)
    (person,) = dossier.persons
    assert (person.last_name, person.safe.no_voicemail, [each.safe for each in dossier.phones]) == (
        "Claes", True, [True],
    )  # fmt: skip
    assert dossier.tasks == []


async def test_what_is_wrong_with_a_person_opens_nothing(cases: ServiceUnderTest, karim: Principal) -> None:
    wrong = AddPerson(last_name="Claes", phone="geen nummer")
    command = OpenDossier(kind="social_help", incident_type="help_money", persons=[ELS, wrong])

    answer = await cases.post("/dossiers", command, by=karim)

    assert field_codes(answer) == {"persons.1.phone": "phone_wrong"}
    assert (await listed(cases, karim)).count == 0


async def test_a_child_begins_with_who_decides_for_it(cases: ServiceUnderTest, karim: Principal) -> None:
    noah = AddPerson(first_name="Noah", last_name="Claes", role="client", born_on=date(2019, 4, 2))
    command = OpenDossier(
        kind="social_help", incident_type="help_other", persons=[noah, ELS],
        relations=[FirstRelation(person=1, kind="guardian_of", other=0)],
    )  # fmt: skip

    ref = cases.read(await cases.post("/dossiers", command, by=karim), DossierRef)

    dossier = await seen(cases, ref, karim)
    names = {each.person_id: each.first_name for each in dossier.persons}
    ties = [(names[each.person_id], each.kind, names[each.other_id]) for each in dossier.relations]
    assert ties == [("Els", "guardian_of", "Noah")]


@pytest.mark.parametrize(
    ("relation", "codes"),
    [
        (FirstRelation(person=2, kind="parent_of", other=0), {"relations.0.person": "not_a_choice"}),
        (FirstRelation(person=0, kind="parent_of", other=0), {"relations.0.other_id": "not_a_choice"}),
        (FirstRelation(person=1, kind="boss_of", other=0), {"relations.0.kind": "not_a_choice"}),
    ],
)
async def test_what_they_cannot_be_to_each_other_opens_nothing(
    cases: ServiceUnderTest, karim: Principal, relation: FirstRelation, codes: dict[str, str]
) -> None:
    command = OpenDossier(
        kind="social_help", incident_type="help_other", persons=[ELS, AddPerson(last_name="Claes")],
        relations=[relation],
    )  # fmt: skip

    answer = await cases.post("/dossiers", command, by=karim)

    assert field_codes(answer) == codes
    assert (await listed(cases, karim)).count == 0


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"incident_type": "burglary"}, {"incident_type": "not_a_choice"}),
        ({"pv_number": "AA.11.L1.1/2026"}, {"pv_number": "not_of_this_kind"}),
        ({"beside": uuid7()}, {"beside": "not_of_this_kind"}),
        ({"kind": "anything"}, {"kind": "not_a_choice"}),
    ],
)
async def test_it_knows_no_facts(
    cases: ServiceUnderTest, karim: Principal, changes: dict[str, object], codes: dict[str, str]
) -> None:
    command = {"kind": "social_help", "incident_type": "help_money", **changes}

    assert field_codes(await cases.post("/dossiers", command, by=karim)) == codes


async def test_a_police_worker_opens_none_and_sees_none(
    cases: ServiceUnderTest, karim: Principal, worker: Principal
) -> None:
    command = OpenDossier(kind="social_help", incident_type="help_money")
    ref = cases.read(await cases.post("/dossiers", command, by=karim), DossierRef)

    assert problem(await cases.post("/dossiers", command, by=worker)) == (403, "forbidden")
    assert problem(await cases.get(f"/dossiers/{ref.dossier_id}", by=worker)) == (404, "not_found")
