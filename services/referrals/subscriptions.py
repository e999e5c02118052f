"""The ears of referrals, and its clock: what it does when another service announces something, or a moment comes."""

from shared.inbox import Subscriptions
from shared.timers import TimerHandlers

SUBSCRIPTIONS: Subscriptions = {}
TIMERS: TimerHandlers = {}
