"""What may be written about the roster: every wrong field at once, each with its code. Pure."""

from collections.abc import Sequence

import msgspec
import phonenumbers

from shared.contracts.rostering import LEVELS, ChangeRosterSettings, KeepPartnerZone
from shared.contracts.rosters import ROTATION_KINDS, KeepRotation
from shared.errors import Invalid

_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_MOST_THRESHOLDS = 5


def checked_zone(command: KeepPartnerZone) -> tuple[str, str, str]:
    """Name, phone in E.164 and note of a partner zone, without loose spaces. Raises `Invalid`."""
    name, note, phone = command.name.strip(), command.note.strip(), phone_in_e164(command.phone)
    wrong = {} if name else {"name": "required"}
    if phone is None:
        raise Invalid({**wrong, "phone": "phone_wrong"})
    if wrong:
        raise Invalid(wrong)
    return name, phone, note


def phone_in_e164(written: str) -> str | None:
    """A number as it is dialled from anywhere; read as a Belgian one unless it names its country."""
    try:
        number = phonenumbers.parse(written, "BE")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def checked_rotation(command: KeepRotation, *, levels: Sequence[str]) -> KeepRotation:
    """The rotation without loose spaces, and without a pattern where it needs none. Raises `Invalid`."""
    name = command.name.strip()
    wrong = {} if name else {"name": "required"}
    if command.level not in levels:
        wrong["level"] = "level_unknown"
    if command.kind not in ROTATION_KINDS:
        wrong["kind"] = "kind_unknown"
    pattern = command.pattern if command.kind == "pattern" else []
    if command.kind == "pattern" and not any(pattern):
        wrong["pattern"] = "required"
    elif any(not 0 <= place <= len(command.holders) for place in pattern):
        wrong["pattern"] = "pattern_unknown"
    if command.last_day is not None and command.last_day < command.first_day:
        wrong["last_day"] = "ends_before_start"
    if not _FIRST_YEAR <= command.first_day.year <= _LAST_YEAR:
        wrong["first_day"] = "too_far"
    if wrong:
        raise Invalid(wrong)
    return msgspec.structs.replace(command, name=name, pattern=pattern)


def check_settings(command: ChangeRosterSettings, *, required: Sequence[str]) -> None:
    """At least one level, each known and once; what must be filled is one of them. Raises `Invalid`."""
    wrong: dict[str, str] = {}
    if not command.levels:
        wrong["levels"] = "required"
    elif any(level not in LEVELS for level in command.levels):
        wrong["levels"] = "level_unknown"
    elif len(set(command.levels)) != len(command.levels):
        wrong["levels"] = "level_twice"
    if command.required_levels is not None and not set(required) <= set(command.levels):
        wrong["required_levels"] = "level_unknown"
    if command.needed not in {None, "always", "outside_office"}:
        wrong["needed"] = "not_a_choice"
    if command.gap_alert_hours is not None and len(command.gap_alert_hours) > _MOST_THRESHOLDS:
        wrong["gap_alert_hours"] = "too_many"
    if wrong:
        raise Invalid(wrong)


def check_code(name: str, code: str, known: Sequence[str]) -> None:
    if code not in known:
        raise Invalid({name: "not_a_choice"})
