"""The secret calendar link: made once, read by two independent libraries, and nothing to learn for who guesses."""

import hashlib
import logging
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
import vobject
from ical.calendar_stream import IcsCalendarStream

from services.gateway.pages import calendars
from shared.auth import Permission
from shared.contracts.identity import PublicTenant
from shared.contracts.rosters import CalendarFeedRef, FeedContent, FeedShift
from shared.errors import ProblemDetails
from tests.service.gateway.answers import LENA, TOM, answer_everything
from tests.service.gateway.conftest import PERSON, issued
from tests.service.gateway.test_sign_in import filled_in
from tests.support.neighbours import Neighbours

SPRING, AUTUMN = UUID(int=28), UUID(int=24)
SECRET = "s" * 43
CHANGED = datetime(2026, 3, 1, 9, tzinfo=UTC)


def feed_shift(shift_id: UUID, starts_at: datetime, hours: float, **changes: Any) -> FeedShift:
    facts: dict[str, Any] = {
        "level": "primary", "user_id": LENA, "zone_name": "", "sequence": 2, "changed_at": CHANGED, **changes,
    }  # fmt: skip
    return FeedShift(
        shift_id=shift_id, starts_at=starts_at, ends_at=starts_at + timedelta(hours=hours), **facts
    )


NIGHTS = [
    feed_shift(SPRING, datetime(2026, 3, 28, 17, tzinfo=UTC), 13),
    feed_shift(AUTUMN, datetime(2026, 10, 24, 16, tzinfo=UTC), 15),
]


def content(*shifts: FeedShift, full: bool = False, language: str = "nl") -> FeedContent:
    return FeedContent(
        user_id=LENA,
        language=language,
        full_roster=full,
        reminder_minutes=[15, 1440],
        shifts=list(shifts or NIGHTS),
    )


@pytest.fixture
def link(
    browser: httpx.AsyncClient, neighbours: Neighbours, monkeypatch: pytest.MonkeyPatch
) -> httpx.AsyncClient:
    """A browser without a session, before a rostering that knows one secret."""
    monkeypatch.setattr(calendars, "_unknown", calendars.Counter(20))
    monkeypatch.setattr(calendars, "_fetches", calendars.Counter(60))
    answer_everything(neighbours)
    neighbours.of("identity")["GET /tenants/public"] = [PublicTenant(key="pz_test", name="PZ Test")]
    neighbours.of("rostering")["GET /calendar-feeds/content"] = content()
    return browser


async def fetch(link: httpx.AsyncClient, secret: str = SECRET, **headers: str) -> httpx.Response:
    return await link.get(f"/calendar/pz_test/{secret}.ics", headers=headers)


async def test_two_independent_libraries_read_the_nights_of_both_clock_changes_alike(
    link: httpx.AsyncClient,
) -> None:
    answer = await fetch(link)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.text.count("\r\n") == answer.text.count("\n"), "RFC 5545 ends lines with CRLF"

    one = {event.uid: event for event in IcsCalendarStream.calendar_from_ics(answer.text).events}
    other = {event.uid.value: event for event in vobject.readOne(answer.text).vevent_list}

    for shift, hours in zip(NIGHTS, (13, 15), strict=True):
        uid = f"{shift.shift_id}@vangnet"
        assert (one[uid].dtstart, one[uid].dtend) == (shift.starts_at, shift.ends_at)
        assert (other[uid].dtstart.value, other[uid].dtend.value) == (shift.starts_at, shift.ends_at)
        assert other[uid].dtend.value - other[uid].dtstart.value == timedelta(hours=hours)
        assert one[uid].sequence == int(other[uid].sequence.value) == 2
        assert one[uid].last_modified == CHANGED
        assert one[uid].summary == other[uid].summary.value == "Wacht: Eerste wacht"
        triggers = [alarm.trigger.value for alarm in other[uid].valarm_list]
        assert triggers == [timedelta(minutes=-15), timedelta(days=-1)]


async def test_nothing_changed_is_not_sent_again_and_a_removed_shift_is_gone(
    link: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    first = await fetch(link)
    again = await fetch(link, **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    neighbours.of("rostering")["GET /calendar-feeds/content"] = content(NIGHTS[0])
    changed = await fetch(link, **{"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200
    assert changed.text.count("BEGIN:VEVENT") == 1


async def test_a_full_roster_names_colleagues_and_zones_and_reminds_only_of_ones_own(
    link: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    begin = datetime(2026, 6, 1, 6, tzinfo=UTC)
    neighbours.of("rostering")["GET /calendar-feeds/content"] = content(
        NIGHTS[0],
        feed_shift(TOM, begin, 8, user_id=TOM, level="backup"),
        feed_shift(UUID(int=9), begin, 8, user_id=None, zone_name="PZ Ninove", level="partner_zone"),
        full=True,
        language="fr",
    )
    events = {
        event.uid: event for event in IcsCalendarStream.calendar_from_ics((await fetch(link)).text).events
    }
    summaries = {event.summary for event in events.values()}
    assert "Zone partenaire: PZ Ninove" in summaries
    assert "Garde : Première garde" in summaries or any("Garde" in str(each) for each in summaries)
    assert len(events[f"{TOM}@vangnet"].alarm) == 0
    assert len(events[f"{SPRING}@vangnet"].alarm) == 2


async def test_unknown_revoked_and_malformed_are_answered_alike_and_too_many_tries_are_refused(
    link: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("rostering")["GET /calendar-feeds/content"] = ProblemDetails(
        type="", title="", status=404, code="not_found"
    )
    answers = [await fetch(link, secret) for secret in (SECRET, "x", "u" * 43)]
    answers.append(await link.get(f"/calendar/PZ-X/{SECRET}.ics"))
    assert {(answer.status_code, answer.content) for answer in answers} == {(404, b"")}
    last = answers[0]
    for _ in range(20):
        last = await fetch(link)
    assert (last.status_code, last.headers["retry-after"]) == (429, "600")
    neighbours.of("rostering")["GET /calendar-feeds/content"] = content()


async def test_the_secret_is_in_no_log_and_reaches_rostering_only_as_its_digest(
    link: httpx.AsyncClient, neighbours: Neighbours, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await fetch(link)
        metrics = (await link.get("/metrics")).text
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("httpx")]
    assert not any(SECRET in each for each in ours), "httpx is the test's own browser"
    assert SECRET not in metrics
    assert "calendar" in metrics
    assert not any(SECRET in asked for asked in neighbours.asked)


async def test_a_link_is_shown_once_and_works_when_the_form_is_sent_twice(
    link: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("identity")["POST /tokens"] = issued(Permission.ROSTER_READ, user_id=PERSON)
    neighbours.of("rostering")["POST /calendar-feeds"] = CalendarFeedRef(feed_id=SPRING)
    link.cookies.set("vangnet_session", "a-session", domain="vangnet.test")
    form = await filled_in(link, "/duties", reminders="60")

    shown = [(await link.post("/duties/calendars", data=form)).text for _ in range(2)]

    links = [re.search(r"/calendar/pz_test/([A-Za-z0-9_-]{43})\.ics", page) for page in shown]
    assert links[0]
    assert links[1]
    assert links[0][1] == links[1][1]
    sent = neighbours.sent["rostering POST /calendar-feeds"].decode()
    assert hashlib.sha256(links[0][1].encode()).hexdigest() in sent
    assert links[0][1] not in sent
    assert "/calendar/" not in (await link.get("/duties")).text
