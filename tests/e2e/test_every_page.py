"""Every page that a person of any role can reach: accessible in four languages, light and dark, wide and narrow, by
keyboard and on paper; and no page of the gateway that nobody reaches."""

import re
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

import pytest
from litestar.routes import HTTPRoute
from playwright.sync_api import Page, expect

from services.gateway.app import create_app
from services.gateway.settings import Settings
from tests.support.pages import DESKTOP, NARROW, Person
from tests.support.platform import RunningPlatform

LANGUAGES = ("nl", "fr", "de", "en")
ROLES = (
    ("pz_aalst", "dispatcher"),
    ("pz_aalst", "spot_worker"),
    ("pz_aalst", "spot_coordinator"),
    ("pz_aalst", "administrator"),
    ("pz_aalst", "dpo"),
    ("pz_aalst", "neighbourhood_inspector"),
    ("kortrijk", "social_worker"),
    ("sociale_kaart", "map_editor"),
)
_MOST_PAGES = 140
_DOSSIER, _DOSSIERS = "/dossiers/*", 6
"""What leads on from a dossier depends on what is to be done in it, so that a few of them are looked through."""
_ID = re.compile(
    r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/dev/mail/)[^/]+|(?<=/admin/roles/)\w+|(?<=/admin/incident-types/)(?!new\b)\w+"
    r"|(?<=/admin/leaflets/)(?!new\b)\w+|(?<=/social-map/words/)(?!new\b)\w+|20\d\d-\d\d(-\d\d)?"
)

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
    return [
        each
        for each in whole
        if urlsplit(each).netloc == here.netloc and not urlsplit(each).path.startswith(("/static/", "/hsds/"))
    ]


def searches_of(page: Page) -> list[str]:
    """Where a form that only asks leads, sent as it stands."""
    found: list[str] = page.eval_on_selector_all(
        "form",
        """forms => forms.filter(form => form.method === 'get')
            .map(form => new URL(form.action).pathname + '?' + new URLSearchParams(new FormData(form)))""",
    )
    return found


def walk(person: Person) -> dict[str, str]:
    """An address for each kind of page, by following links and sending questions from the start."""
    found: dict[str, str] = {}
    dossiers: set[str] = set()
    waiting = ["/"]

    def is_new(url: str) -> bool:
        if shape(url) == _DOSSIER:
            return len(dossiers) < _DOSSIERS and urlsplit(url).path not in dossiers
        return shape(url) not in found

    while waiting and len(found) < _MOST_PAGES:
        address = waiting.pop(0)
        url = urljoin(person.platform.url, address)
        if not is_new(url):
            continue
        if shape(url) == _DOSSIER:
            dossiers.add(urlsplit(url).path)
        response = person.open(address)
        assert response is not None
        if "text/html" not in response.headers.get("content-type", ""):
            found[shape(url)] = ""
            continue
        found.setdefault(shape(url), address)
        # A letter or SMS in the postbox leads to pages of whoever it was for.
        waiting += [
            each
            for each in (*links_of(person.page), *searches_of(person.page))
            if is_new(urljoin(person.page.url, each))
            and ("/dev/mail" in each or "/dev/mail" not in person.page.url)
        ]
    return {kind: address for kind, address in found.items() if address}


def wrong_in_both_schemes(person: Person, where: str) -> list[str]:
    """All rules in light, the colours again in dark."""
    person.page.emulate_media(color_scheme="light", reduced_motion="reduce")
    wrong = [f"light {where}: {each}" for each in person.axe()]
    person.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    return wrong + [f"dark {where}: {each}" for each in person.axe(colours_only=True)]


def wrong_in_the_first_language(person: Person, kind: str) -> list[str]:
    """What words do not change: narrow and wide, dark, the keyboard, paper."""
    wrong = wrong_in_both_schemes(person, f"320 {kind}")
    person.page.set_viewport_size(DESKTOP)
    wrong += [f"dark 1280 {kind}: {each}" for each in person.axe(colours_only=True)]
    return wrong + wrong_by_keyboard(person, kind) + wrong_on_paper(person, kind)


def choose_language(person: Person, language: str) -> None:
    person.page.goto("/")
    person.page.evaluate(
        "language => document.querySelector(`form[action='/language'] button[value='${language}']`).click()",
        language,
    )
    person.page.wait_for_function("language => document.documentElement.lang === language", arg=language)


CHECKED: set[str] = set()
"""Pages that an earlier role was shown already; the start page differs by role and is checked for each."""


REACHED: dict[tuple[str, str], dict[str, str]] = {}
"""The pages that each role was seen to reach."""


def pages_of(person: NewPerson, tenant: str, role: str) -> tuple[Person, dict[str, str]]:
    somebody = person(tenant, role)
    if (tenant, role) not in REACHED:
        REACHED[tenant, role] = walk(somebody)
    return somebody, REACHED[tenant, role]


def wrong_on_paper(person: Person, where: str) -> list[str]:
    """Printed from a dark screen: no navigation, no buttons, dark text on white."""
    person.page.emulate_media(media="print", color_scheme="dark", reduced_motion="reduce")
    found = person.page.evaluate(
        """() => {
            const shown = selector => [...document.querySelectorAll(selector)]
                .filter(each => each.getClientRects().length > 0).map(each => each.className || each.tagName);
            const light = colour => {
                const [r, g, b, a = 1] = colour.match(/[0-9.]+/g).map(Number);
                return a === 0 ? null : (0.299 * r + 0.587 * g + 0.114 * b) / 255;
            };
            const main = getComputedStyle(document.querySelector('main') || document.body);
            const ground = [document.querySelector('main'), document.body, document.documentElement]
                .filter(each => each).map(each => light(getComputedStyle(each).backgroundColor)).find(each => each !== null);
            return {navigation: shown('nav a, .tabs, .rail, .topbar, .button'), text: light(main.color), ground};
        }"""
    )
    person.page.emulate_media(media="screen", color_scheme="light", reduced_motion="reduce")
    wrong = [f"{where} prints {each}" for each in found["navigation"]]
    if found["text"] > 0.4:
        wrong.append(f"{where} prints text that is too light: {found['text']:.2f}")
    if found["ground"] is not None and found["ground"] < 0.97:
        wrong.append(f"{where} prints a ground that is not white: {found['ground']:.2f}")
    return wrong


def wrong_by_keyboard(person: Person, where: str) -> list[str]:
    """Tab from the top: what has the focus is on the screen and shows that it has it."""
    wrong: list[str] = []
    seen: set[str] = set()
    # a blur alone leaves the browser where the focus was, which may be the end of the page
    person.page.evaluate(
        "() => { const top = document.body; top.tabIndex = -1; top.focus(); top.removeAttribute('tabindex'); }"
    )
    for _ in range(25):
        person.page.keyboard.press("Tab")
        found = person.page.evaluate(
            """() => {
                const each = document.activeElement;
                if (!each || each === document.body) return null;
                const style = getComputedStyle(each), box = each.getBoundingClientRect();
                return {
                    what: each.tagName + '#' + each.id + ' ' + (each.textContent || each.name || '').trim().slice(0, 40),
                    ring: (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== 'none',
                    there: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight
                        && box.right > 0 && box.left < innerWidth,
                };
            }"""
        )
        if found is None:
            break
        if found["what"] in seen:
            continue
        seen.add(found["what"])
        if not found["ring"]:
            wrong.append(f"{where}: no focus to be seen on {found['what']}")
        if not found["there"]:
            wrong.append(f"{where}: the focus is off the screen on {found['what']}")
    if not seen:
        wrong.append(f"{where}: nothing takes the focus")
    return wrong


@pytest.mark.parametrize(("tenant", "role"), ROLES, ids=[f"{tenant} {role}" for tenant, role in ROLES])
def test_every_page_of_a_role_is_accessible(person: NewPerson, tenant: str, role: str) -> None:
    somebody, pages = pages_of(person, tenant, role)
    assert len(pages) >= 4, pages
    new = {kind: address for kind, address in pages.items() if kind not in CHECKED}
    CHECKED.update(kind for kind in new if kind != "/")
    wrong: list[str] = []

    try:
        for language in LANGUAGES:
            choose_language(somebody, language)
            for kind, address in new.items():
                somebody.page.set_viewport_size(DESKTOP)
                somebody.open(address)
                assert somebody.page.evaluate("document.documentElement.lang") == language
                wrong += [f"{language} 1280 {kind}: {each}" for each in somebody.axe()]
                somebody.page.set_viewport_size(NARROW)
                somebody.check()
                if language == LANGUAGES[0]:
                    wrong += wrong_in_the_first_language(somebody, kind)
    finally:
        choose_language(somebody, "nl")  # the next test finds its words

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


def test_a_draft_of_the_roster_is_accessible_with_its_gaps_and_its_shifts(person: NewPerson) -> None:
    """The draft that the demo begins with: both views, filled again from the rotations."""
    coordinator = person("pz_aalst", "spot_coordinator")
    coordinator.open("/roster/drafts")
    coordinator.page.locator("main a[href^='/roster/drafts/']").first.click()
    coordinator.page.wait_for_url(re.compile(r"/roster/drafts/[0-9a-f-]{36}"))
    draft = urlsplit(coordinator.page.url).path
    coordinator.page.get_by_role("button", name="Vul uit de rotaties").click()
    expect(coordinator.page.locator("table.shifts tbody tr").first).to_be_visible()
    wrong: list[str] = []

    for view in ("levels", "people"):
        for size in (DESKTOP, NARROW):
            coordinator.page.set_viewport_size(size)
            coordinator.open(f"{draft}?view={view}")
            wrong += wrong_in_both_schemes(coordinator, f"{size['width']} {view}")
    wrong += wrong_in_the_first_language(coordinator, "/roster/drafts/*")

    assert wrong == []


NOT_BY_LINK = {
    "/dossiers/{}/timeline", "/dossiers/{}/live", "/home/work", "/lamp", "/live", "/live/who/{}", "/messages/count", "/messages/list", "/on-call/board",
    "/roster/month", "/duties/list", "/tasks/list", "/call-outs/{}/night", "/call-outs/{}/sheet", "/dossiers/{}/phones/{}",
    "/health/live", "/health/ready", "/metrics", "/static/{}", "/sw.js", "/no-connection", "/documents/{}", "/leaflets/{}/{}", "/r/{}/{}",
    "/dossiers/{}/record/{}", "/referrals/{}/paper/{}", "/statistics/export/{}", "/calendar/{}/{}",
    "/hsds/{}", "/partner/{}/{}", "/partner/{}/{}/code", "/partner/referral", "/partner/form.pdf", "/partner/left",
    "/social-map/export/{}", "/social-map/imports/{}/state", "/social-map/imports/{}/report",
    "/sign-in", "/sign-in/code", "/sign-in/enrolment", "/password-reset", "/password-reset/{}", "/step-up",
}  # fmt: skip
"""Parts of a page that change by themselves, what machines and a calendar ask, files (papers, sheets to print, figures),
what a message links to (a partner's door has a journey of its own), and the way in."""

ONLY_SOMETIMES = (
    "/call-outs/{}/",
    "/call-outs/escalated/",
    "/incidents/{}/",
    "/dossiers/{}/letters/{}/",
    "/dossiers/{}/papers/{}/",
    "/roster/drafts/{}",
    "/dossiers/{}/referrals/",
    "/referrals/{}",
    "/referrals/incoming/{}",
    "/social-map/duplicates/{}/",
)
"""Pages of what not every call-out, dossier or roster has at any moment; the walk looks at one of each kind, the journeys at these."""


def test_there_is_no_page_that_nobody_reaches(person: NewPerson) -> None:
    reached: set[str] = set()
    for tenant, role in ROLES:
        if (tenant, role) not in REACHED:
            somebody, _ = pages_of(person, tenant, role)
            somebody.close()
        reached |= set(REACHED[tenant, role])
    app = create_app(Settings(service_secret="not-used"))
    routes = {
        re.sub(r"{[^}]*}", "{}", route.path): re.compile(re.sub(r"{[^}]*}", "[^/]+", route.path) + r"\Z")
        for route in app.routes
        if isinstance(route, HTTPRoute) and "GET" in route.methods
    }

    nobody = [path for path, fits in routes.items() if not any(fits.match(kind) for kind in reached)]

    assert [path for path in nobody if path not in NOT_BY_LINK and not path.startswith(ONLY_SOMETIMES)] == []
    assert sorted(set(NOT_BY_LINK) - set(routes)) == [], "named here, and no route any more"
