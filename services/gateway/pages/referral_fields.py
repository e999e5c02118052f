"""The fields of a referral's form: filled in beforehand from the dossier, grouped, read back as they were typed."""

import re
from collections.abc import Mapping
from typing import Final
from uuid import UUID

from services.gateway.forms import Form
from services.gateway.language import BRUSSELS
from services.gateway.marking import N_
from services.gateway.services_client import Staff
from services.gateway.visit import Visit
from shared.contracts.cases import DossierView
from shared.contracts.persons import PersonInDossier, RevealedPhone, RevealPhone, SafeContact
from shared.contracts.referring import FormField, ReferralForm
from shared.db import uuid7
from shared.errors import Problem

GROUPS: Final = (
    ("need", ("what_help_is_asked", "right_kind_of_help", "link_to_the_facts")),
    (
        "person",
        ("to_know_whom_to_contact", "to_tell_apart_and_by_age", "to_speak_the_same_language", "which_area_is_competent",
         "to_find_the_child_at_school", "who_decides_for_a_minor"),
    ),
    ("contact", ("to_contact_without_danger", "whom_the_person_allows", "no_more_than_the_parent_allows")),
    ("us", ("recipient_can_ask_back",)),
)  # fmt: skip
"""What is asked, by why it is asked: what the person needs stands first, what we know of ourselves last."""

MORE: Final = "more"
"""What the dossier does not know and nobody must fill in."""

_PHONE: Final = "phone:"
_REASON: Final = N_("Voor het formulier van een doorverwijzing")
_FACTS: Final = {
    "ifv_physical": "family_violence",
    "ifv_psychological": "family_violence",
    "sexual_offence": "sexual_violence",
    "robbery_violence": "violence",
    "assault": "violence",
    "hostage": "violence",
    "burglary": "theft_or_burglary",
    "traffic_accident": "traffic",
    "death_traffic": "traffic",
    "stalking": "threat_or_stalking",
    "disaster": "disaster",
}
_MUNICIPALITY: Final = re.compile(r"\b[1-9]\d{3}\s+([^,\d]+)")


def grouped(fields: list[FormField], form: Form) -> list[tuple[str, list[FormField]]]:
    """The fields that people fill in, under their headings, in the order of why they are asked; what is empty and may
    stay so comes last and apart, so that the page is short."""
    known = {why: (group, place) for group, whys in GROUPS for place, why in enumerate(whys)}
    found: dict[str, list[FormField]] = {group: [] for group, _ in (*GROUPS[:-1], (MORE, ()), GROUPS[-1])}
    asked = [field for field in fields if field.kind != "computed"]
    for field in sorted(asked, key=lambda each: known.get(each.why, ("", 0))[1]):
        group = known.get(field.why, ("person", 0))[0]
        name = f"v_{field.key}"
        spare = not field.required and group != "us" and not form.values[name] and not form.errors[name]
        found[MORE if spare else group].append(field)
    return [(group, named) for group, named in found.items() if named]


def values_typed(form: Form, referral_form: ReferralForm) -> dict[str, str]:
    """What may be sent: the needed fields, and of the others those that are ticked and filled in."""
    return {
        field.key: form.text(f"v_{field.key}")
        for field in referral_form.fields
        if field.kind != "computed"
        and form.text(f"v_{field.key}")
        and (field.required or field.key in form.lists["send"])
    }


def as_typed(values: Mapping[str, str]) -> dict[str, str]:
    """Stored values as the form holds them."""
    return {f"v_{key}": value for key, value in values.items()}


def at_their_fields(form: Form, referral_form: ReferralForm) -> None:
    """A refusal of a value stands at the field in which it was typed."""
    for field in referral_form.fields:
        if field.key in form.errors:
            form.errors[f"v_{field.key}"] = form.errors.pop(field.key)


async def reveal_phones(
    visit: Visit, form: Form, referral_form: ReferralForm, dossier: DossierView, values: dict[str, str]
) -> dict[str, str]:
    """A number is chosen by how it ends and looked up here, so that the log knows that it left the dossier's page."""
    known = {str(each.phone_id) for each in dossier.phones}
    for field in referral_form.fields:
        value = values.get(field.key, "")
        if not value.startswith(_PHONE):
            continue
        if value.removeprefix(_PHONE) not in known:
            form.error(f"v_{field.key}", "not_a_choice")
            continue
        path = f"/dossiers/{dossier.dossier_id}/phones/{value.removeprefix(_PHONE)}/reveal"
        values[field.key] = await _revealed(visit, path)
    return values


async def _revealed(visit: Visit, path: str) -> str:
    """Writing a number on a form is not calling it, so the hours do not keep it; the reason stands in the timeline."""
    for reason in ("", visit.language.text(_REASON)):
        command = RevealPhone(reason=reason)
        try:
            found = await visit.services.tell("cases", path, command, RevealedPhone, key=str(uuid7()))
        except Problem as refused:
            if refused.code != "unsafe_to_call" or reason:
                raise
        else:
            return found.number
    return ""


def prefilled(
    referral_form: ReferralForm,
    visit: Visit,
    dossier: DossierView,
    person: PersonInDossier | None,
    staff: Staff,
) -> dict[str, str]:
    """From the person, the facts and the safe contact; what the dossier does not know stays empty."""
    known = {
        "referrer": visit.who.name,
        "office": visit.who.tenant_name,
        "referrer_phone": staff.phone(visit.who.id),
        "facts_type": _facts_type(dossier.incident_type),
        "facts_on": dossier.opened_at.astimezone(BRUSSELS).date().isoformat(),
        "pv_number": dossier.pv_number,
    }
    if person is not None:
        known |= _of_person(dossier, person) | (_of_minor(dossier, person) if person.minor else {})
    return {f"v_{field.key}": _fitting(known.get(field.key, ""), field) for field in referral_form.fields}


def _fitting(value: str, field: FormField) -> str:
    """No longer than the form takes; the id of a number is not the number."""
    return value if value.startswith(_PHONE) else value[: field.longest]


def _facts_type(incident_type: str) -> str:
    return _FACTS.get(incident_type, "death" if incident_type.startswith("death") else "other")


def _of_person(dossier: DossierView, person: PersonInDossier) -> dict[str, str]:
    town = _MUNICIPALITY.search(person.address)
    return {
        "name": f"{person.first_name} {person.last_name}".strip(),
        "born_on": person.born_on.isoformat() if person.born_on else "",
        "address": person.address,
        "municipality": town[1].strip() if town else "",
        "language": person.language,
        "interpreter": "yes" if person.interpreter else "",
        "safe_phone": "" if person.safe.no_calls else safest_phone(dossier, person.person_id),
        "safe_hours": _hours(person.safe) or person.safe_contact,
        "contact_rules": _rules(person.safe),
        "code_word": person.safe.code_word,
        "may_be_contacted": "person_only",
        "contact_person": person.safe.may_answer,
    }


def _of_minor(dossier: DossierView, person: PersonInDossier) -> dict[str, str]:
    """For a child the parent or guardian that the dossier knows."""
    kinds = {"parent_of": "parent", "guardian_of": "guardian"}
    ties = [tie for tie in dossier.relations if tie.other_id == person.person_id and tie.kind in kinds]
    adults = {each.person_id: each for each in dossier.persons if not each.deceased_on}
    tie = next((each for each in ties if each.person_id in adults), None)
    if tie is None:
        return {"may_be_contacted": "parent"}
    name = f"{adults[tie.person_id].first_name} {adults[tie.person_id].last_name}".strip()
    return {
        "may_be_contacted": kinds[tie.kind],
        "contact_person": name,
        "parent": name,
        "parent_phone": safest_phone(dossier, tie.person_id),
        "parental_authority": "guardian" if tie.kind == "guardian_of" else "",
    }


def _hours(safe: SafeContact) -> str:
    """`ma, di 10:00-12:00`: short enough for a field, in Dutch as the form is."""
    days = ("", "ma", "di", "wo", "do", "vr", "za", "zo")
    return "; ".join(
        f"{', '.join(days[day] for day in window.weekdays)} {window.starts:%H:%M}-{window.ends:%H:%M}"
        for window in safe.windows
    )


def _rules(safe: SafeContact) -> str:
    both = safe.no_voicemail and safe.no_letters
    if both:
        return "no_voicemail_no_letter"
    return "no_voicemail" if safe.no_voicemail else "no_letter" if safe.no_letters else ""


def safest_phone(dossier: DossierView, person_id: UUID) -> str:
    """The number to use: the safe one, or the only one there is."""
    own = [each for each in dossier.phones if each.person_id == person_id]
    safe = [each for each in own if each.safe] or (own if len(own) == 1 else [])
    return f"{_PHONE}{safe[0].phone_id}" if safe else ""
