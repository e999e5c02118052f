"""The roster of a period with its holes, drafts and what publishing them would do, one's own duties, and settings."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Select, Uuid, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.rostering.configuration.copy import days_off_here
from services.rostering.rosters import views
from services.rostering.rosters.coverage import Excuse
from services.rostering.rosters.models import (
    AbsenceRow,
    CalendarFeedRow,
    Draft,
    DraftEditRow,
    DraftShiftRow,
    IntendedGap,
    OverrideRow,
    PartnerZone,
    RosterSettings,
    RotationRow,
    Shift,
    gaps_of,
    length_in_minutes,
    wrong_period,
)
from services.rostering.rosters.publishing import changes, history_kept
from services.rostering.rosters.stretches import Stretch
from services.rostering.rosters.unfolding import Turn
from shared import audit
from shared.audit import AuditRow
from shared.auth import Permission, Principal
from shared.contracts import rostering as contract
from shared.contracts import rosters
from shared.contracts.configuration import FieldChange, SettingChange
from shared.db import Statement
from shared.errors import Invalid, NotFound

_MOST_CHANGES = 200
_LONGEST_PERIOD = timedelta(days=400)
_OWN_AHEAD = timedelta(days=400)
_FEED_BEFORE, _FEED_AHEAD = timedelta(days=31), timedelta(days=400)
_DRAFTS_SHOWN, _EDITS_SHOWN = 24, 50
_MOMENT = DateTime(timezone=True)

_OF_SETTINGS = contract.RosterSettings.__struct_fields__
_SETTINGS = Statement(select(*(RosterSettings.__table__.columns[name] for name in _OF_SETTINGS)))
_OF_A_ZONE = ("name", "phone", "note", "active", "version")
_ZONES = Statement(select(*PartnerZone.__table__.columns).order_by(PartnerZone.name))
_SHIFT = select(
    Shift.id, Shift.user_id, Shift.partner_zone_id, Shift.level, Shift.starts_at, Shift.ends_at
).where(Shift.starts_at < bindparam("until", type_=_MOMENT), Shift.ends_at > bindparam("from", type_=_MOMENT))
_IN_ORDER = _SHIFT.order_by(Shift.starts_at, Shift.level)
_SHIFTS = Statement(_IN_ORDER)
_OWN_SHIFTS = Statement(_IN_ORDER.where(Shift.user_id == bindparam("user_id", type_=Uuid)))
_FEED = (
    select(
        Shift.id.label("shift_id"),
        Shift.level,
        Shift.starts_at,
        Shift.ends_at,
        Shift.user_id,
        PartnerZone.name.label("zone_name"),
        Shift.sequence,
        Shift.changed_at,
    )
    .outerjoin(PartnerZone, PartnerZone.id == Shift.partner_zone_id)
    .where(
        Shift.starts_at < bindparam("until", type_=_MOMENT), Shift.ends_at > bindparam("from", type_=_MOMENT)
    )
    .order_by(Shift.starts_at, Shift.level)
)
_FULL_FEED = Statement(_FEED)
_OWN_FEED = Statement(_FEED.where(Shift.user_id == bindparam("user_id", type_=Uuid)))


async def shifts_between(
    session: AsyncSession, principal: Principal, starts_at: datetime, ends_at: datetime, *, now: datetime
) -> list[contract.Shift]:
    """Every shift that has a part in the period, in order of its start."""
    principal.require(Permission.ROSTER_READ)
    _check_period(starts_at, ends_at, now=now)
    rows = await _SHIFTS.fetch(session, **{"from": starts_at, "until": ends_at})
    return [views.shift_view(row) for row in rows]


async def roster_period(
    session: AsyncSession, principal: Principal, starts_at: datetime, ends_at: datetime, *, now: datetime
) -> rosters.RosterPeriod:
    """What is published in a period, where it has holes from now on, who is away, and what is being drafted."""
    principal.require(Permission.ROSTER_READ)
    _check_period(starts_at, ends_at, now=now)
    rows = await _SHIFTS.fetch(session, **{"from": starts_at, "until": ends_at})
    shifts = [views.shift_view(row) for row in rows]
    stretch = Stretch(starts_at, ends_at)
    away = await _within(session, AbsenceRow, stretch)
    drafts: Sequence[Draft] = ()
    if Permission.ROSTER_MANAGE in principal.permissions:
        drafts = (await session.scalars(select(Draft).where(Draft.state == "draft"))).all()
    return rosters.RosterPeriod(
        shifts=shifts,
        gaps=await _gaps(session, [_turn(shift) for shift in shifts], away, stretch, now=now),
        absences=[views.absence_view(row, principal) for row in away],
        drafts=[
            views.draft_line(draft)
            for draft in drafts
            if draft.stretch.starts_at < ends_at and draft.stretch.ends_at > starts_at
        ],
    )


def _turn(shift: contract.Shift) -> Turn:
    holder = shift.user_id or shift.partner_zone_id
    assert holder is not None  # noqa: S101 - the table holds one of the two
    return Turn(shift.level, holder, shift.starts_at, shift.ends_at)


def _check_period(starts_at: datetime, ends_at: datetime, *, now: datetime) -> None:
    wrong = wrong_period({"from": starts_at, "until": ends_at}, longest=_LONGEST_PERIOD, now=now)
    if wrong:
        raise Invalid(wrong)


async def _within(session: AsyncSession, kind: type[Any], stretch: Stretch) -> list[Any]:
    """The rows of a table with a period that touches the stretch, in order."""
    found: Select[tuple[Any]] = select(kind).where(
        kind.starts_at < stretch.ends_at, kind.ends_at > stretch.starts_at
    )
    return list(await session.scalars(found.order_by(kind.starts_at, kind.id)))


async def _gaps(
    session: AsyncSession,
    turns: Sequence[Turn],
    away: Sequence[AbsenceRow],
    stretch: Stretch,
    *,
    now: datetime,
) -> list[rosters.RosterGap]:
    """From now on: what was empty is no work any more."""
    coming = Stretch(max(stretch.starts_at, now), stretch.ends_at)
    settings = (await session.scalars(select(RosterSettings))).one()
    meant: list[IntendedGap] = await _within(session, IntendedGap, stretch)
    found = gaps_of(
        turns,
        [row.absence for row in away],
        [Excuse(each.level, each.starts_at, each.ends_at, each.reason) for each in meant],
        coming,
        levels=settings.required_levels,
        hours=settings.needed_hours(await days_off_here(session)),
    )
    return [views.gap_view(gap, meant) for gap in found]


async def own_duties(session: AsyncSession, principal: Principal, *, now: datetime) -> rosters.OwnDuties:
    """The caller's shifts that are not over, and when he is away."""
    principal.require(Permission.ROSTER_READ)
    rows = await _OWN_SHIFTS.fetch(
        session, **{"from": now, "until": now + _OWN_AHEAD, "user_id": principal.user_id}
    )
    away = await session.scalars(
        select(AbsenceRow)
        .where(AbsenceRow.user_id == principal.user_id, AbsenceRow.ends_at > now)
        .order_by(AbsenceRow.starts_at)
    )
    return rosters.OwnDuties(
        shifts=[views.shift_view(row) for row in rows],
        absences=[views.absence_view(row, principal) for row in away],
    )


async def rotations(session: AsyncSession, principal: Principal, *, now: datetime) -> list[rosters.Rotation]:
    principal.require(Permission.ROSTER_READ)
    rows = await session.scalars(select(RotationRow).order_by(RotationRow.active.desc(), RotationRow.id))
    names = [name for name in rosters.Rotation.__struct_fields__ if name != "rotation_id"]
    return [
        rosters.Rotation(rotation_id=row.id, **{name: getattr(row, name) for name in names}) for row in rows
    ]


async def drafts(session: AsyncSession, principal: Principal, *, now: datetime) -> list[rosters.DraftLine]:
    """Those being drafted first, then what was published or given up, the newest first."""
    principal.require(Permission.ROSTER_MANAGE)
    found = select(Draft).order_by((Draft.state == "draft").desc(), Draft.changed_at.desc())
    return [views.draft_line(draft) for draft in await session.scalars(found.limit(_DRAFTS_SHOWN))]


async def draft_by_id(
    session: AsyncSession, principal: Principal, draft_id: UUID, *, now: datetime
) -> rosters.DraftView:
    """The plan with its holes and warnings, and what publishing it now would change for whom."""
    principal.require(Permission.ROSTER_MANAGE)
    draft = await session.get(Draft, draft_id)
    if draft is None:
        raise NotFound
    stretch = draft.stretch
    planned = (
        await session.scalars(
            select(DraftShiftRow)
            .where(DraftShiftRow.draft_id == draft.id)
            .order_by(DraftShiftRow.starts_at, DraftShiftRow.level)
        )
    ).all()
    rows = await _SHIFTS.fetch(session, **{"from": stretch.starts_at, "until": stretch.ends_at})
    published = [_turn(views.shift_view(row)) for row in rows]
    inside = [turn for turn in published if turn.starts_at >= stretch.starts_at]
    reach_in = [turn for turn in published if turn.starts_at < stretch.starts_at]
    wanted = [row.turn for row in planned]
    # what is planned after the last day can reach past it, and leave can too
    end = max([stretch.ends_at, *(turn.ends_at for turn in wanted)])
    away: list[AbsenceRow] = await _within(session, AbsenceRow, Stretch(stretch.starts_at, end))
    is_open = draft.state == "draft"
    return rosters.DraftView(
        **views.draft_facts(draft),
        shifts=[
            rosters.DraftShift(
                shift_id=row.id,
                level=row.level,
                user_id=row.user_id,
                partner_zone_id=row.partner_zone_id,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                minutes=length_in_minutes(row.starts_at, row.ends_at),
                source=row.source,
            )
            for row in planned
        ],
        gaps=await _gaps(session, [*wanted, *reach_in], away, stretch, now=now) if is_open else [],
        warnings=views.absent(wanted, [row.absence for row in away]),
        changes=[
            views.change_view(change)
            for change in changes(inside, history_kept(inside, wanted, now=now), now=now)
        ]
        if is_open
        else [],
        edits=await _edits(session, draft),
    )


async def _edits(session: AsyncSession, draft: Draft) -> list[rosters.DraftEdit]:
    """The newest first."""
    found = select(DraftEditRow).where(DraftEditRow.draft_id == draft.id)
    rows = await session.scalars(found.order_by(DraftEditRow.version.desc()).limit(_EDITS_SHOWN))
    names = rosters.DraftEdit.__struct_fields__
    return [rosters.DraftEdit(**{name: getattr(row, name) for name in names}) for row in rows]


async def overrides(
    session: AsyncSession, principal: Principal, starts_at: datetime, ends_at: datetime, *, now: datetime
) -> list[rosters.RosterOverride]:
    principal.require(Permission.ROSTER_READ)
    _check_period(starts_at, ends_at, now=now)
    rows: list[OverrideRow] = await _within(session, OverrideRow, Stretch(starts_at, ends_at))
    names = [name for name in rosters.RosterOverride.__struct_fields__ if name != "override_id"]
    return [
        rosters.RosterOverride(override_id=row.id, **{name: getattr(row, name) for name in names})
        for row in rows
    ]


async def absences(
    session: AsyncSession, principal: Principal, starts_at: datetime, ends_at: datetime, *, now: datetime
) -> list[rosters.Absence]:
    """Who is away; why only for oneself and who manages the roster, and that was looked at is kept."""
    principal.require(Permission.ROSTER_READ)
    _check_period(starts_at, ends_at, now=now)
    rows: list[AbsenceRow] = await _within(session, AbsenceRow, Stretch(starts_at, ends_at))
    audit.record(
        session,
        principal,
        "absences",
        now=now,
        object_kind="absence_list",
        details={"count": len(rows)},
    )
    return [views.absence_view(row, principal) for row in rows]


async def own_feeds(
    session: AsyncSession, principal: Principal, *, now: datetime
) -> list[rosters.CalendarFeed]:
    """The caller's links that work."""
    principal.require(Permission.ROSTER_READ)
    rows = await session.scalars(
        select(CalendarFeedRow)
        .where(CalendarFeedRow.user_id == principal.user_id, CalendarFeedRow.revoked_at.is_(None))
        .order_by(CalendarFeedRow.created_at)
    )
    return [
        rosters.CalendarFeed(
            feed_id=row.id,
            full_roster=row.full_roster,
            reminder_minutes=row.reminder_minutes,
            created_at=row.created_at,
        )
        for row in rows
    ]


async def feed_content(
    session: AsyncSession, principal: Principal, digest: str, *, now: datetime
) -> rosters.FeedContent:
    """The shifts behind a secret. Raises `NotFound` alike when it is unknown and when it was revoked."""
    principal.require(Permission.CALENDAR_READ)
    feed = await session.scalar(
        select(CalendarFeedRow).where(CalendarFeedRow.digest == digest, CalendarFeedRow.revoked_at.is_(None))
    )
    if feed is None:
        raise NotFound
    period = {"from": now - _FEED_BEFORE, "until": now + _FEED_AHEAD}
    if feed.full_roster:
        rows = await _FULL_FEED.fetch(session, **period)
    else:
        rows = await _OWN_FEED.fetch(session, **period, user_id=feed.user_id)
    return rosters.FeedContent(
        user_id=feed.user_id,
        language=feed.language,
        full_roster=feed.full_roster,
        reminder_minutes=feed.reminder_minutes,
        shifts=[rosters.FeedShift(**{**row, "zone_name": row["zone_name"] or ""}) for row in rows],
    )


async def partner_zones(
    session: AsyncSession, principal: Principal, *, now: datetime
) -> list[contract.PartnerZone]:
    """All of them by name, also those that stand in no longer."""
    principal.require_any(Permission.ROSTER_READ, Permission.ON_CALL_READ)
    return [
        contract.PartnerZone(partner_zone_id=row["id"], **{name: row[name] for name in _OF_A_ZONE})
        for row in await _ZONES.fetch(session)
    ]


async def settings_changes(
    session: AsyncSession, principal: Principal, *, now: datetime
) -> list[SettingChange]:
    """Who changed the minutes and the levels, newest first, as the audit kept it."""
    principal.require_any(Permission.ROSTER_MANAGE, Permission.TENANT_MANAGE, Permission.AUDIT_READ)
    rows = await session.scalars(
        select(AuditRow)
        .where(AuditRow.action == "change_settings", AuditRow.outcome == "done")
        .order_by(AuditRow.id.desc())
        .limit(_MOST_CHANGES)
    )
    return [_change(row) for row in rows]


def _change(row: AuditRow) -> SettingChange:
    """Its id is made from the row's number, which is unique in the tenant."""
    pairs = row.details.items()
    changed = [FieldChange(field, _text(old), _text(new)) for field, (old, new) in pairs if old != new]
    return SettingChange(
        change_id=UUID(int=row.id), area="on_call", key="", at=row.at, by=row.user_id, act="saved",
        valid_from=None, changes=changed,
    )  # fmt: skip


def _text(value: object) -> str:
    return " ".join(str(each) for each in value) if isinstance(value, list) else str(value)


async def roster_settings(
    session: AsyncSession, principal: Principal, *, now: datetime
) -> contract.RosterSettings:
    principal.require(Permission.ROSTER_READ)
    (row,) = await _SETTINGS.fetch(session)
    return contract.RosterSettings(**{name: row[name] for name in _OF_SETTINGS})
