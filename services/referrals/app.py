"""Puts the service together."""

from services.referrals.api import ROUTES
from services.referrals.finding.geocoder import GEOCODER
from services.referrals.settings import ReferralsSettings
from services.referrals.subscriptions import SUBSCRIPTIONS, TIMERS
from shared.runtime import Service
from shared.settings import read


def build(settings: ReferralsSettings | None = None) -> Service:
    settings = settings or read(ReferralsSettings)
    return Service(
        name="referrals",
        settings=settings,
        routes=ROUTES,
        subscriptions=SUBSCRIPTIONS,
        timers=TIMERS,
        carries={GEOCODER: settings.geocoder_url},
    )
