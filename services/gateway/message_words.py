"""The words for messages that notifications sends by itself, channels and states, in Dutch; `words.py` joins them."""

from typing import Final

from services.gateway.marking import N_

_MESSAGES: Final = {
    "message.not_reached": N_("Een collega is niet bereikt"),
    "message_more.not_reached": N_("Een dringend bericht kwam op geen enkele manier aan. Bel zelf."),
}

_FIELDS: Final = {
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

MESSAGE_WORDS: Final[dict[str, str]] = {**_MESSAGES, **_FIELDS, **_CHANNELS}
