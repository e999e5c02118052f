"""The words for the codes about documents, letters and leaflets, in Dutch; `words.py` joins them to the rest."""

from typing import Final

from services.gateway.marking import N_

_FILES: Final = {
    "document_kind.report": N_("Verslag"),
    "document_kind.photo": N_("Foto"),
    "document_kind.medical": N_("Medisch stuk"),
    "document_kind.consent": N_("Toestemming"),
    "document_kind.judgment": N_("Vonnis of beschikking"),
    "document_kind.letter_in": N_("Ontvangen brief"),
    "document_kind.identity": N_("Identiteitsstuk"),
    "document_kind.letter": N_("Brief"),
    "document_kind.other": N_("Ander stuk"),
    "scan.waiting": N_("wacht op virusscan"),
    "scan.clean": N_("gescand"),
    "scan.refused": N_("geweigerd: virus gevonden"),
    "scan.not_scanned": N_("niet gescand"),
    "withdrawal_reason.wrong_dossier": N_("Hoort in een ander dossier"),
    "withdrawal_reason.wrong_file": N_("Verkeerd bestand"),
    "withdrawal_reason.asked_by_person": N_("De betrokkene vraagt het"),
    "withdrawal_reason.not_needed": N_("Niet meer nodig"),
    "withdrawal_reason.other": N_("Andere reden"),
    "field.file_missing": N_("Kies een bestand."),
    "field.file_empty": N_("Dit bestand is leeg. Kies een ander."),
    "field.file_too_large": N_("Dit bestand is te groot. Maak het kleiner of splits het."),
    "field.type_not_allowed": N_("Deze soort bestand kan niet. Kies een pdf, foto, tekst of kantoorbestand."),
    "field.type_differs": N_(
        "De inhoud past niet bij de naam van het bestand. Bewaar het opnieuw en kies het dan."
    ),
    "field.has_macros": N_("Dit bestand bevat macro’s. Bewaar het zonder macro’s of als pdf."),
    "error.document_already_there": N_("Dit bestand zit al in het dossier."),
    "error.document_withdrawn": N_("Dit stuk is ingetrokken."),
    "error.document_waiting": N_("Dit bestand wacht nog op de virusscan. Probeer het over enkele minuten."),
    "error.document_refused": N_("In dit bestand zat een virus. Niemand kan het openen."),
    "error.document_lost": N_("Dit bestand is beschadigd of weg. Verwittig uw beheerder."),
    "error.archive_away": N_("De opslag van bestanden antwoordt nu niet. Probeer straks opnieuw."),
    "error.scanner_away": N_("De virusscan antwoordt nu niet. Probeer straks opnieuw."),
    "note.document_added": N_("Het document is toegevoegd."),
    "note.document_withdrawn": N_("Het document is ingetrokken."),
    "entry.document_added": N_("Document toegevoegd: %(document_kind)s"),
    "entry.document_withdrawn": N_("Document ingetrokken: %(withdrawal)s"),
    "entry.document_refused": N_("Document geweigerd: er zat een virus in"),
    "look.dossier_papers": N_("bekeek de lijst van documenten"),
    "look.document_content": N_("opende een document"),
    "look.add_document": N_("voegde een document toe"),
    "look.withdraw_document": N_("trok een document in"),
}

_LETTERS: Final = {
    "paper.invitation": N_("Uitnodiging voor een gesprek"),
    "paper.contact_confirmation": N_("Bevestiging van ons contact"),
    "paper.referral_information": N_("Informatie over een dienst"),
    "paper.attest_of_assistance": N_("Attest van bijstand"),
    "paper.bad_news_confirmation": N_("Bevestiging van een slechtnieuwsmelding"),
    "paper.bereavement": N_("Als iemand plots sterft"),
    "paper.bereavement_suicide": N_("Na een zelfdoding"),
    "paper.victims_rights": N_("Rechten van slachtoffers"),
    "paper.burglary_prevention": N_("Na een inbraak"),
    "paper.domestic_violence": N_("Geweld in het gezin (discreet kaartje)"),
    "paper.traffic_accident": N_("Na een verkeersongeval"),
    "in_language.nl": N_("in het Nederlands"),
    "in_language.fr": N_("in het Frans"),
    "in_language.de": N_("in het Duits"),
    "letter_part.legal": N_("De brief zelf"),
    "letter_part.courtesy": N_("Vertaling, geen rechtswaarde"),
    "letter_part.pictogram": N_("Samenvatting in beelden"),
    "letter_state.draft": N_("nog te versturen"),
    "letter_state.sent": N_("verstuurd"),
    "letter_state.withdrawn": N_("ingetrokken"),
    "way.by_hand": N_("Zelf overhandigd"),
    "way.post": N_("Met de post"),
    "way.e_mail": N_("Per e-mail"),
    "letter_field.day": N_("Dag"),
    "letter_field.time": N_("Uur"),
    "letter_field.place": N_("Plaats of adres"),
    "letter_field.contact": N_("Met wie"),
    "letter_field.contact_day": N_("Dag van het contact"),
    "letter_field.agreed": N_("Wat u samen afsprak"),
    "letter_field.service": N_("Naam van de dienst"),
    "letter_field.help": N_("Welke hulp"),
    "letter_field.service_phone": N_("Telefoon van de dienst"),
    "letter_field.facts_day": N_("Dag van de feiten"),
    "letter_field.purpose": N_("Waarvoor het attest dient"),
    "letter_field.requested_on": N_("Dag van de vraag"),
    "letter_field.delivered_on": N_("Dag waarop het nieuws gebracht is"),
    "letter_field.received_by": N_("Wie het nieuws ontving"),
    "letter_field.their_reference": N_("Kenmerk van de vrager"),
    "letter_field.remarks": N_("Opmerkingen"),
    "letterhead.name": N_("naam"),
    "letterhead.street": N_("straat en nummer"),
    "letterhead.municipality": N_("gemeente"),
    "letterhead.phone": N_("telefoon"),
    "field.not_a_time": N_("Schrijf het uur zoals 14:30."),
    "error.letter_sent": N_("Deze brief is verstuurd en blijft zoals hij is."),
    "error.no_letters_to_home": N_(
        "Deze persoon mag geen brieven thuis krijgen. Geef de brief zelf af, of schrijf waarom de post veilig is."
    ),
    "error.letterhead_incomplete": N_("De gegevens van uw dienst zijn niet volledig. Vul ze aan bij Beheer."),
    "error.press_failed": N_(
        "De brief kon nu niet gemaakt worden. Probeer straks opnieuw; wat u typte blijft staan."
    ),
    "field.leaflet_not_in_language": N_(
        "Een van deze folders bestaat niet in deze taal. Kies een andere taal."
    ),
    "error.leaflet_changed": N_(
        "Iemand anders bewaarde deze folder intussen. Uw tekst staat hier nog. Vergelijk, en bewaar dan opnieuw."
    ),
    "note.letter_kept": N_("De brief is bewaard. Druk hem af en noteer hoe hij vertrekt."),
    "note.letter_sent": N_("Genoteerd hoe de brief vertrok."),
    "note.leaflets_given": N_("Genoteerd wat u meegaf."),
    "entry.letter_written": N_("Brief geschreven: %(template)s"),
    "entry.letter_sent": N_("Brief verstuurd op %(day)s (%(way)s): %(template)s"),
    "entry.letter_sent_against_safe_contact": N_(
        "Brief met de post verstuurd op %(day)s, buiten de afspraken over veilig contact: %(template)s"
    ),
    "entry.leaflets_given": N_("Folders meegegeven: %(leaflets)s"),
    "look.compose_letter": N_("stelde een brief op"),
    "look.keep_letter": N_("schreef een brief"),
    "look.send_letter": N_("noteerde dat een brief vertrok"),
    "look.print_record": N_("drukte een blad uit het dossier af"),
    "look.give_leaflets": N_("noteerde folders"),
}

PAPER_WORDS: Final[dict[str, str]] = {**_FILES, **_LETTERS}
