"""Secrets are made once, kept, and readable by their owner only."""

import base64
import json
import stat
from pathlib import Path

from deploy.catalogue import OWNERS, SERVICES
from deploy.local.secrets import load_or_make, write_private


def test_they_are_the_same_at_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"

    assert load_or_make(path) == load_or_make(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_every_service_has_its_own(tmp_path: Path) -> None:
    made = load_or_make(tmp_path / "secrets.json")

    assert set(made.service_secrets) == set(SERVICES)
    assert set(made.database_service) == set(made.database_migrator) == set(OWNERS)
    assert len(set(made.service_secrets.values())) == len(SERVICES)
    assert all(len(base64.urlsafe_b64decode(key)) == 32 for key in made.audit_keys.values())


def test_a_service_that_came_later_gets_its_secrets_and_the_others_keep_theirs(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    before = load_or_make(path)
    kept = json.loads(path.read_text())
    del kept["service_secrets"]["cases"]
    path.write_text(json.dumps(kept))

    after = load_or_make(path)

    assert after.service_secrets["cases"]
    assert after.service_secrets["identity"] == before.service_secrets["identity"]


def test_a_private_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "platform.json"
    path.write_text("old")
    path.chmod(0o644)

    write_private(path, b"new")

    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]
