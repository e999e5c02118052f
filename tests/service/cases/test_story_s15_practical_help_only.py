"""S15: a locksmith, a night in a shelter, a call to the insurer: acts with minutes, and no story is asked for."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.auth import Principal
from shared.contracts.aftercare import GoodbyeFacts, GoodbyeRef, NotePracticalHelp
from shared.contracts.cases import CloseDossier
from shared.contracts.tasks import CompleteTask
from tests.service.cases.conftest import (
    aftercare_of,
    field_codes,
    opened,
    person_in,
    problem,
    seen,
    task_of,
)
from tests.support.service import ServiceUnderTest

NOW = datetime.now(UTC)


async def test_the_whole_story(cases: ServiceUnderTest, worker: Principal) -> None:
    ref = await opened(cases, worker, "burglary")
    victim = await person_in(cases, ref, worker, last_name="Sonck")
    path = f"/dossiers/{ref.dossier_id}/practical-help"
    for kind, minutes, result in (
        ("locksmith", 35, "done"),
        ("shelter", 50, "arranged"),
        ("insurer", 15, "waiting"),
    ):
        noted = await cases.post(
            path, NotePracticalHelp(kind=kind, minutes=minutes, result=result), by=worker
        )
        assert noted.is_success

    view = await aftercare_of(cases, ref, worker)
    assert [(each.kind, each.minutes, each.result, each.note) for each in view.practical_help] == [
        ("locksmith", 35, "done", ""),
        ("shelter", 50, "arranged", ""),
        ("insurer", 15, "waiting", ""),
    ]
    assert view.practical_minutes == 100
    assert {each.done_by for each in view.practical_help} == {worker.user_id}

    # a referral to the OCMW only with consent
    consent = {"purpose": "referral_ocmw", "person_id": str(victim)}
    assert (await cases.post(f"/dossiers/{ref.dossier_id}/consents", consent, by=worker)).is_success
    for _ in range(2):
        task = await task_of(cases, ref, worker, "recontact")
        await cases.post(f"/tasks/{task.task_id}/complete", CompleteTask(result="reached_ok"), by=worker)
    closed = await cases.post(f"/dossiers/{ref.dossier_id}/close", CloseDossier(version=1), by=worker)
    assert closed.is_success
    dossier = await seen(cases, ref, worker)
    assert {entry.kind for entry in dossier.timeline} == {"system"}  # nothing had to be told
    refused = await cases.post(path, NotePracticalHelp(kind="other", minutes=5), by=worker)
    assert problem(refused) == (409, "dossier_closed")


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"kind": "magic", "minutes": 5}, {"kind": "not_a_choice"}),
        ({"kind": "doctor", "minutes": 5, "result": "perhaps"}, {"result": "not_a_choice"}),
        ({"kind": "doctor", "minutes": 5, "done_on": "2090-01-01"}, {"done_on": "in_the_future"}),
    ],
)
async def test_an_act_has_a_kind_a_result_and_a_day_that_has_been(
    cases: ServiceUnderTest, worker: Principal, body: dict[str, object], wrong: dict[str, str]
) -> None:
    ref = await opened(cases, worker, "burglary")

    assert (
        field_codes(await cases.post(f"/dossiers/{ref.dossier_id}/practical-help", body, by=worker)) == wrong
    )


async def test_a_goodbye_waits_for_the_prosecutor_and_is_then_held(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal
) -> None:
    ref = await opened(cases, worker, "death_suspicious")
    asked = GoodbyeFacts(
        permission="asked",
        autopsy_on=datetime(2026, 1, 31, tzinfo=UTC).date(),
        planned_at=NOW + timedelta(days=2),
    )
    planned = await cases.post(f"/dossiers/{ref.dossier_id}/goodbyes", asked, by=worker)
    path = f"/goodbyes/{cases.read(planned, GoodbyeRef).goodbye_id}"

    too_early = await cases.post(path, GoodbyeFacts(permission="asked", held_at=NOW), by=worker)
    undated = await cases.post(path, GoodbyeFacts(permission="given"), by=worker)
    held = GoodbyeFacts(
        permission="given",
        permission_on=NOW.date() - timedelta(days=1),
        held_at=NOW - timedelta(hours=2),
        place="Mortuarium OLV",
        attendees="Moeder, zus, tante",
        present=[worker.user_id],
        object_wishes="Ring mee in de kist",
    )
    done = await cases.post(path, held, by=worker)
    by_colleague = await cases.post(path, held, by=colleague)

    assert problem(too_early) == (409, "no_permission")
    assert field_codes(undated) == {"permission_on": "required"}
    assert done.is_success
    assert problem(by_colleague) == (404, "not_found")
    (view,) = (await aftercare_of(cases, ref, worker)).goodbyes
    assert (view.facts.permission, view.facts.object_wishes) == ("given", "Ring mee in de kist")
    codes = [entry.code for entry in (await seen(cases, ref, worker)).timeline]
    assert {"goodbye_planned", "goodbye_held"} <= set(codes)


async def test_the_family_may_ask_release_a_month_after_the_autopsy(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref = await opened(cases, worker, "death_suspicious")
    day = datetime(2026, 1, 31, tzinfo=UTC).date()
    await cases.post(f"/dossiers/{ref.dossier_id}/goodbyes", GoodbyeFacts(autopsy_on=day), by=worker)

    (view,) = (await aftercare_of(cases, ref, worker)).goodbyes

    assert view.release_from == datetime(2026, 2, 28, tzinfo=UTC).date()
