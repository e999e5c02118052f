"""One's own duties: when, for how long, when one is away, and the secret links to put them in a calendar."""

from datetime import UTC, datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.gateway.forms import Form, read_form
from services.gateway.pages import month as months
from services.gateway.pages.calendars import digest_of, secret_of
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.contracts.rosters import (
    ABSENCE_REASONS,
    REMINDERS,
    AbsenceRef,
    CalendarFeed,
    CalendarFeedRef,
    EnterAbsence,
    OpenFeed,
    OwnDuties,
)
from shared.errors import Problem

_USUAL_REMINDERS: Final = "60"


@get("/duties", include_in_schema=False)
async def duties(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    return await _show(pages, visit)


@get("/duties/list", include_in_schema=False)
async def duties_list(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    """The part that changes by itself."""
    return pages.show("roster/_duties.html", visit, **await _own(visit))


@post("/duties/absences", include_in_schema=False)
async def enter_absence(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    form = await read_form(request, visit)
    starts_at, ends_at = form.moment("starts_at"), form.moment("ends_at")
    if form.needs("starts_at", "ends_at", "reason") and starts_at and ends_at:
        command = EnterAbsence(
            user_id=visit.who.id, starts_at=starts_at, ends_at=ends_at, reason=form.text("reason")
        )
        try:
            ref = await visit.services.tell("rostering", "/absences", command, AbsenceRef, key=form.key)
        except Problem as problem:
            form.refused(problem)
        else:
            note = "note.absence_missed" if ref.shifts else "note.absence_entered"
            return go_to(request, "/duties", note=note)
    return await _show(pages, visit, absence=form)


@post("/duties/absences/{absence_id:uuid}/remove", include_in_schema=False)
async def remove_absence(
    request: AnyRequest, visit: NamedDependency[Visit], absence_id: FromPath[UUID]
) -> Response[str]:
    form = await read_form(request, visit)
    await visit.services.tell("rostering", f"/absences/{absence_id}/remove", None, AbsenceRef, key=form.key)
    return go_to(request, "/duties", note="note.absence_removed")


@post("/duties/calendars", include_in_schema=False)
async def open_feed(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    """The link is shown this once: nobody, we neither, can show it again."""
    form = await read_form(request, visit)
    secret = secret_of(request.app.state.settings.service_secret, form.key, visit.who.id)
    command = OpenFeed(
        digest=digest_of(secret),
        full_roster=bool(form.text("full_roster")),
        reminder_minutes=[int(each) for each in form.lists["reminders"] if each.isdecimal()],
        language=visit.language.code,
    )
    try:
        await visit.services.tell("rostering", "/calendar-feeds", command, CalendarFeedRef, key=form.key)
    except Problem as problem:
        form.refused(problem)
        return await _show(pages, visit, feed=form)
    base = str(request.base_url).rstrip("/")
    return await _show(pages, visit, link=f"{base}/calendar/{visit.who.tenant}/{secret}.ics")


@post("/duties/calendars/{feed_id:uuid}/revoke", include_in_schema=False)
async def revoke_feed(
    request: AnyRequest, visit: NamedDependency[Visit], feed_id: FromPath[UUID]
) -> Response[str]:
    form = await read_form(request, visit)
    path = f"/calendar-feeds/{feed_id}/revoke"
    await visit.services.tell("rostering", path, None, CalendarFeedRef, key=form.key)
    return go_to(request, "/duties", note="note.feed_revoked")


async def _own(visit: Visit) -> dict[str, Any]:
    own = await visit.services.ask("rostering", "/duties", OwnDuties)
    return {
        "own": own,
        "moment": datetime.now(UTC),
        "clock_change": months.clock_change,
        "minutes": lambda count: timedelta(minutes=count),
        "blank": partial(Form, visit),
    }


async def _show(
    pages: Pages,
    visit: Visit,
    *,
    absence: Form | None = None,
    feed: Form | None = None,
    link: str = "",
) -> Response[str]:
    feeds = await visit.services.ask("rostering", "/calendar-feeds", list[CalendarFeed])
    word = visit.language.word
    return pages.show(
        "roster/duties.html",
        visit,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if absence or feed else HTTPStatus.OK,
        feeds=feeds,
        link=link,
        absence=absence or Form(visit, {"reason": "leave"}),
        feed=feed or Form(visit, {"reminders": _USUAL_REMINDERS}),
        reasons=[(code, word(f"absence_reason.{code}")) for code in ABSENCE_REASONS],
        reminders=[(str(minutes), word(f"reminder.{minutes}")) for minutes in REMINDERS],
        **await _own(visit),
    )


ROUTES = [duties, duties_list, enter_absence, remove_absence, open_feed, revoke_feed]
