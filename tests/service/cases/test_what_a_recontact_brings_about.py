"""Each result of a re-contact has its consequence, and the days at which one is due are the tenant's, within the law."""

from datetime import date, timedelta

import pytest

from shared.auth import Permission, Principal
from shared.contracts.aftercare import RecontactRule, SetRecontactRule
from shared.contracts.cases import DossierRef
from shared.contracts.configuration import SettingChange
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
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest


async def recontacted(
    cases: ServiceUnderTest, ref: DossierRef, by: Principal, command: CompleteTask
) -> dict[str, str]:
    task = await task_of(cases, ref, by, "recontact")
    answer = await cases.post(f"/tasks/{task.task_id}/complete", command, by=by)
    return {} if answer.is_success else field_codes(answer)


@pytest.mark.parametrize(
    ("result", "follows", "compulsory"),
    [
        ("reached_ok", [], []),
        ("reached_referral_wanted", ["referral"], [False]),
        ("refused", [], []),
        ("moved", ["new_address"], [False]),
        ("unsafe_to_contact", ["decide_contact"], [False]),
        ("new_facts", ["new_pv"], [True]),
        ("risk_increased", ["risk_review"], [True]),
    ],
)
async def test_a_result_plans_what_must_follow(
    cases: ServiceUnderTest, worker: Principal, result: str, follows: list[str], compulsory: list[bool]
) -> None:
    ref = await opened(cases, worker, "fire")

    assert await recontacted(cases, ref, worker, CompleteTask(result=result)) == {}

    tasks = [task for task in (await seen(cases, ref, worker)).tasks if task.state == "open"]
    assert [task.kind for task in tasks] == follows
    assert [task.compulsory for task in tasks] == compulsory


async def test_after_three_attempts_without_answer_the_team_decides(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref = await opened(cases, worker, "fire")

    for _ in range(3):
        await recontacted(cases, ref, worker, CompleteTask(result="not_reached"))

    assert await open_kinds(cases, ref, worker) == ["decide_contact"]
    assert (await task_of(cases, ref, worker, "decide_contact")).assignee is None


async def test_a_wish_for_help_records_whose_consent_it_is_and_for_a_minor_by_whom(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref = await opened(cases, worker, "burglary")
    mother = await person_in(cases, ref, worker, last_name="Maes", born_on=date(1980, 1, 1))
    child = await person_in(cases, ref, worker, last_name="Maes", born_on=date(today().year - 9, 1, 1))
    wish = CompleteTask(result="reached_referral_wanted", person_id=child)

    alone = await recontacted(cases, ref, worker, wish)
    assert alone == {"consent_by": "minor_cannot"}
    assert len([kind for kind in await open_kinds(cases, ref, worker) if kind == "recontact"]) == 2
    wish = CompleteTask(
        result="reached_referral_wanted", person_id=child, consent_by=mother, consent_way="written"
    )
    assert await recontacted(cases, ref, worker, wish) == {}

    (consent,) = (await aftercare_of(cases, ref, worker)).consents
    assert (consent.state, consent.person_id, consent.given_by, consent.on, consent.way) == (
        "given", child, mother, today(), "written",
    )  # fmt: skip


async def test_of_a_refusal_only_the_offer_and_the_day_are_kept(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref = await opened(cases, worker, "fire")
    await recontacted(cases, ref, worker, CompleteTask(result="refused"))

    (consent,) = (await aftercare_of(cases, ref, worker)).consents
    assert (consent.state, consent.on, consent.given_by, consent.way) == ("refused", today(), None, "")


# --- the tenant's own plan -------------------------------------------------------------------------------------------


@pytest.fixture
def administrator(tenant: str) -> Principal:
    return principal(tenant, Permission.TENANT_MANAGE)


async def rule(cases: ServiceUnderTest, by: Principal, incident_type: str) -> RecontactRule:
    plan = cases.read(await cases.get("/recontact-plan", by=by), list[RecontactRule])
    return next(each for each in plan if each.incident_type == incident_type)


async def test_the_tenant_chooses_its_own_days_from_a_day_on(
    cases: ServiceUnderTest, worker: Principal, administrator: Principal
) -> None:
    first = SetRecontactRule(incident_type="fire", days=[21, 7, 7], valid_from=today())
    later = SetRecontactRule(incident_type="fire", days=[5], valid_from=today() + timedelta(days=30))
    for command in (first, later):
        assert (await cases.post("/recontact-plan", command, by=administrator)).is_success

    ref = await opened(cases, worker, "fire")
    tasks = [task for task in (await seen(cases, ref, worker)).tasks if task.kind == "recontact"]
    assert [task.why["days"] for task in tasks] == ["7", "21"]
    assert {task.why["plan"] for task in tasks} == {"own"}
    shown = await rule(cases, administrator, "fire")
    assert (shown.days, shown.own_from, shown.default_days) == ([7, 21], today(), [14])
    assert (shown.next_days, shown.next_from) == ([5], today() + timedelta(days=30))


async def test_who_changed_the_plan_from_what_to_what_is_kept_for_who_may_read_it(
    cases: ServiceUnderTest, worker: Principal, administrator: Principal, stranger: Principal
) -> None:
    soon, later = today() + timedelta(days=10), today() + timedelta(days=20)
    for days, valid_from in (([7], later), ([21, 5], soon), ([], later)):
        command = SetRecontactRule(incident_type="burglary", days=days, valid_from=valid_from)
        assert (await cases.post("/recontact-plan", command, by=administrator)).is_success

    path = "/recontact-plan/changes"
    changes = cases.read(await cases.get(path, by=administrator), list[SettingChange])

    assert [(each.changes[0].before, each.changes[0].after, each.valid_from) for each in changes] == [
        ("7", "none", later), ("7 30", "5 21", soon), ("7 30", "7", later),
    ]  # fmt: skip
    assert {(each.area, each.key, each.by) for each in changes} == {
        ("recontact_plan", "burglary", administrator.user_id)
    }
    assert problem(await cases.get(path, by=worker)) == (403, "forbidden")
    assert cases.read(await cases.get(path, by=stranger), list[SettingChange]) == []


async def test_no_days_plans_nothing_but_never_where_the_law_wants_it(
    cases: ServiceUnderTest, worker: Principal, administrator: Principal
) -> None:
    off = SetRecontactRule(incident_type="fire", days=[], valid_from=today())
    against_the_law = SetRecontactRule(incident_type="ifv_physical", days=[], valid_from=today())

    assert (await cases.post("/recontact-plan", off, by=administrator)).is_success
    refused = await cases.post("/recontact-plan", against_the_law, by=administrator)

    assert field_codes(refused) == {"days": "compulsory"}
    assert (await seen(cases, await opened(cases, worker, "fire"), worker)).tasks == []
    other_days = SetRecontactRule(incident_type="ifv_physical", days=[2], valid_from=today())
    assert (await cases.post("/recontact-plan", other_days, by=administrator)).is_success
    task = await task_of(cases, await opened(cases, worker, "ifv_physical"), worker, "recontact")
    assert (task.compulsory, task.why["days"]) == (True, "2")
    assert "COL 20/2020" in task.why["source"]


async def test_the_plan_is_the_administrators_and_of_one_tenant(
    cases: ServiceUnderTest, worker: Principal, administrator: Principal, stranger: Principal
) -> None:
    command = SetRecontactRule(incident_type="fire", days=[3], valid_from=today())
    past = SetRecontactRule(incident_type="fire", days=[3], valid_from=today() - timedelta(days=1))

    assert problem(await cases.post("/recontact-plan", command, by=worker)) == (403, "forbidden")
    assert field_codes(await cases.post("/recontact-plan", past, by=administrator)) == {
        "valid_from": "in_the_past"
    }
    assert (await cases.post("/recontact-plan", command, by=administrator)).is_success
    assert (await rule(cases, stranger, "fire")).days == [14]
