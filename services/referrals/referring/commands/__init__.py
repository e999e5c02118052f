"""Everything that can be done to a referral, on either side of it."""

from services.referrals.referring.commands.clock import TIMERS
from services.referrals.referring.commands.offers import (
    invoke_ground,
    offer_referral,
    propose_referral,
    reroute_referral,
    withdraw_consent,
)
from services.referrals.referring.commands.receiving import (
    INCOMING_CONTACT_BY,
    INCOMING_WIPE,
    answer_incoming,
    assign_incoming,
    remind_of_incoming,
    take_handed_over,
    take_told_answer,
    wipe_incoming,
)
from services.referrals.referring.commands.sending import (
    amend_referral,
    answer_referral,
    close_referral,
    send_referral,
    take_over_referral,
    withdraw_referral,
)
from services.referrals.referring.commands.taking_up import link_incoming, take_up_incoming, unlink_incoming

__all__ = [
    "INCOMING_CONTACT_BY",
    "INCOMING_WIPE",
    "TIMERS",
    "amend_referral",
    "answer_incoming",
    "answer_referral",
    "assign_incoming",
    "close_referral",
    "invoke_ground",
    "link_incoming",
    "offer_referral",
    "propose_referral",
    "remind_of_incoming",
    "reroute_referral",
    "send_referral",
    "take_handed_over",
    "take_over_referral",
    "take_told_answer",
    "take_up_incoming",
    "unlink_incoming",
    "wipe_incoming",
    "withdraw_consent",
    "withdraw_referral",
]
