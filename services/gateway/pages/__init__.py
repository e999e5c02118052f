"""The pages, one module for each part of the work; each gives its handlers as `ROUTES`."""

from services.gateway.pages import (
    account,
    call_outs,
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
    staff,
    teams,
    tenant,
)

ROUTES = [
    *home.ROUTES,
    *sign_in.ROUTES,
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
    *night.ROUTES,
    *roster.ROUTES,
]
