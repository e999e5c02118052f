"""The files that pages load: our own, and the few from npm; read once, named by their content, kept for a year."""

import gzip
import hashlib
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.params import FromPath

from shared.errors import NotFound

OWN: Final = Path(__file__).parent / "static"
_FONT: Final = "@fontsource-variable/source-sans-3/files/source-sans-3-{}-wght-normal.woff2"
VENDOR: Final = {
    "vendor/htmx.min.js": "htmx.org/dist/htmx.min.js",
    "vendor/leaflet.js": "leaflet/dist/leaflet.js",
    "vendor/leaflet.css": "leaflet/dist/leaflet.css",
    "vendor/source-sans-3-latin-wght-normal.woff2": _FONT.format("latin"),
    "vendor/source-sans-3-latin-ext-wght-normal.woff2": _FONT.format("latin-ext"),
}
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_A_DAY: Final = "public, max-age=86400"


@dataclass(frozen=True)
class StaticFile:
    """One file, ready to send. A font is compressed already."""

    content: bytes
    zipped: bytes | None
    media_type: str
    version: str


class StaticFiles:
    """Everything under `/static/`: a closed list, so that no path can lead elsewhere."""

    def __init__(self, front_end: Path) -> None:
        paths = {path.name: path for path in sorted(OWN.iterdir()) if path.suffix in _TYPES}
        paths |= {name: front_end / place for name, place in VENDOR.items()}
        self._files = {name: _read(path) for name, path in paths.items()}

    def address(self, name: str) -> str:
        """The address of a file; it changes with the content, so a browser may keep it for ever."""
        return f"/static/{name}?v={self._files[name].version}"

    def file(self, name: str) -> StaticFile:
        """Raises `NotFound`."""
        try:
            return self._files[name]
        except KeyError:
            raise NotFound from None


def _read(path: Path) -> StaticFile:
    content = path.read_bytes()
    zipped = None if path.suffix == ".woff2" else gzip.compress(content, mtime=0)
    return StaticFile(content, zipped, _TYPES[path.suffix], hashlib.sha256(content).hexdigest()[:10])


@get("/sw.js", include_in_schema=False)
async def service_worker(state: State) -> Response[bytes]:
    """The service worker: its scope is the whole site, so it stands at the root; asked anew each time."""
    found: StaticFile = state.static.file("sw.js")
    return Response(found.content, media_type=found.media_type, headers={"Cache-Control": "no-cache"})


@get("/static/{name:path}", include_in_schema=False)
async def static_file(
    name: FromPath[str], request: Request[object, object, State], state: State
) -> Response[bytes]:
    """One of the files of the closed list."""
    found: StaticFile = state.static.file(name.lstrip("/"))
    headers = {
        "Cache-Control": _FOR_EVER if "v" in request.query_params else _A_DAY,
        "ETag": f'"{found.version}"',
    }
    if request.headers.get("If-None-Match") == f'"{found.version}"':
        return Response(b"", status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    if found.zipped is not None and "gzip" in request.headers.get("Accept-Encoding", ""):
        headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        return Response(found.zipped, media_type=found.media_type, headers=headers)
    return Response(found.content, media_type=found.media_type, headers=headers)
