"""How a referral reaches a partner without account: a new link, the form on paper, the proof that it was read."""

from typing import Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from services.gateway.forms import read_form
from services.gateway.pages.papers import passed_on
from services.gateway.rendering import AnyRequest, go_to
from services.gateway.visit import Visit
from shared.contracts.partners import DeliveryRef, HandOver, RenewLink
from shared.errors import NotFound

PAPERS: Final = ("form", "receipt")


@get("/referrals/{referral_id:uuid}/paper/{kind:str}", include_in_schema=False)
async def paper(referral_id: FromPath[UUID], kind: FromPath[str], visit: NamedDependency[Visit]) -> Stream:
    """The form with the consented fields, or the proof of receipt; each look is kept."""
    if kind not in PAPERS:
        raise NotFound
    return passed_on(await visit.services.open_file("referrals", f"/referrals/{referral_id}/{kind}.pdf"))


@post("/referrals/{referral_id:uuid}/link", include_in_schema=False)
async def renew_link(
    request: AnyRequest, referral_id: FromPath[UUID], visit: NamedDependency[Visit]
) -> Response[str]:
    form = await read_form(request, visit)
    path = f"/referrals/{referral_id}/link"
    await visit.services.tell("referrals", path, RenewLink(), DeliveryRef, key=form.key)
    return go_to(request, f"/referrals/{referral_id}#delivery", note="note.link_renewed")


@post("/referrals/{referral_id:uuid}/handed-over", include_in_schema=False)
async def handed_over(
    request: AnyRequest, referral_id: FromPath[UUID], visit: NamedDependency[Visit]
) -> Response[str]:
    """The printed form was given, or went by post: each is a button of its own."""
    form = await read_form(request, visit)
    command = HandOver(way=form.text("way"))
    await visit.services.tell(
        "referrals", f"/referrals/{referral_id}/handed-over", command, DeliveryRef, key=form.key
    )
    return go_to(request, f"/referrals/{referral_id}#delivery", note="note.form_handed_over")


ROUTES = [paper, renew_link, handed_over]
