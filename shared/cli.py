"""`python -m services.<name> ...`: serve and work, migrate, look at parked messages, verify the audit chain."""

import argparse
import asyncio
import os
import sys
from collections.abc import Callable

import uvicorn

from shared import audit, migrations
from shared.app import create_app
from shared.client import SERVER_KEEPS_SECONDS
from shared.db import Database, platform_transaction, transaction
from shared.inbox import parked_messages, replay
from shared.lifecycle import tenants_here
from shared.runtime import Service, listener_of, open_client, open_database
from shared.settings import Settings
from shared.telemetry import start_logging


def main(build: Callable[[], Service], arguments: list[str] | None = None) -> int:
    """Run a service's command line; `build` reads the settings and puts the service together."""
    parser = argparse.ArgumentParser(prog="python -m services.<name>")
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("serve", help="answer requests only")
    commands.add_parser("work", help="background work only (with health and metrics)")
    commands.add_parser("migrate", help="bring every schema up to date")
    parked = commands.add_parser("parked", help="messages that their handler refused")
    parked.add_argument("act", choices=("list", "show", "replay"))
    parked.add_argument("id", nargs="?", type=int)
    chain = commands.add_parser("audit", help="verify the audit chains, or seal what is open")
    chain.add_argument("act", choices=("verify", "seal"))
    chain.add_argument("tenant", nargs="?")
    given = parser.parse_args(arguments)
    service = build()
    match given.command:
        case None | "serve" | "work":
            serve(service, serves=given.command != "work", works=given.command != "serve")
            return 0
        case "migrate":
            return asyncio.run(_migrate(service))
        case "parked":
            return asyncio.run(_parked(service, given.act, given.id))
        case _:
            return asyncio.run(_audit(service, given.act, given.tenant))


def serve(service: Service, *, serves: bool = True, works: bool = True) -> None:
    settings = service.settings
    uvicorn.run(
        create_app(service, serves=serves, works=works),
        host=settings.http_host,
        port=settings.http_port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=SERVER_KEEPS_SECONDS,
        timeout_graceful_shutdown=5,
    )


async def _migrate(service: Service) -> int:
    report = await migrations.migrate(service.name, service.settings.migration_db_url)
    say(
        f"{service.name}: {len(report.migrated)} migrated, {report.unchanged} up to date, {len(report.failed)} failed"
    )
    for schema, error in report.failed.items():
        say(f"  {schema}: {error}")
    return 1 if report.failed else 0


async def _parked(service: Service, act: str, parked_id: int | None) -> int:
    database = open_database(service.settings, service.name)
    try:
        if act == "replay":
            return await _replay(service, database, parked_id)
        async with platform_transaction(database) as session:
            messages = [m for m in await parked_messages(session) if parked_id in (None, m.id)]
        for message in messages:
            say(f"{message.id}\t{message.parked_at:%Y-%m-%d %H:%M:%S}\t{message.subject}\t{message.error}")
            if act == "show":
                say(bytes(message.payload).decode(errors="replace"))
        return 0 if messages or parked_id is None else 1
    finally:
        await database.engine.dispose()


async def _replay(service: Service, database: Database, parked_id: int | None) -> int:
    if parked_id is None:
        say("which one? parked replay ID")
        return 2
    start_logging(service.name, "WARNING")
    client = open_client(service.settings, service.name)
    listener = listener_of(service, database, None, client=client)
    try:
        found = await replay(database, listener, parked_id)
    finally:
        await client.close()
    say("handled, and no longer parked" if found else "no such message")
    return 0 if found else 1


async def _audit(service: Service, act: str, tenant: str | None) -> int:
    settings: Settings = service.settings
    key = audit.Key(settings.audit_key)
    database = open_database(settings, service.name)
    wrong = 0
    try:
        for name in [tenant] if tenant else await tenants_here(database):
            async with transaction(database, name) as session:
                if act == "seal":
                    say(f"{name}: {await audit.seal(session, name, key)} rows sealed")
                    continue
                verdict = await audit.verify(session, name, key.public)
            if verdict.wrong:
                wrong += 1
                say(f"{name}: TOUCHED at audit row {verdict.row} ({verdict.wrong}), position {verdict.rows}")
            else:
                say(f"{name}: {verdict.rows} rows, intact")
    finally:
        await database.engine.dispose()
    return 1 if wrong else 0


def say(line: str) -> None:
    sys.stdout.write(line + os.linesep)
