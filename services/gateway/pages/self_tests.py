"""The weekly test of the alarm path: its report for who makes the roster, and the link that everybody is sent."""

from datetime import time
from http import HTTPStatus
from typing import Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.gateway.forms import Form, read_form
from services.gateway.pages.account_messages import clock_of
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.contracts.notifications import (
    ChangeSelfTestPlan,
    ConfirmReceipt,
    ReceiptConfirmed,
    SelfTestPage,
    SelfTestPlanView,
    SelfTestRef,
)
from shared.errors import NotFound, Problem

_PAGE: Final = "/on-call/self-tests"
_MOST_HOURS: Final = 72
_LEAST: Final = 8
_MOST: Final = 40


@get(_PAGE, include_in_schema=False)
async def self_tests_page(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    visit.who.require(Permission.ROSTER_MANAGE)
    return await _show(pages, visit)


@post(_PAGE, include_in_schema=False)
async def start_self_test(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    form = await read_form(request, visit)
    try:
        await visit.services.tell("notifications", "/self-tests", None, SelfTestRef, key=form.key)
    except Problem as problem:
        form.refused(problem)
        return await _show(pages, visit, start=form)
    return go_to(request, _PAGE, note="note.self_test_started")


@post(f"{_PAGE}/plan", include_in_schema=False)
async def change_plan(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    form = await read_form(request, visit)
    minute, weekday, hours = _minute(form), form.number("weekday"), form.number("window_hours")
    if hours is not None and not 1 <= hours <= _MOST_HOURS:
        form.error("window_hours", "out_of_window")
    if form.needs("weekday", "clock", "window_hours", "audience"):
        command = ChangeSelfTestPlan(
            active=bool(form.text("active")),
            weekday=(weekday or 0) % 7,
            minute=minute or 0,
            window_hours=hours or 24,
            audience=form.text("audience"),
        )
        try:
            await visit.services.tell(
                "notifications", "/self-test-plan", command, SelfTestPlanView, key=form.key
            )
        except Problem as problem:
            form.refused(problem)
        else:
            return go_to(request, _PAGE, note="note.saved")
    return await _show(pages, visit, plan=form)


@post(f"{_PAGE}/{{test_id:uuid}}/{{user_id:uuid}}/resolve", include_in_schema=False)
async def resolve_missed(
    request: AnyRequest, visit: NamedDependency[Visit], test_id: FromPath[UUID], user_id: FromPath[UUID]
) -> Response[str]:
    form = await read_form(request, visit)
    path = f"/self-tests/{test_id}/people/{user_id}/resolve"
    await visit.services.tell("notifications", path, None, SelfTestRef, key=form.key)
    return go_to(request, _PAGE, note="note.self_test_resolved")


# --- the link, for who is signed in and who is not -------------------------------------------------------------------


@get("/r/{tenant:str}/{token:str}", include_in_schema=False)
async def receipt_page(
    guest: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    tenant: FromPath[str],
    token: FromPath[str],
) -> Response[str]:
    """Only a button: a mail scanner that follows links confirms nothing."""
    return pages.show(
        "self_tests/receipt.html", guest, f=Form(guest), path=f"/r/{tenant}/{token}", channel=""
    )


@post("/r/{tenant:str}/{token:str}", include_in_schema=False)
async def confirm_receipt(
    request: AnyRequest,
    guest: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    tenant: FromPath[str],
    token: FromPath[str],
) -> Response[str]:
    form = await read_form(request, guest)
    if not (_LEAST <= len(token) <= _MOST and len(tenant) <= _MOST):
        raise NotFound
    command = ConfirmReceipt(tenant=tenant, token=token)
    try:
        confirmed = await request.app.state.client.tell(
            "notifications", "/self-test-receipts", command, ReceiptConfirmed, token="", key=form.key
        )
    except Problem as problem:
        if problem.status in (HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY):
            raise NotFound from problem
        raise
    return pages.show("self_tests/receipt.html", guest, f=form, path="", channel=confirmed.channel)


def _minute(form: Form) -> int | None:
    try:
        wall = time.fromisoformat(form.text("clock")) if form.text("clock") else None
    except ValueError:
        form.error("clock", "not_a_time")
        return None
    return None if wall is None else wall.hour * 60 + wall.minute


async def _show(
    pages: Pages, visit: Visit, *, plan: Form | None = None, start: Form | None = None
) -> Response[str]:
    shown = await visit.services.ask("notifications", "/self-tests", SelfTestPage)
    if plan is None:
        kept = shown.plan
        values = {
            "active": "1" if kept is not None and kept.active else "",
            "weekday": str(kept.weekday if kept is not None else 1),
            "clock": clock_of(kept.minute if kept is not None else None, "10:00"),
            "window_hours": str(kept.window_hours if kept is not None else 24),
            "audience": kept.audience if kept is not None else "roster",
        }
        form = Form(visit, values)
    else:
        form = plan
    return pages.show(
        "self_tests/self_tests.html",
        visit,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if plan or start else HTTPStatus.OK,
        page=shown,
        f=form,
        start=start or Form(visit),
        blank=Form(visit),
        staff=await visit.services.staff(),
        days=[(str(day), visit.language.word(f"weekday.{day}")) for day in range(7)],
    )


ROUTES = [self_tests_page, start_self_test, change_plan, resolve_missed, receipt_page, confirm_receipt]
