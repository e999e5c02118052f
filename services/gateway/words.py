"""Codes that services answer with, and the Dutch word for each; the catalogues hold the other languages.

`N_` marks a text for the catalogue and leaves it as it is. A code without a word fails
`tests/unit/gateway/test_words.py`.
"""

from typing import Final

from services.gateway.aftercare_words import AFTERCARE_WORDS
from services.gateway.call_out_words import CALL_OUT_WORDS
from services.gateway.finding_words import FINDING_WORDS
from services.gateway.identity_words import IDENTITY_WORDS
from services.gateway.incoming_words import INCOMING_WORDS
from services.gateway.map_import_words import MAP_IMPORT_WORDS
from services.gateway.map_words import MAP_WORDS
from services.gateway.marking import N_
from services.gateway.message_words import MESSAGE_WORDS
from services.gateway.office_words import OFFICE_WORDS
from services.gateway.outreach_words import OUTREACH_WORDS
from services.gateway.paper_words import PAPER_WORDS
from services.gateway.partner_words import PARTNER_WORDS
from services.gateway.person_words import PERSON_WORDS
from services.gateway.referral_words import REFERRAL_WORDS
from services.gateway.roster_words import ROSTER_WORDS
from services.gateway.work_words import WORK_WORDS
from services.gateway.worry_words import WORRY_WORDS

__all__ = ["N_", "WORDS"]

_ERRORS: Final = {
    "error.invalid": N_("Kijk de gemarkeerde velden na."),
    "error.unauthenticated": N_("Meld u opnieuw aan."),
    "error.forbidden": N_("U mag dit niet doen met uw rol."),
    "error.step_up_needed": N_("Bevestig eerst wie u bent."),
    "error.not_found": N_("Dit bestaat niet, of u kunt het niet zien."),
    "error.conflict": N_("Dit kan nu niet: de toestand is intussen veranderd. Ververs de pagina."),
    "error.too_many_attempts": N_("Te veel pogingen. Wacht enkele minuten en probeer opnieuw."),
    "error.unavailable": N_(
        "Een onderdeel antwoordt nu niet. Probeer straks opnieuw; wat u typte blijft staan."
    ),
    "error.service_unreachable": N_(
        "Een onderdeel antwoordt nu niet. Probeer straks opnieuw; wat u typte blijft staan."
    ),
    "error.body_too_deep": N_("Dit kunnen we niet lezen. Vul het opnieuw in."),
    "error.internal_error": N_("Er liep iets mis bij ons. Probeer opnieuw."),
}

_FIELDS: Final = {
    "field.required": N_("Vul dit in."),
    "field.invalid": N_("Kijk dit na."),
    "field.too_long": N_("Dit is te lang. Maak het korter."),
    "field.five_at_most": N_("Kies er vijf hoogstens."),
    "field.too_short": N_("Dit is te kort. Vul het aan."),
}

WORDS: Final[dict[str, str]] = {
    **_ERRORS,
    **_FIELDS,
    **AFTERCARE_WORDS,
    **CALL_OUT_WORDS,
    **FINDING_WORDS,
    **IDENTITY_WORDS,
    **INCOMING_WORDS,
    **MAP_IMPORT_WORDS,
    **MAP_WORDS,
    **MESSAGE_WORDS,
    **OUTREACH_WORDS,
    **PAPER_WORDS,
    **OFFICE_WORDS,
    **PARTNER_WORDS,
    **PERSON_WORDS,
    **REFERRAL_WORDS,
    **WORK_WORDS,
    **WORRY_WORDS,
    **ROSTER_WORDS,
}
