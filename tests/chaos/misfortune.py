"""Kills a part of the platform without warning, and watches how long it is until that part serves again."""

import asyncio
import os
import random
import signal
import statistics
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import asyncpg

from tests.chaos.night import Night
from tests.support.platform import RunningPlatform

MARKS = {
    "identity": "services.identity",
    "rostering": "services.rostering",
    "cases": "services.cases",
    "referrals": "services.referrals",
    "notifications": "services.notifications",
    "gateway": "services.gateway",
    "NATS": "nats.conf",
    "PostgreSQL": " -D ",
    "PostgreSQL, one backend": "",
}
_BACK_WITHIN = 90.0


@dataclass
class Misfortune:
    """What died, and how long each was away."""

    platform: RunningPlatform
    chance: random.Random
    away: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    async def accompany(self, night: Night, rounds: int) -> None:
        """Every part dies `rounds` times, at moments that chance spreads over the night.

        The next one does not wait until the last one is mended: often two or three are away at once.
        """
        deck = [victim for _ in range(rounds) for victim in self.chance.sample(list(MARKS), len(MARKS))]
        night.misfortunes = sorted(self.chance.uniform(0.03, 0.85) for _ in deck)
        mending: dict[str, asyncio.Task[None]] = {}
        async with asyncio.TaskGroup() as tasks:
            for victim in deck:
                await night.reached(night.misfortunes[0])
                await asyncio.sleep(self.chance.uniform(0, 0.2))
                if victim in mending:
                    await mending[victim]
                mending[victim] = tasks.create_task(self.strike(victim))
                night.misfortunes.pop(0)

    async def strike(self, victim: str) -> None:
        """kill -9, and wait until it serves again."""
        pid = await self._pid_of(victim)
        struck = time.monotonic()
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        while Path(f"/proc/{pid}").exists() and not _is_zombie(pid):
            await asyncio.sleep(0.01)
        while not await self._serves(victim):
            assert time.monotonic() - struck < _BACK_WITHIN, f"{victim} did not come back"
            await asyncio.sleep(0.05)
        self.away[victim].append(time.monotonic() - struck)

    async def silence(self, victim: str, seconds: float) -> None:
        """It hangs for so long, and then it dies: nobody is told that it is away."""
        with suppress(ProcessLookupError):
            os.kill(await self._pid_of(victim), signal.SIGSTOP)
        await asyncio.sleep(seconds)
        await self.strike(victim)

    async def _pid_of(self, victim: str) -> int:
        """The process of a part at this moment; one that is still being started is waited for."""
        deadline = time.monotonic() + _BACK_WITHIN
        while time.monotonic() < deadline:
            if victim == "PostgreSQL, one backend":
                backends = _children(_found(self.platform.process.pid, MARKS["PostgreSQL"]))
                working = [pid for pid in backends if "vangnet" in _command(pid)]
                if working:
                    return self.chance.choice(sorted(working))
            elif pid := _found(self.platform.process.pid, MARKS[victim]):
                return pid
            await asyncio.sleep(0.05)
        raise LookupError(f"no process of {victim}")

    async def _serves(self, victim: str) -> bool:
        facts = self.platform.facts
        if victim.startswith("PostgreSQL"):
            try:
                connection = await asyncpg.connect(facts["database_url"], timeout=3)
            except (OSError, asyncpg.PostgresError, TimeoutError):
                return False
            connection.terminate()
            return True
        if victim == "NATS":
            host, port = facts["nats_url"].rsplit("@", 1)[-1].split(":")
            try:
                reader, writer = await asyncio.open_connection(host, int(port))
                greeting = await reader.readline()
            except OSError:
                return False
            writer.close()
            return b'"jetstream":true' in greeting
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=3)) as http,
                http.get(f"{facts['service_urls'][victim]}/health/ready") as answer,
            ):
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False

    def table(self) -> list[str]:
        """One line for each part."""
        lines = [f"{'killed with -9':<26}{'times':>6}{'median s until it served again':>32}{'longest s':>12}"]
        for victim in MARKS:
            away = self.away.get(victim, [])
            if away:
                lines.append(f"{victim:<26}{len(away):>6}{statistics.median(away):>32.1f}{max(away):>12.1f}")
        return lines


def _found(parent: int, mark: str) -> int:
    return next((pid for pid in _children(parent) if mark in _command(pid)), 0)


def _children(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and parent:
            with suppress(OSError):
                if int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1]) == parent:
                    found.append(int(entry.name))
    return found


def _command(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""


def _is_zombie(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    return True
