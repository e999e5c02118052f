"""What can be done in outreach."""

from services.cases.outreach.commands.attempts import note_attempt
from services.cases.outreach.commands.decisions import confirm_decision, decide
from services.cases.outreach.commands.signals import (
    FORGET_SIGNALLER,
    add_signal,
    forget_signaller,
    take_signal,
    tell_signaller,
)

__all__ = [
    "FORGET_SIGNALLER",
    "add_signal",
    "confirm_decision",
    "decide",
    "forget_signaller",
    "note_attempt",
    "take_signal",
    "tell_signaller",
]
