"""What the gateway reads from its environment, beside what every service reads."""

from pathlib import Path

from shared.settings import Settings as SharedSettings

_ROOT = Path(__file__).parent.parent.parent


class Settings(SharedSettings, frozen=True, kw_only=True):
    """`cookie_secure` is off in development only, where the pages come over plain HTTP.

    `trusted_proxies` are the addresses or networks, with commas, whose `X-Forwarded-For` is believed. `tiles_url` is a
    template of map tiles (`https://tiles.example/{z}/{x}/{y}.png`) with who is thanked for them; without one the map
    shows the borders of municipalities and wijken.
    """

    cookie_secure: bool = True
    trusted_proxies: str = "127.0.0.1"
    postbox_url: str = ""
    tiles_url: str = ""
    tiles_credit: str = ""
    front_end_dir: str = str(_ROOT / "node_modules")
