"""Bringing in a package of 2,000 services, from the file to the index, against the bare rows in plain SQL."""

import csv
import io
import random
import time
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from services.referrals.imports import commands
from services.referrals.imports.models import MapImport
from services.referrals.social_map.models import EDITORIAL_TENANT
from shared.auth import Permission, Principal
from shared.contracts.map_imports import ImportStep, StartImport
from shared.db import Database, connect, driver_of, transaction, uuid7
from tests.load.effort import Effort
from tests.load.platform import provision, servers
from tests.load.report import Section, Target

TENANT = "pz_aalst"
SERVICES = 2_000
_GOAL_SECONDS = 60.0
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
_PLAIN = """
    INSERT INTO map_entries (id, kind, content, source, source_id, assured_by, check_months, version, changed_at)
    SELECT gen_random_uuid(), new.kind, new.content::jsonb, 'bare', gen_random_uuid()::text, '', 12, 1, now()
    FROM unnest($1::text[], $2::text[]) AS new (kind, content)
"""


async def measure(effort: Effort) -> Section:
    """One transaction for each piece, as the timers run them; nothing else at work."""
    services = SERVICES if effort.rounds > 1 else SERVICES // 10
    section = Section(
        "imports",
        "Bringing in a file",
        f"A zipped HSDS 1.1 package of {services:,} services with organisations, locations, phones, addresses and opening hours. "
        "Reading: the zip, every row, what would change, and the rows of the report. Writing: the entries in pieces, each field "
        "into the history, and each service into the index of the search. Again: the same file once more, which changes "
        "nothing. Plain SQL inserts the same contents as bare rows, without history, report or index.",
        ["step", "entries", "seconds", "entries a second"],
    )
    content = package(services)
    async with servers("referrals") as at:
        made = await at.database_of("referrals")
        await provision("referrals", made, [EDITORIAL_TENANT, TENANT])
        database = connect(
            made.service_url, "referrals", pool_size=2, statement_cache=100, recycle_seconds=3600
        )
        try:
            reading, key, contents = await _read(database, content)
            writing = await _written(database, key)
            again, second, _ = await _read(database, content)
            again += await _written(database, second)
            plain = await _plain(database, contents)
        finally:
            await database.engine.dispose()
    entries = len(contents)
    for step, seconds in (("reading and preview", reading), ("writing", writing), ("the same again", again)):
        section.row(step, f"{entries:,}", f"{seconds:.1f}", f"{entries / seconds:,.0f}")
    section.row(
        "from file to index",
        f"{entries:,}",
        f"{reading + writing:.1f}",
        f"{entries / (reading + writing):,.0f}",
        target=Target(reading + writing, _GOAL_SECONDS, at_most=True, digits=1, unit=" s"),
    )
    section.notes.append(
        f"Plain SQL: {plain:.2f} s; the whole way takes {(reading + writing) / plain:.0f} times as long."
    )
    return section


def package(services: int) -> bytes:
    """Invented services that look like those of a region; the same each time."""
    chance = random.Random(7)
    tables: dict[str, list[list[str]]] = {
        "organizations": [["id", "name", "description", "email", "url"]],
        "services": [
            ["id", "organization_id", "name", "description", "status", "fees", "application_process"]
        ],
        "locations": [["id", "organization_id", "name", "latitude", "longitude"]],
        "services_at_location": [["id", "service_id", "location_id"]],
        "phones": [["id", "service_id", "number", "type"]],
        "physical_addresses": [["id", "location_id", "address_1", "city", "postal_code", "country"]],
        "regular_schedules": [["id", "service_id", "weekday", "opens_at", "closes_at"]],
    }
    for number in range(services):
        key, owner = str(number), str(number // 4)
        if number % 4 == 0:
            tables["organizations"].append(
                [
                    owner,
                    f"Organisatie {owner}",
                    "Helpt mensen",
                    f"info{owner}@voorbeeld.be",
                    f"voorbeeld{owner}.be",
                ]
            )
            tables["locations"].append(
                [
                    owner,
                    owner,
                    f"Huis {owner}",
                    f"50.{chance.randrange(7000, 9999)}",
                    f"4.{chance.randrange(1000, 9999)}",
                ]
            )
            tables["physical_addresses"].append(
                [owner, owner, f"Kerkstraat {chance.randrange(1, 200)}", "Aalst", "9300", "BE"]
            )
        tables["services"].append(
            [
                key,
                owner,
                f"Dienst {key}",
                "Advies, begeleiding en opvang " * 5,
                "active",
                "gratis",
                "na afspraak",
            ]
        )
        tables["services_at_location"].append([key, key, owner])
        tables["phones"].append([key, key, f"053 70 {number // 100 % 100:02} {number % 100:02}", "voice"])
        for day, name in enumerate(_DAYS):
            tables["regular_schedules"].append(
                [f"{key}-{day}", key, name, "9:00", "17:00" if day < 4 else "12:00"]
            )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in tables.items():
            text = io.StringIO()
            csv.writer(text).writerows(rows)
            archive.writestr(f"{name}.csv", text.getvalue())
    return packed.getvalue()


def _editor() -> Principal:
    return Principal(
        user_id=UUID(int=7 << 64),
        tenant=TENANT,
        session_id=uuid7(),
        permissions=frozenset({Permission.SELF, Permission.SOCIAL_MAP_EDIT}),
    )


async def _read(database: Database, content: bytes) -> tuple[float, UUID, list[tuple[str, str]]]:
    started = time.monotonic()
    async with transaction(database, TENANT) as session:
        begun = await commands.start_import(
            session, _editor(), StartImport("bench", "bench.zip"), content, now=datetime.now(UTC)
        )
    async with transaction(database, TENANT) as session:
        await commands.read_import(session, TENANT, begun.import_id, now=datetime.now(UTC))
    seconds = time.monotonic() - started
    async with transaction(database, TENANT) as session:
        rows = await driver_of(session).fetch(
            "SELECT drafts FROM map_import_batches WHERE import_id = $1", begun.import_id
        )
    drafts = [draft for row in rows for draft in row["drafts"]]
    return (
        seconds,
        begun.import_id,
        [(draft["kind"], msgspec.json.encode(draft["content"]).decode()) for draft in drafts],
    )


async def _written(database: Database, key: UUID) -> float:
    started = time.monotonic()
    async with transaction(database, TENANT) as session:
        found = await session.get(MapImport, key)
        assert found is not None
        step = ImportStep(found.version)
        await commands.confirm_import(session, _editor(), step, key, now=datetime.now(UTC))
    while True:
        async with transaction(database, TENANT) as session:
            await commands.carry_on_import(session, TENANT, key, now=datetime.now(UTC))
        async with transaction(database, TENANT) as session:
            found = await session.get(MapImport, key)
            assert found is not None
            if found.state == "done":
                return time.monotonic() - started


async def _plain(database: Database, contents: Sequence[tuple[str, str]]) -> float:
    async with transaction(database, TENANT) as session:
        driver = driver_of(session)
        started = time.monotonic()
        await driver.execute(_PLAIN, [kind for kind, _ in contents], [content for _, content in contents])
        return time.monotonic() - started
