"""S06, S07, S08, S15, S44 and S60 as their users walk them: nothing leaves before consent, and a no is one tap."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.test_living_in_a_dossier import open_dossier
from tests.support.pages import PHONE, Person

NewPerson = Callable[..., Person]

CAW = "CAW Oost-Vlaanderen - Slachtofferhulp"
OCMW = "OCMW Aalst - Sociale dienst"
KORTRIJK = "OCMW Kortrijk - Sociale dienst"
REFERRAL = re.compile(r"/referrals/[0-9a-f-]{36}")


def add(worker: Person, dossier: str, first: str, last: str, *, born: str = "", role: str = "victim") -> None:
    """Somebody in the dossier, with a number; the text of the next page says who."""
    worker.open(f"{dossier}/persons/new")
    page = worker.page
    page.get_by_label("Voornaam").fill(first)
    page.get_by_label("Familienaam").fill(last)
    page.locator("select[name=role]").select_option(role)
    page.locator("input[name=born_on]").fill(born)
    page.locator("select[name=language]").select_option("nl")
    page.get_by_role("button", name="Voeg de persoon toe").click()
    page.wait_for_url(lambda url: url.endswith(dossier))


def begin(
    worker: Person,
    dossier: str,
    service: str,
    *,
    whom: str = "",
    need: str = "Wil met iemand praten.",
    kind: str = "",
) -> None:
    """From the dossier to the question for consent."""
    worker.open(dossier)
    page = worker.page
    page.get_by_role("link", name="Doorverwijzen", exact=True).click()
    page.get_by_role("link", name=service).click()
    if whom:
        page.get_by_role("link", name=re.compile(whom)).click()
    page.get_by_label("Waarvoor vraagt de persoon hulp?").fill(need)
    if kind:
        page.get_by_label("Soort vraag").select_option(kind)
    expect(page.locator("textarea[name=v_need]")).to_have_attribute("maxlength", "400")
    page.get_by_role("button", name="Verder naar de toestemming").click()
    page.wait_for_url(re.compile(r"/consent$"))
    worker.check()


def says_yes(page: Page, *, giver: str = "") -> None:
    page.get_by_role("link", name="Ja, noteer de toestemming").click()
    if giver:
        page.get_by_role("radio", name=re.compile(giver)).check()
    page.get_by_role("button", name="Bewaar de toestemming").click()
    page.wait_for_url(re.compile(r"/preview$"))


def send(page: Page) -> str:
    """Returns the address of the referral."""
    page.get_by_role("button", name=re.compile("^Verstuur naar")).click()
    page.wait_for_url(lambda url: bool(re.search(r"/referrals/[0-9a-f-]{36}$", url)))
    return str(REFERRAL.search(page.url)[0])  # type: ignore[index]


def test_s07_a_victim_refuses_twice_and_accepts_the_third_time(person: NewPerson) -> None:
    """On a phone, as she sits beside the victim."""
    worker = person("pz_aalst", "spot_worker", which=1, viewport=PHONE)
    dossier = open_dossier(worker, "robbery_violence", "Stationsstraat 61, Aalst")
    add(worker, dossier, "Rik", "Moens", born="1980-04-12")
    page = worker.page
    begin(worker, dossier, CAW)
    assert worker.axe() == []

    # Twice no: one tap, no reason asked, and nothing left.
    page.get_by_role("button", name="Nee, niet gewenst").click()
    page.wait_for_url(re.compile(r"#referrals$"))
    page.locator("#referrals-over").click()
    page.get_by_role("link", name=re.compile("Bied opnieuw aan")).click()
    page.get_by_role("button", name="Nee, niet gewenst").click()
    page.wait_for_url(re.compile(r"#referrals$"))
    page.locator("#referrals-over").click()
    page.get_by_role("link", name=re.compile("Bied opnieuw aan")).click()

    # Then yes, but not with his date of birth: the form that leaves holds only what he agreed to.
    page.get_by_role("link", name="Ja, noteer de toestemming").click()
    page.get_by_role("checkbox", name="Geboortedatum").uncheck()
    assert worker.axe() == []
    page.get_by_role("button", name="Bewaar de toestemming").click()
    page.wait_for_url(re.compile(r"/preview$"))
    leaves = page.locator(".leaves")
    expect(leaves).to_contain_text("Rik Moens")
    expect(leaves).to_contain_text("Wil met iemand praten.")
    expect(leaves).not_to_contain_text("1980")
    assert worker.axe() == []
    send(page)
    worker.check()
    assert worker.axe() == []

    # The dossier tells of three offers and one sending.
    worker.open(dossier)
    timeline = page.locator("#dossier-timeline")
    expect(timeline.get_by_text("Doorverwijzing verstuurd")).to_have_count(1)
    expect(timeline.get_by_text("Doorverwijzing aangeboden en niet gewenst")).to_have_count(2)
    expect(timeline.get_by_text("Doorverwijzing aangeboden: toestemming gegeven")).to_have_count(1)
    expect(page.locator("#block-referrals")).to_contain_text("3 keer aangeboden")


def test_s08_a_consent_is_withdrawn_the_day_after_and_the_other_service_loses_the_fields(
    person: NewPerson,
) -> None:
    worker = person("pz_aalst", "spot_worker", which=2)
    dossier = open_dossier(worker, "fire", "Molenstraat 2, Aalst")
    add(worker, dossier, "Hilde", "Baeck")
    begin(worker, dossier, KORTRIJK, need="Slaapt bij haar zus in Kortrijk.", kind="housing")
    says_yes(worker.page)
    referral = send(worker.page)

    # There it is: only the agreed fields, of a person in a dossier that nobody there can see.
    other = person("kortrijk", "head_social_worker")
    other.open("/referrals/incoming")
    reload_until(other.page, "PZ Aalst")
    other.page.locator("main a[href^='/referrals/incoming/']").first.click()
    expect(other.page.locator("main")).to_contain_text("Slaapt bij haar zus in Kortrijk.")
    assert "SPOT-" not in other.page.locator("main").inner_text()
    assert other.axe() == []
    other.page.get_by_role("button", name="Ik neem dit op").click()
    expect(other.page.locator("main")).to_contain_text("Genoteerd wie het opneemt.")
    other.page.get_by_role("radio", name="Ja, we nemen het op").check()
    other.page.get_by_role("button", name="Verstuur het antwoord", exact=True).click()
    expect(other.page.locator("h1 + .tag")).to_have_text("Aanvaard")
    worker.open(referral)
    reload_until(worker.page, "De dienst neemt het op")

    # She changes her mind: nobody asks why, one sentence says what happens.
    worker.page.locator(".confirm summary", has_text="Trek de toestemming in").click()
    sheet = worker.page.locator("dialog[open], .confirm[open]")
    expect(sheet).to_contain_text("de gegevens worden daar gewist")
    sheet.get_by_role("button", name="Trek de toestemming in").click()
    expect(worker.page.locator("h1 + .tag")).to_have_text("Ingetrokken")
    assert worker.axe() == []

    # What left stays noted here; there the fields are gone.
    expect(worker.page.locator("main")).to_contain_text("Wat vertrok, en wanneer")
    reload_until(other.page, "De gegevens zijn gewist")
    expect(other.page.locator("main")).not_to_contain_text("Slaapt bij haar zus in Kortrijk.")
    expect(other.page.get_by_role("button", name="Verstuur het antwoord", exact=True)).to_have_count(0)


def reload_until(page: Page, text: str, *, times: int = 40) -> None:
    """What another service hears comes a moment later."""
    for _ in range(times):
        if text in page.locator("main").inner_text():
            return
        page.wait_for_timeout(250)
        page.reload()
    raise AssertionError(f"{text!r} did not come: {page.locator('main').inner_text()}")


def test_s06_a_parent_consents_for_a_child_and_the_child_cannot(person: NewPerson) -> None:
    worker = person("pz_aalst", "spot_worker", which=3)
    dossier = open_dossier(worker, "death_suicide", "Kerkstraat 3, Aalst")
    add(worker, dossier, "Lotte", "Maes", born="2017-05-02", role="minor_involved")
    add(worker, dossier, "Griet", "Maes", born="1985-01-20", role="next_of_kin")

    begin(worker, dossier, CAW, whom="Lotte", need="Gesprek over het verlies van haar vader.")
    page = worker.page
    page.get_by_role("link", name="Ja, noteer de toestemming").click()
    expect(page.get_by_role("radio", name="De persoon zelf")).to_have_count(0)
    page.get_by_role("radio", name="Een ouder").check()
    page.get_by_role("button", name="Bewaar de toestemming").click()
    page.wait_for_url(re.compile(r"/preview$"))
    expect(page.locator(".leaves")).to_contain_text("Een ouder")
    send(page)
    expect(page.locator("#consents + .consent")).to_contain_text("Een ouder")


def test_s15_practical_help_leads_to_the_ocmw_only_with_consent(person: NewPerson) -> None:
    worker = person("pz_aalst", "spot_worker", which=1)
    dossier = open_dossier(worker, "burglary", "Zandstraat 14, Aalst")
    add(worker, dossier, "Jan", "Pieters")
    worker.open(f"{dossier}/aftercare")
    page = worker.page
    page.get_by_role("link", name=re.compile("Is er meer nodig")).click()
    page.get_by_role("link", name=OCMW).click()

    # No facts and no PV number are asked for aid that does not need them.
    expect(page.locator("[name=v_facts_type], [name=v_pv_number]")).to_have_count(0)
    page.get_by_label("Soort vraag").select_option("housing")
    page.get_by_label("Waarvoor vraagt de persoon hulp?").fill("Nieuw slot en een nacht opvang.")
    page.get_by_role("button", name="Verder naar de toestemming").click()
    page.get_by_role("button", name="Later beslissen").click()
    page.wait_for_url(re.compile(r"#referrals$"))
    page.locator("#block-referrals").get_by_role("link", name=OCMW, exact=True).click()
    page.wait_for_url(REFERRAL)

    # Without consent there is no button to send it, wherever one comes in.
    worker.open(str(REFERRAL.search(page.url)[0]) + "/preview")  # type: ignore[index]
    expect(page.get_by_role("button", name=re.compile("^Verstuur"))).to_have_count(0)
    expect(page.locator("main")).to_contain_text("Er kan niets vertrekken.")

    # He agrees after all: on paper, printed here, and how it was brought is kept.
    page.get_by_role("link", name="Vraag toestemming").first.click()
    says_yes(page)
    send(page)
    expect(page.locator(".lead")).to_contain_text("Druk het formulier af en bezorg het aan de dienst.")
    assert worker.axe() == []
    with page.expect_download() as printed:
        page.locator("#delivery ~ p").get_by_role("link", name="Druk het formulier af").click()
    assert printed.value.path().read_bytes().startswith(b"%PDF-")
    page.get_by_role("button", name="Zelf afgegeven").click()
    expect(page.locator("main")).to_contain_text("De dienst moet nog antwoorden.")
    expect(page.locator("#moves ~ ol li").first).to_contain_text("Formulier bezorgd · Op papier afgegeven")
    expect(page.get_by_role("link", name="Bewaar het bewijs van ontvangst")).to_be_visible()


def test_s60_somebody_asks_after_a_client_and_hears_what_everybody_hears(person: NewPerson) -> None:
    worker = person("pz_aalst", "spot_worker", which=2, viewport=PHONE)
    dossier = open_dossier(worker, "stalking", "Vrijheidstraat 3, Aalst")
    page = worker.page
    page.get_by_role("link", name="Iemand vraagt naar deze cliënt").click()
    expect(page.locator("blockquote[lang=nl]")).to_contain_text("Dat doen we bij niemand")
    expect(page.locator("blockquote")).to_have_count(4)
    assert worker.axe() == []
    page.get_by_label("De cliënt wil dit weten").check()
    page.get_by_role("button", name="Verhuurder").click()

    expect(page.locator("#dossier-timeline")).to_contain_text("Iemand vroeg naar een cliënt (Verhuurder)")
    expect(page.locator("#dossier-tasks")).to_contain_text("Cliënt zeggen dat iemand naar hem of haar vroeg")
    worker.open(dossier)
    assert worker.axe() == []


def test_what_is_typed_on_the_form_is_there_again_after_a_refusal_and_as_a_draft(person: NewPerson) -> None:
    worker = person("pz_aalst", "spot_worker", which=3)
    worker.expected_statuses |= {422}
    dossier = open_dossier(worker, "assault", "Hopmarkt 1, Aalst")
    add(worker, dossier, "Tine", "De Wolf")
    worker.open(dossier)
    page = worker.page
    page.get_by_role("link", name="Doorverwijzen", exact=True).click()
    page.get_by_role("link", name=CAW).click()
    address = page.url
    page.get_by_label("Waarvoor vraagt de persoon hulp?").fill("Zoekt een luisterend oor.")
    expect(page.locator("[data-draft-said]")).to_contain_text("Klad bewaard")
    worker.open(address)
    expect(page.get_by_label("Waarvoor vraagt de persoon hulp?")).to_have_value("Zoekt een luisterend oor.")
