"""The database: entering a tenant's schema as the tenant's role, and leaving it with everything or nothing."""

import asyncio
import functools
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar, cast
from uuid import UUID

import asyncpg
import uuid_utils
from sqlalchemy import Executable, event
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement

from shared.errors import Unavailable
from shared.telemetry import POOL_CONNECTIONS, TRANSACTIONS, child_span
from shared.tenancy import PLATFORM_SCHEMA, TenantNotReady, role_of, schema_of

DISCONNECTED = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    # what asyncpg says when the server dies while it speaks
    asyncpg.InternalClientError,
)
_ROLLBACK_SECONDS = 5
DIRECT_SECONDS = 15.0
_PENDING = "vangnet_pending"
_DRIVER = "vangnet_driver"
_OPENING = "vangnet_opening"

Item = TypeVar("Item")
Driver: TypeAlias = asyncpg.Connection
Writer = Callable[[Driver, list[Item]], Awaitable[None]]


class DatabaseUnreachable(Unavailable):
    """The database does not answer; nothing was stored."""

    code = "database_unreachable"


class _TenantConnection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg ships no types
    """asyncpg switches JIT off around its look at types by calling `set_config`, which no tenant's role may.

    JIT is off for the whole session (`server_settings`), so it need not.
    """

    __slots__ = ()

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        caps = self._server_caps  # type: ignore[has-type]
        self._server_caps = caps._replace(jit=False)  # type: ignore[misc]


class Base(DeclarativeBase):
    """Mapped classes carry no schema: the transaction's search_path decides whose tables they are."""


@dataclass(frozen=True)
class Database:
    """A service's own database, and the service's name from which the tenants' roles are named."""

    engine: AsyncEngine
    service: str


def uuid7() -> UUID:
    """A new identifier that sorts by its time of making (RFC 9562, version 7)."""
    return UUID(int=uuid_utils.uuid7().int)


def connect(
    url: str, service: str, *, pool_size: int, statement_cache: int, recycle_seconds: int
) -> Database:
    """Open a pool. `statement_cache=0` for a pooler that cannot keep prepared statements."""
    engine = create_async_engine(
        url.replace("postgresql://", "postgresql+asyncpg://", 1),
        isolation_level="AUTOCOMMIT",  # BEGIN and COMMIT are ours: entering a tenant is one round trip
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        pool_recycle=recycle_seconds,
        # the last used first: each connection comes to remember every tenant that it served, so use as few as will do
        pool_use_lifo=True,
        pool_reset_on_return=None,
        hide_parameters=True,
        connect_args={
            "statement_cache_size": statement_cache,
            "prepared_statement_cache_size": statement_cache,
            "timeout": 5,
            "connection_class": _TenantConnection,
            "server_settings": {"application_name": f"vangnet-{service}", "jit": "off"},
        },
    )
    in_use = POOL_CONNECTIONS.labels(service)
    event.listen(engine.sync_engine, "checkout", lambda *_: in_use.inc())
    event.listen(engine.sync_engine, "checkin", lambda *_: in_use.dec())
    event.listen(engine.sync_engine, "before_cursor_execute", _trace_statement)
    event.listen(engine.sync_engine, "after_cursor_execute", _end_statement)
    return Database(engine, service)


async def direct_connection(url: str, application: str) -> Driver:
    """A connection of one's own outside the pool, for what needs a session: LISTEN and advisory locks.

    A line that goes dead without a word is noticed on both sides: here no statement waits longer than
    `DIRECT_SECONDS`, and there the server ends the session and gives its locks back.
    """
    return await asyncpg.connect(
        url,
        timeout=5,
        command_timeout=DIRECT_SECONDS,
        connection_class=_TenantConnection,
        server_settings={
            "application_name": f"vangnet-{application}",
            "jit": "off",
            "tcp_user_timeout": "20000",
            "tcp_keepalives_idle": "10",
            "tcp_keepalives_interval": "5",
            "tcp_keepalives_count": "3",
        },
    )


@asynccontextmanager
async def transaction(database: Database, tenant: str, *, opening: str = "") -> AsyncIterator[AsyncSession]:
    """Everything inside happens as the tenant's role in the tenant's schema, or not at all.

    `opening` is a first statement without parameters that goes along in the same round trip; `opening_of` says
    what it did. Raises `TenantNotReady` when the service has no such tenant and `DatabaseUnreachable` without a
    database.
    """
    role, schema = role_of(database.service, tenant), schema_of(tenant)
    entry = f'BEGIN; SET LOCAL ROLE "{role}"; SET LOCAL search_path TO "{schema}"'
    async with _entered(database, f"{entry}; {opening}" if opening else entry) as session:
        yield session


@asynccontextmanager
async def platform_transaction(database: Database) -> AsyncIterator[AsyncSession]:
    """A transaction on what belongs to no tenant; it has no right on any tenant's tables."""
    async with _entered(database, f"BEGIN; SET LOCAL search_path TO {PLATFORM_SCHEMA}") as session:
        yield session


@asynccontextmanager
async def _entered(database: Database, entry: str) -> AsyncIterator[AsyncSession]:
    started = time.perf_counter()
    outcome = "rolled_back"
    with child_span("db.transaction", {"db.system.name": "postgresql"}):
        connection, driver, tag = await _enter(database, entry)
        try:
            session = AsyncSession(bind=connection, expire_on_commit=False)
            session.info[_DRIVER], session.info[_OPENING] = driver, tag
            yield session
            if session.new or session.dirty or session.deleted:
                await session.flush()
            for writer, items in session.info.pop(_PENDING, {}).items():
                await writer(driver, items)
            with child_span("db.commit"):
                await driver.execute("COMMIT")
            outcome = "committed"
        except DISCONNECTED as lost:
            raise DatabaseUnreachable from lost
        except DBAPIError as failed:
            if driver.is_closed():
                raise DatabaseUnreachable from failed
            raise
        finally:
            await _leave(connection, driver)
            TRANSACTIONS.labels(database.service, outcome).observe(time.perf_counter() - started)


async def _enter(database: Database, entry: str) -> tuple[AsyncConnection, Driver, str]:
    """A connection inside the tenant, with the command tag of the entry's last statement.

    Nothing was committed yet, so a connection that proves dead is replaced once.
    """
    try:
        for last_try in (False, True):
            connection, driver = await _open_connection(database)
            try:
                tag = await driver.execute(entry)
            except asyncpg.InvalidParameterValueError as unknown_role:
                await _leave(connection, driver)
                raise TenantNotReady from unknown_role
            except DISCONNECTED:
                await _leave(connection, driver)
                if last_try:
                    raise
            except BaseException:
                await _leave(connection, driver)
                raise
            else:
                return connection, driver, tag
    except (*DISCONNECTED, TimeoutError, PoolExhausted) as lost:
        raise DatabaseUnreachable from lost
    raise DatabaseUnreachable


async def _open_connection(database: Database) -> tuple[AsyncConnection, Driver]:
    while True:
        try:
            connection = await database.engine.connect()
        except DBAPIError as refused:
            # it runs, and lets nobody in: it recovers from a crash, shuts down, or is full
            raise DatabaseUnreachable from refused
        driver = _driver_of(connection)
        if not driver.is_closed() and not driver.is_in_transaction():
            return connection, driver
        await connection.invalidate()
        await connection.close()


def _driver_of(connection: AsyncConnection) -> Driver:
    assert connection.sync_connection is not None  # noqa: S101 - an AsyncConnection that was opened has one
    return cast("Driver", connection.sync_connection.connection.driver_connection)


async def _leave(connection: AsyncConnection, driver: Driver) -> None:
    """Give the connection back only when it is surely outside every transaction; otherwise end it."""
    try:
        if not driver.is_closed() and driver.is_in_transaction():
            async with asyncio.timeout(_ROLLBACK_SECONDS):
                await driver.execute("ROLLBACK")
    except (asyncpg.PostgresError, *DISCONNECTED, TimeoutError):
        driver.terminate()
    except BaseException:
        driver.terminate()
        raise
    finally:
        if driver.is_closed():
            await connection.invalidate()
        await connection.close()


def on_commit(session: AsyncSession, writer: Writer[Item], item: Item) -> None:
    """Hand `item` to `writer` together with all others of its kind, just before this transaction commits."""
    session.info.setdefault(_PENDING, {}).setdefault(writer, []).append(item)


def withdraw(session: AsyncSession, writer: Writer[Item], unwanted: Callable[[Item], bool]) -> None:
    """Take back what was handed to `writer` in this transaction and is unwanted after all."""
    pending = session.info.get(_PENDING, {})
    kept = [item for item in pending.pop(writer, []) if not unwanted(item)]
    if kept:
        pending[writer] = kept


def driver_of(session: AsyncSession) -> Driver:
    """The asyncpg connection under the session, inside the same transaction, for hot reads."""
    return cast("Driver", session.info[_DRIVER])


def rows_of(tag: str) -> int:
    """How many rows a command tag such as `DELETE 3` speaks of."""
    return int(tag.rsplit(" ", 1)[-1])


def opening_of(session: AsyncSession) -> str:
    """The command tag of the transaction's `opening`, such as `INSERT 0 1`."""
    return cast("str", session.info[_OPENING])


class Statement:
    """A SQLAlchemy statement compiled once, run straight on asyncpg: one definition, a third of the cost.

    Every parameter is a `bindparam` with a name; `fetch(session, name=value)` fills them. Lists are compared
    with `any_(bindparam(..., type_=ARRAY(...)))`, never with `in_`, whose text changes with its length.
    """

    def __init__(self, statement: Executable) -> None:
        compiled = cast("SQLCompiler", cast("ClauseElement", statement).compile(dialect=_dialect()))
        self.sql = str(compiled)
        self._names = list(compiled.positiontup or [])
        self._constants = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        self._title = self.sql.split(None, 1)[0].lower()

    def arguments(self, values: dict[str, Any]) -> list[Any]:
        return [values[name] if name in values else self._constants[name] for name in self._names]

    async def fetch(self, session: AsyncSession, /, **values: Any) -> list[asyncpg.Record]:
        with child_span("db.statement", {"db.operation.name": self._title}):
            rows: list[asyncpg.Record] = await driver_of(session).fetch(self.sql, *self.arguments(values))
            return rows

    async def fetch_one(self, session: AsyncSession, /, **values: Any) -> asyncpg.Record | None:
        with child_span("db.statement", {"db.operation.name": self._title}):
            return await driver_of(session).fetchrow(self.sql, *self.arguments(values))


@functools.cache
def _dialect() -> Any:
    return asyncpg_dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves the dialect untyped


def _trace_statement(
    _connection: Any, _cursor: Any, statement: str, _parameters: Any, context: Any, _many: Any
) -> None:
    manager = child_span("db.statement", {"db.operation.name": statement.split(None, 1)[0].lower()})
    manager.__enter__()
    context.vangnet_span = manager


def _end_statement(
    _connection: Any, _cursor: Any, _statement: str, _parameters: Any, context: Any, _many: Any
) -> None:
    context.vangnet_span.__exit__(None, None, None)
