"""S60: a landlord asks after a client. Nothing is confirmed, the question stands in the dossier, the client may hear."""

import pytest

from shared.auth import Principal
from shared.contracts.cases import NoteOutsideQuestion
from tests.service.cases.conftest import audited, field_codes, open_kinds, opened, problem, seen
from tests.support.service import ServiceUnderTest


async def test_the_question_stands_in_the_timeline_as_a_code_without_a_name(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref = await opened(cases, worker)

    await cases.post(
        f"/dossiers/{ref.dossier_id}/outside-questions", NoteOutsideQuestion(asker="landlord"), by=worker
    )

    entry = (await seen(cases, ref, worker)).timeline[0]
    assert (entry.kind, entry.code, entry.details, entry.text) == (
        "system", "outside_question", {"asker": "landlord"}, "",
    )  # fmt: skip
    assert "tell_client" not in await open_kinds(cases, ref, worker)
    assert len(await audited(cases, worker.tenant, "note_outside_question")) == 1


async def test_a_client_who_wants_to_hear_it_is_told_on_the_next_working_day(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref = await opened(cases, worker)
    command = NoteOutsideQuestion(asker="employer", tell_client=True)

    await cases.post(f"/dossiers/{ref.dossier_id}/outside-questions", command, by=worker)

    [task] = [each for each in (await seen(cases, ref, worker)).tasks if each.kind == "tell_client"]
    assert (task.assignee, task.why["rule"]) == (worker.user_id, "next_working_day")


async def test_an_asker_is_a_code_from_the_list(cases: ServiceUnderTest, worker: Principal) -> None:
    ref = await opened(cases, worker)

    answer = await cases.post(
        f"/dossiers/{ref.dossier_id}/outside-questions", {"asker": "Jan Peeters"}, by=worker
    )

    assert field_codes(answer) == {"asker": "not_a_choice"}


@pytest.mark.parametrize("who", ["colleague", "coordinator", "stranger"])
async def test_only_who_works_in_the_dossier_notes_it(
    cases: ServiceUnderTest, worker: Principal, request: pytest.FixtureRequest, who: str
) -> None:
    ref = await opened(cases, worker)
    somebody: Principal = request.getfixturevalue(who)

    answer = await cases.post(
        f"/dossiers/{ref.dossier_id}/outside-questions", NoteOutsideQuestion(asker="press"), by=somebody
    )

    assert problem(answer) in {(404, "not_found"), (403, "forbidden")}
    assert (await seen(cases, ref, worker)).timeline[0].code != "outside_question"
