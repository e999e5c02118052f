"""Everything of aftercare in one dossier."""

from datetime import datetime
from typing import TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.access import caller, visible
from services.cases.dossiers.deadlines import local_day
from services.cases.dossiers.models import Dossier
from services.cases.dossiers.people import DossierPerson
from services.cases.victim_support.bad_news import BadNews, BadNewsTry
from services.cases.victim_support.home_ban_rules import longest_extension, rule_on
from services.cases.victim_support.models import (
    Consent,
    Goodbye,
    HomeBan,
    PracticalHelp,
    RiskAssessment,
    TypeChange,
)
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts.aftercare import (
    AftercareView,
    GoodbyeView,
    HomeBanView,
    PracticalHelpView,
    RiskView,
    TypeChangeView,
    VictimInformed,
)
from shared.contracts.bad_news import BadNewsView
from shared.errors import NotFound

Row = TypeVar("Row", PracticalHelp, Goodbye, HomeBan, Consent, RiskAssessment, TypeChange)

RELEASE_AFTER_MONTHS = 1
"""After an autopsy the family may ask for release from here on (1.6)."""


async def aftercare(
    session: AsyncSession, principal: Principal, dossier_id: UUID, *, now: datetime
) -> AftercareView:
    """Raises `NotFound` alike for unknown, another tenant's and out of sight."""
    principal.require(Permission.DOSSIER_READ)
    dossier = await session.scalar(
        select(Dossier).where(Dossier.id == dossier_id, visible), caller(principal, now=now)
    )
    if dossier is None:
        raise NotFound
    helps = [_help(each) for each in await _all(session, PracticalHelp, dossier.id)]
    view = AftercareView(
        bad_news=await bad_news_of(session, dossier.id),
        goodbyes=[_goodbye(each) for each in await _all(session, Goodbye, dossier.id)],
        practical_help=helps,
        practical_minutes=sum(each.minutes for each in helps),
        home_bans=[_home_ban(each) for each in await _all(session, HomeBan, dossier.id)],
        consents=[each.view() for each in await _all(session, Consent, dossier.id)],
        risks=[_risk(each) for each in await _all(session, RiskAssessment, dossier.id)],
        type_changes=[
            TypeChangeView(was=each.was, incident_type=each.incident_type, at=each.at, by=each.by)
            for each in await _all(session, TypeChange, dossier.id)
        ],
        letters_blocked=await _letters_blocked(session, dossier.id),
    )
    audit.record(
        session,
        principal,
        "aftercare",
        now=now,
        object_kind="dossier",
        object_id=dossier.id,
        subject_id=dossier.id,
    )
    return view


async def _all(session: AsyncSession, kind: type[Row], dossier_id: UUID) -> list[Row]:
    """Ids are in order of time."""
    return list(await session.scalars(select(kind).where(kind.dossier_id == dossier_id).order_by(kind.id)))


async def bad_news_of(session: AsyncSession, dossier_id: UUID) -> list[BadNewsView]:
    """The messages of a dossier that the caller may see, each with its attempts."""
    found = list(
        await session.scalars(select(BadNews).where(BadNews.dossier_id == dossier_id).order_by(BadNews.id))
    )
    tries = list(
        await session.scalars(
            select(BadNewsTry)
            .where(BadNewsTry.bad_news_id.in_([each.id for each in found]))
            .order_by(BadNewsTry.at, BadNewsTry.id)
        )
    )
    return [news.view([each for each in tries if each.bad_news_id == news.id]) for news in found]


async def _letters_blocked(session: AsyncSession, dossier_id: UUID) -> bool:
    people = await session.scalars(
        select(DossierPerson).where(
            DossierPerson.dossier_id == dossier_id, DossierPerson.removed_at.is_(None)
        )
    )
    return any(each.rules.no_letters for each in people)


def _goodbye(goodbye: Goodbye) -> GoodbyeView:
    autopsy = goodbye.autopsy_on
    return GoodbyeView(
        goodbye_id=goodbye.id,
        facts=goodbye.facts(),
        release_from=longest_extension(autopsy, RELEASE_AFTER_MONTHS) if autopsy else None,
        changed_at=goodbye.changed_at,
        changed_by=goodbye.changed_by,
    )


def _help(act: PracticalHelp) -> PracticalHelpView:
    return PracticalHelpView(
        practical_help_id=act.id,
        kind=act.kind,
        done_on=act.done_on,
        done_by=act.done_by,
        minutes=act.minutes,
        result=act.result,
        note=act.note,
    )


def _home_ban(ban: HomeBan) -> HomeBanView:
    rule = rule_on(local_day(ban.notified_at))
    months = rule.extension_months if rule else 0
    return HomeBanView(
        home_ban_id=ban.id,
        state=ban.state,
        notified_at=ban.notified_at,
        ends_at=ban.ends_at,
        days=ban.days,
        ordered_by=ban.ordered_by,
        reference=ban.reference,
        address=ban.address,
        banned_person_id=ban.banned_person_id,
        hearing_by=ban.hearing_by,
        hearing_at=ban.hearing_at,
        court=ban.court,
        extended_on=ban.extended_on,
        longest_until=longest_extension(ban.extended_on or ban.hearing_by, months),
        end_reason=ban.end_reason,
        victim_informed=msgspec.convert(ban.victim_informed, list[VictimInformed]),
        source=rule.source if rule else "",
        certainty=rule.certainty if rule else "",
    )


def _risk(risk: RiskAssessment) -> RiskView:
    return RiskView(
        risk_id=risk.id,
        level=risk.level,
        instrument=risk.instrument,
        assessed_on=risk.assessed_on,
        assessed_by=risk.assessed_by,
        reference=risk.reference,
    )
