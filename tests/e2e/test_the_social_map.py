"""The social map as a tired person uses it: half a word, a place, open now, why not; and as those who keep it do."""

import re
from collections.abc import Callable
from urllib.parse import quote

from playwright.sync_api import Page, expect

from tests.support.pages import PHONE, Person

NewPerson = Callable[..., Person]

PACKAGE = (
    "id,name,description,email,organization\n"
    "bank,Speelgoedbank Oost,Geeft tweedehands speelgoed,info@speelgoedbank.test,Speelgoedbank\n"
    ",Zonder code,Deze rij heeft geen id,,\n"
)
COLUMNS = '{"services": {"id": "id", "name": "name", "description": "description", "email": "email"}}'


def hits(page: Page) -> list[str]:
    return page.locator(".found .hit h3").all_inner_texts()


def look_for(page: Page, words: str, **filled: str) -> None:
    """From the empty form: words, whatever is known of the client, open now."""
    page.goto("/social-map")
    page.locator("#f-q").fill(words)
    for name, value in filled.items():
        field = page.locator(f"[name={name}]")
        if not field.is_visible():
            page.locator("details.finder__more", has=field).locator("summary").click()
        if name in ("gender", "referred"):
            field.select_option(value)
        else:
            field.fill(value)
    page.locator("label.pill", has=page.locator("input[name=open]")).click()
    page.get_by_role("button", name="Zoek een dienst").click()
    page.locator("#found").wait_for()


def test_a_tired_worker_finds_with_a_typing_error_a_place_and_open_now(person: NewPerson) -> None:
    worker = person("pz_aalst", "spot_worker")
    page = worker.page
    look_for(page, "zelfmord", place="9300 Aalst", age="34")
    worker.check()

    # What was read in her words, from where it is measured, and nothing of the client in the address.
    assert page.url.endswith("/social-map")
    expect(page.locator(".finder__read").first).to_contain_text("zelfmord")
    expect(page.locator(".finder__results")).to_contain_text("Afstand vanaf 9300 Aalst")
    found = hits(page)
    assert any("Zelfmoordlijn" in each for each in found), found
    said = int(re.sub(r"\D", "", page.locator("#found").inner_text()))
    assert said == len(found), "all on one page, and as many as it says"

    # List and map stand side by side; a marker has the number of its line.
    expect(page.locator("[data-map-frame]")).to_be_visible()
    boxes = [page.locator(each).bounding_box() for each in (".finder__side", "[data-map-frame]")]
    assert boxes[0] is not None
    assert boxes[1] is not None
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"] + 1

    # By keyboard: down, down, up, and Enter opens what has the focus.
    page.locator("#found").focus()
    rows = page.locator("[data-list] [data-row]")
    page.keyboard.press("j")
    expect(rows.first).to_be_focused()
    if len(found) > 1:
        page.keyboard.press("j")
        expect(rows.nth(1)).to_be_focused()
        page.keyboard.press("k")
    name = rows.first.inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/social-map/services/[0-9a-f-]{36}"))
    expect(page.locator("h1")).to_contain_text(name)

    # Somebody without JavaScript gets the same answer.
    plain = person("pz_aalst", "spot_worker", which=1, java_script=False)
    plain.open(f"/social-map?q={quote('zelfmord')}")
    with_it = person("pz_aalst", "spot_worker", which=2)
    with_it.open(f"/social-map?q={quote('zelfmord')}")
    assert hits(plain.page) == hits(with_it.page) != []
    expect(plain.page.locator("[data-map-frame]")).to_be_hidden()


def test_a_service_that_does_not_fit_says_why_in_one_line_each(person: NewPerson) -> None:
    worker = person("pz_aalst", "spot_worker", viewport=PHONE)
    worker.open("/social-map")
    page = worker.page
    page.locator("#f-q").fill("jeugdzorg")
    page.locator("details.finder__more", has=page.locator("[name=referred]")).locator("summary").click()
    page.locator("[name=referred]").select_option("no")
    page.get_by_role("button", name="Zoek een dienst").click()
    page.locator("#found").wait_for()
    worker.check()

    youth = page.locator(
        ".hit", has=page.get_by_role("link", name=re.compile("jeugdzorg", re.IGNORECASE))
    ).first
    expect(youth).to_have_class(re.compile("hit--not"))
    expect(youth.locator(".hit__why li")).to_contain_text("doorverwijzing")

    # On a phone the map is one tap away, and the list one tap back.
    page.get_by_role("button", name="Kaart", exact=True).click()
    expect(page.locator("[data-map]")).to_be_visible()
    page.get_by_role("button", name="Lijst", exact=True).click()
    expect(youth).to_be_visible()


def test_a_word_that_an_editor_adds_finds_the_service(person: NewPerson) -> None:
    editor = person("sociale_kaart", "map_editor")
    worker = person("pz_aalst", "spot_worker")
    worker.open("/social-map?q=knorrepot")
    assert hits(worker.page) == []

    editor.open("/social-map")
    page = editor.page
    page.get_by_role("link", name="Zoekwoorden").click()
    page.locator("#f-q").fill("knorrepot")
    page.get_by_role("button", name="Toon groepen").click()
    page.get_by_role("link", name="Voeg dit woord toe").click()
    editor.check()
    page.get_by_role("button", name="Bewaar de woorden").click()
    expect(page.locator(".errors")).to_contain_text("minstens twee woorden")
    expect(page.locator("[name=words_nl]")).to_have_value("knorrepot")
    page.locator("[name=words_nl]").fill("knorrepot\nTele-Onthaal")
    page.get_by_role("button", name="Bewaar de woorden").click()
    expect(page.locator("h1")).to_have_text("knorrepot")
    expect(page.locator(".columns")).to_contain_text("Laatst gewijzigd door Noor Willems")

    worker.open("/social-map?q=knorrepot")
    assert any("Tele-Onthaal" in each for each in hits(worker.page))
    expect(worker.page.locator(".finder__read")).to_contain_text("Ook gezocht op")

    editor.page.locator("details.confirm summary", has_text="Stop deze groep").click()
    editor.page.locator("dialog, .confirm__sheet").get_by_role("button", name="Stop deze groep").click()
    expect(editor.page.locator(".head")).to_contain_text("gestopt")
    worker.open("/social-map?q=knorrepot")
    assert hits(worker.page) == []


def test_a_file_is_read_looked_at_confirmed_and_accounted_for(person: NewPerson) -> None:
    editor = person("pz_aalst", "spot_coordinator")
    editor.open("/social-map/imports/new")
    page = editor.page
    page.locator("[name=file]").set_input_files(
        {"name": "services.csv", "mimeType": "text/csv", "buffer": PACKAGE.encode()}
    )
    page.locator("[name=source]").fill("speelgoedbank")
    page.get_by_role("button", name="Lees het bestand").click()
    page.wait_for_url(re.compile(r"/social-map/imports/[0-9a-f-]{36}"))

    expect(page.get_by_role("heading", name="Wat er verandert")).to_be_visible(timeout=30_000)
    expect(page.locator("#import")).to_contain_text("Wat niet of niet helemaal meekwam")
    editor.check()
    page.get_by_role("button", name="Lees dit in").click()
    expect(page.get_by_role("heading", name="Wat er veranderde")).to_be_visible(timeout=30_000)
    expect(page.locator("progress")).to_have_count(0, timeout=30_000)
    with page.expect_download() as report:
        page.get_by_role("link", name="Bewaar het verslag (CSV)").click()
    said = report.value.path().read_text(encoding="utf-8")
    assert "services.csv;3;niet ingelezen;;;zonder nummer (id);" in said
    assert "wacht" not in said
    editor.open("/social-map?q=speelgoedbank")
    assert hits(page)[0].startswith("Speelgoedbank Oost")


def test_two_editors_of_one_entry_choose_what_stays(person: NewPerson) -> None:
    first = person("pz_aalst", "spot_coordinator")
    first.open("/social-map/edit/new?kind=service")
    first.page.get_by_label("Naam", exact=True).first.fill("Fietsmaatje Aalst")
    first.page.get_by_role("button", name="Fiche bewaren").click()
    first.page.wait_for_url(re.compile(r"/social-map/services/[0-9a-f-]{36}"))
    entry = first.page.url.rsplit("/", 1)[1].split("?")[0]

    second = person("pz_aalst", "spot_coordinator", which=1)
    second.expected_statuses |= {409}
    for somebody in (first, second):
        somebody.open(f"/social-map/edit/{entry}")
    first.page.locator("[name=description]").fill("Samen fietsen op dinsdag.")
    first.page.get_by_role("button", name="Fiche bewaren").click()
    first.page.wait_for_url(re.compile(r"/social-map/services/"))
    second.page.locator("[name=description]").fill("Samen fietsen op donderdag.")
    second.page.locator("[name=email]").fill("fiets@voorbeeld.be")
    second.page.get_by_role("button", name="Fiche bewaren").click()

    told = second.page.locator(".errors")
    expect(told).to_contain_text(re.compile("wijzigde dit terwijl u schreef"))
    expect(second.page.locator("fieldset.versions")).to_contain_text("dinsdag")
    assert second.axe() == []
    second.page.locator("fieldset.versions input[value=theirs]").check()
    second.page.get_by_role("button", name="Fiche bewaren").click()
    second.page.wait_for_url(re.compile(r"/social-map/services/"))
    expect(second.page.locator("main")).to_contain_text("dinsdag")
    expect(second.page.locator("main")).to_contain_text("fiets@voorbeeld.be")


def test_the_help_lines_are_there_without_signing_in_and_without_connection(person: NewPerson) -> None:
    somebody = person(viewport=PHONE)
    somebody.open("/sign-in")
    page = somebody.page
    page.wait_for_function(
        "navigator.serviceWorker.ready.then(() => caches.match('/no-connection')).then(kept => Boolean(kept))"
    )

    # She never opened the page, and now there is no connection.
    somebody.context.set_offline(True)
    page.goto("/social-map")
    expect(page.locator("h1")).to_have_text("Geen verbinding")
    assert somebody.axe() == []
    page.get_by_role("link", name="Bekijk de hulplijnen").click()
    expect(page.locator("h1")).to_have_text("Hulplijnen")
    for number in ("112", "1712", "1813", "106", "102"):
        expect(page.locator(f"a[href='tel:{number}']")).to_be_visible()
    colour = page.evaluate(
        "getComputedStyle(document.querySelector('.help-line--emergency a')).backgroundColor"
    )
    assert colour != "rgba(0, 0, 0, 0)", "it is drawn as it is with a connection"

    somebody.context.set_offline(False)
    page.goto("/help-lines")
    expect(page.locator("h1")).to_have_text("Hulplijnen")
