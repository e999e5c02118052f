"""The call-outs of a period in numbers, and the list behind a number for who may see it."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Text, bindparam, cast, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.rostering.call_outs import hours
from services.rostering.call_outs.consequences import spans_of
from services.rostering.call_outs.models import CallOut
from services.rostering.call_outs.trail import CallOutAttempt, CallOutMoment
from services.rostering.configuration.copy import configuration_here
from services.rostering.statistics.figures import Counted, figures, is_counted, keys_of
from services.rostering.statistics.office_hours import OfficeHours
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts.configuration import TenantConfiguration
from shared.contracts.statistics import CountedCallOut, Statistics
from shared.db import Statement
from shared.periods import BRUSSELS, Period, period_around, period_of

_MOMENT = DateTime(timezone=True)
_NOT_ANSWERED = ("no_answer", "unreachable")


def _first(state: str) -> object:
    return (
        select(func.min(CallOutMoment.at))
        .where(CallOutMoment.call_out_id == CallOut.id, CallOutMoment.state == state)
        .scalar_subquery()
    )


def _attempts(*outcomes: str) -> object:
    wanted = cast(literal(list(outcomes), ARRAY(Text)), ARRAY(Text))
    return (
        select(func.count())
        .where(CallOutAttempt.call_out_id == CallOut.id, CallOutAttempt.outcome == func.any(wanted))
        .scalar_subquery()
    )


_COUNTED = Statement(
    select(
        CallOut.id.label("call_out_id"),
        CallOut.number,
        CallOut.requested_at,
        CallOut.state,
        CallOut.incident_type,
        CallOut.languages,
        CallOut.minors_present,
        CallOut.bad_news,
        CallOut.asked_by,
        CallOut.simultaneous,
        CallOut.cancel_reason,
        CallOut.accepted_by,
        CallOut.joined_by,
        _first("accepted").label("accepted_at"),  # type: ignore[attr-defined]
        _first("on_site").label("on_site_at"),  # type: ignore[attr-defined]
        _first("closed").label("closed_at"),  # type: ignore[attr-defined]
        _attempts("declined").label("declined"),  # type: ignore[attr-defined]
        _attempts(*_NOT_ANSWERED).label("not_answered"),  # type: ignore[attr-defined]
    )
    .where(
        CallOut.requested_at >= bindparam("from", type_=_MOMENT),
        CallOut.requested_at < bindparam("until", type_=_MOMENT),
    )
    .order_by(CallOut.requested_at)
)


async def statistics(
    session: AsyncSession, principal: Principal, starts_on: date | None, *, now: datetime
) -> Statistics:
    """The figures of the period that begins on a day, or of the one that runs. Raises `Invalid`."""
    principal.require(Permission.STATISTICS_READ)
    configuration, period = await _asked(session, starts_on, now=now)
    rows = await _rows(session, period.before.starts_at, period.ends_at)
    of_period = [row for row in rows if row.requested_at >= period.starts_at]
    audit.record(
        session,
        principal,
        "read_statistics",
        now=now,
        object_kind="statistics",
        details={"period": period.kind, "starts_on": period.starts_on.isoformat()},
    )
    return Statistics(
        service="rostering",
        period=period.kind,
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        counted_at=now,
        figures=figures(
            of_period,
            [row for row in rows if row.requested_at < period.starts_at],
            types=configuration.types_on(_day(now)),
            days_off=[each.day for each in configuration.days_off],
            member_minutes=await _member_minutes(session, of_period)
            if Permission.ROSTER_MANAGE in principal.permissions
            else None,
        ),
    )


async def counted_call_outs(
    session: AsyncSession, principal: Principal, starts_on: date, figure: str, key: str, *, now: datetime
) -> list[CountedCallOut]:
    """The call-outs behind one number, for who may see all call-outs anyway; newest first."""
    principal.require(Permission.STATISTICS_READ)
    principal.require(Permission.CALL_OUT_READ)
    configuration, period = await _asked(session, starts_on, now=now)
    office = OfficeHours([each.day for each in configuration.days_off])
    rows = await _rows(session, period.starts_at, period.ends_at)
    found = [row for row in rows if key in keys_of(figure, row, office)]
    audit.record(
        session,
        principal,
        "counted_call_outs",
        now=now,
        object_kind="statistics",
        details={"starts_on": period.starts_on.isoformat(), "figure": figure, "count": len(found)},
    )
    return [
        CountedCallOut(
            call_out_id=row.call_out_id,
            number=row.number,
            state=row.state,
            incident_type=row.incident_type,
            requested_at=row.requested_at,
        )
        for row in reversed(found)
    ]


async def _asked(
    session: AsyncSession, starts_on: date | None, *, now: datetime
) -> tuple[TenantConfiguration, Period]:
    configuration = await configuration_here(session)
    kind = configuration.organisation_on(_day(now)).statistics_period
    return configuration, period_of(kind, starts_on) if starts_on else period_around(kind, _day(now))


async def _rows(session: AsyncSession, starts_at: datetime, ends_at: datetime) -> Sequence[Counted]:
    rows = await _COUNTED.fetch(session, **{"from": starts_at, "until": ends_at})
    return [each for each in (Counted(**dict(row)) for row in rows) if is_counted(each)]


async def _member_minutes(session: AsyncSession, rows: Sequence[Counted]) -> Counter[UUID]:
    """How long each was out, from the first call to her to the end, as the hours of a call-out say."""
    holders = {
        row.call_out_id: [each for each in (row.accepted_by, row.joined_by) if each is not None]
        for row in rows
    }
    minutes: Counter[UUID] = Counter()
    for spans in (await spans_of(session, holders)).values():
        for span in spans:
            if span.ends_at is not None:
                minutes[span.user_id] += hours.split(span.starts_at, span.until(span.ends_at)).minutes
    return minutes


def _day(moment: datetime) -> date:
    return moment.astimezone(BRUSSELS).date()
