"""Tiles under the social map where the setting is there: drawn, and from that one place alone."""

import base64
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, cast
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, expect

from tests.support.pages import Person
from tests.support.platform import ROOT, RunningPlatform

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYPj/HwADAgH/5ncyGAAAAABJRU5ErkJggg=="
)
CREDIT = "Kaart: Testtegels"


@dataclass
class Tiles:
    """A small tile server, and what it was asked."""

    url: str = ""
    asked: list[tuple[str, str | None]] = field(default_factory=list)


@contextmanager
def tile_server() -> Iterator[Tiles]:
    found = Tiles()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append((self.path, self.headers["Referer"]))
            self.send_response(200)
            self.send_header("Content-Type", "image/png")
            self.end_headers()
            self.wfile.write(PIXEL)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield found
    finally:
        server.shutdown()


@dataclass(frozen=True)
class Beside:
    """A second gateway before the same platform, with a setting of its own."""

    url: str
    platform: RunningPlatform


@contextmanager
def gateway_with(platform: RunningPlatform, **settings: str) -> Iterator[Beside]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {**platform.facts["environments"]["gateway"], "VANGNET_HTTP_PORT": str(port), **settings}
    process = subprocess.Popen(
        [sys.executable, "-m", "services.gateway"],
        cwd=ROOT,
        env={**os.environ, **own},
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait_for(f"http://localhost:{port}/health/ready", process)
        yield Beside(f"http://localhost:{port}", platform)
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urlopen(url, timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"no gateway at {url}")


@pytest.fixture
def worker_with_tiles(
    browser: Browser, running_platform: RunningPlatform
) -> Iterator[Callable[[Tiles], Person]]:
    with ExitStack() as opened:

        def make(tiles: Tiles) -> Person:
            beside = opened.enter_context(
                gateway_with(
                    running_platform,
                    VANGNET_TILES_URL=f"{tiles.url}/{{z}}/{{x}}/{{y}}.png",
                    VANGNET_TILES_CREDIT=CREDIT,
                )
            )
            somebody = Person(browser, cast("RunningPlatform", beside))
            opened.callback(somebody.close)
            somebody.sign_in(running_platform.accounts("pz_aalst", "spot_worker")[3])
            return somebody

        yield make


def test_tiles_are_drawn_when_they_are_set_and_nothing_comes_from_elsewhere(
    worker_with_tiles: Callable[[Tiles], Person],
) -> None:
    with tile_server() as tiles, tile_server() as elsewhere:
        worker = worker_with_tiles(tiles)
        worker.open("/social-map?q=hulp")
        page = worker.page

        expect(page.locator("img.leaflet-tile-loaded").first).to_be_attached()
        expect(page.locator(".leaflet-control-attribution")).to_contain_text(CREDIT)
        assert worker.axe() == []
        worker.check()
        assert tiles.asked
        assert all(path.endswith(".png") and referrer is None for path, referrer in tiles.asked)

        refused = page.evaluate(
            """url => new Promise(done => {
                document.addEventListener('securitypolicyviolation', event => done(event.blockedURI));
                const image = new Image();
                image.onload = () => done('');
                image.src = url;
            })""",
            f"{elsewhere.url}/1/1/1.png",
        )
        assert refused.startswith(elsewhere.url)
        assert elsewhere.asked == []
