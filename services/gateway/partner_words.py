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
    "delivery_state.waiting": N_("De mail vertrekt zo"),
    "delivery_state.mailed": N_("De mail is verstuurd"),
    "delivery_state.failed": N_("De mail kwam niet aan"),
    "delivery_state.opened": N_("Gelezen door de partner"),
    "delivery_state.over": N_("Afgelopen"),
    "delivery_state.anonymised": N_("Afgelopen, adres gewist"),
    "receipt.shown": N_("Gelezen op de pagina"),
    "receipt.downloaded": N_("Bewaard als PDF"),
    "receipt.by_hand": N_("Op papier afgegeven"),
    "receipt.by_post": N_("Per post verstuurd"),
    "note.link_renewed": N_("Een nieuwe link is onderweg naar de partner. De vorige werkt niet meer."),
    "note.form_handed_over": N_("Genoteerd: het formulier is bezorgd."),
}

PARTNER_WORDS: Final[dict[str, str]] = {**_REFUSALS, **_STAFF}
