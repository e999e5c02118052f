"""Referrals on the dossier's own page: what runs and whose turn it is, what ended, and how often it was offered."""

import asyncio
from typing import Any

from services.gateway.pages.referral_sight import OVER, named_in, next_step
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.contracts.cases import DossierView
from shared.contracts.incoming_referrals import DossierIncoming
from shared.contracts.referring import DossierReferrals, ReferralLine


async def block(visit: Visit, dossier: DossierView) -> dict[str, Any]:
    """The page does without it while referrals cannot be had, and for who may not see them."""
    if not visit.may(Permission.REFERRAL_READ):
        return {"referrals_shown": False}
    path = f"/dossiers/{dossier.dossier_id}"
    nothing = DossierIncoming(dossier_id=dossier.dossier_id, referrals=[])
    found: DossierReferrals | None
    found, incoming = await asyncio.gather(
        visit.services.ask_or(None, "referrals", f"{path}/referrals", DossierReferrals),
        visit.services.ask_or(nothing, "referrals", f"{path}/incoming-referrals", DossierIncoming),
    )
    lines = found.referrals if found else []
    writes = dossier.access.may_write and dossier.state == "open"

    def shown(line: ReferralLine) -> dict[str, Any]:
        return {
            "line": line,
            "whom": named_in(dossier, line.person_id),
            "step": next_step(visit, line, writes=writes),
        }

    return {
        "referrals_shown": True,
        "referrals": found,
        "referrals_taken_up": incoming.referrals,
        "referrals_running": [shown(line) for line in lines if line.state not in OVER],
        "referrals_over": [shown(line) for line in lines if line.state in OVER],
        "referral_offers": [
            (offer, named_in(dossier, offer.person_id)) for offer in (found.offers if found else [])
        ],
    }
