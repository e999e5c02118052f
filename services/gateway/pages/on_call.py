"""The dispatcher's board: who is on call now and next, who is to be called, and how long that has lasted."""

import asyncio
from functools import partial
from typing import Any, Final
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency

from services.gateway.forms import Form
from services.gateway.rendering import Pages
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.contracts.call_outs import CallOutLine, CallOutView
from shared.contracts.notifications import DeliveryView
from shared.contracts.rostering import OnCallNow

RINGING: Final = "call_out_ringing"


@get("/on-call", include_in_schema=False)
async def on_call(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    return pages.show("on_call/board.html", visit, **await _board(visit))


@get("/on-call/board", include_in_schema=False)
async def board(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    """The part that changes by itself."""
    return pages.show("on_call/_board.html", visit, **await _board(visit))


async def _board(visit: Visit) -> dict[str, Any]:
    services = visit.services
    now, lines, staff = await asyncio.gather(
        services.ask("rostering", "/on-call", OnCallNow), _open_call_outs(visit), services.staff()
    )
    waiting = await asyncio.gather(
        *(
            services.ask("rostering", f"/call-outs/{line.call_out_id}", CallOutView)
            for line in lines
            if line.seeks
        )
    )
    told = await asyncio.gather(*(told_of(visit, call_out.call_out_id) for call_out in waiting))
    return {
        "on_call": now,
        "told": {call_out.call_out_id: by_person for call_out, by_person in zip(waiting, told, strict=True)},
        "waiting": sorted(waiting, key=lambda call_out: call_out.requested_at),
        "under_way": [line for line in lines if not line.seeks and line.state != "planned_visit"],
        "planned": [line for line in lines if line.state == "planned_visit"],
        "staff": staff,
        "blank": partial(Form, visit),
    }


async def told_of(visit: Visit, call_out_id: UUID) -> dict[UUID, list[DeliveryView]]:
    """How far each channel to each person got in her newest ringing; nothing for who does not dispatch."""
    if not visit.may(Permission.CALL_OUT_REQUEST):
        return {}
    deliveries = await visit.services.ask_or(
        list[DeliveryView](), "notifications", "/deliveries", list[DeliveryView], ref=str(call_out_id)
    )
    told: dict[UUID, dict[str, DeliveryView]] = {}
    for each in deliveries:
        if each.kind == RINGING:
            told.setdefault(each.user_id, {})[each.channel] = each
    return {user_id: list(by_channel.values()) for user_id, by_channel in told.items()}


async def _open_call_outs(visit: Visit) -> list[CallOutLine]:
    if not visit.may(Permission.CALL_OUT_READ):
        return []
    return await visit.services.ask("rostering", "/call-outs", list[CallOutLine], open="true")


ROUTES = [on_call, board]
