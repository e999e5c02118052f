"""Referrals that we sent or offer: the list, one with its history, and what can be done with it."""

import asyncio
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler

from services.gateway.forms import Form, read_form, told
from services.gateway.pages import referral_consent, referral_delivery, referral_new, referrals_incoming
from services.gateway.pages.call_outs import LANGUAGES_ASKED
from services.gateway.pages.dossier_sight import answer_out_of_sight
from services.gateway.pages.referral_fields import (
    as_typed,
    at_their_fields,
    grouped,
    reveal_phones,
    values_typed,
)
from services.gateway.pages.referral_sight import Sight, is_to_bring, name_of, next_step, sight_of
from services.gateway.pages.referrals_incoming import answer_of
from services.gateway.pages.two_versions import CODE as CHANGED
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.contracts.partners import DeliveryView
from shared.contracts.referring import (
    ANSWERS,
    OUTCOMES,
    PARTS,
    QUESTIONS,
    REFUSAL_REASONS,
    URGENCIES,
    WITHDRAWAL_REASONS,
    AmendReferral,
    CloseReferral,
    RecipientView,
    ReferralPage,
    ReferralRef,
    RerouteReferral,
    TakeOverReferral,
    UsualService,
    WithdrawReferral,
)
from shared.errors import Problem

SCOPES: Final = ("mine", "all")
STATES: Final = ("open", "late", "consent", "ended")
CODES_OF_ANSWERS: Final = {
    "refusals": REFUSAL_REASONS,
    "questions": QUESTIONS,
    "parts": PARTS,
    "outcomes": OUTCOMES,
}


@get("/referrals", include_in_schema=False)
async def my_referrals(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    of: FromQuery[str] = "mine",
    show: FromQuery[str] = "open",
    after: FromQuery[str] = "",
) -> Response[str]:
    """Who only receives has no referrals of his own, and is at the other list at once."""
    if not visit.may(Permission.REFERRAL_READ) and visit.may(Permission.REFERRAL_RECEIVE):
        return go_to(request, "/referrals/incoming")
    visit.who.require(Permission.REFERRAL_READ)
    whose, state = (of if of in SCOPES else SCOPES[0]), (show if show in STATES else STATES[0])
    page, staff = await asyncio.gather(
        visit.services.ask("referrals", "/referrals", ReferralPage, scope=whose, state=state, after=after),
        visit.services.staff(),
    )
    more = ""
    if page.next_after:
        more = f"/referrals?{urlencode({'of': whose, 'show': state, 'after': page.next_after})}"
    fragment = request.headers.get("HX-Request") == "true" and bool(after)
    return pages.show(
        "referrals/_lines.html" if fragment else "referrals/list.html",
        visit,
        page=page,
        staff=staff,
        scope=whose,
        scopes=SCOPES,
        chosen=state,
        states=STATES,
        more=more,
    )


@get("/referrals/{referral_id:uuid}", include_in_schema=False)
async def show_referral(
    referral_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    return await _show(pages, visit, await sight_of(visit, referral_id), Form(visit))


@get("/referrals/{referral_id:uuid}/change", include_in_schema=False)
async def change_page(
    referral_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    sight = await sight_of(visit, referral_id)
    referral = sight.referral
    form = Form(
        visit, {**as_typed(referral.values), "version": str(referral.version), "urgency": sight.line.urgency}
    )
    form.lists["send"] = [field.key for field in sight.asked()]
    return _change(pages, visit, sight, form)


@post("/referrals/{referral_id:uuid}/change", include_in_schema=False)
async def change(
    request: AnyRequest,
    referral_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """When a colleague was first, what she typed stays and what is stored now stands beside it."""
    form = await read_form(request, visit)
    sight = await sight_of(visit, referral_id)
    theirs: dict[str, str] = {}
    if sight.form is not None:
        values = await reveal_phones(visit, form, sight.form, sight.dossier, values_typed(form, sight.form))
        if not form.errors:
            command = AmendReferral(
                values=values, version=form.number("version") or 0, urgency=form.text("urgency") or None
            )
            try:
                await visit.services.tell(
                    "referrals", f"/referrals/{referral_id}", command, ReferralRef, key=form.key
                )
                return go_to(
                    request, f"/referrals/{referral_id}/{_after(sight)}", note="note.referral_changed"
                )
            except Problem as problem:
                if problem.status in (HTTPStatus.NOT_FOUND, HTTPStatus.UNAUTHORIZED):
                    raise
                form.refused(problem)
                at_their_fields(form, sight.form)
                if problem.code == CHANGED:
                    theirs = {
                        key: value
                        for key, value in sight.referral.values.items()
                        if value != form.text(f"v_{key}")
                    }
                    form.values["version"] = str(sight.referral.version)
    return _change(pages, visit, sight, form, theirs)


def _after(sight: Sight) -> str:
    """Before it was sent one goes on with the flow."""
    return {"consent_given": "preview", "proposed": "consent"}.get(sight.line.state, "")


@post("/referrals/{referral_id:uuid}/withdraw", include_in_schema=False)
async def withdraw(
    request: AnyRequest,
    referral_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    command = WithdrawReferral(reason=form.text("reason") or WITHDRAWAL_REASONS[0])
    return await _do(request, visit, pages, referral_id, form, "withdraw", command, "note.referral_withdrawn")


@get("/referrals/{referral_id:uuid}/reroute", include_in_schema=False)
async def reroute_page(
    referral_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    service: FromQuery[UUID | None] = None,
) -> Response[str]:
    """Which service instead: the one that was just chosen on the map, the one that the recipient proposed, or ours."""
    sight = await sight_of(visit, referral_id)
    nothing = list[UsualService]()
    usual = await visit.services.ask_or(nothing, "referrals", "/usual-services", list[UsualService])
    chosen: RecipientView | None = None
    if service is not None:
        path = f"/referral-recipients/{service}"
        chosen = await visit.services.ask_or(None, "referrals", path, RecipientView)
    return pages.show(
        "referrals/reroute.html",
        visit,
        f=Form(visit, {"service_id": str(service)} if service else None),
        sight=sight,
        service=service,
        chosen_name=chosen.name if chosen else "",
        usual=[each for each in usual if each.service_id != sight.line.service_id],
    )


@post("/referrals/{referral_id:uuid}/reroute", include_in_schema=False)
async def reroute(
    request: AnyRequest,
    referral_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """The new one needs a consent of its own, so that is what comes next."""
    form = await read_form(request, visit)
    service = form.uuid("service_id")
    if form.needs("service_id") and service:
        path = f"/referrals/{referral_id}/reroute"
        ref = await told(visit, form, "referrals", path, RerouteReferral(service_id=service), ReferralRef)
        if ref is not None:
            return go_to(request, f"/referrals/{ref.referral_id}/consent", note="note.referral_rerouted")
    return await _show(pages, visit, await sight_of(visit, referral_id), form)


@get("/referrals/{referral_id:uuid}/answer", include_in_schema=False)
async def answer_page(
    referral_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    return _answer(pages, visit, await sight_of(visit, referral_id), Form(visit))


@post("/referrals/{referral_id:uuid}/answer", include_in_schema=False)
async def note_answer(
    request: AnyRequest,
    referral_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """What the service said on paper or by telephone: a code, never what was told there."""
    form = await read_form(request, visit)
    command, path = answer_of(form), f"/referrals/{referral_id}/answer"
    noted = await told(visit, form, "referrals", path, command, ReferralRef) if command else None
    if noted is not None:
        return go_to(request, f"/referrals/{referral_id}", note="note.referral_answer_noted")
    return _answer(pages, visit, await sight_of(visit, referral_id), form)


@post("/referrals/{referral_id:uuid}/close", include_in_schema=False)
async def close(
    request: AnyRequest,
    referral_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    command = CloseReferral(outcome=form.text("outcome"))
    return await _do(request, visit, pages, referral_id, form, "close", command, "note.referral_closed")


@post("/referrals/{referral_id:uuid}/follower", include_in_schema=False)
async def follow(
    request: AnyRequest,
    referral_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """One follows it up oneself from now on."""
    form = await read_form(request, visit)
    command = TakeOverReferral(user_id=visit.who.id)
    return await _do(request, visit, pages, referral_id, form, "follower", command, "note.referral_followed")


async def _do(
    request: AnyRequest,
    visit: Visit,
    pages: Pages,
    referral_id: UUID,
    form: Form,
    act: str,
    command: msgspec.Struct,
    note: str,
) -> Response[str]:
    if await told(visit, form, "referrals", f"/referrals/{referral_id}/{act}", command, ReferralRef):
        return go_to(request, f"/referrals/{referral_id}", note=note)
    return await _show(pages, visit, await sight_of(visit, referral_id), form)


async def _show(pages: Pages, visit: Visit, sight: Sight, form: Form) -> Response[str]:
    delivery: DeliveryView | None = None
    if sight.line.sent_at and sight.line.recipient_kind != "tenant":
        path = f"/referrals/{sight.line.referral_id}/delivery"
        delivery = await visit.services.ask_or(None, "referrals", path, DeliveryView)
    writes = sight.writes and visit.may(Permission.REFERRAL_WRITE)
    context: dict[str, Any] = {
        "sight": sight,
        "values": sight.values,
        "line": sight.line,
        "whom": name_of(sight.person),
        "step": next_step(visit, sight.line, delivery, writes=sight.writes),
        "to_bring": is_to_bring(sight.line, delivery),
        "may": sight.referral.may if writes else [],
        "fields": {field.key: field for field in sight.form.fields} if sight.form else {},
        "names": {each.person_id: name_of(each) for each in sight.dossier.persons},
        "delivery": delivery,
        "withdrawal_reasons": WITHDRAWAL_REASONS,
        "outcomes": OUTCOMES,
        "staff": await visit.services.staff(),
    }
    wrong = bool(form.errors or form.problem)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return pages.show("referrals/referral.html", visit, f=form, status=status, **context)


def _change(
    pages: Pages, visit: Visit, sight: Sight, form: Form, theirs: dict[str, str] | None = None
) -> Response[str]:
    wrong = bool(form.errors or form.problem)
    return pages.show(
        "referrals/change.html",
        visit,
        f=form,
        sight=sight,
        theirs=theirs or {},
        dossier=sight.dossier,
        groups=grouped(sight.asked(), form),
        spoken=LANGUAGES_ASKED,
        urgencies=URGENCIES,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
    )


def _answer(pages: Pages, visit: Visit, sight: Sight, form: Form) -> Response[str]:
    wrong = bool(form.errors or form.problem)
    return pages.show(
        "referrals/answer.html",
        visit,
        f=form,
        sight=sight,
        answers=ANSWERS,
        codes=CODES_OF_ANSWERS,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
    )


ROUTES: list[ControllerRouterHandler] = [
    my_referrals,
    *referrals_incoming.ROUTES,
    Router(
        path="",
        route_handlers=[
            *referral_new.ROUTES,
            *referral_consent.ROUTES,
            *referral_delivery.ROUTES,
            show_referral,
            change_page,
            change,
            withdraw,
            reroute_page,
            reroute,
            answer_page,
            note_answer,
            close,
            follow,
        ],
        exception_handlers={Problem: answer_out_of_sight},
    ),
]
