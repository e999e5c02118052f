"""Puts the service together."""

from services.cases.api import ROUTES
from services.cases.subscriptions import SUBSCRIPTIONS, TIMERS
from shared.app import Service
from shared.settings import Settings, read


def build(settings: Settings | None = None) -> Service:
    return Service(
        name="cases",
        settings=settings or read(Settings),
        routes=ROUTES,
        subscriptions=SUBSCRIPTIONS,
        timers=TIMERS,
    )
