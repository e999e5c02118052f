"""S14: two victims, one the suspect's sister, and the worker is a cousin: out of both at once, reassigned, looks listed."""

from shared.auth import Principal
from shared.contracts.cases import ConflictOfInterestDeclared, DossierRef
from shared.contracts.dossier_access import BreakGlass, ConflictDeclared, DeclareConflict, DossierAccess
from tests.service.cases.conftest import closed_call_out, listed, opened, person_in, problem, seen
from tests.support.service import ServiceUnderTest


async def test_the_whole_story(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, coordinator: Principal
) -> None:
    event = closed_call_out(cases, worker)
    await cases.deliver(event)
    line = (await listed(cases, worker)).lines[0]
    first = DossierRef(dossier_id=line.dossier_id, number=line.number)
    second = await opened(cases, worker, "death_traffic", beside=first)
    await person_in(cases, second, worker, last_name="Wouters", note="Zus van de verdachte")
    await seen(cases, second, worker)

    declared = cases.read(
        await cases.post(
            f"/dossiers/{second.dossier_id}/conflicts",
            DeclareConflict(
                reason="related", user_id=worker.user_id, same_event=True, new_holder=colleague.user_id
            ),
            by=coordinator,
        ),
        ConflictDeclared,
    )

    assert declared.dossiers == 2
    assert declared.earlier_looks
    attempt = BreakGlass(
        dossier_number=second.number, reason="emergency", text="Ik wil toch nog even kijken."
    )
    assert problem(await cases.post("/break-glass", attempt, by=worker)) == (404, "not_found")
    for dossier_id in (first.dossier_id, second.dossier_id):
        assert problem(await cases.get(f"/dossiers/{dossier_id}", by=worker)) == (404, "not_found")
        access = cases.read(await cases.get(f"/dossiers/{dossier_id}/access", by=coordinator), DossierAccess)
        assert [(each.user_id, each.reason) for each in access.conflicts] == [(worker.user_id, "related")]
        # who took it over from the call-out never read the first one himself
        assert bool(access.conflicts[0].earlier_looks) == (dossier_id == second.dossier_id)
        assert [each.user_id for each in access.grants] == [colleague.user_id]
    dossier = await seen(cases, second, colleague)
    block = next(entry for entry in dossier.timeline if entry.code == "conflict_declared")
    assert block.details == {"user_id": str(worker.user_id), "reason": "related"}  # a code, never a story
    told = [
        each for each in await cases.published(worker.tenant) if isinstance(each, ConflictOfInterestDeclared)
    ]
    assert {each.call_out_id for each in told} == {event.call_out_id, None}
