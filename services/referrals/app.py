"""Puts the service together."""

from functools import partial

from services.referrals.api import ROUTES
from services.referrals.finding.geocoder import GEOCODER
from services.referrals.partners.commands import tell_partner
from services.referrals.partners.messages import PARTNERS, Terms
from services.referrals.referring.changes import TELL_PARTNER
from services.referrals.settings import ReferralsSettings
from services.referrals.subscriptions import SUBSCRIPTIONS, TIMERS
from shared.runtime import Service
from shared.settings import read


def build(settings: ReferralsSettings | None = None) -> Service:
    settings = settings or read(ReferralsSettings)
    terms = Terms(
        settings.service_secret,
        link_days=settings.partner_link_days,
        kept_days=settings.partner_keep_days,
    )
    return Service(
        name="referrals",
        settings=settings,
        routes=ROUTES,
        subscriptions=SUBSCRIPTIONS,
        timers={**TIMERS, TELL_PARTNER: partial(tell_partner, terms)},
        carries={GEOCODER: settings.geocoder_url, PARTNERS: terms},
    )
