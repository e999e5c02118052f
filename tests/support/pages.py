"""A person at a browser, and what must hold for every page that any journey opens."""

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Response,
    TimeoutError,  # noqa: A004 Playwright's own, as its documentation writes it
    ViewportSize,
)

from tests.support.platform import Account, RunningPlatform

AXE = (Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text(
    encoding="utf-8"
)
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
NARROW: ViewportSize = {"width": 320, "height": 720}


class Person:
    """Somebody with a browser of his own; every page that he opens is checked."""

    def __init__(
        self,
        browser: Browser,
        platform: RunningPlatform,
        *,
        viewport: ViewportSize | None = None,
        java_script: bool = True,
        language: str = "nl-BE",
        color_scheme: str = "light",
    ) -> None:
        options: dict[str, Any] = {
            "base_url": platform.url,
            "viewport": viewport or DESKTOP,
            "java_script_enabled": java_script,
            "locale": language,
            "color_scheme": color_scheme,
            "timezone_id": "Europe/Brussels",
            "reduced_motion": "reduce",
        }
        if viewport in (PHONE, NARROW):
            options |= {"has_touch": True, "is_mobile": True}
        self.context: BrowserContext = browser.new_context(**options)
        self.context.set_default_timeout(15_000)
        self.page: Page = self.context.new_page()
        self.platform = platform
        self.java_script = java_script
        self.complaints: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("response", self._see)
        self.expected_statuses: set[int] = set()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(f"console: {message.text}")

    def _see(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected_statuses:
            self.complaints.append(f"{response.status} {response.request.method} {response.url}")

    def sign_in(self, account: Account) -> None:
        """Password and second factor, as everybody does."""
        self.open("/sign-in")
        self.page.get_by_label(re.compile("Organisatie|Organisation|Organization")).select_option(
            account.tenant
        )
        self.page.locator("input[name=email]").fill(account.email)
        self.page.locator("input[name=password]").fill(account.password)
        self.page.locator("main form button[type=submit], main form button:not([type])").first.click()
        code = account.code()
        try:
            self.page.locator("input[name=code]").fill(code)
        except TimeoutError as late:
            said = self.page.locator("main").inner_text()
            raise AssertionError(f"no code was asked for at {self.page.url}, which says: {said}") from late
        self.page.locator("main form button[type=submit], main form button:not([type])").first.click()
        self.page.wait_for_url(lambda url: "sign-in" not in url)

    def open(self, path: str) -> Response | None:
        """Go there, and check the page."""
        response = self.page.goto(path)
        self.check()
        return response

    def check(self) -> None:
        """What holds for each page: one heading, a title, guarded forms, no doubled id, no complaint."""
        if not self.java_script:
            assert self.page.locator("h1").count() == 1
            return
        found = self.page.evaluate(
            """() => ({
                headings: [...document.querySelectorAll('h1')].map(each => each.innerText.trim()),
                title: document.title,
                language: document.documentElement.lang,
                doubled: [...document.querySelectorAll('[id]')].map(each => each.id)
                    .filter((id, place, all) => all.indexOf(id) !== place),
                forms: [...document.forms].filter(each => each.method === 'post')
                    .filter(each => !each.querySelector('[name=_csrf]')).map(each => each.action),
                wide: document.documentElement.scrollWidth > window.innerWidth + 1,
            })"""
        )
        assert len(found["headings"]) == 1, found["headings"]
        # A page about somebody has its number as title: a browser's history may not tell who it was.
        assert re.fullmatch(r"\S.* · Vangnet", found["title"]), found["title"]
        assert found["language"] in {"nl", "fr", "de", "en"}
        assert found["doubled"] == []
        assert found["forms"] == [], "a form without its guard"
        assert not found["wide"], f"{self.page.url} scrolls sideways at {self.page.viewport_size}"
        assert not self.complaints, self.complaints

    def axe(self, *, colours_only: bool = False) -> list[str]:
        """What axe-core finds wrong on this page (WCAG 2.2 AA and best practice), one line each.

        `colours_only` is for the second colour scheme of a page: nothing else depends on it.
        """
        if not self.page.evaluate("typeof axe === 'object'"):
            self.page.evaluate(AXE)
        only = (
            {"type": "rule", "values": ["color-contrast"]}
            if colours_only
            else {"type": "tag", "values": _RULES}
        )
        result = self.page.evaluate(
            "only => axe.run(document, {runOnly: only, resultTypes: ['violations']})", only
        )
        return [
            f"{violation['id']}: {node['target']} {node['html'][:160]}"
            for violation in result["violations"]
            for node in violation["nodes"]
        ]

    def close(self) -> None:
        self.context.close()
