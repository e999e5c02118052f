"""The words for the codes about persons and how they are reached, in Dutch; `words.py` joins them to the rest."""

from typing import Final

from services.gateway.marking import N_

_REACHING: Final = {
    "unsafe.outside_hours": N_("Bellen is nu niet veilig."),
    "unsafe.no_calls": N_("Deze persoon wil nooit gebeld worden."),
    "unsafe.not_the_safe_number": N_("Dit is niet het veilige nummer."),
    "error.unsafe_to_call": N_("Bellen kan nu niet: het is buiten de afspraken over veilig contact."),
    "field.reason_shorter": N_("Schrijf in minstens 10 tekens waarom het nu moet."),
    "field.window_empty": N_("Begin en einde zijn hetzelfde. Kijk de uren na."),
    "field.not_a_clock": N_("Dit is geen uur. Schrijf het zoals 10:00."),
    "field.phone_known": N_("Dit nummer staat er al."),
    "note.safe_contact_changed": N_("De afspraken over veilig contact zijn bewaard."),
    "note.phone_added": N_("Het nummer is toegevoegd."),
    "note.phone_removed": N_("Het nummer is verwijderd."),
    "entry.number_shown_anyway": N_("Nummer getoond buiten de afspraken (%(role)s)"),
    "entry.safe_contact_changed": N_("Afspraken over veilig contact gewijzigd: %(role)s"),
    "entry.phone_removed": N_("Nummer verwijderd: %(role)s"),
    "look.reveal_phone": N_("bekeek een telefoonnummer"),
    "look.change_safe_contact": N_("wijzigde afspraken over veilig contact"),
    "look.add_phone": N_("voegde een nummer toe"),
    "look.remove_phone": N_("verwijderde een nummer"),
}

_PERSONS: Final = {
    "relation.parent_of": N_("ouder van"),
    "relation.partner_of": N_("partner van"),
    "relation.ex_partner_of": N_("ex-partner van"),
    "relation.sibling_of": N_("broer of zus van"),
    "relation.grandparent_of": N_("grootouder van"),
    "relation.guardian_of": N_("voogd van"),
    "relation.family_of": N_("familie van"),
    "relation.neighbour_of": N_("buur van"),
    "relation.friend_of": N_("vriend van"),
    "relation.other": N_("kent"),
    "literacy.reads": N_("Leest vlot"),
    "literacy.limited": N_("Leest moeilijk"),
    "literacy.cannot_read": N_("Kan niet lezen"),
    "contact_preference.phone": N_("Telefoon"),
    "contact_preference.sms": N_("Sms"),
    "contact_preference.email": N_("E-mail"),
    "contact_preference.letter": N_("Brief"),
    "contact_preference.visit": N_("Huisbezoek"),
    "contact_preference.via_other": N_("Via iemand anders"),
    "removal_reason.mistake": N_("Vergissing: hoort hier niet"),
    "removal_reason.duplicate": N_("Staat er dubbel in"),
    "removal_reason.not_involved": N_("Blijkt niet betrokken"),
    "removal_reason.asked": N_("Vroeg het zelf"),
    "insz_ending.replaced": N_("Vervangen door een nieuw nummer"),
    "insz_ending.wrong": N_("Was fout getypt of van iemand anders"),
    "insz_kind.national": N_("Rijksregisternummer"),
    "insz_kind.bis": N_("Bisnummer"),
    "error.already_related": N_("Deze band staat er al."),
    "note.person_changed": N_("De gegevens van de persoon zijn bewaard."),
    "note.person_removed": N_("De persoon staat niet meer in het dossier. Wat geschreven is, blijft staan."),
    "note.insz_changed": N_("Het nummer is gewijzigd. Het vorige blijft in de historiek."),
    "note.persons_related": N_("De band is genoteerd."),
    "note.relation_removed": N_("De band is verwijderd."),
    "entry.person_changed": N_("Gegevens van een persoon gewijzigd: %(role)s"),
    "entry.person_removed": N_("Persoon uit het dossier gehaald: %(role)s (%(because)s)"),
    "entry.insz_changed": N_("Rijksregisternummer gewijzigd: %(role)s"),
    "entry.persons_related": N_("Band genoteerd: %(relation)s"),
    "entry.relation_removed": N_("Band verwijderd: %(relation)s"),
    "look.change_person": N_("wijzigde gegevens van een persoon"),
    "look.remove_person": N_("haalde een persoon uit het dossier"),
    "look.change_insz": N_("wijzigde een rijksregisternummer"),
    "look.person_numbers": N_("bekeek de nummers van een persoon"),
    "look.relate_persons": N_("noteerde een band tussen personen"),
    "look.unrelate_persons": N_("verwijderde een band tussen personen"),
}

_DRAFTS: Final = {
    "error.draft_changed": N_(
        "Deze klad is in een ander venster bewaard of verstuurd. Kopieer uw tekst en laad de pagina opnieuw."
    ),
    "note.draft_saved": N_("De klad is bewaard. Enkel u ziet ze."),
    "note.draft_discarded": N_("De klad is weg."),
    "look.save_draft": N_("bewaarde een klad"),
    "look.discard_draft": N_("gooide een klad weg"),
    "look.drafts_here": N_("zag een eigen klad terug"),
}

PERSON_WORDS: Final[dict[str, str]] = {**_REACHING, **_PERSONS, **_DRAFTS}
