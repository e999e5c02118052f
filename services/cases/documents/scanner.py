"""The way to a malware scanner: clamd's INSTREAM over TCP, which many scanners speak."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from shared.errors import Unavailable

_SECONDS: Final = 60
_CONNECT_SECONDS: Final = 3


class ScannerAway(Unavailable):
    """No scanner answers, or it could not judge; the file waits and is tried again."""

    code = "scanner_away"


class Scanner:
    """One file at a time over a connection of its own. `address` is host:port."""

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self._host, self._port = host.strip("[]"), int(port)

    async def finds(self, content: AsyncIterator[bytes]) -> str:
        """What the scanner calls the malware that it found, or "" for none. Raises `ScannerAway`."""
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                reader, writer = await asyncio.open_connection(self._host, self._port)
        except (OSError, TimeoutError) as away:
            raise ScannerAway from away
        try:
            async with asyncio.timeout(_SECONDS):
                writer.write(b"zINSTREAM\0")
                async for part in content:
                    writer.write(len(part).to_bytes(4) + part)
                    await writer.drain()
                writer.write(bytes(4))
                await writer.drain()
                answer = (await reader.readuntil(b"\0")).rstrip(b"\0").decode("utf-8", "replace")
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as broken:
            raise ScannerAway from broken
        finally:
            writer.close()
        return _verdict(answer)


def _verdict(answer: str) -> str:
    """`stream: OK`, `stream: <name> FOUND`; all else is no judgement. Raises `ScannerAway`."""
    said = answer.removeprefix("stream:").strip()
    if said == "OK":
        return ""
    if said.endswith(" FOUND"):
        return said.removesuffix(" FOUND")
    raise ScannerAway
