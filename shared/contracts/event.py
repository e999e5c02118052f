"""The envelope of every event: CloudEvents 1.0 in JSON, with ids and codes only."""

from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A fact. A subclass names its subject `<service>.<event>.v<n>` and the field whose order is kept.

    A published version never changes except by optional fields; anything else is a new version.
    """

    SUBJECT: ClassVar[str] = ""
    AGGREGATE: ClassVar[str] = ""

    id: UUID
    occurred_at: datetime
    tenant: str
    actor: UUID | None = None

    @property
    def aggregate(self) -> str:
        """The thing that the event is about; events of one thing arrive in order."""
        return str(getattr(self, self.AGGREGATE))


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """CloudEvents 1.0, structured mode. `tenant` and `actor` are extension attributes."""

    id: UUID
    source: str
    type: str
    subject: str
    time: datetime
    tenant: str
    actor: UUID | None = None
    specversion: str = "1.0"
    datacontenttype: str = "application/json"
    data: msgspec.Raw = msgspec.Raw(b"{}")


_ENVELOPE_FIELDS = frozenset({"id", "occurred_at", "tenant", "actor"})


def encode(event: Event) -> bytes:
    data: dict[str, Any] = msgspec.to_builtins(event, builtin_types=(UUID, datetime))
    envelope = Envelope(
        id=event.id,
        source=f"vangnet/{event.SUBJECT.split('.', 1)[0]}",
        type=event.SUBJECT,
        subject=event.aggregate,
        time=event.occurred_at.astimezone(UTC),
        tenant=event.tenant,
        actor=event.actor,
        data=msgspec.Raw(
            msgspec.json.encode({name: value for name, value in data.items() if name not in _ENVELOPE_FIELDS})
        ),
    )
    return msgspec.json.encode(envelope)


def decode_envelope(payload: bytes) -> Envelope:
    """Raises `msgspec.DecodeError` when it is no envelope."""
    return msgspec.json.decode(payload, type=Envelope)


def decode(envelope: Envelope, kind: type[Event]) -> Event:
    """The event in an envelope; unknown fields of a later version are passed over."""
    data: dict[str, Any] = msgspec.json.decode(envelope.data)
    head = {
        "id": envelope.id,
        "occurred_at": envelope.time,
        "tenant": envelope.tenant,
        "actor": envelope.actor,
    }
    return msgspec.convert({**data, **head}, kind)
