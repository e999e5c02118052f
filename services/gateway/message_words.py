"""The words for messages that notifications sends by itself, channels and states, in Dutch; `words.py` joins them."""

from typing import Final

from services.gateway.marking import N_

_MESSAGES: Final = {
    "message.not_reached": N_("Een collega is niet bereikt"),
    "message_more.not_reached": N_("Een dringend bericht kwam op geen enkele manier aan. Bel zelf."),
}

_SELF_TEST: Final = {
    "message.self_test": N_("Wekelijkse test van de oproepen"),
    "message_more.self_test": N_("Bevestig dat u dit bericht ziet. Er is niets gebeurd."),
    "message.self_test_report": N_("Resultaat van de wekelijkse test"),
    "message_more.self_test_report": N_("Kijk wie niet bereikt is."),
}

_ERRORS: Final = {
    "error.code_just_sent": N_("Er is net een code verstuurd. Wacht een minuut en vraag dan een nieuwe."),
    "error.colleague_needed": N_(
        "U wijzigde al het andere deel van dit account. Laat een collega met hetzelfde recht dit doen: zo kan niemand "
        "alleen een account overnemen."
    ),
}

_FIELDS: Final = {
    "field.contact_code_wrong": N_(
        "Deze code klopt niet of is te oud. Kijk ze na, of vraag een nieuwe code."
    ),
    "field.same_number": N_("Dit is hetzelfde nummer. Geef een ander nummer, of laat het leeg."),
    "field.endpoint_wrong": N_(
        "Deze browser geeft een adres dat we niet kennen. Probeer een andere browser."
    ),
    "field.too_many_devices": N_("U hebt al tien toestellen. Haal er eerst een weg."),
    "field.quiet_all_day": N_("Begin en einde zijn gelijk. Kies twee verschillende uren."),
}

_NOTES: Final = {
    "field.out_of_window": N_("Kies tussen 1 en 72 uur."),
    "note.phones_saved": N_("De nummers zijn bewaard. Bevestig een nieuw nummer met een code."),
    "note.code_sent": N_("De code is onderweg. Typ ze hieronder."),
    "note.contact_confirmed": N_("Bevestigd. Hier bereiken we u."),
    "note.device_added": N_("Dit toestel krijgt voortaan meldingen."),
    "note.device_removed": N_("Dat toestel krijgt geen meldingen meer."),
    "note.self_test_started": N_("De test is gestart. Iedereen krijgt nu een bericht."),
    "note.self_test_resolved": N_("Genoteerd. De collega staat niet meer in de lijst."),
    "weekday.0": N_("maandag"),
    "weekday.1": N_("dinsdag"),
    "weekday.2": N_("woensdag"),
    "weekday.3": N_("donderdag"),
    "weekday.4": N_("vrijdag"),
    "weekday.5": N_("zaterdag"),
    "weekday.6": N_("zondag"),
}

_LOG: Final = {
    "message_kind.password_reset": N_("Link voor een wachtwoord"),
    "message_kind.invitation": N_("Uitnodiging"),
    "message_kind.account_locked": N_("Account geblokkeerd"),
    "message_kind.contact_code": N_("Code om een nummer of adres te bevestigen"),
    "message_kind.address_changed": N_("Bericht aan het oude adres"),
    "message_kind.summary": N_("Samenvatting"),
    "delivery_error.not_configured": N_("dit kanaal is niet ingesteld"),
    "delivery_error.no_number": N_("geen nummer"),
    "delivery_error.no_device": N_("geen toestel"),
    "delivery_error.no_recipient": N_("de collega werkt hier niet meer"),
    "delivery_error.recipient_refused": N_("het adres is geweigerd"),
    "delivery_error.number_refused": N_("het nummer is geweigerd"),
    "delivery_error.undeliverable": N_("het toestel is niet te bereiken"),
    "delivery_error.expired": N_("het toestel stond te lang uit"),
    "delivery_error.server_unreachable": N_("de mailserver antwoordt niet"),
    "delivery_error.server_timeout": N_("de mailserver antwoordt niet"),
    "delivery_error.provider_unreachable": N_("de sms-dienst antwoordt niet"),
    "delivery_error.provider_timeout": N_("de sms-dienst antwoordt niet"),
    "delivery_error.service_unreachable": N_("een onderdeel antwoordt niet"),
}

_CHANNELS: Final = {
    "channel.sms": N_("Sms"),
    "channel.push": N_("Melding op een toestel"),
    "channel.email": N_("E-mail"),
    "channel.app": N_("In Vangnet"),
    "delivery.queued": N_("staat klaar"),
    "delivery.sent": N_("verstuurd"),
    "delivery.delivered": N_("aangekomen"),
    "delivery.bundled": N_("samengevoegd"),
    "delivery.failed": N_("niet aangekomen"),
    "delivery.lapsed": N_("niet meer nodig"),
}

MESSAGE_WORDS: Final[dict[str, str]] = {
    **_MESSAGES,
    **_SELF_TEST,
    **_ERRORS,
    **_FIELDS,
    **_NOTES,
    **_LOG,
    **_CHANNELS,
}
