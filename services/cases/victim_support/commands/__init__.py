"""What can be done in victim support."""

from services.cases.victim_support.commands.bad_news import (
    assign_bad_news,
    confirm_bad_news,
    deliver_bad_news,
    give_up_bad_news,
    receive_bad_news,
    try_bad_news,
    verify_bad_news,
)
from services.cases.victim_support.commands.call_outs import open_dossier, take_over_call_out, write_report
from services.cases.victim_support.commands.goodbyes import change_goodbye, note_practical_help, plan_goodbye
from services.cases.victim_support.commands.home_bans import (
    HOME_BAN_ENDS,
    alert_home_ban_ends,
    end_home_ban,
    extend_home_ban,
    inform_victim,
    order_home_ban,
    set_hearing,
)
from services.cases.victim_support.commands.incidents import (
    CONFIRM_TAKE_OVER,
    confirm_take_over,
    take_over_victims,
)
from services.cases.victim_support.commands.recontacts import complete_task, set_recontact_rule
from services.cases.victim_support.commands.records import (
    CARRY_CONSENTS,
    carry_consents,
    consent_withdrawn_in_referrals,
    record_consent,
    record_risk,
    withdraw_consent,
)
from services.cases.victim_support.commands.referrals import (
    plan_follow_up,
    show_incoming_step,
    show_referral_step,
)
from services.cases.victim_support.commands.triage import (
    change_incident_type,
    decide_triage,
)
from services.cases.victim_support.commands.victims import add_person, change_person, remove_person

__all__ = [
    "CARRY_CONSENTS",
    "CONFIRM_TAKE_OVER",
    "HOME_BAN_ENDS",
    "add_person",
    "alert_home_ban_ends",
    "assign_bad_news",
    "carry_consents",
    "change_goodbye",
    "change_incident_type",
    "change_person",
    "complete_task",
    "confirm_bad_news",
    "confirm_take_over",
    "consent_withdrawn_in_referrals",
    "decide_triage",
    "deliver_bad_news",
    "end_home_ban",
    "extend_home_ban",
    "give_up_bad_news",
    "inform_victim",
    "note_practical_help",
    "open_dossier",
    "order_home_ban",
    "plan_follow_up",
    "plan_goodbye",
    "receive_bad_news",
    "record_consent",
    "record_risk",
    "remove_person",
    "set_hearing",
    "set_recontact_rule",
    "show_incoming_step",
    "show_referral_step",
    "take_over_call_out",
    "take_over_victims",
    "try_bad_news",
    "verify_bad_news",
    "withdraw_consent",
    "write_report",
]
