"""A small malware scanner that speaks clamd's INSTREAM over TCP and knows one thing: the EICAR test file."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Clamd:
    """What it was given, and where it listens. Closed, it refuses connections; it may come back."""

    def __init__(self) -> None:
        self.port = 0
        self.scanned: list[bytes] = []
        self.confused = False
        self._server: asyncio.Server | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await reader.readuntil(b"\0") != b"zINSTREAM\0":
            writer.write(b"UNKNOWN COMMAND\0")
        else:
            content = b""
            while size := int.from_bytes(await reader.readexactly(4)):
                content += await reader.readexactly(size)
            self.scanned.append(content)
            if self.confused:
                writer.write(b"INSTREAM size limit exceeded. ERROR\0")
            elif EICAR in content:
                writer.write(b"stream: Eicar-Test-Signature FOUND\0")
            else:
                writer.write(b"stream: OK\0")
        await writer.drain()
        writer.close()


@asynccontextmanager
async def clamd() -> AsyncIterator[Clamd]:
    scanner = Clamd()
    await scanner.open()
    try:
        yield scanner
    finally:
        await scanner.close()
