"""Bad input of every kind at every door: never a 500, always a problem with a code, and nothing stored by what is refused.

The doors and their fields come from the services' own OpenAPI documents. What is tried is drawn by chance from a fixed
seed, so that a failure comes back.
"""

import importlib
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from deploy.documents import openapi_of
from shared.auth import Principal
from shared.db import driver_of, uuid7
from tests.conftest import Serve
from tests.contract.test_other_tenants import SERVICES, Operation, _body, everybody, operations
from tests.contract.worlds import WORLDS
from tests.support.principals import token_of
from tests.support.service import ServiceUnderTest

EACH_OPERATION = 24
NOT_STORED_IN = ("audit", "audit_chain", "audit_seals")
"""A refusal is kept in the audit: that is the one thing that it leaves."""

STRINGS = (
    "", " ", "\x00", "a\x00b", "\ud800", "x" * 100_000, "'; DROP TABLE staff; --", "\u202e\ufeff", "🜁" * 300, "../../etc/passwd",
    "0001-01-01", "9999-12-31", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-03-29T02:30:00", "2031-13-45",
    "NaN", "-1", "{{7*7}}", "<script>", "00000000-0000-0000-0000-000000000000", "nobody@", "+32", "%00", "é" * 64,
)  # fmt: skip
NUMBERS = (-1, 0, 1, 2**31, 2**63, 2**64, -(2**63) - 1, 1.5, 1e308)
OTHERS: tuple[Any, ...] = (None, True, [], {}, ["x"] * 1000, [None], [["x"]], [{}], {"a": {"b": {}}})
BODIES = (
    b"", b"null", b"[]", b"{", b"\xff\xfe", b'"text"', b"1e999", b"[" * 3000, b'{"a":' * 3000, b"{}{}", b'{"\x00":1}',
    b'{"unknown_field": 1}',
)  # fmt: skip
KEYS = (None, "", "short", "k" * 200, "with space", "ünïcödé-key")


@dataclass(frozen=True)
class Attempt:
    """One request as it goes out."""

    method: str
    path: str
    content: bytes = b""
    query: tuple[tuple[str, str], ...] = ()
    key: str | None = "good"

    def __str__(self) -> str:
        return f"{self.method} {self.path} {dict(self.query) or ''} {self.content[:120]!r} key {self.key!r}"


def attempts(operation: Operation, ids: dict[str, Any], chance: random.Random) -> Iterator[Attempt]:
    """Each field in turn with something wrong in it, and then what is wrong with the whole."""
    path = operation.path
    for name in operation.parameters:
        path = path.replace(f"{{{name}}}", str(ids.get(name, uuid7())))
    found = [*_wrong_paths(operation, ids)]
    if operation.method == "GET":
        names = _query_names(operation)
        found += [
            Attempt("GET", path, query=((name, _as_query(value)),)) for name in names for value in STRINGS
        ]
        found += [Attempt("GET", path)]
    else:
        good = _body(operation, ids) if operation.body else {}
        found += [
            Attempt("POST", path, json.dumps({**good, name: value}).encode())
            for name in _fields(operation)
            for value in (*STRINGS, *NUMBERS, *OTHERS)
        ]
        found += [
            Attempt("POST", path, json.dumps({k: v for k, v in good.items() if k != name}).encode())
            for name in good
        ]
        found += [Attempt("POST", path, body) for body in BODIES]
        found += [Attempt("POST", path, json.dumps(good).encode(), key=key) for key in KEYS]
    yield from chance.sample(found, min(EACH_OPERATION, len(found)))


def _wrong_paths(operation: Operation, ids: dict[str, Any]) -> Iterator[Attempt]:
    for wrong in ("x", "%00", "0" * 300, "..%2f..", "00000000-0000-0000-0000-000000000000", "%C3%28"):
        for name in operation.parameters:
            path = operation.path.replace(f"{{{name}}}", wrong)
            for other in operation.parameters:
                path = path.replace(f"{{{other}}}", str(ids.get(other, uuid7())))
            yield Attempt(operation.method, path, b"{}" if operation.method == "POST" else b"")


def _as_query(value: str) -> str:
    return value.encode("utf-8", "replace").decode()[:2000]


def _query_names(operation: Operation) -> list[str]:
    described = openapi_of(operation.service)["paths"][operation.path]["get"]
    return [each["name"] for each in described.get("parameters", []) if each["in"] == "query"]


def _fields(operation: Operation) -> list[str]:
    schema = operation.body or {}
    if "$ref" in schema:
        schema = operation.schemas[schema["$ref"].rsplit("/", 1)[1]]
    return list(schema.get("properties", {}))


async def send(service: ServiceUnderTest, attempt: Attempt, by: Principal) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token_of(by)}", "Content-Type": "application/json"}
    if attempt.key is not None:
        key = str(uuid7()) if attempt.key == "good" else attempt.key
        headers["Idempotency-Key"] = key.encode("utf-8").decode("latin-1")
    return await service.http.request(
        attempt.method, attempt.path, content=attempt.content or None, params=list(attempt.query) or None,
        headers={name: value.encode("latin-1") for name, value in headers.items()},  # type: ignore[arg-type]  # bytes do
    )  # fmt: skip


async def everything_stored(service: ServiceUnderTest, tenant: str) -> list[Any]:
    """How many rows each table of the tenant has, and which transactions wrote them."""
    async with service.transaction(tenant) as session:
        tables = await driver_of(session).fetch(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = current_schema() AND c.relkind = 'r' ORDER BY 1"
        )
        counted = ", ".join(
            f'(SELECT (count(*), coalesce(sum(xmin::text::bigint), 0))::text FROM "{table[0]}")'
            for table in tables
            if table[0] not in NOT_STORED_IN
        )
        return list(await driver_of(session).fetchrow(f"SELECT {counted}"))


def wrong_with(answer: httpx.Response) -> str:
    """What a client could not live with; empty when the answer is fine."""
    if answer.status_code >= 500:
        return f"answered {answer.status_code}"
    if answer.status_code < 400:
        return ""
    if answer.headers.get("content-type", "").split(";")[0] != "application/problem+json":
        return f"{answer.status_code} is no problem+json but {answer.headers.get('content-type')}"
    problem = answer.json()
    if not problem.get("code") or problem.get("status") != answer.status_code:
        return f"no code in {problem}"
    return ""


@pytest.mark.parametrize("name", SERVICES)
async def test_bad_input_is_refused_with_a_code_and_stores_nothing(
    serve: Serve, name: str, tenant: str
) -> None:
    service = await serve(importlib.import_module(f"services.{name}.app").build, name)
    owner = everybody(tenant)
    ids = await WORLDS[name](service, owner)
    wrong: list[str] = []
    refused = 0

    for operation in (each for each in operations() if each.service == name):
        before = await everything_stored(service, tenant)
        for attempt in attempts(operation, ids, random.Random(operation.name)):
            answer = await send(service, attempt, owner)
            if complaint := wrong_with(answer):
                wrong.append(f"{attempt}: {complaint}")
            refused += answer.status_code >= 400
            after = before if attempt.method == "GET" else await everything_stored(service, tenant)
            if answer.status_code >= 400 and after != before:
                wrong.append(f"{attempt}: refused with {answer.status_code}, and yet something was stored")
            before = after

    assert not wrong, "\n".join(wrong)
    assert refused > 30
