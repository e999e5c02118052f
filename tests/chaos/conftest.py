"""One night for all tests of bad luck, on the worker that has the other platform, and its story at the end of the run."""

import asyncio
import os
import random
import secrets
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from tests.chaos.misfortune import Misfortune
from tests.chaos.night import Night
from tests.chaos.patience import PatientClient
from tests.chaos.reckoning import Books
from tests.support.platform import RunningPlatform, platform

HERE = Path(__file__).parent
_STORY = "bad luck"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.chaos)
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.xdist_group("platform"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the night survived, whichever worker lived through it."""
    stories = {
        str(story)
        for reports in terminalreporter.stats.values()
        for report in reports
        for name, story in getattr(report, "user_properties", ())
        if name == _STORY
    }
    for story in stories:
        terminalreporter.section(_STORY)
        terminalreporter.write_line(story)


@dataclass
class Aftermath:
    """The morning after."""

    running: RunningPlatform
    night: Night
    misfortune: Misfortune
    books: Books
    seed: int
    seconds: float

    @property
    def client(self) -> PatientClient:
        return self.night.client

    def story(self) -> str:
        ends = {end: sum(each.end == end for each in self.night.call_outs) for end in ("closed", "cancelled")}
        counts = self.client.counts
        facts = ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))
        whole = (
            f"seed {self.seed}: {len(self.night.call_outs)} call-outs in {self.seconds:.0f} s, "
            f"{ends['closed']} closed, {ends['cancelled']} cancelled, {self.night.forwarded} timers let ring out"
        )
        return "\n".join([whole, *self.misfortune.table(), facts])


@pytest.fixture(scope="session")
async def aftermath(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Aftermath]:
    """Live through the night once. VANGNET_CHAOS_SEED lives through the same one again."""
    folder = tmp_path_factory.mktemp("chaos")
    for each in (folder, *folder.parents):
        if each == Path("/tmp"):
            break
        each.chmod(0o755)
    seed = int(os.environ.get("VANGNET_CHAOS_SEED") or secrets.randbelow(1_000_000))
    count = int(os.environ.get("VANGNET_CHAOS_CALL_OUTS") or 40)
    print(f"bad luck with seed {seed}")
    with platform(folder) as running:
        timeout = aiohttp.ClientTimeout(total=20, connect=3)
        async with aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as http:
            client = PatientClient(running, random.Random(seed), http)
            night = await Night.begin(client, count)
            misfortune = Misfortune(running, random.Random(seed + 1))
            began = time.monotonic()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(night.run())
                tasks.create_task(misfortune.accompany(night, rounds=1 + count // 100))
            seconds = time.monotonic() - began
            books = Books(running)
            await books.settle()
            yield Aftermath(running, night, misfortune, books, seed, seconds)
