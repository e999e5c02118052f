"""What notifications reads from its environment besides the settings that every service has."""

from shared.settings import Settings


class NotificationsSettings(Settings, frozen=True, kw_only=True):
    """`smtp_url` is smtp://[user:password@]host:port, or smtps:// for TLS from the first byte.

    `sms_url` is the provider's address, without which no SMS leaves; `sms_secret` signs both ways. `push_key` is the
    VAPID private key, 32 bytes in base64url, without which no device can subscribe; `push_hosts` are the push services
    that endpoints may belong to.
    """

    smtp_url: str = ""
    mail_from: str = "Vangnet <noreply@vangnet.example>"
    smtp_timeout: float = 10.0
    sms_url: str = ""
    sms_secret: str = ""
    sms_timeout: float = 10.0
    push_key: str = ""
    push_subject: str = "mailto:noreply@vangnet.example"
    push_hosts: str = (
        "fcm.googleapis.com,updates.push.services.mozilla.com,.push.apple.com,.notify.windows.com"
    )
    push_timeout: float = 10.0
