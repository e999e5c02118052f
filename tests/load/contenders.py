"""The peers, each in an environment of its own below .local/bench, started as one server process like ours."""

import hashlib
import subprocess
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from deploy.database import ServiceDatabase
from deploy.environment import find_uv, make_venv
from deploy.local import processes
from tests.load.platform import CONNECTIONS, Running, Servers, listening
from tests.load.report import ROOT

PEERS = Path(__file__).parent / "peers"
_ENVIRONMENTS = ROOT / ".local" / "bench"


def environment(peer: str) -> Path:
    """The peer's virtual environment, made anew when its requirements have changed; returns its bin folder."""
    requirements = PEERS / peer / "requirements.txt"
    venv = _ENVIRONMENTS / peer
    stamp, wanted = venv / ".requirements", hashlib.sha256(requirements.read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != wanted:
        print(f"  installing {peer} ...", flush=True)
        venv.parent.mkdir(parents=True, exist_ok=True)
        python = make_venv(venv)
        uv = find_uv(python)
        install = [uv, "pip", "install", "--python", python] if uv else [python, "-m", "pip", "install"]
        subprocess.run([*install, "--quiet", "--requirement", requirements], check=True)
        stamp.write_text(wanted)
    return venv / "bin"


@asynccontextmanager
async def fastapi(at: Servers, database: ServiceDatabase) -> AsyncIterator[Running]:
    """One uvicorn process with uvloop and httptools."""
    port = processes.free_port()
    command: list[str | Path] = [
        environment("fastapi_orm") / "uvicorn", "app:app", "--host", "127.0.0.1", "--port", str(port),
        "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning",
    ]  # fmt: skip
    async with _started(at, database, "fastapi_orm", command, port) as running:
        yield running


@asynccontextmanager
async def django(at: Servers, database: ServiceDatabase) -> AsyncIterator[Running]:
    """One gunicorn worker with a thread for each connection."""
    port = processes.free_port()
    command: list[str | Path] = [
        environment("django_drf") / "gunicorn", "wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "1",
        "--threads", str(CONNECTIONS), "--keep-alive", "60", "--log-level", "warning",
    ]  # fmt: skip
    async with _started(at, database, "django_drf", command, port) as running:
        yield running


@asynccontextmanager
async def _started(
    at: Servers, database: ServiceDatabase, peer: str, command: Sequence[str | Path], port: int
) -> AsyncIterator[Running]:
    settings: Mapping[str, str] = {
        "PEER_DB_URL": database.migration_url,
        "PEER_JWKS_URL": at.stand_ins.jwks_url,
        "PEER_CONNECTIONS": str(CONNECTIONS),
        "PEER_SECRET": "bench-only",
    }
    async with listening(
        command, settings, at.folder / f"{peer}.log", port, "/health", PEERS / peer
    ) as running:
        yield running
