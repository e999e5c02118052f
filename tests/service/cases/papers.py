"""A tenant that can write letters, and PDFs as somebody reads them who cannot see the page."""

import io
from datetime import UTC, date, datetime
from typing import Any

import msgspec
from pypdf import PdfReader
from sqlalchemy.dialects.postgresql import insert

from services.cases.configuration.models import ConfigurationCopy
from shared import migrations
from shared.auth import Principal
from shared.contracts.cases import DossierRef
from shared.contracts.configuration import SEED_INCIDENT_TYPES, Organisation, TenantConfiguration
from shared.contracts.documents import DossierPapers, LetterRef, WriteLetter
from tests.support.service import ServiceUnderTest

ORGANISATION = Organisation(
    valid_from=date(2020, 1, 1), service_name="Sociaal Politioneel Team", street="Tragel 12", postal_code="9300",
    municipality="Aalst", phone="+3253123456", email="spot@aalst.example",
)  # fmt: skip


async def set_up(
    cases: ServiceUnderTest,
    tenant: str,
    *,
    legal_language: str = "nl",
    name: str = "PZ Aalst",
    organisation: Organisation = ORGANISATION,
) -> None:
    """The tenant with its name, its legal language and its organisation."""
    await migrations.provision(
        "cases",
        cases.urls.migration_url,
        tenant,
        name=name,
        kind="police_zone",
        legal_language=legal_language,
    )
    facts = TenantConfiguration(
        legal_language=legal_language,
        languages=[legal_language],
        organisation=[organisation],
        incident_types=list(SEED_INCIDENT_TYPES),
    )
    async with cases.transaction(tenant) as session:
        await session.execute(
            insert(ConfigurationCopy).values(
                only_row=True, facts=msgspec.to_builtins(facts), asked_at=datetime.now(UTC)
            )
        )


def invitation(**more: object) -> WriteLetter:
    """An invitation for Monday 9 March 2026."""
    facts: dict[str, object] = {
        "template": "invitation",
        "recipient": "Amira Haddad",
        "address": "Kerkstraat 1\n9300 Aalst",
        "values": {"day": "2026-03-09", "time": "14:30", "place": "Tragel 12, Aalst"},
        "signed_by": "Lena Peeters",
        "signed_function": "Consulent",
    }
    return msgspec.convert(facts | more, WriteLetter)


async def kept(cases: ServiceUnderTest, dossier: DossierRef, by: Principal, letter: WriteLetter) -> LetterRef:
    answer = await cases.post(f"/dossiers/{dossier.dossier_id}/letters", letter, by=by)
    return cases.read(answer, LetterRef)


async def papers(cases: ServiceUnderTest, dossier: DossierRef, by: Principal) -> DossierPapers:
    return cases.read(await cases.get(f"/dossiers/{dossier.dossier_id}/documents", by=by), DossierPapers)


async def pdfs(cases: ServiceUnderTest, dossier: DossierRef, by: Principal) -> dict[str, PdfReader]:
    """The papers of the letters, by part."""
    found = {}
    for each in (await papers(cases, dossier, by)).documents:
        if each.part:
            answer = await cases.get(f"/documents/{each.document_id}/content", by=by)
            found[each.part] = PdfReader(io.BytesIO(answer.content))
    return found


def text_of(pdf: PdfReader) -> str:
    return "\n".join(page.extract_text() for page in pdf.pages)


def assert_accessible(pdf: PdfReader, language: str) -> None:
    """Tagged, in a language, with a title that a reader announces, and saying by itself that it is PDF/UA-1."""
    root: Any = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/StructTreeRoot"]["/K"]
    assert root["/Lang"].split("-")[0] == language
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert pdf.metadata is not None
    assert pdf.metadata.title
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()
