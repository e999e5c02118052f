"""The doors of aftercare: one line each, to a command or a query."""

from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from services.cases.victim_support import commands, queries
from shared.app import Door
from shared.contracts.aftercare import (
    AftercareView,
    ChangeIncidentType,
    ConsentRef,
    DecideTriage,
    EndHomeBan,
    ExtendHomeBan,
    GoodbyeFacts,
    GoodbyeRef,
    HomeBanRef,
    InformVictim,
    NotePracticalHelp,
    OrderHomeBan,
    PracticalHelpRef,
    RecontactRuleSet,
    RecordConsent,
    RecordRisk,
    RiskRef,
    SetHearing,
    SetRecontactRule,
    TriagePage,
    WithdrawConsent,
)
from shared.contracts.bad_news import (
    AssignBadNews,
    BadNewsRef,
    ConfirmBadNews,
    DeliverBadNews,
    GiveUpBadNews,
    ReceiveBadNews,
    TryBadNews,
    VerifyBadNews,
)
from shared.contracts.cases import DossierRef

# --- questions -------------------------------------------------------------------------------------------------------


@get("/dossiers/{dossier_id:uuid}/aftercare", operation_id="dossierAftercare")
async def aftercare(door: NamedDependency[Door], dossier_id: FromPath[UUID]) -> AftercareView:
    return await door.ask(queries.aftercare, dossier_id)


@get("/triage", operation_id="triagePage")
async def triage_page(door: NamedDependency[Door]) -> TriagePage:
    return await door.ask(queries.triage_page)


# --- the morning, the plan ------------------------------------------------------------------------------------------


@post("/dossiers/{dossier_id:uuid}/triage", operation_id="decideTriage", status_code=200)
async def decide_triage(
    door: NamedDependency[Door], dossier_id: FromPath[UUID], data: JSONBody[DecideTriage]
) -> DossierRef:
    return await door.do(commands.decide_triage, data, dossier_id)


@post("/dossiers/{dossier_id:uuid}/type", operation_id="changeIncidentType", status_code=200)
async def change_incident_type(
    door: NamedDependency[Door], dossier_id: FromPath[UUID], data: JSONBody[ChangeIncidentType]
) -> DossierRef:
    return await door.do(commands.change_incident_type, data, dossier_id)


@post("/recontact-plan", operation_id="setRecontactRule")
async def set_recontact_rule(
    door: NamedDependency[Door], data: JSONBody[SetRecontactRule]
) -> RecontactRuleSet:
    return await door.do(commands.set_recontact_rule, data)


# --- bad news -------------------------------------------------------------------------------------------------------


@post("/bad-news", operation_id="receiveBadNews")
async def receive_bad_news(door: NamedDependency[Door], data: JSONBody[ReceiveBadNews]) -> BadNewsRef:
    return await door.do(commands.receive_bad_news, data)


@post("/bad-news/{bad_news_id:uuid}/verify", operation_id="verifyBadNews", status_code=200)
async def verify_bad_news(
    door: NamedDependency[Door], bad_news_id: FromPath[UUID], data: JSONBody[VerifyBadNews]
) -> BadNewsRef:
    return await door.do(commands.verify_bad_news, data, bad_news_id)


@post("/bad-news/{bad_news_id:uuid}/assign", operation_id="assignBadNews", status_code=200)
async def assign_bad_news(
    door: NamedDependency[Door], bad_news_id: FromPath[UUID], data: JSONBody[AssignBadNews]
) -> BadNewsRef:
    return await door.do(commands.assign_bad_news, data, bad_news_id)


@post("/bad-news/{bad_news_id:uuid}/attempts", operation_id="tryBadNews")
async def try_bad_news(
    door: NamedDependency[Door], bad_news_id: FromPath[UUID], data: JSONBody[TryBadNews]
) -> BadNewsRef:
    return await door.do(commands.try_bad_news, data, bad_news_id)


@post("/bad-news/{bad_news_id:uuid}/deliver", operation_id="deliverBadNews", status_code=200)
async def deliver_bad_news(
    door: NamedDependency[Door], bad_news_id: FromPath[UUID], data: JSONBody[DeliverBadNews]
) -> BadNewsRef:
    return await door.do(commands.deliver_bad_news, data, bad_news_id)


@post("/bad-news/{bad_news_id:uuid}/not-deliverable", operation_id="giveUpBadNews", status_code=200)
async def give_up_bad_news(
    door: NamedDependency[Door], bad_news_id: FromPath[UUID], data: JSONBody[GiveUpBadNews]
) -> BadNewsRef:
    return await door.do(commands.give_up_bad_news, data, bad_news_id)


@post("/bad-news/{bad_news_id:uuid}/confirm", operation_id="confirmBadNews", status_code=200)
async def confirm_bad_news(
    door: NamedDependency[Door], bad_news_id: FromPath[UUID], data: JSONBody[ConfirmBadNews]
) -> BadNewsRef:
    return await door.do(commands.confirm_bad_news, data, bad_news_id)


# --- goodbye, practical help ----------------------------------------------------------------------------------------


@post("/dossiers/{dossier_id:uuid}/goodbyes", operation_id="planGoodbye")
async def plan_goodbye(
    door: NamedDependency[Door], dossier_id: FromPath[UUID], data: JSONBody[GoodbyeFacts]
) -> GoodbyeRef:
    return await door.do(commands.plan_goodbye, data, dossier_id)


@post("/goodbyes/{goodbye_id:uuid}", operation_id="changeGoodbye", status_code=200)
async def change_goodbye(
    door: NamedDependency[Door], goodbye_id: FromPath[UUID], data: JSONBody[GoodbyeFacts]
) -> GoodbyeRef:
    return await door.do(commands.change_goodbye, data, goodbye_id)


@post("/dossiers/{dossier_id:uuid}/practical-help", operation_id="notePracticalHelp")
async def note_practical_help(
    door: NamedDependency[Door], dossier_id: FromPath[UUID], data: JSONBody[NotePracticalHelp]
) -> PracticalHelpRef:
    return await door.do(commands.note_practical_help, data, dossier_id)


# --- home ban -------------------------------------------------------------------------------------------------------


@post("/dossiers/{dossier_id:uuid}/home-bans", operation_id="orderHomeBan")
async def order_home_ban(
    door: NamedDependency[Door], dossier_id: FromPath[UUID], data: JSONBody[OrderHomeBan]
) -> HomeBanRef:
    return await door.do(commands.order_home_ban, data, dossier_id)


@post("/home-bans/{home_ban_id:uuid}/hearing", operation_id="setHearing", status_code=200)
async def set_hearing(
    door: NamedDependency[Door], home_ban_id: FromPath[UUID], data: JSONBody[SetHearing]
) -> HomeBanRef:
    return await door.do(commands.set_hearing, data, home_ban_id)


@post("/home-bans/{home_ban_id:uuid}/extend", operation_id="extendHomeBan", status_code=200)
async def extend_home_ban(
    door: NamedDependency[Door], home_ban_id: FromPath[UUID], data: JSONBody[ExtendHomeBan]
) -> HomeBanRef:
    return await door.do(commands.extend_home_ban, data, home_ban_id)


@post("/home-bans/{home_ban_id:uuid}/end", operation_id="endHomeBan", status_code=200)
async def end_home_ban(
    door: NamedDependency[Door], home_ban_id: FromPath[UUID], data: JSONBody[EndHomeBan]
) -> HomeBanRef:
    return await door.do(commands.end_home_ban, data, home_ban_id)


@post("/home-bans/{home_ban_id:uuid}/victim-informed", operation_id="informVictim", status_code=200)
async def inform_victim(
    door: NamedDependency[Door], home_ban_id: FromPath[UUID], data: JSONBody[InformVictim]
) -> HomeBanRef:
    return await door.do(commands.inform_victim, data, home_ban_id)


# --- records --------------------------------------------------------------------------------------------------------


@post("/dossiers/{dossier_id:uuid}/consents", operation_id="recordConsent")
async def record_consent(
    door: NamedDependency[Door], dossier_id: FromPath[UUID], data: JSONBody[RecordConsent]
) -> ConsentRef:
    return await door.do(commands.record_consent, data, dossier_id)


@post("/consents/{consent_id:uuid}/withdraw", operation_id="withdrawConsent", status_code=200)
async def withdraw_consent(
    door: NamedDependency[Door], consent_id: FromPath[UUID], data: JSONBody[WithdrawConsent]
) -> ConsentRef:
    return await door.do(commands.withdraw_consent, data, consent_id)


@post("/dossiers/{dossier_id:uuid}/risk-assessments", operation_id="recordRisk")
async def record_risk(
    door: NamedDependency[Door], dossier_id: FromPath[UUID], data: JSONBody[RecordRisk]
) -> RiskRef:
    return await door.do(commands.record_risk, data, dossier_id)


ROUTES = [
    aftercare,
    triage_page,
    decide_triage,
    change_incident_type,
    set_recontact_rule,
    receive_bad_news,
    verify_bad_news,
    assign_bad_news,
    try_bad_news,
    deliver_bad_news,
    give_up_bad_news,
    confirm_bad_news,
    plan_goodbye,
    change_goodbye,
    note_practical_help,
    order_home_ban,
    set_hearing,
    extend_home_ban,
    end_home_ban,
    inform_victim,
    record_consent,
    withdraw_consent,
    record_risk,
]
