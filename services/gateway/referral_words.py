"""The words for referrals: their states, grounds, figures, and what stands in a dossier about them. In Dutch."""

from typing import Final

from services.gateway.marking import N_

_OUTSIDERS: Final = {
    "outsider.landlord": N_("Verhuurder"),
    "outsider.employer": N_("Werkgever"),
    "outsider.school": N_("School"),
    "outsider.family": N_("Familie of kennis"),
    "outsider.service": N_("Andere dienst"),
    "outsider.insurer": N_("Verzekeraar"),
    "outsider.press": N_("Pers"),
    "outsider.other": N_("Iemand anders"),
    "entry.outside_question": N_("Iemand vroeg naar een cliënt (%(asker)s). Niets bevestigd."),
    "look.note_outside_question": N_("noteerde een vraag van buiten"),
    "task_kind.tell_client": N_("Cliënt zeggen dat iemand naar hem of haar vroeg"),
    "task_kind.referral_follow_up": N_("Doorverwijzing opvolgen"),
    "note.outside_question": N_("Genoteerd: er is niets bevestigd."),
}

REFERRAL_WORDS: Final[dict[str, str]] = {**_OUTSIDERS}
