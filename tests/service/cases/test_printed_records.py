"""The call-out report, the record of bad news and the re-contact sheet, printed from what stands in the dossier."""

import io
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from shared.auth import Principal
from shared.contracts.bad_news import (
    BadNewsRecipient,
    BadNewsRef,
    ConfirmBadNews,
    DeliverBadNews,
    GiveUpBadNews,
    ReceiveBadNews,
    TryBadNews,
    VerifyBadNews,
)
from shared.contracts.cases import DossierPage, DossierRef, WriteReport
from shared.contracts.identity import StaffEntry
from shared.contracts.persons import AddPerson, SafeContact
from tests.service.cases.conftest import audited, closed_call_out, listed, opened, problem
from tests.service.cases.papers import assert_accessible, papers, set_up, text_of
from tests.support.service import ServiceUnderTest


async def test_a_call_out_report_shows_times_and_report_in_the_legal_language(
    cases: ServiceUnderTest, worker: Principal, tenant: str
) -> None:
    await set_up(cases, tenant)
    await cases.deliver(closed_call_out(cases, worker))
    page: DossierPage = await listed(cases, worker)
    dossier_id = page.lines[0].dossier_id
    path = f"/dossiers/{dossier_id}/record"

    before = await cases.get(path, by=worker, kind="call_out_report")
    assert "nog geen verslag" in text_of(PdfReader(io.BytesIO(before.content)))
    report = WriteReport(text="Ouders opgevangen. #import $x$ *niet vet*")
    assert (await cases.post(f"/dossiers/{dossier_id}/report", report, by=worker)).is_success

    answer = await cases.get(path, by=worker, kind="call_out_report")
    pdf = PdfReader(io.BytesIO(answer.content))
    assert_accessible(pdf, "nl")
    text = text_of(pdf)
    assert "Ouders opgevangen. #import $x$ *niet vet*" in text
    assert "AA.12.L1.000123/2026" in text
    assert "Ter plaatse: 2 maart 2026, 02:50" in text
    assert len(await audited(cases, tenant, "print_record")) == 2


async def test_a_re_contact_sheet_says_how_to_reach_somebody_before_who_it_is(
    cases: ServiceUnderTest, worker: Principal, tenant: str
) -> None:
    await set_up(cases, tenant)
    dossier = await opened(cases, worker, "ifv_physical")
    person = AddPerson(
        last_name="Haddad", safe_contact="Enkel di tussen 10 en 12", safe=SafeContact(no_letters=True)
    )
    assert (await cases.post(f"/dossiers/{dossier.dossier_id}/persons", person, by=worker)).is_success

    answer = await cases.get(f"/dossiers/{dossier.dossier_id}/record", by=worker, kind="recontact_sheet")

    text = text_of(PdfReader(io.BytesIO(answer.content)))
    assert text.count("(Haddad)") == 2
    assert text.index("Geen brieven naar huis. Enkel di tussen 10 en 12") < text.index("Haddad")
    assert "Uiterlijk" in text


async def test_nobody_prints_what_he_cannot_read(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, stranger: Principal
) -> None:
    dossier = await opened(cases, worker)
    path = f"/dossiers/{dossier.dossier_id}/record"

    for who in (colleague, stranger):
        assert problem(await cases.get(path, by=who, kind="recontact_sheet")) == (404, "not_found")
    assert problem(await cases.get(path, by=worker, kind="iets anders")) == (404, "not_found")


REQUEST = ReceiveBadNews(
    about="Jan Peeters, 1998",
    recipients=[BadNewsRecipient(name="Maria Claes", relation="moeder", age=54, address="Markt 1, Aalst")],
    source="other_zone",
    way="mail",
    requester="PZ Gent",
    reference="GE.60.L2.004711/2026",
    incident_type="death_traffic",
)


async def received(cases: ServiceUnderTest, by: Principal) -> BadNewsRef:
    return cases.read(await cases.post("/bad-news", REQUEST, by=by), BadNewsRef)


def known(cases: ServiceUnderTest, **names: Principal) -> None:
    """Who works here, as identity tells it."""
    cases.answers_of("identity")["GET /staff"] = [
        StaffEntry(
            user_id=who.user_id, name=name, email="", phone="", second_phone="", language="nl", roles=[],
            teams=[], active=True,
        )
        for name, who in names.items()
    ]  # fmt: skip


async def test_the_record_of_bad_news_says_who_asked_who_went_every_attempt_and_how_it_was_heard(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, tenant: str
) -> None:
    await set_up(cases, tenant)
    known(cases, Lena=worker)
    news = await received(cases, worker)
    path = f"/bad-news/{news.bad_news_id}"
    attempt = TryBadNews(
        outcome="nobody_home", neighbours="nothing_told", at=datetime(2026, 3, 2, 1, 50, tzinfo=UTC)
    )
    heard = DeliverBadNews(
        deliverers=[worker.user_id, colleague.user_id], reaction="Verstild #set page(fill: red)",
        goodbye_wish="yes", donation_told=True, lift_embargo=True,
    )  # fmt: skip
    for door, act in (
        ("verify", VerifyBadNews(how="Teruggebeld naar PZ Gent")),
        ("attempts", attempt),
        ("deliver", heard),
        ("confirm", ConfirmBadNews(to="HINP De Smet")),
    ):
        assert (await cases.post(f"{path}/{door}", act, by=worker)).is_success, door

    answer = await cases.get(f"/dossiers/{news.dossier_id}/record", by=worker, kind="bad_news_record")

    pdf = PdfReader(io.BytesIO(answer.content))
    assert_accessible(pdf, "nl")
    text = text_of(pdf)
    for said in (
        "Verslag van het slecht nieuws", "Jan Peeters, 1998 (overlijden)",
        "Aanvraag: Een andere zone, PZ Gent, GE.60.L2.004711/2026, E-mail",
        "Nagekeken door: Lena", "Bestemd voor: Maria Claes, moeder, 54 jaar, Markt 1, Aalst",
        "Gebracht door: Lena, een vroegere collega",
        "2 maart 2026, 02:50: niemand thuis; Buren: aangesproken, niets verteld; Lena",
        "Hoorde het als eerste: Maria Claes", "Verstild #set page(fill: red)", "Uitleg gegeven over: orgaandonatie",
        "HINP De Smet", "Persembargo: Nee",
    ):  # fmt: skip
        assert said in text
    assert "autopsie" not in text
    assert len(await audited(cases, tenant, "print_record")) == 1


@pytest.mark.parametrize("language", ["nl", "fr", "de"])
async def test_bad_news_that_is_not_brought_yet_or_cannot_be_is_printed_in_each_legal_language(
    cases: ServiceUnderTest, worker: Principal, tenant: str, language: str
) -> None:
    await set_up(cases, tenant, legal_language=language)
    known(cases, Lena=worker)
    news = await received(cases, worker)
    path = f"/dossiers/{news.dossier_id}/record"
    waiting = await cases.get(path, by=worker, kind="bad_news_record")
    assert_accessible(PdfReader(io.BytesIO(waiting.content)), language)

    given_up = GiveUpBadNews(reason="abroad")
    done = await cases.post(f"/bad-news/{news.bad_news_id}/not-deliverable", given_up, by=worker)
    assert done.is_success
    answer = await cases.get(path, by=worker, kind="bad_news_record")
    assert_accessible(PdfReader(io.BytesIO(answer.content)), language)
    said = {"nl": "Reden: Verblijft", "fr": "Raison: Séjourne", "de": "Grund: Hält sich"}[language]
    assert said in text_of(PdfReader(io.BytesIO(answer.content)))


async def test_without_names_no_record_of_bad_news_is_printed_and_without_bad_news_there_is_none(
    cases: ServiceUnderTest, worker: Principal, tenant: str
) -> None:
    await set_up(cases, tenant)
    plain = await opened(cases, worker)
    news = await received(cases, worker)
    cases.answers_of("identity")["GET /staff"] = None

    without = await cases.get(f"/dossiers/{plain.dossier_id}/record", by=worker, kind="bad_news_record")
    away = await cases.get(f"/dossiers/{news.dossier_id}/record", by=worker, kind="bad_news_record")

    assert problem(without) == (404, "not_found")
    assert problem(away) == (503, "service_unreachable")
    assert (await papers(cases, plain, worker)).records == ["recontact_sheet"]
    brought = DossierRef(dossier_id=news.dossier_id, number="")
    assert (await papers(cases, brought, worker)).records == ["bad_news_record", "recontact_sheet"]
