"""Times corrected with a reason, hours and rest shown, a warning that never blocks, a briefing that is hidden."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.rostering.call_outs.neighbours import hide_briefing, show_briefing
from shared.contracts.call_outs import CallOutHours, CallOutLine
from tests.service.rostering.conftest import MakeZone, Zone, fields, problem


async def closed(zone: Zone) -> UUID:
    call_out_id = await zone.request()
    await zone.act(call_out_id, "accept", zone.lena)
    await zone.act(call_out_id, "close", zone.lena, {"note": "", "opens_dossier": True})
    return call_out_id


async def hours_of(zone: Zone, call_out_id: UUID) -> CallOutHours:
    answer = await zone.service.get(f"/call-outs/{call_out_id}/hours", by=zone.lena)
    return zone.service.read(answer, CallOutHours)


async def test_a_time_is_corrected_and_the_old_one_stays_with_who_and_why(staffed: Zone) -> None:
    call_out_id = await closed(staffed)
    times = (await staffed.see(call_out_id)).times
    accepted = next(each for each in times if each.state == "accepted")
    right = accepted.at + (times[-1].at - accepted.at) / 2
    command = {"position": accepted.position, "at": right.isoformat(), "reason": "Eerst mondeling aanvaard"}
    assert (await staffed.act(call_out_id, "correct-time", staffed.lena, command)).is_success
    seen = await staffed.see(call_out_id)
    assert next(each for each in seen.times if each.state == "accepted").at == right
    (kept,) = seen.corrections
    assert (kept.old_at, kept.new_at, kept.corrected_by, kept.reason, kept.out_of_order) == (
        accepted.at,
        right,
        staffed.lena.user_id,
        "Eerst mondeling aanvaard",
        False,
    )


async def test_out_of_order_only_when_it_is_said(staffed: Zone) -> None:
    call_out_id = await closed(staffed)
    accepted = next(each for each in (await staffed.see(call_out_id)).times if each.state == "accepted")
    command = {
        "position": accepted.position,
        "at": (accepted.at - timedelta(hours=1)).isoformat(),
        "reason": "Nachtelijke vergissing",
    }
    refused = await staffed.act(call_out_id, "correct-time", staffed.coordinator, command)
    assert problem(refused) == (409, "out_of_order")
    said = command | {"out_of_order": True}
    assert (await staffed.act(call_out_id, "correct-time", staffed.coordinator, said)).is_success
    assert [each.out_of_order for each in (await staffed.see(call_out_id)).corrections] == [True]


async def test_a_correction_needs_a_reason_a_moment_that_has_been_and_the_right(
    staffed: Zone, make_zone: MakeZone, other_tenant: str
) -> None:
    call_out_id = await closed(staffed)
    times = (await staffed.see(call_out_id)).times
    good = {"position": 1, "at": (times[0].at - timedelta(minutes=1)).isoformat(), "reason": "x"}
    future = (datetime.now(UTC) + timedelta(hours=1)).isoformat()

    async def tried(**changes: object) -> dict[str, str]:
        return fields(await staffed.act(call_out_id, "correct-time", staffed.lena, {**good, **changes}))

    assert await tried(reason=" ") == {"reason": "required"}
    assert await tried(at=future) == {"at": "in_the_future"}
    assert await tried(at=times[0].at.isoformat()) == {"at": "unchanged"}
    for who, status in (
        (staffed.tom, 404),
        (staffed.dispatcher, 403),
        (make_zone(other_tenant).coordinator, 404),
    ):
        assert (await staffed.act(call_out_id, "correct-time", who, good)).status_code == status
    lost = good | {"position": 99}
    assert (await staffed.act(call_out_id, "correct-time", staffed.lena, lost)).status_code == 404


async def test_the_hours_explain_themselves_and_too_little_rest_asks_a_reason_and_never_stops(
    staffed: Zone,
) -> None:
    call_out_id = await closed(staffed)
    (hers,) = (await hours_of(staffed, call_out_id)).members
    assert [(each.rule, each.rest_minutes, each.default) for each in hers.starts] == [
        ("daily_rest", 660, True),
        ("after_unforeseen", 480, False),
    ]
    early = {"user_id": str(staffed.lena.user_id), "starts_at": hers.starts[1].at.isoformat()}
    assert fields(await staffed.act(call_out_id, "next-start", staffed.lena, early)) == {"reason": "required"}
    with_reason = early | {"reason": "Zitting om 14 uur"}
    assert (await staffed.act(call_out_id, "next-start", staffed.lena, with_reason)).is_success
    (hers,) = (await hours_of(staffed, call_out_id)).members
    assert (hers.chosen_start, hers.chosen_reason) == (hers.starts[1].at, "Zitting om 14 uur")
    assert (await staffed.act(call_out_id, "next-start", staffed.tom, with_reason)).status_code == 403
    assert (await staffed.act(call_out_id, "next-start", staffed.coordinator, with_reason)).is_success


async def test_there_is_no_next_start_while_it_runs(staffed: Zone) -> None:
    call_out_id = await staffed.request()
    await staffed.act(call_out_id, "accept", staffed.lena)
    start = {"user_id": str(staffed.lena.user_id), "starts_at": datetime.now(UTC).isoformat(), "reason": "x"}
    assert problem(await staffed.act(call_out_id, "next-start", staffed.lena, start)) == (
        409,
        "call_out_not_closed",
    )


async def test_who_declared_a_conflict_sees_no_word_of_the_briefing_and_her_colleague_does(
    staffed: Zone,
) -> None:
    call_out_id = await staffed.request(safety="Hond op het erf")
    async with staffed.service.transaction(staffed.tenant) as session:
        await hide_briefing(session, call_out_id, staffed.lena.user_id)
    hers = await staffed.see(call_out_id, staffed.lena)
    assert (hers.hidden, hers.place, hers.summary, hers.safety) == (True, "", "", "")
    mine = await staffed.service.get("/call-outs/mine", by=staffed.lena)
    (line,) = staffed.service.read(mine, list[CallOutLine])
    assert line.place == ""
    assert (await staffed.see(call_out_id)).safety == "Hond op het erf"
    async with staffed.service.transaction(staffed.tenant) as session:
        await show_briefing(session, call_out_id, staffed.lena.user_id)
    assert not (await staffed.see(call_out_id, staffed.lena)).hidden


async def test_what_was_written_at_a_decision_or_a_correction_is_hidden_too_also_at_the_other_call_out(
    staffed: Zone,
) -> None:
    first, second = await staffed.request(), await staffed.request()
    for call_out_id in (first, second):
        reached = {"user_id": str(staffed.lena.user_id)}
        await staffed.act(call_out_id, "reached-by-phone", staffed.dispatcher, reached)
    decision = {"other_call_out_id": str(second), "first_call_out_id": str(second), "measure": "waits",
                "decided_by": "De Smet", "reason": "Haar neef is slachtoffer."}  # fmt: skip
    assert (await staffed.act(first, "priority", staffed.dispatcher, decision)).is_success
    moment = (await staffed.see(first)).times[-1]
    wrong = {"position": moment.position, "at": (moment.at - timedelta(seconds=1)).isoformat(),
             "reason": "Bij de neef vergeten te tikken", "out_of_order": True}  # fmt: skip
    assert (await staffed.act(first, "correct-time", staffed.lena, wrong)).is_success
    async with staffed.service.transaction(staffed.tenant) as session:
        await hide_briefing(session, first, staffed.lena.user_id)

    hidden, other = [await staffed.see(each, staffed.lena) for each in (first, second)]

    assert not other.hidden
    assert [each.reason for each in [*hidden.decisions, *other.decisions]] == ["", ""]
    assert [each.reason for each in hidden.corrections] == [""]
    shown = await staffed.see(first)
    assert [each.reason for each in shown.decisions] == ["Haar neef is slachtoffer."]
    assert [each.reason for each in shown.corrections] == ["Bij de neef vergeten te tikken"]


async def test_the_request_keeps_all_that_the_crew_says(staffed: Zone) -> None:
    call_out_id = await staffed.request(
        asked_by="hospital", officer_on_duty="Commissaris De Smet", children=2, people_needed=2
    )
    seen = await staffed.see(call_out_id)
    assert (seen.asked_by, seen.officer_on_duty, seen.children, seen.people_needed) == (
        "hospital",
        "Commissaris De Smet",
        2,
        2,
    )
    assert seen.minors_present, "children make it a call-out with minors"
