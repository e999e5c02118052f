"""Referrals that others sent to us: the list, one with only what the person agreed to, and what we answer."""

import asyncio
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from services.gateway.forms import Form, read_form, told
from services.gateway.pages import incoming_dossier
from services.gateway.pages.incoming_dossier import require_receiver
from services.gateway.pages.referral_sight import form_named
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.contracts.incoming_referrals import AssignIncoming, IncomingPage, IncomingRef, IncomingView
from shared.contracts.referring import (
    ANSWERS,
    OUTCOMES,
    PARTS,
    QUESTIONS,
    REFUSAL_REASONS,
    AnswerReferral,
    ReferralForm,
)

STATES: Final = ("open", "mine", "late", "ended")
_NEEDS: Final = {
    "refused": "reason",
    "more_asked": "question",
    "partly_accepted": "part",
    "closed": "outcome",
}
"""What an answer says besides itself."""


@get("/referrals/incoming", include_in_schema=False)
async def incoming(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    show: FromQuery[str] = "open",
    after: FromQuery[str] = "",
) -> Response[str]:
    require_receiver(visit)
    state = show if show in STATES else STATES[0]
    page, staff = await asyncio.gather(
        visit.services.ask("referrals", "/incoming-referrals", IncomingPage, state=state, after=after),
        visit.services.staff(),
    )
    more = (
        f"/referrals/incoming?{urlencode({'show': state, 'after': page.next_after})}"
        if page.next_after
        else ""
    )
    fragment = request.headers.get("HX-Request") == "true" and bool(after)
    return pages.show(
        "referrals/_incoming_lines.html" if fragment else "referrals/incoming_list.html",
        visit,
        page=page,
        staff=staff,
        chosen=state,
        states=STATES,
        more=more,
    )


@get("/referrals/incoming/{incoming_id:uuid}", include_in_schema=False)
async def show_incoming(
    incoming_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    require_receiver(visit)
    return await _show(pages, visit, incoming_id, Form(visit))


@post("/referrals/incoming/{incoming_id:uuid}/assign", include_in_schema=False)
async def assign(
    request: AnyRequest,
    incoming_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """To a colleague, to oneself, or to nobody again."""
    form = await read_form(request, visit)
    path = f"/incoming-referrals/{incoming_id}/assign"
    command = AssignIncoming(user_id=form.uuid("user_id"))
    taken = None if form.errors else await told(visit, form, "referrals", path, command, IncomingRef)
    if taken is not None:
        return go_to(request, f"/referrals/incoming/{incoming_id}", note="note.incoming_assigned")
    return await _show(pages, visit, incoming_id, form)


@post("/referrals/incoming/{incoming_id:uuid}/answer", include_in_schema=False)
async def answer_incoming(
    request: AnyRequest,
    incoming_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    command = answer_of(form)
    path = f"/incoming-referrals/{incoming_id}/answer"
    given = await told(visit, form, "referrals", path, command, IncomingRef) if command else None
    if given is not None:
        return go_to(request, f"/referrals/incoming/{incoming_id}", note="note.incoming_answered")
    return await _show(pages, visit, incoming_id, form)


def answer_of(form: Form) -> AnswerReferral | None:
    """What was chosen, with what that answer wants and nothing of the others; None when something lacks."""
    answer = form.text("answer")
    wanted = ("answer", *((_NEEDS[answer],) if answer in _NEEDS else ()))
    until, on = form.day("waiting_until"), form.day("on")
    if not form.needs(*wanted):
        return None

    def wants(name: str) -> str:
        return form.text(name) if _NEEDS.get(answer) == name else ""

    return AnswerReferral(
        answer=answer,
        reason=wants("reason"),
        question=wants("question"),
        part=wants("part"),
        outcome=wants("outcome"),
        waiting_until=until if answer == "waiting_list" else None,
        on=on,
    )


async def _show(pages: Pages, visit: Visit, incoming_id: UUID, form: Form) -> Response[str]:
    found, staff, forms = await asyncio.gather(
        visit.services.ask("referrals", f"/incoming-referrals/{incoming_id}", IncomingView),
        visit.services.staff(),
        visit.services.ask_or(list[ReferralForm](), "referrals", "/referral-forms", list[ReferralForm]),
    )
    referral_form = form_named(forms, found.form, found.form_version)
    dossier = await incoming_dossier.dossier_in_sight(visit, found.line.dossier_id)
    wrong = bool(form.errors or form.problem)
    return pages.show(
        "referrals/incoming.html",
        visit,
        f=form,
        incoming=found,
        line=found.line,
        fields={field.key: field for field in referral_form.fields} if referral_form else {},
        staff=staff,
        dossier=dossier,
        answers=[each for each in ANSWERS if each in found.may],
        codes={"refusals": REFUSAL_REASONS, "questions": QUESTIONS, "parts": PARTS, "outcomes": OUTCOMES},
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
    )


ROUTES = [incoming, show_incoming, assign, answer_incoming, *incoming_dossier.ROUTES]
