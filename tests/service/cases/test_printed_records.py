"""The call-out report and the re-contact sheet, printed from what stands in the dossier."""

import io

from pypdf import PdfReader

from shared.auth import Principal
from shared.contracts.cases import DossierPage, WriteReport
from shared.contracts.persons import AddPerson, SafeContact
from tests.service.cases.conftest import audited, closed_call_out, listed, opened, problem
from tests.service.cases.papers import assert_accessible, set_up, text_of
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
