"""Finding a service: words in four languages, filters, both layers, and nothing for another tenant."""

import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.referrals.social_map.models import EDITORIAL_TENANT, EDITORS, Layer
from services.referrals.social_map.writing import Draft, withdraw, write
from shared.auth import Permission, Principal
from shared.contracts.map_entries import SaveOverlay
from shared.contracts.service_search import (
    AboutClient,
    FindServices,
    FoundServices,
    HelpLines,
    SearchChoices,
)
from shared.db import driver_of
from tests.service.referrals.conftest import NOW, organization, service
from tests.service.referrals.finding import find, names, put, put_at
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest


@pytest.mark.parametrize(
    "words",
    [
        "slachtofferhulp",
        "SLACHTOFFERHULP",
        "slachtofer hulp",
        "slachtofferhulpp",
        "slachtoffers",
        "slacht",
        "aide aux victimes",
        "Opferhilfe",
        "victim support",
        "slachtoffer",
        "hulp aan slachtoffers",
        "Slàchtöfferhulp",
        "begeleiding",
    ],
)
async def test_victim_help_is_found_in_four_languages_and_with_typing_errors(
    referrals: ServiceUnderTest, reader: Principal, words: str
) -> None:
    help_for_victims = service(
        "Slachtofferhulp", description="Voor wie een misdrijf meemaakte: rouwbegeleiding en praktische hulp"
    )
    second_hand = service("Kringwinkel", description="Tweedehandse meubels en kleren")
    await put(referrals, EDITORIAL_TENANT, help_for_victims, second_hand)

    assert names(await find(referrals, reader, words=words)) == ["Slachtofferhulp"]


async def test_a_translation_is_searched_by_the_stems_of_its_language_and_shown_in_it(
    referrals: ServiceUnderTest, reader: Principal
) -> None:
    translations = {
        "fr": {"name": "Accueil des locataires", "description": "Pour les locataires menacés d'expulsion"},
        "en": {"name": "Desk for renters"},
    }
    await put(referrals, EDITORIAL_TENANT, service("Woonloket", translations=translations))

    assert names(await find(referrals, reader, words="menacées", in_language="fr")) == [
        "Accueil des locataires"
    ]
    assert names(await find(referrals, reader, words="renter", in_language="en")) == ["Desk for renters"]
    assert names(await find(referrals, reader, words="woonloket", in_language="de")) == ["Woonloket"]


async def test_what_was_read_in_the_words_is_said(referrals: ServiceUnderTest, reader: Principal) -> None:
    await put(referrals, EDITORIAL_TENANT, service("Budgetbegeleiding"), service("Leefloon"))

    mistyped = await find(referrals, reader, words="leefloom")
    widened = await find(referrals, reader, words="schulden")
    loosened = await find(referrals, reader, words="leefloon xylofoon")
    nothing = await find(referrals, reader, words="xylofoon")

    assert [(each.typed, each.meant) for each in mistyped.meant] == [("leefloom", ["leefloon"])]
    assert names(mistyped) == ["Leefloon"]
    assert names(widened) == ["Budgetbegeleiding"]
    assert "budgetbegeleiding" in widened.widened[0].also
    assert (names(loosened), loosened.loosened) == (["Leefloon"], True)
    assert (names(nothing), nothing.loosened, nothing.total) == ([], False, 0)


@pytest.mark.parametrize(
    "words", ["'", "\\", "a & b | !c", "<->", ":*", "((((", "% _", "'; DROP TABLE map_search; --", "😀"]
)
async def test_signs_are_no_operators(referrals: ServiceUnderTest, reader: Principal, words: str) -> None:
    await put(referrals, EDITORIAL_TENANT, service("Slachtofferhulp"))

    answer = await referrals.post("/services/search", FindServices(words=words), reader)

    assert answer.status_code == 200


@pytest.mark.parametrize("words", ["aide à l'enfance", "l’enfance maltraitée", "'s nachts opvang"])
async def test_what_an_apostrophe_leaves_of_a_word_is_not_asked(
    referrals: ServiceUnderTest, tenant: str, reader: Principal, words: str
) -> None:
    await referrals.provision(tenant)
    await put(
        referrals,
        tenant,
        service("Enfance maltraitée", description="Pour les familles"),
        service("Nachtopvang", description="Een bed voor wie geen dak heeft"),
    )
    found = await find(referrals, reader, words=words)
    assert len(found.hits) == 1
    assert not found.loosened


async def test_what_is_closed_for_a_while_is_found_and_never_open(
    referrals: ServiceUnderTest, tenant: str, reader: Principal
) -> None:
    await referrals.provision(tenant)
    always: dict[str, Any] = {"always_open": True, "name": "Nachtopvang"}
    (key,) = await put(referrals, tenant, service(source_id="nacht", **always))
    assert names(await find(referrals, reader, words="nachtopvang", open_now=True)) == ["Nachtopvang"]
    await put(referrals, tenant, service(source_id="nacht", status="temporarily closed", **always))
    (hit,) = (await find(referrals, reader, words="nachtopvang")).hits
    assert (hit.service_id, hit.opening.state) == (key, "closed")
    assert (await find(referrals, reader, words="nachtopvang", open_now=True)).hits == []


async def test_a_service_in_a_house_that_is_closed_for_a_while_is_closed_too(
    referrals: ServiceUnderTest, tenant: str, reader: Principal
) -> None:
    each_day = {"freq": "WEEKLY", "byday": "MO,TU,WE,TH,FR,SA,SU", "opens_at": "00:00", "closes_at": "24:00"}
    away = {"valid_from": "2000-01-01", "valid_to": "2099-12-31", "description": "closed"}
    await put_at(referrals, tenant, "Zomeropvang", {"schedules": [away]}, schedules=[each_day])
    (hit,) = (await find(referrals, reader, words="zomeropvang")).hits
    assert hit.opening.state == "closed"


async def test_a_place_that_a_tenant_hides_stays_hidden_from_services_that_come_there_later(
    referrals: ServiceUnderTest, tenant: str, editor: Principal
) -> None:
    await referrals.provision(tenant)
    address = {"address_1": "Schuilstraat 9", "postal_code": "9300", "city": "Aalst"}
    house = Draft(kind="location", source_id="huis", content={"name": "Huis", "addresses": [address]})
    (location_id,) = await put(referrals, EDITORIAL_TENANT, house)
    word = SaveOverlay(fields={"hidden_address": True})
    assert (await referrals.post(f"/map/entries/{location_id}/overlay", word, by=editor)).is_success
    (service_id,) = await put(referrals, EDITORIAL_TENANT, service("Vluchthuis"))
    spot = Draft(
        kind="service_at_location",
        source_id="daar",
        content={},
        service_id=service_id,
        location_id=location_id,
    )
    await put(referrals, EDITORIAL_TENANT, spot)
    (hit,) = (await find(referrals, editor, words="vluchthuis")).hits
    assert [(place.hidden, place.line) for place in hit.places] == [(True, "")]


async def test_a_name_goes_before_a_description_and_the_order_is_always_the_same(
    referrals: ServiceUnderTest, reader: Principal
) -> None:
    drafts = [service(f"Dienst {number}", description="Wij helpen bij schulden") for number in range(30)]
    await put(referrals, EDITORIAL_TENANT, *drafts, service("Schulden de baas"))

    first = await find(referrals, reader, words="schulden", limit=20)
    second = await find(referrals, reader, words="schulden", limit=20, offset=20)
    again = await find(referrals, reader, words="schulden", limit=50)

    assert first.hits[0].name == "Schulden de baas"
    assert (first.total, first.more, second.more) == (31, True, False)
    assert names(first) + names(second) == names(again)


@pytest.mark.parametrize("typed", ["rouwtafel", "Rouwtafl"])
async def test_who_is_called_just_so_goes_before_who_speaks_of_it_more(
    referrals: ServiceUnderTest, reader: Principal, typed: str
) -> None:
    said = "Over de rouwtafel: elke rouwtafel is anders, de rouwtafel is gratis."
    await put(
        referrals,
        reader.tenant,
        service("Aan tafel, de rouwtafel van de rouwtafels", description=said),
        service("Rouwtafel"),
    )
    assert names(await find(referrals, reader, words=typed))[0] == "Rouwtafel"


async def test_own_services_are_found_beside_the_shared_ones_and_by_nobody_else(
    referrals: ServiceUnderTest, tenant: str, reader: Principal, stranger: Principal
) -> None:
    await put(referrals, EDITORIAL_TENANT, service("Buurthuis Noord"))
    await put(referrals, tenant, service("Buurthuis Zuid", description="vertrouwelijk woord: kamperfoelie"))

    mine = await find(referrals, reader, words="buurthuis")
    theirs = await find(referrals, stranger, words="buurthuis")

    assert {each.name: each.layer for each in mine.hits} == {
        "Buurthuis Noord": "shared",
        "Buurthuis Zuid": "own",
    }
    assert (names(theirs), theirs.total) == (["Buurthuis Noord"], 1)
    mistyped = await find(referrals, stranger, words="kamperfoeli")
    assert (mistyped.hits, mistyped.meant) == ([], []), "not even a word of another tenant is proposed"


async def test_what_a_tenant_hides_or_renames_is_so_for_it_alone(
    referrals: ServiceUnderTest, editor: Principal, reader: Principal, stranger: Principal
) -> None:
    hidden, renamed = await put(
        referrals, EDITORIAL_TENANT, service("Buurthuis Noord"), service("Buurthuis Zuid")
    )
    hide = SaveOverlay(fields={}, note="", hidden=True, version=0)
    rename = SaveOverlay(fields={"name": "Ons Buurthuis"}, note="", hidden=False, version=0)
    for entry_id, overlay in ((hidden, hide), (renamed, rename)):
        assert (await referrals.post(f"/map/entries/{entry_id}/overlay", overlay, editor)).is_success

    mine = await find(referrals, reader, words="buurthuis")

    assert [(each.name, each.layer) for each in mine.hits] == [("Ons Buurthuis", "overlaid")]
    assert sorted(names(await find(referrals, stranger, words="buurthuis"))) == [
        "Buurthuis Noord",
        "Buurthuis Zuid",
    ]


async def test_the_tenants_word_stays_upon_a_shared_service_that_changes(
    referrals: ServiceUnderTest, editor: Principal, reader: Principal
) -> None:
    (entry_id,) = await put(
        referrals, EDITORIAL_TENANT, service("Buurthuis", source_id="b", description="thee")
    )
    rename = SaveOverlay(fields={"name": "Ons Buurthuis"}, note="", hidden=False, version=0)
    assert (await referrals.post(f"/map/entries/{entry_id}/overlay", rename, editor)).is_success
    async with referrals.transaction(EDITORIAL_TENANT) as session:
        changed = service("Buurthuis", source_id="b", description="koffie en kaarten")
        await write(session, Layer.SHARED, [changed], source=EDITORS, by=None, now=NOW + timedelta(days=1))

    found = await find(referrals, reader, words="kaarten")

    assert [(each.name, each.summary) for each in found.hits] == [("Ons Buurthuis", "koffie en kaarten")]


async def test_what_is_withdrawn_or_works_no_more_is_not_found(
    referrals: ServiceUnderTest, reader: Principal
) -> None:
    gone, _ = await put(
        referrals, EDITORIAL_TENANT, service("Buurthuis"), service("Buurtcafé", source_id="c")
    )
    async with referrals.transaction(EDITORIAL_TENANT) as session:
        await withdraw(session, Layer.SHARED, [gone], source=EDITORS, by=None, now=NOW)
    await put(referrals, EDITORIAL_TENANT, service("Buurtcafé", source_id="c", status="inactive"))

    assert names(await find(referrals, reader, words="buurt")) == []


async def test_the_name_of_an_organisation_finds_its_services_also_after_it_changes(
    referrals: ServiceUnderTest, reader: Principal
) -> None:
    (caw,) = await put(
        referrals, EDITORIAL_TENANT, Draft(kind="organization", source_id="o", content={"name": "Caritas"})
    )
    await put(referrals, EDITORIAL_TENANT, service("Opvang", caw))
    renamed = Draft(kind="organization", source_id="o", content={"name": "Ommekaar"})

    assert names(await find(referrals, reader, words="caritas")) == ["Opvang"]
    await put(referrals, EDITORIAL_TENANT, renamed)
    assert names(await find(referrals, reader, words="ommekaar")) == ["Opvang"]
    assert names(await find(referrals, reader, words="caritas")) == []


async def test_no_tenant_but_the_editorial_office_writes_the_shared_index(
    referrals: ServiceUnderTest, tenant: str
) -> None:
    for table in ("map_search", "map_words", "map_synonyms"):
        async with referrals.transaction(tenant) as session:
            assert await driver_of(session).execute(f"DELETE FROM platform.{table}") == "DELETE 0"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with referrals.transaction(tenant) as session:
            await driver_of(session).execute("INSERT INTO platform.map_words (word) VALUES ('gestolen')")


async def test_each_rule_says_why_and_what_does_not_fit_comes_last(
    referrals: ServiceUnderTest, reader: Principal
) -> None:
    youth = service("Hulp A", minimum_age=12, maximum_age=25, description="jongerenwerking")
    women = service(
        "Hulp B", eligibility=[{"kind": "gender", "values": ["female"]}], description="jongerenwerking"
    )
    aalst = service(
        "Hulp C", eligibility=[{"kind": "area", "values": ["nis:41002"]}], description="jongerenwerking"
    )
    await put(referrals, EDITORIAL_TENANT, youth, women, aalst)
    client = AboutClient(age=34, gender="female")

    found = await find(referrals, reader, words="jongerenwerking", client=client, place="Kortrijk")
    fitting = await find(
        referrals, reader, words="jongerenwerking", client=client, place="Kortrijk", fitting_only=True
    )
    unknown = await find(referrals, reader, words="jongerenwerking", client=AboutClient())

    verdicts = {
        each.name: (each.verdict, [(r.rule, r.verdict, r.asks) for r in each.reasons]) for each in found.hits
    }
    assert verdicts == {
        "Hulp A": ("not", [("age", "not", ["12", "25"])]),
        "Hulp B": ("fits", [("gender", "fits", ["female"])]),
        "Hulp C": ("not", [("area", "not", ["Aalst"])]),
    }
    assert found.hits[0].name == "Hulp B"
    assert names(fitting) == ["Hulp B"]
    assert {each.verdict for each in unknown.hits} == {"unknown"}


async def test_filters_take_what_is_known_to_be_so(referrals: ServiceUnderTest, reader: Principal) -> None:
    updated = "2026-03-01T00:00:00Z"
    free: dict[str, Any] = {"capacities": [{"unit": {"name": "bedden"}, "available": 2, "updated": updated}]}
    full: dict[str, Any] = {"capacities": [{"unit": {"name": "bedden"}, "available": 0, "updated": updated}]}
    ramp = {"accessibility": [{"wheelchair": "yes"}]}
    await put_at(referrals, EDITORIAL_TENANT, "Opvang A", ramp, languages=[{"code": "ar"}], **free)
    await put(
        referrals, EDITORIAL_TENANT, service("Opvang B", target_groups=["victims"], always_open=True, **full)
    )
    await put(referrals, EDITORIAL_TENANT, service("Opvang C"))

    async def found(**wish: Any) -> list[str]:
        return sorted(names(await find(referrals, reader, words="opvang", **wish)))

    assert await found(free_places=True) == ["Opvang A"]
    assert await found(wheelchair=True) == ["Opvang A"]
    assert await found(languages=["ar"]) == ["Opvang A"]
    assert await found(groups=["victims"]) == ["Opvang B"]
    assert await found(open_now=True) == ["Opvang B"]


async def test_a_rubric_finds_what_lies_under_it_and_is_offered_with_its_number(
    referrals: ServiceUnderTest, reader: Principal
) -> None:
    def term(name: str, parent_id: UUID | None = None) -> Draft:
        content = {"name": name, "translations": {"fr": {"name": f"{name} (fr)"}}}
        return Draft(kind="taxonomy_term", source_id=name, content=content, parent_id=parent_id)

    (justice,) = await put(referrals, EDITORIAL_TENANT, term("Justitie"))
    (victims,) = await put(referrals, EDITORIAL_TENANT, term("Slachtoffers", justice))
    tagged = service("CAW", attributes=[{"taxonomy_term_id": str(victims)}])
    await put(referrals, EDITORIAL_TENANT, tagged, service("Kringwinkel"))

    assert names(await find(referrals, reader, rubrics=[justice])) == ["CAW"]
    assert names(await find(referrals, reader, words="justitie")) == ["CAW"]
    answer = await referrals.get("/services/search/choices", reader, in_language="fr")
    choices = referrals.read(answer, SearchChoices)
    assert {(each.name, each.services) for each in choices.rubrics} == {
        ("Justitie (fr)", 1),
        ("Slachtoffers (fr)", 1),
    }
    assert choices.services == 2


async def test_a_role_without_the_right_finds_nothing(referrals: ServiceUnderTest, tenant: str) -> None:
    nobody = principal(tenant, Permission.DOSSIER_READ)

    assert (await referrals.post("/services/search", FindServices(words="x"), nobody)).status_code == 403
    assert (await referrals.get("/services/search", nobody, words="x")).status_code == 403
    assert (await referrals.get("/services/search/choices", nobody)).status_code == 403


async def test_words_may_stand_in_an_address_and_find_the_same(
    referrals: ServiceUnderTest, reader: Principal
) -> None:
    await put(referrals, EDITORIAL_TENANT, service("Slachtofferhulp"), organization())

    by_address = await referrals.get("/services/search", reader, words="slachtoffer", in_language="fr")

    posted = await find(referrals, reader, words="slachtoffer", in_language="fr")
    assert referrals.read(by_address, FoundServices) == posted
    assert names(posted) == ["Slachtofferhulp"]


async def test_nothing_of_a_client_is_logged_or_kept(
    referrals: ServiceUnderTest, tenant: str, reader: Principal, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = AboutClient(age=87, residence_status="asylum_seeker")
    await find(referrals, reader, words="hulp", place="Kamperfoeliestraat 7, 9300 Aalst", client=client)

    assert "amperfoelie" not in caplog.text
    assert "asylum" not in caplog.text
    async with referrals.transaction(tenant) as session:
        kept = await driver_of(session).fetchval("SELECT count(*) FROM audit WHERE action = 'find_services'")
        requests = await driver_of(session).fetchval("SELECT count(*) FROM idempotency_keys")
    assert (kept, requests) == (0, 0)


async def test_the_help_lines_need_no_token(referrals: ServiceUnderTest) -> None:
    lines = referrals.read(await referrals.get("/help-lines"), HelpLines).lines

    assert {"112", "101", "1712", "1813", "106", "102"} <= {each.number for each in lines}
    for each in lines:
        assert {"nl", "fr", "de", "en"} == each.names.keys() == each.when.keys()
