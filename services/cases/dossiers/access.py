"""Who may see a dossier, said once: lists, detail, tasks, search, looks, exports and commands all ask here.

Inside one's compartments: by a grant that runs now (holder, substitute, colleague, team, break-glass) or by
supervision, which reads and never writes. A conflict-of-interest block wins over all of them.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    DateTime,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    exists,
    func,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.models import ConflictBlock, Dossier, Grant, NoContactYet
from shared.auth import Permission, Principal
from shared.errors import Forbidden, NotFound

_USER = bindparam("user_id", type_=Uuid)
_TEAMS = bindparam("teams", type_=ARRAY(Uuid))
_COMPARTMENTS = bindparam("compartments", type_=ARRAY(Text))
_SUPERVISES = bindparam("supervises", type_=Boolean)
_AUDITS = bindparam("audits", type_=Boolean)
_NOW = bindparam("now", type_=DateTime(timezone=True))


class ReadOnly(Forbidden):
    """The caller may see this dossier and not change it."""

    code = "read_only"


def caller(principal: Principal, *, now: datetime) -> dict[str, Any]:
    """The values of the parameters in the expressions below."""
    return {
        "user_id": principal.user_id,
        "teams": list(principal.teams),
        "compartments": list(principal.compartments),
        "supervises": Permission.DOSSIER_SUPERVISE in principal.permissions,
        "audits": Permission.AUDIT_READ in principal.permissions,
        "now": now,
    }


_granted = and_(
    Grant.dossier_id == Dossier.id,
    or_(Grant.user_id == _USER, Grant.team_id == any_(_TEAMS)),
    Grant.starts_at <= _NOW,
    or_(Grant.ends_at.is_(None), Grant.ends_at > _NOW),
)
unblocked = not_(
    exists().where(ConflictBlock.dossier_id == Dossier.id, ConflictBlock.user_id == _USER).correlate(Dossier)
)
within_reach = and_(Dossier.compartment == any_(_COMPARTMENTS), unblocked)
"""Of the caller's own compartments and without a block: what break-glass can open."""

visible = and_(within_reach, or_(_SUPERVISES, exists().where(_granted).correlate(Dossier)))

reviewable = and_(unblocked, or_(Dossier.compartment == any_(_COMPARTMENTS), _AUDITS))
"""Whose break-glass the caller may judge: of his compartments, or of all as the DPO, who sees no content."""

looks_visible = or_(and_(visible, Dossier.holder == _USER), and_(unblocked, _AUDITS))
"""Whose log the caller may read: what he holds, or all with `audit:read`, which shows the log and no content."""

# The grant that gives most: writing first, then the nearest to the dossier.
BEST = (
    select(Grant.ground, Grant.may_write, Grant.ends_at)
    .where(_granted)
    .correlate(Dossier)
    .order_by(
        Grant.may_write.desc(),
        case({"holder": 1, "substitute": 2, "grant": 3, "team": 4}, value=Grant.ground, else_=5),
        Grant.ends_at.desc().nulls_first(),
    )
    .limit(1)
    .lateral("best")
)
_by_supervision = and_(_SUPERVISES, or_(BEST.c.ground.is_(None), BEST.c.ground == "break_glass"))
GROUND = case((_by_supervision, "supervision"), else_=BEST.c.ground)
MAY_WRITE = func.coalesce(BEST.c.may_write, False)
ENDS_AT = case((_by_supervision, None), else_=BEST.c.ends_at)

_SEEN = (
    select(Dossier, MAY_WRITE.label("may_write"), GROUND.label("ground"))
    .join(BEST, true(), isouter=True)
    .where(visible)
)


async def dossier_in_sight(
    session: AsyncSession,
    principal: Principal,
    dossier_id: UUID,
    *,
    now: datetime,
    to_write: bool = False,
    to_leave: bool = False,
    to_look: bool = False,
    before_contact: bool = False,
) -> Dossier:
    """The dossier, locked for a command. `NotFound` alike for unknown, other tenant's and out of sight; `ReadOnly`.

    Who reads by break-glass may do nothing in it, whatever else he may do in dossiers, but look at more of it
    (`to_look`) or leave it (`to_leave`). `NoContactYet`: in a dossier of outreach nothing is written before somebody
    was met, but by the commands that say so (`before_contact`).
    """
    # Locked first and judged afterwards, so that a block or a new version that was waited for is seen.
    await session.execute(select(Dossier.id).where(Dossier.id == dossier_id).with_for_update())
    found = await session.execute(_SEEN.where(Dossier.id == dossier_id), caller(principal, now=now))
    row = found.one_or_none()
    if row is None:
        raise NotFound
    if (to_write and not row.may_write) or (row.ground == "break_glass" and not (to_leave or to_look)):
        raise ReadOnly
    dossier: Dossier = row.Dossier
    if to_write and dossier.before_contact and not before_contact:
        raise NoContactYet
    return dossier
