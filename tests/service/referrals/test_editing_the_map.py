"""Editors keep their own layer, say otherwise of the shared one, assure, withdraw; nobody touches what is another's."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.referrals.social_map.models import EDITORIAL_TENANT, Layer
from services.referrals.social_map.writing import Draft, write
from shared.auth import Principal
from shared.contracts.map_entries import (
    AddPlace,
    AssureEntry,
    ChoosePublication,
    EntriesToCheck,
    EntryChange,
    EntryRef,
    EntryView,
    MapOrganization,
    MapService,
    PublicationView,
    Rubric,
    SaveEntry,
    SaveOverlay,
    WithdrawEntry,
)
from shared.db import driver_of, uuid7
from tests.service.referrals.conftest import NOW, field_codes, organization, problem, service
from tests.service.referrals.small_map import CAW, DESK, SECRET, SHELTER, SOURCE, STREET, key, small_map
from tests.support.service import ServiceUnderTest


@pytest.fixture
async def kept(referrals: ServiceUnderTest) -> ServiceUnderTest:
    await small_map(referrals)
    return referrals


async def seen(kept: ServiceUnderTest, key: UUID, by: Principal) -> MapService:
    return kept.read(await kept.get(f"/map/services/{key}", by=by), MapService)


async def entry(kept: ServiceUnderTest, key: UUID, by: Principal) -> EntryView:
    return kept.read(await kept.get(f"/map/entries/{key}", by=by), EntryView)


async def made(kept: ServiceUnderTest, by: Principal, **content: Any) -> UUID:
    command = SaveEntry(kind="service", content={"name": "Eigen partner", **content})
    return kept.read(await kept.post("/map/entries", command, by=by), EntryRef).entry_id


async def test_a_service_is_seen_whole_with_whose_word_each_field_is(
    kept: ServiceUnderTest, reader: Principal
) -> None:
    view = await seen(kept, DESK, reader)
    assert view.service.layer == "shared"
    assert view.service.may == ""
    assert view.organization is not None
    assert view.organization.entry_id == CAW
    assert [place.location.entry_id for place in view.places if place.location] == [STREET]
    assert view.rubrics == ["Slachtoffers"]
    assert view.service.sources["email"].source == "import:small"
    assert view.service.content["internal_notes"] == "Niet na tienen bellen"
    organization = kept.read(await kept.get(f"/map/organizations/{CAW}", by=reader), MapOrganization)
    assert len(organization.services) == 11


async def test_where_a_shelter_is_only_who_keeps_the_entry_sees(
    kept: ServiceUnderTest, reader: Principal, editor: Principal, noor: Principal
) -> None:
    for somebody in (reader, editor):
        text = (await kept.get(f"/map/services/{SHELTER}", by=somebody)).text
        assert "Schuilstraat" not in text
        assert "50.1234" not in text
        assert "Schuilstraat" not in (await kept.get(f"/map/entries/{SECRET}", by=somebody)).text
        assert "Schuilstraat" not in (await kept.get(f"/map/entries/{SECRET}/history", by=somebody)).text
    assert "Schuilstraat" in (await kept.get(f"/map/services/{SHELTER}", by=noor)).text


async def test_what_is_said_of_a_service_at_a_secret_place_only_who_keeps_it_reads(
    kept: ServiceUnderTest, reader: Principal, editor: Principal, noor: Principal
) -> None:
    spot = key("service_at_location", "shelter-secret")
    paths = (f"/map/services/{SHELTER}", f"/map/entries/{spot}", f"/map/entries/{spot}/history")
    async with kept.transaction(EDITORIAL_TENANT) as session:
        told = Draft(
            kind="service_at_location",
            source_id="shelter-secret",
            service_id=SHELTER,
            location_id=SECRET,
            content={"description": "Naast de oude kerk"},
        )
        await write(session, Layer.SHARED, [told], source=SOURCE, by=None, now=NOW)
    for somebody in (reader, editor):
        for path in paths:
            assert "oude kerk" not in (await kept.get(path, by=somebody)).text
    for path in paths:
        assert "Naast de oude kerk" in (await kept.get(path, by=noor)).text


async def test_no_tenant_uncovers_an_address_that_the_shared_layer_hides(
    kept: ServiceUnderTest, editor: Principal, noor: Principal
) -> None:
    for uncovered in (False, None):
        command = SaveOverlay(fields={"hidden_address": uncovered})
        refused = await kept.post(f"/map/entries/{SECRET}/overlay", command, by=editor)
        assert field_codes(refused) == {"hidden_address": "secret_elsewhere"}
    # said of an open place, it says nothing once the place becomes a shelter
    said = SaveOverlay(fields={"hidden_address": False, "transportation": "Bus 43"})
    assert (await kept.post(f"/map/entries/{STREET}/overlay", said, by=editor)).is_success
    view = await entry(kept, STREET, noor)
    shelter = SaveEntry(
        kind="location",
        content={**view.content, "hidden_address": True},
        version=view.version,
        organization_id=view.organization_id,
    )
    assert (await kept.post(f"/map/entries/{STREET}", shelter, by=noor)).is_success
    assert (await kept.post("/map/publication", ChoosePublication(scope="all"), by=editor)).is_success
    for path in (f"/map/entries/{STREET}", f"/map/services/{DESK}"):
        assert "Hopmarkt" not in (await kept.get(path, by=editor)).text
    assert "Hopmarkt" not in (await kept.http.get(f"/hsds/{editor.tenant}/services/{DESK}")).text


async def test_an_editor_of_the_shared_layer_changes_what_all_read(
    kept: ServiceUnderTest, noor: Principal, reader: Principal
) -> None:
    view = await entry(kept, DESK, noor)
    assert view.may == "edit"
    command = SaveEntry(
        kind="service",
        content={**view.content, "email": "nieuw@caw.test"},
        version=view.version,
        organization_id=view.organization_id,
    )
    assert (await kept.post(f"/map/entries/{DESK}", command, by=noor)).is_success
    changed = (await seen(kept, DESK, reader)).service
    assert changed.content["email"] == "nieuw@caw.test"
    assert changed.content["phones"] == view.content["phones"]
    assert changed.sources["email"].source == "editors"
    history = kept.read(await kept.get(f"/map/entries/{DESK}/history", by=reader), list[EntryChange])
    assert (history[0].action, history[0].field, history[0].before, history[0].after) == (
        "update", "email", "hulp@caw.test", "nieuw@caw.test",
    )  # fmt: skip
    assert history[0].by is None
    assert (
        kept.read(await kept.get(f"/map/entries/{DESK}/history", by=noor), list[EntryChange])[0].by
        == noor.user_id
    )


async def test_a_tenant_cannot_change_withdraw_or_assure_a_shared_entry(
    kept: ServiceUnderTest, editor: Principal
) -> None:
    save = SaveEntry(kind="service", content={"name": "Nep"}, version=1)
    for path, command in (
        ("", save),
        ("/withdraw", WithdrawEntry(version=1)),
        ("/assure", AssureEntry(version=1)),
    ):
        assert problem(await kept.post(f"/map/entries/{DESK}{path}", command, by=editor))[0] == 404
    place = AddPlace(content={"name": "Nep"})
    assert problem(await kept.post(f"/map/services/{DESK}/places", place, by=editor))[0] == 404


async def test_who_only_reads_changes_nothing(kept: ServiceUnderTest, reader: Principal) -> None:
    save = SaveEntry(kind="service", content={"name": "Nep"})
    overlay = SaveOverlay(fields={}, note="Nep")
    for path, command in (
        ("/map/entries", save),
        (f"/map/entries/{DESK}", save),
        (f"/map/entries/{DESK}/overlay", overlay),
        (f"/map/entries/{DESK}/assure", AssureEntry(version=1)),
        (f"/map/entries/{DESK}/withdraw", WithdrawEntry(version=1)),
        (f"/map/entries/{DESK}/restore", WithdrawEntry(version=1)),
        ("/map/publication", ChoosePublication(scope="all")),
    ):
        assert problem(await kept.post(path, command, by=reader)) == (403, "forbidden")
    assert problem(await kept.get("/map/to-check", by=reader)) == (403, "forbidden")


async def test_an_area_that_is_only_named_gets_its_code_and_one_that_nobody_knows_is_refused(
    kept: ServiceUnderTest, editor: Principal
) -> None:
    areas = [{"name": name, "extent_type": "place"} for name in ("Aalst", "2980", "Erembodegem")]
    key = await made(kept, editor, service_areas=areas)
    stored = (await entry(kept, key, editor)).content["service_areas"]
    assert [(each["extent_type"], each["extent"]) for each in stored][:2] == [
        ("nis", "41002"),
        ("nis", "11055"),
    ]
    assert stored[1]["name"] == "Zoersel"

    wrong = SaveEntry(
        kind="service",
        content={
            "name": "Nep",
            "service_areas": [areas[0], {"name": "Nergenshuizen", "extent_type": "place"}],
        },
    )
    answer = await kept.post("/map/entries", wrong, by=editor)
    assert field_codes(answer) == {"service_areas.1.name": "area_unknown"}
    # what came in without a code stays as it came
    key = await made(kept, editor, service_areas=[{"name": "Heel de streek"}])
    assert (await entry(kept, key, editor)).content["service_areas"][0]["name"] == "Heel de streek"


async def test_rubrics_are_offered_with_what_they_lie_in(kept: ServiceUnderTest, reader: Principal) -> None:
    found = kept.read(await kept.get("/map/rubrics", by=reader), list[Rubric])
    assert [each.path for each in found] == [["Justitie"], ["Justitie", "Slachtoffers"]]


async def test_the_list_to_check_is_searched_and_paged_and_signs_stand_for_themselves(
    kept: ServiceUnderTest, editor: Principal
) -> None:
    drafts = [
        service(name) for name in (*(f"Schaakclub {number:02d}" for number in range(53)), "100% gratis")
    ]
    async with kept.transaction(editor.tenant) as session:
        await write(session, Layer.OWN, drafts, source="import:buurt", by=None, now=datetime.now(UTC))

    async def listed(words: str, offset: int) -> tuple[list[str], int]:
        answer = await kept.get("/map/to-check", by=editor, words=words, offset=offset)
        found = kept.read(answer, EntriesToCheck)
        return [each.name for each in found.entries], found.total

    first, total = await listed("club schaak", 0)
    rest, _ = await listed("club schaak", 50)
    assert total == 53
    assert first + rest == [f"Schaakclub {number:02d}" for number in range(53)]
    assert await listed("100%", 0) == (["100% gratis"], 1)
    assert await listed("_", 0) == ([], 0)
    assert field_codes(await kept.get("/map/to-check", by=editor, offset=-1)) == {"offset": "out_of_range"}


async def test_an_own_word_changes_what_the_own_people_see_and_nobody_else(
    kept: ServiceUnderTest, editor: Principal, reader: Principal, stranger: Principal
) -> None:
    command = SaveOverlay(
        fields={"email": "aalst@caw.test", "url": None, "name": "Slachtofferhulp Aalst"},
        note="Vraag naar Els",
    )
    assert (await kept.post(f"/map/entries/{DESK}/overlay", command, by=editor)).is_success
    mine = (await seen(kept, DESK, reader)).service
    assert mine.content["email"] == "aalst@caw.test"
    assert "url" not in mine.content
    assert mine.note == "Vraag naar Els"
    assert mine.overlaid == ["email", "url"]
    assert mine.sources["email"].layer == "own"
    assert mine.shared["email"] == "hulp@caw.test"
    theirs = (await seen(kept, DESK, stranger)).service
    assert theirs.content["email"] == "hulp@caw.test"
    assert theirs.note == ""
    history = kept.read(await kept.get(f"/map/entries/{DESK}/history", by=reader), list[EntryChange])
    assert {(each.field, each.layer) for each in history if each.layer == "own"} == {
        ("email", "own"), ("url", "own"), ("note", "own"),
    }  # fmt: skip


async def test_what_a_tenant_hides_its_readers_do_not_find_and_its_editors_bring_back(
    kept: ServiceUnderTest, editor: Principal, reader: Principal, stranger: Principal
) -> None:
    await kept.post(f"/map/entries/{DESK}/overlay", SaveOverlay(fields={}, hidden=True), by=editor)
    assert (await kept.get(f"/map/services/{DESK}", by=reader)).status_code == 404
    assert (await kept.get(f"/map/services/{DESK}", by=stranger)).status_code == 200
    assert (await seen(kept, DESK, editor)).service.hidden is True
    back = SaveOverlay(fields={}, hidden=False, version=1)
    assert (await kept.post(f"/map/entries/{DESK}/overlay", back, by=editor)).is_success
    assert (await kept.get(f"/map/services/{DESK}", by=reader)).status_code == 200


async def test_two_editors_at_once_end_in_one_change_and_one_who_sees_both(
    kept: ServiceUnderTest, noor: Principal, editor: Principal
) -> None:
    saves = [
        SaveEntry(kind="service", content={"name": name}, version=1) for name in ("Naam een", "Naam twee")
    ]
    answers = await asyncio.gather(*(kept.post(f"/map/entries/{DESK}", save, by=noor) for save in saves))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert problem(refused) == (409, "changed_meanwhile")
    assert refused.json()["details"]["changed_by"] == str(noor.user_id)
    assert (
        await kept.post(f"/map/entries/{DESK}/overlay", SaveOverlay(fields={}, note="a"), by=editor)
    ).is_success
    again = await kept.post(f"/map/entries/{DESK}/overlay", SaveOverlay(fields={}, note="b"), by=editor)
    assert problem(again) == (409, "changed_meanwhile")


async def test_two_first_words_at_once_end_in_one_and_a_refusal(
    kept: ServiceUnderTest, editor: Principal
) -> None:
    words = [SaveOverlay(fields={}, note=note) for note in ("een", "twee", "drie")]
    answers = await asyncio.gather(
        *(kept.post(f"/map/entries/{DESK}/overlay", word, by=editor) for word in words)
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert {problem(each)[1] for each in answers if each.status_code == 409} == {"changed_meanwhile"}
    choice = ChoosePublication(scope="own")
    chosen = await asyncio.gather(*(kept.post("/map/publication", choice, by=editor) for _ in range(3)))
    assert all(each.is_success for each in chosen)


async def test_what_a_form_does_not_show_an_organisation_keeps(
    kept: ServiceUnderTest, editor: Principal
) -> None:
    async with kept.transaction(editor.tenant) as session:
        written = await write(
            session, Layer.OWN, [organization("Welzijnskoepel")], source=SOURCE, by=None, now=NOW
        )
        parent = written.created[0]
        child = Draft(
            kind="organization", source_id="wijkhuis", parent_id=parent, content={"name": "Wijkhuis"}
        )
        (part,) = (await write(session, Layer.OWN, [child], source=SOURCE, by=None, now=NOW)).created
    save = SaveEntry(kind="organization", content={"name": "Wijkhuis Centrum"}, version=1)
    assert (await kept.post(f"/map/entries/{part}", save, by=editor)).is_success
    async with kept.transaction(editor.tenant) as session:
        row = await driver_of(session).fetchrow(
            "SELECT content, parent_id FROM map_entries WHERE id = $1", part
        )
    assert (row["content"]["name"], row["parent_id"]) == ("Wijkhuis Centrum", parent)


async def test_an_own_partner_is_the_tenant_s_alone(
    kept: ServiceUnderTest, editor: Principal, reader: Principal, stranger: Principal
) -> None:
    key = await made(kept, editor)
    assert (await seen(kept, key, reader)).service.layer == "own"
    assert (await kept.get(f"/map/services/{key}", by=stranger)).status_code == 404
    assert (
        problem(
            await kept.post(
                f"/map/entries/{key}",
                SaveEntry(kind="service", content={"name": "X"}, version=1),
                by=stranger,
            )
        )[0]
        == 404
    )
    place = AddPlace(
        content={"addresses": [{"address_1": "Markt 1", "city": "Aalst", "postal_code": "9300"}]}
    )
    assert (await kept.post(f"/map/services/{key}/places", place, by=editor)).is_success
    (spot,) = (await seen(kept, key, reader)).places
    assert spot.location is not None
    assert spot.location.content["addresses"][0]["city"] == "Aalst"


async def test_the_same_form_sent_twice_makes_one_partner(kept: ServiceUnderTest, editor: Principal) -> None:
    command = SaveEntry(kind="service", content={"name": "Eigen partner"})
    key = str(uuid7())
    first = await kept.post("/map/entries", command, by=editor, key=key)
    again = await kept.post("/map/entries", command, by=editor, key=key)
    assert first.json() == again.json()


async def test_each_wrong_field_is_named(kept: ServiceUnderTest, editor: Principal) -> None:
    command = SaveEntry(kind="service", content={"phones": [{}], "url": "nee"}, organization_id=None)
    assert field_codes(await kept.post("/map/entries", command, by=editor)) == {
        "name": "required", "phones.0.number": "required", "url": "uri_wrong",
    }  # fmt: skip
    nowhere = SaveEntry(kind="service", content={"name": "A"}, organization_id=uuid7())
    assert field_codes(await kept.post("/map/entries", nowhere, by=editor)) == {
        "organization_id": "not_a_choice"
    }
    overlay = SaveOverlay(fields={"email": "nee"})
    answer = await kept.post(f"/map/entries/{DESK}/overlay", overlay, by=editor)
    assert field_codes(answer) == {"email": "email_wrong"}


async def test_who_looked_says_so_and_the_entry_is_fresh_again(
    kept: ServiceUnderTest, noor: Principal, reader: Principal
) -> None:
    assert (await seen(kept, SHELTER, reader)).service.freshness.state == "to_check"
    to_check = kept.read(await kept.get("/map/to-check", by=noor), EntriesToCheck)
    assert SHELTER in {line.entry_id for line in to_check.entries}
    command = AssureEntry(version=1, check_months=6)
    assert (await kept.post(f"/map/entries/{SHELTER}/assure", command, by=noor)).is_success
    fresh = (await seen(kept, SHELTER, reader)).service
    assert fresh.freshness.state == "fresh"
    assert fresh.freshness.check_months == 6
    assert fresh.version == 1
    left = kept.read(await kept.get("/map/to-check", by=noor), EntriesToCheck)
    assert left.total == to_check.total - 1
    assert SHELTER not in {line.entry_id for line in left.entries}


async def test_a_tenant_checks_what_it_keeps_itself(
    kept: ServiceUnderTest, editor: Principal, stranger: Principal
) -> None:
    old = datetime.now(UTC) - timedelta(days=500)
    async with kept.transaction(editor.tenant) as session:
        written = await write(
            session, Layer.OWN, [service("Oud")], source="editors", by=editor.user_id, now=old
        )
    to_check = kept.read(await kept.get("/map/to-check", by=editor), EntriesToCheck)
    assert [(line.entry_id, line.freshness.state) for line in to_check.entries] == [
        (written.created[0], "stale")
    ]
    assert kept.read(await kept.get("/map/to-check", by=stranger), EntriesToCheck).entries == []


async def test_withdrawn_entries_can_be_brought_back(
    kept: ServiceUnderTest, editor: Principal, reader: Principal
) -> None:
    key = await made(kept, editor)
    assert (await kept.post(f"/map/entries/{key}/withdraw", WithdrawEntry(version=1), by=editor)).is_success
    assert (await kept.get(f"/map/services/{key}", by=reader)).status_code == 404
    assert (await seen(kept, key, editor)).service.withdrawn is True
    stale = await kept.post(f"/map/entries/{key}/restore", WithdrawEntry(version=1), by=editor)
    assert problem(stale) == (409, "changed_meanwhile")
    assert (await kept.post(f"/map/entries/{key}/restore", WithdrawEntry(version=2), by=editor)).is_success
    assert (await kept.get(f"/map/services/{key}", by=reader)).status_code == 200


async def test_a_tenant_chooses_what_it_publishes_and_the_office_cannot_hide(
    kept: ServiceUnderTest, editor: Principal, noor: Principal
) -> None:
    assert kept.read(await kept.get("/map/publication", by=editor), PublicationView).scope == "nothing"
    assert (await kept.post("/map/publication", ChoosePublication(scope="own"), by=editor)).is_success
    assert (await kept.get(f"/hsds/{editor.tenant}/services")).status_code == 200
    assert kept.read(await kept.get("/map/publication", by=noor), PublicationView).fixed is True
    refused = await kept.post("/map/publication", ChoosePublication(scope="nothing"), by=noor)
    assert problem(refused) == (409, "shared_layer_shown")


async def test_every_change_is_audited(kept: ServiceUnderTest, editor: Principal) -> None:
    key = await made(kept, editor)
    async with kept.transaction(editor.tenant) as session:
        rows = await driver_of(session).fetch("SELECT object_id FROM audit WHERE action = 'make_entry'")
    assert [row["object_id"] for row in rows] == [key]
    assert editor.tenant != EDITORIAL_TENANT
