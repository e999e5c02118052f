"""The development postbox: all mail and SMS that went out, on one page. Only where `VANGNET_POSTBOX_URL` is set."""

from datetime import datetime
from http import HTTPStatus
from typing import TypeVar

import aiohttp
import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.gateway.rendering import AnyRequest, Pages
from services.gateway.visit import Visit
from shared.errors import NotFound, Unavailable

Kind = TypeVar("Kind")

_SHOWN = 200
_TIMEOUT = aiohttp.ClientTimeout(total=5)


class Letter(msgspec.Struct, frozen=True):
    """One mail as somebody would read it."""

    id: str
    received_at: datetime
    to: list[str]
    subject: str
    text: str


class Sms(msgspec.Struct, frozen=True):
    """One SMS as somebody would read it."""

    id: str
    received_at: datetime
    to: str
    text: str


@get("/dev/mail", include_in_schema=False)
async def post_box(
    request: AnyRequest, guest: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    letters = await _fetch(request, "/messages", list[Letter])
    texts = await _fetch(request, "/sms/messages", list[Sms])
    return pages.show(
        "post_box.html",
        guest,
        letters=letters[:_SHOWN],
        texts=[(each, _pieces(each.text)) for each in texts[:_SHOWN]],
        letter=None,
        parts=[],
    )


@get("/dev/mail/{letter_id:str}", include_in_schema=False)
async def one_letter(
    request: AnyRequest,
    guest: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    letter_id: FromPath[str],
) -> Response[str]:
    letter = await _fetch(request, f"/messages/{letter_id}", Letter)
    return pages.show("post_box.html", guest, letters=[], texts=[], letter=letter, parts=_pieces(letter.text))


def _pieces(text: str) -> list[tuple[str, bool]]:
    """The text in pieces, and whether each is an address."""
    return [(word, word.startswith(("http://", "https://"))) for word in _words(text)]


def _words(text: str) -> list[str]:
    """The text in pieces, so that an address in it can be a link and nothing is lost."""
    pieces: list[str] = []
    for line in text.splitlines(keepends=True):
        for word in line.split(" "):
            pieces += [word.rstrip("\r\n"), word[len(word.rstrip("\r\n")) :] or " "]
    return pieces


async def _fetch(request: AnyRequest, path: str, kind: type[Kind]) -> Kind:
    url: str = request.app.state.settings.postbox_url
    if not url:
        raise NotFound
    try:
        async with aiohttp.ClientSession(timeout=_TIMEOUT) as session, session.get(url + path) as answer:
            if answer.status == HTTPStatus.NOT_FOUND:
                raise NotFound
            return msgspec.json.decode(await answer.read(), type=kind)
    except (aiohttp.ClientError, TimeoutError, msgspec.DecodeError) as lost:
        raise Unavailable from lost


ROUTES = [post_box, one_letter]
