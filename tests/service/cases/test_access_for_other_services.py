"""Another service asks in the caller's name what he may do in dossiers: the same answer as everywhere, and no word more."""

from datetime import date

from shared.auth import Permission, Principal
from shared.contracts.dossier_access import AccessedDossier, AskAccess
from shared.db import uuid7
from tests.service.cases.conftest import CARE, audited, opened, person_in, problem
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest


async def test_it_says_what_the_caller_may_do_and_who_is_a_minor(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, coordinator: Principal
) -> None:
    ref = await opened(cases, worker)
    child = await person_in(cases, ref, worker, last_name="Claes", role="victim", born_on=date(2018, 5, 4))
    mother = await person_in(cases, ref, worker, last_name="Claes", role="victim")
    question = AskAccess(dossier_ids=[ref.dossier_id, uuid7()])

    own, led, none = [
        cases.read(await cases.post("/dossiers/access", question, by=who), list[AccessedDossier])
        for who in (worker, coordinator, colleague)
    ]

    assert [(each.dossier_id, each.number, each.may_read, each.may_write) for each in own] == [
        (ref.dossier_id, ref.number, True, True)
    ]
    assert {each.person_id: each.minor for each in own[0].persons} == {child: True, mother: False}
    assert [(each.may_read, each.may_write) for each in led] == [(True, False)]
    assert none == []


async def test_another_tenant_is_told_nothing(
    cases: ServiceUnderTest, worker: Principal, stranger: Principal
) -> None:
    ref = await opened(cases, worker)

    answer = await cases.post("/dossiers/access", AskAccess(dossier_ids=[ref.dossier_id]), by=stranger)

    assert cases.read(answer, list[AccessedDossier]) == []


async def test_who_may_not_read_dossiers_is_refused(cases: ServiceUnderTest, tenant: str) -> None:
    nobody = principal(tenant, Permission.REFERRAL_READ, compartments=CARE)

    assert problem(await cases.post("/dossiers/access", AskAccess(dossier_ids=[]), by=nobody)) == (
        403,
        "forbidden",
    )


async def test_that_it_was_asked_is_kept_with_how_many_were_found(
    cases: ServiceUnderTest, tenant: str, worker: Principal
) -> None:
    ref = await opened(cases, worker)

    await cases.post("/dossiers/access", AskAccess(dossier_ids=[ref.dossier_id, uuid7()]), by=worker)

    (row,) = await audited(cases, tenant, "accessible_dossiers")
    assert (row["user_id"], row["object_kind"]) == (worker.user_id, "dossier_list")
    assert row["details"] == {"asked": 2, "found": 1}
