"""What the pages of referrals share: a referral with its dossier, and the one thing to do next. No handlers."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.gateway.marking import N_
from services.gateway.pages.dossier_sight import dossier_of
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.contracts.cases import DossierView
from shared.contracts.partners import DeliveryView
from shared.contracts.persons import PersonInDossier
from shared.contracts.referring import FormField, ReferralForm, ReferralLine, ReferralView

OVER: Final = ("consent_refused", "closed", "rerouted", "withdrawn", "expired", "refused")
"""Shown apart, below what still runs."""

_NEXT: Final = {
    "proposed": ("consent", N_("Vraag toestemming")),
    "consent_pending": ("consent", N_("Vraag opnieuw toestemming")),
    "consent_refused": ("consent", N_("Bied opnieuw aan")),
    "consent_given": ("preview", N_("Bekijk en verstuur")),
    "more_asked": ("change", N_("Vul de doorverwijzing aan")),
    "refused": ("reroute", N_("Kies een andere dienst")),
    "expired": ("reroute", N_("Kies een andere dienst")),
    "not_reached": ("reroute", N_("Kies een andere dienst")),
}
_ON_PAPER: Final = ("sent", "acknowledged", "accepted", "partly_accepted", "waiting_list")


@dataclass(frozen=True)
class Step:
    """The one thing to do now."""

    href: str
    text: str


@dataclass(frozen=True)
class Sight:
    """A referral, its dossier and form, as the pages show them."""

    referral: ReferralView
    dossier: DossierView
    form: ReferralForm | None

    @property
    def line(self) -> ReferralLine:
        return self.referral.line

    @property
    def person(self) -> PersonInDossier | None:
        return next((each for each in self.dossier.persons if each.person_id == self.line.person_id), None)

    @property
    def writes(self) -> bool:
        return self.dossier.access.may_write and self.dossier.state == "open"

    @property
    def values(self) -> list[tuple[str, str]]:
        """What was filled in, in the form's order."""
        order = [field.key for field in self.form.fields] if self.form else []
        return sorted(
            self.referral.values.items(), key=lambda pair: order.index(pair[0]) if pair[0] in order else -1
        )

    def asked(self) -> list[FormField]:
        """The fields that people fill in, in the form's order; without the form those that were filled in."""
        if self.form is None:
            return [FormField(key=key, kind="text", why="") for key in self.referral.values]
        return [field for field in self.form.fields if field.kind != "computed"]


async def sight_of(visit: Visit, referral_id: UUID) -> Sight:
    """Raises `Refused` (404) alike for unknown and out of sight."""
    referral = await visit.services.ask("referrals", f"/referrals/{referral_id}", ReferralView)
    dossier = await dossier_of(visit, referral.line.dossier_id)
    forms = await forms_of(visit)
    return Sight(referral, dossier, form_named(forms, referral.form, referral.form_version))


async def forms_of(visit: Visit) -> list[ReferralForm]:
    return await visit.services.ask("referrals", "/referral-forms", list[ReferralForm])


def form_named(forms: list[ReferralForm], key: str, version: int = 0) -> ReferralForm | None:
    """The form that is meant; a version that is no longer offered gives the one of today."""
    named = [form for form in forms if form.key == key]
    return next((form for form in named if form.version == version), named[0] if named else None)


def name_of(person: PersonInDossier | None) -> str:
    return f"{person.first_name} {person.last_name}".strip() if person else ""


def named_in(dossier: DossierView, person_id: UUID | None) -> str:
    return name_of(next((each for each in dossier.persons if each.person_id == person_id), None))


def is_to_bring(line: ReferralLine, delivery: DeliveryView | None) -> bool:
    """It was sent on a form on paper, and nobody noted yet that the service has it."""
    return (
        delivery is not None
        and (delivery.kind, delivery.state) == ("form", "waiting")
        and line.state == "sent"
    )


def next_step(
    visit: Visit, line: ReferralLine, delivery: DeliveryView | None = None, *, writes: bool
) -> Step | None:
    """What moves it on, for who may do that; None while it is another's turn."""
    if not writes or not visit.may(Permission.REFERRAL_WRITE):
        return None
    if is_to_bring(line, delivery):
        path = f"/referrals/{line.referral_id}/paper/form"
        return Step(path, visit.language.text(N_("Druk het formulier af")))
    if line.recipient_kind == "form" and line.state in _ON_PAPER:
        return Step(f"/referrals/{line.referral_id}/answer", visit.language.text(N_("Noteer het antwoord")))
    if line.state not in _NEXT:
        return None
    part, text = _NEXT[line.state]
    return Step(f"/referrals/{line.referral_id}/{part}", visit.language.text(text))
