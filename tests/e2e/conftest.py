"""Journeys: one running platform, one browser, as many persons as a story has."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.support import browser as chromium
from tests.support.pages import Person
from tests.support.platform import RunningPlatform, platform

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)


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
def person(browser: Browser, running_platform: RunningPlatform) -> Iterator[Callable[..., Person]]:
    """`person("pz_aalst", "dispatcher")`: somebody of that role, signed in; without a role at the front door."""
    opened: list[Person] = []

    def make(tenant: str = "", role: str = "", *, which: int = 0, **options: Any) -> Person:
        somebody = Person(browser, running_platform, **options)
        opened.append(somebody)
        if role:
            somebody.sign_in(running_platform.accounts(tenant, role)[which])
        return somebody

    yield make
    for somebody in opened:
        somebody.close()
