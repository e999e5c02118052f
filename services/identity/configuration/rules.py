"""What a setting may be: every wrong field at once, each with its code. Pure: no database, no clock."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import phonenumbers

from shared.contracts import configuration as contract
from shared.errors import Invalid

LANGUAGES = ("nl", "fr", "de", "en")
ALWAYS_OFFERED = "other"
_BRUSSELS = ZoneInfo("Europe/Brussels")
_FARTHEST = timedelta(days=3 * 366)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_EMAIL = re.compile(
    r"[^\s@<>(),;:\"\[\]\\]{1,64}@([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,63}\Z", re.IGNORECASE
)
_POSTAL_CODE = re.compile(r"[1-9]\d{3}\Z")
_WEBSITE = re.compile(r"(https?://)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,63}(/\S*)?\Z", re.IGNORECASE)
_CODE = re.compile(r"[a-z][a-z0-9_]{1,30}\Z")
_LEAFLET = re.compile(r"[a-z][a-z0-9_]{1,39}\Z")
_MOST_LEAFLETS = 10


def today_in_belgium(now: datetime) -> date:
    return now.astimezone(_BRUSSELS).date()


def checked_start(wanted: date | None, today: date) -> date:
    """From which day: what was so in the past stays as it was. Raises `Invalid`."""
    day = wanted or today
    if wrong := _wrong_day(day, today):
        raise Invalid({"valid_from": wrong})
    return day


def check_day_off(day: date, why: str, today: date) -> None:
    wrong = {"day": code} if (code := _wrong_day(day, today)) else {}
    if not why.strip():
        wrong["why"] = "required"
    elif _CONTROL.search(why):
        wrong["why"] = "text_wrong"
    if wrong:
        raise Invalid(wrong)


def checked_organisation(command: contract.SaveOrganisation) -> dict[str, str]:
    """The facts without loose spaces and with phones in E.164. Raises `Invalid`."""
    facts = {
        name: getattr(command, name).strip()
        for name in contract.SaveOrganisation.__struct_fields__
        if name != "valid_from"
    }
    wrong = {name: "text_wrong" for name, text in facts.items() if _CONTROL.search(text)}
    for name in ("phone", "officer_phone"):
        if facts[name]:
            facts[name] = _phone(facts[name])
            if not facts[name]:
                wrong[name] = "phone_wrong"
    wrong |= {
        name: "email_wrong"
        for name in ("email", "officer_email")
        if facts[name] and not _EMAIL.match(facts[name])
    }
    if facts["postal_code"] and not _POSTAL_CODE.match(facts["postal_code"]):
        wrong["postal_code"] = "postal_code_wrong"
    if facts["website"] and not _WEBSITE.match(facts["website"]):
        wrong["website"] = "website_wrong"
    if facts["statistics_period"] not in contract.STATISTIC_PERIODS:
        wrong["statistics_period"] = "not_a_choice"
    if wrong:
        raise Invalid(wrong)
    return facts


def check_incident_type(code: str, command: contract.SaveIncidentType, *, own: bool) -> None:
    """Raise `Invalid`; an own type needs its words in all four languages."""
    wrong: dict[str, str] = {}
    if not _CODE.match(code):
        wrong["code"] = "type_code_wrong"
    if command.group not in contract.STATISTIC_GROUPS:
        wrong["group"] = "not_a_choice"
    if command.urgency not in contract.URGENCIES:
        wrong["urgency"] = "not_a_choice"
    if not set(command.mandatory) <= set(contract.MANDATORY_FIELDS):
        wrong["mandatory"] = "not_a_choice"
    if len(command.leaflets) > _MOST_LEAFLETS:
        wrong["leaflets"] = "too_many"
    elif not all(_LEAFLET.match(each) for each in command.leaflets):
        wrong["leaflets"] = "not_a_choice"
    if not command.recontact and code in contract.RECONTACT_IS_DUTY:
        wrong["recontact"] = "recontact_is_duty"
    if command.hidden and code == ALWAYS_OFFERED:
        wrong["hidden"] = "type_always_offered"
    wrong |= _wrong_labels(command.labels, own=own)
    if wrong:
        raise Invalid(wrong)


def _wrong_labels(labels: Mapping[str, str], *, own: bool) -> dict[str, str]:
    wrong = {} if set(labels) <= set(LANGUAGES) else {"labels": "not_a_choice"}
    for language in LANGUAGES:
        label = labels.get(language, "")
        if own and not label.strip():
            wrong[f"label_{language}"] = "required"
        elif _CONTROL.search(label):
            wrong[f"label_{language}"] = "text_wrong"
    return wrong


def _wrong_day(day: date, today: date) -> str:
    if day < today:
        return "in_the_past"
    return "too_far" if day - today > _FARTHEST else ""


def _phone(written: str) -> str:
    try:
        number = phonenumbers.parse(written, "BE")
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number) or number.extension:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
