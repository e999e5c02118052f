"""What referrals reads from its environment besides the settings that every service has."""

from shared.settings import Settings


class ReferralsSettings(Settings, frozen=True, kw_only=True):
    """One field, one variable: `http_port` is VANGNET_HTTP_PORT.

    `geocoder_url` is asked where an address is, by POST; without one an address is placed in its municipality.
    """

    geocoder_url: str = ""
