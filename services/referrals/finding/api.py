"""The doors by which services are found, the words of the field are kept, and the help lines are read by everybody."""

from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from services.referrals.content.helplines import InFourLanguages, helplines
from services.referrals.finding import commands, queries
from shared.app import Door
from shared.contracts import service_search as contract


@post("/services/search", operation_id="findServices", status_code=200)
async def find_services(
    door: NamedDependency[Door], data: JSONBody[contract.FindServices]
) -> contract.FoundServices:
    """A search that may hold where and who a client is: nothing of it is in an address or a log."""
    return await door.ask(queries.find_services, data)


@get("/services/search", operation_id="findServicesByWords")
async def find_services_by_words(
    door: NamedDependency[Door],
    words: FromQuery[str] = "",
    rubric: FromQuery[list[UUID] | None] = None,
    group: FromQuery[list[str] | None] = None,
    language: FromQuery[list[str] | None] = None,
    open_now: FromQuery[bool] = False,
    wheelchair: FromQuery[bool] = False,
    free_places: FromQuery[bool] = False,
    in_language: FromQuery[contract.Language] = "nl",
    offset: FromQuery[int] = 0,
    limit: FromQuery[int] = 20,
) -> contract.FoundServices:
    """A search that can be shared: words and filters, nothing of a client."""
    wish = contract.FindServices(
        words=words[:200],
        rubrics=(rubric or [])[:20],
        groups=(group or [])[:20],
        languages=(language or [])[:10],
        open_now=open_now,
        wheelchair=wheelchair,
        free_places=free_places,
        in_language=in_language,
        offset=min(max(offset, 0), contract.MOST_OFFSET),
        limit=min(max(limit, 1), contract.MOST_HITS),
    )
    return await door.ask(queries.find_services, wish)


@get("/services/search/choices", operation_id="searchChoices")
async def search_choices(
    door: NamedDependency[Door], in_language: FromQuery[contract.Language] = "nl"
) -> contract.SearchChoices:
    return await door.ask(queries.choices, in_language)


@get("/synonyms", operation_id="synonymGroups")
async def synonym_groups(door: NamedDependency[Door]) -> list[contract.SynonymGroup]:
    return await door.ask(queries.synonym_groups)


@post("/synonyms/{code:str}", operation_id="saveSynonyms", status_code=200)
async def save_synonyms(
    door: NamedDependency[Door], data: JSONBody[contract.SaveSynonyms], code: FromPath[str]
) -> contract.SynonymRef:
    return await door.do(commands.save_synonyms, data, code)


@get("/help-lines", operation_id="helpLines", security=[])
async def help_lines() -> contract.HelpLines:
    """For everybody, signed in or not: numbers are not a secret."""
    return contract.HelpLines(
        lines=[
            contract.HelpLine(
                code=each.code,
                number=each.number,
                dial=each.dial,
                group=each.group,
                always_open=each.always_open,
                names=_texts(each.names),
                what=_texts(each.what),
                for_whom=_texts(each.for_whom),
                when=_texts(each.when),
                languages=each.languages,
                cost=each.cost,
                website=each.website,
            )
            for each in helplines()
        ]
    )


def _texts(said: InFourLanguages) -> dict[str, str]:
    return {language: said.in_language(language) for language in ("nl", "fr", "de", "en")}


ROUTES = [
    find_services,
    find_services_by_words,
    search_choices,
    synonym_groups,
    save_synonyms,
    help_lines,
]
