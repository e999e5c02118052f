"""Who may see which call-out, and who is out: one definition for lists, details and commands."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnElement,
    SQLColumnExpression,
    Uuid,
    and_,
    bindparam,
    exists,
    literal_column,
    or_,
)
from sqlalchemy.orm import aliased

from services.rostering.call_outs.models import CallOut
from services.rostering.call_outs.records import HiddenBriefing
from services.rostering.call_outs.states import UNDER_WAY, WAITING
from services.rostering.call_outs.trail import CallOutAttempt
from shared.auth import Permission, Principal


def in_state(states: Sequence[str]) -> ColumnElement[bool]:
    """In one of `states`, written out so that PostgreSQL recognises its partial indexes."""
    return CallOut.state.in_([literal_column(f"'{state}'") for state in states])


def is_out(user: SQLColumnExpression[UUID] | SQLColumnExpression[UUID | None]) -> ColumnElement[bool]:
    """Whether a person is on a call-out that she accepted and has not closed."""
    hers = or_(CallOut.accepted_by == user, CallOut.joined_by == user)
    return exists().where(hers, in_state(UNDER_WAY))


def in_sight() -> ColumnElement[bool]:
    """Which call-outs a caller may see; the parameters are those of `sight_of`. For lists, details and commands."""
    return or_(
        bindparam("sees_all", type_=Boolean),
        CallOut.requested_by_user == bindparam("requester", type_=Uuid),
        concerns(bindparam("member", type_=Uuid)),
    )


def concerns(member: SQLColumnExpression[UUID]) -> ColumnElement[bool]:
    """Whether somebody was rung for a call-out, or reached by phone: whoever accepted it has an attempt too."""
    rung = aliased(CallOutAttempt)
    return exists().where(rung.call_out_id == CallOut.id, rung.user_id == member)


def hidden_from() -> ColumnElement[bool]:
    """Whether the caller declared a conflict of interest: then no word of the briefing is hers to read."""
    return exists().where(
        HiddenBriefing.call_out_id == CallOut.id,
        HiddenBriefing.user_id == bindparam("viewer", type_=Uuid),
    )


def sight_of(principal: Principal) -> dict[str, bool | UUID | None]:
    """All of the tenant's with `call_out:read`; else what one requested oneself, was rung for or took."""
    allowed = principal.permissions
    return {
        "sees_all": Permission.CALL_OUT_READ in allowed,
        "requester": principal.user_id if Permission.CALL_OUT_REQUEST in allowed else None,
        "viewer": principal.user_id,
        "member": principal.user_id if Permission.CALL_OUT_ANSWER in allowed else None,
    }


def seeks() -> ColumnElement[bool]:
    """Nobody has it yet, or the second of two still has to be found."""
    second = and_(in_state(UNDER_WAY), CallOut.people_needed > 1, CallOut.joined_by.is_(None))
    return or_(in_state(WAITING), second)
