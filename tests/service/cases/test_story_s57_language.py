"""S57: the client speaks Arabic, the letter is legally Dutch, the summary in pictures goes along."""

from shared.auth import Principal
from shared.contracts.documents import LetterRules
from shared.contracts.persons import AddPerson, PersonRef
from tests.service.cases.conftest import field_codes, opened, seen
from tests.service.cases.papers import (
    ORGANISATION,
    assert_accessible,
    invitation,
    kept,
    papers,
    pdfs,
    set_up,
    text_of,
)
from tests.support.service import ServiceUnderTest


async def test_an_arabic_speaker_gets_a_dutch_letter_with_a_french_translation_and_pictures(
    cases: ServiceUnderTest, worker: Principal, tenant: str
) -> None:
    await set_up(cases, tenant)
    dossier = await opened(cases, worker)
    person = cases.read(
        await cases.post(
            f"/dossiers/{dossier.dossier_id}/persons",
            AddPerson(first_name="Amira", last_name="Haddad", language="ar", address="Kerkstraat 1, 9300 Aalst"),
            by=worker,
        ),
        PersonRef,
    )  # fmt: skip

    # there is no Arabic text, and nobody pretends that there is
    path = f"/dossiers/{dossier.dossier_id}/letters"
    for wish in ("ar", "nl"):
        refused = await cases.post(path, invitation(courtesy_language=wish), by=worker)
        assert field_codes(refused) == {"courtesy_language": "not_a_choice"}

    letter = invitation(
        person_id=str(person.person_id), recipient="", address="", courtesy_language="fr", pictograms=True
    )
    ref = await kept(cases, dossier, worker, letter)

    found = await pdfs(cases, dossier, worker)
    assert set(found) == {"legal", "courtesy", "pictogram"}
    legal, courtesy, pictures = (text_of(found[part]) for part in ("legal", "courtesy", "pictogram"))
    assert_accessible(found["legal"], "nl")
    assert_accessible(found["courtesy"], "fr")
    assert_accessible(found["pictogram"], "nl")
    assert "Uitnodiging voor een gesprek" in legal
    assert "maandag 9 maart 2026 om 14.30 uur" in legal
    assert "Amira Haddad" in legal
    assert "geen rechtswaarde" not in legal
    assert "lundi 9 mars 2026 à 14 h 30" in courtesy
    for page in found["courtesy"].pages:
        assert "Traduction sans valeur juridique" in page.extract_text()
    assert "maandag 9 maart 2026" in pictures
    assert "053 12 34 56" in pictures

    view = await papers(cases, dossier, worker)
    assert [(each.letter_id, each.language, each.state) for each in view.letters] == [
        (ref.letter_id, "nl", "draft")
    ]
    assert {each.part: each.language for each in view.documents} == {
        "legal": "nl",
        "courtesy": "fr",
        "pictogram": "nl",
    }
    (entry,) = [
        each for each in (await seen(cases, dossier, worker)).timeline if each.code == "letter_written"
    ]
    assert (entry.details["template"], entry.details["template_version"], entry.details["language"]) == (
        "invitation",
        "1",
        "nl",
    )


async def test_a_german_speaking_tenant_writes_german_letters(
    cases: ServiceUnderTest, worker: Principal, tenant: str
) -> None:
    await set_up(
        cases,
        tenant,
        legal_language="de",
        name="Polizeizone Weser-Göhl",
        organisation=ORGANISATION,
    )
    dossier = await opened(cases, worker)
    rules = cases.read(await cases.get("/letter-templates", by=worker), LetterRules)
    assert rules.legal_language == "de"

    await kept(cases, dossier, worker, invitation(courtesy_language="nl"))

    found = await pdfs(cases, dossier, worker)
    assert_accessible(found["legal"], "de")
    assert "Einladung zu einem Gespräch" in text_of(found["legal"])
    assert "am Montag, 9. März 2026 um 14.30 Uhr" in text_of(found["legal"])
    assert "Polizeizone Weser-Göhl" in text_of(found["legal"])
    assert "Vertaling, geen rechtswaarde. Alleen de brief in het Duits geldt." in text_of(found["courtesy"])


async def test_each_tenant_writes_in_its_own_name_only(
    cases: ServiceUnderTest, worker: Principal, tenant: str, other_tenant: str
) -> None:
    await set_up(cases, other_tenant, legal_language="fr", name="Zone de police Ailleurs")
    await set_up(cases, tenant)

    rules = cases.read(await cases.get("/letter-templates", by=worker), LetterRules)
    await kept(cases, dossier := await opened(cases, worker), worker, invitation())

    assert rules.legal_language == "nl"
    assert "PZ Aalst" in text_of((await pdfs(cases, dossier, worker))["legal"])
