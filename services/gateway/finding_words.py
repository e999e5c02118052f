"""The words for finding a service: whom it is for, how one applies, what is known of a client. In Dutch."""

from typing import Final

from services.gateway.marking import N_

GENDERS: Final = ("female", "male", "other")
RESIDENCE: Final = ("belgian", "eu_citizen", "residence_permit", "asylum_seeker", "no_legal_stay")
SPOKEN: Final = (
    "nl", "fr", "de", "en", "ar", "tr", "es", "it", "pl", "ro", "bg", "ru", "uk", "so", "ti", "ps", "fa", "sq",
)  # fmt: skip
"""Languages that services work in and clients speak."""
GROUPS: Final = (
    "victims", "children", "young_people", "parents", "families", "adults", "older_people", "women", "men", "offenders",
    "bereaved", "carers", "people_with_disability", "people_with_addiction", "people_with_debts", "homeless_people",
    "low_income", "tenants", "newcomers", "undocumented", "job_seekers", "lgbti", "everyone",
)  # fmt: skip

FINDING_WORDS: Final = {
    "gender.female": N_("vrouw"),
    "gender.male": N_("man"),
    "gender.other": N_("x of anders"),
    "residence_status.belgian": N_("Belg"),
    "residence_status.eu_citizen": N_("burger van de Europese Unie"),
    "residence_status.residence_permit": N_("met verblijfsvergunning"),
    "residence_status.asylum_seeker": N_("verzoeker om bescherming"),
    "residence_status.no_legal_stay": N_("zonder wettig verblijf"),
    "target_group.victims": N_("slachtoffers"),
    "target_group.children": N_("kinderen"),
    "target_group.young_people": N_("jongeren"),
    "target_group.parents": N_("ouders"),
    "target_group.families": N_("gezinnen"),
    "target_group.adults": N_("volwassenen"),
    "target_group.older_people": N_("ouderen"),
    "target_group.women": N_("vrouwen"),
    "target_group.men": N_("mannen"),
    "target_group.offenders": N_("plegers"),
    "target_group.bereaved": N_("nabestaanden"),
    "target_group.carers": N_("mantelzorgers"),
    "target_group.people_with_disability": N_("mensen met een beperking"),
    "target_group.people_with_addiction": N_("mensen met een verslaving"),
    "target_group.people_with_debts": N_("mensen met schulden"),
    "target_group.homeless_people": N_("dak- en thuislozen"),
    "target_group.low_income": N_("mensen met een laag inkomen"),
    "target_group.tenants": N_("huurders"),
    "target_group.newcomers": N_("nieuwkomers"),
    "target_group.undocumented": N_("mensen zonder wettig verblijf"),
    "target_group.job_seekers": N_("werkzoekenden"),
    "target_group.lgbti": N_("lgbti+"),
    "target_group.everyone": N_("iedereen"),
    "apply.self": N_("zelf aanmelden"),
    "apply.phone": N_("bellen"),
    "apply.email": N_("mailen"),
    "apply.online": N_("online"),
    "apply.walk_in": N_("binnenlopen"),
    "apply.appointment": N_("op afspraak"),
    "apply.referral": N_("na doorverwijzing"),
    "apply.waiting_list": N_("via een wachtlijst"),
    "help_group.emergency": N_("Levensgevaar of dringend"),
    "help_group.violence": N_("Geweld"),
    "help_group.suicide": N_("Denken aan zelfdoding"),
    "help_group.children": N_("Kinderen en jongeren"),
    "help_group.listening": N_("Praten met iemand"),
    "help_group.welfare": N_("Hulp zoeken"),
    "help_group.health": N_("Gezondheid"),
    "note.synonyms_saved": N_("Bewaard. De zoekopdracht volgt deze woorden vanaf de dag die u koos."),
    "error.synonyms_wrong": N_("Geef minstens twee woorden die hetzelfde betekenen."),
    "field.two_words": N_("Geef minstens twee woorden die hetzelfde betekenen."),
    "field.no_letters": N_("Een van deze woorden heeft geen letters of cijfers."),
    "field.word_too_short": N_("Een woord heeft minstens twee letters."),
    "field.word_too_long": N_("Een van deze woorden is te lang. Houd het onder 80 tekens."),
    "field.too_many_words": N_("Dit zijn te veel woorden. Houd er hoogstens 40 over."),
    "synonyms.also": N_("Zoek dan ook op"),
}
