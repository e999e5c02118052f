"""The ears of referrals, and its clock: what it does when another service announces something, or a moment comes."""

from services.referrals.worries import commands as worries
from services.referrals.worries.models import WIPE as WIPE_WORRY
from shared.inbox import Subscriptions
from shared.timers import TimerHandlers

SUBSCRIPTIONS: Subscriptions = {}
TIMERS: TimerHandlers = {
    WIPE_WORRY: worries.wipe_worry,
}
