"""What is written in a dossier, and who is in it."""

from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from shared.auth import Principal
from shared.contracts.cases import EntryRef, WriteEntry
from shared.contracts.persons import AddPerson, PersonRef
from shared.db import driver_of
from tests.service.cases.conftest import audited, field_codes, opened, problem, seen
from tests.support.service import ServiceUnderTest


async def test_an_entry_says_who_wrote_it_in_which_capacity(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref = await opened(cases, worker)
    command = WriteEntry(text="Slotenmaker gebeld", kind="practical_help", capacity="practical_help")

    answer = await cases.post(f"/dossiers/{ref.dossier_id}/entries", command, by=worker)

    entry = (await seen(cases, ref, worker)).timeline[0]
    assert entry.entry_id == cases.read(answer, EntryRef).entry_id
    assert (entry.text, entry.kind, entry.capacity) == (
        "Slotenmaker gebeld",
        "practical_help",
        "practical_help",
    )
    assert entry.author == worker.user_id


async def test_the_database_refuses_to_change_or_delete_an_entry(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    await opened(cases, worker)

    for statement in ("UPDATE entries SET text = 'anders'", "DELETE FROM entries"):
        with pytest.raises(asyncpg.RestrictViolationError):
            async with cases.transaction(worker.tenant) as session:
                await driver_of(session).execute(statement)


@pytest.mark.parametrize(
    ("command", "codes"),
    [
        ({"text": "x", "kind": "system"}, {"kind": "not_a_choice"}),
        ({"text": "x", "capacity": "judge"}, {"capacity": "not_a_choice"}),
        ({"text": "   "}, {"text": "required"}),
        ({"text": ""}, {"text": "too_short"}),
        ({}, {"text": "required"}),
        ({"text": "x", "mood": "good"}, {"mood": "unknown_field"}),
    ],
)
async def test_a_wrong_entry_is_refused_at_its_field(
    cases: ServiceUnderTest, worker: Principal, command: dict[str, str], codes: dict[str, str]
) -> None:
    ref = await opened(cases, worker)

    answer = await cases.post(f"/dossiers/{ref.dossier_id}/entries", command, by=worker)

    assert answer.status_code == 422
    assert field_codes(answer) == codes


async def test_a_person_has_a_role_an_age_and_a_safe_way_to_be_reached(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref = await opened(cases, worker)
    born_on = (datetime.now(UTC) - timedelta(days=365 * 40 + 20)).date()
    command = AddPerson(
        first_name="An", last_name="Peeters", born_on=born_on, phone="0470 12 34 56", insz="85.07.30-999.32",
        safe_contact="Enkel di en do 10-12 u, nooit inspreken", language="nl",
    )  # fmt: skip

    answer = await cases.post(f"/dossiers/{ref.dossier_id}/persons", command, by=worker)

    dossier = await seen(cases, ref, worker)
    person = dossier.persons[0]
    assert person.person_id == cases.read(answer, PersonRef).person_id
    assert (person.role, person.age, person.minor) == ("victim", 40, False)
    assert person.insz == "85073099932"
    assert [(each.person_id, each.ends_with) for each in dossier.phones] == [(person.person_id, "56")]
    assert person.safe_contact.startswith("Enkel di en do")
    assert not dossier.minors_involved
    assert dossier.timeline[0].code == "person_added"


async def test_a_child_marks_the_dossier(cases: ServiceUnderTest, worker: Principal) -> None:
    ref = await opened(cases, worker)
    born_on = (datetime.now(UTC) - timedelta(days=365 * 8)).date()
    await cases.post(
        f"/dossiers/{ref.dossier_id}/persons",
        AddPerson(last_name="Peeters", born_on=born_on, role="witness"),
        by=worker,
    )

    dossier = await seen(cases, ref, worker)
    assert dossier.minors_involved
    assert dossier.persons[0].minor


@pytest.mark.parametrize(
    ("command", "codes"),
    [
        ({"last_name": "Peeters", "insz": "12345678901"}, {"insz": "insz_wrong"}),
        ({"last_name": "Peeters", "phone": "onbekend"}, {"phone": "phone_wrong"}),
        ({"last_name": "Peeters", "role": "king"}, {"role": "not_a_choice"}),
        ({"last_name": "Peeters", "born_on": "2999-01-01"}, {"born_on": "in_the_future"}),
        ({"last_name": "Peeters", "email": "an"}, {"email": "email_wrong"}),
        ({"last_name": "  "}, {"last_name": "required"}),
    ],
)
async def test_a_wrong_person_is_refused_at_its_field(
    cases: ServiceUnderTest, worker: Principal, command: dict[str, str], codes: dict[str, str]
) -> None:
    ref = await opened(cases, worker)

    answer = await cases.post(f"/dossiers/{ref.dossier_id}/persons", command, by=worker)

    assert answer.status_code == 422
    assert field_codes(answer) == codes


async def test_the_same_national_number_is_in_a_dossier_once_and_in_other_dossiers_freely(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal
) -> None:
    ref, other = await opened(cases, worker), await opened(cases, colleague)
    command = AddPerson(last_name="Peeters", insz="85073099932")

    first = await cases.post(f"/dossiers/{ref.dossier_id}/persons", command, by=worker)
    again = await cases.post(f"/dossiers/{ref.dossier_id}/persons", command, by=worker)
    elsewhere = await cases.post(f"/dossiers/{other.dossier_id}/persons", command, by=colleague)

    assert (first.status_code, elsewhere.status_code) == (201, 201)
    assert problem(again) == (409, "person_already_there")


async def test_writing_is_kept_without_the_words(
    cases: ServiceUnderTest, worker: Principal, tenant: str
) -> None:
    ref = await opened(cases, worker)
    await cases.post(f"/dossiers/{ref.dossier_id}/entries", WriteEntry(text="geheim verhaal"), by=worker)
    await cases.post(f"/dossiers/{ref.dossier_id}/persons", AddPerson(last_name="Peeters"), by=worker)

    rows = await audited(cases, tenant, "write_entry") + await audited(cases, tenant, "add_person")
    assert [row["subject_id"] for row in rows] == [ref.dossier_id] * 2
    assert "geheim" not in str(rows)
    assert "Peeters" not in str(rows)


async def test_who_does_not_see_the_dossier_adds_nothing_to_it(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, stranger: Principal
) -> None:
    ref = await opened(cases, worker)

    for who in (colleague, stranger):
        for path, command in (("entries", WriteEntry(text="x")), ("persons", AddPerson(last_name="x"))):
            answer = await cases.post(f"/dossiers/{ref.dossier_id}/{path}", command, by=who)
            assert problem(answer) == (404, "not_found")


async def test_text_that_no_database_can_hold_is_refused(cases: ServiceUnderTest, worker: Principal) -> None:
    ref = await opened(cases, worker)

    answers = [
        await cases.post(f"/dossiers/{ref.dossier_id}/entries", WriteEntry(text="a\0b"), by=worker),
        await cases.post(f"/dossiers/{ref.dossier_id}/persons", AddPerson(last_name="a\0b"), by=worker),
    ]

    assert [answer.status_code for answer in answers] == [422, 422]
    kept = await cases.post(f"/dossiers/{ref.dossier_id}/entries", WriteEntry(text="C:\\u0000"), by=worker)
    assert kept.status_code == 201
