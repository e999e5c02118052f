"""The doors of referrals: the sender's, the recipient's, and those at which one side knocks for the other."""

from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from services.referrals.referring import commands, queries
from shared.app import Door
from shared.contracts import consents, incoming_referrals, referring

# Litestar keeps the names `state` and `scope` for its own, so these query parameters come in under others.
StateQuery = Annotated[str, QueryParameter(name="state")]
ScopeQuery = Annotated[str, QueryParameter(name="scope")]
ReferralId = FromPath[UUID]
IncomingId = FromPath[UUID]

# --- the sender ------------------------------------------------------------------------------------------------------


@get("/referral-forms", operation_id="referralForms")
async def referral_forms(door: NamedDependency[Door]) -> list[referring.ReferralForm]:
    return await door.ask(queries.referral_forms)


@get("/legal-grounds", operation_id="legalGrounds")
async def legal_grounds(door: NamedDependency[Door]) -> list[consents.LegalGround]:
    return await door.ask(queries.legal_grounds)


@get("/referral-recipients/{service_id:uuid}", operation_id="referralRecipient")
async def recipient(door: NamedDependency[Door], service_id: FromPath[UUID]) -> referring.RecipientView:
    return await door.ask(queries.recipient, service_id)


@get("/usual-services", operation_id="usualServices")
async def usual_services(door: NamedDependency[Door]) -> list[referring.UsualService]:
    return await door.ask(queries.usual_services)


@get("/dossiers/{dossier_id:uuid}/referrals", operation_id="dossierReferrals")
async def dossier_referrals(
    door: NamedDependency[Door], dossier_id: FromPath[UUID]
) -> referring.DossierReferrals:
    return await door.ask(queries.dossier_referrals, dossier_id)


@post("/dossiers/{dossier_id:uuid}/referrals", operation_id="proposeReferral")
async def propose_referral(
    door: NamedDependency[Door], dossier_id: FromPath[UUID], data: JSONBody[referring.ProposeReferral]
) -> referring.ReferralRef:
    return await door.do(commands.propose_referral, data, dossier_id)


@get("/referrals", operation_id="referralPage")
async def referral_page(
    door: NamedDependency[Door],
    in_scope: ScopeQuery = "mine",
    in_state: StateQuery = "open",
    after: FromQuery[str] = "",
) -> referring.ReferralPage:
    return await door.ask(queries.referral_page, in_scope, in_state, after)


@get("/referrals/{referral_id:uuid}", operation_id="referralById")
async def referral_by_id(door: NamedDependency[Door], referral_id: ReferralId) -> referring.ReferralView:
    return await door.ask(queries.referral_by_id, referral_id)


@get("/referrals/{referral_id:uuid}/preview", operation_id="previewReferral")
async def preview(door: NamedDependency[Door], referral_id: ReferralId) -> referring.Preview:
    return await door.ask(queries.preview, referral_id)


@post("/referrals/{referral_id:uuid}", operation_id="amendReferral", status_code=200)
async def amend_referral(
    door: NamedDependency[Door], referral_id: ReferralId, data: JSONBody[referring.AmendReferral]
) -> referring.ReferralRef:
    return await door.do(commands.amend_referral, data, referral_id)


@post("/referrals/{referral_id:uuid}/consents", operation_id="offerReferral")
async def offer_referral(
    door: NamedDependency[Door], referral_id: ReferralId, data: JSONBody[consents.OfferReferral]
) -> consents.ConsentRef:
    return await door.do(commands.offer_referral, data, referral_id)


@post("/consents/{consent_id:uuid}/withdraw", operation_id="withdrawReferralConsent", status_code=200)
async def withdraw_consent(
    door: NamedDependency[Door], consent_id: FromPath[UUID], data: JSONBody[consents.WithdrawReferralConsent]
) -> consents.ConsentRef:
    return await door.do(commands.withdraw_consent, data, consent_id)


@post("/referrals/{referral_id:uuid}/ground", operation_id="invokeGround")
async def invoke_ground(
    door: NamedDependency[Door], referral_id: ReferralId, data: JSONBody[consents.InvokeGround]
) -> referring.ReferralRef:
    return await door.do(commands.invoke_ground, data, referral_id)


@post("/referrals/{referral_id:uuid}/send", operation_id="sendReferral", status_code=200)
async def send_referral(
    door: NamedDependency[Door], referral_id: ReferralId, data: JSONBody[referring.SendReferral]
) -> referring.ReferralRef:
    return await door.do(commands.send_referral, data, referral_id)


@post("/referrals/{referral_id:uuid}/withdraw", operation_id="withdrawReferral", status_code=200)
async def withdraw_referral(
    door: NamedDependency[Door], referral_id: ReferralId, data: JSONBody[referring.WithdrawReferral]
) -> referring.ReferralRef:
    return await door.do(commands.withdraw_referral, data, referral_id)


@post("/referrals/{referral_id:uuid}/reroute", operation_id="rerouteReferral")
async def reroute_referral(
    door: NamedDependency[Door], referral_id: ReferralId, data: JSONBody[referring.RerouteReferral]
) -> referring.ReferralRef:
    return await door.do(commands.reroute_referral, data, referral_id)


@post("/referrals/{referral_id:uuid}/answer", operation_id="answerReferral", status_code=200)
async def answer_referral(
    door: NamedDependency[Door], referral_id: ReferralId, data: JSONBody[referring.AnswerReferral]
) -> referring.ReferralRef:
    return await door.do(commands.answer_referral, data, referral_id)


@post("/referrals/{referral_id:uuid}/close", operation_id="closeReferral", status_code=200)
async def close_referral(
    door: NamedDependency[Door], referral_id: ReferralId, data: JSONBody[referring.CloseReferral]
) -> referring.ReferralRef:
    return await door.do(commands.close_referral, data, referral_id)


@post("/referrals/{referral_id:uuid}/follower", operation_id="takeOverReferral", status_code=200)
async def take_over_referral(
    door: NamedDependency[Door], referral_id: ReferralId, data: JSONBody[referring.TakeOverReferral]
) -> referring.ReferralRef:
    return await door.do(commands.take_over_referral, data, referral_id)


# --- the recipient ---------------------------------------------------------------------------------------------------


@get("/incoming-referrals", operation_id="incomingPage")
async def incoming_page(
    door: NamedDependency[Door], in_state: StateQuery = "open", after: FromQuery[str] = ""
) -> incoming_referrals.IncomingPage:
    return await door.ask(queries.incoming_page, in_state, after)


@get("/incoming-referrals/{incoming_id:uuid}", operation_id="incomingById")
async def incoming_by_id(
    door: NamedDependency[Door], incoming_id: IncomingId
) -> incoming_referrals.IncomingView:
    return await door.ask(queries.incoming_by_id, incoming_id)


@post("/incoming-referrals/{incoming_id:uuid}/assign", operation_id="assignIncoming", status_code=200)
async def assign_incoming(
    door: NamedDependency[Door], incoming_id: IncomingId, data: JSONBody[incoming_referrals.AssignIncoming]
) -> incoming_referrals.IncomingRef:
    return await door.do(commands.assign_incoming, data, incoming_id)


@post("/incoming-referrals/{incoming_id:uuid}/answer", operation_id="answerIncoming", status_code=200)
async def answer_incoming(
    door: NamedDependency[Door], incoming_id: IncomingId, data: JSONBody[referring.AnswerReferral]
) -> incoming_referrals.IncomingRef:
    return await door.do(commands.answer_incoming, data, incoming_id)


@post("/incoming-referrals/{incoming_id:uuid}/dossier", operation_id="linkIncoming", status_code=200)
async def link_incoming(
    door: NamedDependency[Door], incoming_id: IncomingId, data: JSONBody[incoming_referrals.LinkIncoming]
) -> incoming_referrals.IncomingRef:
    return await door.do(commands.link_incoming, data, incoming_id)


@post("/incoming-referrals/{incoming_id:uuid}/new-dossier", operation_id="takeUpIncoming", status_code=200)
async def take_up_incoming(
    door: NamedDependency[Door], incoming_id: IncomingId, data: JSONBody[incoming_referrals.TakeUpIncoming]
) -> incoming_referrals.IncomingRef:
    return await door.do(commands.take_up_incoming, data, incoming_id)


@post("/incoming-referrals/{incoming_id:uuid}/unlink", operation_id="unlinkIncoming", status_code=200)
async def unlink_incoming(
    door: NamedDependency[Door], incoming_id: IncomingId, data: JSONBody[incoming_referrals.UnlinkIncoming]
) -> incoming_referrals.IncomingRef:
    return await door.do(commands.unlink_incoming, data, incoming_id)


@get("/incoming-referrals/{incoming_id:uuid}/looks", operation_id="incomingLooks")
async def incoming_looks(
    door: NamedDependency[Door], incoming_id: IncomingId
) -> incoming_referrals.IncomingLooks:
    return await door.ask(queries.incoming_looks, incoming_id)


@get("/dossiers/{dossier_id:uuid}/incoming-referrals", operation_id="dossierIncoming")
async def dossier_incoming(
    door: NamedDependency[Door], dossier_id: FromPath[UUID]
) -> incoming_referrals.DossierIncoming:
    return await door.ask(queries.dossier_incoming, dossier_id)


# --- one side knocks for the other, services only --------------------------------------------------------------------


@post("/handed-over", operation_id="takeHandedOver", status_code=200)
async def take_handed_over(
    door: NamedDependency[Door], data: JSONBody[incoming_referrals.HandOver]
) -> incoming_referrals.Taken:
    return await door.do(commands.take_handed_over, data)


@post("/told-answers", operation_id="takeToldAnswer", status_code=200)
async def take_told_answer(
    door: NamedDependency[Door], data: JSONBody[incoming_referrals.TellAnswer]
) -> incoming_referrals.Taken:
    return await door.do(commands.take_told_answer, data)


ROUTES: list[ControllerRouterHandler] = [
    referral_forms,
    legal_grounds,
    recipient,
    usual_services,
    dossier_referrals,
    propose_referral,
    referral_page,
    referral_by_id,
    preview,
    amend_referral,
    offer_referral,
    withdraw_consent,
    invoke_ground,
    send_referral,
    withdraw_referral,
    reroute_referral,
    answer_referral,
    close_referral,
    take_over_referral,
    incoming_page,
    incoming_by_id,
    assign_incoming,
    answer_incoming,
    link_incoming,
    take_up_incoming,
    unlink_incoming,
    incoming_looks,
    dossier_incoming,
    take_handed_over,
    take_told_answer,
]
