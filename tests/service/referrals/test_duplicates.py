"""Two entries that are one: proposed with reasons, merged with a choice of fields, and parted again exactly."""

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.referrals.social_map.merging import Merged, merged_entries
from services.referrals.social_map.models import EDITORS, layer_of
from services.referrals.social_map.writing import Draft, entry_id, write
from shared.auth import Principal
from shared.contracts.map_imports import (
    AlikeList,
    MergeEntries,
    MergeList,
    MergeRef,
    NotTheSame,
    PairView,
)
from shared.db import driver_of, uuid7
from tests.service.referrals.conftest import NOW, organization, problem, service
from tests.support.service import ServiceUnderTest

SOURCE = "import:proef"
CAW = entry_id(SOURCE, "organization", "CAW Oost-Vlaanderen")
SAME = entry_id(SOURCE, "organization", "C.A.W. Oost Vlaanderen")
OTHER = entry_id(SOURCE, "organization", "Huurdersbond")
HELP = entry_id(SOURCE, "service", "Slachtofferhulp")

DRAFTS = [
    organization(phones=[{"number": "+32 9 123 45 67"}], email="info@caw.be"),
    organization("C.A.W. Oost Vlaanderen", phones=[{"number": "09 123 45 67"}], website="https://caw.be"),
    organization("Huurdersbond"),
    service(organization_id=SAME),
]


async def filled(referrals: ServiceUnderTest, tenant: str, drafts: list[Draft] = DRAFTS) -> None:
    await referrals.provision(tenant)
    async with referrals.transaction(tenant) as session:
        await write(session, layer_of(tenant), drafts, source=SOURCE, by=uuid7(), now=NOW)


async def proposed(referrals: ServiceUnderTest, by: Principal) -> AlikeList:
    return referrals.read(await referrals.get("/social-map/duplicates", by=by), AlikeList)


async def pair(
    referrals: ServiceUnderTest, by: Principal, first: UUID = CAW, second: UUID = SAME
) -> PairView:
    return referrals.read(await referrals.get(f"/social-map/duplicates/{first}/{second}", by=by), PairView)


async def merge(referrals: ServiceUnderTest, by: Principal, seen: PairView, *fields: str) -> httpx.Response:
    command = MergeEntries(
        kept=seen.first.id,
        gone=seen.second.id,
        kept_version=seen.first.version,
        gone_version=seen.second.version,
        from_gone=list(fields),
    )
    return await referrals.post("/social-map/merges", command, by=by)


async def entries(referrals: ServiceUnderTest, tenant: str) -> dict[UUID, Merged]:
    async with referrals.transaction(tenant) as session:
        return {each.id: each for each in await merged_entries(session, all_states=True)}


def what_is_said(found: dict[UUID, Merged]) -> dict[UUID, tuple[Any, ...]]:
    return {
        key: (each.content, each.organization_id, each.service_id, each.location_id, each.merged_into)
        for key, each in found.items()
    }


async def test_names_alike_with_the_same_phone_are_proposed_with_their_reasons(
    referrals: ServiceUnderTest, tenant: str, editor: Principal
) -> None:
    await filled(referrals, tenant)
    (found,) = (await proposed(referrals, editor)).items
    assert {found.first, found.second} == {CAW, SAME}
    assert found.reasons == ["same_name", "same_phone"]
    assert 70 <= found.score < 100


async def test_the_same_enterprise_number_is_certain_and_another_one_is_none(
    referrals: ServiceUnderTest, tenant: str, editor: Principal
) -> None:
    def with_number(name: str, number: str) -> Draft:
        return organization(
            name,
            organization_identifiers=[
                {"identifier_scheme": "BE-KBO", "identifier_type": "KBO", "identifier": number}
            ],
        )

    drafts = [
        with_number("Stad Aalst", "0207437468"),
        with_number("Gemeentebestuur", "0207.437.468"),
        with_number("Stad  Aalst", "0207494678"),
    ]
    await filled(referrals, tenant, drafts)
    (found,) = (await proposed(referrals, editor)).items
    assert {found.first_name, found.second_name} == {"Stad Aalst", "Gemeentebestuur"}
    assert (found.score, found.reasons) == (100, ["same_kbo"])


async def test_merging_takes_the_chosen_fields_moves_what_pointed_there_and_answers_by_the_old_id(
    referrals: ServiceUnderTest, tenant: str, editor: Principal
) -> None:
    await filled(referrals, tenant)
    seen = await pair(referrals, editor)
    assert set(seen.differing) == {"name", "phones", "email", "website"}
    assert seen.second.points_here == 1
    referrals.read(await merge(referrals, editor, seen, "website"), MergeRef)

    found = await entries(referrals, tenant)
    assert found[CAW].content["website"] == "https://caw.be"
    assert found[CAW].content["email"] == "info@caw.be"
    assert found[CAW].content["name"] == "CAW Oost-Vlaanderen"
    assert found[SAME].merged_into == CAW
    assert found[HELP].organization_id == CAW
    assert (await proposed(referrals, editor)).items == []
    old = await referrals.get(f"/map/organizations/{SAME}", by=editor)
    assert old.json()["organization"]["entry_id"] == str(CAW)


async def test_undoing_restores_exactly(referrals: ServiceUnderTest, tenant: str, editor: Principal) -> None:
    await filled(referrals, tenant)
    before = what_is_said(await entries(referrals, tenant))
    ref = referrals.read(
        await merge(referrals, editor, await pair(referrals, editor), "website", "phones", "name"), MergeRef
    )
    assert what_is_said(await entries(referrals, tenant)) != before
    undone = await referrals.post(f"/social-map/merges/{ref.merge_id}/undo", by=editor)
    assert undone.is_success, undone.text

    assert what_is_said(await entries(referrals, tenant)) == before
    (line,) = referrals.read(await referrals.get("/social-map/merges", by=editor), MergeList).items
    assert (line.kept, line.gone, line.can_undo) == (CAW, SAME, False)
    assert line.undone_at is not None
    again = await referrals.post(f"/social-map/merges/{ref.merge_id}/undo", by=editor)
    assert problem(again) == (409, "merge_over")


async def test_what_was_changed_since_the_merge_stays_when_it_is_undone(
    referrals: ServiceUnderTest, tenant: str, editor: Principal
) -> None:
    await filled(referrals, tenant)
    ref = referrals.read(
        await merge(referrals, editor, await pair(referrals, editor), "website", "phones"), MergeRef
    )
    async with referrals.transaction(tenant) as session:
        await driver_of(session).execute(
            """UPDATE map_entries SET content = content || '{"website": "https://nieuw.be"}', version = version + 1
            WHERE id = $1""",
            CAW,
        )
    await referrals.post(f"/social-map/merges/{ref.merge_id}/undo", by=editor)
    kept = (await entries(referrals, tenant))[CAW].content
    assert kept["website"] == "https://nieuw.be"
    assert kept["phones"][0]["number"] == "+32 9 123 45 67"


async def test_two_editors_at_once_merge_it_once(
    referrals: ServiceUnderTest, tenant: str, editor: Principal
) -> None:
    await filled(referrals, tenant)
    seen = await pair(referrals, editor)
    answers = await asyncio.gather(merge(referrals, editor, seen), merge(referrals, editor, seen))
    assert sorted(each.status_code for each in answers) == [201, 409]
    (refused,) = (each for each in answers if each.status_code == 409)
    assert problem(refused) == (409, "pair_changed")


async def test_a_pair_that_somebody_changed_since_it_was_looked_at_is_refused(
    referrals: ServiceUnderTest, tenant: str, editor: Principal
) -> None:
    await filled(referrals, tenant)
    seen = await pair(referrals, editor)
    await filled(referrals, tenant, [organization("C.A.W. Oost Vlaanderen", website="https://www.caw.be")])
    assert problem(await merge(referrals, editor, seen)) == (409, "pair_changed")


async def test_what_was_called_two_is_never_proposed_again(
    referrals: ServiceUnderTest, tenant: str, editor: Principal
) -> None:
    await filled(referrals, tenant)
    for pair_ in ((CAW, SAME), (SAME, CAW)):
        answer = await referrals.post("/social-map/not-the-same", NotTheSame(*pair_), by=editor)
        assert answer.status_code == 200
    assert (await proposed(referrals, editor)).items == []


async def test_an_import_of_the_merged_ones_source_does_not_bring_it_back(
    referrals: ServiceUnderTest, tenant: str, editor: Principal
) -> None:
    await filled(referrals, tenant)
    await merge(referrals, editor, await pair(referrals, editor), "website")
    await filled(referrals, tenant)
    found = await entries(referrals, tenant)
    assert found[SAME].merged_into == CAW
    assert found[CAW].content["website"] == "https://caw.be"
    assert found[HELP].organization_id == CAW


async def test_a_merge_that_was_merged_further_is_undone_in_order(
    referrals: ServiceUnderTest, tenant: str, editor: Principal
) -> None:
    await filled(referrals, tenant)
    before = what_is_said(await entries(referrals, tenant))
    first = referrals.read(await merge(referrals, editor, await pair(referrals, editor)), MergeRef)
    further = referrals.read(
        await merge(referrals, editor, await pair(referrals, editor, OTHER, CAW)), MergeRef
    )
    old = await referrals.get(f"/map/organizations/{SAME}", by=editor)
    assert old.json()["organization"]["entry_id"] == str(OTHER)
    assert problem(await referrals.post(f"/social-map/merges/{first.merge_id}/undo", by=editor)) == (
        409,
        "merge_over",
    )
    for ref in (further, first):
        assert (await referrals.post(f"/social-map/merges/{ref.merge_id}/undo", by=editor)).is_success
    assert what_is_said(await entries(referrals, tenant)) == before


@pytest.mark.parametrize("other", [CAW, HELP, uuid7()])
async def test_only_two_different_entries_of_one_kind_are_a_pair(
    referrals: ServiceUnderTest, tenant: str, editor: Principal, other: UUID
) -> None:
    await filled(referrals, tenant)
    command = MergeEntries(kept=CAW, gone=other, kept_version=1, gone_version=1)
    answer = await referrals.post("/social-map/merges", command, by=editor)
    assert answer.status_code in {404, 422}
    assert (await referrals.get(f"/social-map/duplicates/{CAW}/{other}", by=editor)).status_code == 404


async def test_another_tenant_a_reader_and_the_shared_layer_stay_out_of_reach(
    referrals: ServiceUnderTest,
    tenant: str,
    other_tenant: str,
    editor: Principal,
    reader: Principal,
    stranger: Principal,
    noor: Principal,
) -> None:
    await filled(referrals, tenant)
    await referrals.provision(other_tenant)
    seen = await pair(referrals, editor)
    assert problem(await merge(referrals, stranger, seen)) == (404, "pair_unknown")
    assert problem(await merge(referrals, reader, seen)) == (403, "forbidden")
    ref = referrals.read(await merge(referrals, editor, seen), MergeRef)
    path = f"/social-map/merges/{ref.merge_id}/undo"
    assert problem(await referrals.post(path, by=stranger)) == (404, "merge_unknown")
    assert problem(await referrals.post(path, by=reader)) == (403, "forbidden")
    assert (await proposed(referrals, noor)).items == []


async def test_a_shelter_stays_hidden_when_it_is_merged_into_an_entry_that_tells_where_it_is(
    referrals: ServiceUnderTest, tenant: str, editor: Principal, reader: Principal
) -> None:
    def place(name: str, **content: Any) -> Draft:
        address = {"address_1": "Schuilstraat 9", "postal_code": "9400", "city": "Ninove"}
        return Draft(
            kind="location", source_id=name, content={"name": name, "addresses": [address], **content}
        )

    await filled(referrals, tenant, [place("Vluchthuis"), place("Vluchthuis Ninove", hidden_address=True)])
    before = what_is_said(await entries(referrals, tenant))
    kept, gone = (entry_id(SOURCE, "location", name) for name in ("Vluchthuis", "Vluchthuis Ninove"))
    answer = await merge(referrals, editor, await pair(referrals, editor, kept, gone))
    for key in (kept, gone):
        for path in (f"/map/entries/{key}", f"/map/entries/{key}/history"):
            assert "Schuilstraat" not in (await referrals.get(path, by=reader)).text
    merged = referrals.read(answer, MergeRef)
    assert (await referrals.post(f"/social-map/merges/{merged.merge_id}/undo", by=editor)).is_success
    assert what_is_said(await entries(referrals, tenant)) == before


async def test_what_comes_after_a_merge_belongs_to_the_one_that_stands(
    referrals: ServiceUnderTest, tenant: str, editor: Principal
) -> None:
    await filled(referrals, tenant)
    assert (await merge(referrals, editor, await pair(referrals, editor))).is_success
    new = entry_id(SOURCE, "service", "Herstelbemiddeling")
    drafts = [*DRAFTS, service("Herstelbemiddeling", organization_id=SAME)]
    async with referrals.transaction(tenant) as session:
        first = await write(session, layer_of(tenant), drafts, source=SOURCE, by=None, now=NOW)
        again = await write(session, layer_of(tenant), drafts, source=SOURCE, by=None, now=NOW)
    assert (first.created, first.changed, again.created, again.changed) == ([new], [], [], [])
    found = await entries(referrals, tenant)
    assert found[new].organization_id == found[HELP].organization_id == CAW


async def test_what_an_editor_moved_after_a_merge_stays_when_the_source_says_the_same_again(
    referrals: ServiceUnderTest, tenant: str, editor: Principal
) -> None:
    await filled(referrals, tenant)
    assert (await merge(referrals, editor, await pair(referrals, editor))).is_success
    elsewhere = Draft(
        kind="service", source_id="", id=HELP, organization_id=OTHER, content={"name": "Slachtofferhulp"}
    )
    async with referrals.transaction(tenant) as session:
        await write(session, layer_of(tenant), [elsewhere], source=EDITORS, by=None, now=NOW)
        again = await write(session, layer_of(tenant), DRAFTS, source=SOURCE, by=None, now=NOW)
    assert again.changed == []
    assert (await entries(referrals, tenant))[HELP].organization_id == OTHER
