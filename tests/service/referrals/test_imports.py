"""A file becomes entries: read, shown, confirmed, brought in piece by piece; the same again changes nothing."""

import io
import zipfile
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from services.referrals.imports import models
from services.referrals.imports.commands import carry_on_import
from services.referrals.social_map.merging import merged_entries
from shared.auth import Permission, Principal
from shared.contracts.map_imports import (
    ImportDetail,
    ImportList,
    ImportRef,
    ImportRows,
    ImportStep,
    StartImport,
)
from shared.contracts.referrals import MapImportProgressed
from shared.db import DatabaseUnreachable, driver_of, uuid7
from tests.service.referrals.conftest import NOW, field_codes, problem
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest

DATA = Path(__file__).parents[2] / "data" / "hsds"

ORGANIZATIONS = "id,name,description,url,email\n1,CAW,Welzijn,caw.be,info@caw.be\n2,,Zonder naam,,\n"
SERVICES = "id,organization_id,name,fees\n10,1,Slachtofferhulp,gratis\n11,1,Budgethulp,\n12,9,Verweesd,\n"
PHONES = "id,service_id,organization_id,number\n100,10,,053 70 00 00\n101,,2,053 71 00 00\n102,10,,geen\n"


def zipped(files: dict[str, str | bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def package(**changed: str) -> bytes:
    files = {"organizations": ORGANIZATIONS, "services": SERVICES, "phones": PHONES} | changed
    return zipped({f"{name}.csv": text for name, text in files.items()})


async def started(
    referrals: ServiceUnderTest,
    by: Principal,
    content: bytes,
    *,
    name: str = "kaart.zip",
    mapping: bytes = b"",
    source: str = "proef",
) -> UUID:
    head = StartImport(source, name, len(mapping))
    answer = await referrals.upload("/social-map/imports", mapping + content, head, by=by)
    return referrals.read(answer, ImportRef).import_id


async def detail(referrals: ServiceUnderTest, by: Principal, key: UUID) -> ImportDetail:
    return referrals.read(await referrals.get(f"/social-map/imports/{key}", by=by), ImportDetail)


async def confirm(referrals: ServiceUnderTest, by: Principal, key: UUID, version: int) -> httpx.Response:
    return await referrals.post(f"/social-map/imports/{key}/confirm", ImportStep(version), by=by)


async def imported(
    referrals: ServiceUnderTest, by: Principal, content: bytes, **named: object
) -> ImportDetail:
    """The whole way of a file."""
    key = await started(referrals, by, content, **named)  # type: ignore[arg-type]
    await referrals.run_timers(NOW.replace(year=2100))
    shown = await detail(referrals, by, key)
    assert shown.summary.state == "ready", (shown.summary.problem, shown.problem_details)
    referrals.read(await confirm(referrals, by, key, shown.summary.version), ImportRef)
    await referrals.run_timers(NOW.replace(year=2100))
    done = await detail(referrals, by, key)
    assert done.summary.state == "done"
    return done


def counted(counts: list) -> dict[str, tuple[int, int, int]]:  # type: ignore[type-arg]
    return {each.kind: (each.created, each.changed, each.unchanged) for each in counts}


async def test_the_preview_says_what_will_come_and_nothing_comes_before_somebody_confirms(
    referrals: ServiceUnderTest, tenant: str, editor: Principal
) -> None:
    await referrals.provision(tenant)
    key = await started(referrals, editor, package())
    assert (await detail(referrals, editor, key)).summary.state == "reading"
    await referrals.run_timers(NOW.replace(year=2100))

    shown = await detail(referrals, editor, key)

    assert shown.summary.state == "ready"
    assert (shown.summary.rows, shown.summary.rows_refused, shown.summary.format) == (8, 3, "hsds_csv")
    assert counted(shown.foreseen) == {"organization": (1, 0, 0), "service": (3, 0, 0)}
    assert {(each.code, each.field, each.rows, each.refused) for each in shown.reasons} == {
        ("name_missing", "name", 1, True),
        ("owner_refused", "", 1, True),
        ("number_wrong", "number", 1, True),
        ("reference_missing", "organization_id", 1, False),
    }
    async with referrals.transaction(tenant) as session:
        assert await merged_entries(session, all_states=True) == []
        assert await driver_of(session).fetchval("SELECT count(*) FROM map_import_files") == 0


async def test_after_confirming_every_row_is_in_an_entry_or_has_its_reason(
    referrals: ServiceUnderTest, tenant: str, editor: Principal
) -> None:
    await referrals.provision(tenant)
    done = await imported(referrals, editor, package())

    assert counted(done.became) == {"organization": (1, 0, 0), "service": (3, 0, 0)}
    rows = referrals.read(
        await referrals.get(f"/social-map/imports/{done.summary.id}/rows", by=editor), ImportRows
    ).items
    assert len(rows) == done.summary.rows == 8
    refused = {(row.file, row.place): row.reasons for row in rows if row.outcome == "refused"}
    assert refused == {
        ("organizations.csv", "3"): ["name_missing:name"],
        ("phones.csv", "3"): ["owner_refused"],
        ("phones.csv", "4"): ["number_wrong:number"],
    }
    assert {row.outcome for row in rows} == {"created", "refused"}
    async with referrals.transaction(tenant) as session:
        entries = {entry.source_id: entry for entry in await merged_entries(session)}
        assert await driver_of(session).fetchval("SELECT count(*) FROM map_import_batches") == 0
    assert entries["10"].organization_id == entries["1"].id
    assert entries["10"].content["phones"][0]["number"] == "053 70 00 00"
    assert entries["10"].content["fees_description"] == "gratis"
    assert entries["1"].content["website"] == "https://caw.be"
    assert entries["12"].organization_id is None


async def test_whoever_watches_an_import_hears_of_each_step(
    referrals: ServiceUnderTest, tenant: str, editor: Principal
) -> None:
    await referrals.provision(tenant)
    done = await imported(referrals, editor, package())
    told = [each for each in await referrals.published(tenant) if isinstance(each, MapImportProgressed)]
    assert [each.state for each in told] == ["ready", "done"]
    assert {each.import_id for each in told} == {done.summary.id}


async def test_the_same_file_again_changes_nothing_and_a_changed_one_only_what_changed(
    referrals: ServiceUnderTest, tenant: str, editor: Principal
) -> None:
    await referrals.provision(tenant)
    await imported(referrals, editor, package())
    again = await imported(referrals, editor, package())
    changed = await imported(referrals, editor, package(services=SERVICES.replace("gratis", "5 euro")))

    assert (
        counted(again.foreseen) == counted(again.became) == {"organization": (0, 0, 1), "service": (0, 0, 3)}
    )
    assert counted(changed.became)["service"] == (0, 1, 2)


async def test_what_an_editor_mended_here_survives_the_same_file(
    referrals: ServiceUnderTest, tenant: str, editor: Principal
) -> None:
    await referrals.provision(tenant)
    await imported(referrals, editor, package())
    async with referrals.transaction(tenant) as session:
        await driver_of(session).execute(
            """UPDATE map_entries SET content = content || '{"fees_description": "vrije bijdrage"}'
            WHERE source_id = '10'"""
        )
    again = await imported(referrals, editor, package())
    assert counted(again.became)["service"] == (0, 0, 3)


async def half_a_piece(referrals: ServiceUnderTest, tenant: str, key: UUID) -> None:
    async with referrals.transaction(tenant) as session:
        await carry_on_import(session, tenant, key, now=NOW)
        raise DatabaseUnreachable


async def test_a_crash_between_two_pieces_loses_nothing_and_doubles_nothing(
    referrals: ServiceUnderTest, tenant: str, editor: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.referrals.imports.commands.BATCH", 2)
    await referrals.provision(tenant)
    key = await started(referrals, editor, package())
    await referrals.run_timers(NOW.replace(year=2100))
    shown = await detail(referrals, editor, key)
    await confirm(referrals, editor, key, shown.summary.version)
    with pytest.raises(DatabaseUnreachable):  # the process dies in the middle of the first piece
        await half_a_piece(referrals, tenant, key)
    await referrals.run_timers(NOW.replace(year=2100))
    done = await detail(referrals, editor, key)
    assert (done.summary.state, done.summary.entries_done) == ("done", 4)
    async with referrals.transaction(tenant) as session:
        assert len(await merged_entries(session)) == 4


async def test_two_who_confirm_at_the_same_time_bring_it_in_once(
    referrals: ServiceUnderTest, tenant: str, editor: Principal
) -> None:
    await referrals.provision(tenant)
    key = await started(referrals, editor, package())
    await referrals.run_timers(NOW.replace(year=2100))
    version = (await detail(referrals, editor, key)).summary.version
    first = await confirm(referrals, editor, key, version)
    second = await confirm(referrals, editor, key, version)
    assert first.status_code == 200
    assert problem(second) == (409, "import_changed")


async def test_a_cancelled_import_leaves_no_file_behind(
    referrals: ServiceUnderTest, tenant: str, editor: Principal
) -> None:
    await referrals.provision(tenant)
    key = await started(referrals, editor, package())
    answer = await referrals.post(f"/social-map/imports/{key}/cancel", ImportStep(1), by=editor)
    assert answer.status_code == 200
    await referrals.run_timers(NOW.replace(year=2100))
    assert (await detail(referrals, editor, key)).summary.state == "cancelled"
    async with referrals.transaction(tenant) as session:
        assert await driver_of(session).fetchval("SELECT count(*) FROM map_import_files") == 0


async def test_a_file_that_cannot_be_read_says_why(
    referrals: ServiceUnderTest, tenant: str, editor: Principal
) -> None:
    await referrals.provision(tenant)
    key = await started(referrals, editor, b"%PDF-1.7 \x00\x01", name="folder.pdf")
    await referrals.run_timers(NOW.replace(year=2100))
    shown = await detail(referrals, editor, key)
    assert (shown.summary.state, shown.summary.problem, shown.problem_field) == (
        "refused",
        "file_not_text",
        "file",
    )


async def test_the_editorial_office_writes_the_shared_layer_that_every_tenant_reads(
    referrals: ServiceUnderTest, tenant: str, noor: Principal
) -> None:
    await referrals.provision(tenant)
    await imported(referrals, noor, package())
    async with referrals.transaction(tenant) as session:
        assert {entry.layer.value for entry in await merged_entries(session)} == {"shared"}
        assert len(await merged_entries(session)) == 4


async def test_another_tenant_and_who_only_reads_learn_nothing(
    referrals: ServiceUnderTest,
    tenant: str,
    other_tenant: str,
    editor: Principal,
    reader: Principal,
    stranger: Principal,
) -> None:
    await referrals.provision(tenant)
    await referrals.provision(other_tenant)
    key = await started(referrals, editor, package())
    for path in ("", "/rows"):
        assert problem(await referrals.get(f"/social-map/imports/{key}{path}", by=stranger)) == (
            404,
            "import_unknown",
        )
        assert problem(await referrals.get(f"/social-map/imports/{key}{path}", by=reader)) == (
            403,
            "forbidden",
        )
    assert problem(await confirm(referrals, stranger, key, 1)) == (404, "import_unknown")
    head = StartImport("proef", "kaart.zip")
    assert problem(await referrals.upload("/social-map/imports", package(), head, by=reader)) == (
        403,
        "forbidden",
    )
    listed = referrals.read(await referrals.get("/social-map/imports", by=stranger), ImportList)
    assert listed.items == []


async def test_the_same_key_twice_is_one_import(
    referrals: ServiceUnderTest, tenant: str, editor: Principal
) -> None:
    await referrals.provision(tenant)
    head, key = StartImport("proef", "kaart.zip"), str(uuid7())
    first = await referrals.upload("/social-map/imports", package(), head, by=editor, key=key)
    again = await referrals.upload("/social-map/imports", package(), head, by=editor, key=key)
    assert first.json() == again.json()


@pytest.mark.parametrize(
    ("head", "field", "code"),
    [
        (StartImport("", "kaart.zip"), "source", "required"),
        (StartImport("Sociale Kaart", "kaart.zip"), "source", "source_wrong"),
        (StartImport("proef", ""), "file", "required"),
        (StartImport("proef", "kaart.zip", 10**9), "mapping", "mapping_wrong"),
    ],
)
async def test_a_head_that_says_nothing_useful_is_refused_by_field(
    referrals: ServiceUnderTest, tenant: str, editor: Principal, head: StartImport, field: str, code: str
) -> None:
    await referrals.provision(tenant)
    answer = await referrals.upload("/social-map/imports", package(), head, by=editor)
    assert field_codes(answer)[field] == code


async def test_florida_comes_in_whole(referrals: ServiceUnderTest, tenant: str, editor: Principal) -> None:
    await referrals.provision(tenant)
    folder = DATA / "florida"
    content = zipped({path.name: path.read_bytes() for path in folder.glob("*.csv")})
    mapping = (folder / "florida_mapping.yaml").read_bytes()
    done = await imported(referrals, editor, content, mapping=mapping)
    assert (done.summary.rows, done.summary.rows_refused, done.summary.format) == (533, 0, "csv_mapped")
    assert counted(done.became) == {
        "location": (378, 0, 0),
        "organization": (20, 0, 0),
        "service": (135, 0, 0),
    }
    again = await imported(referrals, editor, content, mapping=mapping)
    assert counted(again.became) == {
        "location": (0, 0, 378),
        "organization": (0, 0, 20),
        "service": (0, 0, 135),
    }


async def test_the_report_can_be_read_on_from_where_it_stopped(
    referrals: ServiceUnderTest, tenant: str, editor: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.referrals.imports.queries._ROWS", 3)
    await referrals.provision(tenant)
    done = await imported(referrals, editor, package())
    seen, start = [], 0
    while True:
        answer = await referrals.get(f"/social-map/imports/{done.summary.id}/rows", by=editor, start=start)
        page = referrals.read(answer, ImportRows)
        seen += [(row.file, row.place) for row in page.items]
        if not page.more:
            break
        start = page.more
    assert len(seen) == len(set(seen)) == 8


def test_a_piece_is_small_enough_to_show_how_far_it_is() -> None:
    assert models.BATCH <= 500


async def test_somebody_who_may_edit_needs_no_other_right(referrals: ServiceUnderTest, tenant: str) -> None:
    await referrals.provision(tenant)
    only = principal(tenant, Permission.SOCIAL_MAP_EDIT)
    assert (await imported(referrals, only, package())).summary.state == "done"


async def test_an_id_that_is_of_something_else_here_overwrites_nothing(
    referrals: ServiceUnderTest, tenant: str, editor: Principal
) -> None:
    await referrals.provision(tenant)
    same = "6f2f0c1e-3c8a-4d3a-9a55-0d2d6f1d2b11"
    await imported(referrals, editor, zipped({"organizations.csv": f"id,name\n{same},CAW\n"}))
    services = zipped({"services.csv": f"id,name\n{same},Hulp\n2,Budgethulp\n"})
    done = await imported(referrals, editor, services, source="ander")
    assert counted(done.foreseen) == counted(done.became) == {"service": (1, 0, 0)}
    assert [(each.code, each.refused) for each in done.reasons] == [("id_of_another", True)]
    async with referrals.transaction(tenant) as session:
        found = await merged_entries(session)
    assert sorted(each.content["name"] for each in found) == ["Budgethulp", "CAW"]
