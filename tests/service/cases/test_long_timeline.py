"""A dossier of years: its page shows the newest, and what is older follows without a gap or a repeat."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.auth import Principal
from shared.contracts.cases import DossierRef, EntryPage, EntryView
from shared.db import driver_of, uuid7
from tests.service.cases.conftest import audited, field_codes, opened, problem, seen
from tests.support.service import ServiceUnderTest


async def with_entries(cases: ServiceUnderTest, by: Principal, count: int) -> DossierRef:
    """`count` lines in all; many at one moment, as after a call-out."""
    ref = await opened(cases, by)
    start = datetime.now(UTC) - timedelta(days=30)
    rows = [
        (
            uuid7(),
            ref.dossier_id,
            "note",
            "victim_care",
            str(number),
            "",
            "{}",
            start + timedelta(minutes=number // 7),
            by.user_id,
            "",
        )
        for number in range(count - 1)
    ]
    async with cases.transaction(by.tenant) as session:
        await driver_of(session).copy_records_to_table(
            "entries",
            records=rows,
            columns=[
                "id",
                "dossier_id",
                "kind",
                "capacity",
                "text",
                "code",
                "details",
                "at",
                "author",
                "author_service",
            ],
        )
    return ref


async def older(cases: ServiceUnderTest, by: Principal, ref: DossierRef, before: str) -> EntryPage:
    answer = await cases.get(f"/dossiers/{ref.dossier_id}/entries", by=by, before=before)
    return cases.read(answer, EntryPage)


@pytest.mark.parametrize("count", [200, 201, 400, 401, 437])
async def test_every_line_is_shown_once_in_order(
    cases: ServiceUnderTest, worker: Principal, count: int
) -> None:
    ref = await with_entries(cases, worker, count)

    view = await seen(cases, ref, worker)
    shown: list[EntryView] = [*view.timeline]
    before = view.next_before
    while before:
        page = await older(cases, worker, ref, before)
        assert page.entries
        shown += page.entries
        before = page.next_before

    assert len(shown) == count
    assert len({entry.entry_id for entry in shown}) == count
    keys = [(entry.at, entry.entry_id) for entry in shown]
    assert keys == sorted(keys, reverse=True)


async def test_older_lines_are_for_who_sees_the_dossier_and_reading_them_is_kept(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, stranger: Principal, tenant: str
) -> None:
    ref = await with_entries(cases, worker, 205)
    before = (await seen(cases, ref, worker)).next_before

    assert len((await older(cases, worker, ref, before)).entries) == 5
    [row] = await audited(cases, tenant, "entry_page")
    assert (row["subject_id"], row["details"]) == (ref.dossier_id, {"count": 5})
    path = f"/dossiers/{ref.dossier_id}/entries"
    for who in (colleague, stranger):
        assert problem(await cases.get(path, by=who, before=before)) == (404, "not_found")
    for wrong, code in (("x", "wrong_type"), (str(uuid7()), "not_a_choice")):
        assert field_codes(await cases.get(path, by=worker, before=wrong)) == {"before": code}
