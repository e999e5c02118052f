"""The Belgian profile of HSDS 3.1, as it is served at its address: what it adds, and what is never public."""

from typing import Any, Final

PROFILE_PATH: Final = "/hsds/profile"

FIELDS: Final[dict[str, dict[str, str]]] = {
    "organization": {
        "translations": "Names and descriptions in nl, fr, de and en, by language.",
        "organization_identifiers": "An enterprise number (KBO/BCE) has the scheme `BE-KBO`: ten digits.",
    },
    "service": {
        "translations": "Name, description, application process, eligibility, fees and alert, by language.",
        "application_ways": "self, phone, email, online, walk_in, appointment, referral, waiting_list; one or more.",
        "target_groups": "Codes of the groups that the service is for.",
        "eligibility": "Rules, each with a `kind`: age with `minimum` and `maximum`, the others with `values`; "
        "`excludes` turns a rule around; `text` says it in words, by language.",
        "waiting_time": "`weeks` that somebody waits now, and the day on which that was measured.",
        "emergency": "A line or service for emergencies.",
        "always_open": "Day and night, every day.",
        "service_areas": "`extent_type` nis, postal_code, wijk, police_zone or first_line_zone, `extent` its code.",
    },
    "location": {
        "translations": "Names and descriptions by language.",
        "hidden_address": "A place that must not be found, such as a shelter: nothing that tells where is served.",
        "nis_code": "The municipality, five digits (Statbel).",
        "wijk": "The code of the neighbourhood.",
    },
    "service_at_location": {"translations": "The description by language."},
    "taxonomy": {"translations": "Name and description by language."},
    "taxonomy_term": {"translations": "Name and description by language."},
    "contact": {"public": "Only contacts that are marked so are served."},
    "accessibility": {"wheelchair": "yes, partly or no."},
}
"""What the profile adds to each object, or how it uses what is there."""

NEVER_PUBLIC: Final = (
    "Addresses, coordinates and descriptions of hidden places.",
    "Contacts that are not marked as public.",
    "Where a referral goes, and which form it needs.",
    "Notes and what a tenant wrote for itself.",
    "Entries for the people of the platform alone, services of an organisation that is not shown, and their places.",
    "In `metadata`: values that were replaced, and fields that are not public.",
)


def profile_document(address: str) -> dict[str, Any]:
    return {
        "uri": address,
        "title": "Vangnet: a Belgian profile of the Human Services Data Specification",
        "version": "1.0",
        "base": {
            "title": "Human Services Data Specification",
            "version": "3.1",
            "uri": "https://docs.openreferral.org/",
        },
        "languages": ["nl", "fr", "de", "en"],
        "fields": FIELDS,
        "never_public": list(NEVER_PUBLIC),
        "rules": [
            "Optional fields that are empty are left out.",
            "`taxonomy_term_id` filters on exactly that term.",
            "`postcode` and `proximity` are best asked in the body of a POST, which no browser and no proxy keeps.",
            "A `postcode` means the municipality, zones and regions it lies in, from that municipality's middle.",
            "The id of an entry that was merged into another is answered with that other, and `Content-Location`.",
        ],
    }
