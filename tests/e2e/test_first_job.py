"""S01, thin but whole: from the dispatcher's request at night to the dossier with its follow-up, as its users walk it."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.pages import DESKTOP, PHONE, Person
from tests.support.platform import RunningPlatform

NewPerson = Callable[..., Person]

PLACE = "Gentsesteenweg 110, Aalst"
SUMMARY = "Dodelijk ongeval, de ouders zijn nog niet verwittigd."
CALL_OUT = re.compile(r"/call-outs/([0-9a-f-]{36})")


def ask_for_help(dispatcher: Person) -> str:
    """The dispatcher looks who is on call and starts a call-out; returns its address."""
    dispatcher.open("/on-call")
    expect(dispatcher.page.locator("h1")).to_have_text("Wacht")
    dispatcher.page.get_by_role("link", name="Start een oproep").click()
    dispatcher.page.get_by_label("Wat is er gebeurd?").select_option("death_traffic")
    dispatcher.page.get_by_label("Waar?").fill(PLACE)
    dispatcher.page.get_by_label("Wat moet de collega weten om te vertrekken?").fill(SUMMARY)
    dispatcher.page.get_by_label("Er moet slecht nieuws gebracht worden").check()
    if dispatcher.java_script:
        dispatcher.check()
    dispatcher.page.get_by_role("button", name="Start de oproep").click()
    dispatcher.page.wait_for_url(CALL_OUT)
    return str(CALL_OUT.search(dispatcher.page.url)[0])  # type: ignore[index]


def mail_for(
    platform: RunningPlatform, address: str, call_out: str, *, seconds: float = 20
) -> dict[str, str]:
    """The mail that tells somebody of this call-out, as the postbox caught it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for mail in platform.mails():
            if address in str(mail["to"]) and call_out in mail["text"]:
                return mail
        time.sleep(0.2)
    raise AssertionError("no mail came")


def whose_turn(platform: RunningPlatform, call_out: str) -> str:
    """The address of the one who is being rung: the mail says it."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        for mail in platform.mails():
            if call_out in mail["text"]:
                return re.search(r"[\w.+-]+@[\w.-]+", str(mail["to"]))[0]  # type: ignore[index]
        time.sleep(0.2)
    raise AssertionError("nobody was told")


def account_number(platform: RunningPlatform, address: str) -> tuple[str, int]:
    for role in ("spot_worker", "spot_coordinator"):
        for number, account in enumerate(platform.accounts("pz_aalst", role)):
            if account.email == address:
                return role, number
    raise LookupError(address)


def step(page: Page, name: str) -> None:
    """One tap on the one giant button."""
    button = page.locator("#next-step")
    expect(button).to_have_text(re.compile(name))
    button.click()


@pytest.mark.parametrize("java_script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_night_call_runs_from_request_to_dossier(
    person: NewPerson, running_platform: RunningPlatform, java_script: bool
) -> None:
    dispatcher = person("pz_aalst", "dispatcher", java_script=java_script)
    call_out = ask_for_help(dispatcher)
    address = whose_turn(running_platform, call_out)
    mail = mail_for(running_platform, address, call_out)

    # The mail leads to the page, and holds nothing of the client.
    assert f"{running_platform.url}{call_out}" in mail["text"]
    for secret in ("Gentsesteenweg", "ouders"):
        assert secret not in mail["text"] + mail["html"] + mail["subject"]

    # She accepts on her phone: one page, one button.
    role, number = account_number(running_platform, address)
    member = person("pz_aalst", role, which=number, viewport=PHONE, java_script=java_script)
    member.open(call_out)
    expect(member.page.locator("h1")).to_contain_text(PLACE)
    if java_script:
        assert member.axe() == []
    step(member.page, "Oproep aanvaarden")
    expect(member.page.locator("#next-step")).to_have_text(re.compile("Ik vertrek"))

    # The dispatcher sees it, live with JavaScript and after a reload without.
    if not java_script:
        dispatcher.page.reload()
    expect(dispatcher.page.locator("main")).to_contain_text("Aanvaard", ignore_case=True)

    step(member.page, "Ik vertrek")
    step(member.page, "Ik ben ter plaatse")
    step(member.page, "Oproep afsluiten")
    member.page.get_by_label("Open een dossier").check()
    member.page.get_by_role("button", name="Sluit de oproep af").click()
    member.page.wait_for_url(lambda url: not url.endswith("/close"))

    # At her desk the dossier is there, with its tasks and their dates explained.
    desk = person("pz_aalst", role, which=number, java_script=java_script)
    dossier = open_newest_dossier(desk)
    main = desk.page.locator("main")
    expect(main).to_contain_text("Dodelijk verkeersongeval")
    expect(main).to_contain_text(PLACE)
    expect(main).to_contain_text("Verslag")
    expect(main).to_contain_text("Hercontact")
    desk.check()

    desk.page.get_by_role("link", name="Schrijf het verslag").first.click()
    desk.page.get_by_label("Verslag", exact=True).fill(
        "Ouders thuis bezocht samen met de officier van dienst."
    )
    desk.page.get_by_role("button", name="Bewaar het verslag").click()
    desk.page.wait_for_url(re.compile(f"{dossier}"))
    expect(desk.page.locator("main")).to_contain_text(
        "Ouders thuis bezocht samen met de officier van dienst."
    )

    # Who looked: she can see it, and her own look is in it.
    desk.open(f"{dossier}/looks")
    expect(desk.page.locator("main table")).to_contain_text(desk_name(running_platform, address))
    desk.check()

    # The call-out knows that the report is there.
    wait_for_state(dispatcher, call_out, "Verslag")


def open_newest_dossier(desk: Person) -> str:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        desk.open("/dossiers")
        link = (
            desk.page.locator("main a[href^='/dossiers/']").filter(has_text="Dodelijk verkeersongeval").first
        )
        if link.count() and PLACE.split(",", maxsplit=1)[0] in _opened(
            desk, link.get_attribute("href") or ""
        ):
            return re.search(r"/dossiers/[0-9a-f-]{36}", desk.page.url)[0]  # type: ignore[index]
        time.sleep(0.3)
    raise AssertionError("no dossier was opened")


def _opened(desk: Person, address: str) -> str:
    desk.open(address)
    return desk.page.locator("main").inner_text()


def desk_name(platform: RunningPlatform, address: str) -> str:
    return str(next(each["name"] for each in platform.facts["accounts"] if each["email"] == address))


def wait_for_state(dispatcher: Person, call_out: str, words: str) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        dispatcher.open(call_out)
        if words in dispatcher.page.locator("main").inner_text():
            return
        time.sleep(0.3)
    raise AssertionError(f"the call-out never became {words}")


def test_the_first_job_by_keyboard_only(person: NewPerson, running_platform: RunningPlatform) -> None:
    """No pointer: everything is reached by Tab and done by Enter and Space, and the focus can always be seen."""
    dispatcher = person("pz_aalst", "dispatcher")
    dispatcher.open("/on-call")
    go_to(dispatcher.page, "Start een oproep")
    dispatcher.page.keyboard.press("Enter")
    dispatcher.page.wait_for_url("**/call-outs/new")
    tab_to_field(dispatcher.page, "incident_type")
    dispatcher.page.keyboard.type("Brand")
    tab_to_field(dispatcher.page, "place")
    dispatcher.page.keyboard.type("Vaartstraat 9, Aalst")
    tab_to_field(dispatcher.page, "summary")
    dispatcher.page.keyboard.type("Woningbrand, gezin staat op straat.")
    go_to(dispatcher.page, "Start de oproep")
    dispatcher.page.keyboard.press("Enter")
    dispatcher.page.wait_for_url(CALL_OUT)
    call_out = str(CALL_OUT.search(dispatcher.page.url)[0])  # type: ignore[index]

    role, number = account_number(running_platform, whose_turn(running_platform, call_out))
    member = person("pz_aalst", role, which=number, viewport=PHONE)
    member.open(call_out)
    for label in ("Oproep aanvaarden", "Ik vertrek", "Ik ben ter plaatse", "Oproep afsluiten"):
        expect(member.page.locator("#next-step")).to_have_text(re.compile(label))
        go_to(member.page, label)
        member.page.keyboard.press("Enter")
    member.page.wait_for_url("**/close")
    tab_to_field(member.page, "opens_dossier")
    member.page.keyboard.press("Space")
    go_to(member.page, "Sluit de oproep af")
    member.page.keyboard.press("Enter")
    member.page.wait_for_url(lambda url: not url.endswith("/close"))

    wait_for_state(dispatcher, call_out, "Afgesloten")


_FOCUSED = """() => {
    const each = document.activeElement, style = getComputedStyle(each);
    return {
        text: (each.innerText || each.value || '').trim(), name: each.getAttribute('name'),
        seen: style.outlineStyle !== 'none' || style.boxShadow !== 'none' || each === document.body,
    };
}"""


def tab_until(page: Page, reached: Callable[[dict[str, str]], bool], wanted: str) -> None:
    for _ in range(120):
        page.keyboard.press("Tab")
        focused = page.evaluate(_FOCUSED)
        assert focused["seen"], f"the focus on {focused['text'] or focused['name']} cannot be seen"
        if reached(focused):
            return
    raise AssertionError(f"{wanted} is not reached by Tab")


def go_to(page: Page, label: str) -> None:
    tab_until(page, lambda focused: label in (focused["text"] or ""), label)


def tab_to_field(page: Page, name: str) -> None:
    tab_until(page, lambda focused: focused["name"] == name, name)


def test_a_form_sent_twice_starts_one_call_out(person: NewPerson, running_platform: RunningPlatform) -> None:
    """The same form again, as a double click or the browser's resend does: one call-out, the same answer."""
    dispatcher = person("pz_aalst", "dispatcher")
    dispatcher.open("/call-outs/new")
    dispatcher.page.get_by_label("Wat is er gebeurd?").select_option("burglary")
    dispatcher.page.get_by_label("Waar?").fill("Kerkstraat 4, Gijzegem")
    dispatcher.page.get_by_label("Wat moet de collega weten om te vertrekken?").fill(
        "Inbraak, bewoonster overstuur."
    )

    answers = dispatcher.page.evaluate(
        """async () => {
            const form = document.querySelector("main form[action='/call-outs']");
            const send = () => fetch(form.action, {method: 'POST', body: new URLSearchParams(new FormData(form))});
            const both = await Promise.all([send(), send()]);
            return both.map(each => each.url);
        }"""
    )

    assert answers[0] == answers[1]
    assert CALL_OUT.search(answers[0])
    dispatcher.open(answers[0])
    dispatcher.page.get_by_role("link", name="Annuleer de oproep").click()
    dispatcher.page.get_by_label(re.compile("[Vv]ergissing|[Nn]iet meer nodig|[Dd]ubbel")).first.check()
    dispatcher.page.locator("main form button").last.click()
    wait_for_state(dispatcher, CALL_OUT.search(answers[0])[0], "Geannuleerd")  # type: ignore[index]


def test_a_wrong_form_says_what_to_mend_and_keeps_what_was_typed(person: NewPerson) -> None:
    dispatcher = person("pz_aalst", "dispatcher")
    dispatcher.expected_statuses |= {422}
    dispatcher.open("/call-outs/new")
    dispatcher.page.evaluate("document.querySelectorAll('main form').forEach(each => each.noValidate = true)")
    dispatcher.page.get_by_label("Wat moet de collega weten om te vertrekken?").fill("Vrouw alleen thuis.")
    dispatcher.page.get_by_label("Telefoon ter plaatse").fill("12")

    dispatcher.page.get_by_role("button", name="Start de oproep").click()

    expect(dispatcher.page.locator(".error-summary, [role=alert]").first).to_be_focused()
    dispatcher.check()
    assert dispatcher.axe() == []
    expect(dispatcher.page.get_by_label("Wat moet de collega weten om te vertrekken?")).to_have_value(
        "Vrouw alleen thuis."
    )
    expect(dispatcher.page.get_by_label("Telefoon ter plaatse")).to_have_value("12")
    assert dispatcher.page.locator("[aria-invalid=true]").count() >= 2


def test_break_glass_lets_a_colleague_read_tells_the_holder_and_is_reviewed(
    person: NewPerson, running_platform: RunningPlatform
) -> None:
    """S52."""
    lena = person("pz_aalst", "spot_worker", which=0)
    lena.open("/dossiers")
    lena.page.locator("main a[href^='/dossiers/']").filter(has_text="SPOT-").first.click()
    lena.page.wait_for_url(re.compile(r"/dossiers/[0-9a-f-]{36}"))
    number = re.search(r"SPOT-\d{4}-\d{4}", lena.page.locator("main").inner_text())[0]  # type: ignore[index]
    address = re.search(r"/dossiers/[0-9a-f-]{36}", lena.page.url)[0]  # type: ignore[index]

    colleague = person("pz_aalst", "spot_worker", which=3)
    colleague.expected_statuses |= {404}
    colleague.open(address)
    assert number not in colleague.page.locator("main").inner_text()

    colleague.open("/break-glass/new")
    colleague.page.get_by_label("Dossiernummer").fill(number)
    colleague.page.locator("[name=reason][value=emergency]").check()
    colleague.page.get_by_label("Wat is er aan de hand?").fill(
        "De moeder belt in paniek, Lena neemt niet op."
    )
    colleague.page.get_by_role("button", name="Open de noodinzage").click()
    colleague.page.wait_for_url(re.compile(address))
    expect(colleague.page.locator("main")).to_contain_text(number)
    expect(colleague.page.locator("main")).to_contain_text("De inzage eindigt om")
    assert colleague.page.get_by_role("button", name="Bewaar in het dossier").count() == 0

    told = wait_for_mail(
        running_platform, running_platform.accounts("pz_aalst", "spot_worker")[0].email, address
    )
    assert "panic" not in told["text"]
    assert "paniek" not in told["text"]

    coordinator = person("pz_aalst", "spot_coordinator")
    coordinator.open("/break-glass")
    coordinator.page.locator("main a").filter(has_text=number).first.click()
    expect(coordinator.page.locator("main")).to_contain_text("De moeder belt in paniek")
    coordinator.check()
    coordinator.page.get_by_label("Ja, terecht").check()
    coordinator.page.get_by_role("button", name="Bewaar het oordeel").click()
    expect(coordinator.page.locator("main")).to_contain_text("erecht")

    lena.open(f"{address}/looks")
    expect(lena.page.locator("main table")).to_contain_text(
        running_platform.accounts("pz_aalst", "spot_worker")[3].name
    )


def wait_for_mail(platform: RunningPlatform, address: str, words: str) -> dict[str, str]:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        for mail in platform.mails():
            if address in str(mail["to"]) and words in mail["text"]:
                return mail
        time.sleep(0.2)
    raise AssertionError("no mail came")


def test_another_organisation_does_not_even_learn_that_it_exists(person: NewPerson) -> None:
    """S49: the same answer as for what nobody has, and no way to look across."""
    lena = person("pz_aalst", "spot_worker", which=0)
    lena.open("/dossiers")
    lena.page.locator("main a[href^='/dossiers/']").filter(has_text="SPOT-").first.click()
    address = re.search(r"/dossiers/[0-9a-f-]{36}", lena.page.url)[0]  # type: ignore[index]

    stranger = person("kortrijk", "social_worker", viewport=DESKTOP)
    stranger.expected_statuses |= {403, 404}
    stranger.open(address)
    theirs = stranger.page.locator("main").inner_text()
    stranger.open("/dossiers/018f5e8a-7b1c-7000-8000-000000000000")
    nobodys = stranger.page.locator("main").inner_text()

    trace = re.compile(r"[0-9a-f]{32}")
    assert trace.sub("", theirs) == trace.sub("", nobodys)
