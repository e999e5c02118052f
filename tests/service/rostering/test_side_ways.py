"""Advice by phone, a transfer, a planned visit, two people at once: nothing is lost and everything is kept."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.rostering.call_outs.commands import ring_planned_visit
from shared.contracts.call_outs import CallOutLine
from shared.contracts.rostering import CallOutAnswered, CallOutClosed, CallOutProgressed
from tests.service.rostering.conftest import MakeZone, Wait, Zone, fields, problem
from tests.support.principals import principal


async def states_told(zone: Zone) -> list[str]:
    events = await zone.service.published(zone.tenant)
    return [event.state for event in events if isinstance(event, CallOutProgressed)]


async def test_advice_by_phone_ends_it_and_says_who_gave_it(staffed: Zone) -> None:
    call_out_id = await staffed.request()
    advised = await staffed.act(
        call_out_id,
        "advice",
        staffed.dispatcher,
        {"note": "De ploeg doet de opvang zelf.", "advised_by": str(staffed.lena.user_id)},
    )
    assert advised.json()["state"] == "advice_only"
    seen = await staffed.see(call_out_id)
    assert (seen.advised_by, seen.side_note) == (staffed.lena.user_id, "De ploeg doet de opvang zelf.")
    assert (seen.next_to_call, [each.outcome for each in seen.attempts]) == (None, ["cancelled"])
    assert "advice_only" in await states_told(staffed)
    assert problem(await staffed.act(call_out_id, "accept", staffed.lena)) == (409, "call_out_state_wrong")


async def test_who_was_rung_can_say_that_her_own_advice_was_enough_but_not_that_of_a_colleague(
    staffed: Zone,
) -> None:
    call_out_id = await staffed.request()
    for_another = {"note": "x", "advised_by": str(staffed.tom.user_id)}
    assert (await staffed.act(call_out_id, "advice", staffed.lena, for_another)).status_code == 403
    assert (await staffed.act(call_out_id, "advice", staffed.tom, {"note": "x"})).status_code == 404
    assert (await staffed.act(call_out_id, "advice", staffed.lena, {"note": "Uitgelegd"})).is_success
    assert fields(await staffed.act(call_out_id, "advice", staffed.lena, {"note": "  "})) == {
        "note": "required"
    }


async def test_a_transfer_keeps_the_zone_who_took_it_and_when(staffed: Zone) -> None:
    call_out_id = await staffed.request()
    asked_at = (await staffed.see(call_out_id)).requested_at
    early = {"zone": "PZ Ninove", "taken_by": "J. Claes", "taken_at": "2020-01-01T00:00:00Z"}
    assert fields(await staffed.act(call_out_id, "transfer", staffed.dispatcher, early)) == {
        "taken_at": "before_request"
    }
    late = early | {"taken_at": (asked_at + timedelta(hours=1)).isoformat()}
    assert fields(await staffed.act(call_out_id, "transfer", staffed.dispatcher, late)) == {
        "taken_at": "in_the_future"
    }
    good = {"zone": " PZ Ninove ", "taken_by": "J. Claes", "note": "Zij zijn al in de buurt."}
    assert (await staffed.act(call_out_id, "transfer", staffed.dispatcher, good)).json()["state"] == (
        "transferred_to_zone"
    )
    seen = await staffed.see(call_out_id)
    assert (seen.zone, seen.taken_over_by, seen.taken_over_at is not None) == ("PZ Ninove", "J. Claes", True)
    assert problem(await staffed.act(call_out_id, "transfer", staffed.dispatcher, good)) == (
        409,
        "call_out_state_wrong",
    )


async def test_a_planned_visit_rests_and_rings_whoever_is_on_duty_in_the_morning(
    staffed: Zone, minutes_later: Wait
) -> None:
    call_out_id = await staffed.request()
    planned = {
        "planned_for": (datetime.now(UTC) + timedelta(hours=6)).isoformat(),
        "reason": "De familie slaapt; de ploeg blijft bereikbaar.",
    }
    answer = await staffed.act(call_out_id, "plan", staffed.dispatcher, planned)
    assert answer.json()["state"] == "planned_visit"
    await minutes_later(30)
    seen = await staffed.see(call_out_id)
    assert (seen.state, seen.seeks, seen.next_to_call) == ("planned_visit", False, None)
    lines = await staffed.service.get("/call-outs", by=staffed.dispatcher, open="true")
    assert call_out_id in {each.call_out_id for each in staffed.service.read(lines, list[CallOutLine])}

    await minutes_later(6 * 60 + 1)
    seen = await staffed.see(call_out_id)
    assert seen.state == "ringing"
    assert [(each.user_id, each.outcome) for each in seen.attempts] == [
        (staffed.lena.user_id, "cancelled"),
        (staffed.lena.user_id, "ringing"),
    ]
    async with staffed.service.transaction(staffed.tenant) as session:
        await ring_planned_visit(session, staffed.tenant, call_out_id, now=datetime.now(UTC))
    assert len((await staffed.see(call_out_id)).attempts) == 2


async def test_a_planned_visit_can_begin_earlier(staffed: Zone, minutes_later: Wait) -> None:
    call_out_id = await staffed.request()
    planned = {"planned_for": (datetime.now(UTC) + timedelta(hours=6)).isoformat(), "reason": "Kan wachten"}
    await staffed.act(call_out_id, "plan", staffed.dispatcher, planned)
    assert (await staffed.act(call_out_id, "escalate", staffed.dispatcher)).json()["state"] == "ringing"
    assert (await staffed.act(call_out_id, "accept", staffed.lena)).is_success
    await minutes_later(7 * 60)
    assert (await staffed.see(call_out_id)).state == "accepted"


@pytest.mark.parametrize(
    ("hours", "code"), [(-1, "in_the_past"), (24 * 8, "too_far")], ids=["past", "next week"]
)
async def test_a_visit_is_planned_soon_and_not_in_the_past(staffed: Zone, hours: int, code: str) -> None:
    call_out_id = await staffed.request()
    planned = {"planned_for": (datetime.now(UTC) + timedelta(hours=hours)).isoformat(), "reason": "x"}
    assert fields(await staffed.act(call_out_id, "plan", staffed.dispatcher, planned)) == {
        "planned_for": code
    }


async def test_when_two_are_needed_the_next_rings_until_two_accepted(
    staffed: Zone, minutes_later: Wait
) -> None:
    call_out_id = await staffed.request(bad_news=True, people_needed=2)
    await staffed.act(call_out_id, "accept", staffed.lena, {"eta_minutes": 30})
    seen = await staffed.see(call_out_id)
    assert (seen.state, seen.seeks, seen.accepted_by) == ("accepted", True, staffed.lena.user_id)
    assert seen.next_to_call is not None
    assert seen.next_to_call.user_id == staffed.tom.user_id

    await staffed.act(call_out_id, "progress", staffed.lena, {"state": "en_route"})
    await minutes_later(11)
    assert (await staffed.see(call_out_id)).next_to_call.user_id == staffed.coordinator.user_id  # type: ignore[union-attr]
    await staffed.act(call_out_id, "accept", staffed.tom, {"eta_minutes": 20})
    seen = await staffed.see(call_out_id)
    assert (seen.joined_by, seen.seeks, seen.next_to_call, seen.state) == (
        staffed.tom.user_id,
        False,
        None,
        "en_route",
    )
    assert [(each.level, each.outcome) for each in seen.attempts] == [
        ("primary", "accepted"),
        ("backup", "accepted"),
        ("coordinator", "taken_by_other"),
    ]
    await minutes_later(30)
    assert len((await staffed.see(call_out_id)).attempts) == 3


async def test_each_of_two_has_her_own_times_and_hours_and_either_can_close(staffed: Zone) -> None:
    call_out_id = await staffed.request(people_needed=2)
    for who in (staffed.lena, staffed.tom):
        await staffed.act(call_out_id, "accept", who)
    for who, state in ((staffed.lena, "on_site"), (staffed.tom, "en_route"), (staffed.lena, "left_scene")):
        assert (await staffed.act(call_out_id, "progress", who, {"state": state})).json()["state"] == (
            "on_site"
        )
    closed = await staffed.act(call_out_id, "close", staffed.tom, {"note": "", "opens_dossier": True})
    assert closed.json()["state"] == "closed"
    hours = (await staffed.service.get(f"/call-outs/{call_out_id}/hours", by=staffed.coordinator)).json()[
        "members"
    ]
    by_person = {UUID(each["user_id"]): each for each in hours}
    assert by_person.keys() == {staffed.lena.user_id, staffed.tom.user_id}
    assert by_person[staffed.lena.user_id]["left_at"] is not None
    assert by_person[staffed.tom.user_id]["arrived_at"] is None
    assert len({each["closed_at"] for each in hours}) == 1
    (event,) = [
        each for each in await staffed.service.published(staffed.tenant) if isinstance(each, CallOutClosed)
    ]
    assert (event.accepted_by, event.joined_by) == (staffed.tom.user_id, staffed.lena.user_id)
    own = (await staffed.service.get(f"/call-outs/{call_out_id}/hours", by=staffed.lena)).json()["members"]
    assert [each["user_id"] for each in own] == [str(staffed.lena.user_id)]


async def test_one_can_be_enough_after_all_and_a_second_can_be_asked_from_the_scene(staffed: Zone) -> None:
    call_out_id = await staffed.request(people_needed=2)
    await staffed.act(call_out_id, "accept", staffed.lena)
    await staffed.act(call_out_id, "people-needed", staffed.dispatcher, {"people_needed": 1})
    seen = await staffed.see(call_out_id)
    assert (seen.seeks, [each.outcome for each in seen.attempts]) == (False, ["accepted", "cancelled"])
    asked = await staffed.act(call_out_id, "people-needed", staffed.lena, {"people_needed": 2})
    assert asked.is_success
    seen = await staffed.see(call_out_id)
    assert seen.next_to_call is not None
    assert seen.next_to_call.user_id == staffed.coordinator.user_id
    assert (
        await staffed.act(call_out_id, "people-needed", staffed.tom, {"people_needed": 1})
    ).status_code == 403


async def test_closing_stops_the_search_for_a_second(staffed: Zone, minutes_later: Wait) -> None:
    call_out_id = await staffed.request(people_needed=2)
    await staffed.act(call_out_id, "accept", staffed.lena)
    await staffed.act(call_out_id, "close", staffed.lena, {"note": "", "opens_dossier": True})
    await minutes_later(15)
    assert await staffed.outcomes(call_out_id) == [("primary", "accepted"), ("backup", "cancelled")]
    told = [
        (event.user_id, event.outcome)
        for event in await staffed.service.published(staffed.tenant)
        if isinstance(event, CallOutAnswered)
    ]
    assert told == [(staffed.lena.user_id, "accepted"), (staffed.tom.user_id, "cancelled")]


async def test_who_has_no_right_and_another_tenant_do_none_of_it(
    staffed: Zone, make_zone: MakeZone, other_tenant: str
) -> None:
    call_out_id = await staffed.request()
    nobody = principal(staffed.tenant)
    stranger = make_zone(other_tenant).dispatcher
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    for act, body in (
        ("advice", {"note": "x"}),
        ("transfer", {"zone": "x", "taken_by": "y"}),
        ("plan", {"planned_for": soon, "reason": "x"}),
        ("people-needed", {"people_needed": 2}),
    ):
        assert (await staffed.act(call_out_id, act, nobody, body)).status_code == 403
        assert (await staffed.act(call_out_id, act, stranger, body)).status_code == 404
    assert (await staffed.see(call_out_id)).state == "ringing"
