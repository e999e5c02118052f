"""Puts the service together."""

from functools import partial

from services.notifications import commands
from services.notifications.api import ROUTES
from services.notifications.mail import Mailer
from services.notifications.models import DELIVER
from services.notifications.settings import NotificationsSettings
from services.notifications.subscriptions import SUBSCRIPTIONS
from shared.app import Service
from shared.settings import read


def build(settings: NotificationsSettings | None = None) -> Service:
    settings = settings or read(NotificationsSettings)
    mailer = Mailer(
        settings.smtp_url,
        sender=settings.mail_from,
        public_url=settings.public_url,
        timeout=settings.smtp_timeout,
    )
    return Service(
        name="notifications",
        settings=settings,
        routes=ROUTES,
        subscriptions=SUBSCRIPTIONS,
        timers={DELIVER: partial(commands.deliver, mailer)},
    )
