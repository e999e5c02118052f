"""One platform per folder: the kernel lets go of the lock when its holder dies, however it dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AlreadyRunning(Exception):
    """Another launcher holds the folder; the message names its process."""


@contextmanager
def hold(path: Path) -> Iterator[None]:
    """Hold the lock file, with our process number in it for whoever comes second."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise AlreadyRunning(
                f"The platform already runs from this folder, as process {file.read().strip()}. "
                "Stop that one first (Ctrl-C in its terminal, or kill it)."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
