"""The morning after: what nobody decided about yet, assigned in one act, with counts of the same list."""

from datetime import date

from shared.auth import Principal
from shared.contracts.aftercare import DecideTriage, TriagePage
from shared.contracts.cases import DossierAssigned, DossierRef
from shared.contracts.dossier_access import AssignHolder, DeclareConflict
from tests.service.cases.conftest import (
    closed_call_out,
    field_codes,
    listed,
    opened,
    problem,
    seen,
)
from tests.support.service import ServiceUnderTest


async def triage(cases: ServiceUnderTest, by: Principal) -> TriagePage:
    return cases.read(await cases.get("/triage", by=by), TriagePage)


async def last_night(cases: ServiceUnderTest, worker: Principal) -> DossierRef:
    event = closed_call_out(cases, worker)
    await cases.deliver(event)
    line = (await listed(cases, worker)).lines[0]
    return DossierRef(dossier_id=line.dossier_id, number=line.number)


async def test_the_list_says_who_was_there_what_is_late_and_what_is_planned(
    cases: ServiceUnderTest, worker: Principal, coordinator: Principal
) -> None:
    ref = await last_night(cases, worker)
    await opened(cases, worker, "fire")  # a walk-in is decided by who opened it

    page = await triage(cases, coordinator)

    (line,) = page.lines
    assert (line.dossier_id, line.holder, line.present) == (ref.dossier_id, worker.user_id, "moeder, broer")
    assert (line.report, line.report_due_on) == ("late", date(2026, 3, 3))
    assert line.recontacts == [date(2026, 3, 12), date(2026, 4, 13)]
    assert line.minors_involved
    assert (page.waiting, page.reports_late, page.without_holder) == (1, 1, 0)


async def test_one_act_assigns_it_and_takes_it_off_the_list(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, coordinator: Principal
) -> None:
    ref = await last_night(cases, worker)
    path = f"/dossiers/{ref.dossier_id}/triage"

    for _ in range(2):  # a second click changes nothing
        assert (await cases.post(path, DecideTriage(holder=colleague.user_id), by=coordinator)).is_success

    page = await triage(cases, coordinator)
    assert (page.lines, page.waiting, page.decided_today) == ([], 0, 1)
    dossier = await seen(cases, ref, colleague)
    assert dossier.holder == colleague.user_id
    assert [entry.code for entry in dossier.timeline].count("triaged") == 1
    assigned = [each for each in await cases.published(worker.tenant) if isinstance(each, DossierAssigned)]
    assert [each.holder for each in assigned] == [colleague.user_id]


async def test_who_is_blocked_is_named_and_cannot_be_chosen(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, coordinator: Principal
) -> None:
    ref = await last_night(cases, worker)
    block = DeclareConflict(reason="related", user_id=colleague.user_id)
    await cases.post(f"/dossiers/{ref.dossier_id}/conflicts", block, by=coordinator)

    answer = await cases.post(
        f"/dossiers/{ref.dossier_id}/triage", DecideTriage(holder=colleague.user_id), by=coordinator
    )

    assert problem(answer) == (409, "conflict_of_interest")
    page = await triage(cases, coordinator)
    assert (page.waiting, page.lines[0].blocked) == (1, [colleague.user_id])


async def test_without_a_holder_nothing_is_decided(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, coordinator: Principal
) -> None:
    ref = await last_night(cases, worker)
    await cases.post(f"/dossiers/{ref.dossier_id}/conflicts", DeclareConflict(reason="party"), by=worker)
    path = f"/dossiers/{ref.dossier_id}/triage"

    assert field_codes(await cases.post(path, DecideTriage(), by=coordinator)) == {"holder": "required"}
    assert (await triage(cases, coordinator)).without_holder == 1
    await cases.post(
        f"/dossiers/{ref.dossier_id}/holder", AssignHolder(user_id=colleague.user_id), by=coordinator
    )
    assert (await cases.post(path, DecideTriage(), by=coordinator)).is_success


async def test_a_worker_and_another_tenant_have_no_part_in_it(
    cases: ServiceUnderTest, worker: Principal, stranger: Principal
) -> None:
    ref = await last_night(cases, worker)

    assert problem(await cases.get("/triage", by=worker)) == (403, "forbidden")
    assert (await triage(cases, stranger)).waiting == 0
    answer = await cases.post(f"/dossiers/{ref.dossier_id}/triage", DecideTriage(), by=stranger)
    assert problem(answer) == (404, "not_found")
