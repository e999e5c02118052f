"""The states of a call-out, from which to which it may go, and what is refused. Pure.

States: `domain.md` 1.4, with `unanswered` for when nobody is left to ring (it goes on waiting for somebody) and
`planned_visit` for one that rests until a morning (then it rings whoever is on duty).
"""

from shared.errors import Conflict, Forbidden

WAITING = ("requested", "ringing", "unanswered")
UNDER_WAY = ("accepted", "en_route", "on_site")
OPEN = (*WAITING, *UNDER_WAY, "planned_visit")
ASIDE = ("advice_only", "transferred_to_zone")
"""Ended without anybody of ours going there."""

ENDS = ("closed", "cancelled", *ASIDE)
"""States with which the hours of who was out are over."""

_SIDE_WAYS = frozenset({"cancelled", *ASIDE})

MOVES: dict[str, frozenset[str]] = {
    "requested": frozenset({"ringing", "unanswered", "planned_visit"}) | _SIDE_WAYS,
    "ringing": frozenset({"ringing", "unanswered", "accepted", "planned_visit"}) | _SIDE_WAYS,
    "unanswered": frozenset({"ringing", "accepted", "planned_visit"}) | _SIDE_WAYS,
    "planned_visit": frozenset({"ringing", "unanswered", "planned_visit"}) | _SIDE_WAYS,
    "accepted": frozenset({"en_route", "on_site", "closed"}) | _SIDE_WAYS,
    "en_route": frozenset({"on_site", "closed"}) | _SIDE_WAYS,
    "on_site": frozenset({"closed"}) | _SIDE_WAYS,
    "closed": frozenset({"reported"}),
    "reported": frozenset({"validated"}),
    "validated": frozenset(),
    "cancelled": frozenset(),
    "advice_only": frozenset(),
    "transferred_to_zone": frozenset(),
}
"""From which state to which; steps may be skipped forward and are never taken back."""

STEPS = ("accepted", "en_route", "on_site", "left_scene", "closed")
"""What each member does, in order. Leaving the scene is a moment of hers, no state of the call-out."""


class WrongState(Conflict):
    """The call-out is too far, or not far enough, for this."""

    code = "call_out_state_wrong"


class AlreadyAnswered(Conflict):
    """Somebody was first."""

    code = "already_answered"


class AlreadyDeclined(Conflict):
    """Who declined is asked no more; the dispatcher can still say that she accepts after all."""

    code = "already_declined"


class NobodyLeft(Conflict):
    """Everyone on duty was asked."""

    code = "nobody_left"


class NotRung(Forbidden):
    """Only who is rung for a call-out answers it."""

    code = "not_rung"


class NotYours(Forbidden):
    """Somebody else accepted this call-out, or requested it."""

    code = "not_yours"
