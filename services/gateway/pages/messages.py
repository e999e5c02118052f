"""Messages in the app: what others did that concerns this person, each with a way to it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.gateway.forms import Form, read_form
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.contracts.notifications import AllRead, MessagePage, MessageRef, MessageView
from shared.errors import NotFound

_PLACES: Final = (
    ("call_out_id", "/call-outs/{}"),
    ("dossier_id", "/dossiers/{}"),
    ("sweep_id", "/social-map/to-check?since={}"),
    ("incoming_id", "/referrals/incoming/{}"),
    ("referral_id", "/referrals/{}"),
    ("worry_id", "/worries/{}"),
    ("own_worry_id", "/worries/own/{}"),
    ("duties_of", "/duties"),
    ("roster_month", "/roster?month={}"),
)
_SYMBOLS: Final = {
    "call_out": "call-out",
    "dossier": "dossier",
    "break_glass": "break-glass",
    "duty": "roster",
    "roster": "roster",
    "worry": "flag",
}


@dataclass(frozen=True)
class MessageRow:
    """A message as the list shows it."""

    href: str
    title: str
    more: str
    at: datetime
    symbol: str
    unread: bool


@get("/messages", include_in_schema=False)
async def messages_page(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    page = await visit.services.ask("notifications", "/messages", MessagePage)
    rows = await message_rows(visit, page.messages)
    return pages.show("messages/messages.html", visit, rows=rows, unread=page.unread, act=Form(visit))


@get("/messages/list", include_in_schema=False)
async def messages_block(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    page = await visit.services.ask("notifications", "/messages", MessagePage)
    return pages.show("messages/_list.html", visit, rows=await message_rows(visit, page.messages))


@get("/messages/count", include_in_schema=False)
async def unread_count(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    visit.unread = await request.app.state.shell.unread(visit)
    return pages.show("_unread.html", visit)


@get("/messages/{message_id:uuid}", include_in_schema=False)
async def open_message(
    request: AnyRequest, visit: NamedDependency[Visit], message_id: FromPath[UUID]
) -> Response[str]:
    """Reading it marks it read, and leads to what it is about."""
    page = await visit.services.ask("notifications", "/messages", MessagePage)
    message = next((each for each in page.messages if each.message_id == message_id), None)
    if message is None:
        raise NotFound
    if message.read_at is None:
        key = f"read-{message_id}"
        await visit.services.tell("notifications", f"/messages/{message_id}/read", None, MessageRef, key=key)
        request.app.state.shell.forget_unread(visit.who.id)
    return go_to(request, _place(message))


@post("/messages/read-all", include_in_schema=False)
async def read_all(request: AnyRequest, visit: NamedDependency[Visit]) -> Response[str]:
    form = await read_form(request, visit)
    await visit.services.tell("notifications", "/messages/read-all", None, AllRead, key=form.key)
    request.app.state.shell.forget_unread(visit.who.id)
    return go_to(request, "/messages", note="note.all_read")


async def message_rows(visit: Visit, messages: list[MessageView]) -> list[MessageRow]:
    return [
        MessageRow(
            href=f"/messages/{message.message_id}",
            title=visit.language.word(f"message.{message.kind}"),
            more=visit.language.word(f"message_more.{message.kind}"),
            at=message.at,
            symbol=next(
                (icon for start, icon in _SYMBOLS.items() if message.kind.startswith(start)), "message"
            ),
            unread=message.read_at is None,
        )
        for message in messages
    ]


_PLACES_OF_KINDS: Final = {
    "break_glass_escalated": "/break-glass",
    "self_test_report": "/on-call/self-tests",
    "risk_increased_on_duty": "/on-call",
}


def _place(message: MessageView) -> str:
    if message.kind in _PLACES_OF_KINDS:
        return _PLACES_OF_KINDS[message.kind]
    if message.kind == "self_test":
        return f"/r/{message.refs['tenant']}/{message.refs['token']}"
    return next(
        (path.format(message.refs[name]) for name, path in _PLACES if name in message.refs), "/messages"
    )


ROUTES = [messages_page, messages_block, unread_count, open_message, read_all]
