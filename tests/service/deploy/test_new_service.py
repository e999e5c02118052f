"""`make new-service` gives a service that works, in the layout and style of the others."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.platform import ROOT
from deploy.new_service import NotMade, make

NAME = "referrals"


def test_the_new_service_passes_its_own_test_and_the_style_checks(tmp_path: Path) -> None:
    for package in ("deploy", "shared", "tests/support"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("pyproject.toml", "tests/conftest.py"):
        shutil.copy(ROOT / file, tmp_path / file)
    (tmp_path / "services").mkdir()
    (tmp_path / "services" / "__init__.py").touch()

    made = make(tmp_path, NAME)

    python = [path for path in made if path.suffix == ".py"]
    for command in (
        ["ruff", "check", "--no-cache", *python],
        ["ruff", "format", "--check", "--no-cache", *python],
        ["pytest", "-q", "-p", "no:cacheprovider", f"tests/service/{NAME}"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", *command], cwd=tmp_path, check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_service_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    make(tmp_path, NAME)

    with pytest.raises(NotMade):
        make(tmp_path, NAME)


@pytest.mark.parametrize("name", ["", "Referrals", "social-map", "../cases"])
def test_a_name_that_is_no_package_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotMade):
        make(tmp_path, name)

    assert list(tmp_path.iterdir()) == []
