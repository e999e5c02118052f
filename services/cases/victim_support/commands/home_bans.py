"""A temporary home ban (S10): two clocks from the oral notification, an extension, the victim informed, an alert."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.calendar import working_days_here
from services.cases.dossiers.deadlines import Due, end_of_day, local_day
from services.cases.dossiers.models import Dossier, Entry, Task
from services.cases.victim_support.acts import (
    check_codes,
    check_past,
    complete_tasks,
    dossier_to_write,
    note_act,
    open_tasks,
    person_here,
)
from services.cases.victim_support.home_ban_rules import (
    HomeBanRule,
    end_of_ban,
    hearing_by,
    longest_extension,
    rule_on,
)
from services.cases.victim_support.models import HomeBan
from shared import timers
from shared.auth import Permission, Principal
from shared.contracts.aftercare import (
    HOME_BAN_END_REASONS,
    TOLD_BY,
    VICTIM_TOLD_OF,
    EndHomeBan,
    ExtendHomeBan,
    HomeBanRef,
    InformVictim,
    OrderHomeBan,
    SetHearing,
)
from shared.contracts.cases import HomeBanEnds
from shared.db import uuid7
from shared.errors import Conflict, Invalid, NotFound
from shared.outbox import publish

HOME_BAN_ENDS = "home_ban_ends"
_LAW = "law_2012_05_15"


class ExtendedBefore(Conflict):
    """The family court has extended this ban already."""

    code = "extended_before"


async def order_home_ban(
    session: AsyncSession, principal: Principal, command: OrderHomeBan, dossier_id: UUID, *, now: datetime
) -> HomeBanRef:
    """From the oral notification: its end, the hearing before that, and the victim who must know it."""
    principal.require(Permission.DOSSIER_WRITE)
    check_past(now, notified_at=command.notified_at)
    rule = rule_on(local_day(command.notified_at))
    if rule is None:
        raise Invalid({"notified_at": "too_far"})
    if command.days > rule.longest_days:
        raise Invalid({"days": "too_many_days"})
    dossier = await dossier_to_write(session, principal, dossier_id, now=now)
    if command.banned_person_id is not None:
        await person_here(session, dossier, command.banned_person_id, "banned_person_id")
    ends_at = end_of_ban(command.notified_at, command.days)
    last_day, passed = hearing_by(command.notified_at, ends_at, await working_days_here(session))
    ban = HomeBan(
        id=uuid7(),
        dossier_id=dossier.id,
        state="running",
        notified_at=command.notified_at,
        days=command.days,
        ends_at=ends_at,
        ordered_by=command.ordered_by.strip(),
        reference=command.reference.strip(),
        address=command.address.strip(),
        banned_person_id=command.banned_person_id,
        hearing_by=last_day,
        court="",
        end_reason="",
        victim_informed=[],
        noted_at=now,
        noted_by=principal.user_id,
    )
    session.add(ban)
    since = local_day(command.notified_at).isoformat()
    law = {"from": since, "of": str(ban.id), "source": _LAW}
    term = {"days": str(command.days), **law}
    back = {"passed_over": " ".join(passed)} if passed else {}
    inform = Due(local_day(now), {"rule": "same_day", **law, "from": local_day(now).isoformat()})
    _plan(session, dossier, "home_ban_inform", inform, now=now)
    _plan(
        session,
        dossier,
        "home_ban_hearing",
        Due(last_day, {"rule": "within_ban", **term, **back}, end_of_day(last_day)),
        now=now,
    )
    _plan(
        session,
        dossier,
        "home_ban_end",
        Due(local_day(ends_at), {"rule": "ban_from_notification", **term}, ends_at),
        now=now,
    )
    _schedule(session, principal.tenant, ban, rule, now=now)
    _note(session, principal, dossier, ban, "order_home_ban", "home_ban_ordered", now=now, until=_day(ban))
    return HomeBanRef(home_ban_id=ban.id, ends_at=ban.ends_at)


async def set_hearing(
    session: AsyncSession, principal: Principal, command: SetHearing, home_ban_id: UUID, *, now: datetime
) -> HomeBanRef:
    """When the family court sits; that task is then done."""
    principal.require(Permission.DOSSIER_WRITE)
    if command.hearing_at.tzinfo is None:
        raise Invalid({"hearing_at": "without_time_zone"})
    dossier, ban = await _found(session, principal, home_ban_id, now=now)
    if ban.state == "ended":
        ban.require_running(now)
    if command.hearing_at > ban.ends_at:
        raise Invalid({"hearing_at": "after_the_ban"})
    if command.hearing_at < ban.notified_at:
        raise Invalid({"hearing_at": "before_the_ban"})
    ban.hearing_at, ban.court = command.hearing_at, command.court.strip()
    await complete_tasks(session, dossier, "home_ban_hearing", by=principal.user_id, now=now, of=ban.id)
    day = local_day(command.hearing_at).isoformat()
    _note(session, principal, dossier, ban, "set_hearing", "home_ban_hearing_set", now=now, until=day)
    return HomeBanRef(home_ban_id=ban.id, ends_at=ban.ends_at)


async def extend_home_ban(
    session: AsyncSession, principal: Principal, command: ExtendHomeBan, home_ban_id: UUID, *, now: datetime
) -> HomeBanRef:
    """Once, while it runs: until the end of a day, and at most so many months after the decision."""
    principal.require(Permission.DOSSIER_WRITE)
    check_past(now, decided_on=command.decided_on)
    dossier, ban = await _found(session, principal, home_ban_id, now=now)
    if ban.state == "extended":
        raise ExtendedBefore
    ban.require_running(now)
    rule = rule_on(local_day(ban.notified_at))
    if rule is None or not local_day(ban.notified_at) <= command.decided_on <= local_day(ban.ends_at):
        raise Invalid({"decided_on": "not_within_ban"})
    if command.until > longest_extension(command.decided_on, rule.extension_months):
        raise Invalid({"until": "too_far"})
    if end_of_day(command.until) <= ban.ends_at:
        raise Invalid({"until": "before_the_end"})
    ban.state, ban.extended_on, ban.ends_at = "extended", command.decided_on, end_of_day(command.until)
    await complete_tasks(session, dossier, "home_ban_hearing", by=principal.user_id, now=now, of=ban.id)
    why = {
        "rule": "ban_extended",
        "from": command.decided_on.isoformat(),
        "of": str(ban.id),
        "source": _LAW,
    }
    for task in await open_tasks(session, dossier, "home_ban_end", of=ban.id):
        task.due_on, task.due_at, task.why = command.until, ban.ends_at, why
    inform = Due(local_day(now), {"rule": "same_day", "from": local_day(now).isoformat(), "of": str(ban.id)})
    if not await open_tasks(session, dossier, "home_ban_inform", of=ban.id):
        _plan(session, dossier, "home_ban_inform", inform, now=now)
    await timers.cancel(session, HOME_BAN_ENDS, ban.id)
    _schedule(session, principal.tenant, ban, rule, now=now)
    until = command.until.isoformat()
    _note(session, principal, dossier, ban, "extend_home_ban", "home_ban_extended", now=now, until=until)
    return HomeBanRef(home_ban_id=ban.id, ends_at=ban.ends_at)


async def end_home_ban(
    session: AsyncSession, principal: Principal, command: EndHomeBan, home_ban_id: UUID, *, now: datetime
) -> HomeBanRef:
    """Lifted, over, or noted by mistake: no alert any more; the victim hears it."""
    principal.require(Permission.DOSSIER_WRITE)
    check_codes(("reason", command.reason, HOME_BAN_END_REASONS))
    dossier, ban = await _found(session, principal, home_ban_id, now=now)
    ban.end(command.reason)
    await timers.cancel(session, HOME_BAN_ENDS, ban.id)
    for kind in ("home_ban_hearing", "home_ban_end"):
        for task in await open_tasks(session, dossier, kind, of=ban.id):
            task.cancel(by=principal.user_id, at=now)
    _note(session, principal, dossier, ban, "end_home_ban", "home_ban_ended", now=now, why=command.reason)
    return HomeBanRef(home_ban_id=ban.id, ends_at=ban.ends_at)


async def inform_victim(
    session: AsyncSession, principal: Principal, command: InformVictim, home_ban_id: UUID, *, now: datetime
) -> HomeBanRef:
    """Of the ban, the hearing, the extension or the end: how, when and by whom."""
    principal.require(Permission.DOSSIER_WRITE)
    check_codes(("of", command.of, VICTIM_TOLD_OF), ("way", command.way, TOLD_BY))
    dossier, ban = await _found(session, principal, home_ban_id, now=now)
    told = {"of": command.of, "way": command.way, "at": now.isoformat(), "by": str(principal.user_id)}
    ban.victim_informed = [*ban.victim_informed, told]
    await complete_tasks(session, dossier, "home_ban_inform", by=principal.user_id, now=now, of=ban.id)
    _note(session, principal, dossier, ban, "inform_victim", "victim_informed", now=now, told=command.of)
    return HomeBanRef(home_ban_id=ban.id, ends_at=ban.ends_at)


async def alert_home_ban_ends(session: AsyncSession, tenant: str, ref: UUID, *, now: datetime) -> None:
    """Some hours before its end; one that ended or was extended meanwhile is passed over."""
    ban = await session.get_one(HomeBan, ref, with_for_update=True)
    if ban.state == "ended":
        return
    dossier = await session.get_one(Dossier, ban.dossier_id)
    session.add(Entry.system(dossier.id, "home_ban_ends_soon", at=now, until=_day(ban)))
    publish(
        session,
        HomeBanEnds(
            id=uuid7(),
            occurred_at=now,
            tenant=tenant,
            dossier_id=dossier.id,
            home_ban_id=ban.id,
            ends_at=ban.ends_at,
            holder=dossier.holder,
        ),
    )


def _schedule(session: AsyncSession, tenant: str, ban: HomeBan, rule: HomeBanRule, *, now: datetime) -> None:
    if ban.ends_at > now:
        alert = max(now, ban.ends_at - timedelta(hours=rule.alert_hours))
        timers.schedule(session, tenant, alert, HOME_BAN_ENDS, ban.id)


def _plan(session: AsyncSession, dossier: Dossier, kind: str, due: Due, *, now: datetime) -> None:
    session.add(Task.plan(dossier.id, kind, due, assignee=dossier.holder, compulsory=True, at=now))


async def _found(
    session: AsyncSession, principal: Principal, home_ban_id: UUID, *, now: datetime
) -> tuple[Dossier, HomeBan]:
    dossier_id = await session.scalar(select(HomeBan.dossier_id).where(HomeBan.id == home_ban_id))
    if dossier_id is None:
        raise NotFound
    dossier = await dossier_to_write(session, principal, dossier_id, now=now)
    return dossier, await session.get_one(HomeBan, home_ban_id, populate_existing=True)


def _day(ban: HomeBan) -> str:
    return local_day(ban.ends_at).isoformat()


def _note(
    session: AsyncSession,
    principal: Principal,
    dossier: Dossier,
    ban: HomeBan,
    action: str,
    code: str,
    *,
    now: datetime,
    **details: str,
) -> None:
    note_act(
        session,
        principal,
        dossier,
        action,
        code,
        now=now,
        object_kind="home_ban",
        object_id=ban.id,
        at=None,
        **details,
    )
