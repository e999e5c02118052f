"""Who looked at a dossier, who may ask that, and that the asking is kept too."""

from shared.auth import Permission, Principal
from shared.contracts.cases import DossierRef, WriteEntry
from shared.contracts.dossier_access import Look
from shared.db import uuid7
from tests.service.cases.conftest import opened, problem, seen
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest


async def looks(cases: ServiceUnderTest, ref: DossierRef, by: Principal) -> list[Look]:
    return cases.read(await cases.get(f"/dossiers/{ref.dossier_id}/looks", by=by), list[Look])


async def test_the_holder_sees_who_read_and_wrote_newest_first(
    cases: ServiceUnderTest, worker: Principal, coordinator: Principal
) -> None:
    ref = await opened(cases, worker)
    await seen(cases, ref, coordinator)
    await cases.post(f"/dossiers/{ref.dossier_id}/entries", WriteEntry(text="x"), by=worker)

    seen_by = [(look.action, look.user_id) for look in await looks(cases, ref, worker)]

    assert seen_by == [
        ("write_entry", worker.user_id),
        ("dossier_by_id", coordinator.user_id),
        ("open_dossier", worker.user_id),
    ]


async def test_asking_who_looked_is_a_look(cases: ServiceUnderTest, worker: Principal) -> None:
    ref = await opened(cases, worker)
    await looks(cases, ref, worker)

    assert (await looks(cases, ref, worker))[0].action == "dossier_looks"


async def test_a_dpo_sees_the_log_and_not_the_dossier(
    cases: ServiceUnderTest, worker: Principal, tenant: str
) -> None:
    ref = await opened(cases, worker)
    dpo = principal(tenant, Permission.AUDIT_READ)

    assert [look.action for look in await looks(cases, ref, dpo)] == ["open_dossier"]
    assert problem(await cases.get(f"/dossiers/{ref.dossier_id}", by=dpo)) == (403, "forbidden")


async def test_nobody_else_sees_it(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, stranger: Principal, tenant: str
) -> None:
    ref = await opened(cases, worker)
    supervisor = principal(
        tenant, Permission.DOSSIER_READ, Permission.DOSSIER_SUPERVISE, compartments=worker.compartments
    )

    for who in (colleague, stranger, supervisor):
        answer = await cases.get(f"/dossiers/{ref.dossier_id}/looks", by=who)
        assert problem(answer) == (404, "not_found")
    assert problem(await cases.get(f"/dossiers/{uuid7()}/looks", by=worker)) == (404, "not_found")
    nobody = principal(tenant)
    assert problem(await cases.get(f"/dossiers/{ref.dossier_id}/looks", by=nobody)) == (403, "forbidden")
