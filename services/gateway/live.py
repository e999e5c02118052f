"""Changes elsewhere, told to open pages: one NATS connection, fanned out by server-sent events, ids only."""

import asyncio
import contextlib
import json
import logging
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import msgspec
from nats.aio.client import Client as NatsClient
from nats.aio.msg import Msg

from shared.auth import Permission
from shared.contracts.cases import DossierAssigned, DossierChanged, DossierOpened
from shared.contracts.event import Event, decode, decode_envelope
from shared.contracts.identity import SessionRevoked, StaffChanged, StaffDeactivated
from shared.contracts.notifications import DeliveryFailed, DeliveryProgressed, MessagePosted
from shared.contracts.referrals import MapImportProgressed
from shared.contracts.rostering import (
    CallOutAnswered,
    CallOutClosed,
    CallOutProgressed,
    CallOutRequested,
    CallOutRinging,
    CallOutUnanswered,
    RosterChanged,
)
from shared.contracts.tenancy import TenantRemoved, TenantRenamed, TenantSettingsChanged, TenantSuspended
from shared.errors import TooMany
from shared.streams import connect

LIVE_EVENTS: Final[tuple[type[Event], ...]] = (
    SessionRevoked,
    StaffChanged,
    StaffDeactivated,
    TenantRenamed,
    TenantSuspended,
    TenantRemoved,
    TenantSettingsChanged,
    CallOutRequested,
    CallOutRinging,
    CallOutAnswered,
    CallOutUnanswered,
    CallOutProgressed,
    CallOutClosed,
    RosterChanged,
    DossierOpened,
    DossierChanged,
    DossierAssigned,
    MessagePosted,
    DeliveryFailed,
    DeliveryProgressed,
    MapImportProgressed,
)
LINE_SECONDS: Final = 600.0
PING_SECONDS: Final = 15.0
_QUEUE: Final = 64
_RECENT_SECONDS: Final = 30.0
_MOST_RECENT: Final = 500
_LINES_EACH: Final = 24
_FOR: Final = {
    DeliveryFailed: Permission.CALL_OUT_REQUEST,
    DeliveryProgressed: Permission.CALL_OUT_REQUEST,
    StaffChanged: Permission.STAFF_MANAGE,
    MapImportProgressed: Permission.SOCIAL_MAP_EDIT,
}
_ROTA = frozenset({Permission.ON_CALL_READ, Permission.CALL_OUT_READ, Permission.ROSTER_READ})

log = logging.getLogger(__name__)


class TooManyPages(TooMany):
    """One person keeps more pages listening than anybody reads."""

    code = "too_many_pages"


@dataclass(eq=False)
class Line:
    """One open page. A None in the queue ends it: the browser comes back and asks for everything anew.

    `since` is when the page began to be made: what happened between then and its listening is told at once.
    """

    tenant: str
    user_id: UUID
    session_id: UUID
    permissions: frozenset[str]
    watch: UUID | None
    since: float = 0
    queue: asyncio.Queue[bytes | None] = field(default_factory=lambda: asyncio.Queue(_QUEUE))

    def tell(self, message: bytes) -> None:
        try:
            self.queue.put_nowait(message)
        except asyncio.QueueFull:
            self.end()

    def end(self) -> None:
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait(None)


@dataclass
class Live:
    """All open pages. `heard` is told of every event first, so that what is remembered is forgotten in time."""

    heard: Callable[[Event], None]
    _lines: set[Line] = field(default_factory=set)
    _recent: deque[tuple[float, Event]] = field(default_factory=lambda: deque(maxlen=_MOST_RECENT))
    _nats: NatsClient | None = None

    async def run(self, url: str) -> None:
        """Listen for ever; tries again until NATS is there. Pages work meanwhile, without live changes."""
        while self._nats is None:
            try:
                self._nats = await connect(url, "gateway")
            except OSError:
                log.warning("nats does not answer, trying again")
                await asyncio.sleep(1)
        for kind in LIVE_EVENTS:
            await self._nats.subscribe(f"{kind.SUBJECT}.*", cb=self._receiver(kind))

    async def close(self) -> None:
        self.end_all()
        if self._nats is not None:
            await self._nats.close()

    def end_all(self) -> None:
        for line in self._lines:
            line.end()

    def _receiver(self, kind: type[Event]) -> Callable[[Msg], Awaitable[None]]:
        async def receive(message: Msg) -> None:
            try:
                event = decode(decode_envelope(message.data), kind)
            except (msgspec.DecodeError, msgspec.ValidationError):
                log.warning("event cannot be read", extra={"facts": {"event": kind.SUBJECT}})
                return
            self.spread(event)

        return receive

    def spread(self, event: Event) -> None:
        self.heard(event)
        self._recent.append((time.time(), event))
        message = sse_message(event)
        for line in list(self._lines):
            if line.tenant != event.tenant:
                continue
            if ends(event, line):
                line.end()
            elif concerns(event, line):
                line.tell(message)

    async def follow(self, line: Line, *, seconds: float = LINE_SECONDS) -> AsyncIterator[bytes]:
        """What goes over one page's connection, until it is closed or ten minutes have passed."""
        if Counter(each.user_id for each in self._lines)[line.user_id] >= _LINES_EACH:
            raise TooManyPages
        return self._messages(line, seconds)

    async def _messages(self, line: Line, seconds: float) -> AsyncIterator[bytes]:
        ends_at = asyncio.get_running_loop().time() + seconds
        # Only now: of a browser that left before, nobody would ever take the line away.
        self._lines.add(line)
        missed = self._missed(line)
        try:
            yield b"retry: 2000\n\n"
            for each in missed:
                yield each
            while (left := ends_at - asyncio.get_running_loop().time()) > 0:
                message: bytes | None = b": still here\n\n"
                with contextlib.suppress(TimeoutError):
                    message = await asyncio.wait_for(line.queue.get(), min(PING_SECONDS, left))
                if message is None:
                    return
                yield message
        finally:
            self._lines.discard(line)

    def _missed(self, line: Line) -> list[bytes]:
        """Once each, of the last half minute; a page that begins to listen later asks for everything by itself."""
        since = max(line.since, time.time() - _RECENT_SECONDS)
        told = {
            sse_message(event)
            for at, event in self._recent
            if at >= since and event.tenant == line.tenant and concerns(event, line)
        }
        return sorted(told)


def sse_message(event: Event) -> bytes:
    """`name` without version, and who did it; the page fetches the rest with its own rights."""
    name = event.SUBJECT.rsplit(".v", 1)[0]
    told = {"name": name, "by": str(event.actor) if event.actor else ""}
    return f"data: {json.dumps(told)}\n\n".encode()


def ends(event: Event, line: Line) -> bool:
    """Nobody keeps listening whose session is over."""
    match event:
        case SessionRevoked():
            return line.user_id == event.user_id and event.session_id in (None, line.session_id)
        case StaffDeactivated():
            return line.user_id == event.user_id
        case TenantSuspended() | TenantRemoved():
            return True
        case _:
            return False


def concerns(event: Event, line: Line) -> bool:
    """Whether a page may know that this happened. A dossier's changes go to pages that show that dossier."""
    match event:
        case MessagePosted():
            return line.user_id == event.user_id
        case DossierChanged():
            return line.watch == event.dossier_id
        case DossierOpened() | DossierAssigned():
            return line.user_id == event.holder or line.watch == event.dossier_id
        case CallOutRinging() | CallOutAnswered():
            return line.user_id == event.user_id or not _ROTA.isdisjoint(line.permissions)
        case DeliveryFailed() | DeliveryProgressed() | StaffChanged() | MapImportProgressed():
            return _FOR[type(event)] in line.permissions
        case _:
            # The rest of rostering is for who may see the roster or the call-outs; the rest of identity for nobody.
            return event.SUBJECT.startswith("rostering.") and not _ROTA.isdisjoint(line.permissions)
