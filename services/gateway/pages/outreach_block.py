"""The ladder on the page of its dossier: what was seen, what was tried, what comes next."""

from typing import Any

from services.gateway.visit import Visit
from shared.contracts.cases import DossierView
from shared.contracts.outreach import OutreachView


async def block(visit: Visit, dossier: DossierView) -> dict[str, Any]:
    """Nothing in a dossier without a ladder; the page does without it while it cannot be had."""
    if dossier.kind != "outreach":
        return {"ladder": None}
    path = f"/dossiers/{dossier.dossier_id}/outreach"
    ladder: OutreachView | None = await visit.services.ask_or(None, "cases", path, OutreachView)
    return {"ladder": ladder}
