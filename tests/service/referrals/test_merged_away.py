"""A shared entry that was merged into another: what a tenant said of it, built on it or sent to it goes on."""

from typing import Any
from uuid import UUID

import pytest

from services.referrals.social_map.models import EDITORIAL_TENANT
from services.referrals.social_map.writing import Draft
from shared.auth import Principal
from shared.contracts.map_entries import MapOrganization, MapService, SaveOverlay
from shared.contracts.map_imports import MergeEntries, MergeRef
from shared.contracts.referring import RecipientView, ReferralRef, RerouteReferral, UsualService
from tests.service.referrals.conftest import organization, problem, service
from tests.service.referrals.finding import find, names, put
from tests.service.referrals.loop import Loop
from tests.support.service import ServiceUnderTest

CONTACT: dict[str, Any] = {"referral_contact": {"email": "onthaal@caw.test"}}


class Pair:
    """Two organisations of the shared map, each with a service; the second of each is merged into the first."""

    def __init__(self, under_test: ServiceUnderTest, noor: Principal, ids: list[UUID]) -> None:
        self.under_test, self.noor = under_test, noor
        self.caw, self.double, self.help, self.help_double = ids

    async def merge(self, kept: UUID, gone: UUID) -> MergeRef:
        found = []
        for each in (kept, gone):
            answer = await self.under_test.get(f"/map/entries/{each}", by=self.noor)
            found.append(answer.json()["version"])
        command = MergeEntries(kept=kept, gone=gone, kept_version=found[0], gone_version=found[1])
        return self.under_test.read(
            await self.under_test.post("/social-map/merges", command, by=self.noor), MergeRef
        )

    async def undo(self, ref: MergeRef) -> None:
        answer = await self.under_test.post(f"/social-map/merges/{ref.merge_id}/undo", by=self.noor)
        assert answer.is_success, answer.text


@pytest.fixture
async def pair(referrals: ServiceUnderTest, noor: Principal) -> Pair:
    owners = await put(referrals, EDITORIAL_TENANT, organization("CAW"), organization("C.A.W. dubbel"))
    drafts = [
        service("Buurthulp", owners[0], **CONTACT),
        service("Buurthulp dubbel", owners[1], source_id="dubbel", **CONTACT),
    ]
    return Pair(referrals, noor, [*owners, *await put(referrals, EDITORIAL_TENANT, *drafts)])


async def say(under_test: ServiceUnderTest, by: Principal, of: UUID, version: int = 0, **more: Any) -> None:
    command = SaveOverlay(**{"fields": {}, "note": "", "hidden": False, "version": version, **more})
    answer = await under_test.post(f"/map/entries/{of}/overlay", command, by=by)
    assert answer.is_success, answer.text


async def seen(under_test: ServiceUnderTest, by: Principal, of: UUID) -> MapService:
    return under_test.read(await under_test.get(f"/map/services/{of}", by=by), MapService)


async def all_that_is_read(under_test: ServiceUnderTest, pair: Pair, *by: Principal) -> list[tuple[Any, ...]]:
    """What each sees of all of it: pages and search, but for versions and dates."""
    told = list[tuple[Any, ...]]()
    for somebody in by:
        found = await find(under_test, somebody, words="buurthulp")
        for key in (pair.help, pair.help_double):
            page = await under_test.get(f"/map/services/{key}", by=somebody)
            entry = page.json().get("service", {})
            told.append((entry.get("entry_id"), entry.get("content"), entry.get("note"), entry.get("hidden")))
        told.append(tuple((each.service_id, each.name, each.email, each.layer) for each in found.hits))
    return told


async def test_a_note_and_fields_follow_and_an_undone_merge_leaves_everything_as_it_was(
    referrals: ServiceUnderTest, pair: Pair, editor: Principal, reader: Principal, stranger: Principal
) -> None:
    await say(referrals, editor, pair.help_double, fields={"email": "aalst@caw.test"}, note="Vraag naar Els")
    before = await all_that_is_read(referrals, pair, reader, stranger)

    ref = await pair.merge(pair.help, pair.help_double)

    for key in (pair.help, pair.help_double):
        page = (await seen(referrals, reader, key)).service
        assert (page.entry_id, page.note, page.content["email"], page.content["name"]) == (
            pair.help,
            "Vraag naar Els",
            "aalst@caw.test",
            "Buurthulp",
        )
    hits = (await find(referrals, reader, words="buurthulp")).hits
    assert [(each.service_id, each.email, each.layer) for each in hits] == [
        (pair.help, "aalst@caw.test", "overlaid")
    ]
    (theirs,) = (await find(referrals, stranger, words="buurthulp")).hits
    assert (theirs.email, theirs.layer) == ("", "shared")

    await pair.undo(ref)
    assert await all_that_is_read(referrals, pair, reader, stranger) == before


async def test_what_is_said_of_the_one_that_stands_goes_before_and_both_notes_are_read(
    referrals: ServiceUnderTest, pair: Pair, editor: Principal
) -> None:
    await say(referrals, editor, pair.help, fields={"email": "een@caw.test"}, note="Eerste nota")
    await say(
        referrals,
        editor,
        pair.help_double,
        fields={"email": "twee@caw.test", "url": "https://a.be"},
        note="Twee",
    )
    await pair.merge(pair.help, pair.help_double)

    page = (await seen(referrals, editor, pair.help)).service
    assert (page.content["email"], page.content["url"]) == ("een@caw.test", "https://a.be")
    assert page.note == "Eerste nota\n\nTwee"

    await say(referrals, editor, pair.help_double, version=page.overlay_version, note="Nu zo")
    page = (await seen(referrals, editor, pair.help)).service
    assert (page.note, page.content.get("email")) == ("Nu zo", None), "what she says now is all that is said"


async def test_what_somebody_could_find_he_finds_after_a_merge_until_it_is_hidden_again(
    referrals: ServiceUnderTest, pair: Pair, editor: Principal, reader: Principal
) -> None:
    await say(referrals, editor, pair.help, hidden=True)
    assert names(await find(referrals, reader, words="buurthulp")) == ["Buurthulp dubbel"]

    ref = await pair.merge(pair.help, pair.help_double)
    assert names(await find(referrals, reader, words="buurthulp")) == ["Buurthulp"]

    await pair.undo(ref)
    assert names(await find(referrals, reader, words="buurthulp")) == ["Buurthulp dubbel"]
    await pair.merge(pair.help, pair.help_double)
    await say(referrals, editor, pair.help, version=1, hidden=True)
    assert names(await find(referrals, reader, words="buurthulp")) == []


async def test_one_that_was_hidden_hides_nothing_when_it_is_merged_away(
    referrals: ServiceUnderTest, pair: Pair, editor: Principal, reader: Principal
) -> None:
    await say(referrals, editor, pair.help_double, hidden=True)
    await pair.merge(pair.help, pair.help_double)
    assert names(await find(referrals, reader, words="buurthulp")) == ["Buurthulp"]


async def test_an_own_service_of_an_organisation_that_was_merged_away_belongs_to_the_one_that_stands(
    referrals: ServiceUnderTest, tenant: str, pair: Pair, reader: Principal
) -> None:
    (mine,) = await put(referrals, tenant, service("Eigen loket", pair.double))
    spot = Draft(kind="service_at_location", source_id="spot", content={}, service_id=pair.help_double)
    await put(referrals, tenant, spot)
    organisations = await pair.merge(pair.caw, pair.double)
    services = await pair.merge(pair.help, pair.help_double)

    page = await seen(referrals, reader, mine)
    assert page.organization is not None
    assert page.organization.entry_id == pair.caw
    answer = await referrals.get(f"/map/organizations/{pair.double}", by=reader)
    listed = referrals.read(answer, MapOrganization)
    assert [each.content["name"] for each in listed.services] == ["Buurthulp", "Eigen loket"]
    assert len((await seen(referrals, reader, pair.help)).places) == 1

    await pair.undo(services)
    await pair.undo(organisations)
    page = await seen(referrals, reader, mine)
    assert page.organization is not None
    assert page.organization.entry_id == pair.double
    assert (await seen(referrals, reader, pair.help)).places == []


async def test_a_chain_of_merges_is_followed_to_its_end_and_back(
    referrals: ServiceUnderTest, pair: Pair, editor: Principal
) -> None:
    (third,) = await put(referrals, EDITORIAL_TENANT, service("Buurthulp derde", pair.caw, source_id="derde"))
    await say(referrals, editor, pair.help_double, note="Vraag naar Els")
    first = await pair.merge(pair.help, pair.help_double)
    second = await pair.merge(third, pair.help)

    for key in (third, pair.help, pair.help_double):
        page = (await seen(referrals, editor, key)).service
        assert (page.entry_id, page.note) == (third, "Vraag naar Els")

    await pair.undo(second)
    assert (await seen(referrals, editor, pair.help_double)).service.note == "Vraag naar Els"
    assert (await seen(referrals, editor, third)).service.note == ""
    await pair.undo(first)
    assert (await seen(referrals, editor, pair.help)).service.note == ""


async def test_a_referral_to_a_service_that_was_merged_away_is_offered_sent_and_rerouted(
    referrals: ServiceUnderTest, pair: Pair, loop: Loop
) -> None:
    ref = await loop.propose(pair.help_double)
    await pair.merge(pair.help, pair.help_double)

    answer = await referrals.get(f"/referral-recipients/{pair.help_double}", by=loop.lena)
    assert referrals.read(answer, RecipientView).name == "CAW - Buurthulp"
    await loop.offer(ref)
    sent = await loop.send(ref)
    assert sent.state == "sent"
    assert (await loop.seen(ref)).line.recipient_kind == "partner_link"

    same = await loop.post(f"/referrals/{ref.referral_id}/reroute", RerouteReferral(service_id=pair.help))
    assert problem(same)[0] == 422
    other = await loop.post(
        f"/referrals/{ref.referral_id}/reroute", RerouteReferral(service_id=loop.on_paper)
    )
    assert referrals.read(other, ReferralRef).state == "proposed"
    usual = referrals.read(await referrals.get("/usual-services", by=loop.lena), list[UsualService])
    assert {each.service_id for each in usual if each.times} == {pair.help, loop.on_paper}


async def test_everybody_reads_one_entry_by_both_ids_and_finds_it_once(
    referrals: ServiceUnderTest, pair: Pair
) -> None:
    base = f"/hsds/{EDITORIAL_TENANT}"
    organisations = await pair.merge(pair.caw, pair.double)
    services = await pair.merge(pair.help, pair.help_double)

    new, old = [await referrals.get(f"{base}/services/{key}") for key in (pair.help, pair.help_double)]
    assert old.status_code == 200
    assert old.json()["id"] == str(pair.help)
    assert old.headers["Content-Location"].endswith(f"{base}/services/{pair.help}")
    assert "Content-Location" not in new.headers
    listed = (await referrals.get(f"{base}/services")).json()
    assert [each["id"] for each in listed["contents"]] == [str(pair.help)]
    by_owner = (await referrals.get(f"{base}/services", organization_id=str(pair.double))).json()
    assert by_owner["total_items"] == 1

    await pair.undo(services)
    await pair.undo(organisations)
    assert (await referrals.get(f"{base}/services/{pair.help_double}")).json()["id"] == str(pair.help_double)
    assert (await referrals.get(f"{base}/services")).json()["total_items"] == 2
