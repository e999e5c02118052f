"""What referrals reads from its environment besides the settings that every service has."""

from shared.settings import Settings


class ReferralsSettings(Settings, frozen=True, kw_only=True):
    """One field, one variable: `http_port` is VANGNET_HTTP_PORT."""
