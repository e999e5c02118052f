"""Changing the facts of a dossier, closing it and opening it again."""

import asyncio

import msgspec

from shared.auth import Principal
from shared.contracts.cases import ChangeDossier, CloseDossier, DossierChanged, WriteEntry
from shared.errors import ProblemDetails
from tests.service.cases.conftest import opened, problem, seen
from tests.support.service import ServiceUnderTest


async def test_new_facts_are_there_and_the_timeline_says_which(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref = await opened(cases, worker)
    change = ChangeDossier(version=1, summary="Handtas gestolen", place="Grote Markt 1, Aalst")

    await cases.post(f"/dossiers/{ref.dossier_id}", change, by=worker)

    dossier = await seen(cases, ref, worker)
    assert (dossier.summary, dossier.version) == ("Handtas gestolen", 2)
    assert (dossier.timeline[0].code, dossier.timeline[0].details) == (
        "dossier_changed",
        {"facts": "summary"},
    )
    assert isinstance((await cases.published(worker.tenant))[-1], DossierChanged)


async def test_of_two_who_change_at_once_the_second_is_told_who_was_first(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref = await opened(cases, worker)
    changes = [ChangeDossier(version=1, summary=summary) for summary in ("van de een", "van de ander")]

    answers = await asyncio.gather(
        *(cases.post(f"/dossiers/{ref.dossier_id}", change, by=worker) for change in changes)
    )

    refused = next(answer for answer in answers if not answer.is_success)
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    details = msgspec.json.decode(refused.content, type=ProblemDetails)
    assert details.code == "changed_meanwhile"
    assert details.details["changed_by"] == str(worker.user_id)
    assert details.details["changed_at"]


async def test_a_supervisor_may_read_and_not_change(
    cases: ServiceUnderTest, worker: Principal, coordinator: Principal
) -> None:
    ref = await opened(cases, worker)
    with_writing = Principal(
        user_id=coordinator.user_id,
        tenant=coordinator.tenant,
        session_id=coordinator.session_id,
        permissions=coordinator.permissions | worker.permissions,
        compartments=coordinator.compartments,
    )

    answer = await cases.post(
        f"/dossiers/{ref.dossier_id}", ChangeDossier(version=1, summary="x"), by=with_writing
    )

    assert problem(answer) == (403, "read_only")


async def test_it_does_not_close_before_everything_compulsory_is_done(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref = await opened(cases, worker, "ifv_physical")

    answer = await cases.post(f"/dossiers/{ref.dossier_id}/close", CloseDossier(version=1), by=worker)

    assert problem(answer) == (409, "compulsory_tasks_open")
    assert (await seen(cases, ref, worker)).state == "open"


async def test_closing_cancels_what_was_optional_and_reopening_begins_anew(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref = await opened(cases, worker)

    await cases.post(f"/dossiers/{ref.dossier_id}/close", CloseDossier(version=1), by=worker)
    closed = await seen(cases, ref, worker)
    await cases.post(f"/dossiers/{ref.dossier_id}/reopen", CloseDossier(version=2), by=worker)
    reopened = await seen(cases, ref, worker)

    assert (closed.state, [task.state for task in closed.tasks]) == ("closed", ["cancelled"])
    assert closed.closed_at is not None
    assert (reopened.state, reopened.closed_at, reopened.version) == ("open", None, 3)
    assert [entry.code for entry in reopened.timeline] == [
        "dossier_reopened",
        "dossier_closed",
        "dossier_opened",
    ]


async def test_nothing_is_added_to_a_closed_dossier(cases: ServiceUnderTest, worker: Principal) -> None:
    ref = await opened(cases, worker)
    await cases.post(f"/dossiers/{ref.dossier_id}/close", CloseDossier(version=1), by=worker)

    answers = [
        await cases.post(f"/dossiers/{ref.dossier_id}/entries", WriteEntry(text="nog iets"), by=worker),
        await cases.post(f"/dossiers/{ref.dossier_id}", ChangeDossier(version=2, summary="x"), by=worker),
        await cases.post(f"/dossiers/{ref.dossier_id}/persons", {"last_name": "Peeters"}, by=worker),
    ]

    assert {problem(answer) for answer in answers} == {(409, "dossier_closed")}


async def test_an_open_dossier_cannot_be_reopened(cases: ServiceUnderTest, worker: Principal) -> None:
    ref = await opened(cases, worker)

    answer = await cases.post(f"/dossiers/{ref.dossier_id}/reopen", CloseDossier(version=1), by=worker)

    assert problem(answer) == (409, "dossier_open")


async def test_a_colleague_and_another_tenant_cannot_change_it(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, stranger: Principal
) -> None:
    ref = await opened(cases, worker)

    for who in (colleague, stranger):
        for path, command in (
            ("", ChangeDossier(version=1, summary="x")),
            ("/close", CloseDossier(version=1)),
            ("/reopen", CloseDossier(version=1)),
        ):
            answer = await cases.post(f"/dossiers/{ref.dossier_id}{path}", command, by=who)
            assert problem(answer) == (404, "not_found")
