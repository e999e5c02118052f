"""Journeys: one running platform, one browser, as many persons as a story has."""

from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, sync_playwright

from tests.support import browser as chromium
from tests.support.pages import Person
from tests.support.platform import RunningPlatform, platform

HERE = Path(__file__).parent
OPENED = pytest.StashKey[list[Person]]()
_SHOWN = 800


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What each person of a journey that failed had before her, so that its cause can be told from elsewhere too."""
    report = yield
    if report.when == "call" and report.failed:
        for somebody in item.stash.get(OPENED, []):
            report.sections.append(("page", _page_of(somebody)))
    return report


def _page_of(somebody: Person) -> str:
    try:
        return f"{somebody.page.url}\n{somebody.page.inner_text('body', timeout=2000)[:_SHOWN]}"
    except Error as gone:
        return f"no page: {gone}"


@pytest.fixture(scope="session")
def running_platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPlatform]:
    folder = tmp_path_factory.mktemp("platform")
    for each in (folder, *folder.parents):
        if each == Path("/tmp"):
            break
        each.chmod(0o755)
    with platform(folder) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """For one file at a time: while it is open no other test of this worker can run an event loop."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=str(chromium.obtain()), chromium_sandbox=False, args=list(chromium.ARGUMENTS)
        )
        yield launched
        launched.close()


@pytest.fixture
def person(
    browser: Browser, running_platform: RunningPlatform, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Person]]:
    """`person("pz_aalst", "dispatcher")`: somebody of that role, signed in; without a role at the front door."""
    opened = request.node.stash[OPENED] = list[Person]()

    def make(tenant: str = "", role: str = "", *, which: int = 0, **options: Any) -> Person:
        somebody = Person(browser, running_platform, **options)
        opened.append(somebody)
        if role:
            somebody.sign_in(running_platform.accounts(tenant, role)[which])
        return somebody

    yield make
    for somebody in opened:
        somebody.close()
