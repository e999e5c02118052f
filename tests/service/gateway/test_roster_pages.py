"""The roster: real hours in the nights when the clock changes, and times that do not exist or come twice."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import httpx
import pytest

from shared.auth import Permission
from shared.contracts.rostering import ShiftRef
from shared.contracts.rosters import (
    DraftEdit,
    DraftView,
    Duty,
    HolderChange,
    IntendedGapRef,
    Published,
    RosterGap,
)
from shared.errors import FieldError, ProblemDetails
from tests.service.gateway.answers import LENA, SHIFT, answer_everything, roster_of, shift
from tests.service.gateway.conftest import issued
from tests.service.gateway.test_sign_in import filled_in
from tests.support.neighbours import Neighbours

NIGHT = shift(datetime(2026, 10, 24, 16, tzinfo=UTC), datetime(2026, 10, 25, 7, tzinfo=UTC))
TYPED = {"user_id": str(LENA), "level": "primary"}
WHOLE_HOLE = "level=primary&start=2026-11-24T17:00Z&end=2026-11-25T07:00Z"
MEANT = {"level": "primary", "starts_at": "2026-11-24T18:00", "ends_at": "2026-11-25T08:00"}
DRAFT = UUID(int=77)


@pytest.fixture
def coordinator(signed_in: httpx.AsyncClient, neighbours: Neighbours) -> httpx.AsyncClient:
    may = (Permission.ROSTER_READ, Permission.ROSTER_MANAGE, Permission.STAFF_READ)
    neighbours.of("identity")["POST /tokens"] = issued(*may)
    answer_everything(neighbours)
    neighbours.of("rostering")["POST /shifts"] = ShiftRef(shift_id=SHIFT)
    return signed_in


async def test_a_night_when_the_clock_goes_back_shows_its_real_hours(
    coordinator: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    """S05: Saturday 18:00 to Sunday 08:00 is 15 hours."""
    neighbours.of("rostering")["GET /roster"] = roster_of(NIGHT)

    page = (await coordinator.get("/roster?month=2026-10")).text

    assert "15\N{NO-BREAK SPACE}u" in page
    assert "klok een uur terug" in page
    assert "Deze dag duurt 25 uur: de klok verandert." in page


async def test_a_small_screen_has_the_week_with_its_hand_overs_and_the_way_to_the_next(
    coordinator: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    tail = shift(datetime(2026, 10, 26, 16, tzinfo=UTC), datetime(2026, 10, 27, 7, tzinfo=UTC))
    hole = RosterGap(
        level="primary",
        starts_at=datetime(2026, 10, 29, 17, tzinfo=UTC),
        ends_at=datetime(2026, 10, 31, 7, tzinfo=UTC),
    )
    neighbours.of("rostering")["GET /roster"] = roster_of(tail, gaps=(hole,))

    page = (await coordinator.get("/roster?month=2026-11&week=2026-10-28")).text

    week = page[page.index('<section class="week"') : page.index('<nav class="month-bar"')]
    assert "Week van ma 26 oktober 2026" in week
    assert "vanaf 17:00" in week
    assert "tot 08:00" in week
    assert week.count("niemand van 18:00 tot 00:00") == 1
    assert week.count("de hele dag niemand") == 1
    assert week.count("niemand van 00:00 tot 08:00") == 1
    assert "week=2026-10-19" in week
    assert "week=2026-11-02" in week
    assert "week=2026-10-26" in page[page.index('hx-get="/roster/month') :].split('"')[1]
    assert "ma 26 okt" not in page[page.index('<nav class="month-bar"') :], (
        "the month's own list stays of the month"
    )


async def test_an_hour_that_the_clock_skips_is_refused_with_the_reason(
    coordinator: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    fields = await filled_in(
        coordinator, "/roster/new", **TYPED, starts_at="2027-03-28T02:30", ends_at="2027-03-28T08:00"
    )

    refused = await coordinator.post("/roster", data=fields)

    assert refused.status_code == 422
    assert "die nacht springt de klok van 02:00 naar 03:00" in refused.text
    assert 'value="2027-03-28T02:30"' in refused.text
    assert "rostering POST /shifts" not in neighbours.asked


async def test_an_hour_that_comes_twice_is_asked_for(
    coordinator: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    typed = {**TYPED, "starts_at": "2026-10-25T02:30", "ends_at": "2026-10-25T08:00"}

    asked = await coordinator.post("/roster", data=await filled_in(coordinator, "/roster/new", **typed))
    assert asked.status_code == 422
    assert 'name="starts_at_turn" value="2"' in asked.text
    chosen = await filled_in(coordinator, "/roster/new", **typed, starts_at_turn="2")
    done = await coordinator.post("/roster", data=chosen)

    assert done.headers["location"] == "/roster?month=2026-10"
    sent = json.loads(neighbours.sent["rostering POST /shifts"])
    assert datetime.fromisoformat(sent["starts_at"]) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


async def test_a_date_as_a_hand_writes_it_is_read(
    coordinator: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    fields = await filled_in(
        coordinator, "/roster/new", **TYPED, starts_at="24/11/2026 18:00", ends_at="25.11.2026 8u00"
    )

    done = await coordinator.post("/roster", data=fields)

    assert done.status_code == 303
    sent = json.loads(neighbours.sent["rostering POST /shifts"])
    assert datetime.fromisoformat(sent["ends_at"]) == datetime(2026, 11, 25, 7, tzinfo=UTC)


async def test_an_overlap_is_told_above_the_form(
    coordinator: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("rostering")["POST /shifts"] = ProblemDetails(
        type="", title="", status=409, code="shift_overlaps"
    )
    fields = await filled_in(
        coordinator, "/roster/new", **TYPED, starts_at="2026-11-24T18:00", ends_at="2026-11-25T08:00"
    )

    refused = await coordinator.post("/roster", data=fields)

    assert refused.status_code == 422
    assert "al bezet" in refused.text
    assert 'value="2026-11-24T18:00"' in refused.text


async def test_a_gap_can_be_filled_or_marked_as_meant_from_the_board(
    coordinator: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    hole = RosterGap(
        level="primary",
        starts_at=datetime(2026, 11, 24, 17, tzinfo=UTC),
        ends_at=datetime(2026, 11, 25, 7, tzinfo=UTC),
    )
    meant = RosterGap(
        level="primary",
        starts_at=datetime(2026, 11, 26, 17, tzinfo=UTC),
        ends_at=datetime(2026, 11, 26, 19, tzinfo=UTC),
        reason="agreed_with_zone",
        intended_gap_id=SHIFT,
    )
    neighbours.of("rostering")["GET /roster"] = roster_of(gaps=(hole, meant))
    neighbours.of("rostering")["POST /intended-gaps"] = IntendedGapRef(intended_gap_id=SHIFT)

    page = (await coordinator.get("/roster?month=2026-11")).text

    address = "level=primary&amp;start=2026-11-24T17:00Z&amp;end=2026-11-24T23:00Z"
    assert f'href="/roster/new?{address}"' in page
    assert "gat van 18:00 tot 00:00" in page
    assert "bedoeld gat: Een andere zone springt in" in page
    assert f"/roster/gaps/{SHIFT}/unmark" in page
    meaning = f"/roster/gaps/new?{WHOLE_HOLE}&back=/roster%3Fmonth%3D2026-11"
    assert meaning.replace("&", "&amp;") in page
    asked = (await coordinator.get(meaning)).text
    assert 'value="2026-11-24T18:00"' in asked
    assert 'value="2026-11-25T08:00"' in asked
    form = await filled_in(coordinator, meaning, **MEANT, back="/roster?month=2026-11", reason="day_service")
    done = await coordinator.post("/roster/gaps", data=form)
    assert done.headers["location"] == "/roster?month=2026-11"
    sent = json.loads(neighbours.sent["rostering POST /intended-gaps"])
    assert sent["reason"] == "day_service"
    assert datetime.fromisoformat(sent["starts_at"]) == hole.starts_at


async def test_a_time_that_is_none_is_asked_again_with_what_was_typed(
    coordinator: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    typed = {**MEANT, "ends_at": "morgen om acht", "reason": "nobody_found", "back": "/roster?month=2026-11"}

    refused = await coordinator.post(
        "/roster/gaps", data=await filled_in(coordinator, "/roster/gaps/new", **typed)
    )

    assert refused.status_code == 422
    assert 'value="2026-11-24T18:00"' in refused.text
    assert 'value="morgen om acht"' in refused.text
    assert re.search(r'value="nobody_found"\s+selected', refused.text)
    assert 'name="back" value="/roster?month=2026-11"' in refused.text
    assert "rostering POST /intended-gaps" not in neighbours.asked


async def test_a_gap_that_rostering_refuses_says_why_at_its_field(
    coordinator: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("rostering")["POST /intended-gaps"] = ProblemDetails(
        type="", title="", status=422, code="invalid", errors=[FieldError(field="ends_at", code="too_long")]
    )
    form = await filled_in(
        coordinator, "/roster/gaps/new", **MEANT, reason="other", back="https://elsewhere.test"
    )

    refused = await coordinator.post("/roster/gaps", data=form)

    assert refused.status_code == 422
    assert 'aria-invalid="true"' in refused.text
    assert "elsewhere.test" not in refused.text


async def test_a_gap_of_a_draft_can_be_marked_as_meant_from_the_draft(
    coordinator: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    begin, end = datetime(2026, 12, 5, 17, tzinfo=UTC), datetime(2026, 12, 6, 7, tzinfo=UTC)
    hole = RosterGap(level="primary", starts_at=begin, ends_at=end)
    neighbours.of("rostering")[f"GET /roster-drafts/{DRAFT}"] = draft(gaps=(hole,))
    neighbours.of("rostering")["POST /intended-gaps"] = IntendedGapRef(intended_gap_id=SHIFT)

    page = (await coordinator.get(f"/roster/drafts/{DRAFT}")).text

    address = re.findall(r'href="(/roster/gaps/new[^"]+)"', page)[0].replace("&amp;", "&")
    asked = (await coordinator.get(address)).text
    assert 'value="2026-12-05T18:00"' in asked
    back = re.findall(r'action="/roster/gaps"[\s\S]*?name="back" value="([^"]+)"', asked)[0]
    typed = {"level": "primary", "starts_at": "2026-12-05T18:00", "ends_at": "2026-12-06T08:00"}
    form = await filled_in(coordinator, address, **typed, back=back, reason="agreed_with_zone")
    done = await coordinator.post("/roster/gaps", data=form)
    assert done.headers["location"] == f"/roster/drafts/{DRAFT}"


def draft(
    *,
    version: int = 3,
    changes: tuple[HolderChange, ...] = (),
    edits: tuple[DraftEdit, ...] = (),
    gaps: tuple[RosterGap, ...] = (),
) -> DraftView:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    return DraftView(
        draft_id=DRAFT,
        first_day=date(2026, 12, 1),
        last_day=date(2026, 12, 31),
        state="draft",
        version=version,
        changed_at=now,
        changed_by=LENA,
        shifts=[],
        gaps=list(gaps),
        warnings=[],
        changes=list(changes),
        edits=list(edits),
    )


async def test_before_publishing_each_person_is_named_with_what_changes_for_her(
    coordinator: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    begin, end = datetime(2026, 12, 5, 17, tzinfo=UTC), datetime(2026, 12, 6, 7, tzinfo=UTC)
    gained = Duty(level="primary", starts_at=begin, ends_at=end, minutes=840, user_id=LENA)
    change = HolderChange(gained=[gained], lost=[], user_id=LENA)
    neighbours.of("rostering")[f"GET /roster-drafts/{DRAFT}"] = draft(changes=(change,))
    neighbours.of("rostering")[f"POST /roster-drafts/{DRAFT}/publish"] = Published(
        draft_id=DRAFT, version=4, told=1
    )

    page = (await coordinator.get(f"/roster/drafts/{DRAFT}")).text

    assert "1 persoon krijgt een bericht" in page
    assert "krijgt erbij:</span> za 5 dec 18:00 – zo 6 dec 08:00" in page
    form = await filled_in(coordinator, f"/roster/drafts/{DRAFT}", version="3", month="2026-12")
    done = await coordinator.post(f"/roster/drafts/{DRAFT}/publish", data=form)
    assert done.headers["location"] == "/roster?month=2026-12"


async def test_the_second_of_two_editors_sees_who_did_what_and_keeps_what_she_typed(
    coordinator: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    edit = DraftEdit(
        version=4,
        at=datetime(2026, 11, 20, 13, tzinfo=UTC),
        user_id=LENA,
        action="plan",
        level="primary",
        holder=LENA,
        starts_at=datetime(2026, 12, 5, 17, tzinfo=UTC),
    )
    neighbours.of("rostering")[f"GET /roster-drafts/{DRAFT}"] = draft(version=4, edits=(edit,))
    neighbours.of("rostering")[f"POST /roster-drafts/{DRAFT}/shifts"] = ProblemDetails(
        type="", title="", status=409, code="roster_changed_meanwhile", details={"version": "4"}
    )
    form = await filled_in(
        coordinator,
        f"/roster/drafts/{DRAFT}",
        **TYPED,
        version="3",
        starts_at="2026-12-06T18:00",
        ends_at="2026-12-07T08:00",
    )

    refused = await coordinator.post(f"/roster/drafts/{DRAFT}/shifts", data=form)

    assert refused.status_code == 409
    assert "Een collega werkte intussen aan dit ontwerp:" in refused.text
    assert "plande een beurt" in refused.text
    assert 'value="2026-12-06T18:00"' in refused.text
    assert 'name="version" value="4"' in refused.text


async def test_a_shift_that_runs_is_ended_and_the_page_says_that_its_hours_stay(
    coordinator: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    begun = datetime.now(UTC) - timedelta(hours=3)
    neighbours.of("rostering")["GET /roster"] = roster_of(shift(begun, begun + timedelta(hours=10)))
    page = (await coordinator.get("/roster")).text
    assert "De uren tot nu blijven in de beurtrol." in page
    assert "Beëindig de beurt nu" in page
    assert "heeft dan geen wacht meer van" not in page


async def test_removing_asks_once_and_says_what_happens(
    coordinator: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    later = datetime.now(UTC) + timedelta(hours=3)
    neighbours.of("rostering")["GET /roster"] = roster_of(shift(later, later + timedelta(hours=10)))
    page = (await coordinator.get("/roster")).text
    assert "heeft dan geen wacht meer van" in page
    neighbours.of("rostering")[f"POST /shifts/{SHIFT}/remove"] = ShiftRef(shift_id=SHIFT)

    done = await coordinator.post(
        f"/roster/{SHIFT}/remove", data=await filled_in(coordinator, "/roster", month="2026-11")
    )

    assert done.headers["location"] == "/roster?month=2026-11"
