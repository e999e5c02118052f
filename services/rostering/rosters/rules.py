"""What may be written about the roster: every wrong field at once, each with its code. Pure."""

import phonenumbers

from shared.contracts.rostering import KeepPartnerZone
from shared.errors import Invalid


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
