"""A conflict of interest over every dossier of one event, with a new holder at once, and how a block or a grant ends."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from shared.auth import Principal
from shared.contracts.cases import ConflictOfInterestDeclared, ConflictOfInterestLifted, DossierRef
from shared.contracts.dossier_access import (
    ConflictDeclared,
    DeclareConflict,
    DossierAccess,
    GrantAccess,
    LiftConflict,
    RevokeGrant,
)
from shared.db import uuid7
from tests.service.cases.conftest import (
    CARE,
    COORDINATOR,
    closed_call_out,
    field_codes,
    listed,
    opened,
    problem,
    seen,
)
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest


async def access(cases: ServiceUnderTest, ref: DossierRef, by: Principal) -> DossierAccess:
    return cases.read(await cases.get(f"/dossiers/{ref.dossier_id}/access", by=by), DossierAccess)


async def test_it_is_declared_for_every_dossier_of_the_event_with_a_new_holder_in_the_same_step(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, coordinator: Principal
) -> None:
    first = await opened(cases, worker, "assault")
    second = await opened(cases, worker, "assault", beside=first)
    other = await opened(cases, worker, "fire")
    await seen(cases, second, worker)

    answer = await cases.post(
        f"/dossiers/{first.dossier_id}/conflicts",
        DeclareConflict(
            reason="related", user_id=worker.user_id, same_event=True, new_holder=colleague.user_id
        ),
        by=coordinator,
    )

    declared = cases.read(answer, ConflictDeclared)
    assert declared.dossiers == 2
    assert len(declared.earlier_looks) == 3  # both were opened, one was read
    for ref in (first, second):
        assert problem(await cases.get(f"/dossiers/{ref.dossier_id}", by=worker)) == (404, "not_found")
        dossier = await seen(cases, ref, colleague)
        assert dossier.holder == colleague.user_id
        assert {task.assignee for task in dossier.tasks} == {colleague.user_id}
        assert "assign_holder" not in {task.kind for task in dossier.tasks}
    assert (await seen(cases, other, worker)).holder == worker.user_id


async def test_two_who_declare_over_one_event_at_once_from_different_dossiers_are_both_heard(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    for _ in range(4):
        refs = [await opened(cases, worker, "assault")]
        refs += [await opened(cases, worker, "assault", beside=refs[0]) for _ in range(3)]
        coordinators = [principal(worker.tenant, *COORDINATOR, compartments=CARE) for _ in refs]

        answers = await asyncio.gather(
            *(
                cases.post(
                    f"/dossiers/{ref.dossier_id}/conflicts",
                    DeclareConflict(reason="related", user_id=uuid7(), same_event=True),
                    by=by,
                )
                for ref, by in zip(refs, coordinators, strict=True)
            )
        )

        assert [cases.read(answer, ConflictDeclared).dossiers for answer in answers] == [4, 4, 4, 4]


async def test_who_is_kept_out_of_one_dossier_of_the_event_names_no_holder_there_by_way_of_another(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, coordinator: Principal
) -> None:
    first = await opened(cases, worker, "assault")
    second = await opened(cases, worker, "assault", beside=first)
    await cases.post(
        f"/dossiers/{second.dossier_id}/conflicts", DeclareConflict(reason="related"), by=coordinator
    )

    answer = await cases.post(
        f"/dossiers/{first.dossier_id}/conflicts",
        DeclareConflict(
            reason="related", user_id=worker.user_id, same_event=True, new_holder=colleague.user_id
        ),
        by=coordinator,
    )

    assert cases.read(answer, ConflictDeclared).dossiers == 1
    assert (await access(cases, first, colleague)).same_event == 2
    assert (await seen(cases, second, worker)).holder == worker.user_id


async def test_the_announcement_carries_ids_and_the_call_out_of_whose_briefing_the_worker_is_kept(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    event = closed_call_out(cases, worker)
    await cases.deliver(event)
    ref = (await listed(cases, worker)).lines[0]

    await cases.post(f"/dossiers/{ref.dossier_id}/conflicts", DeclareConflict(reason="party"), by=worker)

    told = [
        each for each in await cases.published(worker.tenant) if isinstance(each, ConflictOfInterestDeclared)
    ]
    assert [(each.dossier_id, each.user_id, each.reason, each.call_out_id) for each in told] == [
        (ref.dossier_id, worker.user_id, "party", event.call_out_id)
    ]


async def test_without_the_event_only_the_one_dossier_is_closed(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    first = await opened(cases, worker, "assault")
    second = await opened(cases, worker, "assault", beside=first)

    await cases.post(f"/dossiers/{first.dossier_id}/conflicts", DeclareConflict(reason="related"), by=worker)

    assert (await seen(cases, second, worker)).holder == worker.user_id


async def test_a_worker_names_no_new_holder_and_nobody_names_the_blocked_one(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, coordinator: Principal
) -> None:
    ref = await opened(cases, worker)
    path = f"/dossiers/{ref.dossier_id}/conflicts"

    by_worker = await cases.post(
        path, DeclareConflict(reason="related", new_holder=colleague.user_id), by=worker
    )
    himself = DeclareConflict(reason="related", user_id=worker.user_id, new_holder=worker.user_id)
    to_himself = await cases.post(path, himself, by=coordinator)
    await cases.post(path, DeclareConflict(reason="party", user_id=colleague.user_id), by=coordinator)
    other = DeclareConflict(reason="related", user_id=worker.user_id, new_holder=colleague.user_id)
    to_a_blocked_one = await cases.post(path, other, by=coordinator)

    assert problem(by_worker) == (403, "forbidden")
    assert field_codes(to_himself) == {"new_holder": "not_a_choice"}
    assert problem(to_a_blocked_one) == (409, "conflict_of_interest")
    assert (await seen(cases, ref, worker)).holder == worker.user_id


async def test_who_may_see_it_and_who_is_kept_out_is_listed_with_earlier_looks_for_the_coordinator(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, coordinator: Principal
) -> None:
    ref = await opened(cases, worker)
    grant = GrantAccess(ground="grant", user_id=colleague.user_id)
    await cases.post(f"/dossiers/{ref.dossier_id}/grants", grant, by=coordinator)
    await seen(cases, ref, colleague)
    await cases.post(f"/dossiers/{ref.dossier_id}/conflicts", DeclareConflict(reason="related"), by=colleague)

    for_coordinator, for_holder = [await access(cases, ref, by) for by in (coordinator, worker)]

    assert [(each.ground, each.user_id) for each in for_holder.grants] == [
        ("holder", worker.user_id),
        ("grant", colleague.user_id),
    ]
    assert [(each.user_id, each.reason) for each in for_holder.conflicts] == [(colleague.user_id, "related")]
    assert for_holder.conflicts[0].earlier_looks == []
    assert len(for_coordinator.conflicts[0].earlier_looks) == 2  # read it, declared


async def test_a_lifted_block_lets_nobody_in_by_itself_but_he_can_be_let_in_again(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, coordinator: Principal
) -> None:
    ref = await opened(cases, worker)
    await cases.post(f"/dossiers/{ref.dossier_id}/conflicts", DeclareConflict(reason="related"), by=worker)
    conflict = (await access(cases, ref, coordinator)).conflicts[0]
    path = f"/dossiers/{ref.dossier_id}/conflicts/{conflict.conflict_id}/lift"

    for wrong, by, expected in (
        (LiftConflict(reason="mistake"), worker, (403, "forbidden")),
        (LiftConflict(reason="x"), coordinator, (422, "invalid")),
    ):
        assert problem(await cases.post(path, wrong, by=by)) == expected
    assert (await cases.post(path, LiftConflict(reason="mistake"), by=coordinator)).is_success
    again = await cases.post(path, LiftConflict(reason="mistake"), by=coordinator)

    assert problem(again) == (404, "not_found")
    assert problem(await cases.get(f"/dossiers/{ref.dossier_id}", by=worker)) == (404, "not_found")
    back = await cases.post(
        f"/dossiers/{ref.dossier_id}/holder", {"user_id": str(worker.user_id)}, by=coordinator
    )
    assert back.is_success
    codes = [entry.code for entry in (await seen(cases, ref, worker)).timeline]
    assert {"conflict_declared", "conflict_lifted"} <= set(codes)
    told = await cases.published(worker.tenant)
    assert [each.user_id for each in told if isinstance(each, ConflictOfInterestLifted)] == [worker.user_id]


async def test_who_is_blocked_cannot_lift_it_even_with_every_right(
    cases: ServiceUnderTest, worker: Principal, coordinator: Principal
) -> None:
    ref = await opened(cases, worker)
    another = principal(worker.tenant, *COORDINATOR, compartments=CARE)
    await cases.post(
        f"/dossiers/{ref.dossier_id}/conflicts", DeclareConflict(reason="related"), by=coordinator
    )
    conflict = (await access(cases, ref, another)).conflicts[0]

    answer = await cases.post(
        f"/dossiers/{ref.dossier_id}/conflicts/{conflict.conflict_id}/lift",
        LiftConflict(reason="mistake"),
        by=coordinator,
    )

    assert problem(answer) == (404, "not_found")


async def test_a_revoked_grant_ends_now_and_its_tasks_go_to_the_holder(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, coordinator: Principal
) -> None:
    ref = await opened(cases, worker)
    until = datetime.now(UTC) + timedelta(days=9)
    grant = GrantAccess(ground="substitute", user_id=colleague.user_id, ends_at=until)
    await cases.post(f"/dossiers/{ref.dossier_id}/grants", grant, by=coordinator)
    await cases.post(
        f"/dossiers/{ref.dossier_id}/tasks",
        {"title": "Bellen", "due_on": str(until.date()), "assignee": str(colleague.user_id)},
        by=worker,
    )
    given = (await access(cases, ref, coordinator)).grants[1]
    path = f"/dossiers/{ref.dossier_id}/grants/{given.grant_id}/revoke"

    refused = await cases.post(path, RevokeGrant(), by=worker)
    once, twice = [await cases.post(path, RevokeGrant(), by=coordinator) for _ in range(2)]

    assert problem(refused) == (403, "forbidden")
    assert (once.is_success, twice.is_success) == (True, True)
    assert problem(await cases.get(f"/dossiers/{ref.dossier_id}", by=colleague)) == (404, "not_found")
    dossier = await seen(cases, ref, worker)
    assert {task.assignee for task in dossier.tasks} == {worker.user_id}
    assert [entry.code for entry in dossier.timeline].count("access_revoked") == 1


async def test_the_holders_own_grant_is_not_revoked(
    cases: ServiceUnderTest, worker: Principal, coordinator: Principal, stranger: Principal
) -> None:
    ref = await opened(cases, worker)
    own = (await access(cases, ref, worker)).grants[0]
    path = f"/dossiers/{ref.dossier_id}/grants/{own.grant_id}/revoke"

    assert problem(await cases.post(path, RevokeGrant(), by=coordinator)) == (409, "grant_is_the_holders")
    assert problem(await cases.post(path, RevokeGrant(), by=stranger)) == (404, "not_found")


@pytest.mark.parametrize("what", ["grants/{}/revoke", "conflicts/{}/lift"])
async def test_what_stands_in_another_dossier_is_not_found_here(
    cases: ServiceUnderTest, worker: Principal, coordinator: Principal, what: str
) -> None:
    ref = await opened(cases, worker)
    body = LiftConflict(reason="mistake") if "lift" in what else RevokeGrant()

    answer = await cases.post(f"/dossiers/{ref.dossier_id}/{what.format(uuid7())}", body, by=coordinator)

    assert problem(answer) == (404, "not_found")
