"""Finding services, and what can be filtered by. Nothing of a search is kept, and no log holds it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.finding.answers import found_service
from services.referrals.finding.asked import asked
from services.referrals.finding.candidates import SEEN, candidates
from services.referrals.finding.geocoder import placed
from services.referrals.finding.paging import Page, page_of
from services.referrals.finding.synonyms import Group, Synonyms, brought_along, in_force
from services.referrals.finding.vocabulary import vocabulary
from services.referrals.geography.belgium import Spot
from services.referrals.social_map.eligibility import Known
from services.referrals.social_map.models import layer_of
from services.referrals.social_map.open_hours import BRUSSELS
from services.referrals.social_map.search_index import overlaid_again
from shared.auth import Permission, Principal
from shared.contracts import service_search as contract
from shared.db import driver_of


async def find_services(
    session: AsyncSession, principal: Principal, wish: contract.FindServices, *, now: datetime
) -> contract.FoundServices:
    """The services that have all words and pass all filters: those that certainly do not fit the client come last."""
    principal.require(Permission.SOCIAL_MAP_READ)
    await overlaid_again(session, now=now)
    synonyms = await synonyms_on(session, now.astimezone(BRUSSELS).date())
    vocabularies = [
        await vocabulary(session, "platform.map_words", ""),
        await vocabulary(session, "map_words", principal.tenant),
    ]
    words = await asked(session, wish.words, synonyms, vocabularies, language=wish.in_language)
    origin = await placed(session, wish)
    known = known_of(wish.client, origin)

    async def page(of: str) -> Page:
        async def ask(first: int, most: int) -> Sequence[Mapping[str, Any]]:
            return await candidates(session, wish, of, words.name, origin, now, first=first, most=most)

        return await page_of(ask, wish, known, origin, now)

    found = await page(words.every)
    loosened = not found.total and not found.at_least and words.some != words.every
    if loosened:
        found = await page(words.some)
    return contract.FoundServices(
        hits=[found_service(row, card, wish, known, origin, now) for row, card in found.rows],
        total=found.total,
        at_least=found.at_least,
        offset=found.offset,
        more=found.more,
        meant=words.meant,
        widened=words.widened,
        origin=None
        if origin is None or origin.latitude is None or origin.longitude is None
        else contract.FoundOrigin(
            name=origin.name,
            precision=origin.precision,
            latitude=origin.latitude,
            longitude=origin.longitude,
            municipality=origin.municipality,
        ),
        place_unknown=bool(wish.place.strip()) and origin is None,
        loosened=loosened and found.total > 0,
    )


async def choices(
    session: AsyncSession, principal: Principal, in_language: contract.Language, *, now: datetime
) -> contract.SearchChoices:
    """What can be filtered by now, with how many services each rubric has."""
    principal.require(Permission.SOCIAL_MAP_READ)
    await overlaid_again(session, now=now)
    rows = await driver_of(session).fetch(
        f"""
        WITH seen AS (SELECT rubrics, groups, languages FROM ({SEEN}) AS s),
        counted AS (SELECT term, count(*) AS services FROM seen, unnest(rubrics) AS term GROUP BY term)
        SELECT c.term, c.services, e.content, e.parent_id
        FROM counted AS c
        JOIN (SELECT id, content, parent_id FROM platform.map_entries WHERE kind = 'taxonomy_term'
              UNION ALL
              SELECT id, content, parent_id FROM map_entries WHERE kind = 'taxonomy_term') AS e ON e.id = c.term
        ORDER BY c.services DESC, c.term
        """  # noqa: S608 - constants
    )
    others = await driver_of(session).fetchrow(
        f"""
        WITH seen AS (SELECT groups, languages FROM ({SEEN}) AS s)
        SELECT count(*) AS services,
               array(SELECT DISTINCT unnest(groups) FROM seen ORDER BY 1) AS groups,
               array(SELECT DISTINCT unnest(languages) FROM seen ORDER BY 1) AS languages
        FROM seen
        """  # noqa: S608 - constants
    )
    rubrics = [
        contract.RubricChoice(
            term_id=row["term"],
            name=_term_name(row["content"], in_language),
            parent_id=row["parent_id"],
            services=row["services"],
        )
        for row in rows
    ]
    return contract.SearchChoices(
        rubrics=rubrics,
        groups=others["groups"] if others else [],
        languages=others["languages"] if others else [],
        services=others["services"] if others else 0,
    )


async def synonym_groups(
    session: AsyncSession, principal: Principal, *, now: datetime
) -> list[contract.SynonymGroup]:
    """Of each layer what its groups are today and will be, what is brought along too."""
    principal.require(Permission.SOCIAL_MAP_READ)
    rows = await _synonym_rows(session)
    today = now.astimezone(BRUSSELS).date()
    writes_in = layer_of(principal.tenant).value
    newest: dict[tuple[str, str], int] = {}
    for row in rows:
        key = (row["layer"], row["code"])
        newest[key] = max(row["version"], newest.get(key, 0))
    held = {
        ("shared", each.code): contract.SynonymGroup(
            code=each.code, words=each.words, also=each.also, hidden=False, valid_from=None, version=0,
            layer="shared", newest=newest.get(("shared", each.code), 0),
        )
        for each in brought_along()
    }  # fmt: skip
    planned = dict[tuple[str, str, date], contract.SynonymGroup]()
    for row in rows:
        key = (row["layer"], row["code"])
        group = contract.SynonymGroup(
            code=row["code"], words=row["words"], also=row["also"], hidden=row["hidden"], valid_from=row["valid_from"],
            version=row["version"], layer=row["layer"], newest=newest[key], follows=_follows(row), at=row["at"],
            by=row["by"] if row["layer"] == writes_in else None,
        )  # fmt: skip
        if row["valid_from"] <= today:
            held[key] = group
        else:
            planned[(*key, row["valid_from"])] = group
    return sorted(
        [*held.values(), *planned.values()],
        key=lambda each: (each.code, each.layer, each.valid_from or date.min),
    )


async def synonyms_on(session: AsyncSession, day: date) -> Synonyms:
    """The words of the field on a day: the product's, the editors' in their place, the tenant's own over both."""
    changes: dict[str, dict[str, Group | None]] = {"shared": {}, "own": {}}
    for row in await _synonym_rows(session):
        if row["valid_from"] > day:
            continue
        if _follows(row):
            changes[row["layer"]].pop(row["code"], None)
        else:
            group = Group(code=row["code"], words=row["words"], also=row["also"])
            changes[row["layer"]][row["code"]] = None if row["hidden"] else group
    over = {**changes["shared"], **changes["own"]}
    return in_force(over) if over else _untouched()


def _follows(row: Mapping[str, Any]) -> bool:
    """Says nothing and ends nothing: the layer below speaks again."""
    return not row["hidden"] and not row["words"] and not row["also"]


_UNTOUCHED: Final[list[Synonyms]] = []


def _untouched() -> Synonyms:
    if not _UNTOUCHED:
        _UNTOUCHED.append(in_force({}))
    return _UNTOUCHED[0]


async def _synonym_rows(session: AsyncSession) -> list[Any]:
    """Shared before own, older before newer: a later row takes the place of an earlier one."""
    rows: list[Any] = await driver_of(session).fetch(
        """
        SELECT code, version, words, also, hidden, valid_from, at, by, layer FROM (
            SELECT 1 AS turn, 'shared' AS layer, * FROM platform.map_synonyms
            UNION ALL SELECT 2, 'own', * FROM map_synonyms
        ) AS every ORDER BY turn, valid_from, version
        """
    )
    return rows


def known_of(client: contract.AboutClient | None, origin: Spot | None) -> Known:
    """What the rules are held against; the home is the place that was asked."""
    areas = origin.codes if origin else frozenset[str]()
    if client is None:
        return Known(areas=areas)
    return Known(
        age=client.age,
        areas=areas,
        gender=client.gender,
        language=client.language,
        target_groups=frozenset(client.target_groups),
        residence_status=client.residence_status,
        referred=client.referred,
    )


def _term_name(content: Mapping[str, Any], language: str) -> str:
    translated = content.get("translations", {}).get(language, {}).get("name")
    return str(translated or content.get("name", ""))
