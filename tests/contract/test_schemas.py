"""What the mapped classes say of the tables is what the migrations make of them."""

import importlib
import pkgutil
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from sqlalchemy.types import NullType

from deploy.catalogue import OWNERS
from shared.db import Base
from shared.tenancy import PLATFORM_SCHEMA, schema_of
from tests.conftest import Serve

FLOOR_TABLES = {"inbox", "idempotency_keys", "audit", "audit_chain", "audit_seals"}
"""Written by SQL alone; `shared` has no mapped class for them but audit's."""


COLUMNS_DIFFER = {"add_column", "remove_column", "modify_type", "modify_nullable"}
"""Keys, checks and indexes are the migrations' alone."""


def mapped_tables(service: str) -> set[str]:
    """The tables of a service's own mapped classes; those of all are known, since a table may point at another's."""
    for owner in OWNERS:
        package = importlib.import_module(f"services.{owner}")
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.rsplit(".", 1)[1] not in {"__main__", "migrations"}:
                importlib.import_module(module.name)
    return {
        str(mapper.local_table)
        for mapper in Base.registry.mappers
        if mapper.class_.__module__.startswith((f"services.{service}.", "shared."))
    }


@pytest.mark.filterwarnings(
    "ignore:Did not recognize type 'xid8'"
)  # the audit's; SQLAlchemy has no name for it
@pytest.mark.parametrize("service", OWNERS)
async def test_the_mapped_classes_are_those_of_the_migrated_schema(
    serve: Serve, service: str, tenant: str
) -> None:
    running = await serve(importlib.import_module(f"services.{service}.app").build, service)
    tables = mapped_tables(service)
    url = running.urls.migration_url.replace("postgresql://", "postgresql+asyncpg://")
    found: dict[str, list[Any]] = {}

    for schema in (schema_of(tenant), PLATFORM_SCHEMA):
        engine = create_async_engine(
            url, poolclass=NullPool, connect_args={"server_settings": {"search_path": schema}}
        )
        async with engine.connect() as connection:
            found[schema] = await connection.run_sync(_differences, tables)
        await engine.dispose()

    missing = _missing(found[schema_of(tenant)]) & _missing(found[PLATFORM_SCHEMA])
    assert missing == set(), f"mapped, and in no migration: {missing}"
    for schema, differences in found.items():
        wrong = [each for each in differences if _kind(each) in COLUMNS_DIFFER and "xid8" not in _types(each)]
        assert wrong == [], schema


def _differences(connection: Connection, tables: set[str]) -> list[Any]:
    def ours(_thing: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
        return kind != "table" or name in tables

    def looked_at(name: str | None, kind: str, _parents: Any) -> bool:
        return kind != "schema" or name in {None, PLATFORM_SCHEMA}

    opts = {"include_object": ours, "include_name": looked_at, "include_schemas": True, "compare_type": True}
    context = MigrationContext.configure(connection, opts=opts)
    return list(compare_metadata(context, Base.metadata))


def _kind(difference: Any) -> str:
    return str(difference[0] if isinstance(difference, tuple) else difference[0][0])


def _types(difference: Any) -> str:
    """SQLAlchemy reads xid8 as no type at all."""
    column = difference[3] if isinstance(difference, tuple) else None
    return "xid8" if isinstance(getattr(column, "type", None), NullType) else ""


def _missing(differences: list[Any]) -> set[str]:
    return {str(each[1].name) for each in differences if _kind(each) == "add_table"}
