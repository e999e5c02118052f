"""The words for referrals that came to us and the dossiers that take them up. In Dutch."""

from typing import Final

from services.gateway.marking import N_

INCOMING_WORDS: Final[dict[str, str]] = {
    "dossier_kind.social_help": N_("Sociale hulp"),
    "incident_type.help_food": N_("Hulpvraag: voeding"),
    "incident_type.help_money": N_("Hulpvraag: geld"),
    "incident_type.help_housing": N_("Hulpvraag: wonen"),
    "incident_type.help_energy": N_("Hulpvraag: energie"),
    "incident_type.help_medical_card": N_("Hulpvraag: medische kaart"),
    "incident_type.help_debts": N_("Hulpvraag: schulden"),
    "incident_type.help_residence": N_("Hulpvraag: verblijf"),
    "incident_type.help_home_help": N_("Hulpvraag: hulp aan huis"),
    "incident_type.help_other": N_("Hulpvraag: iets anders"),
    "entry.incoming_linked": N_("Een doorverwijzing naar ons is opgenomen in dit dossier"),
    "entry.incoming_unlinked": N_("Een doorverwijzing naar ons is losgemaakt van dit dossier"),
    "entry.incoming_amended": N_("De doorverwijzing naar ons is aangevuld of gewijzigd"),
    "entry.incoming_ended": N_("De doorverwijzing naar ons is afgesloten"),
    "entry.incoming_withdrawn": N_(
        "De doorverwijzing naar ons is ingetrokken. Wat u zelf in dit dossier schreef, blijft."
    ),
    "entry.incoming_rerouted": N_(
        "De doorverwijzing ging naar een andere dienst. Wat u zelf in dit dossier schreef, blijft."
    ),
    "entry.incoming_expired": N_(
        "De doorverwijzing naar ons is verlopen. Wat u zelf in dit dossier schreef, blijft."
    ),
    "referral_move.unlinked": N_("Losgemaakt van een dossier"),
    "unlink_reason.wrong_dossier": N_("Het hoort bij een ander dossier"),
    "unlink_reason.another_person": N_("Het gaat over iemand anders"),
    "unlink_reason.by_mistake": N_("Per vergissing gekoppeld"),
    "unlink_reason.other": N_("Andere reden"),
    "error.already_taken_up": N_("Een collega nam deze doorverwijzing al op in een dossier."),
    "error.not_linked": N_("Deze doorverwijzing zit in geen dossier meer."),
    "error.referral_over": N_("Deze doorverwijzing geldt niet meer. Er wordt niets meer van doorgegeven."),
    "field.not_of_this_kind": N_("Dit hoort niet bij dit soort dossier. Laat het leeg."),
    "look.show_incoming_step": N_("kreeg nieuws over een doorverwijzing naar ons"),
    "look.incoming_by_id": N_("las de doorverwijzing"),
    "look.incoming_looks": N_("bekeek wie keek"),
    "look.take_handed_over": N_("kreeg nieuws van wie doorverwijst"),
    "look.assign_incoming": N_("wees aan wie het opneemt"),
    "look.answer_incoming": N_("antwoordde aan wie doorverwijst"),
    "look.take_up_incoming": N_("nam het op in een nieuw dossier"),
    "look.link_incoming": N_("koppelde een dossier"),
    "look.unlink_incoming": N_("maakte het los van een dossier"),
    "note.incoming_taken_up": N_("Het dossier is geopend met wat u overnam."),
    "note.incoming_linked": N_("De doorverwijzing is gekoppeld aan dit dossier."),
    "note.incoming_unlinked": N_("Losgemaakt van het dossier. Wat daar geschreven is, blijft staan."),
}
