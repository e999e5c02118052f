"""Puts the service together."""

from services.rostering import roster_api
from services.rostering.api import ROUTES
from services.rostering.api_incidents import ROUTES as INCIDENT_ROUTES
from services.rostering.own_hours.api import ROUTES as OWN_HOURS
from services.rostering.subscriptions import SUBSCRIPTIONS, TIMERS
from shared.runtime import Service
from shared.settings import Settings, read


def build(settings: Settings | None = None) -> Service:
    return Service(
        name="rostering",
        settings=settings or read(Settings),
        routes=[*ROUTES, *INCIDENT_ROUTES, *roster_api.ROUTES, *OWN_HOURS],
        subscriptions=SUBSCRIPTIONS,
        timers=TIMERS,
    )
