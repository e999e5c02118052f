"""The words for worries that an inspector passes on to the SPoT, in Dutch; `words.py` joins them."""

from typing import Final

from services.gateway.marking import N_

_CODES: Final = {
    "worry_reason.child": N_("Kind in een verontrustende situatie"),
    "worry_reason.family_violence": N_("Geweld in het gezin"),
    "worry_reason.older_person": N_("Oudere die het niet meer redt"),
    "worry_reason.self_neglect": N_("Iemand verwaarloost zichzelf"),
    "worry_reason.mental_distress": N_("Psychische nood"),
    "worry_reason.suicide_risk": N_("Iemand spreekt over zelfdoding"),
    "worry_reason.addiction": N_("Alcohol of drugs"),
    "worry_reason.isolation": N_("Iemand ziet niemand meer"),
    "worry_reason.housing": N_("Slechte woning of dreigende uithuiszetting"),
    "worry_reason.debts": N_("Schulden of geen inkomen"),
    "worry_reason.neighbours": N_("Ruzie tussen buren"),
    "worry_reason.victim_needs_support": N_("Slachtoffer heeft steun nodig"),
    "worry_reason.other": N_("Iets anders"),
    "worry_urgency.today": N_("Vandaag nog"),
    "worry_urgency.this_week": N_("Deze week"),
    "worry_urgency.can_wait": N_("Kan wachten"),
    "worry_consent.yes": N_("Ja, en de persoon gaat akkoord"),
    "worry_consent.no": N_("Ja, maar de persoon wil het niet"),
    "worry_consent.not_possible": N_("Vragen kon niet"),
    "worry_consent_short.yes": N_("gaat akkoord"),
    "worry_consent_short.no": N_("wil het niet"),
    "worry_consent_short.not_possible": N_("niet gevraagd"),
    "worry_report_duty.not_needed": N_("Nee, ik zag geen misdrijf"),
    "worry_report_duty.to_do": N_("Ja, ik moet het nog maken"),
    "worry_report_duty.done": N_("Ja, het is gemaakt"),
    "worry.reported": N_("Doorgegeven"),
    "worry.taken_up": N_("Opgenomen"),
    "worry.not_taken_up": N_("Niet opgenomen"),
    "worry.closed": N_("Afgesloten"),
    "worry_refusal.known_already": N_("Al bekend bij het SPoT"),
    "worry_refusal.other_service": N_("Een andere dienst volgt dit op"),
    "worry_refusal.not_for_us": N_("Geen opdracht van het SPoT"),
    "worry_refusal.no_consent": N_("De persoon wil geen hulp"),
    "worry_refusal.too_little_known": N_("Te weinig bekend om iets te doen"),
    "worry_refusal.other": N_("Andere reden"),
}

_SAID: Final = {
    "worry_report.not_needed": N_("Niet nodig: geen misdrijf gezien"),
    "worry_report.to_do": N_("Moet nog gemaakt worden"),
    "worry_report.done": N_("Is gemaakt"),
    "field.worry_reasons": N_("Kies waarover u zich zorgen maakt."),
    "field.worry_place": N_("Schrijf waar het is."),
    "field.worry_urgency": N_("Kies hoe dringend het is."),
    "field.worry_consent": N_("Zeg of u het aan de persoon vroeg."),
    "field.worry_report_duty": N_("Zeg of u zelf een PV moet maken."),
    "note.worry_reported": N_("Doorgegeven aan het SPoT. U hoort of het wordt opgenomen."),
    "note.worry_taken_up": N_("U neemt deze zorg op. De wijkinspecteur hoort dat, en niets meer."),
    "note.worry_not_taken_up": N_(
        "Genoteerd. De wijkinspecteur hoort dat dit niet wordt opgenomen, niet waarom."
    ),
    "note.worry_linked": N_("Het dossier is gekoppeld."),
    "note.worry_closed": N_("Afgesloten. De woorden van deze zorg worden na 90 dagen gewist."),
    "note.worry_report_done": N_("Genoteerd: uw PV is gemaakt."),
    "error.worry_answered": N_("Een collega was u voor. Hieronder staat wie en wat."),
    "error.worry_not_taken_up": N_("Neem deze zorg eerst op."),
    "message.worry_reported": N_("Een wijkinspecteur geeft een zorg door"),
    "message_more.worry_reported": N_("Kijk of het SPoT ze opneemt."),
    "message.worry_urgent": N_("Een wijkinspecteur geeft een zorg voor vandaag door"),
    "message_more.worry_urgent": N_("Kijk nu wie ze vandaag nog kan opnemen."),
    "message.worry_answered": N_("Antwoord op een zorg die u doorgaf"),
    "message_more.worry_answered": N_("Kijk of het SPoT ze opneemt."),
}

WORRY_WORDS: Final[dict[str, str]] = {**_CODES, **_SAID}
