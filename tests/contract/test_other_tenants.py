"""For every operation of every service: an id of another tenant is answered exactly as an id that nobody has.

The operations come from the services' own OpenAPI documents, so none can be forgotten; a parameter for which this test
knows no real id of the other tenant fails it.
"""

import importlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from deploy.documents import openapi_of
from shared.auth import Compartment, Permission, Principal
from shared.db import uuid7
from tests.conftest import Serve
from tests.contract.worlds import CODES, WORLDS, unknown
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest

SERVICES = ("identity", "cases", "rostering", "referrals", "notifications")


@dataclass(frozen=True)
class Operation:
    service: str
    method: str
    path: str
    body: dict[str, Any] | None
    query: tuple[str, ...]
    schemas: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.service} {self.method} {self.path}"

    @property
    def parameters(self) -> list[str]:
        return re.findall(r"{(\w+)}", self.path)


def operations() -> list[Operation]:
    found = []
    for service in SERVICES:
        document = openapi_of(service)
        schemas = document.get("components", {}).get("schemas", {})
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                body = (
                    operation.get("requestBody", {})
                    .get("content", {})
                    .get("application/json", {})
                    .get("schema")
                )
                query = tuple(
                    each["name"]
                    for each in operation.get("parameters", [])
                    if each["in"] == "query" and _is_id(each.get("schema", {}))
                )
                found.append(Operation(service, method.upper(), path, body, query, schemas))
    return found


def _is_id(schema: dict[str, Any]) -> bool:
    return schema.get("format") == "uuid" or any(
        _is_id(each) for each in schema.get("oneOf", schema.get("anyOf", []))
    )


def everybody(tenant: str) -> Principal:
    """Somebody with every right in his own tenant."""
    return principal(tenant, *Permission, compartments=list(Compartment))


def _body(
    operation: Operation, ids: dict[str, UUID | str], schema: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The least that the operation accepts, with ids from `ids` wherever a field is one."""
    schema = schema or operation.body or {}
    if "$ref" in schema:
        schema = operation.schemas[schema["$ref"].rsplit("/", 1)[1]]
    body = {}
    for name, each in schema.get("properties", {}).items():
        if _is_id(each):
            body[name] = str(_id_for(name, ids))
        elif name in schema.get("required", []):
            body[name] = _value(name, each)
    return body


ALIASES = {
    "assignee": "user_id", "holder": "user_id", "new_holder": "user_id", "ref": "user_id", "advised_by": "user_id",
    "worker": "user_id", "other_call_out_id": "call_out_id", "first_call_out_id": "call_out_id", "replaces": "user_id",
    "giver_id": "person_id", "suggested_service_id": "service_id",
}  # fmt: skip


def _id_for(name: str, ids: dict[str, UUID | str]) -> UUID | str:
    name = ALIASES.get(name, name)
    assert name in ids, f"this test knows no {name} of the other tenant: teach its world"
    return ids[name]


_FAR = datetime.now(UTC).year + 5  # further than anybody may plan
VALUES: dict[str, Any] = {
    "level": "primary", "incident_type": "fire", "reason": "other", "state": "en_route", "result": "done",
    "ground": "substitute", "verdict": "justified", "language": "nl", "code": "123456",
    "starts_at": "2031-01-06T08:00:00Z", "ends_at": "2031-01-07T08:00:00Z", "dossier_number": "SPOT-2026-9999",
    "due_on": "2031-01-06", "levels": ["primary"], "languages": ["nl"], "permissions": [], "compartments": [],
    "key": "pz_nobody", "phone": "053 21 11 11", "tenant": "pz_nobody",
    "planned_for": (datetime.now(UTC) + timedelta(hours=5)).isoformat(), "at": "2026-01-06T08:00:00Z",
    "measure": "waits", "status": "unhurt",
    "group": "other", "valid_from": "2027-01-06", "day": "2027-01-06",
    "form": "entry", "fields": {}, "kind": "parent_of", "safe": {}, "last_name": "Peeters",
    "outcome": "nobody_home", "way": "visit", "signal": {"source": "own", "seen": ["smell"]}, "source": "own",
    "of": "ban", "purpose": "school", "assessed_on": "2026-01-06",
    "notified_at": "2026-01-06T08:00:00Z", "hearing_at": "2026-01-07T08:00:00Z", "decided_on": "2026-01-07",
    "until": "2026-02-07", "recipients": [{"name": "Maria"}], "victims": [{"last_name": "Maes"}],
    "hand_over": "08:00:00", "first_day": f"{_FAR}-02-03", "last_day": f"{_FAR}-02-28", "version": 2,
}  # fmt: skip

TAKEN_ONCE = {"place": "{}", "email": "{}@example.org", "name": "{}", "digest": "{0.hex}{0.hex}"}
"""What two things of one tenant may not share."""


def _value(name: str, schema: dict[str, Any]) -> Any:
    if name in VALUES:
        return VALUES[name]
    if name in TAKEN_ONCE:
        return TAKEN_ONCE[name].format(uuid7())
    kind = schema.get("type")
    match kind if isinstance(kind, str) else (kind or ["string"])[0]:
        case "integer":
            return max(schema.get("minimum", 1), 5)
        case "boolean":
            return True
        case "array":
            return []
        case _:
            return "x" * max(schema.get("minLength", 1), 24)


async def _ask(
    service: ServiceUnderTest, operation: Operation, by: Principal, ids: dict[str, UUID | str]
) -> Any:
    path = operation.path
    for name in operation.parameters:
        path = path.replace(f"{{{name}}}", str(_id_for(name, ids)))
    if operation.method == "GET":
        answer = await service.get(path, by=by, **{name: str(_id_for(name, ids)) for name in operation.query})
    else:
        answer = await service.post(path, _body(operation, ids), by=by)
    return _shown(answer, ids)


_WORD = 8


def _shown(answer: httpx.Response, ids: dict[str, UUID | str]) -> tuple[int, str]:
    """What the caller learns, apart from the ids that he sent himself and what is random by design."""
    text = re.sub(r'"trace_id":"[0-9a-f]*"', "", answer.text)
    for each in ids.values():
        if len(str(each)) > _WORD:  # a short code may stand in any text
            text = text.replace(str(each), "<sent>")
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<new>", text)
    text = re.sub(r"\b20\d\d-\d{4,5}\b", "<number>", text)
    return answer.status_code, re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)", "<moment>", text)


@pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.name)
async def test_an_id_of_another_tenant_is_as_unknown_as_any(
    serve: Serve, operation: Operation, tenant: str, other_tenant: str
) -> None:
    service = await serve(
        importlib.import_module(f"services.{operation.service}.app").build, operation.service
    )
    theirs = await WORLDS[operation.service](service, everybody(other_tenant))
    of_nobody: dict[str, UUID | str] = {
        name: value if name in CODES else unknown(name) for name, value in theirs.items()
    }

    for_theirs = await _ask(service, operation, everybody(tenant), theirs)
    for_unknown = await _ask(service, operation, everybody(tenant), of_nobody)

    assert for_theirs == for_unknown
    if set(operation.parameters) - CODES:
        assert for_theirs[0] in {401, 403, 404, 409, 422}, f"{operation.name} did something: {for_theirs}"


READS_OF_ONE_THING = [
    each for each in operations() if each.method == "GET" and each.parameters and each.service != "identity"
]


@pytest.mark.parametrize("operation", READS_OF_ONE_THING, ids=lambda operation: operation.name)
async def test_the_owner_is_answered_otherwise(serve: Serve, operation: Operation, other_tenant: str) -> None:
    """The test above would prove nothing if the ids were wrong: their owner must find them."""
    service = await serve(
        importlib.import_module(f"services.{operation.service}.app").build, operation.service
    )
    owner = everybody(other_tenant)
    theirs = await WORLDS[operation.service](service, owner)

    status, _ = await _ask(service, operation, owner, theirs)

    assert status == 200
