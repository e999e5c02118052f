"""What notifications accepts, answers and announces: messages to staff, in the app, by SMS, web push and e-mail."""

from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from msgspec import Meta, Struct

from shared.contracts.event import Event


class MessageView(Struct, frozen=True, kw_only=True):
    """A line of GET /messages (one's own, newest first). `kind` is a template's code; `refs` are ids for the link.

    Kinds: `call_out_ringing`, `call_out_taken`, `call_out_unanswered` (refs call_out_id), `dossier_assigned` (refs
    dossier_id), `break_glass_used`, `break_glass_escalated` (refs dossier_id, break_glass_id), `risk_increased`,
    `contact_unsafe`, `home_ban_ends` (refs dossier_id), `risk_increased_on_duty`, `duty_changed` (refs duties_of),
    `roster_gap` (refs roster_month).
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

    `channel`: sms, push or email. `state`: queued, sent, delivered (an SMS whose arrival was reported), failed, or
    lapsed when it would have come too late. `doubtful`: the address was never proved or failed lately, and is used
    all the same; `second`: it goes to the second number.
    """

    delivery_id: UUID
    user_id: UUID
    kind: str
    channel: str
    state: str
    tries: int
    at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None = None
    doubtful: bool = False
    second: bool = False
    error: str = ""


class ChangeMessageSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /message-settings: one's own, for what is not urgent. Channels email and push; in the app it always comes.

    Quiet hours are minutes of the day on Brussels' clock, past midnight when they begin later than they end.
    """

    channels: list[str]
    quiet_begins: Annotated[int, Meta(ge=0, le=1439)] | None = None
    quiet_ends: Annotated[int, Meta(ge=0, le=1439)] | None = None


class Device(Struct, frozen=True, kw_only=True):
    """A browser that takes web push. `label` is what its owner's browser calls itself."""

    device_id: UUID
    label: str
    added_at: datetime
    reached_at: datetime | None


class MessageSettingsView(Struct, frozen=True, kw_only=True):
    """GET /message-settings. `push_key` is what a browser subscribes with; empty where push is not set up.

    `broken` names channels of which the last message failed for good.
    """

    channels: list[str]
    quiet_begins: int | None
    quiet_ends: int | None
    devices: list[Device]
    push_key: str
    sms: bool = False
    broken: list[str] = []


class AddDevice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /push-devices: what the browser's push subscription says. 422 `endpoint_wrong` for a service unknown."""

    endpoint: Annotated[str, Meta(min_length=1, max_length=1000)]
    p256dh: Annotated[str, Meta(min_length=80, max_length=100)]
    auth: Annotated[str, Meta(min_length=16, max_length=32)]
    label: Annotated[str, Meta(max_length=80)] = ""


class DeviceRef(Struct, frozen=True, kw_only=True):
    """Also answers POST /push-devices/{device_id}/remove."""

    device_id: UUID


class SmsReport(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /sms-reports, without a token: what an SMS provider sent the gateway, as it came. 401 `report_unsigned`."""

    timestamp: Annotated[str, Meta(max_length=20)]
    signature: Annotated[str, Meta(max_length=100)]
    body: Annotated[str, Meta(max_length=2000)]


class ReportTaken(Struct, frozen=True):
    """Noted, or known already."""

    taken: bool = True


class DeliveryCount(Struct, frozen=True, kw_only=True):
    """How many of a kind, on a channel, in a state."""

    kind: str
    channel: str
    state: str
    count: int


class LoggedDelivery(Struct, frozen=True, kw_only=True):
    """A line of the log: to whom, what kind and how far; no content and no address."""

    delivery_id: UUID
    user_id: UUID
    kind: str
    channel: str
    state: str
    tries: int
    at: datetime
    sent_at: datetime | None
    error: str


class DeliveryLog(Struct, frozen=True, kw_only=True):
    """GET /delivery-log?days=&kind=&channel=&delivery_state= (`tenant:manage`): counts, and the newest 200 lines."""

    counts: list[DeliveryCount]
    lines: list[LoggedDelivery]


# --- the weekly test of the alarm path -------------------------------------------------------------------------------


class SelfTestPlanView(Struct, frozen=True, kw_only=True):
    """When the test runs by itself: weekday (Monday 0) and minute of the day on Brussels' clock."""

    active: bool
    weekday: int
    minute: int
    window_hours: int
    audience: str
    next_at: datetime | None


class ChangeSelfTestPlan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /self-test-plan (`roster:manage`). Audience: `roster` (who is in it the next seven days) or `members`."""

    active: bool
    weekday: Annotated[int, Meta(ge=0, le=6)]
    minute: Annotated[int, Meta(ge=0, le=1439)]
    window_hours: Annotated[int, Meta(ge=1, le=72)] = 24
    audience: str = "roster"


class SelfTestRef(Struct, frozen=True, kw_only=True):
    """Answers POST /self-tests (`roster:manage`: a test now) and /self-tests/{test_id}/people/{user_id}/resolve."""

    test_id: UUID


class SelfTestCallView(Struct, frozen=True, kw_only=True):
    """One channel: `state` as in `DeliveryView`, or `app` for a message in the app."""

    channel: str
    state: str
    confirmed_at: datetime | None
    error: str = ""


class SelfTestPersonView(Struct, frozen=True, kw_only=True):
    """Somebody who was called. `reached`: confirmed over at least one channel, in this test."""

    user_id: UUID
    calls: list[SelfTestCallView]
    reached: bool
    resolved_at: datetime | None


class SelfTestView(Struct, frozen=True, kw_only=True):
    """One test; it is closed when its window is over."""

    test_id: UUID
    started_at: datetime
    closes_at: datetime
    closed: bool
    people: list[SelfTestPersonView]


class MissedPerson(Struct, frozen=True, kw_only=True):
    """Somebody whom a test did not reach, who was reached by none since, and whose cause nobody mended yet."""

    test_id: UUID
    user_id: UUID
    started_at: datetime


class SelfTestPage(Struct, frozen=True, kw_only=True):
    """GET /self-tests (`roster:manage`): the plan, who is to be spoken to, and the newest tests."""

    plan: SelfTestPlanView | None
    missed: list[MissedPerson]
    tests: list[SelfTestView]


class ConfirmReceipt(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /self-test-receipts, without a token: the link that came over one channel. 404 when there is no such."""

    tenant: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{1,30}$")]
    token: Annotated[str, Meta(min_length=8, max_length=40)]


class ReceiptConfirmed(Struct, frozen=True, kw_only=True):
    """Over which channel it came."""

    channel: str


class MessagePosted(Event, frozen=True, kw_only=True):
    """A new in-app message: the gateway tells the person's open pages."""

    SUBJECT: ClassVar[str] = "notifications.message_posted.v1"
    AGGREGATE: ClassVar[str] = "message_id"
    message_id: UUID
    user_id: UUID
    kind: str
    urgent: bool = False


class DeliveryProgressed(Event, frozen=True, kw_only=True):
    """What tells of a call-out went out on a channel (`sent`), or its arrival was reported (`delivered`).

    `ref` as in `DeliveryFailed`.
    """

    SUBJECT: ClassVar[str] = "notifications.delivery_progressed.v1"
    AGGREGATE: ClassVar[str] = "user_id"
    user_id: UUID
    channel: str
    kind: str
    ref: UUID
    state: str


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


class OutsideMailEnded(Event, frozen=True, kw_only=True):
    """A mail or an SMS to somebody outside left, or never will: `state` is sent, failed or lapsed, `reason` a code."""

    SUBJECT: ClassVar[str] = "notifications.outside_mail_ended.v1"
    AGGREGATE: ClassVar[str] = "message_id"
    message_id: UUID
    kind: str
    channel: str
    state: str
    reason: str = ""
