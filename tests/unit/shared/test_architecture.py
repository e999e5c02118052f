"""Rules of the house that a reader relies on, held by reading the code itself."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SERVICES = ROOT / "services"
SHARED = ROOT / "shared"

SHARED_MODULES = {
    "app", "audit", "auth", "cli", "client", "contracts", "db", "disclosure", "errors", "idempotency", "inbox", "lifecycle",
    "migrations", "outbox", "periods", "problems", "runtime", "settings", "streams", "telemetry", "tenancy", "timers",
}  # fmt: skip
"""The closed list (ADR 0003): a new one needs an ADR."""

ACTS = sorted(
    path
    for path in SERVICES.rglob("*.py")
    if path.stem in {"commands", "queries"} or path.parent.stem in {"commands", "queries"}
)


def acts() -> list[tuple[str, ast.AsyncFunctionDef]]:
    """Every public command and query that has a caller."""
    found = []
    for path in ACTS:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.AsyncFunctionDef) and not node.name.startswith("_"):
                names = [argument.arg for argument in node.args.args]
                if names[:2] == ["session", "principal"]:
                    found.append((f"{path.relative_to(ROOT)}:{node.name}", node))
    return found


@pytest.mark.parametrize(
    ("name", "function"), acts(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_the_first_line_of_a_command_or_query_asks_for_the_permission(
    name: str, function: ast.AsyncFunctionDef
) -> None:
    body = function.body[1:] if ast.get_docstring(function) else function.body
    first = ast.unparse(body[0])

    assert first.startswith(("principal.require(Permission.", "principal.require_any(Permission.")), (
        f"{name}: {first}"
    )


@pytest.mark.parametrize(
    ("name", "function"), acts(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_command_or_query_is_told_what_time_it_is(name: str, function: ast.AsyncFunctionDef) -> None:
    source = ast.unparse(function)

    assert "now" in [argument.arg for argument in function.args.kwonlyargs], name
    assert "datetime.now" not in source, name


def test_shared_has_no_module_that_is_not_on_the_list() -> None:
    found = {path.stem for path in SHARED.iterdir() if path.suffix == ".py" or path.is_dir()}

    assert found - {"__init__", "__pycache__", "README"} == SHARED_MODULES


def test_every_module_says_its_job_in_one_sentence() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for folder in (SERVICES, SHARED, ROOT / "deploy")
        for path in folder.rglob("*.py")
        if path.name != "__init__.py" and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]

    assert silent == []


def test_no_module_is_called_by_a_name_that_says_nothing() -> None:
    empty_names = {
        "utils",
        "util",
        "helpers",
        "common",
        "core",
        "base",
        "manager",
        "handler",
        "service",
        "misc",
    }
    found = [
        str(path.relative_to(ROOT))
        for folder in (SERVICES, SHARED, ROOT / "deploy")
        for path in folder.rglob("*.py")
        if path.stem in empty_names
    ]

    assert found == []
