"""Tenants with what a victim-support team writes in a year or so: dossiers, persons, tasks, journals, grants.

Synthetic: the same content in every tenant, made once and copied from schema to schema.
"""

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from shared.auth import Compartment, Permission, Principal
from shared.db import Driver, uuid7
from shared.tenancy import schema_of

TEAM = UUID("018f0000-0000-7000-8000-00000000aaaa")
WORKERS = [UUID(f"018f0000-0000-7000-8000-{number:012x}") for number in range(1, 9)]
READER = WORKERS[0]
_FIRST_NAMES = ("Amina", "Bram", "Chantal", "Dirk", "Elif", "Femke", "Guido", "Hanne", "Ilse", "Jeroen")
_LAST_NAMES = ("Peeters", "Janssens", "Maes", "Jacobs", "Willems", "Claes", "Goossens", "Wouters", "Yilmaz")
_INCIDENTS = ("sudden_death", "traffic_death", "suicide", "burglary", "intrafamily_violence", "robbery")
_WRITTEN = (
    "gesprek thuis met de nabestaanden rustig verlopen vraagt informatie over de uitvaart en de formaliteiten "
    "heeft steun van familie en buren slaapt slecht afspraak gemaakt voor een volgende keer verwezen naar het "
    "algemeen welzijnswerk wil voorlopig geen verdere hulp telefoonnummer van de school doorgegeven"
)
_TABLES = ("persons", "dossiers", "dossier_persons", "grants", "conflict_blocks", "entries", "tasks")
_ORDERED_COLUMNS = {
    "persons": "id first_name last_name folded born_on email language address insz added_at added_by",
    "dossiers": (
        "id number kind compartment incident_type state holder team_id opened_at opened_by closed_at call_out_id "
        "place pv_number summary minors_involved version changed_at changed_by updated_at"
    ),
    "dossier_persons": "dossier_id person_id role safe_contact note added_at",
    "grants": "id dossier_id ground user_id team_id may_write starts_at ends_at granted_by",
    "conflict_blocks": "id dossier_id user_id reason declared_at declared_by",
    "entries": "id dossier_id kind capacity text code details at author author_service",
    "tasks": (
        "id dossier_id kind title due_on due_at state assignee compulsory attempt result why added_at done_at done_by"
    ),
}


def reader_of(tenant: str) -> Principal:
    """A worker who reads by her team, by what she holds herself, and never what she is blocked from."""
    return Principal(
        user_id=READER,
        tenant=tenant,
        session_id=uuid7(),
        permissions=frozenset({Permission.SELF, Permission.DOSSIER_READ, Permission.DOSSIER_WRITE}),
        compartments=frozenset({Compartment.POL_CARE}),
        roles=frozenset({"victim_support_worker"}),
        teams=frozenset({TEAM}),
        strong_at=datetime.now(UTC),
    )


@dataclass(frozen=True)
class Content:
    """The rows of one tenant, and which dossiers the reader may see."""

    rows: dict[str, list[tuple[Any, ...]]]
    in_sight: list[UUID]


def make(dossiers: int) -> Content:
    """`dossiers` of them; the reader sees five of six, and is blocked from one that her team has."""
    chance = random.Random(20240501)
    rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in _TABLES}
    in_sight: list[UUID] = []
    begin = datetime(2026, 1, 5, 9, tzinfo=UTC)
    for number in range(1, dossiers + 1):
        opened = begin + timedelta(hours=7 * number)
        dossier_id, holder = uuid7(), WORKERS[number % len(WORKERS)]
        state = "closed" if number % 4 == 0 else "open"
        blocked = number == 3
        by_team = number % 5 != 0
        rows["dossiers"].append((
            dossier_id, f"SPOT-2026-{number:04d}", "victim_support", "pol_care", chance.choice(_INCIDENTS), state,
            holder, TEAM, opened, holder, opened + timedelta(days=40) if state == "closed" else None, None,
            f"Molenstraat {number}, Aalst", f"AA.36.L3.{number:06d}/2026", _sentence(chance, 40), number % 7 == 0, 1,
            opened, holder, opened + timedelta(days=chance.randrange(60)),
        ))  # fmt: skip
        rows["grants"].append((uuid7(), dossier_id, "holder", holder, None, True, opened, None, holder))
        if by_team:
            rows["grants"].append((uuid7(), dossier_id, "team", None, TEAM, True, opened, None, holder))
        if blocked:
            rows["conflict_blocks"].append((uuid7(), dossier_id, READER, "acquainted", opened, READER))
        if (by_team or holder == READER) and not blocked:
            in_sight.append(dossier_id)
        for table, several in _belongings(chance, dossier_id, holder, opened, number):
            rows[table] += several
    return Content(rows, in_sight)


def _belongings(
    chance: random.Random, dossier_id: UUID, holder: UUID, opened: datetime, number: int
) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    persons, links = [], []
    for place, role in enumerate(("victim", "next_of_kin", "witness")[: chance.randint(1, 3)]):
        first, last, person_id = chance.choice(_FIRST_NAMES), chance.choice(_LAST_NAMES), uuid7()
        persons.append((
            person_id, first, last, f"{first} {last}".lower(), date(1950 + chance.randrange(60), 3, 14),
            f"{first}.{last}@example.be".lower(), "nl", f"Kerkplein {number}, 9300 Aalst", "",
            opened, holder,
        ))  # fmt: skip
        links.append((
            dossier_id, person_id, role, "Enkel bellen na 18 uur" if place == 0 else "", "",
            opened + timedelta(minutes=place),
        ))  # fmt: skip
    yield "persons", persons
    yield "dossier_persons", links
    yield "entries", [
        (
            uuid7(), dossier_id, "system" if line == 0 else chance.choice(("note", "contact")),
            "" if line == 0 else "victim_care", "" if line == 0 else _sentence(chance, 30),
            "dossier_opened" if line == 0 else "", json.dumps({"incident_type": "suicide"} if line == 0 else {}),
            opened + timedelta(days=line), holder, "",
        )
        for line in range(8)
    ]  # fmt: skip
    yield "tasks", [
        (
            uuid7(), dossier_id, "call_out_report" if line == 0 else "recontact", "",
            (opened + timedelta(days=days)).date(), None, "done" if line == 0 else "open", holder, True, 1,
            "done" if line == 0 else "", json.dumps({"rule": "calendar_days", "from": opened.isoformat()}), opened,
            opened if line == 0 else None, holder if line == 0 else None,
        )
        for line, days in enumerate((1, 14, 60))
    ]  # fmt: skip


def _sentence(chance: random.Random, words: int) -> str:
    return " ".join(chance.choices(_WRITTEN.split(), k=words)).capitalize() + "."


async def fill(migration_url: str, tenants: Sequence[str], content: Content) -> None:
    """Give all tenants the same content, freshly analysed as after a night of autovacuum."""
    connection = await asyncpg.connect(migration_url, timeout=10)
    try:
        first = schema_of(tenants[0])
        for table, rows in content.rows.items():
            await connection.copy_records_to_table(
                table, schema_name=first, columns=_ORDERED_COLUMNS[table].split(), records=rows
            )
        await _analyse(connection, first)
        for tenant in tenants[1:]:
            await connection.execute(";".join(_copies(first, schema_of(tenant))))
            await _analyse(connection, schema_of(tenant))
    finally:
        await connection.close()


async def _analyse(connection: Driver, schema: str) -> None:
    await connection.execute("ANALYZE " + ", ".join(f"{schema}.{table}" for table in _TABLES))


def _copies(source: str, target: str) -> Iterable[str]:
    for table, columns in _ORDERED_COLUMNS.items():
        named = ", ".join(columns.split())
        yield f"INSERT INTO {target}.{table} ({named}) SELECT {named} FROM {source}.{table}"
