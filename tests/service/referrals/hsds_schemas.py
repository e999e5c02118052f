"""The official schemas of HSDS 3.1 (tests/data/hsds), and what an answer does not keep of them."""

import functools
import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

SCHEMAS = Path(__file__).parents[2] / "data" / "hsds" / "schema"


@functools.cache
def _registry() -> Registry[Any]:
    registry: Registry[Any] = Registry()
    for file in sorted(SCHEMAS.glob("*.json")):
        if file.name == "openapi.json":
            continue
        resource = Resource.from_contents(json.loads(file.read_bytes()), default_specification=DRAFT202012)
        registry = registry.with_resource(file.name, resource)
        if resource.id():
            registry = registry.with_resource(str(resource.id()), resource)
    return registry


@functools.cache
def _schema(name: str) -> dict[str, Any]:
    schema = json.loads((SCHEMAS / name).read_bytes())
    return {key: value for key, value in schema.items() if key not in {"$id", "name"}}


def openapi() -> dict[str, Any]:
    """The official OpenAPI document."""
    document: dict[str, Any] = json.loads((SCHEMAS / "openapi.json").read_bytes())
    return document


def breaches(schema: str | dict[str, Any], answer: Any) -> list[str]:
    """Where the answer does not fit the schema, by name or itself; empty when it does."""
    validator = Draft202012Validator(
        _schema(schema) if isinstance(schema, str) else schema,
        registry=_registry(),
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )
    return [f"{'/'.join(map(str, each.path))}: {each.message}" for each in validator.iter_errors(answer)]
