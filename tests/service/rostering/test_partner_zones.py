"""Other police zones that stand in: kept by name and phone, on duty at a level of their own, never rung."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx

from shared.contracts.rostering import (
    OnCallNow,
    PartnerZone,
    PartnerZoneRef,
    RosterChanged,
    ShiftRef,
)
from shared.db import uuid7
from tests.service.rostering.conftest import MakeZone, Zone, fields, problem
from tests.support.principals import principal


async def enter(zone: Zone, name: str = "PZ Ninove", **changes: Any) -> PartnerZoneRef:
    entry = {"name": name, "phone": "054 31 32 32", "note": "Vraag de officier van dienst", **changes}
    return zone.service.read(
        await zone.service.post("/partner-zones", entry, by=zone.coordinator), PartnerZoneRef
    )


async def stand_in(zone: Zone, partner_zone_id: Any, *, level: str = "partner_zone") -> httpx.Response:
    shift = {
        "partner_zone_id": str(partner_zone_id), "level": level,
        "starts_at": (zone.now - timedelta(hours=1)).isoformat(), "ends_at": (zone.now + timedelta(hours=7)).isoformat(),
    }  # fmt: skip
    return await zone.service.post("/shifts", shift, by=zone.coordinator)


async def listed(zone: Zone) -> list[PartnerZone]:
    return zone.service.read(await zone.service.get("/partner-zones", by=zone.dispatcher), list[PartnerZone])


async def test_a_partner_zone_on_duty_is_the_dispatchers_to_call_and_gets_no_message(zone: Zone) -> None:
    ninove = await enter(zone)
    planned = zone.service.read(await stand_in(zone, ninove.partner_zone_id), ShiftRef)
    now = zone.service.read(await zone.service.get("/on-call", by=zone.dispatcher), OnCallNow)
    shown = {member.level: member for member in now.members}["partner_zone"]
    assert shown.user_id is None
    assert shown.zone is not None
    assert (shown.zone.name, shown.zone.phone) == ("PZ Ninove", "+3254313232")
    call_out = await zone.see(await zone.request())
    assert (call_out.state, [each.zone_name for each in call_out.attempts]) == ("ringing", ["PZ Ninove"])
    assert call_out.next_to_call is not None
    assert call_out.next_to_call.zone == shown.zone
    assert "CallOutRinging" not in await zone.announced()
    events = await zone.service.published(zone.tenant)
    (changed,) = [event for event in events if isinstance(event, RosterChanged)]
    assert (changed.shift_id, changed.user_id, changed.partner_zone_id) == (
        planned.shift_id, None, ninove.partner_zone_id,
    )  # fmt: skip


async def test_a_partner_zone_stands_at_its_own_level_only(
    zone: Zone, make_zone: MakeZone, other_tenant: str
) -> None:
    ninove = await enter(zone)
    assert fields(await stand_in(zone, ninove.partner_zone_id, level="primary")) == {
        "user_id": "required", "partner_zone_id": "not_at_this_level",
    }  # fmt: skip
    theirs = await enter(make_zone(other_tenant), "PZ Elders")
    for unknown in (uuid7(), theirs.partner_zone_id):
        assert fields(await stand_in(zone, unknown)) == {"partner_zone_id": "partner_zone_unknown"}


async def test_one_that_stands_in_no_longer_can_not_be_planned(zone: Zone) -> None:
    ninove = await enter(zone)
    stopped = {"name": "PZ Ninove", "phone": "054 31 32 32", "active": False, "version": ninove.version}
    path = f"/partner-zones/{ninove.partner_zone_id}"
    assert (await zone.service.post(path, stopped, by=zone.coordinator)).is_success
    assert fields(await stand_in(zone, ninove.partner_zone_id)) == {"partner_zone_id": "partner_zone_unknown"}
    assert [(each.name, each.active, each.note) for each in await listed(zone)] == [("PZ Ninove", False, "")]


async def test_of_two_who_change_one_zone_the_second_is_told(zone: Zone) -> None:
    ninove = await enter(zone)
    path = f"/partner-zones/{ninove.partner_zone_id}"
    entry = {"name": "PZ Ninove", "phone": "054 99 99 99", "version": ninove.version}
    answers = await asyncio.gather(*(zone.service.post(path, entry, by=zone.coordinator) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    late = await zone.service.post(path, entry, by=zone.coordinator)
    assert problem(late) == (409, "roster_changed_meanwhile")
    assert late.json()["details"] == {"version": "2"}


async def test_bad_input_and_who_may_not(zone: Zone, make_zone: MakeZone, other_tenant: str) -> None:
    await enter(zone)
    for entry, code in (({"phone": "12"}, {"phone": "phone_wrong"}), ({"name": "  "}, {"name": "required"})):
        data = {"name": "PZ Geraardsbergen", "phone": "054 41 11 11", **entry}
        assert fields(await zone.service.post("/partner-zones", data, by=zone.coordinator)) == code
    twice = await zone.service.post(
        "/partner-zones", {"name": "PZ Ninove", "phone": "054 41 11 11"}, by=zone.coordinator
    )
    assert problem(twice) == (409, "name_taken")
    data = {"name": "PZ X", "phone": "054 41 11 11"}
    assert problem(await zone.service.post("/partner-zones", data, by=zone.lena)) == (403, "forbidden")
    assert problem(await zone.service.get("/partner-zones", by=principal(zone.tenant))) == (403, "forbidden")
    assert await listed(make_zone(other_tenant)) == []
