"""`python -m services.identity`: serve and work as every service does, and `tenants`, `staff` and `keys`."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import cast
from uuid import UUID

import msgspec

from services.identity.app import build
from services.identity.settings import IdentitySettings, key_encryption_key
from services.identity.staff.imports import ImportedAccount, import_account
from services.identity.tenants import commands, queries
from services.identity.tenants.commands import Register
from services.identity.tenants.models import KINDS
from services.identity.tokens import signing
from services.identity.vault import VAULT, Vault
from shared import cli
from shared.cli import say
from shared.db import Database, platform_transaction, transaction
from shared.errors import Problem
from shared.lifecycle import export_tenant
from shared.runtime import open_database
from shared.settings import read
from shared.telemetry import start_logging

OWN_ACTS = ("tenants", "staff", "keys")
SECRET_TABLES = frozenset(
    {"credentials", "second_factors", "recovery_codes", "challenges", "sessions", "password_resets"}
)
_POLL_SECONDS = 0.1

Act = Callable[["Desk", argparse.Namespace], Awaitable[int]]


class Desk:
    """What an operator's command works with."""

    def __init__(self, settings: IdentitySettings, database: Database) -> None:
        self.settings = settings
        self.database = database
        self.vault = Vault(key_encryption_key(settings))
        self.register = Register(database, settings.migration_db_url)


def main(arguments: list[str] | None = None) -> int:
    """Identity's own acts, or those of every service."""
    given = sys.argv[1:] if arguments is None else arguments
    if not given or given[0] not in OWN_ACTS:
        return cli.main(build, given)
    return asyncio.run(run(parser().parse_args(given)))


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m services.identity")
    acts = top.add_subparsers(dest="act", required=True)
    _add_tenant_acts(acts.add_parser("tenants", help="the life of the tenants").add_subparsers(required=True))
    staff = acts.add_parser("staff", help="accounts of a tenant").add_subparsers(required=True)
    invite = staff.add_parser(
        "invite", help="register somebody, who gets a link by mail: the first administrator"
    )
    invite.add_argument("key")
    invite.add_argument("--name", required=True)
    invite.add_argument("--email", required=True)
    invite.add_argument("--language", default="nl")
    invite.add_argument("--role", action="append", dest="roles", default=[])
    invite.set_defaults(do=invite_person)
    bring_in = staff.add_parser(
        "import", help="accounts as JSON on the standard input; prints address and id"
    )
    bring_in.add_argument("key")
    bring_in.set_defaults(do=import_accounts)
    keys = acts.add_parser("keys", help="the keys that sign tokens").add_subparsers(required=True)
    keys.add_parser("rotate", help="publish a new key, which signs in six minutes").set_defaults(
        do=rotate_keys
    )
    keys.add_parser("list", help="the keys and when they sign").set_defaults(do=list_keys)
    return top


def _add_tenant_acts(acts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    create = acts.add_parser("create", help="make a tenant and wait until every service is ready")
    create.add_argument("key")
    create.add_argument("--name", required=True)
    create.add_argument("--kind", required=True, choices=KINDS)
    create.add_argument("--language", required=True, choices=("nl", "fr", "de"), help="the legal language")
    create.set_defaults(do=create_tenant)
    rename = acts.add_parser("rename", help="give it another name")
    rename.add_argument("key")
    rename.add_argument("name")
    rename.set_defaults(do=rename_tenant)
    for name, act, words in (
        ("suspend", suspend_tenant, "nobody signs in any more"),
        ("resume", resume_tenant, "as before the suspension"),
        ("export", export, "write all its data as files"),
    ):
        each = acts.add_parser(name, help=words)
        each.add_argument("key")
        each.set_defaults(do=act)
    remove = acts.add_parser("remove", help="drop all data of a suspended tenant, for ever")
    remove.add_argument("key")
    remove.add_argument("--confirm", required=True, metavar="KEY", help="the key once more")
    remove.set_defaults(do=remove_tenant)
    acts.add_parser("list", help="all tenants, and which services are not ready").set_defaults(
        do=list_tenants
    )
    for each in acts.choices.values():
        each.add_argument("--wait", type=float, default=60.0, metavar="SECONDS", help="for the services")


async def run(given: argparse.Namespace) -> int:
    settings = read(IdentitySettings)
    start_logging("identity", "WARNING")
    database = open_database(settings, "identity")
    try:
        return await cast("Act", given.do)(Desk(settings, database), given)
    except Problem as refusal:
        say(f"refused: {refusal.code} {refusal.fields or ''}".rstrip())
        return 1
    finally:
        await database.engine.dispose()


async def create_tenant(desk: Desk, given: argparse.Namespace) -> int:
    event_id = await commands.create_tenant(
        desk.register,
        given.key,
        name=given.name,
        kind=given.kind,
        legal_language=given.language,
        now=_now(),
    )
    return await _wait(desk, event_id, given.wait, f"{given.key} is ready")


async def rename_tenant(desk: Desk, given: argparse.Namespace) -> int:
    event_id = await commands.rename_tenant(desk.register, given.key, name=given.name, now=_now())
    return await _wait(desk, event_id, given.wait, f"{given.key} is now called {given.name}")


async def suspend_tenant(desk: Desk, given: argparse.Namespace) -> int:
    event_id = await commands.suspend_tenant(desk.register, given.key, now=_now())
    return await _wait(
        desk, event_id, given.wait, f"{given.key} is suspended; tokens lapse within five minutes"
    )


async def resume_tenant(desk: Desk, given: argparse.Namespace) -> int:
    event_id = await commands.resume_tenant(desk.register, given.key, now=_now())
    return await _wait(desk, event_id, given.wait, f"{given.key} is active")


async def export(desk: Desk, given: argparse.Namespace) -> int:
    event_id, name = await commands.request_export(desk.register, given.key, now=_now())
    folder = Path(desk.settings.export_dir) / name
    rows = await export_tenant(
        "identity", desk.settings.migration_db_url, given.key, folder, without=SECRET_TABLES
    )
    code = await _wait(desk, event_id, given.wait, f"{given.key} is written to {folder.resolve()}")
    async with platform_transaction(desk.database) as session:
        counts = {"identity": rows, **await queries.answers_to(session, event_id)}
    for service, count in counts.items():
        say(f"  {service}: {'no answer' if count is None else f'{count} rows'}")
    return code


async def remove_tenant(desk: Desk, given: argparse.Namespace) -> int:
    event_id = await commands.remove_tenant(desk.register, given.key, confirmed=given.confirm, now=_now())
    code = await _wait(desk, event_id, given.wait, f"{given.key} is removed everywhere")
    if code == 0:
        await commands.forget_tenant(desk.register, given.key)
    return code


async def list_tenants(desk: Desk, given: argparse.Namespace) -> int:
    async with platform_transaction(desk.database) as session:
        latest = await queries.latest_announcements(session)
        for tenant in await queries.register(session):
            announced = latest.get(tenant.key)
            answers = await queries.answers_to(session, announced.event_id) if announced else {}
            missing = [service for service, rows in answers.items() if rows is None]
            status = "removing" if tenant.removing else tenant.status
            state = f"waits for {', '.join(missing)}" if missing else "ready"
            say(f"{tenant.key}\t{tenant.kind}\t{tenant.legal_language}\t{status}\t{state}\t{tenant.name}")
    return 0


async def invite_person(desk: Desk, given: argparse.Namespace) -> int:
    account = ImportedAccount(
        name=given.name,
        email=given.email,
        language=given.language,
        roles=given.roles or ["administrator"],
    )
    say(f"{account.email}\t{await _import(desk, given.key, account)}")
    return 0


async def import_accounts(desk: Desk, given: argparse.Namespace) -> int:
    accounts = msgspec.json.decode(await asyncio.to_thread(sys.stdin.buffer.read), type=list[ImportedAccount])
    for account in accounts:
        say(f"{account.email}\t{await _import(desk, given.key, account)}")
    return 0


async def _import(desk: Desk, tenant: str, account: ImportedAccount) -> UUID:
    async with transaction(desk.database, tenant) as session:
        session.info[VAULT] = desk.vault
        return await import_account(session, tenant, account, now=_now())


async def rotate_keys(desk: Desk, given: argparse.Namespace) -> int:
    async with platform_transaction(desk.database) as session:
        key = await signing.rotate(session, desk.vault, now=_now())
    say(f"{key.kid} is published, and signs from {key.signs_from:%Y-%m-%d %H:%M:%S} UTC")
    return 0


async def list_keys(desk: Desk, given: argparse.Namespace) -> int:
    async with platform_transaction(desk.database) as session:
        for key in await signing.all_keys(session):
            say(f"{key.kid}\tsigns from {key.signs_from:%Y-%m-%d %H:%M:%S} UTC")
    return 0


async def _wait(desk: Desk, event_id: UUID, seconds: float, done: str) -> int:
    """Until every service has answered; 1 when some have not: they will when they can."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        async with platform_transaction(desk.database) as session:
            answers = await queries.answers_to(session, event_id)
        missing = [service for service, rows in answers.items() if rows is None]
        if not missing:
            say(done)
            return 0
        if asyncio.get_running_loop().time() > deadline:
            say(f"announced, but not yet answered by {', '.join(missing)}")
            return 1
        await asyncio.sleep(_POLL_SECONDS)


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    sys.exit(main())
