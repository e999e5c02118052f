"""Consent to a referral, or the legal ground that stands instead; then exactly what leaves, and sending it."""

import contextlib
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from services.gateway.forms import Form, read_form, told
from services.gateway.language import BRUSSELS, Language
from services.gateway.marking import N_
from services.gateway.pages.referral_sight import Sight, name_of, sight_of
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.contracts.consents import (
    CONSENT_GIVERS,
    CONSENT_WAYS,
    ConsentRef,
    InvokeGround,
    LegalGround,
    OfferReferral,
    WithdrawReferralConsent,
)
from shared.contracts.referring import AmendReferral, Preview, ReferralRef, ReferralView, SendReferral
from shared.errors import Problem

_GUARDS: Final = ("parent_of", "guardian_of")
_QUESTION: Final = N_(
    '"Mogen we deze gegevens doorgeven aan %(service)s, zodat zij u kunnen helpen? U mag nee zeggen, of er later op '
    'terugkomen. U mag ook altijd van gedacht veranderen."'
)


@get("/referrals/{referral_id:uuid}/consent", include_in_schema=False)
async def consent_page(
    request: AnyRequest,
    referral_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    answer: FromQuery[str] = "",
) -> Response[str]:
    """First the question as it is put to the person; with `answer=given` who said yes, how, and to what."""
    visit.who.require(Permission.REFERRAL_WRITE)
    sight = await sight_of(visit, referral_id)
    if answer == "given":
        return _given(pages, visit, sight, Form(visit, _first_answers(sight)))
    return _ask(request, pages, visit, sight, Form(visit))


@post("/referrals/{referral_id:uuid}/consent", include_in_schema=False)
async def record_answer(
    request: AnyRequest,
    referral_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """Refused and later are one tap, and nobody asks why."""
    form = await read_form(request, visit)
    sight, state = await sight_of(visit, referral_id), form.text("state")
    path = f"/referrals/{referral_id}/consents"
    if state in {"refused", "pending"}:
        if await told(visit, form, "referrals", path, OfferReferral(state=state), ConsentRef):
            return go_to(
                request, f"/dossiers/{sight.line.dossier_id}#referrals", note=f"note.referral_{state}"
            )
        return _ask(request, pages, visit, sight, form)
    giver = form.text("giver")
    kind, _, giver_id = giver.partition(":")
    on = form.day("on")
    if form.needs("giver", "way", "on", "fields") and on:
        command = OfferReferral(
            state="given",
            fields=form.lists["fields"],
            given_by=kind,
            giver_id=UUID(giver_id) if giver_id else None,
            way=form.text("way"),
            on=on,
            minor=bool(sight.person and sight.person.minor) or None,
        )
        if await told(visit, form, "referrals", path, command, ConsentRef):
            await _leave_out(visit, referral_id, set(command.fields), key=f"{form.key}-fields")
            return go_to(request, f"/referrals/{referral_id}/preview", note="note.referral_consent_given")
        for name in ("given_by", "giver_id"):
            if form.errors[name]:
                form.errors["giver"] = form.errors.pop(name)
    return _given(pages, visit, sight, form)


@post("/referrals/{referral_id:uuid}/consents/{consent_id:uuid}/withdraw", include_in_schema=False)
async def withdraw_consent(
    request: AnyRequest,
    referral_id: FromPath[UUID],
    consent_id: FromPath[UUID],
    visit: NamedDependency[Visit],
) -> Response[str]:
    """At any time, and nobody has to say why (S08)."""
    form = await read_form(request, visit)
    await visit.services.tell(
        "referrals", f"/consents/{consent_id}/withdraw", WithdrawReferralConsent(), ConsentRef, key=form.key
    )
    return go_to(request, f"/referrals/{referral_id}", note="note.referral_consent_withdrawn")


@get("/referrals/{referral_id:uuid}/ground", include_in_schema=False)
async def ground_page(
    referral_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    visit.who.require(Permission.REFERRAL_GROUND)
    return await _ground(pages, visit, await sight_of(visit, referral_id), None)


@post("/referrals/{referral_id:uuid}/ground", include_in_schema=False)
async def invoke_ground(
    request: AnyRequest,
    referral_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    form = await read_form(request, visit)
    visit.who.require(Permission.REFERRAL_GROUND)
    sight = await sight_of(visit, referral_id)
    if form.needs("ground", "fields", "reason"):
        chosen = form.text("ground")
        command = InvokeGround(
            ground=chosen,
            fields=form.lists["fields"],
            reason=form.text("reason"),
            confirmed=[
                each.partition(":")[2] for each in form.lists["confirmed"] if each.startswith(f"{chosen}:")
            ],
        )
        if await told(visit, form, "referrals", f"/referrals/{referral_id}/ground", command, ReferralRef):
            return go_to(request, f"/referrals/{referral_id}/preview", note="note.referral_ground")
    return await _ground(pages, visit, sight, form)


@get("/referrals/{referral_id:uuid}/preview", include_in_schema=False)
async def preview_page(
    referral_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    return await _preview(pages, visit, await sight_of(visit, referral_id), Form(visit))


@post("/referrals/{referral_id:uuid}/send", include_in_schema=False)
async def send_referral(
    request: AnyRequest,
    referral_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """Exactly the version that was looked at: what changed since is shown first."""
    form = await read_form(request, visit)
    command = SendReferral(version=form.number("version") or 0)
    if await told(visit, form, "referrals", f"/referrals/{referral_id}/send", command, ReferralRef):
        return go_to(request, f"/referrals/{referral_id}", note="note.referral_sent")
    form.errors.clear()
    form.problem = form.problem or visit.language.word("error.not_covered")
    return await _preview(pages, visit, await sight_of(visit, referral_id), form)


async def _leave_out(visit: Visit, referral_id: UUID, agreed: set[str], *, key: str) -> None:
    """What the person did not agree to goes out of the form. When that fails, the preview names what is not covered."""
    referral = await visit.services.ask("referrals", f"/referrals/{referral_id}", ReferralView)
    kept = {name: value for name, value in referral.values.items() if name in agreed}
    if kept == referral.values:
        return
    command = AmendReferral(values=kept, version=referral.version)
    with contextlib.suppress(Problem):
        await visit.services.tell("referrals", f"/referrals/{referral_id}", command, ReferralRef, key=key)


def _first_answers(sight: Sight) -> dict[str, str]:
    """The person himself, by word of mouth, today; for a minor nobody until it is chosen."""
    today = datetime.now(BRUSSELS).date().isoformat()
    givers = _givers(sight)
    whole = givers[0][0] if not (sight.person and sight.person.minor) or len(givers) == 1 else ""
    return {"giver": whole, "way": CONSENT_WAYS[0], "on": today}


def _givers(sight: Sight) -> list[tuple[str, str]]:
    """Who may say yes: the person, or for a minor a parent or guardian of this dossier; with his name where known."""
    person = sight.person
    if person is None or not person.minor:
        return [("person", name_of(person)), ("representative", "")]
    names = {each.person_id: name_of(each) for each in sight.dossier.persons}
    known = [
        (f"{'guardian' if tie.kind == 'guardian_of' else 'parent'}:{tie.person_id}", names[tie.person_id])
        for tie in sight.dossier.relations
        if tie.other_id == person.person_id and tie.kind in _GUARDS and tie.person_id in names
    ]
    return [*known, *((kind, "") for kind in CONSENT_GIVERS if kind != "person")]


def _questions(request: AnyRequest, visit: Visit, sight: Sight) -> list[tuple[str, str]]:
    """How to put it, in the worker's language, and in the person's where that is another one: code and text."""
    languages: Mapping[str, Language] = request.app.state.languages
    spoken = sight.referral.values.get("language", "")
    codes = [
        visit.language.code,
        *([spoken] if spoken in languages and spoken != visit.language.code else []),
    ]
    return [(code, languages[code].text(_QUESTION, service=sight.line.recipient)) for code in codes]


def _ask(request: AnyRequest, pages: Pages, visit: Visit, sight: Sight, form: Form) -> Response[str]:
    wrong = bool(form.errors or form.problem)
    return pages.show(
        "referrals/consent.html",
        visit,
        f=form,
        sight=sight,
        values=sight.values,
        whom=name_of(sight.person),
        questions=_questions(request, visit, sight),
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
    )


def _given(pages: Pages, visit: Visit, sight: Sight, form: Form) -> Response[str]:
    if "fields" not in form.lists:
        form.lists["fields"] = list(sight.referral.values)
    wrong = bool(form.errors or form.problem)
    return pages.show(
        "referrals/consent_given.html",
        visit,
        f=form,
        sight=sight,
        whom=name_of(sight.person),
        givers=_givers(sight),
        ways=CONSENT_WAYS,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
    )


async def _ground(pages: Pages, visit: Visit, sight: Sight, form: Form | None) -> Response[str]:
    grounds = await visit.services.ask("referrals", "/legal-grounds", list[LegalGround])
    if form is None:
        form = Form(visit)
        form.lists["fields"] = list(sight.referral.values)
    wrong = bool(form.errors or form.problem)
    return pages.show(
        "referrals/ground.html",
        visit,
        f=form,
        sight=sight,
        grounds=grounds,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
    )


async def _preview(pages: Pages, visit: Visit, sight: Sight, form: Form) -> Response[str]:
    path = f"/referrals/{sight.line.referral_id}/preview"
    shown = await visit.services.ask("referrals", path, Preview)
    fields = {field.key: field for field in sight.form.fields} if sight.form else {}
    context: dict[str, Any] = {"preview": shown, "fields": fields, "whom": name_of(sight.person)}
    return pages.show(
        "referrals/preview.html",
        visit,
        f=form,
        sight=sight,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.problem else HTTPStatus.OK,
        **context,
    )


ROUTES = [
    consent_page, record_answer, withdraw_consent, ground_page, invoke_ground, preview_page, send_referral,
]  # fmt: skip
