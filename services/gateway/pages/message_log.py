"""The log of messages for who administers the platform: what left over which channel, without content or address."""

from typing import Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from services.gateway.rendering import Pages
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.contracts.notifications import DeliveryLog

_DAYS: Final = (1, 7, 30)
_STATES: Final = ("", "queued", "sent", "delivered", "bundled", "failed", "lapsed")


@get("/admin/messages", include_in_schema=False)
async def message_log(
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    days: FromQuery[str] = "7",
    show: FromQuery[str] = "",
) -> Response[str]:
    visit.who.require(Permission.TENANT_MANAGE)
    period = int(days) if days.isdecimal() and int(days) in _DAYS else 7
    state = show if show in _STATES else ""
    log = await visit.services.ask(
        "notifications", "/delivery-log", DeliveryLog, days=str(period), delivery_state=state
    )
    return pages.show(
        "admin/messages.html",
        visit,
        log=log,
        staff=await visit.services.staff(),
        days=period,
        periods=_DAYS,
        state=state,
        states=_STATES,
    )


ROUTES = [message_log]
