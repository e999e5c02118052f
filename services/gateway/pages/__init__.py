"""The pages, one module for each part of the work; each gives its handlers as `ROUTES`."""

from litestar.types import ControllerRouterHandler

from services.gateway.pages import (
    account,
    break_glass,
    call_out_ways,
    call_outs,
    dossiers,
    home,
    live_stream,
    messages,
    night,
    on_call,
    passwords,
    post_box,
    roles,
    roster,
    sign_in,
    sms_reports,
    staff,
    tasks,
    teams,
    tenant,
)

ROUTES: list[ControllerRouterHandler] = [
    *home.ROUTES,
    *sign_in.ROUTES,
    *sms_reports.ROUTES,
    *passwords.ROUTES,
    *account.ROUTES,
    *messages.ROUTES,
    *live_stream.ROUTES,
    *staff.ROUTES,
    *teams.ROUTES,
    *roles.ROUTES,
    *tenant.ROUTES,
    *post_box.ROUTES,
    *on_call.ROUTES,
    *call_outs.ROUTES,
    *call_out_ways.ROUTES,
    *night.ROUTES,
    *roster.ROUTES,
    *dossiers.ROUTES,
    *tasks.ROUTES,
    *break_glass.ROUTES,
]
