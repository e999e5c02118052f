"""Who works in a dossier: the holder, substitutes, colleagues and teams."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.auth import Permission, Principal
from shared.contracts.cases import DossierAssigned, WriteEntry
from shared.contracts.dossier_access import AssignHolder, GrantAccess
from shared.db import driver_of, uuid7
from tests.service.cases.conftest import CARE, WORKER, field_codes, listed, opened, problem, seen
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest


async def test_a_new_holder_takes_over_and_the_old_one_loses_sight(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, coordinator: Principal
) -> None:
    ref = await opened(cases, worker)

    answer = await cases.post(
        f"/dossiers/{ref.dossier_id}/holder", AssignHolder(user_id=colleague.user_id), by=coordinator
    )

    assert answer.status_code == 200
    dossier = await seen(cases, ref, colleague)
    assert dossier.holder == colleague.user_id
    assert {task.assignee for task in dossier.tasks} == {colleague.user_id}
    assert dossier.timeline[0].details == {"from": str(worker.user_id), "to": str(colleague.user_id)}
    assert problem(await cases.get(f"/dossiers/{ref.dossier_id}", by=worker)) == (404, "not_found")
    assert (await listed(cases, worker)).count == 0
    announced = [each for each in await cases.published(worker.tenant) if isinstance(each, DossierAssigned)]
    assert [each.holder for each in announced] == [colleague.user_id]


async def test_naming_the_same_holder_changes_nothing(
    cases: ServiceUnderTest, worker: Principal, coordinator: Principal
) -> None:
    ref = await opened(cases, worker)

    await cases.post(
        f"/dossiers/{ref.dossier_id}/holder", AssignHolder(user_id=worker.user_id), by=coordinator
    )

    assert len((await seen(cases, ref, worker)).timeline) == 1


async def test_a_worker_cannot_name_a_holder(cases: ServiceUnderTest, worker: Principal) -> None:
    ref = await opened(cases, worker)

    answer = await cases.post(
        f"/dossiers/{ref.dossier_id}/holder", AssignHolder(user_id=worker.user_id), by=worker
    )

    assert problem(answer) == (403, "forbidden")


async def test_a_substitute_works_until_the_end_date(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, coordinator: Principal
) -> None:
    ref = await opened(cases, worker)
    ends_at = datetime.now(UTC) + timedelta(days=10)
    command = GrantAccess(ground="substitute", user_id=colleague.user_id, ends_at=ends_at)

    await cases.post(f"/dossiers/{ref.dossier_id}/grants", command, by=coordinator)

    access = (await seen(cases, ref, colleague)).access
    assert (access.ground, access.may_write, access.ends_at) == ("substitute", True, ends_at)
    written = await cases.post(f"/dossiers/{ref.dossier_id}/entries", WriteEntry(text="x"), by=colleague)
    assert written.status_code == 201

    async with cases.transaction(worker.tenant) as session:
        await driver_of(session).execute("UPDATE grants SET ends_at = now() WHERE ground = 'substitute'")
    assert problem(await cases.get(f"/dossiers/{ref.dossier_id}", by=colleague)) == (404, "not_found")


async def test_a_team_sees_it_and_a_reader_does_not_write(
    cases: ServiceUnderTest, worker: Principal, coordinator: Principal, tenant: str
) -> None:
    ref, team = await opened(cases, worker), uuid7()
    member = principal(tenant, *WORKER, compartments=CARE, teams=(team,))
    command = GrantAccess(ground="team", team_id=team, may_write=False)

    await cases.post(f"/dossiers/{ref.dossier_id}/grants", command, by=coordinator)

    dossier = await seen(cases, ref, member)
    assert dossier.team_id == team
    assert (dossier.access.ground, dossier.access.may_write) == ("team", False)
    answer = await cases.post(f"/dossiers/{ref.dossier_id}/entries", WriteEntry(text="x"), by=member)
    assert problem(answer) == (403, "read_only")


@pytest.mark.parametrize(
    ("command", "codes"),
    [
        ({"ground": "holder", "user_id": str(uuid7())}, {"ground": "not_a_choice"}),
        ({"ground": "substitute", "user_id": str(uuid7())}, {"ends_at": "required"}),
        ({"ground": "grant"}, {"user_id": "required"}),
        ({"ground": "team"}, {"team_id": "required"}),
        (
            {"ground": "substitute", "user_id": str(uuid7()), "ends_at": "2020-01-01T00:00:00Z"},
            {"ends_at": "in_the_past"},
        ),
        (
            {"ground": "substitute", "user_id": str(uuid7()), "ends_at": "2099-01-01T00:00:00"},
            {"ends_at": "without_time_zone"},
        ),
        ({"ground": "team", "user_id": str(uuid7()), "team_id": str(uuid7())}, {"team_id": "user_or_team"}),
    ],
)
async def test_a_wrong_grant_is_refused_at_its_field(
    cases: ServiceUnderTest,
    worker: Principal,
    coordinator: Principal,
    command: dict[str, str],
    codes: dict[str, str],
) -> None:
    ref = await opened(cases, worker)

    answer = await cases.post(f"/dossiers/{ref.dossier_id}/grants", command, by=coordinator)

    assert field_codes(answer) == codes


async def test_who_may_assign_elsewhere_does_not_see_it(
    cases: ServiceUnderTest, worker: Principal, stranger: Principal, tenant: str
) -> None:
    ref = await opened(cases, worker)
    not_supervising = principal(tenant, Permission.DOSSIER_READ, Permission.DOSSIER_ASSIGN, compartments=CARE)

    for who in (stranger, not_supervising):
        for path, command in (
            ("holder", AssignHolder(user_id=who.user_id)),
            ("grants", GrantAccess(ground="grant", user_id=who.user_id)),
        ):
            answer = await cases.post(f"/dossiers/{ref.dossier_id}/{path}", command, by=who)
            assert problem(answer) == (404, "not_found")
