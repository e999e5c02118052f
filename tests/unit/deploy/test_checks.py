"""The project's own checks find what they are there for."""

import re
from pathlib import Path

import pytest

from deploy import checks


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(checks, "ROOT", tmp_path)
    return tmp_path


def migration(tree: Path, name: str, sql: str) -> None:
    folder = tree / "services" / "cases" / "migrations" / "tenant"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(sql)


def test_an_address_in_a_lock_file_is_found(tree: Path) -> None:
    (tree / "requirements.lock").write_text("a==1\n# from https://index.example/simple\n")
    for name in checks.LOCK_FILES[1:]:
        (tree / name).write_text("")

    assert list(checks.lock_files_without_addresses()) == [
        "requirements.lock:2: # from https://index.example/simple"
    ]


def test_a_package_that_is_not_locked_is_found(tree: Path) -> None:
    (tree / "pyproject.toml").write_text(
        '[project]\ndependencies = [\n    "aiohttp>=3",\n    "forgotten>=1",\n]\n'
    )
    (tree / "requirements.lock").write_text("aiohttp==3.1\n")

    assert list(checks.lock_file_up_to_date()) == ["forgotten is not locked"]


def test_a_gap_in_the_numbers_is_found(tree: Path) -> None:
    migration(tree, "0001_persons.sql", "CREATE TABLE persons (id uuid);")
    migration(tree, "0003_dossiers.sql", "CREATE TABLE dossiers (id uuid);")

    assert [re.sub(r".*/", "", line) for line in checks.migrations_in_order()] == [
        "0003_dossiers.sql: number 0002 is expected here"
    ]


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TYPE state AS ENUM ('a')",
        "at timestamp NOT NULL",
        "create extension pg_trgm",
        "name varchar(3)",
    ],
)
def test_harmful_sql_is_found(tree: Path, sql: str) -> None:
    migration(tree, "0001_persons.sql", sql)

    assert len(list(checks.migrations_in_order())) == 1


def test_harmless_sql_and_comments_are_not(tree: Path) -> None:
    migration(tree, "0001_persons.sql", "-- no varchar here\nCREATE TABLE persons (at timestamptz NOT NULL);")

    assert list(checks.migrations_in_order()) == []
