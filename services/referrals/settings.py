"""What referrals reads from its environment besides the settings that every service has."""

from shared.settings import Settings


class ReferralsSettings(Settings, frozen=True, kw_only=True):
    """One field, one variable: `http_port` is VANGNET_HTTP_PORT.

    `geocoder_url` is asked where an address is, by POST; without one an address is placed in its municipality.
    A partner's link is good for `partner_link_days`; `partner_keep_days` after the end his address goes.
    """

    geocoder_url: str = ""
    partner_link_days: int = 8
    partner_keep_days: int = 30
