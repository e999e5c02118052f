"""The project's own static checks, beside style, types and imports: `python -m deploy.checks`."""

import importlib
import importlib.util
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from deploy.catalogue import OWNERS, read_traffic

ROOT = Path(__file__).resolve().parent.parent

SHOWN = 20
"""Lines of each check: more only hide the first."""

LOCK_FILES = ("requirements.lock", "requirements-runtime.lock", "package-lock.json")
ADDRESS = re.compile(r"https?://")

MIGRATION_NAME = re.compile(r"\d{4}_[a-z0-9_]+\.sql")
REFUSED_SQL = {
    r"CREATE\s+TYPE": "an enum or domain breaks prepared statements of other tenants: text with a CHECK",
    r"CREATE\s+EXTENSION": "the product runs on PostgreSQL without contrib",
    r"\bvarchar\b": "text with a CHECK on its length",
    r"\btimestamp\b(?!tz)": "a moment has a time zone: timestamptz",
    r"\bserial\b|\bbigserial\b": "keys are made by uuid7(), or GENERATED AS IDENTITY",
    r"\bSECURITY\s+DEFINER\b": "it would run with the migrator's rights in any tenant",
}
"""What no migration may hold, and what it says instead."""


def main() -> int:
    """Run every check; print what is wrong, one line each."""
    wrong = 0
    for check in CHECKS:
        found = list(check())
        summary = check.__doc__.splitlines()[0].rstrip(".") if check.__doc__ else check.__name__
        print(f"{'ok ' if not found else 'NOT'}  {summary}")
        for line in found[:SHOWN]:
            print(f"     {line}")
        if len(found) > SHOWN:
            print(f"     and {len(found) - SHOWN} more")
        wrong += len(found)
    return 1 if wrong else 0


def lock_files_without_addresses() -> Iterable[str]:
    """Lock files name versions and hashes, and no address of an index."""
    for name in LOCK_FILES:
        for number, line in enumerate((ROOT / name).read_text().splitlines(), start=1):
            if ADDRESS.search(line):
                yield f"{name}:{number}: {line.strip()}"


def lock_file_up_to_date() -> Iterable[str]:
    """Every package that pyproject.toml asks for is in requirements.lock."""
    locked = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    for name in re.findall(r'^    "([A-Za-z0-9_.-]+)[^"]*",', dependencies_text(), re.MULTILINE):
        if name.lower().replace("_", "-").replace(".", "-") not in locked:
            yield f"{name} is not locked"


def dependencies_text() -> str:
    """The part of pyproject.toml that lists packages."""
    return (ROOT / "pyproject.toml").read_text().split("[tool.", 1)[0].split("\ndependencies", 1)[1]


def migrations_in_order() -> Iterable[str]:
    """Migrations are numbered without gaps or doubles, and hold no SQL that harms a tenant."""
    for folder in [
        ROOT / "shared" / "migrations",
        *(ROOT / "services" / owner / "migrations" for owner in OWNERS),
    ]:
        for scope in ("platform", "tenant"):
            files = sorted((folder / scope).glob("*"))
            for position, path in enumerate(files, start=1):
                where = path.relative_to(ROOT)
                if not MIGRATION_NAME.fullmatch(path.name):
                    yield f"{where}: a migration is called 0001_what_it_does.sql"
                elif int(path.name[:4]) != position:
                    yield f"{where}: number {position:04} is expected here"
                for pattern, instead in REFUSED_SQL.items():
                    for match in re.finditer(pattern, without_comments(path.read_text()), re.IGNORECASE):
                        yield f"{where}: {match.group(0)}: {instead}"


def without_comments(sql: str) -> str:
    """SQL as the server sees it."""
    return re.sub(r"--[^\n]*", "", sql)


def every_event_declared() -> Iterable[str]:
    """Each subject that a service hears is announced by a contract."""
    declared = set()
    for owner in [*OWNERS, "tenancy"]:
        if importlib.util.find_spec(f"shared.contracts.{owner}") is None:
            continue
        contract = importlib.import_module(f"shared.contracts.{owner}")
        declared |= {getattr(kind, "SUBJECT", "") for kind in vars(contract).values()}
    traffic = read_traffic()
    heard = {subject for listening in traffic.listenings for subject in listening.subjects} | set(
        traffic.live
    )
    for subject in sorted(heard - declared):
        yield f"nothing declares {subject}"


def catalogues_complete() -> Iterable[str]:
    """Every language of the user interface says everything that the pages ask for."""
    command = [sys.executable, "-m", "services.gateway.language", "check"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    if done.returncode != 0:
        yield from (done.stdout + done.stderr).splitlines()


def no_machine_in_the_tree() -> Iterable[str]:
    """No committed file names a folder of the machine that it was written on."""
    found = subprocess.run(
        ["git", "grep", "-nIF", f"{ROOT.parent}/", "--", "."],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    yield from found.stdout.splitlines()


CHECKS: tuple[Callable[[], Iterable[str]], ...] = (
    lock_files_without_addresses,
    lock_file_up_to_date,
    migrations_in_order,
    every_event_declared,
    catalogues_complete,
    no_machine_in_the_tree,
)


if __name__ == "__main__":
    sys.exit(main())
