"""The doors of imports. A file comes as it is, so that one holds more than one line."""

import base64
import binascii
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, HeaderParameter, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.imports import commands, queries
from services.referrals.imports.parts import FileRefused
from services.referrals.imports.receiving import MOST_BYTES
from shared.app import Door
from shared.auth import Permission, Principal
from shared.contracts.map_imports import (
    ImportDetail,
    ImportList,
    ImportRef,
    ImportRows,
    ImportStep,
    ShippedContent,
    StartImport,
)
from shared.errors import Invalid

ImportId = FromPath[UUID]
HeadOfFile = Annotated[str, HeaderParameter(name="X-Document")]
_DRAINED = 5


@post(
    "/social-map/imports",
    operation_id="startImport",
    request_max_body_size=None,
    description="The body is the mapping, if any, and then the file; the head stands in the header `X-Document`.",
)
async def start_import(
    request: Request[Any, Any, Any], door: NamedDependency[Door], head: HeadOfFile
) -> ImportRef:
    """Who may not, is told before the file is read."""
    command = _command(head)
    door.principal.require(Permission.SOCIAL_MAP_EDIT)
    content = await _body(request, MOST_BYTES + max(command.mapping_size, 0))

    async def start_import(
        session: AsyncSession, principal: Principal, command: StartImport, *extra: Any, now: datetime
    ) -> ImportRef:
        return await commands.start_import(session, principal, command, content, now=now)

    # the hash stands for the file in what the key is compared with
    return await door.do(start_import, command, sha256(content).hexdigest())


def _command(head: str) -> StartImport:
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(head + "=="), type=StartImport)
    except (binascii.Error, ValueError, msgspec.DecodeError):
        raise Invalid({"file": "required"}) from None


async def _body(request: Request[Any, Any, Any], most: int) -> bytes:
    """The file. One that is too large is read to its end and thrown away, so that the sender hears why."""
    content, size = bytearray(), 0
    async for part in request.stream():
        size += len(part)
        if size <= most:
            content += part
        elif size > most * _DRAINED:
            break
        else:
            content.clear()
    if size > most:
        raise FileRefused("file_too_large", most=str(MOST_BYTES))
    return bytes(content)


@get("/social-map/imports", operation_id="imports")
async def imports(door: NamedDependency[Door], after: FromQuery[str] = "") -> ImportList:
    return await door.ask(queries.imports, after)


@get("/social-map/imports/{import_id:uuid}", operation_id="importDetail")
async def import_detail(door: NamedDependency[Door], import_id: ImportId) -> ImportDetail:
    return await door.ask(queries.import_detail, import_id)


@get("/social-map/imports/{import_id:uuid}/rows", operation_id="importRows")
async def import_rows(
    door: NamedDependency[Door], import_id: ImportId, start: FromQuery[int] = 0, show: FromQuery[str] = "all"
) -> ImportRows:
    return await door.ask(queries.import_rows, import_id, start, show)


@post("/social-map/imports/{import_id:uuid}/confirm", operation_id="confirmImport", status_code=200)
async def confirm_import(
    door: NamedDependency[Door], import_id: ImportId, data: JSONBody[ImportStep]
) -> ImportRef:
    return await door.do(commands.confirm_import, data, import_id)


@post("/social-map/imports/{import_id:uuid}/cancel", operation_id="cancelImport", status_code=200)
async def cancel_import(
    door: NamedDependency[Door], import_id: ImportId, data: JSONBody[ImportStep]
) -> ImportRef:
    return await door.do(commands.cancel_import, data, import_id)


@post("/social-map/shipped-content", operation_id="bringInShipped", status_code=200)
async def bring_in_shipped(door: NamedDependency[Door]) -> ShippedContent:
    return await door.do(commands.bring_in_shipped)


ROUTES = [bring_in_shipped, start_import, imports, import_detail, import_rows, confirm_import, cancel_import]
