"""Puts the service together."""

from functools import partial

from services.notifications import commands
from services.notifications.api import ROUTES
from services.notifications.channels import CHANNELS_KEY, channels_by
from services.notifications.models import DELIVER, DELIVER_OUTSIDE, SELF_TEST_CLOSE, SELF_TEST_START
from services.notifications.settings import NotificationsSettings
from services.notifications.subscriptions import SUBSCRIPTIONS
from shared.runtime import Service
from shared.settings import read


def build(settings: NotificationsSettings | None = None) -> Service:
    settings = settings or read(NotificationsSettings)
    channels = channels_by(settings)
    return Service(
        name="notifications",
        settings=settings,
        routes=ROUTES,
        subscriptions=SUBSCRIPTIONS,
        timers={
            DELIVER: partial(commands.deliver, channels),
            DELIVER_OUTSIDE: partial(commands.deliver_outside, channels),
            SELF_TEST_START: commands.start_weekly_test,
            SELF_TEST_CLOSE: commands.close_self_test,
        },
        carries={CHANNELS_KEY: channels},
        # with its keys a device could be written to, and our signature makes it worthless to anybody else
        withheld=frozenset({"push_devices"}),
    )
