"""The environment is made when a lock file says something new, and only then."""

from pathlib import Path

import pytest

from deploy.environment import SetUpFailed, step


def test_a_lock_file_is_installed_once(tmp_path: Path) -> None:
    lock, stamp, installed = tmp_path / "requirements.lock", tmp_path / "venv" / "stamp", []
    lock.write_text("a==1")

    for _ in range(2):
        step("packages", [lock], stamp, lambda: installed.append(lock.read_text()))
    lock.write_text("a==2")
    step("packages", [lock], stamp, lambda: installed.append(lock.read_text()))

    assert installed == ["a==1", "a==2"]


def test_what_failed_is_tried_again(tmp_path: Path) -> None:
    lock, stamp, tries = tmp_path / "requirements.lock", tmp_path / "stamp", []
    lock.write_text("a==1")

    def fail() -> None:
        tries.append(1)
        raise SetUpFailed("no network")

    for _ in range(2):
        with pytest.raises(SetUpFailed):
            step("packages", [lock], stamp, fail)

    assert len(tries) == 2
