"""What may be written in a call-out: every wrong field at once, each with its code."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from services.rostering.rosters.rules import phone_in_e164
from shared.contracts.call_outs import ASKED_BY, URGENCIES, CloseCallOut, RequestCallOut
from shared.contracts.configuration import IncidentType
from shared.errors import Invalid

DECLINE_REASONS = ("ill", "busy", "too_far", "conflict", "other")
CANCEL_REASONS = ("mistake", "no_longer_needed", "duplicate")
PROGRESS_STATES = ("en_route", "on_site", "left_scene")
LATEST_PLAN = timedelta(days=7)

_MOST_LANGUAGES = 10
_LANGUAGE = re.compile(r"[a-z]{2,3}\Z")  # ISO 639-1, or 639-3 where there is no two-letter code
_UNSTORABLE = "\x00"  # PostgreSQL keeps every character but this one


def checked_briefing(command: RequestCallOut, types: Mapping[str, IncidentType]) -> RequestCallOut:
    """The briefing without loose spaces and with its phone number in E.164, of a type that the tenant offers.

    Raises `Invalid`, also for what the type demands and was left empty.
    """
    texts = {
        name: value.strip() for name, value in msgspec.structs.asdict(command).items() if _is_text(value)
    }
    wrong = wrong_texts(texts)
    wrong |= {name: "required" for name in ("place", "summary") if not texts[name]}
    kind = types.get(command.incident_type)
    if kind is None or kind.hidden:
        wrong["incident_type"] = "incident_type_unknown"
    else:
        demanded = {name: getattr(command, name, True) for name in kind.mandatory}
        wrong |= {name: "required" for name, given in demanded.items() if not texts.get(name, given)}
    if command.urgency not in URGENCIES:
        wrong["urgency"] = "urgency_unknown"
    if command.asked_by not in ASKED_BY:
        wrong["asked_by"] = "asked_by_unknown"
    if len(command.languages) > _MOST_LANGUAGES:
        wrong["languages"] = "too_many"
    elif not all(_LANGUAGE.match(language) for language in command.languages):
        wrong["languages"] = "language_unknown"
    if texts["contact_phone"]:
        phone = phone_in_e164(texts["contact_phone"])
        if phone is None:
            wrong["contact_phone"] = "phone_wrong"
        else:
            texts["contact_phone"] = phone
    if wrong:
        raise Invalid(wrong)
    return msgspec.structs.replace(
        command,
        languages=list(dict.fromkeys(command.languages)),
        minors_present=command.minors_present or bool(command.children),
        **texts,
    )


def checked_note(command: CloseCallOut) -> str:
    """The closing note; why nothing is opened must be said."""
    note = command.note.strip()
    wrong = wrong_texts({"note": note})
    if not command.opens_dossier and not note:
        wrong["note"] = "required"
    if wrong:
        raise Invalid(wrong)
    return note


def check_reason(reason: str, known: tuple[str, ...]) -> None:
    if reason not in known:
        raise Invalid({"reason": "reason_unknown"})


def check_progress(state: str) -> None:
    if state not in PROGRESS_STATES:
        raise Invalid({"state": "state_unknown"})


def checked_texts(required: dict[str, str], optional: dict[str, str] | None = None) -> dict[str, str]:
    """Texts without loose spaces, each of `required` filled in. Raises `Invalid`."""
    texts = {name: value.strip() for name, value in {**required, **(optional or {})}.items()}
    wrong = {name: "required" for name in required if not texts[name]} | wrong_texts(texts)
    if wrong:
        raise Invalid(wrong)
    return texts


def check_plan(planned_for: datetime, *, now: datetime) -> None:
    """A planned visit is soon, and not in the past."""
    if planned_for.tzinfo is None:
        raise Invalid({"planned_for": "without_time_zone"})
    if planned_for <= now:
        raise Invalid({"planned_for": "in_the_past"})
    if planned_for - now > LATEST_PLAN:
        raise Invalid({"planned_for": "too_far"})


def check_past(name: str, moment: datetime, *, now: datetime) -> None:
    """A moment that has been; a minute of a quicker clock is no matter."""
    if moment.tzinfo is None:
        raise Invalid({name: "without_time_zone"})
    if moment - now > timedelta(minutes=1):
        raise Invalid({name: "in_the_future"})


def wrong_texts(texts: dict[str, str]) -> dict[str, str]:
    """Texts that cannot be stored."""
    return {name: "wrong_characters" for name, text in texts.items() if _UNSTORABLE in text}


def _is_text(value: object) -> bool:
    return isinstance(value, str)
