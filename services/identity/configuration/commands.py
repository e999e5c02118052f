"""Changing how the tenant is set up, from today or from a day to come; what was so in the past stays."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.configuration.change_log import note_change
from services.identity.configuration.models import (
    ORGANISATION_FACTS,
    SEEDS,
    TYPE_FACTS,
    DayOff,
    OrganisationVersion,
    TypeVersion,
)
from services.identity.configuration.rules import (
    check_day_off,
    check_incident_type,
    checked_organisation,
    checked_start,
    today_in_belgium,
)
from shared.auth import Permission, Principal
from shared.contracts import configuration as contract
from shared.contracts.identity import Accepted
from shared.db import driver_of
from shared.errors import Conflict, NotFound

_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('identity settings'), hashtext(current_user))"


class AlreadyHolds(Conflict):
    """Only what begins on a day to come can be taken back."""

    code = "already_holds"


async def save_organisation(
    session: AsyncSession, principal: Principal, command: contract.SaveOrganisation, *, now: datetime
) -> Accepted:
    """What stands on letters, from a day on; what was planned from a later day stays planned. Raises `Invalid`."""
    principal.require(Permission.TENANT_MANAGE)
    facts = checked_organisation(command)
    start = checked_start(command.valid_from, today_in_belgium(now))
    await _one_at_a_time(session)
    before = await _organisation_on(session, start)
    await session.merge(OrganisationVersion(valid_from=start, **facts))
    note_change(
        session,
        principal,
        "save_organisation",
        "organisation",
        now=now,
        before=before,
        after=facts,
        valid_from=start,
    )
    return Accepted()


async def withdraw_organisation(
    session: AsyncSession, principal: Principal, command: contract.Withdraw, *, now: datetime
) -> Accepted:
    """Take back a change that was planned. Raises `NotFound`, `AlreadyHolds`."""
    principal.require(Permission.TENANT_MANAGE)
    await _one_at_a_time(session)
    planned = await session.get(OrganisationVersion, command.valid_from)
    if planned is None:
        raise NotFound
    _require_planned(command.valid_from, now)
    await session.delete(planned)
    note_change(
        session,
        principal,
        "withdraw_organisation",
        "organisation",
        now=now,
        before=planned.facts,
        valid_from=command.valid_from,
        act="withdrawn",
    )
    return Accepted()


async def save_incident_type(
    session: AsyncSession,
    principal: Principal,
    command: contract.SaveIncidentType,
    code: str,
    *,
    now: datetime,
) -> Accepted:
    """Make an own type, or set one up otherwise from a day on. Raises `Invalid`."""
    principal.require(Permission.TENANT_MANAGE)
    check_incident_type(code, command, own=code not in SEEDS)
    start = checked_start(command.valid_from, today_in_belgium(now))
    await _one_at_a_time(session)
    before = await _type_on(session, code, start)
    facts = {
        **{name: getattr(command, name) for name in TYPE_FACTS},
        "mandatory": sorted(set(command.mandatory)),
        "leaflets": list(dict.fromkeys(command.leaflets)),
        "labels": {each: label.strip() for each, label in command.labels.items() if label.strip()},
    }
    await session.merge(TypeVersion(code=code, valid_from=start, **facts))
    note_change(
        session,
        principal,
        "save_incident_type",
        "incident_types",
        now=now,
        key=code,
        before=before,
        after=facts,
        valid_from=start,
    )
    return Accepted()


async def withdraw_incident_type(
    session: AsyncSession, principal: Principal, command: contract.Withdraw, code: str, *, now: datetime
) -> Accepted:
    """Take back what was planned for a type; an own type that has not begun is gone with it."""
    principal.require(Permission.TENANT_MANAGE)
    await _one_at_a_time(session)
    planned = await session.get(TypeVersion, (code, command.valid_from))
    if planned is None:
        raise NotFound
    _require_planned(command.valid_from, now)
    await session.delete(planned)
    note_change(
        session,
        principal,
        "withdraw_incident_type",
        "incident_types",
        now=now,
        key=code,
        before={name: getattr(planned, name) for name in TYPE_FACTS},
        valid_from=command.valid_from,
        act="withdrawn",
    )
    return Accepted()


async def save_day_off(
    session: AsyncSession, principal: Principal, command: contract.SaveDayOff, *, now: datetime
) -> Accepted:
    """A local day off; terms that are counted from now on pass it over. Once more: another reason."""
    principal.require(Permission.TENANT_MANAGE)
    check_day_off(command.day, command.why, today_in_belgium(now))
    await _one_at_a_time(session)
    known = await session.get(DayOff, command.day)
    before = {"why": known.why} if known else {}
    await session.merge(DayOff(day=command.day, why=command.why.strip()))
    note_change(
        session,
        principal,
        "save_day_off",
        "days_off",
        now=now,
        key=command.day.isoformat(),
        before=before,
        after={"why": command.why.strip()},
        valid_from=command.day,
    )
    return Accepted()


async def remove_day_off(
    session: AsyncSession, principal: Principal, command: contract.RemoveDayOff, *, now: datetime
) -> Accepted:
    """Work goes on that day after all; terms that were counted before stay. Raises `NotFound`, `AlreadyHolds`."""
    principal.require(Permission.TENANT_MANAGE)
    await _one_at_a_time(session)
    known = await session.get(DayOff, command.day)
    if known is None:
        raise NotFound
    _require_planned(command.day, now)
    await session.delete(known)
    note_change(
        session,
        principal,
        "remove_day_off",
        "days_off",
        now=now,
        key=command.day.isoformat(),
        before={"why": known.why},
        valid_from=command.day,
        act="withdrawn",
    )
    return Accepted()


async def _organisation_on(session: AsyncSession, day: date) -> Mapping[str, object]:
    found = await session.scalar(
        select(OrganisationVersion)
        .where(OrganisationVersion.valid_from <= day)
        .order_by(OrganisationVersion.valid_from.desc())
        .limit(1)
    )
    return found.facts if found else dict.fromkeys(ORGANISATION_FACTS, "")


async def _type_on(session: AsyncSession, code: str, day: date) -> Mapping[str, object]:
    found = await session.scalar(
        select(TypeVersion)
        .where(TypeVersion.code == code, TypeVersion.valid_from <= day)
        .order_by(TypeVersion.valid_from.desc())
        .limit(1)
    )
    known = found or SEEDS.get(code)
    return {name: getattr(known, name) for name in TYPE_FACTS} if known else {}


def _require_planned(day: date, now: datetime) -> None:
    if day <= today_in_belgium(now):
        raise AlreadyHolds


async def _one_at_a_time(session: AsyncSession) -> None:
    """Two changes of a tenant's settings come one after the other, so that each log line says what really was."""
    await driver_of(session).execute(_ONE_AT_A_TIME)
