"""The words for settings and statistics, in Dutch; `words.py` joins them to the rest."""

from typing import Final

from services.gateway.marking import N_

_SETTINGS: Final = {
    "setting_area.organisation": N_("Gegevens voor brieven"),
    "setting_area.sign_in": N_("Talen en aanmelden"),
    "setting_area.incident_types": N_("Feitensoorten"),
    "setting_area.days_off": N_("Vrije dagen"),
    "setting_area.roles": N_("Rollen"),
    "setting_area.on_call": N_("Wacht"),
    "setting_area.leaflets": N_("Folders"),
    "setting_area.recontact_plan": N_("Hercontactplan"),
    "setting.recontact_days": N_("Hercontact"),
    "setting.title_nl": N_("Titel in het Nederlands"),
    "setting.title_fr": N_("Titel in het Frans"),
    "setting.title_de": N_("Titel in het Duits"),
    "setting.title_en": N_("Titel in het Engels"),
    "setting.text_nl": N_("Tekst in het Nederlands"),
    "setting.text_fr": N_("Tekst in het Frans"),
    "setting.text_de": N_("Tekst in het Duits"),
    "setting.text_en": N_("Tekst in het Engels"),
    "setting.suggested_for": N_("Voorgesteld bij"),
    "setting.discreet": N_("Discreet"),
    "setting.service_name": N_("Naam van de dienst"),
    "setting.street": N_("Straat en nummer"),
    "setting.postal_code": N_("Postcode"),
    "setting.municipality": N_("Gemeente"),
    "setting.phone": N_("Telefoon"),
    "setting.email": N_("E-mailadres"),
    "setting.website": N_("Website"),
    "setting.officer_name": N_("Referentieambtenaar: naam"),
    "setting.officer_phone": N_("Referentieambtenaar: telefoon"),
    "setting.officer_email": N_("Referentieambtenaar: e-mailadres"),
    "setting.statistics_period": N_("Cijfers per"),
    "setting.languages": N_("Talen van de dienst"),
    "setting.idle_minutes": N_("Minuten niets doen tot afmelden"),
    "setting.session_hours": N_("Uren dat een sessie duurt"),
    "setting.group": N_("Telt in de statistiek mee bij"),
    "setting.urgency": N_("Dringendheid"),
    "setting.recontact": N_("Hercontact"),
    "setting.minors": N_("Dossier met minderjarigen"),
    "setting.mandatory": N_("Moet ingevuld zijn"),
    "setting.leaflets": N_("Folders"),
    "setting.hidden": N_("Verborgen"),
    "setting.labels": N_("Naam van de soort"),
    "setting.why": N_("Waarom"),
    "setting.name": N_("Naam"),
    "setting.permissions": N_("Rechten"),
    "setting.compartments": N_("Soorten dossiers"),
    "setting.answer_minutes": N_("Minuten wachten op een antwoord"),
    "setting.levels": N_("Niveaus"),
    "yes_no.yes": N_("ja"),
    "yes_no.no": N_("nee"),
    "statistics_period.month": N_("Maand"),
    "statistics_period.quarter": N_("Kwartaal"),
    "statistics_period.year": N_("Jaar"),
    "statistic_group.death": N_("Overlijdens"),
    "statistic_group.sexual": N_("Zedenfeiten"),
    "statistic_group.family_violence": N_("Intrafamiliaal geweld"),
    "statistic_group.violence": N_("Ander geweld"),
    "statistic_group.property": N_("Eigendom"),
    "statistic_group.accident": N_("Ongevallen en brand"),
    "statistic_group.disappearance": N_("Verdwijningen"),
    "statistic_group.disaster": N_("Rampen"),
    "statistic_group.other": N_("Andere"),
    "mandatory.requested_by": N_("Wie de oproep vraagt"),
    "mandatory.contact_on_site": N_("Contact ter plaatse"),
    "mandatory.contact_phone": N_("Telefoon ter plaatse"),
    "mandatory.present": N_("Wie er is"),
    "mandatory.already_informed": N_("Wie het al weet"),
    "mandatory.safety": N_("Veiligheid"),
    "mandatory.languages": N_("Talen"),
    "mandatory.pv_number": N_("PV-nummer"),
    "mandatory.risk_assessment": N_("Risicotaxatie"),
    "field.type_code_wrong": N_(
        "Gebruik kleine letters, cijfers en lage streepjes, en begin met een letter."
    ),
    "field.period_not_offered": N_("Deze periode tellen we niet. Kies een periode uit de lijst."),
    "field.code_taken": N_("Deze code bestaat al. Kies een andere."),
    "field.recontact_is_duty": N_("Voor deze feiten is hercontact verplicht (COL 20/2020). Laat het aan."),
    "field.type_always_offered": N_("Deze soort blijft altijd te kiezen. Laat ze zichtbaar."),
    "field.postal_code_wrong": N_("Een Belgische postcode heeft vier cijfers, zoals 9300."),
    "field.website_wrong": N_("Schrijf de website zoals www.politie.be/aalst."),
    "field.minutes_wrong": N_("Kies een aantal minuten van 1 tot 60."),
    "error.already_holds": N_("Dit geldt al. U kunt het alleen nog wijzigen vanaf vandaag of later."),
    "note.plan_withdrawn": N_("De geplande wijziging is teruggenomen."),
    "note.day_off_removed": N_("De vrije dag is geschrapt."),
    "permission.statistics:read": N_("Cijfers en statistiek lezen"),
    "permission_group.statistics": N_("Statistiek"),
}

_FIGURES: Final = {
    "figure.by_type": N_("Oproepen per soort"),
    "figure_how.by_type": N_(
        "Elke oproep telt een keer, bij de soort die de dispatcher koos. Vergissingen en dubbele oproepen tellen "
        "niet mee."
    ),
    "figure.by_hour": N_("Oproepen per uur"),
    "figure_how.by_hour": N_(
        "Het uur waarin de oproep gevraagd werd. Het uur dat in oktober twee keer komt, is een uur."
    ),
    "figure.by_weekday": N_("Oproepen per weekdag"),
    "figure_how.by_weekday": N_("De dag waarop de oproep gevraagd werd."),
    "figure.office_hours": N_("Binnen en buiten de kantooruren"),
    "figure_how.office_hours": N_(
        "Kantooruren zijn werkdagen van 8 tot 18 uur, zonder feestdagen en zonder de eigen vrije dagen."
    ),
    "figure.answer_minutes": N_("Van vraag tot aanvaarding"),
    "figure_how.answer_minutes": N_(
        "De echte minuten tussen de vraag en het aanvaarden, van oproepen die aanvaard zijn. Mediaan: de helft ging "
        "sneller. P90: negen van de tien gingen sneller."
    ),
    "figure.arrival_minutes": N_("Van aanvaarding tot aankomst"),
    "figure_how.arrival_minutes": N_(
        "De echte minuten tussen aanvaarden en ter plaatse zijn, van oproepen met een aankomst."
    ),
    "figure.response_minutes": N_("Van vraag tot aankomst"),
    "figure_how.response_minutes": N_(
        "De echte minuten tussen de vraag en ter plaatse zijn, van oproepen met een aankomst."
    ),
    "figure.duration_minutes": N_("Duur van een oproep"),
    "figure_how.duration_minutes": N_(
        "De echte minuten tussen aanvaarden en afsluiten, van afgesloten oproepen."
    ),
    "figure.outcome": N_("Hoe de oproep afliep"),
    "figure_how.outcome": N_(
        "Meteen: de eerste die we opriepen, aanvaardde. Later: iemand weigerde of antwoordde niet, en een ander kwam."
    ),
    "figure.declined": N_("Oproepen met een weigering"),
    "figure_how.declined": N_(
        "Een oproep telt een keer, hoeveel collega's ook lieten weten dat ze niet konden."
    ),
    "figure.escalated": N_("Oproepen die doorgingen naar een volgende"),
    "figure_how.escalated": N_("Minstens een collega weigerde, antwoordde niet of was niet te bereiken."),
    "figure.simultaneous": N_("Gelijktijdige oproepen"),
    "figure_how.simultaneous": N_("De oproep kwam terwijl wie wacht had al op een andere oproep was."),
    "figure.bad_news": N_("Slechtnieuwsmeldingen"),
    "figure_how.bad_news": N_(
        "Voor anderen: gevraagd door een andere zone, een ziekenhuis of het buitenland. De andere zijn van de "
        "eigen zone."
    ),
    "figure.minors": N_("Oproepen met minderjarigen"),
    "figure_how.minors": N_("De dispatcher gaf aan dat er minderjarigen bij betrokken zijn."),
    "figure.languages": N_("Talen bij oproepen"),
    "figure_how.languages": N_("Een oproep kan meer dan een taal hebben en telt bij elke taal mee."),
    "figure.dossiers_by_type": N_("Dossiers per soort"),
    "figure_how.dossiers_by_type": N_("Dossiers die in deze periode geopend zijn, bij hun soort van nu."),
    "figure.dossier_origin": N_("Waar dossiers beginnen"),
    "figure_how.dossier_origin": N_(
        "Na een oproep, of zonder oproep: aan het onthaal of op vraag van een dienst."
    ),
    "figure.dossier_minors": N_("Dossiers met minderjarigen"),
    "figure_how.dossier_minors": N_(
        "Bij het openen of later is aangegeven dat er minderjarigen betrokken zijn."
    ),
    "figure.persons_by_role": N_("Betrokken personen"),
    "figure_how.persons_by_role": N_(
        "Personen in dossiers die in deze periode geopend zijn. Wie in twee dossiers staat, telt twee keer."
    ),
    "figure.recontacts": N_("Hercontacten"),
    "figure_how.recontacts": N_(
        "Hercontacten met hun uiterste dag in deze periode. Op tijd is ten laatste op die dag."
    ),
    "figure.recontact_results": N_("Wat hercontacten opleverden"),
    "figure_how.recontact_results": N_(
        "Het resultaat van afgeronde hercontacten met hun uiterste dag in deze periode."
    ),
    "figure.bad_news_brought": N_("Slechtnieuwsmeldingen gebracht"),
    "figure_how.bad_news_brought": N_(
        "Meldingen die in deze periode gebracht zijn, uit de dossiers. Voor anderen: gevraagd door een andere zone, "
        "een ziekenhuis, het buitenland of iemand anders."
    ),
    "figure.goodbyes": N_("Afscheid van een overledene"),
    "figure_how.goodbyes": N_("Afscheidsmomenten die in deze periode plaatsvonden, bij hun plaats."),
    "figure.referral_answers": N_("Doorverwijzingen aangeboden"),
    "figure_how.referral_answers": N_(
        "Elk aanbod in deze periode met het antwoord. Per persoon en per dienst telt het laatste antwoord."
    ),
    "figure.referral_services": N_("Naar welke dienst"),
    "figure_how.referral_services": N_(
        "Dezelfde aangeboden doorverwijzingen, bij de dienst, wat het antwoord ook was."
    ),
    "figure.referrals_answered": N_("Verstuurde doorverwijzingen: op tijd beantwoord"),
    "figure_how.referrals_answered": N_(
        "Elke doorverwijzing die in deze periode is verstuurd. Op tijd is binnen de termijn voor het antwoord."
    ),
    "figure.referral_results": N_("Wat ervan kwam, per soort dienst"),
    "figure_how.referral_results": N_(
        "Dezelfde verstuurde doorverwijzingen, zoals het er nu mee staat. De dienst meldt alleen de uitkomst."
    ),
    "figure.type_transitions": N_("Dossiers die een andere soort werden"),
    "figure_how.type_transitions": N_(
        "Elke overgang telt een keer per dossier, bijvoorbeeld van een verdwijning naar een verdacht overlijden. Wat "
        "minder dan vijf keer voorkomt, staat samen bij de andere."
    ),
    "figure.member_minutes": N_("Tijd op oproep per lid"),
    "figure_how.member_minutes": N_(
        "De echte tijd van haar eerste oproep tot het afsluiten, voor ieder die ging, zoals bij elke oproep. Alleen "
        "zichtbaar voor wie de beurtrol maakt; de export bevat dit niet."
    ),
    "figure_source.rostering": N_("Bron: de oproepen, met hun tijden."),
    "figure_source.cases": N_("Bron: alle dossiers slachtofferbejegening, ook die u niet mag openen."),
    "figure_source.referrals": N_("Bron: alle doorverwijzingen en toestemmingen, ook die u niet mag zien."),
    "figure_unit.count": N_("aantal"),
    "figure_unit.minutes": N_("minuten"),
    "part_of_day.night": N_("nacht, van 0 tot 6 uur"),
    "part_of_day.morning": N_("ochtend, van 6 tot 12 uur"),
    "part_of_day.afternoon": N_("namiddag, van 12 tot 18 uur"),
    "part_of_day.evening": N_("avond, van 18 tot 24 uur"),
    "languages.unknown": N_("niet ingevuld"),
    "office_hours.office": N_("binnen de kantooruren"),
    "office_hours.outside": N_("buiten de kantooruren"),
    "answer_minutes.median": N_("mediaan"),
    "answer_minutes.p90": N_("P90"),
    "arrival_minutes.median": N_("mediaan"),
    "arrival_minutes.p90": N_("P90"),
    "response_minutes.median": N_("mediaan"),
    "response_minutes.p90": N_("P90"),
    "duration_minutes.median": N_("mediaan"),
    "duration_minutes.p90": N_("P90"),
    "outcome.first": N_("meteen aanvaard"),
    "outcome.later": N_("later aanvaard"),
    "outcome.advice_only": N_("advies aan de telefoon"),
    "outcome.transferred_to_zone": N_("naar een andere zone"),
    "outcome.not_taken": N_("nog niet of niet aanvaard"),
    "outcome.cancelled": N_("geannuleerd"),
    "bad_news.own_zone": N_("voor de eigen zone"),
    "bad_news.for_others": N_("voor anderen"),
    "bad_news.none": N_("geen slecht nieuws"),
    "dossier_origin.call_out": N_("na een oproep"),
    "dossier_origin.walk_in": N_("zonder oproep"),
    "referral_answers.given": N_("aanvaard"),
    "referral_answers.refused": N_("geweigerd"),
    "referral_answers.pending": N_("nog geen antwoord"),
    "referral_answers.withdrawn": N_("eerst aanvaard, later ingetrokken"),
    "referrals_answered.in_time": N_("op tijd beantwoord"),
    "referrals_answered.late": N_("later beantwoord"),
    "referrals_answered.no_answer": N_("geen antwoord"),
    "referral_results.helped": N_("geholpen"),
    "referral_results.no_help": N_("afgerond zonder hulp"),
    "referral_results.not_reached": N_("persoon niet bereikt"),
    "referral_results.refused": N_("geweigerd door de dienst"),
    "referral_results.expired": N_("vervallen zonder antwoord"),
    "referral_results.taken_back": N_("ingetrokken of naar een andere dienst"),
    "referral_results.contact_made": N_("eerste contact gelegd"),
    "referral_results.under_way": N_("loopt nog"),
    "type_transitions.others": N_("andere overgangen"),
    "recontacts.done": N_("gedaan"),
    "recontacts.to_do": N_("nog te doen"),
    "recontacts.dropped": N_("vervallen"),
    "recontacts.in_time": N_("op tijd"),
    "recontacts.late": N_("te laat"),
    "recontacts.open_late": N_("nog open, te laat"),
    "recontacts.open": N_("nog open"),
    "recontacts.cancelled": N_("geannuleerd"),
}

OFFICE_WORDS: Final[dict[str, str]] = {**_SETTINGS, **_FIGURES}
