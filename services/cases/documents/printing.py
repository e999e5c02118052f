"""From a paper's data to its pages, by a press that runs beside us."""

import asyncio
import contextlib
import sys
from collections.abc import Mapping
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


async def printed(data: Mapping[str, Any], *, at: datetime) -> bytes:
    """A tagged PDF (PDF/UA-1 and PDF/A-2a). Raises `PressFailed`."""
    (pdf,) = await _pressed("pdf", data, at)
    return pdf


async def pictured(data: Mapping[str, Any], *, at: datetime) -> list[bytes]:
    """Its pages as PNG. Raises `PressFailed`."""
    return await _pressed("png", data, at)


async def _pressed(kind: str, data: Mapping[str, Any], at: datetime) -> list[bytes]:
    job = msgspec.json.encode({"as": kind, "at": int(at.timestamp()), "data": data})
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
    return _parts(out)


def _parts(out: bytes) -> list[bytes]:
    parts, at = [], 0
    while at < len(out):
        end = at + _LENGTH + int.from_bytes(out[at : at + _LENGTH])
        parts.append(out[at + _LENGTH : end])
        at = end
    return parts
