"""A tenant's files go along in its export, in the clear, and are gone after its removal, whenever that was cut off."""

import asyncio
import csv
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.auth import Permission, Principal
from shared.contracts.event import Event
from shared.contracts.tenancy import TenantAnswer, TenantExportRequested, TenantRemoved
from shared.db import driver_of, platform_transaction, uuid7
from tests.service.cases.conftest import opened
from tests.service.cases.test_documents import PDF, added, archive_of, files_of, sent
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest

MANY = 60


@pytest.fixture
def exports(cases: ServiceUnderTest) -> Path:
    return Path(cases.service.settings.export_dir)


def export_of(tenant: str) -> TenantExportRequested:
    return TenantExportRequested(
        id=uuid7(), occurred_at=datetime.now(UTC), tenant=tenant, folder=f"{tenant}-1"
    )


def removal_of(tenant: str) -> TenantRemoved:
    return TenantRemoved(id=uuid7(), occurred_at=datetime.now(UTC), tenant=tenant)


async def answers(cases: ServiceUnderTest, event: Event) -> int:
    """How often the service said that it had done its part."""
    return sum(
        isinstance(each, TenantAnswer) and each.answers == event.id
        for each in await cases.published(event.tenant)
    )


async def test_an_export_holds_every_file_that_can_be_had_as_it_was_added_and_no_key(
    cases: ServiceUnderTest, worker: Principal, tenant: str, exports: Path
) -> None:
    dossier = await opened(cases, worker)
    photo = b"\xff\xd8\xff\xe0\x00\x10JFIF" + os.urandom(300_000)
    first = await added(cases, dossier, worker)
    second = cases.read(await sent(cases, dossier, worker, photo, "été à la mer.jpg"), type(first))
    gone = await added(cases, dossier, worker, PDF + b"%2")
    archive = archive_of(cases)
    await archive.delete(tenant, gone.document_id)
    event = export_of(tenant)

    await cases.deliver(event)

    here = exports / f"{tenant}-1" / "cases"
    found = {each.name: each.read_bytes() for each in (here / "documents").iterdir()}
    assert found == {
        f"{first.document_id} verslag.pdf": PDF, f"{second.document_id} été à la mer.jpg": photo,
    }  # fmt: skip
    with (here / "documents.csv").open(encoding="utf-8") as lines:
        assert {row["id"] for row in csv.DictReader(lines)} >= {
            str(first.document_id),
            str(second.document_id),
        }
    assert not (here / "document_keys.csv").exists()
    assert (here / "documents").stat().st_mode & 0o077 == 0
    assert await answers(cases, event) == 1


async def test_an_export_that_is_asked_twice_is_the_same_and_one_without_files_has_no_folder(
    cases: ServiceUnderTest, worker: Principal, tenant: str, other_tenant: str, exports: Path
) -> None:
    await added(cases, await opened(cases, worker), worker)
    event = export_of(tenant)

    await cases.deliver(event)
    await cases.deliver(event)
    await cases.deliver(export_of(other_tenant))

    assert len(list((exports / f"{tenant}-1" / "cases" / "documents").iterdir())) == 1
    assert not (exports / f"{other_tenant}-1" / "cases" / "documents").exists()


async def test_a_removal_that_is_cut_off_in_the_middle_is_finished_by_the_next_delivery(
    cases: ServiceUnderTest, worker: Principal, tenant: str, other_tenant: str
) -> None:
    theirs = principal(other_tenant, *Permission, compartments=tuple(worker.compartments))
    kept = await added(cases, await opened(cases, theirs), theirs)
    await added(cases, await opened(cases, worker), worker)
    folder = Path(archive_of(cases)._settings.documents_url) / tenant
    for _ in range(MANY):
        (folder / str(uuid7())).write_bytes(b"sealed")
    event = removal_of(tenant)

    removing = asyncio.create_task(cases.deliver(event))
    while len(files_of(cases, tenant)) > MANY // 2:
        await asyncio.sleep(0)
    removing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await removing
    left = len(files_of(cases, tenant))
    said = await answers(cases, event)
    await cases.deliver(event)

    assert (0 < left <= MANY // 2, said) == (True, 0)
    assert files_of(cases, tenant) == []
    assert [each.name for each in files_of(cases, other_tenant)] == [str(kept.document_id)]
    assert await answers(cases, event) == 1
    async with platform_transaction(cases.database) as session:
        assert await driver_of(session).fetchval("SELECT to_regnamespace($1)", f"t_{tenant}") is None


async def test_a_removal_that_comes_twice_harms_nobody(
    cases: ServiceUnderTest, worker: Principal, tenant: str
) -> None:
    await added(cases, await opened(cases, worker), worker)

    for event in (removal_of(tenant), removal_of(tenant)):
        await cases.deliver(event)
        assert await answers(cases, event) == 1

    assert files_of(cases, tenant) == []
