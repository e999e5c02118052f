"""Finding a service among ten and a hundred thousand, against the same statement in plain SQL."""

import random
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import aiohttp
import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.database import ServiceDatabase
from services.referrals.finding.asked import Asked, asked
from services.referrals.finding.candidates import candidates
from services.referrals.finding.paging import Page, page_of
from services.referrals.finding.queries import known_of, synonyms_on
from services.referrals.finding.synonyms import brought_along
from services.referrals.finding.vocabulary import vocabulary
from services.referrals.geography.belgium import belgium
from services.referrals.social_map.models import EDITORIAL_TENANT, Layer
from services.referrals.social_map.writing import Draft, write
from shared.auth import Permission, Principal
from shared.contracts.service_search import FindServices, FoundServices
from shared.db import Database, connect, direct_connection, transaction, uuid7
from tests.load.arithmetic import median, percentile, ratio
from tests.load.effort import Effort
from tests.load.platform import provision, real_service, servers
from tests.load.report import Section, Target
from tests.load.resources import own_memory_mb

TENANT = "pz_aalst"
FIRST, SECOND = 10_000, 100_000
_BATCH = 500
_QUERIES = 60
_GOAL = 2.5
_MEGABYTES = 150
_FILLER = [
    "gesprek",
    "begeleiding",
    "gratis",
    "inwoners",
    "gemeente",
    "afspraak",
    "samen",
    "praktische",
    "informatie",
    "vragen",
    "dienst",
    "opvang",
    "wijk",
    "team",
    "medewerker",
    "luisteren",
    "advies",
    "ondersteuning",
    "aanvraag",
    "documenten",
    "week",
    "maandag",
    "bereikbaar",
    "vertrouwelijk",
    "gezin",
]


async def measure(effort: Effort) -> Section:
    """One process of referrals, one search after the other, in turns with its statement on a connection of its own."""
    first, second = (FIRST, SECOND) if effort.rounds > 1 else (FIRST // 10, SECOND // 10)
    section = Section(
        "search",
        "Finding a service",
        f"`POST /services/search` of one tenant, one request after the other: {_QUERIES} searches of one to three words of "
        "the field (a third mistyped), half of them from a postal code, some with filters. The services are written by the "
        f"commands up to {first:,} and copied in the index from there to {second:,}. Plain SQL means the very statements that "
        "the search sends (a second one when nothing has all the words), with their parameters ready, by asyncpg inside the tenant. Ours adds HTTP, the token, entering the "
        f"tenant, reading the words, judging the rules and hours of each candidate, and JSON. {effort.rounds} rounds in turns.",
        ["services", "plain SQL p50 ms", "plain SQL p95 ms", "ours p50 ms", "ours p95 ms", "memory MB"],
    )
    async with servers("referrals") as at:
        made = await at.database_of("referrals")
        await provision("referrals", made, [EDITORIAL_TENANT, TENANT])
        database = connect(
            made.service_url, "referrals", pool_size=2, statement_cache=100, recycle_seconds=3600
        )
        try:
            started = time.monotonic()
            await fill(database, first)
            section.notes.append(
                f"Written and indexed: {first / (time.monotonic() - started):,.0f} services a second, each with its location."
            )
            async with real_service("referrals", at, made) as ours:
                token = at.stand_ins.token_of(_reader(), "Ed25519")
                for size in (first, second):
                    await copy(made, size // first)
                    await _compare(section, effort, database, ours.port, ours.pid, token, size)
        finally:
            await database.engine.dispose()
    return section


def _reader() -> Principal:
    return Principal(
        user_id=UUID(int=7 << 64),
        tenant=TENANT,
        session_id=uuid7(),
        permissions=frozenset({Permission.SELF, Permission.SOCIAL_MAP_READ}),
    )


async def _compare(
    section: Section, effort: Effort, database: Database, port: int, pid: int, token: str, size: int
) -> None:
    wishes = list(searches(random.Random(size)))
    async with aiohttp.ClientSession() as client:
        await _ours(client, port, token, wishes)
        await _alone(database, wishes)
        alone = [await _alone(database, wishes)]
        ours = [await _ours(client, port, token, wishes)]
        for _ in range(effort.rounds - 1):
            alone.append(await _alone(database, wishes))
            ours.append(await _ours(client, port, token, wishes))
    memory = own_memory_mb(pid)
    section.row(
        f"{size:,}",
        f"{median([percentile(each, 0.5) for each in alone]):.1f}",
        f"{median([percentile(each, 0.95) for each in alone]):.1f}",
        f"{median([percentile(each, 0.5) for each in ours]):.1f}",
        f"{median([percentile(each, 0.95) for each in ours]):.1f}",
        f"{memory:.0f}",
        target=Target(
            ratio([percentile(each, 0.95) for each in ours], [percentile(each, 0.95) for each in alone]),
            _GOAL,
            at_most=True,
            unit=" times",
        ),
    )
    section.row(
        f"{size:,}: memory of the process", "", "", "", "", "",
        target=Target(memory, _MEGABYTES, at_most=True, digits=0, unit=" MB"),
    )  # fmt: skip


async def _ours(
    client: aiohttp.ClientSession, port: int, token: str, wishes: list[FindServices]
) -> list[float]:
    taken = []
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    for wish in wishes:
        started = time.perf_counter()
        async with client.post(
            f"http://127.0.0.1:{port}/services/search",
            data=msgspec.json.encode(wish),
            headers={**headers, "Idempotency-Key": str(uuid7())},
        ) as answer:
            body = await answer.read()
        taken.append((time.perf_counter() - started) * 1000)
        msgspec.json.decode(body, type=FoundServices)
    return taken


async def _alone(database: Database, wishes: list[FindServices]) -> list[float]:
    taken, now = [], datetime.now(UTC)
    async with transaction(database, TENANT) as session:
        synonyms = await synonyms_on(session, now.date())
        words = [
            await vocabulary(session, "platform.map_words", ""),
            await vocabulary(session, "map_words", TENANT),
        ]
        for wish in wishes:
            read = await asked(session, wish.words, synonyms, words)
            taken.append(await _statements(session, wish, read, now))
    return taken


async def _statements(session: AsyncSession, wish: FindServices, read: Asked, now: datetime) -> float:
    """Milliseconds in the database for what the search asks of it: once, or again with fewer words or for more."""
    origin = belgium().named(wish.place)
    known = known_of(wish.client, origin)
    taken = 0.0

    async def found(words: str) -> Page:
        async def ask(first: int, most: int) -> Sequence[Mapping[str, Any]]:
            nonlocal taken
            started = time.perf_counter()
            rows = await candidates(session, wish, words, read.name, origin, now, first=first, most=most)
            taken += (time.perf_counter() - started) * 1000
            return rows

        return await page_of(ask, wish, known, origin, now)

    page = await found(read.every)
    if not page.total and not page.at_least and read.some != read.every:
        await found(read.some)
    return taken


def searches(chance: random.Random) -> list[FindServices]:
    """What tired people type."""
    phrases = [word for group in brought_along() for word in group.words["nl"]]
    found = []
    for number in range(_QUERIES):
        words = chance.choice(phrases)
        if number % 3 == 0 and len(words) > 5:
            place = chance.randrange(1, len(words) - 1)
            words = words[:place] + words[place + 1 :]
        found.append(
            FindServices(
                words=f"{words} {chance.choice(_FILLER)}" if number % 4 == 0 else words,
                place=chance.choice(["9300", "8500", "2980", "Gent", "1000"]) if number % 2 else "",
                within_km=25 if number % 6 == 1 else None,
                wheelchair=number % 10 == 0,
                open_now=number % 12 == 0,
            )
        )
    return found


async def fill(database: Database, size: int) -> None:
    """Services with words of the field, spread over Flanders, by the one way to write entries."""
    chance = random.Random(1)
    groups, now = list(brought_along()), datetime.now(UTC)
    for start in range(0, size, _BATCH):
        drafts = []
        for number in range(start, min(start + _BATCH, size)):
            group = chance.choice(groups)
            word = chance.choice(group.words["nl"])
            service_id, location_id = uuid7(), uuid7()
            text = " ".join(chance.choices(_FILLER, k=40)) + " " + chance.choice(groups).words["nl"][0]
            hours = {"freq": "WEEKLY", "byday": "MO,TU,WE,TH,FR", "opens_at": "09:00", "closes_at": "17:00"}
            content = {
                "name": f"{word.capitalize()} {number}",
                "description": text,
                "minimum_age": chance.choice([0, 12, 18, 60]),
                "schedules": [hours],
                "phones": [{"number": "+3253123456"}],
            }
            where = {
                "name": word,
                "latitude": chance.uniform(50.75, 51.4),
                "longitude": chance.uniform(2.7, 5.7),
                "accessibility": [{"wheelchair": chance.choice(["yes", "no"])}],
            }
            drafts += [
                Draft(kind="location", id=location_id, source_id=f"l{number}", content=where),
                Draft(kind="service", id=service_id, source_id=f"s{number}", content=content),
                Draft(
                    kind="service_at_location",
                    id=uuid7(),
                    source_id=f"a{number}",
                    content={},
                    service_id=service_id,
                    location_id=location_id,
                ),
            ]
        async with transaction(database, EDITORIAL_TENANT) as session:
            await write(session, Layer.SHARED, drafts, source="import:bench", by=None, now=now)


async def copy(made: ServiceDatabase, times: int) -> None:
    """The same services so many times, each copy somewhere else; the index of words is made anew, which is quicker."""
    columns = (
        "organization_id, name, words, rubrics, groups, languages, areas, minimum_age, maximum_age, wheelchair, placed, "
        "available, open_week, assured_at, check_at, hidden, base_at, card, indexed_at"
    )
    owner = await direct_connection(made.migration_url, "bench")
    try:
        # command by command: each may take longer than a statement of a service ever does
        for statement in (
            "DROP INDEX platform.map_search_by_words",
            f"""
            INSERT INTO platform.map_search (service_id, {columns}, latitudes, longitudes)
            SELECT gen_random_uuid(), {columns}, ARRAY[50.75 + random() * 0.65], ARRAY[2.7 + random() * 3]
            FROM platform.map_search, generate_series(2, {times})
            """,
            "CREATE INDEX map_search_by_words ON platform.map_search USING gin (words) WITH (fastupdate = off)",
            "ANALYZE platform.map_search",
        ):
            await owner.execute(statement, timeout=600)
    finally:
        await owner.close()
