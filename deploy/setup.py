"""Prepares databases, schemas, streams and consumers on servers that are there: `python -m deploy.setup`.

Safe to repeat.
Needs `VANGNET_DATABASE_URL` (a superuser), `VANGNET_NATS_URL` (a user that may make streams), and for each service
`VANGNET_DB_PASSWORD_<SERVICE>` and `VANGNET_MIGRATOR_PASSWORD_<SERVICE>`.
"""

import asyncio
import os
import sys
from collections.abc import Mapping

from deploy.catalogue import OWNERS
from deploy.database import prepare_database
from deploy.nats.streams import ensure_streams
from shared.migrations import migrate


async def prepare(environ: Mapping[str, str], *, replicas: int) -> int:
    """Everything in order; the number of schemas that could not be migrated."""
    failed = 0
    for service in OWNERS:
        database = await prepare_database(
            environ["VANGNET_DATABASE_URL"],
            service,
            service_password=environ[f"VANGNET_DB_PASSWORD_{service.upper()}"],
            migrator_password=environ[f"VANGNET_MIGRATOR_PASSWORD_{service.upper()}"],
        )
        report = await migrate(service, database.migration_url)
        say(
            f"{service}: {len(report.migrated)} migrated, {report.unchanged} up to date, {len(report.failed)} failed"
        )
        for schema, error in report.failed.items():
            say(f"  {schema}: {error}")
        failed += len(report.failed)
    await ensure_streams(environ["VANGNET_NATS_URL"], replicas=replicas)
    say("streams and consumers: ready")
    return failed


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main() -> int:
    """The command line; what is missing in the environment is named."""
    try:
        return (
            1
            if asyncio.run(prepare(os.environ, replicas=int(os.environ.get("VANGNET_NATS_REPLICAS", "1"))))
            else 0
        )
    except KeyError as missing:
        say(f"{missing.args[0]} is missing")
        return 2


if __name__ == "__main__":
    sys.exit(main())
