"""Child processes that never outlive the one that started them."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
"""prctl(2): the signal that the kernel sends to a process when its parent dies, however it dies."""

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def free_port() -> int:
    """A TCP port on the loopback address that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def die_with_parent(parent_death: signal.Signals) -> None:
    """Ask the kernel for a signal when the parent dies. Linux only: elsewhere a kill -9 leaves children behind."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, parent_death, 0, 0, 0)


def in_child(parent_death: signal.Signals, user: int | None = None) -> Callable[[], None]:
    """What a child does between fork and exec: take another user if asked, then bind its life to its parent's."""
    parent = os.getpid()

    def prepare() -> None:
        if user is not None:
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)
        # after setuid: a change of user clears the death signal
        die_with_parent(parent_death)
        if os.getppid() != parent:
            os._exit(1)

    return prepare


def spawn(
    command: Sequence[str | Path],
    *,
    parent_death: signal.Signals = signal.SIGKILL,
    user: int | None = None,
    output: int | IO[bytes] = subprocess.DEVNULL,
    env: dict[str, str] | None = None,
    cwd: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, so that Ctrl-C reaches it only through the one that started it."""
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=env,
        cwd=cwd,
        start_new_session=True,
        preexec_fn=in_child(parent_death, user),  # noqa: PLW1509 only plain system calls, and no threads here
    )


def stop(
    process: subprocess.Popen[bytes], how: signal.Signals = signal.SIGTERM, *, patience: float = 10
) -> None:
    """Ask first, insist after `patience` seconds; the whole process group goes."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            process.send_signal(how)
        wait(process, patience)
    kill_group(process)
    process.wait()


def wait(process: subprocess.Popen[bytes], patience: float) -> None:
    """Wait for an end that may not come."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(max(patience, 0))


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """End what is left of a process and of everything that it started itself."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def wait_for_predecessor(pid_file: Path, mark: str) -> None:
    """Wait for a server that still shuts down because the one that started it was killed.

    The file may also be a mere leftover, and its number belong to another process by now: only one whose command
    line carries `mark` counts. Raises `TimeoutError`.
    """
    deadline = time.monotonic() + 30
    while pid_file.exists():
        pid = pid_file.read_text().split("\n", 1)[0].strip()
        if not pid or not runs(int(pid), mark):
            pid_file.unlink(missing_ok=True)
            return
        if time.monotonic() > deadline:
            raise TimeoutError(f"process {pid} is still at work: {mark}")
        time.sleep(0.05)


def runs(pid: int, mark: str) -> bool:
    """Whether this process is alive and was started with `mark` on its command line."""
    if sys.platform != "linux":
        command = subprocess.run(
            ["ps", "-o", "args=", "-p", str(pid)], check=False, capture_output=True, text=True
        )
        return mark in command.stdout
    try:
        return mark.encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def last_lines(log: Path, count: int = 15) -> str:
    """The end of a log, for a message about a process that would not start."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:])
