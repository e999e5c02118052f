"""What notifications reads from its environment besides the settings that every service has."""

from shared.settings import Settings


class NotificationsSettings(Settings, frozen=True, kw_only=True):
    """`smtp_url` is smtp://[user:password@]host:port, or smtps:// for TLS from the first byte."""

    smtp_url: str = ""
    mail_from: str = "Vangnet <noreply@vangnet.example>"
    smtp_timeout: float = 10.0
