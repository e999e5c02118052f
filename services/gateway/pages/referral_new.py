"""A referral begins: to which service, for whom, and which fields would be sent and why. Nothing leaves by it."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from services.gateway.forms import Form, read_form, told
from services.gateway.pages.call_outs import LANGUAGES_ASKED
from services.gateway.pages.dossier_drafts import begun, sent
from services.gateway.pages.dossier_sight import dossier_of, person_in
from services.gateway.pages.referral_fields import (
    at_their_fields,
    grouped,
    prefilled,
    reveal_phones,
    values_typed,
)
from services.gateway.pages.referral_sight import form_named, forms_of, name_of
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.contracts.cases import DossierView
from shared.contracts.referring import (
    URGENCIES,
    ProposeReferral,
    RecipientView,
    ReferralForm,
    ReferralRef,
    UsualService,
)
from shared.errors import NotFound


@get("/dossiers/{dossier_id:uuid}/referrals/new", include_in_schema=False)
async def new_referral(
    dossier_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    service: FromQuery[UUID | None] = None,
    person: FromQuery[UUID | None] = None,
) -> Response[str]:
    """One question a page: which service, then for whom if that can be several, then the fields."""
    visit.who.require(Permission.REFERRAL_WRITE)
    dossier = await dossier_of(visit, dossier_id)
    if service is None:
        return await _choose(pages, visit, dossier, person)
    recipient = await _recipient(visit, service)
    whom = person_in(dossier, person) if person else _only(dossier)
    if whom is None and dossier.persons:
        return pages.show("referrals/whom.html", visit, dossier=dossier, recipient=recipient)
    form = await begun(visit, dossier_id, _draft(service))
    referral_form = await _form_of(visit, recipient)
    if not form.draft_version or form.text("person_id") != (str(whom.person_id) if whom else ""):
        form.values |= prefilled(referral_form, visit, dossier, whom, await visit.services.staff())
        form.values |= {"person_id": str(whom.person_id) if whom else "", "urgency": URGENCIES[0]}
        form.lists |= {name: [value] for name, value in form.values.items()}
        form.lists["send"] = [field.key for field in referral_form.fields]
    return _fields(pages, visit, dossier, recipient, referral_form, form)


@post("/dossiers/{dossier_id:uuid}/referrals", include_in_schema=False)
async def propose(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    visit.who.require(Permission.REFERRAL_WRITE)
    dossier, service = await dossier_of(visit, dossier_id), form.uuid("service_id")
    if service is None:
        raise NotFound
    recipient = await _recipient(visit, service)
    referral_form = await _form_of(visit, recipient)
    form.needs(*(f"v_{field.key}" for field in referral_form.fields if field.required))
    values = await reveal_phones(visit, form, referral_form, dossier, values_typed(form, referral_form))
    if not form.errors:
        command = ProposeReferral(
            service_id=service,
            person_id=form.uuid("person_id"),
            form=referral_form.key,
            urgency=form.text("urgency") or URGENCIES[0],
            values=values,
        )
        path = f"/dossiers/{dossier_id}/referrals"
        ref = await told(visit, form, "referrals", path, command, ReferralRef)
        if ref is not None:
            await sent(visit, form, dossier_id, _draft(service))
            return go_to(request, f"/referrals/{ref.referral_id}/consent")
        at_their_fields(form, referral_form)
    return _fields(pages, visit, dossier, recipient, referral_form, form)


async def _choose(pages: Pages, visit: Visit, dossier: DossierView, person: UUID | None) -> Response[str]:
    """The team's partners; the page does without them while they cannot be had."""
    nothing = list[UsualService]()
    usual = await visit.services.ask_or(nothing, "referrals", "/usual-services", list[UsualService])
    return pages.show("referrals/choose.html", visit, dossier=dossier, usual=usual, person=person)


async def _recipient(visit: Visit, service_id: UUID) -> RecipientView:
    return await visit.services.ask("referrals", f"/referral-recipients/{service_id}", RecipientView)


async def _form_of(visit: Visit, recipient: RecipientView) -> ReferralForm:
    found = form_named(await forms_of(visit), recipient.form)
    if found is None:
        raise NotFound
    return found


def _only(dossier: DossierView) -> Any:
    """The only person it can be about, when there is but one; the dead are referred nowhere."""
    alive = [each for each in dossier.persons if not each.deceased_on and each.role != "suspect"]
    return alive[0] if len(alive) == 1 else None


def _draft(service_id: UUID) -> str:
    return f"referral:{service_id}"


def _fields(
    pages: Pages,
    visit: Visit,
    dossier: DossierView,
    recipient: RecipientView,
    referral_form: ReferralForm,
    form: Form,
) -> Response[str]:
    wrong = bool(form.errors or form.problem)
    person_id = form.uuid("person_id")
    person = next((each for each in dossier.persons if each.person_id == person_id), None)
    return pages.show(
        "referrals/fields.html",
        visit,
        f=form,
        dossier=dossier,
        recipient=recipient,
        groups=grouped(referral_form.fields, form),
        spoken=LANGUAGES_ASKED,
        whom=name_of(person),
        urgencies=URGENCIES,
        draft=f"/dossiers/{dossier.dossier_id}/drafts/{_draft(recipient.service_id)}",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
    )


ROUTES = [new_referral, propose]
