"""What must be done: the report, contacting again, and tasks of one's own."""

from datetime import timedelta
from uuid import UUID

import pytest

from shared.auth import Principal
from shared.contracts.aftercare import RecontactRule
from shared.contracts.cases import CallOutReported, DossierRef, DossierView, WriteReport
from shared.contracts.tasks import AddTask, CompleteTask, TaskPage, TaskView
from shared.db import uuid7
from tests.service.cases.conftest import closed_call_out, field_codes, listed, opened, problem, seen
from tests.support.clock import today
from tests.support.service import ServiceUnderTest


async def tasks_of(cases: ServiceUnderTest, by: Principal, **params: str) -> TaskPage:
    return cases.read(await cases.get("/tasks", by=by, **params), TaskPage)


async def the_recontact(cases: ServiceUnderTest, ref: DossierRef, by: Principal) -> TaskView:
    """The re-contact that is open now."""
    dossier = await seen(cases, ref, by)
    return next(task for task in dossier.tasks if task.kind == "recontact" and task.state == "open")


async def taken_over(cases: ServiceUnderTest, worker: Principal) -> tuple[DossierView, UUID]:
    event = closed_call_out(cases, worker)
    await cases.deliver(event)
    line = (await listed(cases, worker)).lines[0]
    ref = DossierRef(dossier_id=line.dossier_id, number=line.number)
    return await seen(cases, ref, worker), event.call_out_id


async def test_the_report_completes_its_task_and_is_announced_once(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    before, call_out_id = await taken_over(cases, worker)
    ref = DossierRef(dossier_id=before.dossier_id, number=before.number)

    for text in ("Ouders verwittigd om 02:50", "Aanvulling: broer gebeld"):
        answer = await cases.post(f"/dossiers/{ref.dossier_id}/report", WriteReport(text=text), by=worker)
        assert answer.status_code == 201

    dossier = await seen(cases, ref, worker)
    report = next(task for task in dossier.tasks if task.kind == "call_out_report")
    assert (report.state, report.result, report.done_by) == ("done", "done", worker.user_id)
    assert [entry.text for entry in dossier.timeline if entry.kind == "report"] == [
        "Aanvulling: broer gebeld",
        "Ouders verwittigd om 02:50",
    ]
    announced = [each for each in await cases.published(worker.tenant) if isinstance(each, CallOutReported)]
    assert [each.call_out_id for each in announced] == [call_out_id]


async def test_a_dossier_without_a_call_out_has_no_report(cases: ServiceUnderTest, worker: Principal) -> None:
    ref = await opened(cases, worker)

    answer = await cases.post(f"/dossiers/{ref.dossier_id}/report", WriteReport(text="x"), by=worker)

    assert problem(answer) == (409, "no_call_out")


async def test_the_report_task_is_done_by_the_report_only(cases: ServiceUnderTest, worker: Principal) -> None:
    dossier, _ = await taken_over(cases, worker)
    report = next(task for task in dossier.tasks if task.kind == "call_out_report")

    answer = await cases.post(f"/tasks/{report.task_id}/complete", CompleteTask(result="done"), by=worker)

    assert problem(answer) == (409, "done_by_its_own_act")


async def test_nobody_reached_is_tried_again_on_the_next_working_day_three_times_in_all(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref = await opened(cases, worker, "robbery_violence")

    for attempt in ("1", "2", "3"):
        task = await the_recontact(cases, ref, worker)
        assert task.why.get("attempt", "1") == attempt
        answer = await cases.post(
            f"/tasks/{task.task_id}/complete", CompleteTask(result="not_reached"), by=worker
        )
        assert answer.status_code == 200

    dossier = await seen(cases, ref, worker)
    [decide, *attempts] = dossier.tasks
    assert [task.state for task in attempts] == ["done"] * 3
    assert attempts[1].why["after"] == "not_reached"
    assert attempts[1].why["rule"] == "next_working_day"
    assert (decide.kind, decide.state, decide.assignee) == ("decide_contact", "open", None)


async def test_what_came_of_a_contact_is_in_the_journal(cases: ServiceUnderTest, worker: Principal) -> None:
    ref = await opened(cases, worker)
    task = await the_recontact(cases, ref, worker)
    command = CompleteTask(result="reached_referral_wanted", note="Wil met CAW praten")

    await cases.post(f"/tasks/{task.task_id}/complete", command, by=worker)

    entry = (await seen(cases, ref, worker)).timeline[0]
    assert (entry.kind, entry.code, entry.text) == ("contact", "task_completed", "Wil met CAW praten")
    assert entry.details["result"] == "reached_referral_wanted"


async def test_a_recontact_is_never_simply_done(cases: ServiceUnderTest, worker: Principal) -> None:
    task = await the_recontact(cases, await opened(cases, worker), worker)

    answer = await cases.post(f"/tasks/{task.task_id}/complete", CompleteTask(result="done"), by=worker)

    assert field_codes(answer) == {"result": "not_a_choice"}


async def test_a_task_is_completed_once(cases: ServiceUnderTest, worker: Principal) -> None:
    task = await the_recontact(cases, await opened(cases, worker), worker)

    answers = [
        await cases.post(f"/tasks/{task.task_id}/complete", CompleteTask(result="refused"), by=worker)
        for _ in range(2)
    ]

    assert answers[0].status_code == 200
    assert problem(answers[1]) == (409, "task_not_open")


async def test_ones_own_tasks_come_in_order_with_counts_of_the_same_list(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref = await opened(cases, worker)
    for title, days in (("later", 9), ("deze week", 6), ("vandaag", 0), ("over acht dagen", 7)):
        command = AddTask(title=title, due_on=today() + timedelta(days=days))
        assert (await cases.post(f"/dossiers/{ref.dossier_id}/tasks", command, by=worker)).status_code == 201

    page = await tasks_of(cases, worker)

    assert [task.title for task in page.tasks if task.kind == "own"] == [
        "vandaag", "deze week", "over acht dagen", "later",
    ]  # fmt: skip
    assert (page.late, page.today, page.week) == (0, 1, 2)
    assert page.tasks[0].dossier_number == ref.number
    assert page.tasks[0].incident_type == "robbery_violence"


async def test_a_task_of_yesterday_is_late(cases: ServiceUnderTest, worker: Principal) -> None:
    await taken_over(cases, worker)  # in March 2026

    page = await tasks_of(cases, worker)

    assert page.late == sum(task.due_on < today() for task in page.tasks) > 0


async def test_a_team_list_holds_the_tasks_of_every_dossier_in_sight(
    cases: ServiceUnderTest,
    worker: Principal,
    colleague: Principal,
    coordinator: Principal,
    stranger: Principal,
) -> None:
    for who in (worker, colleague):
        await opened(cases, who)

    counts = {
        who.user_id: (
            len((await tasks_of(cases, who)).tasks),
            len((await tasks_of(cases, who, scope="team")).tasks),
        )
        for who in (worker, coordinator, stranger)
    }

    assert list(counts.values()) == [(1, 1), (0, 2), (0, 0)]


async def test_done_tasks_can_be_asked_for(cases: ServiceUnderTest, worker: Principal) -> None:
    task = await the_recontact(cases, await opened(cases, worker), worker)
    await cases.post(f"/tasks/{task.task_id}/complete", CompleteTask(result="moved"), by=worker)

    page = await tasks_of(cases, worker, state="done")

    assert [each.result for each in page.tasks] == ["moved"]
    assert (page.late, page.today, page.week) == (0, 0, 0)


@pytest.mark.parametrize("parameters", [{"scope": "world"}, {"state": "lost"}])
async def test_wrong_parameters_are_refused(
    cases: ServiceUnderTest, worker: Principal, parameters: dict[str, str]
) -> None:
    assert field_codes(await cases.get("/tasks", by=worker, **parameters)) == dict.fromkeys(
        parameters, "not_a_choice"
    )


async def test_a_task_is_not_due_in_the_past_and_not_given_to_who_cannot_see_it(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal
) -> None:
    ref = await opened(cases, worker)
    past = AddTask(title="x", due_on=today() - timedelta(days=1))
    blind = AddTask(title="x", due_on=today(), assignee=colleague.user_id)

    codes = [
        field_codes(await cases.post(f"/dossiers/{ref.dossier_id}/tasks", command, by=worker))
        for command in (past, blind)
    ]

    assert codes == [{"due_on": "in_the_past"}, {"assignee": "no_access"}]


async def test_who_does_not_see_the_dossier_neither_adds_nor_completes(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, stranger: Principal
) -> None:
    ref = await opened(cases, worker)
    task = await the_recontact(cases, ref, worker)

    for who in (colleague, stranger):
        answers = [
            await cases.post(f"/tasks/{task.task_id}/complete", CompleteTask(result="refused"), by=who),
            await cases.post(f"/tasks/{uuid7()}/complete", CompleteTask(result="refused"), by=who),
            await cases.post(f"/dossiers/{ref.dossier_id}/tasks", AddTask(title="x", due_on=today()), by=who),
        ]
        assert {problem(answer) for answer in answers} == {(404, "not_found")}


async def test_the_plan_can_be_read(cases: ServiceUnderTest, worker: Principal) -> None:
    plan = cases.read(await cases.get("/recontact-plan", by=worker), list[RecontactRule])

    [rule] = (rule for rule in plan if rule.incident_type == "ifv_physical")
    assert (rule.days, rule.compulsory, rule.own_from) == ([3, 30], True, None)
