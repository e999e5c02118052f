"""What PostgreSQL alone can do: the very transaction that the service sends for a request, sent again by pgbench."""

import asyncio
import os
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.ext.asyncio import AsyncSession

from deploy.local.postgres import find_installation
from shared.auth import Principal
from shared.db import connect, driver_of, transaction
from tests.load.arithmetic import median

_PROGRESS = re.compile(r"progress: [0-9.]+ s, ([0-9.]+) tps")
_PARAMETER = re.compile(r"\$(\d+)\b")
_WARM_SECONDS = 2
"""The first five executions of each prepared statement on each connection are planned anew."""

Query = Callable[..., Awaitable[object]]


class PgbenchFailed(Exception):
    """pgbench stopped; the message is what it said."""


@dataclass(frozen=True)
class RoundTrip:
    """What went to the server at once: SQL with its parameters."""

    sql: str
    arguments: tuple[Any, ...]


async def record(
    url: str, service: str, principal: Principal, query: Query, *arguments: object
) -> list[RoundTrip]:
    """Run a query of the service once and keep what its connection sent, from BEGIN to COMMIT."""
    sent: list[RoundTrip] = []
    database = connect(url, service, pool_size=1, statement_cache=100, recycle_seconds=3600)
    try:
        async with transaction(database, principal.tenant) as session:
            driver_of(session).add_query_logger(lambda query: sent.append(RoundTrip(query.query, query.args)))
        for _ in range(2):  # the first time asyncpg looks up types and prepares
            await asyncio.sleep(0)  # the logger is called a turn late
            sent.clear()
            async with transaction(database, principal.tenant) as session:
                await _ask(query, session, principal, arguments)
        await asyncio.sleep(0)
    finally:
        await database.engine.dispose()
    return sent


async def _ask(
    query: Query, session: AsyncSession, principal: Principal, arguments: Sequence[object]
) -> None:
    await query(session, principal, *arguments, now=datetime.now(UTC))


class Script:
    """A pgbench script. Values go by variable, so that they are parameters of prepared statements."""

    def __init__(self, variables: dict[str, str]) -> None:
        """`variables`, by value, are shared by all scripts of a run."""
        self._variables = variables

    def of(self, trips: Sequence[RoundTrip]) -> str:
        return "\n".join(self._trip(trip) for trip in trips) + "\n"

    def _trip(self, trip: RoundTrip) -> str:
        if trip.arguments:
            return (
                _PARAMETER.sub(lambda found: self._value(trip.arguments[int(found[1]) - 1]), trip.sql) + ";"
            )
        commands = [f"{command};" for command in trip.sql.split(";")]
        return "\n".join(["\\startpipeline", *commands, "\\endpipeline"] if len(commands) > 1 else commands)

    def _value(self, value: Any) -> str:
        if value is None:
            return "NULL"
        text = _text(value)
        if not text:
            return "''"  # pgbench has no empty variables
        return f":{self._variables.setdefault(text, f'v{len(self._variables)}')}"


def _text(value: Any) -> str:
    """A value in PostgreSQL's own notation."""
    if isinstance(value, list):
        return "{" + ",".join(_text(each) for each in value) + "}"
    return value.isoformat() if isinstance(value, date) else str(value)


async def run(
    url: str, transactions: Sequence[Sequence[RoundTrip]], folder: Path, *, connections: int, seconds: int
) -> float:
    """Transactions per second, taken at random, after a warm-up: the median of the seconds."""
    parts = urlsplit(url)
    variables: dict[str, str] = {}
    files: list[str] = []
    for number, trips in enumerate(transactions):
        file = folder / f"transaction_{number}.sql"
        file.write_text(Script(variables).of(trips))
        files += ["--file", str(file)]
    child = await asyncio.create_subprocess_exec(
        find_installation() / "bin" / "pgbench",
        *("--no-vacuum", "--protocol", "prepared", "--client", str(connections), "--jobs", "1"),
        *("--time", str(_WARM_SECONDS + seconds), "--progress", "1"),
        *("--host", str(parts.hostname), "--port", str(parts.port), "--username", str(parts.username)),
        *(part for text, name in variables.items() for part in ("--define", f"{name}={text}")),
        *files,
        parts.path.removeprefix("/"),
        env={**os.environ, "PGPASSWORD": str(parts.password), "PGOPTIONS": "-c jit=off"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    _, told = await child.communicate()
    rates = [float(rate) for rate in _PROGRESS.findall(told.decode())]
    if child.returncode or len(rates) <= _WARM_SECONDS:
        raise PgbenchFailed(told.decode(errors="replace")[-3000:])
    return median(rates[_WARM_SECONDS:])
