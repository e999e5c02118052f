"""Who sees which call-outs; what is out of sight is as unknown as what is not there."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from shared.auth import Permission
from shared.contracts.call_outs import CallOutLine
from shared.contracts.cases import CallOutReported
from shared.db import driver_of, uuid7
from shared.errors import NotFound
from tests.service.rostering.conftest import MakeZone, Zone, fields, problem
from tests.support.principals import principal

ACTS = {
    "accept": {},
    "decline": {"reason": "ill"},
    "reached-by-phone": {"user_id": "018f0000-0000-7000-8000-000000000001"},
    "escalate": {},
    "progress": {"state": "en_route"},
    "close": {},
    "cancel": {"reason": "mistake"},
    "validate": {},
}
EVERYTHING = tuple(Permission)


async def lines(zone: Zone, by: object, path: str = "/call-outs", **params: object) -> list[UUID]:
    answer = await zone.service.get(path, by=by, **params)  # type: ignore[arg-type]  # a principal
    return [line.call_out_id for line in zone.service.read(answer, list[CallOutLine])]


async def test_a_member_sees_what_she_was_rung_for_and_nothing_else(staffed: Zone) -> None:
    call_out_id = await staffed.request()
    assert (await staffed.see(call_out_id, by=staffed.lena)).place == "Gentsesteenweg 12, Aalst"
    assert await lines(staffed, staffed.lena, "/call-outs/mine") == [call_out_id]
    hidden = await staffed.service.get(f"/call-outs/{call_out_id}", by=staffed.tom)
    unknown = await staffed.service.get(f"/call-outs/{uuid7()}", by=staffed.tom)
    assert problem(hidden) == problem(unknown) == (404, "not_found")
    assert await lines(staffed, staffed.tom, "/call-outs/mine") == []


async def test_who_may_only_request_sees_what_he_requested(staffed: Zone) -> None:
    crew = principal(staffed.tenant, Permission.CALL_OUT_REQUEST)
    by_dispatcher = await staffed.request()
    briefing = {"incident_type": "fire", "place": "Aalst", "summary": "Brand"}
    own = UUID((await staffed.service.post("/call-outs", briefing, by=crew)).json()["call_out_id"])
    assert await lines(staffed, crew) == [own]
    assert set(await lines(staffed, staffed.dispatcher)) == {own, by_dispatcher}
    assert problem(await staffed.service.get(f"/call-outs/{by_dispatcher}", by=crew)) == (404, "not_found")
    assert problem(await staffed.act(by_dispatcher, "escalate", crew)) == (404, "not_found")


async def test_lists_are_of_what_is_open_or_over_newest_first(staffed: Zone) -> None:
    first, second = await staffed.request(), await staffed.request()
    await staffed.act(first, "cancel", staffed.dispatcher, {"reason": "mistake"})
    assert await lines(staffed, staffed.dispatcher) == [second, first]
    assert await lines(staffed, staffed.dispatcher, open="true") == [second]
    assert await lines(staffed, staffed.dispatcher, open="false") == [first]
    assert await lines(staffed, staffed.dispatcher, limit=1) == [second]
    answer = await staffed.service.get("/call-outs", by=staffed.dispatcher, open="true")
    (line,) = staffed.service.read(answer, list[CallOutLine])
    assert line.ringing_user == staffed.lena.user_id
    assert line.escalates_at is not None
    wrong = await staffed.service.get("/call-outs", by=staffed.dispatcher, limit=0)
    assert fields(wrong) == {"limit": "out_of_range"}


async def test_another_tenant_finds_nothing_whatever_it_may(
    staffed: Zone, make_zone: MakeZone, other_tenant: str
) -> None:
    call_out_id = await staffed.request()
    stranger = principal(other_tenant, *EVERYTHING)
    for each in (call_out_id, uuid7()):
        assert problem(await staffed.service.get(f"/call-outs/{each}", by=stranger)) == (404, "not_found")
        for act, data in ACTS.items():
            assert problem(await staffed.act(each, act, stranger, data)) == (404, "not_found")
    assert await lines(staffed, stranger) == []
    assert await staffed.outcomes(call_out_id) == [("primary", "ringing")]


@pytest.mark.parametrize("act", ACTS)
async def test_without_the_permission_nothing_is_done(staffed: Zone, act: str) -> None:
    call_out_id = await staffed.request()
    nobody = principal(staffed.tenant)
    assert problem(await staffed.act(call_out_id, act, nobody, ACTS[act])) == (403, "forbidden")
    assert problem(await staffed.service.get("/call-outs", by=nobody)) == (403, "forbidden")
    assert problem(await staffed.service.get("/call-outs/mine", by=nobody)) == (403, "forbidden")
    assert problem(await staffed.service.get(f"/call-outs/{call_out_id}", by=nobody)) == (403, "forbidden")
    assert problem(await staffed.service.post("/call-outs", {}, by=nobody))[0] in {403, 422}


async def test_a_service_with_the_right_to_read_reads(staffed: Zone) -> None:
    call_out_id = await staffed.request()
    cases = principal(staffed.tenant, Permission.CALL_OUT_READ)
    assert (await staffed.see(call_out_id, by=cases)).call_out_id == call_out_id


async def test_looks_and_acts_are_kept_and_nothing_that_was_typed(
    staffed: Zone, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "Vanderlinden"
    call_out_id = await staffed.request(
        place=f"Huis {secret}", summary=f"{secret} overleden", requested_by=f"Inspecteur {secret}",
        contact_on_site=secret, contact_phone="0478 99 88 77", present=secret, already_informed=secret,
        safety=f"hond van {secret}", pv_number=f"AA.{secret}", languages=["ar"],
    )  # fmt: skip
    await staffed.act(call_out_id, "accept", staffed.lena)
    await staffed.act(call_out_id, "close", staffed.lena, {"note": f"{secret} gesproken"})
    seen = await staffed.see(call_out_id)
    assert seen.contact_phone == "+32478998877"
    await lines(staffed, staffed.dispatcher)
    async with staffed.service.transaction(staffed.tenant) as session:
        rows = await driver_of(session).fetch("SELECT * FROM audit WHERE action <> 'plan_shift' ORDER BY id")
    assert [row["action"] for row in rows] == [
        "request_call_out", "accept_call_out", "close_call_out", "call_out_by_id", "call_outs",
    ]  # fmt: skip
    assert rows[3]["object_id"] == call_out_id
    assert rows[4]["details"] == {"count": 1, "call_outs": [str(call_out_id)]}
    kept = (
        repr([dict(row) for row in rows])
        + repr(await staffed.service.published(staffed.tenant))
        + caplog.text
    )
    for typed in (secret, "Huis", "478998877", "478 99", "gesproken"):
        assert typed not in kept


async def test_a_report_about_an_unknown_call_out_is_set_aside(zone: Zone) -> None:
    event = CallOutReported(
        id=uuid7(), occurred_at=datetime.now(UTC), tenant=zone.tenant, call_out_id=uuid7(), dossier_id=uuid7()
    )
    with pytest.raises(NotFound):
        await zone.service.deliver(event)


async def test_numbers_count_on_without_a_hole(zone: Zone) -> None:
    refused = await zone.service.post(
        "/call-outs", {"incident_type": "carnival", "place": "x", "summary": "x"}, by=zone.dispatcher
    )
    assert fields(refused) == {"incident_type": "incident_type_unknown"}
    numbers = [(await zone.see(await zone.request())).number for _ in range(3)]
    year = datetime.now(UTC).year
    assert numbers == [f"{year}-0001", f"{year}-0002", f"{year}-0003"]
