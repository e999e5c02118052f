"""`make up` as a person and as bad luck meet it, with the real launcher and servers around small stand-in services."""

import json
import os
import pty
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from deploy.catalogue import OWNERS, SERVICES, Traffic
from deploy.local.nats_server import EmbeddedNats
from deploy.local.platform import ROOT
from deploy.local.postgres import EmbeddedPostgres
from deploy.nats.rights import USERS

STAND_IN = """
import http.server, json, os, sys

class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({name: value for name, value in os.environ.items() if name.startswith("VANGNET_")}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

address = (os.environ["VANGNET_HTTP_HOST"], int(os.environ["VANGNET_HTTP_PORT"]))
http.server.ThreadingHTTPServer(address, Answer).serve_forever()
"""


class Launcher:
    """A checkout of its own with stand-ins for the services."""

    def __init__(self, tree: Path) -> None:
        self.tree = tree
        self.console = tree / "console.txt"
        self.process: subprocess.Popen[bytes] | None = None
        for package in ("deploy", "shared"):
            shutil.copytree(
                ROOT / package, tree / package, ignore=shutil.ignore_patterns("__pycache__", "demo*")
            )
        # the postbox speaks the SMS provider's part with the words of notifications
        shutil.copytree(ROOT / "services" / "notifications", tree / "services" / "notifications")
        for service in SERVICES:
            folder = tree / "services" / service
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "__init__.py").touch()
            (folder / "__main__.py").write_text(STAND_IN)
        (tree / "services" / "__init__.py").touch()
        (tree / "services" / "gateway" / "live.py").write_text("LIVE_EVENTS = ()\n")

    def start(self, *arguments: str, **environment: str) -> None:
        """Start, and return when it says that it runs."""
        with self.console.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "deploy.local", *arguments],
                cwd=self.tree,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**clean_environment(), **environment},
            )
        eventually(lambda: "Vangnet runs at" in self.said() or self.ended(), seconds=60)
        assert not self.ended(), self.said()

    def ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def end(self, how: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(30)

    def said(self) -> str:
        return self.console.read_text()

    def platform(self) -> Any:
        return json.loads((self.tree / ".local" / "platform.json").read_text())

    def processes(self) -> dict[int, str]:
        """Every living process that works in this checkout, except the launcher itself."""
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or (self.process is not None and int(entry.name) == self.process.pid):
                continue
            with suppress(OSError):
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                if command and str(self.tree) in f"{command} {(entry / 'cwd').readlink()}":
                    found[int(entry.name)] = command
        return found


def clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("VANGNET_", "MAKE"))}


def eventually(holds: Callable[[], object], *, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.05)


def ask(url: str) -> Any:
    with urlopen(f"{url}/") as answer:
        return json.loads(answer.read())


@pytest.fixture
def launcher(tmp_path: Path) -> Iterator[Launcher]:
    launcher = Launcher(tmp_path / "checkout")
    yield launcher
    if launcher.process is not None and launcher.process.poll() is None:
        launcher.process.kill()
        launcher.process.wait()
    eventually(lambda: not launcher.processes(), seconds=30)


def test_it_starts_everything_tends_it_and_stops_everything(launcher: Launcher) -> None:
    launcher.start()
    platform = launcher.platform()
    identity = ask(platform["service_urls"]["identity"])
    cases = ask(platform["service_urls"]["cases"])

    assert set(platform["service_urls"]) == set(SERVICES)
    assert set(platform["database_urls"]) == set(OWNERS)
    assert platform["gateway_url"] in launcher.said()
    assert stat.S_IMODE((launcher.tree / ".local" / "platform.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((launcher.tree / ".local" / "secrets.json").stat().st_mode) == 0o600

    # a service has what it needs and no secret of another
    assert json.loads(identity["VANGNET_SERVICE_SECRETS"])["cases"] == cases["VANGNET_SERVICE_SECRET"]
    assert "VANGNET_SERVICE_SECRETS" not in cases
    assert "VANGNET_KEY_ENCRYPTION_KEY" not in cases
    assert "/vangnet_cases" in cases["VANGNET_SERVICE_DB_URL"]
    assert platform["database_url"] not in json.dumps(cases)

    # a second one in the same folder refuses
    second = subprocess.run(
        [sys.executable, "-m", "deploy.local"],
        cwd=launcher.tree,
        capture_output=True,
        text=True,
        check=False,
        env=clean_environment(),
    )
    assert second.returncode == 1
    assert "already runs" in second.stdout

    # what dies comes back, and is named
    for pid, command in launcher.processes().items():
        if (
            "services.cases" in command
            or ("postgres" in command and " -D " in command)
            or "nats.conf" in command
        ):
            os.kill(pid, signal.SIGKILL)
    eventually(lambda: all(f"{name} stopped" in launcher.said() for name in ("cases", "PostgreSQL", "NATS")))
    eventually(lambda: comes_back(platform["service_urls"]["cases"]))

    assert launcher.end(signal.SIGTERM) == 0
    assert launcher.processes() == {}


def comes_back(url: str) -> bool:
    try:
        return bool(ask(url))
    except OSError:
        return False


def test_a_killed_launcher_leaves_nothing_behind_and_loses_nothing(launcher: Launcher) -> None:
    launcher.start()
    before = launcher.platform()

    launcher.end(signal.SIGKILL)
    launcher.start()
    after = launcher.platform()

    assert after["database_url"].split("@")[0] == before["database_url"].split("@")[0]
    assert launcher.end(signal.SIGHUP) == 0
    assert launcher.processes() == {}


def test_a_closed_terminal_stops_everything_even_when_nobody_passes_the_signal_on(launcher: Launcher) -> None:
    keyboard, terminal = pty.openpty()
    launcher.process = subprocess.Popen(
        [sys.executable, "-m", "deploy.local"],
        cwd=launcher.tree,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env=clean_environment(),
    )
    os.close(terminal)
    said = b""
    while b"Ctrl-C stops everything" not in said:
        said += os.read(keyboard, 4096)

    os.close(keyboard)

    assert launcher.process.wait(30) == 0
    assert launcher.processes() == {}


def test_servers_of_ones_own_replace_the_embedded_ones(launcher: Launcher, tmp_path: Path) -> None:
    passwords = dict.fromkeys(USERS, "secret")
    with (
        EmbeddedPostgres(tmp_path / "own-postgres", password="secret") as postgres,
        EmbeddedNats(tmp_path / "own-nats", passwords=passwords, traffic=Traffic((), ())) as nats,
    ):
        own = {"VANGNET_DATABASE_URL": postgres.admin_url, "VANGNET_NATS_URL": nats.url("admin")}
        launcher.start(**own, VANGNET_NATS_PASSWORD_CASES="secret")
        platform = launcher.platform()

        assert platform["database_url"] == postgres.admin_url
        assert platform["nats_urls"]["cases"] == nats.url("cases")
        assert platform["nats_urls"]["rostering"] == nats.url("admin")
        assert not any(
            server in command for command in launcher.processes().values() for server in ("-D ", "nats.conf")
        )
        cases = ask(platform["service_urls"]["cases"])
        assert not {"VANGNET_DATABASE_URL", "VANGNET_NATS_PASSWORD_CASES"} & set(cases)

        assert launcher.end(signal.SIGINT) == 0
        with pytest.raises(AssertionError):
            launcher.start("up", "--fresh", **own)
        assert "empty the one of VANGNET_DATABASE_URL yourself" in launcher.said()
        assert postgres.alive()


def test_fresh_begins_with_empty_data(launcher: Launcher) -> None:
    launcher.start()
    before = launcher.platform()
    launcher.end(signal.SIGINT)

    launcher.start("up", "--fresh")

    assert launcher.platform()["database_url"].split("@")[0] != before["database_url"].split("@")[0]


def test_a_service_that_cannot_start_is_named_with_the_end_of_its_log(launcher: Launcher) -> None:
    (launcher.tree / "services" / "rostering" / "__main__.py").write_text(
        'import sys\nsys.exit("the roster is torn")\n'
    )

    with pytest.raises(AssertionError):
        launcher.start()

    assert "rostering stopped with code 1" in launcher.said()
    assert "the roster is torn" in launcher.said()
    assert launcher.processes() == {}
