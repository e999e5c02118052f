"""The fields of a referral's form: filled in beforehand from the dossier, read back as they were typed. No handlers."""

from uuid import UUID

from services.gateway.forms import Form
from services.gateway.visit import Visit
from shared.contracts.cases import DossierView
from shared.contracts.persons import PersonInDossier, RevealedPhone, RevealPhone
from shared.contracts.referrals import ReferralForm
from shared.db import uuid7
from shared.errors import Problem

_PHONE = "phone:"


def values_typed(form: Form, referral_form: ReferralForm) -> dict[str, str]:
    """What may be sent: the needed fields, and of the others those that are ticked and filled in."""
    return {
        field.key: form.text(f"v_{field.key}")
        for field in referral_form.fields
        if field.kind != "computed"
        and form.text(f"v_{field.key}")
        and (field.required or field.key in form.lists["send"])
    }


def as_typed(values: dict[str, str]) -> dict[str, str]:
    """Stored values as the form holds them."""
    return {f"v_{key}": value for key, value in values.items()}


async def reveal_phones(
    visit: Visit, form: Form, referral_form: ReferralForm, dossier: DossierView, values: dict[str, str]
) -> dict[str, str]:
    """A number is chosen by how it ends and looked up here, so that the log knows it left the dossier's page."""
    known = {str(each.phone_id) for each in dossier.phones}
    for field in referral_form.fields:
        chosen = values.get(field.key, "").removeprefix(_PHONE)
        if not values.get(field.key, "").startswith(_PHONE):
            continue
        if chosen not in known:
            form.error(f"v_{field.key}", "not_a_choice")
            continue
        path = f"/dossiers/{dossier.dossier_id}/phones/{chosen}/reveal"
        try:
            values[field.key] = (await _reveal(visit, path, "")).number
        except Problem as refused:
            if refused.code != "unsafe_to_call":
                raise
            reason = visit.language.text("Voor het formulier van een doorverwijzing")
            values[field.key] = (await _reveal(visit, path, reason)).number
    return values


async def _reveal(visit: Visit, path: str, reason: str) -> RevealedPhone:
    return await visit.services.tell(
        "cases", path, RevealPhone(reason=reason), RevealedPhone, key=str(uuid7())
    )


def prefilled(
    referral_form: ReferralForm, visit: Visit, dossier: DossierView, person: PersonInDossier | None
) -> dict[str, str]:
    """From the person, the facts and the safe contact; what the dossier does not know stays empty."""
    known = {**_of_dossier(visit, dossier), **(_of_person(dossier, person) if person else {})}
    return {f"v_{field.key}": known.get(field.key, "") for field in referral_form.fields}


def _of_dossier(visit: Visit, dossier: DossierView) -> dict[str, str]:
    return {}


def _of_person(dossier: DossierView, person: PersonInDossier) -> dict[str, str]:
    return {}


def safest_phone(dossier: DossierView, person_id: UUID) -> str:
    """The number to use: the safe one, or the only one there is."""
    own = [each for each in dossier.phones if each.person_id == person_id]
    safe = [each for each in own if each.safe] or (own if len(own) == 1 else [])
    return f"{_PHONE}{safe[0].phone_id}" if safe else ""
