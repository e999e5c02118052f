"""The words of a partner's own pages, and of how a referral reaches him, in Dutch; `words.py` joins them."""

from typing import Final

from services.gateway.marking import N_

_REFUSALS: Final = {
    "error.link_unknown": N_("Deze link werkt niet, of niet meer."),
    "error.partner_session_over": N_("Uw tijd op deze pagina is om. Open de link uit de mail opnieuw."),
    "error.partner_code_wrong": N_("Deze code klopt niet of is te oud."),
    "field.partner_code_wrong": N_(
        "Deze code klopt niet of is te oud. Kijk ze na, of vraag een nieuwe code."
    ),
    "error.link_not_possible": N_("Voor deze doorverwijzing kan nu geen link verstuurd worden."),
}

_STAFF: Final = {
    "receipt.by_hand": N_("Op papier afgegeven"),
    "receipt.by_post": N_("Per post verstuurd"),
    "note.partner_answered": N_("Uw antwoord is verstuurd. U kunt deze pagina sluiten."),
}

PARTNER_WORDS: Final[dict[str, str]] = {**_REFUSALS, **_STAFF}
