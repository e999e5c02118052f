"""S02: a second call-out while the one on call is out. It is never lost, and who decided what is on both."""

from uuid import UUID

from shared.contracts.rostering import CallOutRequested
from tests.service.rostering.conftest import Zone, fields, problem
from tests.service.rostering.test_partner_zones import enter, stand_in


async def test_s02_two_call_outs_at_the_same_time(zone: Zone) -> None:
    await zone.plan(zone.lena, "primary")
    ninove = await enter(zone)
    await stand_in(zone, ninove.partner_zone_id)

    # 22:00 a robbery with violence: Lena is on site
    first = await zone.request(incident_type="robbery_violence", place="Molenstraat 8, Aalst")
    await zone.act(first, "accept", zone.lena)
    await zone.act(first, "progress", zone.lena, {"state": "on_site"})

    # 22:20 a suicide: the dispatcher sees that she is out, and what can be done
    second = await zone.request(incident_type="death_suicide", place="Kapellestraat 3, Aalst")
    seen = await zone.see(second)
    assert seen.simultaneous
    assert [(each.level, each.outcome, each.reason) for each in seen.attempts] == [
        ("primary", "unreachable", "busy"),
        ("partner_zone", "ringing", ""),
    ]
    assert [each.measure for each in seen.proposals] == ["partner_zone", "phone_advice", "planned_visit"]
    assert seen.proposals[1].user_id == zone.lena.user_id
    assert seen.next_to_call is not None
    assert seen.next_to_call.zone is not None
    assert seen.next_to_call.zone.name == "PZ Ninove"

    # with a backup on duty that is the first proposal
    await zone.plan(zone.tom, "backup")
    assert [each.measure for each in (await zone.see(second)).proposals][:2] == ["backup", "partner_zone"]

    # the priority decision, with who and why, on both
    decision = {
        "other_call_out_id": str(first), "first_call_out_id": str(first), "measure": "backup",
        "decided_by": "Lena Peeters en commissaris De Smet", "reason": "Op de eerste plaats zijn kinderen alleen.",
    }  # fmt: skip
    assert (await zone.act(second, "priority", zone.dispatcher, decision)).is_success
    for call_out_id in (first, second):
        (kept,) = (await zone.see(call_out_id)).decisions
        assert (kept.first_call_out_id, kept.measure, kept.noted_by) == (
            first,
            "backup",
            zone.dispatcher.user_id,
        )
        assert kept.decided_by == "Lena Peeters en commissaris De Smet"

    # the zone does not answer, the backup takes it: her own hours
    await zone.act(second, "escalate", zone.dispatcher)
    await zone.act(second, "accept", zone.tom)
    await zone.act(second, "close", zone.tom, {"note": "", "opens_dossier": True})
    hours = (await zone.service.get(f"/call-outs/{second}/hours", by=zone.tom)).json()["members"]
    assert [each["user_id"] for each in hours] == [str(zone.tom.user_id)]
    assert (await zone.see(first)).state == "on_site"

    # the statistic: one of the two came while another ran
    requested = [
        each for each in await zone.service.published(zone.tenant) if isinstance(each, CallOutRequested)
    ]
    assert [each.simultaneous for each in requested] == [False, True]


async def test_a_decision_names_two_different_call_outs_that_one_can_see(staffed: Zone) -> None:
    one, two = await staffed.request(), await staffed.request()

    async def decide(**changes: str) -> object:
        decision = {
            "other_call_out_id": str(two), "first_call_out_id": str(two), "measure": "waits",
            "decided_by": "Lena", "reason": "Dringender",
        }  # fmt: skip
        return await staffed.act(one, "priority", staffed.dispatcher, decision | changes)

    assert fields(await decide(other_call_out_id=str(one))) == {"other_call_out_id": "not_a_choice"}  # type: ignore[arg-type]
    assert fields(await decide(first_call_out_id=str(UUID(int=5)))) == {"first_call_out_id": "not_a_choice"}  # type: ignore[arg-type]
    assert fields(await decide(measure="prayer")) == {"measure": "not_a_choice"}  # type: ignore[arg-type]
    assert fields(await decide(reason=" ")) == {"reason": "required"}  # type: ignore[arg-type]
    unseen = {
        "other_call_out_id": str(UUID(int=9)), "first_call_out_id": str(one), "measure": "waits",
        "decided_by": "Lena", "reason": "x",
    }  # fmt: skip
    assert problem(await staffed.act(one, "priority", staffed.dispatcher, unseen)) == (404, "not_found")
