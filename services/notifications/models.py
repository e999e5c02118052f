"""Recipients, messages and deliveries, and the rules of sending: what goes where, how often, and until when."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct
from sqlalchemy import Boolean, DateTime, ForeignKey, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.notifications.rules import CHANNELS, EMAIL, PUSH, SMS, Quiet, Way
from shared.contracts.notifications import SelfTestPlanView
from shared.db import Base
from shared.errors import Invalid, NotFound, Unauthenticated

OF_CALL_OUT = "call_out_"
"""How the kinds begin whose deliveries a dispatcher follows."""

DELIVER = "deliver"
"""The kind of timer that sends one delivery."""

SUMMARY = "summary"
"""What several messages become that may wait and are ready together."""

NOT_REACHED = "not_reached"
"""What coordinators are told when nothing worked for something urgent."""

SELF_TEST = "self_test"
"""A call to everybody who may be called, to prove that it would come."""

SELF_TEST_START, SELF_TEST_CLOSE = "start_self_test", "close_self_test"
"""Timers: of the plan, and of one test."""

APP = "app"
"""The channel of a test that is seen in the app."""

SECOND = "second"
"""`facts["number"]` of an SMS that goes to the second number."""

RETRIES = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 60, 300, 900, 3600))
"""How long to wait after each failed try; after the last one the delivery has failed."""


DELIVER_OUTSIDE = "deliver_outside"
"""The kind of timer that sends one mail to somebody outside."""

OUTSIDE_RETRIES = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 60, 300, 900, 1800, 3600))
OUTSIDE_PATIENCE = timedelta(days=3)


class NotSent(Exception):
    """Not now: the other side is away, or says so. `reason` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RefusedForGood(NotSent):
    """Never: this address, number, device or message is refused for good."""


class MessageUnknown(NotFound):
    """No such message or device of this person."""


class TestUnknown(NotFound):
    """No such test, or no such call of it."""

    __test__ = False


class EndpointWrong(Invalid):
    """Not the address of a push service that we may send to."""

    code = "endpoint_wrong"


class ReportUnsigned(Unauthenticated):
    """A delivery report that the SMS provider did not sign, or signed too long ago."""

    code = "report_unsigned"


class Kind(Struct, frozen=True):
    """Where a kind of message goes.

    `urgent` goes at once, over every channel that the person has. `prompt` was asked for by the reader herself or is
    about her account: at once too, but by mail alone. All else waits for quiet hours and limits, and over mail and
    push as she wishes.
    """

    in_app: bool = True
    by_mail: bool = True
    urgent: bool = False
    prompt: bool = False

    @property
    def may_wait(self) -> bool:
        return not self.urgent and not self.prompt

    @property
    def channels(self) -> frozenset[str]:
        if not self.by_mail:
            return frozenset()
        if self.urgent:
            return frozenset(CHANNELS)
        return frozenset({EMAIL}) if self.prompt else frozenset({EMAIL, PUSH})


KINDS = {
    "call_out_ringing": Kind(urgent=True),
    "call_out_taken": Kind(by_mail=False),
    "call_out_unanswered": Kind(urgent=True),
    "call_outs_escalated": Kind(),
    "dossier_assigned": Kind(),
    "break_glass_used": Kind(),
    "break_glass_escalated": Kind(),
    "risk_increased": Kind(urgent=True),
    "risk_increased_on_duty": Kind(urgent=True),
    "contact_unsafe": Kind(),
    "home_ban_ends": Kind(),
    "duty_changed": Kind(),
    "roster_gap": Kind(),
    "entries_due": Kind(),
    "worry_reported": Kind(),
    "worry_urgent": Kind(urgent=True),
    "worry_answered": Kind(),
    "referral_received": Kind(),
    "referral_answered": Kind(),
    "referral_stopped": Kind(),
    "incoming_taken_back": Kind(),
    # these go to somebody who cannot sign in now
    "password_reset": Kind(in_app=False, prompt=True),
    "invitation": Kind(in_app=False, prompt=True),
    "account_locked": Kind(in_app=False, prompt=True),
    "contact_code": Kind(in_app=False, prompt=True),
    "address_changed": Kind(in_app=False, prompt=True),
    # what this service says by itself
    NOT_REACHED: Kind(urgent=True),
    SELF_TEST: Kind(urgent=True),
    "self_test_report": Kind(),
    SUMMARY: Kind(in_app=False, prompt=True),
}
"""A new kind needs an entry here, its templates, its link in `mail.LINKS`, and words in the gateway."""

COORDINATORS = ("spot_coordinator", "team_coordinator", "head_social_worker")
MEMBERS = ("spot_worker", "spot_coordinator", "social_worker", "team_coordinator")
"""Who can be called when the roster names nobody."""

MAP_KEEPERS = ("map_editor", *COORDINATORS)
"""Who keeps entries of the social map, in the editorial office or in a tenant's own layer."""

SPOT_WORKERS = ("spot_worker",)
DATA_PROTECTION_OFFICERS = ("dpo",)
OFFICERS_ON_DUTY = ("officer_on_duty",)


class Recipient(Base):
    """Our own copy of identity's contact points, so that an outage of identity keeps no message back."""

    __tablename__ = "recipients"

    user_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    phone: Mapped[str] = mapped_column(Text)
    second_phone: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(Boolean)
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    email_verified_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    phone_verified_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    second_phone_verified_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    def number(self, which: str | None) -> str:
        return self.second_phone if which == SECOND else self.phone

    def ways(self, which: str | None, *, devices: int, broken: frozenset[str]) -> dict[str, Way]:
        """What the rules need to know of each channel; a device proves itself when it subscribes."""
        phone_proved = self.second_phone_verified_at if which == SECOND else self.phone_verified_at
        return {
            SMS: Way(bool(self.number(which)), phone_proved is not None, SMS in broken),
            PUSH: Way(devices > 0, proved=True, broken=PUSH in broken),
            EMAIL: Way(bool(self.email), self.email_verified_at is not None, EMAIL in broken),
        }


class Message(Base):
    """A line in somebody's list of messages. `ref` is the occurrence that it tells of, told once to each person."""

    __tablename__ = "messages"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(Uuid)
    kind: Mapped[str] = mapped_column(Text)
    ref: Mapped[UUID] = mapped_column(Uuid)
    refs: Mapped[dict[str, str]] = mapped_column(JSONB)
    urgent: Mapped[bool] = mapped_column(Boolean)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    read_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Delivery(Base):
    """One message on its way over one channel: queued, sent, failed, or lapsed when it would come too late.

    An SMS becomes delivered when its provider reports so; a message that went along in a summary is bundled. It is
    doubtful when its address was never proved or failed lately and was used all the same.
    `facts` are the codes, ids and times that its text is made of when it is sent; the text itself is not kept.
    `about` is the call-out, dossier or account that it concerns.
    """

    __tablename__ = "deliveries"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(Uuid)
    channel: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    ref: Mapped[UUID] = mapped_column(Uuid)
    about: Mapped[UUID] = mapped_column(Uuid)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(Text)
    tries: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    good_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    next_try_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    error: Mapped[str | None] = mapped_column(Text)
    doubtful: Mapped[bool] = mapped_column(Boolean, default=False)
    delivered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    def is_too_late(self, *, now: datetime) -> bool:
        """A ringing mail after its time to answer would only send somebody to a call-out that went on without her."""
        return self.good_until is not None and now >= self.good_until

    def mark_sent(self, *, now: datetime) -> None:
        self.state, self.sent_at = "sent", now
        self.tries += 1
        self.next_try_at = self.error = None

    def mark_bundled(self, *, now: datetime) -> None:
        self.state, self.sent_at, self.next_try_at = "bundled", now, None

    def hold(self, until: datetime) -> None:
        self.next_try_at = until

    def mark_delivered(self, *, at: datetime) -> None:
        """What arrived, arrived: nothing that is reported before or after it changes that."""
        self.state, self.delivered_at = "delivered", self.delivered_at or at
        self.sent_at = self.sent_at or at
        self.next_try_at = self.error = None

    def mark_undeliverable(self, error: str) -> None:
        """The network gave it back; unless it is known to have arrived."""
        if self.state in ("sent", "queued"):
            self.state, self.error, self.next_try_at = "failed", error, None

    def mark_lapsed(self) -> None:
        self.state, self.next_try_at = "lapsed", None

    def mark_refused(self, error: str) -> None:
        """The other side said no for good."""
        self.state, self.error, self.next_try_at = "failed", error, None
        self.tries += 1

    def mark_not_sent(self, error: str, *, now: datetime) -> None:
        """Wait and try again, or give up after the last try."""
        self.tries += 1
        self.error = error
        if self.tries <= len(RETRIES):
            self.next_try_at = now + RETRIES[self.tries - 1]
        else:
            self.state, self.next_try_at = "failed", None


class OutsideMail(Base):
    """One mail or SMS to somebody outside, by the id of who ordered it. `to` and words are asked for when it leaves."""

    __tablename__ = "outside_mails"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    tries: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    good_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    next_try_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    error: Mapped[str | None] = mapped_column(Text)

    def mark_sent(self, *, now: datetime) -> None:
        self.state, self.sent_at = "sent", now
        self.tries += 1
        self.next_try_at = self.error = None

    def mark_over(self, state: str, error: str | None = None) -> None:
        """It never leaves: failed or lapsed."""
        self.state, self.error, self.next_try_at = state, error, None

    def mark_not_sent(self, error: str, *, now: datetime) -> None:
        """A partner's server may be away for a weekend: later tries are an hour apart, for three days."""
        self.tries += 1
        self.error = error
        if now - self.at >= OUTSIDE_PATIENCE:
            self.mark_over("failed", error)
        else:
            self.next_try_at = now + OUTSIDE_RETRIES[min(self.tries, len(OUTSIDE_RETRIES)) - 1]


class MessageSettings(Base):
    """What somebody wishes of messages that are not urgent."""

    __tablename__ = "message_settings"

    user_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    channels: Mapped[list[str]] = mapped_column(ARRAY(Text))
    quiet_begins: Mapped[int | None] = mapped_column(Integer)
    quiet_ends: Mapped[int | None] = mapped_column(Integer)

    @property
    def quiet(self) -> Quiet | None:
        if self.quiet_begins is None or self.quiet_ends is None:
            return None
        return Quiet(self.quiet_begins, self.quiet_ends)


class PushDevice(Base):
    """A browser that somebody let push messages to."""

    __tablename__ = "push_devices"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    user_id: Mapped[UUID] = mapped_column(Uuid)
    endpoint: Mapped[str] = mapped_column(Text)
    p256dh: Mapped[str] = mapped_column(Text)
    auth: Mapped[str] = mapped_column(Text)
    label: Mapped[str] = mapped_column(Text)
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    reached_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class SelfTestPlan(Base):
    """When the test runs by itself; a tenant has one plan or none."""

    __tablename__ = "self_test_plan"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    active: Mapped[bool] = mapped_column(Boolean)
    weekday: Mapped[int] = mapped_column(Integer)
    minute: Mapped[int] = mapped_column(Integer)
    window_hours: Mapped[int] = mapped_column(Integer)
    audience: Mapped[str] = mapped_column(Text)
    next_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    changed_by: Mapped[UUID] = mapped_column(Uuid)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    @property
    def view(self) -> SelfTestPlanView:
        return SelfTestPlanView(
            active=self.active,
            weekday=self.weekday,
            minute=self.minute,
            window_hours=self.window_hours,
            audience=self.audience,
            next_at=self.next_at,
        )


class SelfTest(Base):
    """One run: it takes answers until it closes, and late ones after that."""

    __tablename__ = "self_tests"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    closes_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    started_by: Mapped[UUID | None] = mapped_column(Uuid)


class SelfTestPerson(Base):
    """Somebody who was called in a test."""

    __tablename__ = "self_test_people"

    test_id: Mapped[UUID] = mapped_column(ForeignKey(SelfTest.id), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    resolved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    resolved_by: Mapped[UUID | None] = mapped_column(Uuid)


class SelfTestCall(Base):
    """A call over one channel; the token stands in its link."""

    __tablename__ = "self_test_calls"

    token: Mapped[str] = mapped_column(Text, primary_key=True)
    test_id: Mapped[UUID] = mapped_column(Uuid)
    user_id: Mapped[UUID] = mapped_column(Uuid)
    channel: Mapped[str] = mapped_column(Text)
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
