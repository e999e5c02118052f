"""`python -m deploy.local`: the whole platform as processes on this machine, until Ctrl-C.

`codes` prints the demo accounts with the sign-in code of this moment; `service NAME ...` runs a command of a
service in the running platform's environment, for example `service cases parked list`.
"""

import argparse
import asyncio
import importlib.util
import logging
import os
import shutil
import signal
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import asyncpg
import nats.errors
import pyotp

from deploy.catalogue import OWNERS
from deploy.database import ServerTooOld, ServiceDatabase, prepare_database
from deploy.local import platform, processes, secrets
from deploy.local.console import Console
from deploy.local.lock import AlreadyRunning, hold
from deploy.local.nats_server import EmbeddedNats, NatsFailed
from deploy.local.platform import EXTERNAL_DATABASE, EXTERNAL_NATS, ROOT, Folder, Platform
from deploy.local.platform import process_environment as environment_of
from deploy.local.postbox import Postbox
from deploy.local.postgres import EmbeddedPostgres, PostgresFailed
from deploy.local.supervisor import StartFailed, Supervisor, run_to_end, service_command
from deploy.local.traffic import recall_traffic
from deploy.nats.streams import ensure_streams
from shared import migrations

FAILURES = (
    AlreadyRunning,
    PostgresFailed,
    NatsFailed,
    StartFailed,
    ServerTooOld,
    asyncpg.PostgresError,
    nats.errors.Error,
    OSError,
)
"""What can go wrong outside our code, each with a message for the person at the console."""


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    parser.add_argument(
        "--folder", type=Path, default=ROOT / ".local", help="where data, logs and secrets are kept"
    )
    acts = parser.add_subparsers(dest="act")
    up = acts.add_parser("up", help="start the platform")
    up.add_argument("--fresh", action="store_true", help="begin with empty data")
    acts.add_parser("codes", help="the demo accounts with the sign-in code of this moment")
    service = acts.add_parser("service", help="run a command of a service beside the running platform")
    service.add_argument("name")
    service.add_argument("arguments", nargs=argparse.REMAINDER)
    given = parser.parse_args()
    logging.getLogger().addHandler(logging.NullHandler())  # what matters is said in words, below
    folder = Folder(given.folder.resolve())
    console = Console()
    match given.act:
        case "codes":
            return show_accounts(folder, console)
        case "service":
            return run_service_command(folder, given.name, given.arguments)
        case _:
            return start(folder, console, fresh=getattr(given, "fresh", False))


def start(folder: Folder, console: Console, *, fresh: bool) -> int:
    """Run the platform until a signal says stop."""
    if "MAKELEVEL" in os.environ:
        # whoever kills make means the platform
        processes.die_with_parent(signal.SIGTERM)
    try:
        with hold(folder.path / "lock"):
            asyncio.run(run(folder, console, fresh=fresh))
    except FAILURES as failure:
        console.say(f"\n{failure or type(failure).__name__}")
        return 1
    except asyncio.CancelledError:
        console.say("Stopped.")
    return 0


async def run(folder: Folder, console: Console, *, fresh: bool) -> None:
    """The story of a start, in the order in which it is told. Leaving it, however, ends all that it started."""
    watching_terminal = stop_when_told(console)
    if fresh:
        empty(folder)
    known = secrets.load_or_make(folder.secrets)
    supervisor = Supervisor(console, folder)
    async with AsyncExitStack() as stack:
        stack.callback(watching_terminal.cancel)
        database_url = start_postgres(folder, known, console, supervisor, stack)
        with console.step("databases"):
            databases = await prepare_databases(database_url, known)
        with console.step("migrations"):
            await migrate(databases)
        ports = platform.choose_ports()
        nats_urls = await start_nats(folder, known, console, supervisor, stack)
        with console.step("development postbox"):
            postbox = await stack.enter_async_context(
                Postbox(folder.path / "postbox", sms_secret=known.sms_secret)
            )
        running = platform.describe(
            folder,
            known,
            database_url=database_url,
            databases=databases,
            nats_urls=nats_urls,
            smtp_url=postbox.smtp_url,
            postbox_url=postbox.http_url,
            ports=ports,
        )
        stack.callback(supervisor.stop)
        with console.step(f"services: {', '.join(ports)}"):
            supervisor.start(running)
            await supervisor.wait_until_ready()
        platform.write(folder, running)
        watching = asyncio.create_task(supervisor.watch())
        stack.callback(watching.cancel)
        await make_demo(folder, running, console)
        running.accounts = platform.demo_accounts(folder)
        platform.write(folder, running)
        announce(folder, running, console)
        await watching


def stop_when_told(console: Console) -> asyncio.Task[None]:
    """Ctrl-C, `kill` and a closed terminal all mean the same; once is enough."""
    task = asyncio.current_task()
    loop = asyncio.get_running_loop()
    asked: list[str] = []

    def stop(why: str) -> None:
        if not asked and task is not None:
            console.say("\nStopping ...")
            task.cancel()
        asked.append(why)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # nohup asks us to outlive the terminal
        if signal.getsignal(number) is not signal.SIG_IGN:
            loop.add_signal_handler(number, stop, number.name)

    async def watch_terminal() -> None:
        """Where make itself leads the terminal's session, it is told of the end and does not pass it on."""
        if sys.stdout.isatty():
            while sys.stdout.isatty():
                await asyncio.sleep(0.5)
            stop("terminal closed")

    return asyncio.create_task(watch_terminal())


def empty(folder: Folder) -> None:
    """Throw away everything that the embedded parts keep; a server of somebody's own is not ours to empty."""
    for variable in (EXTERNAL_DATABASE, EXTERNAL_NATS):
        if os.environ.get(variable):
            raise StartFailed(f"FRESH=1 empties embedded servers only: empty the one of {variable} yourself")
    EmbeddedPostgres(folder.path / "postgres", password="").erase()
    for entry in folder.path.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        elif entry.name != "lock":
            entry.unlink()


def start_postgres(
    folder: Folder, known: secrets.Secrets, console: Console, supervisor: Supervisor, stack: AsyncExitStack
) -> str:
    """The embedded server, unless the environment names another."""
    if url := os.environ.get(EXTERNAL_DATABASE):
        console.say(f"  PostgreSQL of {EXTERNAL_DATABASE}")
        return url
    with console.step("PostgreSQL 18"):
        server = stack.enter_context(
            EmbeddedPostgres(folder.path / "postgres", password=known.database_admin)
        )
    supervisor.servers["PostgreSQL"] = server
    return server.admin_url


async def start_nats(
    folder: Folder, known: secrets.Secrets, console: Console, supervisor: Supervisor, stack: AsyncExitStack
) -> dict[str, str]:
    """The embedded server, unless the environment names another; in both the streams and consumers."""
    if url := os.environ.get(EXTERNAL_NATS):
        with console.step(f"NATS of {EXTERNAL_NATS}: streams and consumers"):
            await ensure_streams(url)
        return platform.external_nats_urls(url)
    with console.step("NATS with its users, streams and consumers"):
        traffic = recall_traffic(folder.path / "traffic.json")
        server = stack.enter_context(
            EmbeddedNats(folder.path / "nats", passwords=known.nats, traffic=traffic)
        )
        await ensure_streams(server.url("admin"), traffic)
    supervisor.servers["NATS"] = server
    return {user: server.url(user) for user in known.nats}


async def prepare_databases(admin_url: str, known: secrets.Secrets) -> dict[str, ServiceDatabase]:
    """A database and two logins for each service that owns data."""
    return {
        owner: await prepare_database(
            admin_url,
            owner,
            service_password=known.database_service[owner],
            migrator_password=known.database_migrator[owner],
        )
        for owner in OWNERS
    }


async def migrate(databases: dict[str, ServiceDatabase]) -> None:
    """What `python -m services.<name> migrate` does for each, without starting Python four times."""
    for owner, database in databases.items():
        report = await migrations.migrate(owner, database.migration_url)
        if report.failed:
            failed = ", ".join(f"{schema} ({error})" for schema, error in report.failed.items())
            raise StartFailed(f"migrations of {owner} failed in {failed}")


async def make_demo(folder: Folder, running: Platform, console: Console) -> None:
    """Demo tenants, once per database; the step reads platform.json and leaves demo.json."""
    if importlib.util.find_spec("deploy.demo") is None:
        return
    where = os.environ.get(EXTERNAL_DATABASE) or "embedded"
    if folder.seeded.exists() and folder.seeded.read_text() == where:
        return
    command = [sys.executable, "-m", "deploy.demo", str(folder.platform), str(folder.demo)]
    with console.step("demo tenants"):
        await run_to_end("the demo", command, folder.log("demo"))
    folder.seeded.write_text(where)


def announce(folder: Folder, running: Platform, console: Console) -> None:
    """Where to go and who to be."""
    console.say(f"\nVangnet runs at {running.gateway_url} (started in {console.seconds:.1f} s)")
    if not running.gateway_url.endswith(f":{platform.GATEWAY_PORT}"):
        console.say(f"Port {platform.GATEWAY_PORT} is taken, so it is another one.")
    if running.accounts:
        show_accounts(folder, console)
    console.say(f"\nLogs are in {running.logs}. Ctrl-C stops everything.")


def show_accounts(folder: Folder, console: Console) -> int:
    """A table of the demo accounts; a code holds for half a minute."""
    accounts = platform.demo_accounts(folder)
    if not accounts:
        console.say("There are no demo accounts yet: start the platform with `make up`.")
        return 1
    rows = [
        (each.tenant, each.role, each.email, each.password, pyotp.TOTP(each.totp_secret).now())
        for each in accounts
    ]
    console.say()
    console.table(("tenant", "role", "sign in as", "password", "code now"), rows)
    console.say("\n`make codes` shows the codes of another moment.")
    return 0


def run_service_command(folder: Folder, name: str, arguments: list[str]) -> int:
    """Run `python -m services.NAME ...` with the environment of the platform that runs here."""
    try:
        running = platform.read(folder)
        environment = environment_of(running, name)
    except (FileNotFoundError, KeyError):
        print(f"no platform with a service {name} runs here: start it with `make up`", file=sys.stderr)
        return 1
    return subprocess.run(
        service_command(name, *arguments), check=False, env=environment, cwd=ROOT
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
