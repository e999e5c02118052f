"""The doors of notifications: one's own messages, and how far their delivery got."""

from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from services.notifications import commands, queries
from shared.app import Door
from shared.contracts.notifications import AllRead, DeliveryView, MessagePage, MessageRef


@get("/messages", operation_id="ownMessages")
async def own_messages(door: NamedDependency[Door]) -> MessagePage:
    return await door.ask(queries.own_messages)


@post("/messages/{message_id:uuid}/read", operation_id="readMessage", status_code=200)
async def read_message(door: NamedDependency[Door], message_id: FromPath[UUID]) -> MessageRef:
    return await door.do(commands.read_message, None, message_id)


@post("/messages/read-all", operation_id="readAllMessages", status_code=200)
async def read_all_messages(door: NamedDependency[Door]) -> AllRead:
    return await door.do(commands.read_all_messages)


@get("/deliveries", operation_id="deliveriesAbout")
async def deliveries_about(door: NamedDependency[Door], ref: FromQuery[UUID]) -> list[DeliveryView]:
    return await door.ask(queries.deliveries_about, ref)


ROUTES = [own_messages, read_message, read_all_messages, deliveries_about]
