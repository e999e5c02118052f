"""The doors of the public map. Nobody signs in; the gateway stands before them and opens them to every browser."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Stream
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.hsds import queries
from services.referrals.hsds.export import Exported, package
from services.referrals.hsds.export import document as exported
from services.referrals.hsds.openapi import KINDS, document
from services.referrals.hsds.parameters import Asked, asked_of
from services.referrals.hsds.profile_document import PROFILE_PATH, profile_document
from shared.app import Door
from shared.db import transaction
from shared.errors import Invalid, NotFound
from shared.runtime import Runtime
from shared.tenancy import TenantKeyWrong, TenantNotReady

AnyRequest = Request[Any, Any, Any]
VERSION: Final = "3.1"
_BODY: Final = 16_384
_A_MINUTE: Final = {"Cache-Control": "public, max-age=60"}


@get("/profile", operation_id="hsdsProfile")
async def hsds_profile(state: State) -> dict[str, Any]:
    return profile_document(_address(state, PROFILE_PATH))


@get("/{tenant:str}", operation_id="hsdsInformation")
async def hsds_information(state: State, tenant: FromPath[str]) -> dict[str, Any]:
    async with _public(state, tenant) as session:
        await queries.published(session, tenant)
    return {
        "version": VERSION,
        "profile": _address(state, PROFILE_PATH),
        "openapi_url": _address(state, f"/hsds/{tenant}/openapi.json"),
    }


@get("/{tenant:str}/openapi.json", operation_id="hsdsOpenApi")
async def hsds_openapi(state: State, tenant: FromPath[str]) -> dict[str, Any]:
    async with _public(state, tenant) as session:
        await queries.published(session, tenant)
    return document(_address(state, f"/hsds/{tenant}"))


@get(["/{tenant:str}/export.json", "/{tenant:str}/export.zip"], operation_id="hsdsExport")
async def hsds_export(request: AnyRequest, state: State, tenant: FromPath[str]) -> Response[bytes]:
    """The whole published map in one file."""
    async with _public(state, tenant) as session:
        entries = await queries.export_published(session, tenant)
    return await _file(entries, "csv" if request.url.path.endswith(".zip") else "json")


@get("/map/export", operation_id="exportOwnMap")
async def export_own_map(door: NamedDependency[Door], form: FromQuery[str] = "json") -> Response[bytes]:
    """What the tenant keeps itself, in one file: `json`, or `csv` for a zip of tables."""
    return await _file(await door.ask(queries.export_own), form)


async def _file(entries: list[Exported], form: str) -> Response[bytes]:
    """Made beside the loop: a map of thousands of entries takes a while to write down."""
    if form == "csv":
        content, name, kind = await asyncio.to_thread(package, entries), "hsds.zip", "application/zip"
    else:
        content, name, kind = await asyncio.to_thread(exported, entries), "hsds.json", "application/json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=kind, headers=headers)


@get("/{tenant:str}/{collection:str}", operation_id="hsdsList")
async def hsds_list(
    request: AnyRequest, state: State, tenant: FromPath[str], collection: FromPath[str]
) -> Response[Any]:
    return await _listing(state, tenant, collection, asked_of(_query(request), {}))


@post(
    ["/{tenant:str}/{collection:str}", "/{tenant:str}/{collection:str}/search"],
    operation_id="hsdsSearch",
    status_code=HTTPStatus.OK,
    request_max_body_size=_BODY,
)
async def hsds_search(
    request: AnyRequest, state: State, tenant: FromPath[str], collection: FromPath[str]
) -> Response[Any]:
    """The same questions in a body, so that what somebody looks for stands in no address."""
    return await _listing(state, tenant, collection, asked_of(_query(request), await _body(request)))


@get("/{tenant:str}/{collection:str}/{entry_id:str}", operation_id="hsdsOne")
async def hsds_one(
    request: AnyRequest,
    state: State,
    tenant: FromPath[str],
    collection: FromPath[str],
    entry_id: FromPath[str],
) -> Response[dict[str, Any]]:
    """By its id or that of one that was merged into it; `Content-Location` then says where it has its own address."""
    kind = _kind(collection)
    asked = asked_of(_query(request), {})
    try:
        key = UUID(entry_id)
    except ValueError:
        raise NotFound from None
    async with _public(state, tenant) as session:
        found = await queries.one(session, tenant, kind, key, asked)
    address = _address(state, f"/hsds/{tenant}/{collection}/{found['id']}")
    return Response(found, headers={} if found["id"] == str(key) else {"Content-Location": address})


@asynccontextmanager
async def _public(state: State, tenant: str) -> AsyncIterator[AsyncSession]:
    """The transaction of a tenant for somebody who is not signed in; a tenant that is not there is not found."""
    runtime: Runtime = state.runtime
    try:
        async with transaction(runtime.database, tenant) as session:
            yield session
    except (TenantKeyWrong, TenantNotReady):
        raise NotFound from None


async def _listing(state: State, tenant: str, collection: str, asked: Asked) -> Response[Any]:
    kind = _kind(collection)
    if asked.format == "ndjson":
        async with _public(state, tenant) as session:
            await queries.published(session, tenant)
        return Stream(_lines(state, tenant, kind, asked), media_type="application/x-ndjson")
    async with _public(state, tenant) as session:
        return Response(await queries.page(session, tenant, kind, asked))


async def _lines(state: State, tenant: str, kind: str, asked: Asked) -> AsyncIterator[bytes]:
    async with _public(state, tenant) as session:
        async for line in queries.lines(session, tenant, kind, asked):
            yield line


def _query(request: AnyRequest) -> dict[str, str]:
    """The parameters of the address; of one that is there twice the last."""
    return dict(request.query_params.multi_items())


async def _body(request: AnyRequest) -> Mapping[str, Any]:
    body = await request.body()
    if not body:
        return {}
    try:
        read = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Invalid({"body": "wrong"}) from None
    if not isinstance(read, dict):
        raise Invalid({"body": "wrong"})
    return read


def _kind(collection: str) -> str:
    if collection not in KINDS:
        raise NotFound
    return KINDS[collection]


def _address(state: State, path: str) -> str:
    runtime: Runtime = state.runtime
    return f"{runtime.service.settings.public_url.rstrip('/')}{path}"


PUBLIC_ROUTES: Final = Router(
    "/hsds",
    route_handlers=[
        hsds_profile,
        hsds_information,
        hsds_openapi,
        hsds_export,
        hsds_list,
        hsds_search,
        hsds_one,
    ],
    response_headers=_A_MINUTE,
    # it has a document of its own, which is served
    include_in_schema=False,
)

ROUTES: Final[list[ControllerRouterHandler]] = [PUBLIC_ROUTES, export_own_map]
