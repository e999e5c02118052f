"""Letters and leaflets: composed, shown beforehand, kept, sent; what a text says is never more than text."""

import asyncio
import io
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from pypdf import PdfReader

from services.cases.dossiers.deadlines import local_day
from shared.auth import Principal
from shared.contracts.configuration import Organisation
from shared.contracts.documents import (
    GiveLeaflets,
    LetterPreview,
    LetterRef,
    LetterRules,
    SendLetter,
    WithdrawDocument,
)
from shared.contracts.persons import AddPerson, PersonRef, SafeContact
from shared.db import uuid7
from tests.service.cases.conftest import field_codes, opened, problem, seen
from tests.service.cases.papers import (
    assert_accessible,
    invitation,
    kept,
    papers,
    pdfs,
    set_up,
    text_of,
)
from tests.support.service import ServiceUnderTest

WHY = "Zij haalt de brief zelf op bij haar zus."


@pytest.fixture(autouse=True)
async def organisation(cases: ServiceUnderTest, tenant: str) -> None:
    await set_up(cases, tenant)


async def person_in(
    cases: ServiceUnderTest, dossier_id: object, by: Principal, *, no_letters: bool = False
) -> PersonRef:
    command = AddPerson(last_name="Haddad", safe=SafeContact(no_letters=no_letters))
    return cases.read(await cases.post(f"/dossiers/{dossier_id}/persons", command, by=by), PersonRef)


async def test_a_preview_shows_the_pages_and_keeps_nothing(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    dossier = await opened(cases, worker)
    path = f"/dossiers/{dossier.dossier_id}/letters/preview"

    answer = await cases.post(path, invitation(pictograms=True), by=worker)

    preview = cases.read(answer, LetterPreview)
    assert [each.part for each in preview.parts] == ["legal", "pictogram"]
    assert all(page.startswith(b"\x89PNG") for each in preview.parts for page in each.pages)
    assert (await papers(cases, dossier, worker)).documents == []


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("day", "", "required"),
        ("place", "   ", "required"),
        ("day", "9 maart", "not_a_date"),
        ("time", "half drie", "not_a_time"),
    ],
)
async def test_an_empty_or_unreadable_compulsory_part_blocks_the_letter(
    cases: ServiceUnderTest, worker: Principal, field: str, value: str, code: str
) -> None:
    dossier = await opened(cases, worker)
    values = {**invitation().values, field: value}

    answer = await cases.post(f"/dossiers/{dossier.dossier_id}/letters", invitation(values=values), by=worker)

    assert field_codes(answer) == {field: code}


async def test_a_letter_without_a_sender_who_can_be_reached_is_not_written(
    cases: ServiceUnderTest, stranger: Principal, other_tenant: str
) -> None:
    await set_up(
        cases, other_tenant, organisation=Organisation(valid_from=date(2020, 1, 1), phone="+3253123456")
    )
    dossier = await opened(cases, stranger)

    answer = await cases.post(f"/dossiers/{dossier.dossier_id}/letters", invitation(), by=stranger)

    assert problem(answer) == (409, "letterhead_incomplete")
    assert answer.json()["details"] == {"missing": "street municipality"}
    rules = cases.read(await cases.get("/letter-templates", by=stranger), LetterRules)
    assert rules.letterhead_missing == ["street", "municipality"]


@pytest.mark.parametrize(
    "text",
    [
        '#import "/etc/passwd"',
        '#read("/etc/passwd") #panic()',
        "$ sum_(i=0)^n $ *vet* _schuin_ `code` = Titel",
        "{phone} {day} {{recipient}}",
        "\\u{202e} <label> @ref // comment /* */",
        "</script><script>alert(1)</script>",
    ],
)
async def test_what_somebody_typed_is_printed_as_it_is_and_runs_nothing(
    cases: ServiceUnderTest, worker: Principal, text: str
) -> None:
    dossier = await opened(cases, worker)
    values = {"contact_day": "2026-03-02", "agreed": text}

    await kept(
        cases, dossier, worker, invitation(template="contact_confirmation", values=values, recipient=text)
    )

    printed = text_of((await pdfs(cases, dossier, worker))["legal"])
    assert printed.replace("\n", " ").replace(" ", "").count(text.replace(" ", "")) >= 2
    assert "root:" not in printed


async def test_a_double_click_writes_one_letter(cases: ServiceUnderTest, worker: Principal) -> None:
    dossier, key = await opened(cases, worker), str(uuid7())
    path = f"/dossiers/{dossier.dossier_id}/letters"

    answers = await asyncio.gather(*(cases.post(path, invitation(), by=worker, key=key) for _ in range(2)))

    assert len({cases.read(answer, LetterRef).letter_id for answer in answers}) == 1
    assert len((await papers(cases, dossier, worker)).documents) == 1


async def test_a_letter_goes_out_once_with_its_day_and_way_and_is_then_kept(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    dossier = await opened(cases, worker)
    ref = await kept(cases, dossier, worker, invitation())
    path, today = f"/letters/{ref.letter_id}/send", local_day(datetime.now(UTC))

    tomorrow = SendLetter(way="post", sent_on=today + timedelta(days=2))
    assert field_codes(await cases.post(path, tomorrow, by=worker)) == {"sent_on": "in_the_future"}
    sent = SendLetter(way="post", sent_on=today)
    assert (await cases.post(path, sent, by=worker)).status_code == 200
    assert problem(await cases.post(path, sent, by=worker)) == (409, "letter_sent")

    withdraw = f"/documents/{ref.documents[0]}/withdraw"
    assert problem(await cases.post(withdraw, WithdrawDocument(reason="other"), by=worker)) == (
        409,
        "letter_sent",
    )
    (view,) = (await papers(cases, dossier, worker)).letters
    assert (view.state, view.way, view.sent_on) == ("sent", "post", today)
    codes = [entry.code for entry in (await seen(cases, dossier, worker)).timeline]
    assert codes.count("letter_sent") == 1


async def test_a_draft_that_is_withdrawn_goes_with_all_its_papers(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    dossier = await opened(cases, worker)
    ref = await kept(cases, dossier, worker, invitation(courtesy_language="fr"))

    withdraw = f"/documents/{ref.documents[0]}/withdraw"
    assert (await cases.post(withdraw, WithdrawDocument(reason="wrong_file"), by=worker)).status_code == 200

    view = await papers(cases, dossier, worker)
    assert [each.state for each in view.letters] == ["withdrawn"]
    assert {each.state for each in view.documents} == {"withdrawn"}


async def test_no_letter_goes_home_to_who_is_in_danger_of_it_unless_somebody_says_why_it_is_safe(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    dossier = await opened(cases, worker, "ifv_physical")
    person = await person_in(cases, dossier.dossier_id, worker, no_letters=True)
    ref = await kept(cases, dossier, worker, invitation(person_id=str(person.person_id)))
    path, today = f"/letters/{ref.letter_id}/send", local_day(datetime.now(UTC))

    assert (await papers(cases, dossier, worker)).letters[0].no_letters
    for override in ("", "kort"):
        by_post = SendLetter(way="post", sent_on=today, override=override)
        assert problem(await cases.post(path, by_post, by=worker)) == (409, "no_letters_to_home")
    leaflets = GiveLeaflets(
        codes=["domestic_violence"], language="nl", way="post", person_id=person.person_id
    )
    refused = await cases.post(f"/dossiers/{dossier.dossier_id}/leaflets", leaflets, by=worker)
    assert problem(refused) == (409, "no_letters_to_home")

    with_reason = SendLetter(way="post", sent_on=today, override=WHY)
    assert (await cases.post(path, with_reason, by=worker)).status_code == 200
    (entry,) = [
        each
        for each in (await seen(cases, dossier, worker)).timeline
        if each.code == "letter_sent_against_safe_contact"
    ]
    assert entry.details["override"] == WHY


async def test_by_hand_a_letter_may_always_be_given(cases: ServiceUnderTest, worker: Principal) -> None:
    dossier = await opened(cases, worker, "ifv_physical")
    person = await person_in(cases, dossier.dossier_id, worker, no_letters=True)
    ref = await kept(cases, dossier, worker, invitation(person_id=str(person.person_id)))

    by_hand = SendLetter(way="by_hand", sent_on=local_day(datetime.now(UTC)))
    assert (await cases.post(f"/letters/{ref.letter_id}/send", by_hand, by=worker)).status_code == 200


async def test_a_letter_to_a_person_of_another_dossier_is_refused(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    dossier, other = await opened(cases, worker), await opened(cases, worker)
    person = await person_in(cases, other.dossier_id, worker)

    answer = await cases.post(
        f"/dossiers/{dossier.dossier_id}/letters",
        invitation(person_id=str(person.person_id)),
        by=worker,
    )

    assert field_codes(answer) == {"person_id": "not_a_choice"}


async def test_colleagues_and_other_tenants_find_no_letter(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, stranger: Principal
) -> None:
    dossier = await opened(cases, worker)
    ref = await kept(cases, dossier, worker, invitation())
    send = SendLetter(way="by_hand", sent_on=local_day(datetime.now(UTC)))

    for who in (colleague, stranger):
        assert problem(await cases.post(f"/letters/{ref.letter_id}/send", send, by=who)) == (404, "not_found")
        for path in ("letters", "letters/preview"):
            answer = await cases.post(f"/dossiers/{dossier.dossier_id}/{path}", invitation(), by=who)
            assert problem(answer) == (404, "not_found")


# --- leaflets --------------------------------------------------------------------------------------------------------


async def test_every_leaflet_can_be_printed_in_every_language(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    rules = cases.read(await cases.get("/letter-templates", by=worker), LetterRules)
    leaflets = [each for each in rules.templates if each.kind == "leaflet"]
    assert len(leaflets) >= 6

    for each in leaflets:
        for language in ("nl", "de"):
            answer = await cases.get("/leaflets/content", by=worker, code=each.code, language=language)
            pdf = PdfReader(io.BytesIO(answer.content))
            assert_accessible(pdf, language)
            assert each.titles[language] in text_of(pdf)
            assert ("PZ Aalst" in text_of(pdf)) is not each.discreet


async def test_a_discreet_leaflet_does_not_say_who_gave_it_or_what_it_is_about(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    answer = await cases.get("/leaflets/content", by=worker, code="domestic_violence", language="nl")

    pdf = PdfReader(io.BytesIO(answer.content))
    assert pdf.metadata is not None
    assert not pdf.metadata.author
    assert pdf.metadata.title == "Nuttige nummers"
    for word in ("Aalst", "geweld", "slachtoffer"):
        assert word not in text_of(pdf)


async def test_what_was_given_is_noted_with_its_version(cases: ServiceUnderTest, worker: Principal) -> None:
    dossier = await opened(cases, worker, "death_suicide")
    path = f"/dossiers/{dossier.dossier_id}/leaflets"
    rules = cases.read(
        await cases.get("/letter-templates", by=worker, dossier_id=str(dossier.dossier_id)), LetterRules
    )
    assert [each.code for each in rules.templates if "death_suicide" in each.suggested_for] == [
        "bereavement_suicide"
    ]

    for wrong, codes in (
        (GiveLeaflets(codes=[], language="nl"), {"codes": "required"}),
        (GiveLeaflets(codes=["invitation"], language="nl"), {"codes": "not_a_choice"}),
        (GiveLeaflets(codes=["bereavement"], language="ar", way="duif"), {
            "language": "not_a_choice", "way": "not_a_choice"}),
    ):  # fmt: skip
        assert field_codes(await cases.post(path, wrong, by=worker)) == codes

    given = GiveLeaflets(codes=["bereavement_suicide", "bereavement_suicide"], language="fr")
    assert (await cases.post(path, given, by=worker)).status_code == 201
    (view,) = (await papers(cases, dossier, worker)).leaflets
    assert (view.code, view.version, view.language, view.way) == ("bereavement_suicide", 1, "fr", "by_hand")
    assert msgspec.json.encode((await seen(cases, dossier, worker)).timeline).count(b"leaflets_given") == 1
