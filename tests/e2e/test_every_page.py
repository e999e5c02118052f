"""Every page that a person of any role can reach by links: accessible in four languages, light and dark, wide and narrow."""

import re
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import Page

from tests.support.pages import DESKTOP, NARROW, Person
from tests.support.platform import RunningPlatform

LANGUAGES = ("nl", "fr", "de", "en")
ROLES = (
    ("pz_aalst", "dispatcher"),
    ("pz_aalst", "spot_worker"),
    ("pz_aalst", "spot_coordinator"),
    ("pz_aalst", "administrator"),
    ("pz_aalst", "dpo"),
    ("kortrijk", "social_worker"),
)
_MOST_PAGES = 40
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/dev/mail/)[^/]+|(?<=/admin/roles/)\w+|20\d\d-\d\d(-\d\d)?")

NewPerson = Callable[..., Person]


def shape(url: str) -> str:
    """The page that an address belongs to: one dossier is like another."""
    return _ID.sub("*", urlsplit(url).path)


def links_of(page: Page) -> list[str]:
    found = page.eval_on_selector_all(
        "a[href]:not([download])", "links => links.map(each => each.getAttribute('href'))"
    )
    here = urlsplit(page.url)
    whole = [
        urljoin(page.url, each) for each in found if not each.startswith(("#", "tel:", "mailto:", "data:"))
    ]
    return [each for each in whole if urlsplit(each).netloc == here.netloc and "/static/" not in each]


def walk(person: Person) -> dict[str, str]:
    """An address for each kind of page, by following links from the start."""
    found: dict[str, str] = {}
    waiting = ["/"]
    while waiting and len(found) < _MOST_PAGES:
        address = waiting.pop(0)
        if shape(urljoin(person.platform.url, address)) in found:
            continue
        response = person.open(address)
        assert response is not None
        if "text/html" not in response.headers.get("content-type", ""):
            found[shape(urljoin(person.platform.url, address))] = ""
            continue
        found[shape(urljoin(person.platform.url, address))] = address
        # A letter in the postbox leads to pages of whoever it was for.
        if "/dev/mail/" not in person.page.url:
            waiting += [each for each in links_of(person.page) if shape(each) not in found]
    return {kind: address for kind, address in found.items() if address}


def wrong_in_both_schemes(person: Person, where: str) -> list[str]:
    """All rules in light, the colours again in dark."""
    person.page.emulate_media(color_scheme="light", reduced_motion="reduce")
    wrong = [f"light {where}: {each}" for each in person.axe()]
    person.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    return wrong + [f"dark {where}: {each}" for each in person.axe(colours_only=True)]


def choose_language(person: Person, language: str) -> None:
    person.page.goto("/")
    person.page.evaluate(
        "language => document.querySelector(`form[action='/language'] button[value='${language}']`).click()",
        language,
    )
    person.page.wait_for_function("language => document.documentElement.lang === language", arg=language)


CHECKED: set[str] = set()
"""Pages that an earlier role was shown already; the start page differs by role and is checked for each."""


@pytest.mark.parametrize(("tenant", "role"), ROLES, ids=[f"{tenant} {role}" for tenant, role in ROLES])
def test_every_page_of_a_role_is_accessible(person: NewPerson, tenant: str, role: str) -> None:
    somebody = person(tenant, role)
    pages = walk(somebody)
    assert len(pages) >= 4, pages
    new = {kind: address for kind, address in pages.items() if kind not in CHECKED}
    CHECKED.update(kind for kind in new if kind != "/")
    wrong: list[str] = []

    for language in LANGUAGES:
        choose_language(somebody, language)
        for kind, address in new.items():
            somebody.page.set_viewport_size(DESKTOP)
            somebody.open(address)
            assert somebody.page.evaluate("document.documentElement.lang") == language
            wrong += wrong_in_both_schemes(somebody, f"{language} 1280 {kind}")
            somebody.page.set_viewport_size(NARROW)
            somebody.check()
            wrong += wrong_in_both_schemes(somebody, f"{language} 320 {kind}")
    choose_language(somebody, "nl")

    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_before_signing_in_are_accessible(person: NewPerson, language: str) -> None:
    somebody = person(language=language)
    wrong: list[str] = []

    for address in ("/sign-in", "/password-reset"):
        somebody.open(address)
        for size in (DESKTOP, NARROW):
            somebody.page.set_viewport_size(size)
            wrong += wrong_in_both_schemes(somebody, f"{language} {size['width']} {address}")
        somebody.page.set_viewport_size(DESKTOP)

    assert wrong == []


def test_an_unknown_page_and_an_unknown_dossier_say_the_same(
    person: NewPerson, running_platform: RunningPlatform
) -> None:
    somebody = person("pz_aalst", "spot_worker")
    somebody.expected_statuses |= {404}

    somebody.open("/dossiers/018f5e8a-7b1c-7000-8000-000000000000")
    unknown = somebody.page.locator("main").inner_text()

    assert somebody.page.locator("h1").count() == 1
    assert somebody.axe() == []
    assert "018f5e8a" not in unknown
    assert running_platform.url in somebody.page.url
