"""What every form does: here the one of the dispatcher who starts a call-out."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.support.pages import Person

NewPerson = Callable[..., Person]


def test_what_was_forgotten_is_called_by_its_name_and_leads_to_it(person: NewPerson) -> None:
    dispatcher = person("pz_aalst", "dispatcher")
    dispatcher.open("/call-outs/new")
    dispatcher.expected_statuses.add(422)
    dispatcher.page.get_by_label("Wat moet de collega weten om te vertrekken?").fill("Blijft staan")
    dispatcher.page.get_by_role("button", name="Start de oproep").click()

    told = dispatcher.page.locator(".errors")
    expect(told).to_be_focused()
    expect(told.get_by_role("link", name="Waar? Vul dit in.")).to_have_count(1)
    dispatcher.check()
    assert dispatcher.axe() == []
    told.get_by_role("link", name="Waar? Vul dit in.").click()
    expect(dispatcher.page.get_by_label("Waar?")).to_be_focused()
    expect(dispatcher.page.get_by_label("Wat moet de collega weten om te vertrekken?")).to_have_value(
        "Blijft staan"
    )


def test_without_javascript_the_same_links_lead_there(person: NewPerson) -> None:
    dispatcher = person("pz_aalst", "dispatcher", java_script=False)
    dispatcher.open("/call-outs/new")
    dispatcher.page.get_by_role("button", name="Start de oproep").click()

    dispatcher.page.locator(".errors").locator("a[href='#f-place']").click()
    expect(dispatcher.page.locator("#f-place:target")).to_be_in_viewport()
