"""Searching as people type: with errors, by a maiden name; the index gives what reading every name would give."""

import random
from datetime import UTC, datetime
from uuid import UUID

from services.cases.dossiers.queries.lists import NAMES
from services.cases.persons.identifiers import folded
from services.cases.persons.names import match, pieces_to_ask, trigrams
from shared.auth import Principal
from shared.contracts.cases import DossierPage, DossierRef, SearchDossiers
from shared.contracts.persons import AddPerson
from shared.db import driver_of, uuid7
from tests.service.cases.conftest import opened
from tests.support.service import ServiceUnderTest

FIRST = ("Zoë", "An", "Lena", "Mohamed", "Amina", "Jan", "Greet", "Ibrahim", "Łukasz", "Noor")
LAST = (
    "Peeters",
    "Janssens",
    "Vandenbroucke",
    "D'Hondt",
    "De Smet",
    "El Haddad",
    "Yıldız",
    "Claes",
    "Cafmeyer",
    "Wouters",
)


async def found(cases: ServiceUnderTest, by: Principal, words: str) -> list[str]:
    answer = await cases.post("/dossiers/search", SearchDossiers(search=words), by=by)
    return [line.title for line in cases.read(answer, DossierPage).lines]


async def with_name(cases: ServiceUnderTest, by: Principal, first: str, last: str, **more: str) -> DossierRef:
    ref = await opened(cases, by)
    person = AddPerson(first_name=first, last_name=last, **more)  # type: ignore[arg-type]
    await cases.post(f"/dossiers/{ref.dossier_id}/persons", person, by=by)
    return ref


async def test_to_the_letter_comes_before_nearly(cases: ServiceUnderTest, worker: Principal) -> None:
    await with_name(cases, worker, "An", "Peeters")
    await with_name(cases, worker, "Jan", "Peters")

    assert await found(cases, worker, "peeters") == ["Peeters An", "Peters Jan"]
    assert await found(cases, worker, "peters") == ["Peters Jan", "Peeters An"]


async def test_errors_accents_and_maiden_names_find_her(cases: ServiceUnderTest, worker: Principal) -> None:
    await with_name(cases, worker, "Zoë", "Vandenbroucke", maiden_name="El Haddad", other_names="Zozo")

    for words in ("vandenbrouke", "Vandenbroukce zoe", "haddad", "hadad zoë", "zozo"):
        assert await found(cases, worker, words) == ["Vandenbroucke Zoë"], words
    assert await found(cases, worker, "vandersmissen") == []


async def test_a_changed_name_is_found_by_what_it_is_now(cases: ServiceUnderTest, worker: Principal) -> None:
    ref = await with_name(cases, worker, "An", "Claes")
    view = (await cases.get(f"/dossiers/{ref.dossier_id}", by=worker)).json()
    path = f"/dossiers/{ref.dossier_id}/persons/{view['persons'][0]['person_id']}"
    await cases.post(path, {"version": 1, "first_name": "An", "last_name": "Wouters"}, by=worker)

    assert await found(cases, worker, "wouter") == ["Wouters An"]
    assert await found(cases, worker, "claes") == []


async def test_nearly_finds_only_what_one_may_see(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, stranger: Principal
) -> None:
    await with_name(cases, worker, "An", "Peeters")

    assert await found(cases, colleague, "petters") == []
    assert await found(cases, stranger, "petters") == []


async def test_the_index_gives_what_reading_every_name_gives_and_is_used(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    """20,000 persons in one dossier that is seen and one that is not."""
    seen, hidden = await opened(cases, worker), uuid7()
    chance = random.Random(7)
    people: dict[UUID, str] = {}
    rows = []
    for _ in range(20_000):
        name = folded(
            f"{chance.choice(FIRST)} {chance.choice(LAST)}{chance.choice(('', 'ens', 'mans', 'x'))}"
        )
        name = name.replace(chance.choice("aeinrst"), chance.choice("aeoz"), 1)
        person = uuid7()
        people[person] = name
        rows.append((person, "", name, name, trigrams(name), "", "nl", "", "", datetime.now(UTC), hidden))
    now = datetime.now(UTC)
    values = {
        "user_id": worker.user_id, "teams": [], "compartments": ["pol_care"], "supervises": False, "now": now,
    }  # fmt: skip
    async with cases.transaction(worker.tenant) as session:
        driver = driver_of(session)
        await driver.copy_records_to_table(
            "persons",
            records=rows,
            columns=[
                "id",
                "first_name",
                "last_name",
                "folded",
                "trigrams",
                "email",
                "language",
                "address",
                "insz",
                "added_at",
                "added_by",
            ],
        )
        await driver.copy_records_to_table(
            "dossier_persons",
            records=[(seen.dossier_id, person, "witness", "", "", now) for person in people],
            columns=["dossier_id", "person_id", "role", "safe_contact", "note", "added_at"],
        )
        for typed in (
            "peeters",
            "petters",
            "vandenbrouke",
            "zoe",
            "jan ja",
            "yildiz",
            "haddadmans amina",
            "dhondt",
        ):
            words = folded(typed).split()
            asked = await NAMES.fetch(session, **values, pieces=pieces_to_ask(words))
            by_index = {row["id"] for row in asked if match(words, row["folded"])}
            assert by_index == {person for person, name in people.items() if match(words, name)}, typed
        await driver.execute("SET LOCAL enable_seqscan = off")
        plan = await driver.fetch(
            f"EXPLAIN {NAMES.sql}", *NAMES.arguments({**values, "pieces": pieces_to_ask(["vandenbrouke"])})
        )
    assert any("persons_trigrams" in row[0] for row in plan)
