"""S14 at the call-out: the wall that cases puts around a dossier stands around its briefing, until it is lifted."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from shared.auth import Principal
from shared.contracts.cases import ConflictOfInterestDeclared, ConflictOfInterestLifted
from shared.contracts.event import Event
from shared.db import driver_of, uuid7
from tests.service.rostering.conftest import MakeZone, Zone

SUMMARY = "Aanrijding met dodelijke afloop"


def declared(who: Principal, call_out_id: UUID | None, **changes: Any) -> ConflictOfInterestDeclared:
    facts: dict[str, Any] = {
        "id": uuid7(),
        "occurred_at": datetime.now(UTC),
        "tenant": who.tenant,
        "dossier_id": uuid7(),
        "user_id": who.user_id,
        "reason": "family",
        "call_out_id": call_out_id,
        **changes,
    }
    return ConflictOfInterestDeclared(**facts)


def lifted(event: ConflictOfInterestDeclared) -> ConflictOfInterestLifted:
    return ConflictOfInterestLifted(
        id=uuid7(),
        occurred_at=datetime.now(UTC),
        tenant=event.tenant,
        dossier_id=event.dossier_id,
        user_id=event.user_id,
        call_out_id=event.call_out_id,
    )


async def reads(zone: Zone, call_out_id: UUID, by: Principal) -> tuple[bool, str]:
    seen = await zone.see(call_out_id, by)
    return seen.hidden, seen.summary


async def test_a_declared_conflict_hides_the_briefing_and_a_lifted_one_shows_it_again(staffed: Zone) -> None:
    call_out_id = await staffed.request()
    event = declared(staffed.lena, call_out_id)

    await staffed.service.deliver(event)
    assert await reads(staffed, call_out_id, staffed.lena) == (True, "")
    assert await reads(staffed, call_out_id, staffed.dispatcher) == (False, SUMMARY)

    await staffed.service.deliver(lifted(event))
    assert await reads(staffed, call_out_id, staffed.lena) == (False, SUMMARY)


async def test_a_second_delivery_changes_nothing_not_even_after_the_conflict_was_lifted(
    staffed: Zone,
) -> None:
    call_out_id = await staffed.request()
    event = declared(staffed.lena, call_out_id)
    end = lifted(event)

    assert await deliveries(staffed, event, event) == [True, False]
    assert await reads(staffed, call_out_id, staffed.lena) == (True, "")
    assert await deliveries(staffed, end, end, event) == [True, False, False]
    assert await reads(staffed, call_out_id, staffed.lena) == (False, SUMMARY)

    # Another event that says the same again, and one that lifts what is not there.
    again = declared(staffed.lena, call_out_id, dossier_id=event.dossier_id)
    assert await deliveries(staffed, again, declared(staffed.lena, call_out_id)) == [True, True]
    assert await deliveries(staffed, lifted(event), lifted(event)) == [True, True]
    assert await reads(staffed, call_out_id, staffed.lena) == (False, SUMMARY)


async def test_a_conflict_about_a_dossier_without_a_call_out_hides_nothing(staffed: Zone) -> None:
    call_out_id = await staffed.request()
    event = declared(staffed.lena, None)
    assert await deliveries(staffed, event, lifted(event)) == [True, True]
    assert await reads(staffed, call_out_id, staffed.lena) == (False, SUMMARY)


async def test_the_wall_is_of_one_member_one_call_out_and_one_organisation(
    staffed: Zone, make_zone: MakeZone, other_tenant: str
) -> None:
    first, second = await staffed.request(), await staffed.request()
    elsewhere = make_zone(other_tenant)
    await staffed.service.deliver(declared(staffed.lena, first))

    assert await reads(staffed, first, staffed.lena) == (True, "")
    assert await reads(staffed, first, staffed.coordinator) == (False, SUMMARY)
    await staffed.act(second, "reached-by-phone", staffed.dispatcher, {"user_id": str(staffed.lena.user_id)})
    assert await reads(staffed, second, staffed.lena) == (False, SUMMARY)
    async with elsewhere.service.transaction(elsewhere.tenant) as session:
        assert await driver_of(session).fetchval("SELECT count(*) FROM hidden_briefings") == 0


async def deliveries(zone: Zone, *events: Event) -> list[bool]:
    return [await zone.service.deliver(event) for event in events]
