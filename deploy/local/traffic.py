"""What goes over NATS, remembered between starts: reading it means importing every service, which takes seconds."""

import hashlib
from pathlib import Path

import msgspec

from deploy.catalogue import Listening, Traffic, read_traffic
from deploy.local.platform import ROOT


class Remembered(msgspec.Struct):
    """The traffic, and the code that it was read from."""

    code: str
    listenings: tuple[Listening, ...]
    live: tuple[str, ...]


def recall_traffic(memory: Path) -> Traffic:
    """As `read_traffic`, unless no line of the services and their contracts has changed since."""
    code = fingerprint(ROOT)
    if memory.exists():
        known = msgspec.json.decode(memory.read_bytes(), type=Remembered)
        if known.code == code:
            return Traffic(known.listenings, known.live)
    traffic = read_traffic()
    memory.write_bytes(msgspec.json.encode(Remembered(code, traffic.listenings, traffic.live)))
    return traffic


def fingerprint(root: Path) -> str:
    """A hash over every module that takes part in saying who hears what."""
    found = hashlib.sha256()
    for package in ("services", "shared", "deploy"):
        for path in sorted((root / package).rglob("*.py")):
            found.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()
