"""The whole platform: how long `make up` takes, cold and warm, and what each service holds in memory."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyotp

from deploy.catalogue import GATEWAY, SERVICES
from deploy.local import platform, processes
from deploy.local.platform import Account, Folder, Platform
from shared.client import ServiceClient
from shared.contracts.identity import (
    ExchangeSession,
    IssuedToken,
    ShowSecondFactor,
    SignedIn,
    SignIn,
    SignInStep,
)
from tests.load.effort import Effort
from tests.load.generator import Outcome
from tests.load.platform import ServiceFailed, bearer, load
from tests.load.report import ROOT, Section, Target
from tests.load.resources import family, memory_mb

COLD_SECONDS, WARM_SECONDS, SERVICE_MB = 60.0, 10.0, 150.0
PATIENCE_SECONDS = 300.0
NEEDED = {"dossier:read", "on_call:read"}
PATHS = {
    "identity": "/me",
    "cases": "/dossiers",
    "rostering": "/on-call",
    "notifications": "/messages",
    GATEWAY: "/",
}


async def measure(effort: Effort) -> Section:
    """A fresh clone in a folder of its own, started twice."""
    section = Section(
        "start",
        "The whole platform",
        "A fresh `git clone` of the last commit. Cold: without environment, packages from the machine's package index "
        "with its caches as they are; environment, databases, migrations, demo tenants. Warm: a second start with the "
        "data kept. Both end when the accounts are shown. Memory is the proportional set size of each service's "
        f"process, 10 s after the warm start and after {effort.seconds * 2} s of its own load (8 connections, a "
        "signed-in person's request).",
        ["what", "measured"],
    )
    folder = Path(tempfile.mkdtemp(prefix="vangnet-clone-"))
    folder.chmod(0o755)
    try:
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder / "vangnet")], check=True)
        for what, goal in (("cold", COLD_SECONDS), ("warm", WARM_SECONDS)):
            with _up(folder / "vangnet", folder / f"{what}.log") as seconds:
                section.row(
                    f"`make up`, {what}",
                    _longest_steps(folder / f"{what}.log"),
                    target=Target(seconds, goal, at_most=True, digits=1, unit=" s"),
                )
                if what == "warm":
                    await _memory(section, Folder(folder / "vangnet" / ".local"), effort.seconds * 2)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return section


@contextmanager
def _up(clone: Path, log: Path) -> Iterator[float]:
    """`make up` until it shows its accounts; stopped as Ctrl-C does."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("VANGNET_", "MAKE", "VIRTUAL_ENV"))
    }
    started = time.monotonic()
    with log.open("wb") as output:
        child = processes.spawn(["make", "up"], output=output, env=environment, cwd=clone)
    try:
        while b"Ctrl-C stops everything" not in log.read_bytes():
            if child.poll() is not None or time.monotonic() - started > PATIENCE_SECONDS:
                raise ServiceFailed(processes.last_lines(log, 40))
            time.sleep(0.05)
        yield time.monotonic() - started
    finally:
        os.killpg(child.pid, signal.SIGINT)
        processes.wait(child, 30)
        processes.kill_group(child)
        child.wait()


def _longest_steps(log: Path, count: int = 3) -> str:
    """The launcher names each step with its seconds."""
    steps = []
    for line in log.read_text(errors="replace").splitlines():
        name, dots, seconds = line.strip().partition(" ..")
        if dots and seconds.endswith(" s"):
            steps.append((float(seconds.strip(". s")), name.split(":")[0]))
    longest = sorted(steps, reverse=True)[:count]
    return "longest steps: " + ", ".join(f"{name} {seconds:.1f} s" for seconds, name in longest)


async def _memory(section: Section, folder: Folder, seconds: int) -> None:
    running = platform.read(folder)
    pids = _services(running)
    time.sleep(10)
    rest = {service: memory_mb(pid) for service, pid in pids.items()}
    session, token = await _sign_in(running)
    outcomes: dict[str, Outcome] = {}
    for service, path in PATHS.items():
        header = f"Cookie: vangnet_session={session}" if service == GATEWAY else bearer(token)
        port = int(running.service_urls[service].rpartition(":")[2])
        outcomes[service] = await load(port, [(path, header)], seconds=seconds)
    for service, pid in pids.items():
        after = memory_mb(pid)
        section.row(
            f"{service}: memory at rest and after load",
            f"{rest[service]:.0f} MB, {after:.0f} MB after {outcomes[service].answers:,} requests "
            f"of `GET {PATHS[service]}`",
            target=Target(max(rest[service], after), SERVICE_MB, at_most=True, digits=0, unit=" MB"),
        )


def _services(running: Platform) -> dict[str, int]:
    """The process of each service, by its command line."""
    found = {}
    for pid in family(running.supervisor_pid):
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        for service in SERVICES:
            if f"services.{service}".encode() in command:
                found[service] = pid
    return found


async def _sign_in(running: Platform) -> tuple[str, str]:
    """A session and its token, of the first demo account that may do what is asked."""
    client = ServiceClient("bench", running.service_urls)
    try:
        for account in running.accounts:
            session = await _session_of(client, account)
            command = ExchangeSession(session_token=session)
            issued = await client.tell("identity", "/tokens", command, IssuedToken, token="")
            if set(issued.me.permissions) >= NEEDED:
                return session, issued.token
    finally:
        await client.close()
    raise ServiceFailed(f"no demo account has {', '.join(sorted(NEEDED))}")


async def _session_of(client: ServiceClient, account: Account) -> str:
    command = SignIn(tenant=account.tenant, email=account.email, password=account.password)
    step = await client.tell("identity", "/sign-in", command, SignInStep, token="")
    factor = ShowSecondFactor(challenge=step.challenge, code=pyotp.TOTP(account.totp_secret).now())
    signed_in = await client.tell("identity", "/sign-in/second-factor", factor, SignedIn, token="")
    return signed_in.session_token
