"""A calendar in the words of one language (RFC 5545): duties in UTC, with reminders. Pure; never a client's name."""

from collections.abc import Callable
from datetime import UTC, timedelta
from typing import Final
from uuid import UUID

from icalendar import Alarm, Calendar, Event

from services.gateway.language import Language
from services.gateway.marking import N_
from shared.contracts.rosters import FeedContent, FeedShift

_REFRESH: Final = timedelta(hours=1)


def calendar_file(
    content: FeedContent, language: Language, *, title: str, name: Callable[[UUID | None], str]
) -> bytes:
    """The same content gives the same bytes, so that a calendar asks in vain when nothing changed."""
    calendar = Calendar()
    calendar.add("prodid", "-//Vangnet//roster//")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", language.text(N_("Wacht %(organisation)s"), organisation=title))
    calendar.add("refresh-interval", _REFRESH, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for shift in content.shifts:
        calendar.add_component(_event(shift, content, language, name))
    return bytes(calendar.to_ical())


def _event(
    shift: FeedShift, content: FeedContent, language: Language, name: Callable[[UUID | None], str]
) -> Event:
    own = shift.user_id == content.user_id
    level = language.word_or(f"level.{shift.level}", shift.level)
    who = shift.zone_name or name(shift.user_id)
    event = Event()
    event.add("uid", f"{shift.shift_id}@vangnet")
    event.add("dtstamp", shift.changed_at.astimezone(UTC).replace(microsecond=0))
    event.add("last-modified", shift.changed_at.astimezone(UTC).replace(microsecond=0))
    event.add("sequence", shift.sequence)
    event.add("dtstart", shift.starts_at.astimezone(UTC))
    event.add("dtend", shift.ends_at.astimezone(UTC))
    event.add("summary", language.text(N_("Wacht: %(level)s"), level=level) if own else f"{level}: {who}")
    event.add("class", "PRIVATE")
    event.add("status", "CONFIRMED")
    event.add("transp", "OPAQUE" if own else "TRANSPARENT")
    for minutes in content.reminder_minutes if own else []:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", language.text(N_("Uw wacht begint: %(level)s"), level=level))
        alarm.add("trigger", -timedelta(minutes=minutes))
        event.add_component(alarm)
    return event
