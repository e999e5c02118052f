"""The words for files that become entries of the social map, in Dutch; `words.py` joins them."""

from typing import Final

from services.gateway.marking import N_

_CODES: Final = {
    "import_state.reading": N_("Wordt gelezen"),
    "import_state.ready": N_("Klaar om na te kijken"),
    "import_state.importing": N_("Wordt ingelezen"),
    "import_state.done": N_("Ingelezen"),
    "import_state.refused": N_("Niet leesbaar"),
    "import_state.cancelled": N_("Geannuleerd"),
    "import_format.hsds_csv": N_("HSDS-pakket (CSV)"),
    "import_format.hsds_csv_older": N_("HSDS-pakket (CSV), oudere versie"),
    "import_format.hsds_json": N_("HSDS (JSON)"),
    "import_format.csv_mapped": N_("CSV met kolommenlijst"),
    "import_format.shipped": N_("Meegeleverd"),
    "import_outcome.created": N_("nieuw"),
    "import_outcome.changed": N_("gewijzigd"),
    "import_outcome.unchanged": N_("ongewijzigd"),
    "import_outcome.refused": N_("niet ingelezen"),
    "import_outcome.waiting": N_("wacht"),
    "map_kind.organization": N_("Organisatie"),
    "map_kind.service": N_("Dienst"),
    "map_kind.location": N_("Plaats"),
    "map_kind.service_at_location": N_("Dienst op een plaats"),
    "map_kind.taxonomy": N_("Rubriekenlijst"),
    "map_kind.taxonomy_term": N_("Rubriek"),
}
_REASONS: Final = {
    "import_reason.other": N_("past niet"),
    "import_reason.name_missing": N_("zonder naam"),
    "import_reason.id_missing": N_("zonder nummer"),
    "import_reason.id_twice": N_("hetzelfde nummer staat er twee keer, met iets anders"),
    "import_reason.owner_missing": N_("hoort bij iets dat niet in het bestand staat"),
    "import_reason.owner_not_named": N_("zegt niet waarbij het hoort"),
    "import_reason.owner_refused": N_("hoort bij een rij die niet ingelezen is"),
    "import_reason.reference_missing": N_(
        "verwijst naar iets dat niet in het bestand staat; die band is weggelaten"
    ),
    "import_reason.content_wrong": N_("past niet in de sociale kaart"),
    "import_reason.required": N_("er ontbreekt iets"),
    "import_reason.number_missing": N_("zonder telefoonnummer"),
    "import_reason.number_wrong": N_("geen telefoonnummer"),
    "import_reason.kbo_wrong": N_("geen geldig ondernemingsnummer"),
    "import_reason.nis_wrong": N_("geen NIS-code"),
    "import_reason.area_code_wrong": N_("geen code van een gebied"),
    "import_reason.email_wrong": N_("geen e-mailadres; weggelaten"),
    "import_reason.uri_wrong": N_("geen webadres; weggelaten"),
    "import_reason.time_wrong": N_("geen uur"),
    "import_reason.date_wrong": N_("geen datum; weggelaten"),
    "import_reason.date_missing": N_("zonder datum"),
    "import_reason.moment_wrong": N_("geen tijdstip; weggelaten"),
    "import_reason.weekday_wrong": N_("geen dag van de week"),
    "import_reason.address_missing": N_("zonder adres"),
    "import_reason.wrong_type": N_("iets anders dan verwacht; weggelaten"),
    "import_reason.not_a_choice": N_("geen van de mogelijke waarden; weggelaten"),
    "import_reason.out_of_range": N_("te groot of te klein; weggelaten"),
    "import_reason.too_long": N_("te lang; weggelaten"),
    "import_reason.too_short": N_("te kort; weggelaten"),
    "import_reason.text_wrong": N_("een teken dat niet bewaard kan worden; weggelaten"),
    "import_reason.code_wrong": N_("geen code; weggelaten"),
    "import_reason.unit_missing": N_("de eenheid staat niet in het bestand"),
    "import_reason.not_used": N_("nergens gebruikt"),
    "import_reason.nothing_in_it": N_("er staat niets in dat we kennen"),
    "import_reason.row_too_long": N_("meer cellen dan kolommen"),
    "import_reason.closed_day": N_("een dag zonder uren: gesloten, dus niets te bewaren"),
    "import_reason.history_not_taken": N_("geschiedenis van een ander systeem: nemen we niet over"),
    "import_reason.describes_the_file": N_("beschrijft het bestand zelf"),
}
_FIELDS: Final = {
    "field.source_wrong": N_("Gebruik kleine letters, cijfers, punt of streepje, zonder spaties."),
    "field.file_name_too_long": N_("De naam van dit bestand is te lang. Geef het een kortere naam."),
    "field.file_not_text": N_("Dit is geen tekstbestand. Kies CSV, JSON of een zip daarvan."),
    "field.file_is_workbook": N_("Dit is een rekenblad. Bewaar het eerst als CSV en kies dat bestand."),
    "field.file_without_rows": N_("In dit bestand staan geen rijen die we kennen."),
    "field.zip_broken": N_("Dit zipbestand is beschadigd. Maak het opnieuw."),
    "field.zip_encrypted": N_("Dit zipbestand heeft een wachtwoord. Maak er een zonder."),
    "field.zip_too_large": N_("Uitgepakt is dit zipbestand te groot. Splits het."),
    "field.too_many_files": N_("In dit zipbestand zitten te veel bestanden. Splits het."),
    "field.too_many_rows": N_("In dit bestand staan te veel rijen. Splits het."),
    "field.csv_broken": N_("Deze CSV is niet te lezen: kijk de aanhalingstekens na."),
    "field.column_twice": N_("Twee kolommen hebben dezelfde naam. Geef ze elk een eigen naam."),
    "field.json_broken": N_("Deze JSON is niet te lezen. Kijk na of het bestand volledig is."),
    "field.json_without_entries": N_("In deze JSON staan geen diensten of organisaties van HSDS."),
    "field.mapping_needed": N_("De kolommen zijn niet die van HSDS. Voeg een kolommenlijst toe."),
    "field.mapping_wrong": N_("Deze kolommenlijst is niet te lezen. Kijk de regels na."),
    "field.mapping_without_id": N_("De kolommenlijst zegt niet welke kolom het nummer (id) is."),
    "field.mapping_lacks_file": N_("De kolommenlijst noemt een van de bestanden niet."),
    "field.mapping_lacks_column": N_("De kolommenlijst noemt een kolom die er niet is."),
}
_ERRORS: Final = {
    "error.import_unknown": N_("Dit bestand is hier niet ingelezen."),
    "error.import_changed": N_("Intussen ging iemand anders ermee verder. Kijk opnieuw."),
    "error.import_refused": N_("Dit bestand kunnen we niet lezen."),
}
_NOTES: Final = {
    "note.import_confirmed": N_("Het inlezen is begonnen. U mag deze pagina verlaten."),
    "note.import_cancelled": N_("Geannuleerd. Er is niets gewijzigd en het bestand is weg."),
    "note.shipped_brought_in": N_("De meegeleverde inhoud staat in de gedeelde kaart."),
}

MAP_IMPORT_WORDS: Final[dict[str, str]] = {**_CODES, **_REASONS, **_FIELDS, **_ERRORS, **_NOTES}
