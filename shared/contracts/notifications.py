"""What notifications accepts, answers and announces: messages to members of staff, in the app and by e-mail."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from msgspec import Struct

from shared.contracts.event import Event


class MessageView(Struct, frozen=True, kw_only=True):
    """A line of GET /messages (one's own, newest first). `kind` is a template's code; `refs` are ids for the link.

    Kinds: `call_out_ringing`, `call_out_taken`, `call_out_unanswered` (refs call_out_id), `dossier_assigned` (refs
    dossier_id), `break_glass_used`, `break_glass_escalated` (refs dossier_id, break_glass_id).
    """

    message_id: UUID
    kind: str
    refs: dict[str, str]
    urgent: bool
    at: datetime
    read_at: datetime | None


class MessagePage(Struct, frozen=True, kw_only=True):
    messages: list[MessageView]
    unread: int


class MessageRef(Struct, frozen=True, kw_only=True):
    """Answers POST /messages/{message_id}/read."""

    message_id: UUID


class AllRead(Struct, frozen=True, kw_only=True):
    """Answers POST /messages/read-all: how many were unread until now."""

    read: int


class DeliveryView(Struct, frozen=True, kw_only=True):
    """GET /deliveries?ref= (`call_out:request`): how far the telling of a ringing attempt or about a call-out got.

    `state`: queued, sent, failed, or lapsed when it would have come too late.
    """

    delivery_id: UUID
    user_id: UUID
    kind: str
    channel: str
    state: str
    tries: int
    at: datetime
    sent_at: datetime | None


class MessagePosted(Event, frozen=True, kw_only=True):
    """A new in-app message: the gateway tells the person's open pages."""

    SUBJECT: ClassVar[str] = "notifications.message_posted.v1"
    AGGREGATE: ClassVar[str] = "message_id"
    message_id: UUID
    user_id: UUID
    kind: str
    urgent: bool = False


class DeliveryFailed(Event, frozen=True, kw_only=True):
    """A message could not be delivered on a channel after all tries, or would come too late.

    `ref` is the occurrence that it told of; for `call_out_ringing` that is the attempt.
    """

    SUBJECT: ClassVar[str] = "notifications.delivery_failed.v1"
    AGGREGATE: ClassVar[str] = "user_id"
    user_id: UUID
    channel: str
    kind: str
    ref: UUID
