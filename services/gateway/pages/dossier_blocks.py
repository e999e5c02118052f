"""The places on a dossier's page where other areas put a block of their own.

A block is a template that starts with an underscore, which the page includes and fetches anew with the rest when the
dossier changes, and a function that asks for what it shows. Add yours to `BLOCKS`; its template gets the context of
the whole page (`dossier`, `staff`, `today`, `why`, `blank()` for a form) and what its function answers.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from services.gateway.pages import aftercare_block, outreach_block, papers, referral_block
from services.gateway.visit import Visit
from shared.contracts.cases import DossierView

Gather = Callable[[Visit, DossierView], Awaitable[dict[str, Any]]]


async def nothing(_visit: Visit, _dossier: DossierView) -> dict[str, Any]:
    """For a block that shows what stands in the dossier itself."""
    return {}


@dataclass(frozen=True)
class Block:
    """`place`: top (under the head), main (above the timeline) or side (under the tasks)."""

    name: str
    place: str
    template: str
    gather: Gather = nothing


BLOCKS: Final[tuple[Block, ...]] = (
    Block("outreach", "top", "outreach/_block.html", outreach_block.block),
    Block("referrals", "side", "referrals/_block.html", referral_block.block),
    Block("aftercare", "side", "aftercare/_block.html", aftercare_block.block),
    Block("papers", "side", "documents/_documents.html", papers.block),
)
PLACES: Final = ("top", "main", "side")


async def gathered(visit: Visit, dossier: DossierView) -> dict[str, Any]:
    """What the blocks of this page show, asked for side by side, and which block stands where."""
    found = await asyncio.gather(*(block.gather(visit, dossier) for block in BLOCKS))
    context: dict[str, Any] = {name: value for each in found for name, value in each.items()}
    context["blocks"] = {place: [block for block in BLOCKS if block.place == place] for place in PLACES}
    return context
