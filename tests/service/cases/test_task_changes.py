"""A task is moved with a reason, handed to a colleague or dropped; what must be done is never dropped; counts agree."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.auth import Principal
from shared.contracts.cases import DossierRef
from shared.contracts.dossier_access import GrantAccess
from shared.contracts.tasks import AddTask, CancelTask, HandOverTask, ReplanTask, TaskPage, TaskRef
from shared.db import driver_of, uuid7
from tests.service.cases.conftest import field_codes, opened, problem, seen
from tests.support.clock import today
from tests.support.service import ServiceUnderTest

REASON = "Zij vroeg zelf om een andere dag."


async def own_task(cases: ServiceUnderTest, by: Principal, ref: DossierRef) -> str:
    command = AddTask(title="School bellen", due_on=today() + timedelta(days=2))
    answer = await cases.post(f"/dossiers/{ref.dossier_id}/tasks", command, by=by)
    return f"/tasks/{cases.read(answer, TaskRef).task_id}"


async def test_a_task_is_moved_and_still_tells_its_first_date(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref = await opened(cases, worker)
    task = await own_task(cases, worker, ref)

    for days in (5, 9):
        command = ReplanTask(due_on=today() + timedelta(days=days), reason=REASON)
        assert (await cases.post(f"{task}/replan", command, by=worker)).status_code == 200

    view = await seen(cases, ref, worker)
    moved = next(each for each in view.tasks if each.title)
    assert moved.due_on == today() + timedelta(days=9)
    assert moved.why["moved_from"] == (today() + timedelta(days=2)).isoformat()
    assert (view.timeline[0].code, view.timeline[0].text) == ("replan_task", REASON)


async def test_a_task_goes_to_who_works_in_the_dossier(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, coordinator: Principal
) -> None:
    ref = await opened(cases, worker)
    task = await own_task(cases, worker, ref)
    command = HandOverTask(assignee=colleague.user_id)

    too_early = await cases.post(f"{task}/hand-over", command, by=worker)
    await cases.post(
        f"/dossiers/{ref.dossier_id}/grants",
        GrantAccess(ground="grant", user_id=colleague.user_id),
        by=coordinator,
    )
    done = await cases.post(f"{task}/hand-over", command, by=worker)

    assert field_codes(too_early) == {"assignee": "no_access"}
    assert done.status_code == 200
    mine = cases.read(await cases.get("/tasks", by=colleague, scope="mine", state="open"), TaskPage)
    assert [each.title for each in mine.tasks] == ["School bellen"]


async def test_what_must_be_done_is_moved_and_never_dropped(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref = await opened(cases, worker, "ifv_physical")
    compulsory = next(each for each in (await seen(cases, ref, worker)).tasks if each.compulsory)
    own = await own_task(cases, worker, ref)

    refused = await cases.post(f"/tasks/{compulsory.task_id}/cancel", CancelTask(reason=REASON), by=worker)
    dropped = await cases.post(f"{own}/cancel", CancelTask(reason=REASON), by=worker)
    again = await cases.post(f"{own}/cancel", CancelTask(reason=REASON), by=worker)

    assert problem(refused) == (409, "task_compulsory")
    assert dropped.status_code == 200
    assert problem(again) == (409, "task_not_open")
    states = {each.title: each.state for each in (await seen(cases, ref, worker)).tasks}
    assert states["School bellen"] == "cancelled"


@pytest.mark.parametrize(
    ("act", "command", "codes"),
    [
        ("replan", {"due_on": "2031-01-06", "reason": "kort"}, {"reason": "reason_shorter"}),
        ("replan", {"due_on": "2020-01-06", "reason": REASON}, {"due_on": "in_the_past"}),
        ("cancel", {"reason": "   "}, {"reason": "reason_shorter"}),
    ],
)
async def test_a_wrong_change_is_refused_at_its_field(
    cases: ServiceUnderTest, worker: Principal, act: str, command: dict[str, str], codes: dict[str, str]
) -> None:
    task = await own_task(cases, worker, await opened(cases, worker))

    answer = await cases.post(f"{task}/{act}", command, by=worker)

    assert answer.status_code == 422
    assert field_codes(answer) == codes


async def test_who_does_not_see_the_dossier_changes_no_task_of_it(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, stranger: Principal
) -> None:
    task = await own_task(cases, worker, await opened(cases, worker))

    for who in (colleague, stranger):
        for act, command in (
            ("replan", ReplanTask(due_on=today(), reason=REASON)),
            ("hand-over", HandOverTask(assignee=who.user_id)),
            ("cancel", CancelTask(reason=REASON)),
        ):
            assert problem(await cases.post(f"{task}/{act}", command, by=who)) == (404, "not_found")


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.integers(-3, 9),
            st.sampled_from(["mine", "other", "nobody"]),
            st.sampled_from(["open", "done"]),
        ),
        max_size=12,
    )
)
async def test_every_number_is_the_length_of_its_list(
    cases: ServiceUnderTest, worker: Principal, tasks: list[tuple[int, str, str]]
) -> None:
    ref = await opened(cases, worker, "burglary")
    who = {"mine": worker.user_id, "other": uuid7(), "nobody": None}
    async with cases.transaction(worker.tenant) as session:
        driver = driver_of(session)
        await driver.execute("UPDATE tasks SET state = 'cancelled'")
        for days, assignee, state in tasks:
            await driver.execute(
                "INSERT INTO tasks (id, dossier_id, kind, title, due_on, state, assignee, compulsory, attempt, result, why, added_at)"
                " VALUES ($1, $2, 'own', 'x', $3, $4, $5, false, 1, '', '{}', now())",
                uuid7(), ref.dossier_id, today() + timedelta(days=days), state, who[assignee],
            )  # fmt: skip
    for scope, kept in (
        ("mine", {"mine"}),
        ("team", {"mine", "other", "nobody"}),
        ("unassigned", {"nobody"}),
    ):
        page = cases.read(await cases.get("/tasks", by=worker, scope=scope, state="open"), TaskPage)
        due = [day for day, assignee, state in tasks if state == "open" and assignee in kept]
        assert [each.due_on for each in page.tasks] == sorted(today() + timedelta(days=day) for day in due)
        assert page.late == sum(day < 0 for day in due)
        assert page.today == due.count(0)
        assert page.week == sum(0 <= day <= 6 for day in due)
