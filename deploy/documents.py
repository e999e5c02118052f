"""The documents made from the code: OpenAPI of each service, AsyncAPI of all events. `python -m deploy.documents`."""

import importlib
import sys
from pathlib import Path
from typing import Any

import msgspec

from deploy.catalogue import OWNERS, listenings_of, subjects_heard_by
from shared.app import create_app
from shared.contracts.event import Event
from shared.streams import stream_of

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
CONTRACTS = (*OWNERS, "tenancy")


def event_kinds() -> dict[str, type[Event]]:
    """Every event class that a contract declares, by its subject."""
    found: dict[str, type[Event]] = {}
    for name in CONTRACTS:
        contract = importlib.import_module(f"shared.contracts.{name}")
        for kind in vars(contract).values():
            if isinstance(kind, type) and issubclass(kind, Event) and kind.SUBJECT:
                found[kind.SUBJECT] = kind
    return dict(sorted(found.items()))


def openapi_of(service: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document of a service; needs no database."""
    app = create_app(importlib.import_module(f"services.{service}.app").build(), works=False)
    return app.openapi_schema.to_schema()


def asyncapi() -> dict[str, Any]:
    """AsyncAPI 3.0: a channel for each event, who sends it and who hears it."""
    kinds = event_kinds()
    heard: dict[str, list[str]] = {}
    for listener in OWNERS:
        for listening in listenings_of(listener, subjects_heard_by(listener)):
            for subject in listening.subjects:
                heard.setdefault(subject, []).append(listener)
    _, schemas = msgspec.json.schema_components(
        list(kinds.values()), ref_template="#/components/schemas/{name}"
    )
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Vangnet events",
            "version": "1",
            "description": (
                "CloudEvents 1.0 in structured JSON mode over NATS JetStream. The data of each message is what "
                "its payload schema says, without id, occurred_at, tenant and actor, which are attributes of the "
                "envelope. Ids and codes only: no personal data."
            ),
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {_name(subject): _channel(subject, kind) for subject, kind in kinds.items()},
        "operations": {
            f"{service}_{verb}_{_name(subject)}": {
                "action": "send" if verb == "announces" else "receive",
                "channel": {"$ref": f"#/channels/{_name(subject)}"},
                "tags": [{"name": service}],
            }
            for subject in kinds
            for verb, services in (
                ("announces", [subject.split(".", 1)[0]]),
                ("hears", heard.get(subject, [])),
            )
            for service in services
        },
        "components": {"schemas": dict(sorted(schemas.items()))},
    }


def _name(subject: str) -> str:
    return subject.replace(".", "_")


def _channel(subject: str, kind: type[Event]) -> dict[str, Any]:
    return {
        "address": f"{subject}.{{tenant}}",
        "description": f"Stream {stream_of(subject)}; order is kept for each {kind.AGGREGATE}.",
        "parameters": {"tenant": {"description": "The tenant's key."}},
        "messages": {
            kind.__name__: {
                "name": subject,
                "summary": (kind.__doc__ or "").strip().splitlines()[0] if _own_doc(kind) else kind.__name__,
                "payload": {"$ref": f"#/components/schemas/{kind.__name__}"},
            }
        },
    }


def _own_doc(kind: type[Event]) -> bool:
    return bool(vars(kind).get("__doc__")) and not str(kind.__doc__).startswith(f"{kind.__name__}(")


def documents() -> dict[Path, bytes]:
    """Every document and where it is kept."""
    made: dict[Path, dict[str, Any]] = {
        DOCS / "openapi" / f"{each}.json": openapi_of(each) for each in OWNERS
    }
    made[DOCS / "asyncapi.json"] = asyncapi()
    return {
        path: msgspec.json.format(msgspec.json.encode(each), indent=2) + b"\n" for path, each in made.items()
    }


def main() -> int:
    """Write them."""
    for path, content in documents().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        sys.stdout.write(f"{path.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
