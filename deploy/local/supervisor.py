"""Starts the services, waits until they answer, starts again what dies, and stops them all."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Protocol

import aiohttp

from deploy.local import processes
from deploy.local.console import Console
from deploy.local.nats_server import NatsFailed
from deploy.local.platform import ROOT, Folder, Platform, process_environment
from deploy.local.postgres import PostgresFailed

BACKOFF = (0.2, 1.0, 2.0, 5.0, 10.0)
"""Seconds before the next start of a service that keeps dying; it begins anew after a quiet half minute."""
QUIET = 30.0
READY_WITHIN = 60.0
STOP_WITHIN = 6.0


class StartFailed(Exception):
    """The platform cannot start; the message says why."""


class Server(Protocol):
    """An embedded server that can be looked at and started again on its port."""

    def alive(self) -> bool: ...

    def start(self) -> None: ...


@dataclass
class Child:
    """One service as a process, over all its lives."""

    name: str
    url: str
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failures: int = 0
    start_at: float | None = None
    """When to start it again, while it waits for that."""

    def start(self) -> None:
        """A life begins; its log goes on where the last one ended."""
        with self.log.open("ab") as log:
            self.process = processes.spawn(
                service_command(self.name), output=log, env=self.environment, cwd=ROOT
            )
        self.started_at = time.monotonic()
        self.start_at = None

    @property
    def exit_code(self) -> int | None:
        """None while it lives."""
        return self.process.poll() if self.process is not None else None


@dataclass
class Supervisor:
    """Everything that was started and must go on, or end."""

    console: Console
    folder: Folder
    servers: dict[str, Server] = field(default_factory=dict)
    children: list[Child] = field(default_factory=list)

    def start(self, platform: Platform) -> None:
        """Start every service at once: none needs another to start."""
        for name, url in platform.service_urls.items():
            log = self.folder.log(name)
            begin_log(log)
            child = Child(name, url, process_environment(platform, name), log)
            self.children.append(child)
            child.start()

    async def wait_until_ready(self) -> None:
        """Return when each answers on /health/ready; raises `StartFailed` with the end of its log."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as session:
            await asyncio.gather(*(self.wait_for(child, session) for child in self.children))

    async def wait_for(self, child: Child, session: aiohttp.ClientSession) -> None:
        """One service; one that dies during its first start would die again."""
        deadline = time.monotonic() + READY_WITHIN
        while not await answers(session, f"{child.url}/health/ready"):
            late = time.monotonic() > deadline
            if late or child.exit_code is not None:
                what = "is not ready" if late else f"stopped with code {child.exit_code}"
                raise StartFailed(
                    f"{child.name} {what}; the end of {child.log}:\n{processes.last_lines(child.log)}"
                )
            await asyncio.sleep(0.1)

    async def watch(self) -> None:
        """Start again what dies, for ever."""
        while True:
            await asyncio.sleep(0.2)
            for name, server in self.servers.items():
                if not server.alive():
                    self.start_again(name, server)
            for child in self.children:
                self.look_after(child)

    def start_again(self, name: str, server: Server) -> None:
        """A server that died. One that will not start yet, such as beside its own remains, is tried again."""
        self.console.say(f"  {name} stopped: starting it again")
        try:
            server.start()
        except (PostgresFailed, NatsFailed, OSError) as failure:
            self.console.say(f"  {name} does not start yet: {failure}")

    def look_after(self, child: Child) -> None:
        """One service: note its death, wait a little longer each time, start it."""
        now = time.monotonic()
        if child.start_at is not None:
            if now >= child.start_at:
                child.start()
        elif child.exit_code is not None:
            if now - child.started_at > QUIET:
                child.failures = 0
            pause = BACKOFF[min(child.failures, len(BACKOFF) - 1)]
            child.failures += 1
            child.start_at = now + pause
            self.console.say(
                f"  {child.name} stopped ({ending(child.exit_code)}): starting it again in {pause:g} s; "
                f"its log is {child.log}"
            )

    def stop(self) -> None:
        """Ask all services at once, then insist."""
        living = [child.process for child in self.children if child.process and child.exit_code is None]
        for process in living:
            process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_WITHIN
        for process in living:
            processes.wait(process, deadline - time.monotonic())
        for child in self.children:
            if child.process is not None:
                processes.kill_group(child.process)
                child.process.wait()


def service_command(service: str, *arguments: str) -> list[str]:
    """The command line of a service."""
    return [sys.executable, "-m", f"services.{service}", *arguments]


def begin_log(log: Path) -> None:
    """A fresh log for a fresh start; the last one is kept beside it."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists():
        shutil.move(log, log.with_name(f"{log.name}.1"))
    log.touch(mode=0o600)


def ending(code: int) -> str:
    """How a process ended, in words."""
    return f"by signal {signal.Signals(-code).name}" if code < 0 else f"with code {code}"


async def answers(session: aiohttp.ClientSession, url: str) -> bool:
    """Whether a health address says yes."""
    try:
        async with session.get(url) as answer:
            return answer.status == HTTPStatus.OK
    except (aiohttp.ClientError, TimeoutError):
        return False


async def run_to_end(name: str, command: list[str], log: Path) -> None:
    """Run a command into its log; raises `StartFailed` when it fails. Cancelling ends it."""
    begin_log(log)
    with log.open("ab") as output:
        process = processes.spawn(
            command, output=output, env={**os.environ, "PYTHONUNBUFFERED": "1"}, cwd=ROOT
        )
    try:
        while process.poll() is None:
            await asyncio.sleep(0.05)
        if process.returncode != 0:
            raise StartFailed(f"{name} failed; the end of {log}:\n{processes.last_lines(log)}")
    finally:
        processes.kill_group(process)
        process.wait()
