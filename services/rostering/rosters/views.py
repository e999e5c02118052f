"""From rows to what the contracts show. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from services.rostering.rosters.coverage import Gap
from services.rostering.rosters.models import PARTNER_ZONE, AbsenceRow, Draft, IntendedGap, length_in_minutes
from services.rostering.rosters.publishing import Change
from services.rostering.rosters.stretches import Stretch, crossed
from services.rostering.rosters.unfolding import Absence, Turn
from shared.auth import Permission, Principal
from shared.contracts import rostering as contract
from shared.contracts import rosters


def shift_view(row: Mapping[str, Any]) -> contract.Shift:
    return contract.Shift(
        shift_id=row["id"],
        user_id=row["user_id"],
        partner_zone_id=row["partner_zone_id"],
        level=row["level"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        minutes=length_in_minutes(row["starts_at"], row["ends_at"]),
    )


def duty_view(turn: Turn) -> rosters.Duty:
    at_zone = turn.level == PARTNER_ZONE
    return rosters.Duty(
        level=turn.level,
        starts_at=turn.starts_at,
        ends_at=turn.ends_at,
        minutes=length_in_minutes(turn.starts_at, turn.ends_at),
        user_id=None if at_zone else turn.holder,
        partner_zone_id=turn.holder if at_zone else None,
    )


def change_view(change: Change) -> rosters.HolderChange:
    at_zone = any(turn.level == PARTNER_ZONE for turn in [*change.gained, *change.lost])
    return rosters.HolderChange(
        gained=[duty_view(turn) for turn in sorted(change.gained, key=_begin)],
        lost=[duty_view(turn) for turn in sorted(change.lost, key=_begin)],
        user_id=None if at_zone else change.holder,
        partner_zone_id=change.holder if at_zone else None,
    )


def _begin(turn: Turn) -> datetime:
    return turn.starts_at


def gap_view(gap: Gap, meant: Iterable[IntendedGap]) -> rosters.RosterGap:
    """A gap that is meant names the mark by which it can be unmeant."""
    mark = next(
        (
            each.id
            for each in meant
            if gap.reason and each.level == gap.level and each.starts_at <= gap.starts_at < each.ends_at
        ),
        None,
    )
    return rosters.RosterGap(
        level=gap.level,
        starts_at=gap.starts_at,
        ends_at=gap.ends_at,
        reason=gap.reason,
        intended_gap_id=mark,
    )


def absence_view(row: AbsenceRow, principal: Principal) -> rosters.Absence:
    """Why somebody is away concerns herself and who manages the roster."""
    told = row.user_id == principal.user_id or Permission.ROSTER_MANAGE in principal.permissions
    return rosters.Absence(
        absence_id=row.id,
        user_id=row.user_id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        reason=row.reason if told else "",
    )


def draft_line(draft: Draft) -> rosters.DraftLine:
    return rosters.DraftLine(**draft_facts(draft))


def draft_facts(draft: Draft) -> dict[str, Any]:
    names = ("first_day", "last_day", "state", "version", "changed_at", "changed_by")
    return {"draft_id": draft.id, **{name: getattr(draft, name) for name in names}}


def absent(turns: Iterable[Turn], absences: Iterable[Absence]) -> list[rosters.RosterWarning]:
    """Who is planned while away, and in which part."""
    away: dict[UUID, list[Stretch]] = {}
    for absence in absences:
        away.setdefault(absence.user_id, []).append(Stretch(absence.starts_at, absence.ends_at))
    return [
        rosters.RosterWarning(
            code="absent",
            user_id=turn.holder,
            level=turn.level,
            starts_at=part.starts_at,
            ends_at=part.ends_at,
        )
        for turn in turns
        for part in crossed([turn.stretch], away.get(turn.holder, []))
    ]
