"""Events are promises: ids and codes only, and what was once published can be read for ever."""

import re
import typing
from datetime import UTC, date, datetime
from pathlib import Path
from types import UnionType
from typing import Any
from uuid import UUID

import msgspec
import pytest

from deploy.documents import event_kinds
from shared.contracts.event import Event, decode, decode_envelope, encode

EXAMPLES = Path(__file__).parent / "examples"
KINDS = event_kinds()

FORBIDDEN = re.compile(
    r"name|phone|mail|address|place|birth|born|insz|note|text|summary|title|reason_text|password|token|secret"
)
ALLOWED_NAMES = {"identity.tenant_provisioned.v1.name", "identity.tenant_renamed.v1.name"}
"""The name of a public body is no personal data."""

IDS = (UUID, list[UUID])
"""Whatever such a field is called, it can hold nothing of a person."""

CODE_FIELDS = {
    "incident_type", "urgency", "level", "outcome", "state", "what", "reason", "why", "kind", "channel", "service",
    "of", "legal_language", "folder", "name", "tenant", "incident_type_before", "cause", "purpose", "sender", "recipient", "question",
    "part",
}  # fmt: skip


@pytest.mark.parametrize("subject", KINDS)
def test_its_subject_is_service_event_version(subject: str) -> None:
    assert re.fullmatch(r"(identity|cases|rostering|referrals|notifications)\.[a-z_]+\.v\d+", subject)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_it_carries_ids_and_codes_and_no_personal_data(kind: type[Event]) -> None:
    for field in msgspec.structs.fields(kind):
        plain = _plain(field.type)
        if plain in IDS:
            continue
        if f"{kind.SUBJECT}.{field.name}" not in ALLOWED_NAMES:
            assert not FORBIDDEN.search(field.name), f"{field.name} could hold personal data"
        if plain is str:
            assert field.name in CODE_FIELDS, f"{field.name} is free text: is it a code?"
        else:
            assert plain in {datetime, date, int, bool}, f"{field.name} is {plain}"


def _plain(annotation: Any) -> Any:
    if isinstance(annotation, UnionType) or typing.get_origin(annotation) is typing.Union:
        (annotation,) = [each for each in typing.get_args(annotation) if each is not type(None)]
    return annotation


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_its_order_is_kept_by_a_field_that_it_has(kind: type[Event]) -> None:
    assert kind.AGGREGATE in kind.__struct_fields__


@pytest.mark.parametrize("subject", KINDS)
def test_the_golden_example_is_read_and_written_again_the_same(subject: str) -> None:
    golden = (EXAMPLES / f"{subject}.json").read_bytes()

    envelope = decode_envelope(golden)
    again = encode(decode(envelope, KINDS[subject]))

    assert msgspec.json.decode(again) == msgspec.json.decode(golden)


def test_no_example_is_left_of_an_event_that_is_gone() -> None:
    """An event that nobody announces any more keeps its class as long as a stream may hold one."""
    assert {path.stem for path in EXAMPLES.glob("*.json")} == set(KINDS)


def test_an_event_of_a_later_version_with_more_fields_is_still_read() -> None:
    kind = KINDS["rostering.call_out_closed.v1"]
    envelope = decode_envelope((EXAMPLES / f"{kind.SUBJECT}.json").read_bytes())
    richer = msgspec.json.decode(envelope.data) | {"a_field_of_tomorrow": 1}

    later = msgspec.structs.replace(envelope, data=msgspec.Raw(msgspec.json.encode(richer)))

    assert decode(later, kind) == decode(envelope, kind)


def make_examples() -> None:
    """Write an example for each event that has none; an existing one is never changed (run by hand)."""
    for subject, kind in KINDS.items():
        path = EXAMPLES / f"{subject}.json"
        if not path.exists():
            values = {
                field.name: _example(field.name, _plain(field.type)) for field in msgspec.structs.fields(kind)
            }
            path.write_bytes(msgspec.json.format(encode(kind(**values)), indent=2) + b"\n")


def _example(name: str, kind: Any) -> Any:
    examples: dict[Any, Any] = {
        UUID: UUID("018f5e8a-7b1c-7000-8000-" + f"{sum(map(ord, name)):012x}"),
        datetime: datetime(2026, 3, 2, 1, 14, 30, tzinfo=UTC),
        date: date(2026, 3, 2),
        list[UUID]: [UUID("018f5e8a-7b1c-7000-8000-000000000602")],
        int: 7,
        bool: True,
        str: {
            "tenant": "pz_aalst",
            "incident_type": "death_traffic",
            "urgency": "now",
            "level": "primary",
        }.get(name, "code"),
    }
    return examples[kind]
