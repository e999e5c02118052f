"""The doors of partners: for the staff of the sender, for notifications, and for the partner, who has no token."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from services.referrals.partners import commands, queries
from services.referrals.partners.models import LinkUnknown, PartnerSessionOver
from services.referrals.partners.rules import digest_of, partner_principal
from shared.app import Door
from shared.contracts.partners import (
    AnswerByPartner,
    AskCode,
    AskNewLink,
    CodeAsked,
    DeliveryRef,
    DeliveryView,
    EnterCode,
    HandOver,
    LinkOpened,
    NewLinkAsked,
    OpenLink,
    PartnerAnswered,
    PartnerMail,
    PartnerReferral,
    PartnerSession,
    ReadReferral,
    RenewLink,
)
from shared.runtime import Runtime
from shared.tenancy import TenantNotReady

Answer = TypeVar("Answer")
_NO_TOKEN: list[dict[str, list[str]]] = [{}]
AnyRequest = Request[Any, Any, Any]


@get("/referrals/{referral_id:uuid}/delivery", operation_id="deliveryOfReferral")
async def delivery_view(door: NamedDependency[Door], referral_id: FromPath[UUID]) -> DeliveryView:
    return await door.ask(queries.delivery_view, referral_id)


@post("/referrals/{referral_id:uuid}/link", operation_id="renewLink", status_code=200)
async def renew_link(
    door: NamedDependency[Door], referral_id: FromPath[UUID], data: JSONBody[RenewLink]
) -> DeliveryRef:
    return await door.do(commands.renew_link, data, referral_id)


@get("/referrals/{referral_id:uuid}/form.pdf", operation_id="formOfReferral", media_type="application/pdf")
async def form_pdf(door: NamedDependency[Door], referral_id: FromPath[UUID]) -> Response[bytes]:
    return _pdf(await door.ask(commands.form_pdf, referral_id), "doorverwijzing")


@get(
    "/referrals/{referral_id:uuid}/receipt.pdf",
    operation_id="receiptOfReferral",
    media_type="application/pdf",
)
async def receipt_pdf(door: NamedDependency[Door], referral_id: FromPath[UUID]) -> Response[bytes]:
    return _pdf(await door.ask(commands.receipt_pdf, referral_id), "ontvangstbewijs")


@post("/referrals/{referral_id:uuid}/handed-over", operation_id="handOverForm", status_code=200)
async def hand_over_form(
    door: NamedDependency[Door], referral_id: FromPath[UUID], data: JSONBody[HandOver]
) -> DeliveryRef:
    return await door.do(commands.hand_over_form, data, referral_id)


@get("/partner-mails/{mail_id:uuid}", operation_id="partnerMail")
async def partner_mail(door: NamedDependency[Door], mail_id: FromPath[UUID]) -> PartnerMail:
    return await door.ask(queries.partner_mail, mail_id)


# --- the partner's own -----------------------------------------------------------------------------------------------


@post("/partner/links", operation_id="openPartnerLink", status_code=200, security=_NO_TOKEN)
async def open_link(state: State, data: JSONBody[OpenLink]) -> LinkOpened:
    await _look(state, data.tenant, data.token, commands.count_lookup, data)
    return await _look(state, data.tenant, data.token, commands.open_link, data)


@post("/partner/codes", operation_id="askPartnerCode", status_code=200, security=_NO_TOKEN)
async def ask_code(request: AnyRequest, state: State, data: JSONBody[AskCode]) -> CodeAsked:
    await _look(state, data.tenant, data.token, commands.count_lookup, data)
    return await _act(request, state, data.tenant, data.token, commands.ask_code, data)


@post("/partner/sessions", operation_id="enterPartnerCode", status_code=200, security=_NO_TOKEN)
async def enter_code(state: State, data: JSONBody[EnterCode]) -> PartnerSession:
    """The try is kept first, in a transaction of its own; the session's secret is kept nowhere."""
    await _look(state, data.tenant, data.token, commands.count_lookup, data)
    await _look(state, data.tenant, data.token, commands.count_try, data)
    return await _look(state, data.tenant, data.token, commands.enter_code, data)


@post("/partner/new-links", operation_id="askPartnerLink", status_code=200, security=_NO_TOKEN)
async def ask_new_link(request: AnyRequest, state: State, data: JSONBody[AskNewLink]) -> NewLinkAsked:
    try:
        await _look(state, data.tenant, data.token, commands.count_lookup, data)
        return await _act(request, state, data.tenant, data.token, commands.ask_new_link, data)
    except LinkUnknown:
        return NewLinkAsked()


@post("/partner/referral", operation_id="readByPartner", status_code=200, security=_NO_TOKEN)
async def read_by_partner(state: State, data: JSONBody[ReadReferral]) -> PartnerReferral:
    return await _look(state, data.tenant, data.session, commands.read_by_partner, data)


@get("/partner/form.pdf", operation_id="formOfPartner", security=_NO_TOKEN, media_type="application/pdf")
async def form_of_partner(request: AnyRequest, state: State) -> Response[bytes]:
    """What the page shows, to keep. His session stands where others have a token: `Bearer <tenant>.<session>`."""
    _, _, given = request.headers.get("Authorization", "").partition(" ")
    tenant, _, session = given.partition(".")
    if not tenant or not session:
        raise PartnerSessionOver
    data = ReadReferral(tenant=tenant, session=session)
    return _pdf(await _look(state, tenant, session, commands.form_of_partner, data), "doorverwijzing")


@post("/partner/answers", operation_id="answerByPartner", status_code=200, security=_NO_TOKEN)
async def answer_by_partner(
    request: AnyRequest, state: State, data: JSONBody[AnswerByPartner]
) -> PartnerAnswered:
    return await _act(request, state, data.tenant, data.session, commands.answer_by_partner, data)


async def _act(
    request: AnyRequest,
    state: State,
    tenant: str,
    secret: str,
    command: Callable[..., Awaitable[Answer]],
    data: Any,
) -> Answer:
    """Once for its key; neither the request nor a hash of it is kept."""
    try:
        return await _door(state, tenant, secret, request.headers.get("Idempotency-Key")).do(
            command, data, private=True
        )
    except TenantNotReady as unknown:
        raise LinkUnknown from unknown


async def _look(
    state: State, tenant: str, secret: str, command: Callable[..., Awaitable[Answer]], data: Any
) -> Answer:
    """Nothing of the answer is kept."""
    try:
        return await _door(state, tenant, secret, None).ask(command, data)
    except TenantNotReady as unknown:
        raise LinkUnknown from unknown


def _door(state: State, tenant: str, secret: str, key: str | None) -> Door:
    runtime: Runtime = state.runtime
    return Door(runtime, partner_principal(tenant, digest_of(secret)), "", key)


def _pdf(content: bytes, name: str) -> Response[bytes]:
    """Always saved and never opened in place."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.pdf"', "Cache-Control": "no-store"}
    return Response(content, media_type="application/pdf", headers=headers)


ROUTES = [
    delivery_view, renew_link, form_pdf, receipt_pdf, hand_over_form, partner_mail,
    open_link, ask_code, enter_code, ask_new_link, read_by_partner, form_of_partner, answer_by_partner,
]  # fmt: skip
