"""Everything that can be done about a partner without account: by the sender, by himself, and by the clock."""

from services.referrals.partners.commands.answering import answer_by_partner, read_by_partner
from services.referrals.partners.commands.delivering import (
    anonymise_delivery,
    keep_mail_ended,
    renew_link,
    tell_partner,
)
from services.referrals.partners.commands.entering import (
    ask_code,
    ask_new_link,
    count_lookup,
    count_try,
    enter_code,
    open_link,
)
from services.referrals.partners.commands.papers import form_of_partner, form_pdf, hand_over_form, receipt_pdf

__all__ = [
    "anonymise_delivery",
    "answer_by_partner",
    "ask_code",
    "ask_new_link",
    "count_lookup",
    "count_try",
    "enter_code",
    "form_of_partner",
    "form_pdf",
    "hand_over_form",
    "keep_mail_ended",
    "open_link",
    "read_by_partner",
    "receipt_pdf",
    "renew_link",
    "tell_partner",
]
