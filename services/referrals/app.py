"""Puts the service together."""

from services.referrals.api import ROUTES
from services.referrals.settings import ReferralsSettings
from services.referrals.subscriptions import SUBSCRIPTIONS, TIMERS
from shared.runtime import Service
from shared.settings import read


def build(settings: ReferralsSettings | None = None) -> Service:
    return Service(
        name="referrals",
        settings=settings or read(ReferralsSettings),
        routes=ROUTES,
        subscriptions=SUBSCRIPTIONS,
        timers=TIMERS,
    )
