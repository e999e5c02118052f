"""`python -m services.gateway`: serve the pages."""

from types import FrameType

import uvicorn

from services.gateway.app import create_app
from services.gateway.live import Live
from services.gateway.settings import Settings
from shared.client import SERVER_KEEPS_SECONDS
from shared.settings import read


class Server(uvicorn.Server):
    """Lets the open lines of live pages go first, so that stopping does not wait for them."""

    def __init__(self, config: uvicorn.Config, live: Live) -> None:
        super().__init__(config)
        self._live = live

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._live.end_all()
        super().handle_exit(sig, frame)


def main() -> None:
    settings = read(Settings)
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        host=settings.http_host,
        port=settings.http_port,
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_keep_alive=SERVER_KEEPS_SECONDS,
        timeout_graceful_shutdown=5,
    )
    Server(config, app.state.live).run()


if __name__ == "__main__":
    main()
