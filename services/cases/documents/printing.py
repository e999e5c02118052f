"""From a paper's data to its pages, by a press that runs beside us."""

import asyncio
import contextlib
import io
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from shared.errors import Unavailable

_PRESS: Final = Path(__file__).with_name("press.py")
_SECONDS: Final = 30
_LENGTH: Final = 8
_AT_ONCE: Final = 2

_turns: dict[asyncio.AbstractEventLoop, asyncio.Semaphore] = {}


class PressFailed(Unavailable):
    """The paper could not be made; nothing was kept."""

    code = "press_failed"


async def printed(papers: Sequence[Mapping[str, Any]], *, at: datetime) -> list[bytes]:
    """A tagged PDF (PDF/UA-1 and PDF/A-2a) of each. Raises `PressFailed`."""
    return [files[0] for files in await _pressed("pdf", papers, at)]


async def pictured(papers: Sequence[Mapping[str, Any]], *, at: datetime) -> list[list[bytes]]:
    """The pages of each as PNG. Raises `PressFailed`."""
    return await _pressed("png", papers, at)


async def _pressed(kind: str, papers: Sequence[Mapping[str, Any]], at: datetime) -> list[list[bytes]]:
    job = msgspec.json.encode({"as": kind, "at": int(at.timestamp()), "papers": papers})
    turn = _turns.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(_AT_ONCE))
    async with turn:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(_PRESS),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={},
        )
        try:
            async with asyncio.timeout(_SECONDS):
                out, _ = await process.communicate(job)
        except TimeoutError as slow:
            raise PressFailed from slow
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
    if process.returncode != 0:
        raise PressFailed
    return _files(out)


def _files(out: bytes) -> list[list[bytes]]:
    """How many files a paper has, and then each with its length."""
    papers: list[list[bytes]] = []
    read = io.BytesIO(out)
    while count := read.read(_LENGTH):
        papers.append([read.read(int.from_bytes(read.read(_LENGTH))) for _ in range(int.from_bytes(count))])
    return papers
