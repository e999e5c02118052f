"""The words for the codes of aftercare, in Dutch; `words.py` joins them to the rest."""

from typing import Final

from services.gateway.marking import N_

_CONFLICTS: Final = {
    "entry.conflict_lifted": N_("Belangenconflict opgeheven voor %(who)s"),
    "entry.access_revoked": N_("Toegang ingetrokken van %(from_who)s"),
    "lift_reason.mistake": N_("Het was een vergissing"),
    "lift_reason.no_longer_so": N_("Het geldt niet meer"),
    "lift_reason.other": N_("Andere reden"),
    "grant.holder": N_("Dossierhouder"),
    "grant.substitute": N_("Vervanger"),
    "grant.grant": N_("Werkt mee"),
    "grant.team": N_("Team"),
    "grant.break_glass": N_("Noodinzage"),
    "error.grant_is_the_holders": N_(
        "Dit is de toegang van de dossierhouder. Wijs eerst een andere houder aan."
    ),
    "look.dossier_access": N_("bekeek wie toegang heeft"),
    "look.lift_conflict": N_("hief een belangenconflict op"),
    "look.revoke_grant": N_("trok een toegang in"),
    "note.grant_revoked": N_("De toegang is ingetrokken."),
    "note.conflict_lifted": N_(
        "Het belangenconflict is opgeheven. Geef zelf opnieuw toegang als dat nodig is."
    ),
}

AFTERCARE_WORDS: Final[dict[str, str]] = {**_CONFLICTS}
