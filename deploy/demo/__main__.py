"""`python -m deploy.demo PLATFORM_JSON DEMO_JSON`: fills a running platform with the demo tenants.

Everything is done by the services' own commands, each in a transaction of its service and at the moment in the past
at which it happened, so that dates, tasks and the audit trail are true. What exists stays: a second run adds nothing.
"""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from deploy.demo import (
    bad_news,
    call_outs,
    dossiers,
    first_content,
    letters,
    outreach,
    own_hours,
    referrals,
    roster,
    self_test,
    tenants,
    worries,
)
from deploy.demo.script import demo_stories, demo_tenants
from deploy.demo.workshop import NotReady, Workshop
from deploy.local.platform import Account, Platform
from deploy.local.secrets import write_private

_ARGUMENTS = 3
_POLICE = "police_zone"
_MUNICIPALITY = "municipality"
_EDITORS = "editorial_office"


class DemoFile(msgspec.Struct):
    """What the launcher shows to people, and scripts sign in with."""

    accounts: list[Account]


def main(arguments: list[str]) -> int:
    if len(arguments) != _ARGUMENTS:
        print("usage: python -m deploy.demo PLATFORM_JSON DEMO_JSON", file=sys.stderr)
        return 2
    platform = msgspec.json.decode(Path(arguments[1]).read_bytes(), type=Platform)
    try:
        asyncio.run(make(platform, Path(arguments[2]), now=datetime.now(UTC)))
    except NotReady as late:
        print(late, file=sys.stderr)
        return 1
    return 0


async def make(platform: Platform, demo_file: Path, *, now: datetime) -> None:
    """Tenants first, so that the other services get ready while identity's staff is registered."""
    workshop = Workshop(platform)
    script, stories = demo_tenants(), demo_stories()
    known = {account.email: account for account in _accounts_in(demo_file)}
    password = next((account.password for account in known.values()), tenants.new_password())
    accounts: list[Account] = []
    try:
        await tenants.announce(workshop, script, now=now)
        casts = [await tenants.employ(workshop, tenant, now=now) for tenant in script]
        for cast in casts:
            accounts += await tenants.open_accounts(workshop, cast, known, password, now=now)
        # kept as soon as they exist: a later step may fail and be done again
        write_private(demo_file, msgspec.json.format(msgspec.json.encode(DemoFile(accounts))))
        await workshop.wait_for([tenant.key for tenant in script])
        for cast in casts:
            if cast.tenant.kind == _EDITORS:
                # before the others: what they refer to stands in the shared layer
                await first_content.bring_in(workshop, cast, now=now)
        for cast in casts:
            if cast.tenant.levels:
                await roster.plan(workshop, cast, now=now)
            if cast.tenant.kind == _MUNICIPALITY:
                await outreach.look_for(workshop, cast, now=now)
            if cast.tenant.kind == _POLICE:
                await roster.look_ahead(workshop, cast, now=now)
                await own_hours.plan(workshop, cast, now=now)
                await self_test.switch_on(workshop, cast, now=now)
                await self_test.remember(workshop, cast, now=now)
                await call_outs.happen(workshop, cast, stories.stories, stories.running, now=now)
                await dossiers.write(workshop, cast, stories.stories, now=now)
                await call_outs.finish(workshop, cast, await dossiers.reports(workshop, cast), now=now)
                await bad_news.bring(workshop, cast, now=now)
                await worries.pass_on(workshop, cast, now=now)
                await referrals.refer(workshop, cast, stories.stories, now=now)
                await letters.write(workshop, cast, stories.stories, stories.letters, now=now)
                await dossiers.break_glass(workshop, cast, stories.stories, stories.break_glass, now=now)
    finally:
        await workshop.close()


def _accounts_in(demo_file: Path) -> list[Account]:
    if not demo_file.exists():
        return []
    return msgspec.json.decode(demo_file.read_bytes(), type=DemoFile).accounts


if __name__ == "__main__":
    sys.exit(main(sys.argv))
