"""Writing entries: the same again changes nothing, each change is kept, and the shared layer has one writer."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.referrals.social_map.merging import field_layers, merged_entries
from services.referrals.social_map.models import EDITORIAL_TENANT, EDITORS, Layer, tables_of
from services.referrals.social_map.writing import (
    ContentWrong,
    Draft,
    EntryChanged,
    Written,
    entry_id,
    restore,
    withdraw,
    write,
)
from shared.auth import Principal
from shared.db import driver_of, uuid7
from tests.service.referrals.conftest import NOW, organization, service
from tests.support.service import ServiceUnderTest

IMPORT = "import:sites"


async def wrote(
    referrals: ServiceUnderTest, tenant: str, *drafts: Draft, source: str = IMPORT, **extra: Any
) -> Written:
    layer = Layer.SHARED if tenant == EDITORIAL_TENANT else Layer.OWN
    async with referrals.transaction(tenant) as session:
        return await write(session, layer, drafts, source=source, by=uuid7(), now=NOW, **extra)


async def changes(referrals: ServiceUnderTest, tenant: str, layer: Layer) -> list[tuple[str, str, str]]:
    _, table = tables_of(layer)
    async with referrals.transaction(tenant) as session:
        rows = await driver_of(session).fetch(f"SELECT action, field, source FROM {table} ORDER BY id")
    return [(row["action"], row["field"], row["source"]) for row in rows]


async def content_of(referrals: ServiceUnderTest, tenant: str, key: UUID) -> dict[str, Any]:
    async with referrals.transaction(tenant) as session:
        (entry,) = await merged_entries(session, ids=[key], all_states=True)
    return entry.content


async def test_the_same_content_twice_changes_nothing(referrals: ServiceUnderTest, tenant: str) -> None:
    await referrals.provision(tenant)
    drafts = [organization(phones=[{"number": "+3291234567"}]), service()]
    first = await wrote(referrals, tenant, *drafts)
    again = await wrote(referrals, tenant, *drafts)
    assert len(first.created) == 2
    assert again == Written(created=[], changed=[], unchanged=first.created)
    assert len(await changes(referrals, tenant, Layer.OWN)) == 2


async def test_each_changed_field_leaves_a_row(referrals: ServiceUnderTest, tenant: str) -> None:
    await referrals.provision(tenant)
    (key,) = (await wrote(referrals, tenant, service(url="https://a.test", fees="gratis"))).created
    written = await wrote(referrals, tenant, service(url="https://b.test", description="Voor slachtoffers"))
    assert written.changed == [key]
    assert await changes(referrals, tenant, Layer.OWN) == [
        ("create", "", IMPORT),
        ("update", "url", IMPORT),
        ("update", "description", IMPORT),
        ("update", "fees", IMPORT),
    ]
    assert await content_of(referrals, tenant, key) == {
        "name": "Slachtofferhulp",
        "status": "active",
        "url": "https://b.test",
        "description": "Voor slachtoffers",
    }


async def test_a_field_that_an_editor_changed_stays_until_the_source_says_something_else(
    referrals: ServiceUnderTest, tenant: str
) -> None:
    await referrals.provision(tenant)
    (key,) = (await wrote(referrals, tenant, service(fees="gratis"))).created
    edited = Draft(
        kind="service", source_id="", id=key, content={"name": "Slachtofferhulp", "fees": "5 euro"}
    )
    await wrote(referrals, tenant, edited, source=EDITORS)
    assert (await wrote(referrals, tenant, service(fees="gratis"))).unchanged == [key]
    assert (await content_of(referrals, tenant, key))["fees"] == "5 euro"
    assert (await wrote(referrals, tenant, service(fees="10 euro"))).changed == [key]
    assert (await content_of(referrals, tenant, key))["fees"] == "10 euro"


async def test_the_database_lets_no_other_tenant_write_the_shared_layer(
    referrals: ServiceUnderTest, tenant: str
) -> None:
    await referrals.provision(tenant)
    (key,) = (await wrote(referrals, EDITORIAL_TENANT, service())).created
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        async with referrals.transaction(tenant) as session:
            await write(session, Layer.SHARED, [service("Nep")], source=IMPORT, by=None, now=NOW)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        async with referrals.transaction(tenant) as session:
            await write(session, Layer.SHARED, [service(fees="9 euro")], source=IMPORT, by=None, now=NOW)
    async with referrals.transaction(tenant) as session:
        assert await withdraw(session, Layer.SHARED, [key], source=IMPORT, by=None, now=NOW) == []
        assert await driver_of(session).execute("DELETE FROM platform.map_entries") == "DELETE 0"
    assert await content_of(referrals, tenant, key) == {"name": "Slachtofferhulp", "status": "active"}


async def test_two_people_at_once_end_in_one_change_and_one_refusal(
    referrals: ServiceUnderTest, tenant: str
) -> None:
    await referrals.provision(tenant)
    (key,) = (await wrote(referrals, tenant, service())).created

    async def edit(fees: str) -> Written:
        draft = Draft(kind="service", source_id="", id=key, content={"name": "Slachtofferhulp", "fees": fees})
        return await wrote(referrals, tenant, draft, source=EDITORS, versions={key: 1})

    outcomes = await asyncio.gather(edit("1 euro"), edit("2 euro"), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes if isinstance(outcome, Exception)] == [EntryChanged]


async def test_two_imports_of_the_same_entries_at_once_make_them_once(
    referrals: ServiceUnderTest, tenant: str
) -> None:
    await referrals.provision(tenant)
    drafts = [service(f"Dienst {number}") for number in range(50)]
    both = await asyncio.gather(wrote(referrals, tenant, *drafts), wrote(referrals, tenant, *drafts))
    assert sum(len(written.created) for written in both) == 50
    assert sum(len(written.unchanged) for written in both) == 50


async def test_a_wrong_field_is_refused_with_its_code_and_nothing_is_written(
    referrals: ServiceUnderTest, tenant: str
) -> None:
    await referrals.provision(tenant)
    with pytest.raises(ContentWrong) as refused:
        await wrote(referrals, tenant, service(), service("B", url="geen adres", phones=[{"type": "voice"}]))
    assert refused.value.fields == {"1.url": "uri_wrong", "1.phones.0.number": "required"}
    assert await changes(referrals, tenant, Layer.OWN) == []


async def test_withdrawn_entries_are_out_of_sight_and_come_back(
    referrals: ServiceUnderTest, tenant: str
) -> None:
    await referrals.provision(tenant)
    (key,) = (await wrote(referrals, tenant, service())).created
    async with referrals.transaction(tenant) as session:
        assert await withdraw(session, Layer.OWN, [key], source=EDITORS, by=None, now=NOW) == [key]
        assert await withdraw(session, Layer.OWN, [key], source=EDITORS, by=None, now=NOW) == []
        assert await merged_entries(session, kind="service") == []
        later = NOW + timedelta(days=1)
        assert await restore(session, Layer.OWN, [key], source=EDITORS, by=None, now=later) == [key]
        assert [entry.id for entry in await merged_entries(session, kind="service")] == [key]
    assert [action for action, _, _ in await changes(referrals, tenant, Layer.OWN)] == [
        "create",
        "withdraw",
        "restore",
    ]


async def test_a_tenant_sees_the_shared_layer_with_its_own_word_upon_it(
    referrals: ServiceUnderTest, tenant: str, other_tenant: str, editor: Principal
) -> None:
    for each in (tenant, other_tenant):
        await referrals.provision(each)
    shared = (await wrote(referrals, EDITORIAL_TENANT, service(fees="gratis"), service("Verborgen"))).created
    (own,) = (await wrote(referrals, tenant, service("Eigen partner"))).created
    async with referrals.transaction(tenant) as session:
        for key, fields, hidden in ((shared[0], '{"fees": "5 euro"}', False), (shared[1], "{}", True)):
            await driver_of(session).execute(
                "INSERT INTO map_overlays VALUES ($1, 'service', $2, 'Bel eerst', $3, 1, $4, $5)",
                key,
                fields,
                hidden,
                NOW,
                editor.user_id,
            )
    async with referrals.transaction(tenant) as session:
        seen = {entry.id: entry for entry in await merged_entries(session, kind="service")}
    assert set(seen) == {shared[0], own}
    assert seen[shared[0]].content["fees"] == "5 euro"
    assert seen[shared[0]].note == "Bel eerst"
    assert field_layers(seen[shared[0]]) == {"name": Layer.SHARED, "status": Layer.SHARED, "fees": Layer.OWN}
    async with referrals.transaction(other_tenant) as session:
        others = {entry.id: entry for entry in await merged_entries(session, kind="service")}
    assert set(others) == set(shared)
    assert others[shared[0]].content["fees"] == "gratis"


def test_an_entry_keeps_the_uuid_that_its_source_gave() -> None:
    given = "ac148810-d857-441c-9679-408f346de14b"
    assert entry_id(IMPORT, "service", given) == UUID(given)
    assert entry_id(IMPORT, "service", "7") == entry_id(IMPORT, "service", "7")
    assert (
        len(
            {
                entry_id(IMPORT, "service", "7"),
                entry_id(IMPORT, "location", "7"),
                entry_id("b", "service", "7"),
            }
        )
        == 3
    )


async def test_a_source_that_looked_again_makes_an_entry_fresh_again_and_never_older(
    referrals: ServiceUnderTest, tenant: str
) -> None:
    await referrals.provision(tenant)

    async def assured_at(day: str, **content: Any) -> str:
        await wrote(referrals, tenant, service(assured_date=day, assurer_email="a@b.be", **content))
        async with referrals.transaction(tenant) as session:
            (found,) = await merged_entries(session)
        assert found.assured_at is not None
        assert found.assured_by == "a@b.be"
        return found.assured_at.date().isoformat()

    assert await assured_at("2025-01-15") == "2025-01-15"
    assert await assured_at("2026-02-20") == "2026-02-20"
    assert await assured_at("2026-02-20", fees="gratis") == "2026-02-20"
    assert await assured_at("2024-02-20") == "2026-02-20"
