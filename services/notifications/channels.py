"""The three ways out of the platform, put together once for each process."""

from dataclasses import dataclass
from typing import cast

from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.mail import Mailer
from services.notifications.push import PushSender
from services.notifications.settings import NotificationsSettings
from services.notifications.sms import SmsSender

CHANNELS_KEY = "vangnet_channels"


@dataclass(frozen=True)
class Channels:
    """What a delivery leaves by."""

    mail: Mailer
    sms: SmsSender
    push: PushSender


def channels_by(settings: NotificationsSettings) -> Channels:
    public_url = settings.public_url
    return Channels(
        mail=Mailer(
            settings.smtp_url, sender=settings.mail_from, public_url=public_url, timeout=settings.smtp_timeout
        ),
        sms=SmsSender(
            settings.sms_url, secret=settings.sms_secret, public_url=public_url, timeout=settings.sms_timeout
        ),
        push=PushSender(
            settings.push_key,
            subject=settings.push_subject,
            hosts=settings.push_hosts.split(","),
            timeout=settings.push_timeout,
        ),
    )


def channels_of(session: AsyncSession) -> Channels:
    """The ways out in the reach of a command or a query."""
    return cast("Channels", session.info[CHANNELS_KEY])
