"""The files of a new service, as the services that exist have them."""

import re
from pathlib import Path
from string import Template

TEMPLATES = Path(__file__).parent / "template"

MODULES = (
    "__init__",
    "__main__",
    "app",
    "settings",
    "api",
    "subscriptions",
    "commands",
    "queries",
    "models",
)
NAME = re.compile(r"[a-z]{3,20}")


class NotMade(Exception):
    """The service cannot be made; the message says why."""


def make(root: Path, name: str) -> list[Path]:
    """Write the files of a service called `name`; raises `NotMade` before it writes anything."""
    if not NAME.fullmatch(name):
        raise NotMade(
            f"a service's name is one lower-case word: make new-service name=referrals, not {name!r}"
        )
    service = root / "services" / name
    if service.exists():
        raise NotMade(f"services/{name} is there already")
    places = {service / f"{module}.py": f"{module}.py" for module in MODULES} | {
        service / "README.md": "README.md",
        service / "migrations" / "tenant" / "0001_entries.sql": "migrations.sql",
        root / "shared" / "contracts" / f"{name}.py": "contract.py",
        root / "tests" / "service" / name / "test_write_entry.py": "test.py",
    }
    for path, template in places.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        text = Template((TEMPLATES / f"{template}.txt").read_text())
        path.write_text(text.substitute(name=name, Name=name.capitalize()))
    return list(places)


def left_to_do(name: str) -> str:
    """What the machine cannot decide, place by place."""
    return f"""\
Now name it where the platform lists its services:
  deploy/catalogue.py          OWNERS: it owns a database and announces facts
  shared/settings.py           {name}_url, if other services or the gateway ask it something
  shared/app.py                open_client: the same
  shared/contracts/tenancy.py  {name.capitalize()}TenantAnswer in TENANT_ANSWERS: it says when a tenant is ready
  pyproject.toml               the import-linter contracts: services, and containers
  docs/glossary.md             its words
Then put the real thing in place of the entry, and run make check and make test."""
