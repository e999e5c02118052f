"""The words for messages that notifications sends by itself, channels and states, in Dutch; `words.py` joins them."""

from typing import Final

from services.gateway.marking import N_

_MESSAGES: Final = {
    "message.not_reached": N_("Een collega is niet bereikt"),
    "message_more.not_reached": N_("Een dringend bericht kwam op geen enkele manier aan. Bel zelf."),
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

MESSAGE_WORDS: Final[dict[str, str]] = {**_MESSAGES, **_ERRORS, **_FIELDS, **_CHANNELS}
