"""What may be said in a command, and what of a referral is due or late. Pure."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from shared.contracts.consents import CONSENT_GIVERS, CONSENT_WAYS, OfferReferral
from shared.contracts.referring import (
    ANSWERS,
    OUTCOMES,
    PARTS,
    QUESTIONS,
    REFUSAL_REASONS,
    AnswerReferral,
)
from shared.errors import Invalid

_ASKED_WITH = {
    "refused": ("reason", REFUSAL_REASONS),
    "more_asked": ("question", QUESTIONS),
    "partly_accepted": ("part", PARTS),
    "closed": ("outcome", OUTCOMES),
}
_CODES = ("reason", "question", "part", "outcome")


def check_codes(*checked: tuple[str, str, Collection[str]]) -> None:
    """Raises `Invalid` with `not_a_choice` for each field whose code is none of its own."""
    wrong = {name: "not_a_choice" for name, code, codes in checked if code not in codes}
    if wrong:
        raise Invalid(wrong)


def checked_answer(command: AnswerReferral, today: date) -> AnswerReferral:
    """An answer with the one code that belongs to it, and no other. Raises `Invalid`."""
    check_codes(("answer", command.answer, ANSWERS))
    needed, codes = _ASKED_WITH.get(command.answer, ("", ()))
    wrong = {}
    for name in _CODES:
        code = getattr(command, name)
        if name == needed and code not in codes:
            wrong[name] = "not_a_choice" if code else "required"
        elif name != needed and code:
            wrong[name] = "not_with_this_answer"
    if command.waiting_until is not None and command.answer != "waiting_list":
        wrong["waiting_until"] = "not_with_this_answer"
    elif command.waiting_until is not None and command.waiting_until < today:
        wrong["waiting_until"] = "in_the_past"
    if command.on is not None and command.on > today:
        wrong["on"] = "in_the_future"
    if wrong:
        raise Invalid(wrong)
    return command


def checked_offer(
    command: OfferReferral, asked: Collection[str], *, minor: bool, today: date
) -> OfferReferral:
    """An offer's answer; of a refusal or one that is to come later nothing more is looked at. Raises `Invalid`."""
    check_codes(("state", command.state, ("given", "refused", "pending")))
    wrong = {}
    if command.on is not None and command.on > today:
        wrong["on"] = "in_the_future"
    if command.state == "given":
        if command.given_by not in CONSENT_GIVERS:
            wrong["given_by"] = "not_a_choice"
        elif minor and command.given_by == "person":
            wrong["given_by"] = "minor_cannot"
        if command.way not in CONSENT_WAYS:
            wrong["way"] = "not_a_choice"
        if not command.fields:
            wrong["fields"] = "required"
        elif not set(command.fields) <= set(asked):
            wrong["fields"] = "not_in_form"
        if command.expires_on is not None and command.expires_on < today:
            wrong["expires_on"] = "in_the_past"
    if wrong:
        raise Invalid(wrong)
    return command


def due(
    state: str,
    send_by: date | None,
    answer_by: date | None,
    contact_by: date | None,
    waiting_until: date | None,
) -> tuple[str, date | None]:
    """What is due next in a state, as a code, and on which day."""
    if state == "consent_given":
        return "send_by", send_by
    if state in {"sent", "acknowledged"}:
        return "answer_by", answer_by
    if state in {"accepted", "partly_accepted", "not_reached"}:
        return "contact_by", contact_by
    if state == "waiting_list":
        return "waiting_list", waiting_until
    return "", None


def place_of(after: str) -> UUID:
    """Where a list goes on. Raises `Invalid`."""
    try:
        return UUID(after)
    except ValueError:
        raise Invalid({"after": "not_a_place"}) from None
