"""The dossiers and their aftercare of a period in numbers, and the list behind a number for who may see it."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import Date, DateTime, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.configuration.copy import configuration_here
from services.cases.dossiers.access import caller, visible
from services.cases.dossiers.models import Dossier, Task
from services.cases.dossiers.people import DossierPerson
from services.cases.statistics.figures import (
    OF_DOSSIERS,
    OF_GOODBYES,
    OF_NEWS,
    OF_PERSONS,
    BroughtNews,
    HeldGoodbye,
    Involved,
    OpenedDossier,
    Recontact,
    Transition,
    by_type,
    cut,
    of_recontacts,
    transitions,
)
from services.cases.victim_support.bad_news import BadNews
from services.cases.victim_support.models import Goodbye, TypeChange
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts.configuration import TenantConfiguration
from shared.contracts.statistics import CountedDossier, Statistics
from shared.db import Statement
from shared.periods import BRUSSELS, Period, period_around, period_of

Thing = TypeVar("Thing")

_FROM, _UNTIL = (bindparam(name, type_=DateTime(timezone=True)) for name in ("from", "until"))
_FIRST, _AFTER = (bindparam(name, type_=Date) for name in ("first", "after"))
_IN_PERIOD = (Dossier.kind == "victim_support", Dossier.opened_at >= _FROM, Dossier.opened_at < _UNTIL)
_OPENED = (
    select(
        Dossier.id.label("dossier_id"),
        Dossier.number,
        Dossier.state,
        Dossier.incident_type,
        Dossier.opened_at,
        Dossier.minors_involved,
        Dossier.call_out_id.is_not(None).label("from_call_out"),
    )
    .where(*_IN_PERIOD)
    .order_by(Dossier.opened_at)
)
_DOSSIERS = Statement(_OPENED)
_VISIBLE_DOSSIERS = Statement(_OPENED.where(visible))
_PERSONS = Statement(
    select(Dossier.opened_at, DossierPerson.role)
    .join(DossierPerson, DossierPerson.dossier_id == Dossier.id)
    .where(*_IN_PERIOD, DossierPerson.removed_at.is_(None))
)
_RECONTACTS = Statement(
    select(Task.dossier_id, Task.due_on, Task.state, Task.result, Task.done_at).where(
        Task.kind == "recontact", Task.due_on >= _FIRST, Task.due_on < _AFTER
    )
)
_NEWS = Statement(
    select(BadNews.delivered_at.label("at"), BadNews.source).where(
        BadNews.delivered_at >= _FROM, BadNews.delivered_at < _UNTIL
    )
)
_GOODBYES = Statement(
    select(Goodbye.held_at.label("at"), Goodbye.place_kind).where(
        Goodbye.held_at >= _FROM, Goodbye.held_at < _UNTIL
    )
)
_TRANSITIONS = Statement(
    select(TypeChange.dossier_id, TypeChange.was, TypeChange.incident_type, TypeChange.at).where(
        TypeChange.at >= _FROM, TypeChange.at < _UNTIL
    )
)


async def statistics(
    session: AsyncSession, principal: Principal, starts_on: date | None, *, now: datetime
) -> Statistics:
    """The figures of the period that begins on a day, or of the one that runs. Raises `Invalid`.

    Numbers of all dossiers of the tenant, also for who may see none of them: small ones are hidden for everybody.
    """
    principal.require(Permission.STATISTICS_READ)
    configuration, period = await _asked(session, starts_on, now=now)
    moments = {"from": period.before.starts_at, "until": period.ends_at}
    days = {"first": period.before.starts_on, "after": period.ends_on}
    dossiers = _halves(
        [OpenedDossier(**dict(row)) for row in await _DOSSIERS.fetch(session, **moments)],
        lambda each: each.opened_at >= period.starts_at,
    )
    persons = _halves(
        [Involved(**dict(row)) for row in await _PERSONS.fetch(session, **moments)],
        lambda each: each.opened_at >= period.starts_at,
    )
    recontacts = _halves(
        [Recontact(**dict(row)) for row in await _RECONTACTS.fetch(session, **days)],
        lambda each: each.due_on >= period.starts_on,
    )
    news = _halves(
        [BroughtNews(**dict(row)) for row in await _NEWS.fetch(session, **moments)],
        lambda each: each.at >= period.starts_at,
    )
    goodbyes = _halves(
        [HeldGoodbye(**dict(row)) for row in await _GOODBYES.fetch(session, **moments)],
        lambda each: each.at >= period.starts_at,
    )
    changed = _halves(
        [Transition(**dict(row)) for row in await _TRANSITIONS.fetch(session, **moments)],
        lambda each: each.at >= period.starts_at,
    )
    audit.record(
        session,
        principal,
        "read_statistics",
        now=now,
        object_kind="statistics",
        details={"period": period.kind, "starts_on": period.starts_on.isoformat()},
    )
    return Statistics(
        service="cases",
        period=period.kind,
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        counted_at=now,
        figures=[
            by_type(*dossiers, configuration.types_on(_day(now))),
            *(cut(how, *dossiers) for how in OF_DOSSIERS),
            *(cut(how, *persons) for how in OF_PERSONS),
            *of_recontacts(_day(now), *recontacts),
            *(cut(how, *news) for how in OF_NEWS),
            *(cut(how, *goodbyes) for how in OF_GOODBYES),
            transitions(*changed),
        ],
    )


async def counted_dossiers(
    session: AsyncSession, principal: Principal, starts_on: date, figure: str, key: str, *, now: datetime
) -> list[CountedDossier]:
    """Of the dossiers behind one number those that the caller sees anyway, newest first."""
    principal.require(Permission.STATISTICS_READ)
    principal.require(Permission.DOSSIER_READ)
    _, period = await _asked(session, starts_on, now=now)
    rows = await _VISIBLE_DOSSIERS.fetch(
        session, **caller(principal, now=now), **{"from": period.starts_at, "until": period.ends_at}
    )
    found = [
        each for each in (OpenedDossier(**dict(row)) for row in reversed(rows)) if key in _keys(figure, each)
    ]
    audit.record(
        session,
        principal,
        "counted_dossiers",
        now=now,
        object_kind="statistics",
        details={"starts_on": period.starts_on.isoformat(), "figure": figure, "count": len(found)},
    )
    return [
        CountedDossier(
            dossier_id=each.dossier_id,
            number=each.number,
            state=each.state,
            incident_type=each.incident_type,
            opened_at=each.opened_at,
        )
        for each in found
    ]


def _keys(figure: str, each: OpenedDossier) -> Sequence[str]:
    if figure == "dossiers_by_type":
        return [each.incident_type]
    return next((how.keys(each) for how in OF_DOSSIERS if how.code == figure), ())


def _halves(things: Sequence[Thing], later: Callable[[Thing], bool]) -> tuple[list[Thing], list[Thing]]:
    """Of this period, and of the one before it."""
    return [each for each in things if later(each)], [each for each in things if not later(each)]


async def _asked(
    session: AsyncSession, starts_on: date | None, *, now: datetime
) -> tuple[TenantConfiguration, Period]:
    configuration = await configuration_here(session)
    kind = configuration.organisation_on(_day(now)).statistics_period
    return configuration, period_of(kind, starts_on) if starts_on else period_around(kind, _day(now))


def _day(moment: datetime) -> date:
    return moment.astimezone(BRUSSELS).date()
