"""Documents and letters as their users walk them: S57 with the PDF that comes out, and each kind of bad file."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.support.pages import DESKTOP, NARROW, Person

NewPerson = Callable[..., Person]
DOSSIER = re.compile(r"/dossiers/[0-9a-f-]{36}")


def own_dossier(worker: Person) -> str:
    """A walk-in of this test alone; returns its address."""
    worker.open("/dossiers/new")
    worker.page.locator("select[name=incident_type]").select_option("burglary")
    worker.page.locator("main form button").last.click()
    worker.page.wait_for_url(DOSSIER)
    return str(DOSSIER.search(worker.page.url)[0])  # type: ignore[index]


def add_file(worker: Person, dossier: str, name: str, content: bytes, note: str = "Van de huisarts") -> None:
    worker.open(f"{dossier}/papers/new")
    worker.page.get_by_label("Soort").select_option("medical")
    worker.page.get_by_label("Nota bij het document").fill(note)
    worker.page.get_by_label("Bestand").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )
    worker.page.get_by_role("button", name="Voeg het document toe").click()


@pytest.mark.parametrize("java_script", [True, False], ids=["with JavaScript", "without"])
def test_a_document_goes_in_and_comes_out(person: NewPerson, java_script: bool, tmp_path: Path) -> None:
    worker = person("pz_aalst", "spot_worker", java_script=java_script)
    dossier = own_dossier(worker)

    add_file(worker, dossier, "nota.txt", b"Gezien om 14 uur.")

    expect(worker.page.get_by_role("link", name="nota.txt", exact=True)).to_be_visible()
    with worker.page.expect_download() as download:
        worker.page.get_by_role("link", name="nota.txt", exact=True).click()
    saved = tmp_path / "nota.txt"
    download.value.save_as(saved)
    assert saved.read_bytes() == b"Gezien om 14 uur."
    worker.open(dossier)
    expect(worker.page.get_by_role("link", name="nota.txt", exact=True)).to_be_visible()


def test_each_bad_file_is_explained_and_nothing_typed_is_lost(person: NewPerson) -> None:
    worker = person("pz_aalst", "spot_worker")
    worker.expected_statuses = {422}
    dossier = own_dossier(worker)
    add_file(worker, dossier, "nota.txt", b"Een nota die er al is.")

    for name, content, says in (
        ("leeg.pdf", b"", "Dit bestand is leeg"),
        ("virus.exe", b"MZ" + bytes(99), "Deze soort bestand kan niet"),
        ("verslag.pdf", b"MZ" + bytes(99), "De inhoud past niet bij de naam"),
        ("groot.txt", b"x" * 20_000_001, "Dit bestand is te groot"),
        ("anders.txt", b"Een nota die er al is.", "Dit bestand zit al in het dossier"),
    ):
        add_file(worker, dossier, name, content, note=f"Nota bij {name}")
        expect(worker.page.get_by_role("alert")).to_contain_text(says)
        expect(worker.page.get_by_label("Nota bij het document")).to_have_value(f"Nota bij {name}")
        expect(worker.page.get_by_label("Soort")).to_have_value("medical")
    assert worker.axe() == []


def test_s57_a_dutch_letter_with_a_translation_and_pictures(person: NewPerson, tmp_path: Path) -> None:
    worker = person("pz_aalst", "spot_worker")
    page = worker.page
    dossier = own_dossier(worker)

    worker.open(f"{dossier}/letters/new")
    page.get_by_role("link", name="Uitnodiging voor een gesprek").click()
    page.get_by_label("Naam op de brief").fill("Amira Haddad")
    page.get_by_label("Adres op de brief").fill("Kerkstraat 1\n9300 Aalst")
    page.get_by_label("Dag", exact=True).fill("2026-03-09")
    page.get_by_label("Uur", exact=True).fill("14:30")
    page.get_by_label("Plaats of adres").fill("Politieplein 1, Aalst")
    page.get_by_label("Vertaling erbij").select_option("fr")
    page.get_by_label("Samenvatting in beelden").check()
    page.get_by_role("button", name="Toon de brief").click()

    # seen before it is kept: three papers, and what was typed still stands
    expect(page.locator(".letter-preview__page")).to_have_count(3)
    expect(page.get_by_label("Naam op de brief")).to_have_value("Amira Haddad")
    assert worker.axe() == []
    page.get_by_role("button", name="Bewaar de brief").click()
    page.wait_for_url(re.compile("/send$"))
    worker.check()

    links = page.locator(".papers a[download]")
    expect(links).to_have_count(3)
    texts: dict[str, str] = {}
    for place in range(3):
        with page.expect_download() as download:
            links.nth(place).click()
        saved = tmp_path / f"{place}.pdf"
        download.value.save_as(saved)
        pdf = PdfReader(io.BytesIO(saved.read_bytes()))
        root = pdf.trailer["/Root"]
        assert root["/StructTreeRoot"]  # type: ignore[index]
        texts[str(pdf.metadata.title)] = "\n".join(each.extract_text() for each in pdf.pages)  # type: ignore[union-attr]
    assert "maandag 9 maart 2026 om 14.30 uur" in texts["Uitnodiging voor een gesprek"]
    assert "Traduction sans valeur juridique" in texts["Invitation à un entretien"]
    assert "maandag 9 maart 2026" in texts["Samenvatting in beelden"]

    page.get_by_label("Zelf overhandigd").check()
    page.get_by_role("button", name="Noteer de verzending").click()
    page.wait_for_url(re.compile("/papers$"))
    expect(page.get_by_role("article", name="Uitnodiging voor een gesprek")).to_contain_text("verstuurd")


def test_the_pages_of_papers_are_accessible_wide_and_narrow(person: NewPerson) -> None:
    worker = person("pz_aalst", "spot_worker")
    dossier = own_dossier(worker)
    wrong: list[str] = []

    for path in (
        "papers",
        "papers/new",
        "letters/new",
        "letters/new?template=contact_confirmation",
        "leaflets",
    ):
        for size in (DESKTOP, NARROW):
            worker.page.set_viewport_size(size)
            worker.open(f"{dossier}/{path}")
            wrong += [f"{size['width']} {path}: {each}" for each in worker.axe()]

    assert wrong == []


def test_leaflets_that_were_given_stand_in_the_dossier(person: NewPerson) -> None:
    worker = person("pz_aalst", "spot_worker")
    page, dossier = worker.page, own_dossier(worker)

    worker.open(f"{dossier}/leaflets")
    expect(page.locator(".choice").first).to_contain_text("voorgesteld")
    page.get_by_label("Na een inbraak").first.check()
    page.get_by_role("button", name="Noteer wat u meegaf").click()
    page.wait_for_url(re.compile("/papers$"))

    expect(page.get_by_text("Na een inbraak")).to_be_visible()
    worker.open(dossier)
    expect(page.get_by_text("Folders meegegeven: Na een inbraak")).to_be_visible()
