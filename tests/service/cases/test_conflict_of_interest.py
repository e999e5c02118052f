"""A worker who is too near to the people in a dossier is kept out, at once and whatever else would let him in."""

from shared.auth import Principal
from shared.contracts.cases import DossierChanged
from shared.contracts.dossier_access import (
    AssignHolder,
    BreakGlass,
    ConflictDeclared,
    DeclareConflict,
    GrantAccess,
)
from shared.contracts.tasks import TaskPage
from tests.service.cases.conftest import field_codes, listed, opened, problem, seen
from tests.support.service import ServiceUnderTest


async def test_the_holder_who_declares_is_out_at_once_and_sees_when_he_looked(
    cases: ServiceUnderTest, worker: Principal, coordinator: Principal
) -> None:
    ref = await opened(cases, worker)
    await seen(cases, ref, worker)
    await seen(cases, ref, coordinator)

    answer = await cases.post(
        f"/dossiers/{ref.dossier_id}/conflicts", DeclareConflict(reason="related"), by=worker
    )

    declared = cases.read(answer, ConflictDeclared)
    assert (declared.user_id, declared.reason) == (worker.user_id, "related")
    assert len(declared.earlier_looks) == 2  # opened it, looked at it
    assert problem(await cases.get(f"/dossiers/{ref.dossier_id}", by=worker)) == (404, "not_found")
    assert (await listed(cases, worker)).count == 0


async def test_without_a_holder_the_coordinator_has_a_task_that_naming_one_completes(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, coordinator: Principal
) -> None:
    ref = await opened(cases, worker)
    await cases.post(f"/dossiers/{ref.dossier_id}/conflicts", DeclareConflict(reason="related"), by=worker)

    dossier = await seen(cases, ref, coordinator)
    assert dossier.holder is None
    assert {task.assignee for task in dossier.tasks} == {None}
    page = cases.read(await cases.get("/tasks", by=coordinator, scope="team"), TaskPage)
    assert "assign_holder" in [task.kind for task in page.tasks]
    changed = [each for each in await cases.published(worker.tenant) if isinstance(each, DossierChanged)]
    assert changed[-1].what == "holder"

    await cases.post(
        f"/dossiers/{ref.dossier_id}/holder", AssignHolder(user_id=colleague.user_id), by=coordinator
    )
    dossier = await seen(cases, ref, colleague)
    assigning = next(task for task in dossier.tasks if task.kind == "assign_holder")
    assert assigning.state == "done"
    assert {task.assignee for task in dossier.tasks if task.state == "open"} == {colleague.user_id}


async def test_a_block_wins_over_grant_supervision_and_break_glass(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, coordinator: Principal
) -> None:
    ref = await opened(cases, worker)
    grant = GrantAccess(ground="grant", user_id=colleague.user_id)
    await cases.post(f"/dossiers/{ref.dossier_id}/grants", grant, by=coordinator)
    for who in (colleague, coordinator):
        await cases.post(f"/dossiers/{ref.dossier_id}/conflicts", DeclareConflict(reason="party"), by=who)

    for who in (colleague, coordinator):
        assert problem(await cases.get(f"/dossiers/{ref.dossier_id}", by=who)) == (404, "not_found")
        assert problem(await cases.get(f"/dossiers/{ref.dossier_id}/looks", by=who)) == (404, "not_found")
    attempt = BreakGlass(dossier_number=ref.number, reason="emergency", text="Cliënt staat aan de balie, nu")
    assert problem(await cases.post("/break-glass", attempt, by=colleague)) == (404, "not_found")


async def test_a_coordinator_blocks_another_and_names_no_blocked_holder(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, coordinator: Principal
) -> None:
    ref = await opened(cases, worker)
    block = DeclareConflict(reason="acquainted", user_id=colleague.user_id)
    await cases.post(f"/dossiers/{ref.dossier_id}/conflicts", block, by=coordinator)

    answers = [
        await cases.post(
            f"/dossiers/{ref.dossier_id}/holder", AssignHolder(user_id=colleague.user_id), by=coordinator
        ),
        await cases.post(
            f"/dossiers/{ref.dossier_id}/grants",
            GrantAccess(ground="grant", user_id=colleague.user_id),
            by=coordinator,
        ),
    ]

    assert {problem(answer) for answer in answers} == {(409, "conflict_of_interest")}
    assert (await seen(cases, ref, worker)).holder == worker.user_id


async def test_a_worker_cannot_block_a_colleague(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal
) -> None:
    ref = await opened(cases, worker)
    block = DeclareConflict(reason="acquainted", user_id=colleague.user_id)

    answer = await cases.post(f"/dossiers/{ref.dossier_id}/conflicts", block, by=worker)

    assert problem(answer) == (403, "forbidden")


async def test_it_is_declared_once_with_a_reason_from_the_list(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, coordinator: Principal
) -> None:
    ref = await opened(cases, worker)
    block = DeclareConflict(reason="related", user_id=colleague.user_id)

    first, again = [
        await cases.post(f"/dossiers/{ref.dossier_id}/conflicts", block, by=coordinator) for _ in range(2)
    ]
    wrong = await cases.post(f"/dossiers/{ref.dossier_id}/conflicts", DeclareConflict(reason="x"), by=worker)

    assert first.status_code == 201
    assert problem(again) == (409, "already_declared")
    assert field_codes(wrong) == {"reason": "not_a_choice"}


async def test_who_does_not_see_it_declares_nothing(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, stranger: Principal
) -> None:
    ref = await opened(cases, worker)

    for who in (colleague, stranger):
        answer = await cases.post(
            f"/dossiers/{ref.dossier_id}/conflicts", DeclareConflict(reason="related"), by=who
        )
        assert problem(answer) == (404, "not_found")
