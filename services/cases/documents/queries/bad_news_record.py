"""The record of bad news: who asked, how it was checked, who went, every attempt, and how it was heard."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.documents.setting import Data, fact_list, heading, moment_words, paragraph, point
from services.cases.victim_support.queries.aftercare import bad_news_of
from shared.client import client_of
from shared.contracts.bad_news import BadNewsAttempt, BadNewsRecipient, BadNewsView
from shared.contracts.identity import StaffEntry
from shared.errors import NotFound

Row = tuple[str, str]
Names = Mapping[UUID, str]

_HEARD: Final = ("reaction", "children_informed_by", "network_called")


async def bad_news_blocks(
    session: AsyncSession, tenant: str, dossier_id: UUID, words: Mapping[str, str], language: str
) -> list[Data]:
    """Every message of the dossier. Raises `NotFound` when there is none, `ServiceUnreachable` without names.

    A record that does not say who brought the news is worth nothing, so it is not printed without them.
    """
    found = await bad_news_of(session, dossier_id)
    if not found:
        raise NotFound
    client = client_of(session)
    token = await client.own_token(tenant)
    staff = await client.ask("identity", "/staff", list[StaffEntry], token=token)
    names = {each.user_id: each.name for each in staff}
    blocks = [block for news in found for block in _message(news, names, words, language)]
    return [*blocks, paragraph(words["signature"])]


def _message(news: BadNewsView, names: Names, words: Mapping[str, str], language: str) -> Iterator[Data]:
    """One message; what is not known yet is not there."""
    yield heading(f"{news.about} ({words[f'kind_{news.kind}']})")
    yield fact_list(_asked(news, names, words, language))
    yield fact_list(_went(news, names, words, language))
    if news.attempts:
        yield heading(words["attempts"])
        for each in news.attempts:
            yield point(_attempt(each, names, words, language))
    yield heading(words["outcome"])
    yield fact_list(_outcome(news, words, language))


def _asked(news: BadNewsView, names: Names, words: Mapping[str, str], language: str) -> Iterator[Row]:
    asked = (words[f"source_{news.source}"], news.requester, news.reference, words[f"way_{news.way}"])
    yield words["asked"], _together(asked)
    yield words["received"], moment_words(news.received_at, language)
    yield words["verified"], _at(news.verified_at, language, news.verified_how)
    yield words["verified_by"], names.get(news.verified_by, words["unknown"]) if news.verified_by else ""
    yield words["recipients"], "\n".join(_recipient(each, words) for each in news.recipients)


def _went(news: BadNewsView, names: Names, words: Mapping[str, str], language: str) -> Iterator[Row]:
    went = [names.get(each, words["unknown"]) for each in news.deliverers]
    yield words["went" if news.delivered_at else "goes"], _together((*went, news.others))
    yield words["alone_because"], news.alone_because
    yield words["brought"], _at(news.delivered_at, language, news.delivered_place)


def _outcome(news: BadNewsView, words: Mapping[str, str], language: str) -> Iterator[Row]:
    if news.state == "confirmed_to_requester":
        reached = "not_deliverable" if news.not_deliverable_because else "delivered"
    else:
        reached = news.state
    yield words["state"], words[f"state_{reached}"]
    if news.not_deliverable_because:
        yield words["because"], words[f"because_{news.not_deliverable_because}"]
    if news.delivered_at is not None:
        if news.first_recipient is not None:
            yield words["heard_first"], news.recipients[news.first_recipient].name
        yield words["minor_because"], news.minor_because
        for name in _HEARD:
            yield words[name], getattr(news, name)
        yield words["goodbye_wish"], words[f"wish_{news.goodbye_wish}"]
        told = [words[name] for name in ("donation_told", "autopsy_told") if getattr(news, name)]
        yield words["explained"], ", ".join(told)
        yield words["belongings"], news.belongings
    yield words["confirmed"], _at(news.confirmed_at, language, news.confirmed_to)
    yield words["embargo"], words["embargo_yes" if news.embargo else "embargo_no"]


def _attempt(attempt: BadNewsAttempt, names: Names, words: Mapping[str, str], language: str) -> str:
    said = [
        words[f"attempt_{attempt.outcome}"],
        attempt.place,
        f"{words['neighbours']}: {words[f'neighbours_{attempt.neighbours}']}",
        attempt.note,
        names.get(attempt.by, words["unknown"]),
    ]
    return f"{moment_words(attempt.at, language)}: {'; '.join(each for each in said if each)}"


def _recipient(recipient: BadNewsRecipient, words: Mapping[str, str]) -> str:
    age = words["age"].replace("{age}", str(recipient.age)) if recipient.age is not None else ""
    return _together((recipient.name, recipient.relation, age, recipient.address))


def _at(moment: datetime | None, language: str, more: str) -> str:
    return _together((moment_words(moment, language), more)) if moment else ""


def _together(said: Iterable[str]) -> str:
    return ", ".join(each for each in said if each)
