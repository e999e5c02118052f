"""What can be asked about referrals, on either side."""

from services.referrals.referring.queries.incoming import (
    dossier_incoming,
    incoming_by_id,
    incoming_looks,
    incoming_page,
)
from services.referrals.referring.queries.sent import (
    dossier_referrals,
    legal_grounds,
    preview,
    recipient,
    referral_by_id,
    referral_forms,
    referral_page,
)
from services.referrals.referring.queries.usual import usual_services

__all__ = [
    "dossier_incoming",
    "dossier_referrals",
    "incoming_by_id",
    "incoming_looks",
    "incoming_page",
    "legal_grounds",
    "preview",
    "recipient",
    "referral_by_id",
    "referral_forms",
    "referral_page",
    "usual_services",
]
