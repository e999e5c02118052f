"""A message of bad news for another zone: asked by mail, tried at a closed door, brought by two, not confirmed yet."""

from datetime import datetime, time, timedelta

from msgspec.structs import replace
from sqlalchemy import select

from deploy.demo.workshop import BRUSSELS, Cast, Workshop, at
from services.cases.victim_support import commands
from services.cases.victim_support.bad_news import BadNews
from shared import outbox
from shared.contracts.bad_news import (
    BadNewsRecipient,
    DeliverBadNews,
    ReceiveBadNews,
    TryBadNews,
    VerifyBadNews,
)

_DAY = timedelta(days=1)
_ASKED, _CHECKED, _TRIED, _BROUGHT = time(15, 5), time(15, 20), time(16, 40), time(19, 10)
_REQUEST = ReceiveBadNews(
    about="Robin Callens, 1984, overleden in Gent",
    recipients=[
        BadNewsRecipient(name="Monique Roels", relation="moeder", age=68, address="Zandberg 31, 9300 Aalst")
    ],
    source="other_zone",
    way="mail",
    requester="PZ Gent, commissaris van wacht",
    reference="GE.39.L2.011872",
    incident_type="death_natural",
)
_CHECK = VerifyBadNews(how="Teruggebeld via de dispatching van PZ Gent; rijksregister nagekeken")
_TRY = TryBadNews(outcome="nobody_home", neighbours="nothing_told", place="Zandberg 31, 9300 Aalst")
_HEARD = DeliverBadNews(
    others="Inspecteur Van Damme",
    reaction="Vroeg waar hij nu is en of hij alleen was. Wilde haar dochter zelf bellen.",
    network_called="Dochter uit Lede, bleef slapen",
    goodbye_wish="yes",
    lift_embargo=True,
)


async def bring(workshop: Workshop, cast: Cast, *, now: datetime) -> None:
    """Yesterday, by the second worker; nothing when there is any message already."""
    day = now.astimezone(BRUSSELS).date() - _DAY
    worker = cast.with_role("spot_worker")[1]

    async with workshop.transaction("cases", cast.tenant.key) as session:
        if await session.scalar(select(BadNews.id).limit(1)) is not None:
            return
        asked, checked, tried, brought = (at(day, each) for each in (_ASKED, _CHECKED, _TRIED, _BROUGHT))
        news = await commands.receive_bad_news(
            session, cast.principal(worker, now=asked), _REQUEST, now=asked
        )
        await session.flush()
        of = news.bad_news_id
        await commands.verify_bad_news(session, cast.principal(worker, now=checked), _CHECK, of, now=checked)
        await commands.try_bad_news(session, cast.principal(worker, now=tried), _TRY, of, now=tried)
        heard = replace(_HEARD, deliverers=[worker])
        await commands.deliver_bad_news(session, cast.principal(worker, now=brought), heard, of, now=brought)
        outbox.withhold(session)
