"""What somebody is writing survives a closed window and an ended session, and nobody else ever reads it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from services.cases.dossiers.commands import save_draft, visit_dossier
from services.cases.dossiers.queries import drafts_here
from shared.auth import Permission, Principal
from shared.contracts.cases import DossierRef, WriteEntry
from shared.contracts.drafts import DossierVisit, DraftLine, DraftRef, DraftView, SaveDraft
from tests.service.cases.conftest import audited, field_codes, opened, problem
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest


async def saved(
    cases: ServiceUnderTest, by: Principal, ref: DossierRef, text: str, version: int = 0, form: str = "entry"
) -> DraftRef:
    command = SaveDraft(form=form, version=version, fields={"text": [text], "kind": ["note"]})
    return cases.read(await cases.post(f"/dossiers/{ref.dossier_id}/drafts", command, by=by), DraftRef)


async def found(cases: ServiceUnderTest, by: Principal, ref: DossierRef) -> list[DraftView]:
    return cases.read(await cases.get(f"/dossiers/{ref.dossier_id}/drafts", by=by), list[DraftView])


async def test_it_comes_back_as_it_was_in_another_session(
    cases: ServiceUnderTest, worker: Principal, tenant: str
) -> None:
    ref = await opened(cases, worker)
    await saved(cases, worker, ref, "De moeder vroeg")
    await saved(cases, worker, ref, "De moeder vroeg naar de school.", version=1)
    phone = principal(
        tenant,
        *[Permission(each) for each in worker.permissions],
        compartments=["pol_care"],
        user_id=worker.user_id,
    )

    [draft] = await found(cases, phone, ref)

    assert (draft.form, draft.version) == ("entry", 2)
    assert draft.fields == {"text": ["De moeder vroeg naar de school."], "kind": ["note"]}


async def test_only_its_author_reads_it_whatever_others_may(
    cases: ServiceUnderTest, worker: Principal, coordinator: Principal, stranger: Principal, tenant: str
) -> None:
    ref = await opened(cases, worker)
    await saved(cases, worker, ref, "Nog niet af")
    everything = principal(tenant, *Permission, compartments=["pol_care"])

    assert await found(cases, everything, ref) == []
    assert cases.read(await cases.get("/drafts", by=everything), list[DraftLine]) == []
    assert problem(await cases.get(f"/dossiers/{ref.dossier_id}/drafts", by=stranger)) == (404, "not_found")
    assert problem(await cases.get(f"/dossiers/{ref.dossier_id}/drafts", by=coordinator)) == (
        403,
        "forbidden",
    )


async def test_who_lost_the_dossier_lost_his_draft_of_it(cases: ServiceUnderTest, worker: Principal) -> None:
    ref = await opened(cases, worker)
    await saved(cases, worker, ref, "Ik ken haar broer")
    await cases.post(f"/dossiers/{ref.dossier_id}/conflicts", {"reason": "acquainted"}, by=worker)

    assert problem(await cases.get(f"/dossiers/{ref.dossier_id}/drafts", by=worker)) == (404, "not_found")
    assert cases.read(await cases.get("/drafts", by=worker), list[DraftLine]) == []


async def test_two_windows_do_not_overwrite_each_other(cases: ServiceUnderTest, worker: Principal) -> None:
    ref = await opened(cases, worker)
    await saved(cases, worker, ref, "venster 1")
    command = SaveDraft(form="entry", version=0, fields={"text": ["venster 2"]})

    late = await cases.post(f"/dossiers/{ref.dossier_id}/drafts", command, by=worker)

    assert problem(late) == (409, "draft_changed")
    assert (await found(cases, worker, ref))[0].fields["text"] == ["venster 1"]


async def test_two_first_savings_at_once_are_one_draft(cases: ServiceUnderTest, worker: Principal) -> None:
    ref = await opened(cases, worker)
    commands = [SaveDraft(form="entry", fields={"text": [text]}) for text in ("een", "twee")]

    answers = await asyncio.gather(
        *(cases.post(f"/dossiers/{ref.dossier_id}/drafts", each, by=worker) for each in commands)
    )

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert len(await found(cases, worker, ref)) == 1


@pytest.mark.parametrize("form", ["entry", "report"])
async def test_what_is_sent_is_no_longer_a_draft(
    cases: ServiceUnderTest, worker: Principal, form: str
) -> None:
    ref = await opened(cases, worker)
    await saved(cases, worker, ref, "Gebeld.")
    await saved(cases, worker, ref, "Ander formulier", form="facts")

    if form == "entry":
        await cases.post(f"/dossiers/{ref.dossier_id}/entries", WriteEntry(text="Gebeld."), by=worker)
    else:
        await cases.post(f"/dossiers/{ref.dossier_id}/drafts/discard", {"form": "entry"}, by=worker)

    assert [draft.form for draft in await found(cases, worker, ref)] == ["facts"]
    again = SaveDraft(form="entry", version=1, fields={"text": ["Gebeld."]})
    late = await cases.post(f"/dossiers/{ref.dossier_id}/drafts", again, by=worker)
    assert problem(late) == (409, "draft_changed"), "a window that saved just too late brings nothing back"


async def test_it_is_forgotten_after_two_weeks(cases: ServiceUnderTest, worker: Principal) -> None:
    ref = await opened(cases, worker)
    await saved(cases, worker, ref, "oud")
    later = datetime.now(UTC) + timedelta(days=14, minutes=1)

    async with cases.transaction(worker.tenant) as session:
        assert await drafts_here(session, worker, ref.dossier_id, now=later) == []
        command = SaveDraft(form="entry", version=0, fields={"text": ["nieuw"]})
        assert (await save_draft(session, worker, command, ref.dossier_id, now=later)).version == 1


async def test_saving_and_reading_are_kept_without_the_words(
    cases: ServiceUnderTest, worker: Principal, tenant: str
) -> None:
    ref = await opened(cases, worker)
    await saved(cases, worker, ref, "geheim verhaal")
    await found(cases, worker, ref)

    rows = await audited(cases, tenant, "save_draft") + await audited(cases, tenant, "drafts_here")
    assert [row["subject_id"] for row in rows] == [ref.dossier_id] * 2
    assert "geheim" not in str(rows)


@pytest.mark.parametrize(
    ("command", "field"),
    [
        ({"form": "Entry!", "fields": {}}, "form"),
        ({"form": "entry", "fields": {"text": ["x" * 20_001]}}, "fields"),
        (
            {"form": "entry", "fields": {"a": ["x" * 20_000], "b": ["x" * 20_000], "c": ["x" * 20_001]}},
            "fields",
        ),
        ({"form": "entry", "fields": {str(each): ["x" * 20_000] for each in range(4)}}, "fields"),
    ],
)
async def test_a_draft_that_is_too_long_or_of_no_form_is_refused(
    cases: ServiceUnderTest, worker: Principal, command: dict[str, object], field: str
) -> None:
    ref = await opened(cases, worker)

    answer = await cases.post(f"/dossiers/{ref.dossier_id}/drafts", command, by=worker)

    assert answer.status_code == 422
    assert any(name.startswith(field) for name in field_codes(answer))


async def test_a_visit_tells_when_the_one_before_it_was(
    cases: ServiceUnderTest, worker: Principal, stranger: Principal
) -> None:
    ref = await opened(cases, worker)
    first = datetime.now(UTC)

    async def visited(after: timedelta) -> DossierVisit:
        async with cases.transaction(worker.tenant) as session:
            return await visit_dossier(session, worker, ref.dossier_id, now=first + after)

    assert (await visited(timedelta())).before is None
    assert (await visited(timedelta(minutes=5))).before is None, "the same visit"
    assert (await visited(timedelta(hours=3))).before == first + timedelta(minutes=5)
    assert (await visited(timedelta(hours=3, minutes=10))).before == first + timedelta(minutes=5)
    assert problem(await cases.post(f"/dossiers/{ref.dossier_id}/visits", by=stranger)) == (404, "not_found")
