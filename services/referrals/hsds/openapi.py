"""The OpenAPI document of the public map: HSDS 3.1's paths with the shapes of this profile."""

from typing import Any, Final

import msgspec

from services.referrals.hsds.parameters import MOST_PAGES, MOST_PER_PAGE, PER_PAGE
from services.referrals.hsds.serving import INTERNAL
from services.referrals.social_map.shapes import SHAPES

_TEXT: Final = "^[^\\u0000]*$"
_QUERY: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "search": (
        {"type": "string", "maxLength": 200, "pattern": _TEXT},
        "Words that must all stand in a name or a description.",
    ),
    "page": ({"type": "integer", "minimum": 1, "maximum": MOST_PAGES, "default": 1}, "Which page."),
    "per_page": (
        {"type": "integer", "minimum": 1, "maximum": MOST_PER_PAGE, "default": PER_PAGE},
        "How many on a page.",
    ),
    "format": (
        {"type": "string", "enum": ["json", "ndjson"], "default": "json"},
        "`ndjson` streams everything, one object a line, without pages.",
    ),
    "taxonomy_term_id": ({"type": "string", "format": "uuid"}, "With this term among the attributes."),
    "taxonomy_id": ({"type": "string", "format": "uuid"}, "With any term of this taxonomy."),
    "organization_id": ({"type": "string", "format": "uuid"}, "Of this organisation."),
    "parent_id": ({"type": "string", "format": "uuid"}, "Directly beneath this term."),
    "top_only": ({"type": "boolean"}, "Terms without a parent only."),
    "modified_after": (
        {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]},
        "Changed at this moment or after it; a day is good too.",
    ),
    "minimal": ({"type": "boolean"}, "Only `id` and `modified_date`."),
    "full": ({"type": "boolean"}, "Everything that belongs to each object."),
    "full_service": ({"type": "boolean"}, "Organisations with their services, whole."),
    "postcode": (
        {"type": "string", "maxLength": 12, "pattern": _TEXT},
        "Whose area holds this postal code. Better in the body of a POST: an address is kept in many places.",
    ),
    "proximity": (
        {"type": "integer", "minimum": 1, "maximum": 1_000_000},
        "Within so many metres of the middle of the postal code.",
    ),
}
_PAGED: Final = ("search", "page", "per_page", "format")
_FILTERS: Final[dict[str, tuple[str, ...]]] = {
    "services": (
        *_PAGED, "taxonomy_term_id", "taxonomy_id", "organization_id", "modified_after", "minimal", "full",
    ),
    "organizations": (*_PAGED, "taxonomy_term_id", "taxonomy_id", "modified_after", "full", "full_service"),
    "service_at_locations": (
        *_PAGED, "taxonomy_term_id", "taxonomy_id", "organization_id", "modified_after", "full",
        "postcode", "proximity",
    ),
    "taxonomies": _PAGED,
    "taxonomy_terms": (*_PAGED, "taxonomy_id", "parent_id", "top_only"),
}  # fmt: skip
KINDS: Final = {
    "services": "service",
    "organizations": "organization",
    "service_at_locations": "service_at_location",
    "taxonomies": "taxonomy",
    "taxonomy_terms": "taxonomy_term",
}
"""The paths of the API, and the kind of entry behind each."""

_UUID: Final = {"type": "string", "format": "uuid"}
_PAGE: Final = {
    "type": "object",
    "required": [
        "total_items",
        "total_pages",
        "page_number",
        "size",
        "first_page",
        "last_page",
        "empty",
        "contents",
    ],
    "properties": {
        **{name: {"type": "integer"} for name in ("total_items", "total_pages", "page_number", "size")},
        **{name: {"type": "boolean"} for name in ("first_page", "last_page", "empty")},
        "contents": {"type": "array", "items": {"type": "object"}},
    },
}
_PROBLEM: Final = {
    "type": "object",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "code": {"type": "string"}},
            },
        },
    },
}
_LICENCE: Final = {"name": "EUPL-1.2", "url": "https://interoperable-europe.ec.europa.eu/collection/eupl"}


def document(base: str) -> dict[str, Any]:
    """The whole document of the API at the address `base`."""
    paths: dict[str, Any] = {
        "/": {
            "get": _operation("apiInformation", "About this API", _json({"$ref": "#/components/schemas/Api"}))
        }
    }
    for path, kind in KINDS.items():
        contents = {"type": "array", "items": _listed(kind)}
        answer = _json(
            {"allOf": [{"$ref": "#/components/schemas/Page"}, {"properties": {"contents": contents}}]}
        )
        answer["content"]["application/x-ndjson"] = {"schema": {}}
        query = [_parameter(name) for name in _FILTERS[path]]
        paths[f"/{path}"] = {
            "get": {**_operation(f"{kind}List", f"List {path}", answer, 422), "parameters": query},
            "post": {
                **_operation(
                    f"{kind}Search", f"Search {path}, with nothing in the address", answer, 400, 413, 422
                ),
                "requestBody": _body(_FILTERS[path]),
            },
        }
        paths[f"/{path}/search"] = {
            "post": {
                **_operation(f"{kind}SearchAlso", f"The same as POST /{path}", answer, 400, 413, 422),
                "requestBody": _body(_FILTERS[path]),
            }
        }
        by_id = _operation(f"{kind}ById", f"One of the {path}, whole", _json(_whole(kind)), 404, 422)
        identifier = {"name": "id", "in": "path", "required": True, "schema": _UUID}
        more = [_parameter("full_service")] if kind == "organization" else []
        paths[f"/{path}/{{id}}"] = {"get": {**by_id, "parameters": [identifier, *more]}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Vangnet social map",
            "version": "3.1",
            "description": "The read API of the Human Services Data Specification 3.1 with a Belgian profile.",
            "license": _LICENCE,
        },
        "servers": [{"url": base}],
        "paths": paths,
        "components": {"schemas": _schemas()},
    }


def _schemas() -> dict[str, Any]:
    _, shapes = msgspec.json.schema_components(
        list(SHAPES.values()), ref_template="#/components/schemas/{name}"
    )
    for shape in shapes.values():
        for name in INTERNAL:
            shape.get("properties", {}).pop(name, None)
    del shapes["ReferralContact"]
    return {
        **shapes,
        "Page": _PAGE,
        "Problem": _PROBLEM,
        "Api": {
            "type": "object",
            "required": ["version", "profile", "openapi_url"],
            "properties": {
                "version": {"type": "string"},
                "profile": {"type": "string", "format": "uri"},
                "openapi_url": {"type": "string", "format": "uri"},
            },
        },
    }


def _listed(kind: str) -> dict[str, Any]:
    whole = {**_whole(kind)}
    if kind == "service":
        minimal = {
            "type": "object",
            "required": ["id", "modified_date"],
            "properties": {"id": _UUID, "modified_date": {"type": "string", "format": "date-time"}},
        }
        return {"anyOf": [whole, minimal]}
    return whole


def _whole(kind: str) -> dict[str, Any]:
    shape = {"$ref": f"#/components/schemas/{SHAPES[kind].__name__}"}
    return {"allOf": [shape, {"type": "object", "required": ["id"], "properties": {"id": _UUID}}]}


def _parameter(name: str) -> dict[str, Any]:
    schema, words = _QUERY[name]
    return {"name": name, "in": "query", "required": False, "description": words, "schema": schema}


def _body(names: tuple[str, ...]) -> dict[str, Any]:
    properties = {name: {**_QUERY[name][0], "description": _QUERY[name][1]} for name in names}
    schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {"required": False, "content": {"application/json": {"schema": schema}}}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": "The answer", "content": {"application/json": {"schema": schema}}}


def _operation(name: str, summary: str, answer: dict[str, Any], *refusals: int) -> dict[str, Any]:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        "operationId": name,
        "summary": summary,
        "security": [],
        "responses": {
            "200": answer,
            **{
                str(status): {"description": "Refused", "content": problem}
                for status in {404, 429, *refusals}
            },
        },
    }
