"""Documents of a dossier: in, looked at, out, withdrawn; whole or not at all."""

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import httpx
import msgspec
import pytest

from services.cases.documents.archive import ARCHIVE, Archive
from services.cases.documents.scanner import Scanner
from shared.auth import Permission, Principal
from shared.contracts.cases import DossierChanged, DossierRef
from shared.contracts.documents import AddDocument, DocumentRef, DossierPapers, WithdrawDocument
from shared.contracts.dossier_access import GrantAccess
from shared.db import driver_of, platform_transaction, uuid7
from tests.service.cases.conftest import CARE, audited, field_codes, opened, problem, seen
from tests.support.clamd import EICAR, Clamd, clamd
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def archive_of(cases: ServiceUnderTest) -> Archive:
    return cast("Archive", cases.service.carries[ARCHIVE])


def files_of(cases: ServiceUnderTest, tenant: str) -> list[Path]:
    folder = Path(archive_of(cases)._settings.documents_url) / tenant
    return sorted(folder.iterdir()) if folder.exists() else []


async def sent(
    cases: ServiceUnderTest,
    dossier: DossierRef,
    by: Principal,
    content: bytes = PDF,
    name: str = "verslag.pdf",
    *,
    key: str = "",
    kind: str = "report",
) -> httpx.Response:
    head = AddDocument(name=name, kind=kind, note="Van het ziekenhuis")
    return await cases.upload(f"/dossiers/{dossier.dossier_id}/documents", content, head, by=by, key=key)


async def added(
    cases: ServiceUnderTest,
    dossier: DossierRef,
    by: Principal,
    content: bytes = PDF,
    name: str = "verslag.pdf",
) -> DocumentRef:
    return cases.read(await sent(cases, dossier, by, content, name), DocumentRef)


async def papers(cases: ServiceUnderTest, dossier: DossierRef, by: Principal) -> DossierPapers:
    return cases.read(await cases.get(f"/dossiers/{dossier.dossier_id}/documents", by=by), DossierPapers)


async def fetched(cases: ServiceUnderTest, document: DocumentRef, by: Principal) -> httpx.Response:
    return await cases.get(f"/documents/{document.document_id}/content", by=by)


@pytest.fixture
async def scanner(cases: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Clamd]:
    async with clamd() as running:
        monkeypatch.setattr(archive_of(cases), "scanner", Scanner(running.address))
        yield running


async def test_a_file_goes_in_and_comes_out_as_it_was(cases: ServiceUnderTest, worker: Principal) -> None:
    dossier = await opened(cases, worker)
    content = PDF + os.urandom(300_000)

    document = await added(cases, dossier, worker, content)
    answer = await fetched(cases, document, worker)

    assert answer.content == content
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith('attachment; filename="verslag.pdf"')
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    (view,) = (await papers(cases, dossier, worker)).documents
    assert (view.name, view.kind, view.size, view.state, view.note) == (
        "verslag.pdf", "report", len(content), "kept", "Van het ziekenhuis",
    )  # fmt: skip


async def test_it_is_encrypted_where_it_lies_and_not_in_the_database(
    cases: ServiceUnderTest, worker: Principal, tenant: str
) -> None:
    secret = b"%PDF-1.7 Lena Peeters woont op een geheim adres"
    await added(cases, await opened(cases, worker), worker, secret)

    (file,) = files_of(cases, tenant)
    assert b"Peeters" not in file.read_bytes()
    async with cases.transaction(tenant) as session:
        row = await driver_of(session).fetchrow("SELECT * FROM documents")
    assert "Peeters" not in str(row)


async def test_without_a_scanner_a_file_is_honestly_not_scanned(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    dossier = await opened(cases, worker)
    await added(cases, dossier, worker)

    (view,) = (await papers(cases, dossier, worker)).documents
    assert (view.scan, view.available) == ("not_scanned", True)


async def test_a_file_waits_until_the_scanner_has_seen_it(
    cases: ServiceUnderTest, worker: Principal, scanner: Clamd
) -> None:
    dossier = await opened(cases, worker)
    document = await added(cases, dossier, worker)

    assert problem(await fetched(cases, document, worker)) == (409, "document_waiting")
    await cases.run_timers(datetime.now(UTC))

    assert scanner.scanned == [PDF]
    assert (await papers(cases, dossier, worker)).documents[0].scan == "clean"
    assert (await fetched(cases, document, worker)).content == PDF


async def test_malware_is_never_given_to_anybody_and_its_file_goes(
    cases: ServiceUnderTest, worker: Principal, scanner: Clamd, tenant: str
) -> None:
    dossier = await opened(cases, worker)
    document = await added(cases, dossier, worker, EICAR, "nota.txt")

    await cases.run_timers(datetime.now(UTC))
    await cases.run_timers(datetime.now(UTC) + timedelta(seconds=1))

    assert problem(await fetched(cases, document, worker)) == (409, "document_refused")
    (view,) = (await papers(cases, dossier, worker)).documents
    assert (view.state, view.scan, view.available) == ("refused", "refused", False)
    assert files_of(cases, tenant) == []
    assert "document_refused" in [entry.code for entry in (await seen(cases, dossier, worker)).timeline]


@pytest.mark.parametrize("trouble", ["away", "confused"])
async def test_while_the_scanner_cannot_judge_the_file_waits_and_is_tried_again(
    cases: ServiceUnderTest, worker: Principal, scanner: Clamd, trouble: str
) -> None:
    dossier = await opened(cases, worker)
    document = await added(cases, dossier, worker)
    now = datetime.now(UTC)
    if trouble == "away":
        await scanner.close()
    scanner.confused = trouble == "confused"

    await cases.run_timers(now)
    assert problem(await fetched(cases, document, worker)) == (409, "document_waiting")

    if trouble == "away":
        await scanner.open()
    scanner.confused = False
    await cases.run_timers(now + timedelta(minutes=5))
    assert (await papers(cases, dossier, worker)).documents[0].scan == "clean"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("leeg.pdf", b"", "file_empty"),
        ("programma.exe", b"MZ" + bytes(99), "type_not_allowed"),
        ("verslag.pdf", b"MZ" + bytes(99), "type_differs"),
    ],
)
async def test_a_wrong_file_is_refused_with_why_and_leaves_nothing(
    cases: ServiceUnderTest, worker: Principal, tenant: str, name: str, content: bytes, code: str
) -> None:
    dossier = await opened(cases, worker)

    answer = await sent(cases, dossier, worker, content, name)

    assert field_codes(answer) == {"file": code}
    assert files_of(cases, tenant) == []
    assert (await papers(cases, dossier, worker)).documents == []


async def test_a_file_that_is_too_large_is_refused_without_being_kept_in_memory(
    cases: ServiceUnderTest, worker: Principal, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_of(cases), "max_bytes", 1000)
    dossier = await opened(cases, worker)

    assert field_codes(await sent(cases, dossier, worker, PDF + bytes(1001))) == {"file": "file_too_large"}
    assert (await sent(cases, dossier, worker, PDF + bytes(1000 - len(PDF)))).status_code == 201
    assert len(files_of(cases, tenant)) == 1


async def test_the_same_file_is_in_a_dossier_once_and_may_be_in_another(
    cases: ServiceUnderTest, worker: Principal, tenant: str
) -> None:
    dossier, other = await opened(cases, worker), await opened(cases, worker)
    first = await added(cases, dossier, worker)

    again = await sent(cases, dossier, worker, name="anders.pdf")

    assert problem(again) == (409, "document_already_there")
    assert again.json()["details"] == {"document_id": str(first.document_id)}
    await added(cases, other, worker)
    # what the refused one left is swept within the hour
    await cases.run_timers(datetime.now(UTC) + timedelta(hours=2))
    assert len(files_of(cases, tenant)) == 2


async def test_a_double_click_keeps_one_document(
    cases: ServiceUnderTest, worker: Principal, tenant: str
) -> None:
    dossier, key = await opened(cases, worker), str(uuid7())

    answers = await asyncio.gather(*(sent(cases, dossier, worker, key=key) for _ in range(3)))

    assert len({cases.read(answer, DocumentRef).document_id for answer in answers}) == 1
    assert len((await papers(cases, dossier, worker)).documents) == 1
    await cases.run_timers(datetime.now(UTC) + timedelta(hours=2))
    assert len(files_of(cases, tenant)) == 1


async def test_the_same_key_with_another_file_is_refused(cases: ServiceUnderTest, worker: Principal) -> None:
    dossier, key = await opened(cases, worker), str(uuid7())
    await sent(cases, dossier, worker, key=key)

    assert problem(await sent(cases, dossier, worker, PDF + b"2", key=key)) == (409, "idempotency_key_reused")


async def test_a_transaction_that_dies_after_the_file_was_stored_leaves_nothing(
    cases: ServiceUnderTest, worker: Principal, tenant: str
) -> None:
    """A lost connection in the act's own transaction: the file lies there without a row, and is swept."""
    dossier = await opened(cases, worker)
    stop = asyncio.Event()

    async def kill_once_it_waits() -> None:
        while not stop.is_set():
            async with platform_transaction(cases.database) as session:
                await driver_of(session).execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE wait_event_type = 'Lock' AND pid <> pg_backend_pid() AND datname = current_database()"
                )
            await asyncio.sleep(0.05)

    # somebody holds the table of documents, so the transaction waits there after the file was stored
    async with cases.transaction(tenant) as session:
        await driver_of(session).execute("LOCK TABLE documents IN ACCESS EXCLUSIVE MODE")
        killer = asyncio.create_task(kill_once_it_waits())
        answer = await sent(cases, dossier, worker)
        stop.set()
        await killer

    assert answer.status_code == 503
    assert len(files_of(cases, tenant)) == 1
    assert (await papers(cases, dossier, worker)).documents == []
    await cases.run_timers(datetime.now(UTC) + timedelta(hours=2))
    assert files_of(cases, tenant) == []


async def test_while_the_archive_is_away_nothing_is_kept_and_the_same_form_is_taken_once_it_is_back(
    cases: ServiceUnderTest, worker: Principal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier, key, archive = await opened(cases, worker), str(uuid7()), archive_of(cases)
    kept = await added(cases, dossier, worker, PDF + b"earlier")
    (tmp_path / "disk").write_text("no folder")
    with monkeypatch.context() as away:
        gone = msgspec.structs.replace(archive._settings, documents_url=str(tmp_path / "disk" / "documents"))
        away.setattr(archive, "_settings", gone)
        away.setattr(archive, "_opened", None)

        refused = [await sent(cases, dossier, worker, key=key), await fetched(cases, kept, worker)]

    assert [problem(each) for each in refused] == [(503, "archive_away")] * 2
    assert [each.document_id for each in (await papers(cases, dossier, worker)).documents] == [
        kept.document_id
    ]
    back = cases.read(await sent(cases, dossier, worker, key=key), DocumentRef)
    assert (await fetched(cases, back, worker)).content == PDF


async def test_reading_asks_for_access_and_each_reading_is_in_the_log(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, coordinator: Principal, tenant: str
) -> None:
    dossier = await opened(cases, worker)
    document = await added(cases, dossier, worker)

    assert problem(await fetched(cases, document, colleague)) == (404, "not_found")
    assert (await fetched(cases, document, coordinator)).status_code == 200
    assert (await fetched(cases, document, worker)).status_code == 200

    rows = await audited(cases, tenant, "document_content")
    assert [row["user_id"] for row in rows if row["outcome"] == "done"] == [
        coordinator.user_id,
        worker.user_id,
    ]
    assert {row["subject_id"] for row in rows if row["outcome"] == "done"} == {dossier.dossier_id}


async def test_who_may_only_read_adds_and_withdraws_nothing(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, coordinator: Principal, tenant: str
) -> None:
    dossier = await opened(cases, worker)
    document = await added(cases, dossier, worker)
    assigner = principal(
        tenant,
        Permission.DOSSIER_READ,
        Permission.DOSSIER_ASSIGN,
        Permission.DOSSIER_SUPERVISE,
        compartments=CARE,
    )
    grant = GrantAccess(ground="grant", user_id=colleague.user_id, may_write=False)
    assert (await cases.post(f"/dossiers/{dossier.dossier_id}/grants", grant, by=assigner)).status_code == 201

    withdraw = f"/documents/{document.document_id}/withdraw"
    assert problem(await sent(cases, dossier, colleague, PDF + b"2")) == (403, "read_only")
    assert problem(await cases.post(withdraw, WithdrawDocument(reason="other"), by=colleague)) == (
        403,
        "read_only",
    )
    assert problem(await sent(cases, dossier, coordinator, PDF + b"2")) == (403, "forbidden")


async def test_another_tenant_finds_nothing(
    cases: ServiceUnderTest, worker: Principal, stranger: Principal
) -> None:
    dossier = await opened(cases, worker)
    document = await added(cases, dossier, worker)

    assert problem(await fetched(cases, document, stranger)) == (404, "not_found")
    assert problem(await sent(cases, dossier, stranger)) == (404, "not_found")
    path = f"/dossiers/{dossier.dossier_id}/documents"
    assert problem(await cases.get(path, by=stranger)) == (404, "not_found")


async def test_a_withdrawn_document_stays_in_history_and_its_file_goes(
    cases: ServiceUnderTest, worker: Principal, tenant: str
) -> None:
    dossier = await opened(cases, worker)
    document = await added(cases, dossier, worker)
    path = f"/documents/{document.document_id}/withdraw"

    assert field_codes(await cases.post(path, WithdrawDocument(reason="zomaar"), by=worker)) == {
        "reason": "not_a_choice"
    }
    assert (await cases.post(path, WithdrawDocument(reason="wrong_dossier"), by=worker)).status_code == 200
    assert problem(await cases.post(path, WithdrawDocument(reason="other"), by=worker)) == (
        409,
        "document_withdrawn",
    )
    await cases.run_timers(datetime.now(UTC) + timedelta(seconds=1))

    assert problem(await fetched(cases, document, worker)) == (409, "document_withdrawn")
    (view,) = (await papers(cases, dossier, worker)).documents
    assert (view.state, view.withdrawal_reason, view.withdrawn_by) == (
        "withdrawn",
        "wrong_dossier",
        worker.user_id,
    )
    assert files_of(cases, tenant) == []
    assert (await added(cases, dossier, worker)).document_id != document.document_id


async def test_open_pages_hear_of_a_document_by_its_dossier_s_id_only(
    cases: ServiceUnderTest, worker: Principal, tenant: str
) -> None:
    dossier = await opened(cases, worker)
    await added(cases, dossier, worker)

    last = (await cases.published(tenant))[-1]
    assert isinstance(last, DossierChanged)
    assert (last.dossier_id, last.what) == (dossier.dossier_id, "document")


async def test_a_file_that_was_touched_in_the_archive_is_not_given(
    cases: ServiceUnderTest, worker: Principal, tenant: str
) -> None:
    dossier = await opened(cases, worker)
    document = await added(cases, dossier, worker)
    (file,) = files_of(cases, tenant)
    sealed = file.read_bytes()
    file.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))

    assert problem(await fetched(cases, document, worker)) == (409, "document_lost")
    file.unlink()
    assert problem(await fetched(cases, document, worker)) == (409, "document_lost")
