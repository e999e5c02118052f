"""S12: a bus crash with forty victims. Mass registration, the relatives' desk, hours per member, the hand-over to cases."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from services.rostering.call_outs.neighbours import hide_briefing
from shared.auth import Permission
from shared.contracts.incidents import (
    EnquiryView,
    IncidentView,
    RegisteredVictims,
    VictimsToTakeOver,
    VictimView,
)
from shared.contracts.rostering import IncidentOpened, IncidentVictimsReady
from shared.db import uuid7
from tests.service.rostering.conftest import MakeZone, Zone, fields, problem
from tests.support.principals import principal

LEADS = (Permission.INCIDENT_MANAGE, Permission.INCIDENT_REGISTER, Permission.CALL_OUT_READ)


class Scene:
    """An incident and who works on it."""

    def __init__(self, zone: Zone, incident_id: UUID) -> None:
        self.zone, self.id = zone, incident_id
        self.lead = principal(zone.tenant, *LEADS)
        self.registrar = principal(zone.tenant, Permission.INCIDENT_REGISTER)
        self.desk = principal(zone.tenant, Permission.INCIDENT_REUNITE)
        self.cases = principal(zone.tenant, Permission.VICTIM_TAKE_OVER)

    async def get(self, path: str, by: Any, kind: Any) -> Any:
        return self.zone.service.read(await self.zone.service.get(f"/incidents/{self.id}{path}", by=by), kind)

    async def post(self, path: str, body: dict[str, Any], by: Any) -> Any:
        return await self.zone.service.post(f"/incidents/{self.id}{path}", body, by=by)

    async def victims(self) -> list[VictimView]:
        found: list[VictimView] = await self.get("/victims", self.registrar, list[VictimView])
        return found


@pytest.fixture
async def scene(staffed: Zone) -> Scene:
    call_out_id = await staffed.request(incident_type="disaster", people_needed=2)
    lead = principal(staffed.tenant, *LEADS)
    opened = await staffed.service.post(
        "/incidents",
        {
            "incident_type": "disaster",
            "title": "Ongeval met een autocar",
            "place": "E40, Aalst",
            "call_out_id": str(call_out_id),
        },
        by=lead,
    )
    assert opened.is_success, opened.text
    return Scene(staffed, UUID(opened.json()["incident_id"]))


async def test_s12_from_the_first_call_to_the_dossiers(scene: Scene) -> None:  # noqa: PLR0915 - a story is walked whole
    zone = scene.zone
    seen: IncidentView = await scene.get("", scene.lead, IncidentView)
    (first,) = seen.call_outs
    for who in (zone.lena, zone.tom):
        await zone.act(first.call_out_id, "accept", who)
    # a second team from another call-out, and a partner zone that takes a third
    second = await zone.request(incident_type="disaster", incident_id=str(scene.id))
    await zone.act(second, "reached-by-phone", zone.dispatcher, {"user_id": str(zone.coordinator.user_id)})
    third = await zone.request(incident_type="disaster")
    assert (await scene.post("/call-outs", {"call_out_id": str(third)}, scene.lead)).is_success
    await zone.act(third, "transfer", zone.dispatcher, {"zone": "PZ Ninove", "taken_by": "J. Claes"})

    # quick registration: one by one, and a pasted list of which the wrong rows come back
    assert (await scene.post("/victims", {"status": "unknown"}, scene.registrar)).is_success
    rows = "\n".join(f"Passagier {number};gewond;19{50 + number}" for number in range(38))
    rows += (
        "\n\nEls Wouters\tziekenhuis\t2014\t0470 12 34 56\tenkel via oma\tUZ Gent\nJan;slaapt\nPiet;gewond;85"
    )
    pasted = await scene.post("/victims/list", {"rows": rows}, scene.registrar)
    told = zone.service.read(pasted, RegisteredVictims)
    assert told.kept == 39
    assert [(each.row, each.text, each.errors) for each in told.wrong] == [
        (41, "Jan;slaapt", {"status": "status_unknown"}),
        (42, "Piet;gewond;85", {"birth_year": "year_wrong"}),
    ]
    victims = await scene.victims()
    assert len(victims) == 40
    assert [each.position for each in victims] == list(range(1, 41))
    els = victims[-1]
    assert (els.name, els.status, els.minor, els.phone, els.safe_contact, els.whereabouts) == (
        "Els Wouters", "in_hospital", True, "+32470123456", "enkel via oma", "UZ Gent",
    )  # fmt: skip

    # the relatives' desk: likely names are proposed, a match says what was checked, nobody is told before it
    asked = await scene.post("/enquiries", {"sought": "Else Wouters", "enquirer": "Mia Peeters"}, scene.desk)
    enquiry = f"/enquiries/{asked.json()['enquiry_id']}"
    (view,) = await scene.get("/reunification", scene.desk, list[EnquiryView])
    assert els.victim_id in view.proposals
    assert problem(await zone.service.post(f"{enquiry}/told", {}, by=scene.desk)) == (409, "not_matched")
    match = {"victim_id": str(els.victim_id), "checked": "Geboortedatum en foto"}
    assert (await zone.service.post(f"{enquiry}/match", match, by=scene.desk)).json()["state"] == "matched"
    assert (await zone.service.post(f"{enquiry}/told", {}, by=scene.desk)).json()["state"] == "told"
    (view,) = await scene.get("/reunification", scene.desk, list[EnquiryView])
    assert (view.victim_name, view.victim_whereabouts, view.told_at is not None) == (
        "Els Wouters",
        "UZ Gent",
        True,
    )

    # hours per member
    seen = await scene.get("", scene.lead, IncidentView)
    assert {each.user_id for each in seen.members} == {
        zone.lena.user_id,
        zone.tom.user_id,
        zone.coordinator.user_id,
    }
    assert (sum(seen.statuses.values()), seen.enquiries) == (40, {"told": 1})

    # the hand-over: cases is told, asks, makes dossiers, and the words here are wiped
    closed = await scene.post("/close", {"holder": str(zone.lena.user_id)}, scene.lead)
    assert closed.json()["state"] == "closed"
    announced = await zone.service.published(zone.tenant)
    (ready,) = [each for each in announced if isinstance(each, IncidentVictimsReady)]
    assert (ready.incident_id, ready.holder, ready.victims) == (scene.id, zone.lena.user_id, 40)
    assert len([each for each in announced if isinstance(each, IncidentOpened)]) == 1
    handed: VictimsToTakeOver = await scene.get("/victims-to-take-over", scene.cases, VictimsToTakeOver)
    assert len(handed.victims) == 40
    assert [each.enquirer for each in handed.victims[-1].enquirers] == ["Mia Peeters"]
    taken = [{"victim_id": str(each.victim_id), "dossier_id": str(uuid7())} for each in handed.victims]
    half = await scene.post("/victims-taken-over", {"victims": taken[:20]}, scene.cases)
    assert half.json()["state"] == "closed"
    for _ in range(2):
        whole = await scene.post("/victims-taken-over", {"victims": taken}, scene.cases)
        assert whole.json()["state"] == "wiped"
    left = await scene.victims()
    assert {(each.name, each.phone, each.note, each.birth_year) for each in left} == {("", "", "", None)}
    assert all(each.dossier_id for each in left)
    (view,) = await scene.get("/reunification", scene.desk, list[EnquiryView])
    assert (view.sought, view.enquirer, view.victim_name) == ("", "", "")


async def test_two_who_change_one_victim_the_second_sees_it(scene: Scene) -> None:
    made = await scene.post("/victims", {"status": "missing", "name": "An"}, scene.registrar)
    victim = f"/victims/{made.json()['victim_id']}"
    changed = {"status": "injured", "name": "An Smet", "version": 1}
    assert (await scene.zone.service.post(victim, changed, by=scene.registrar)).json()["version"] == 2
    assert problem(await scene.zone.service.post(victim, changed, by=scene.lead)) == (
        409,
        "changed_meanwhile",
    )


async def test_who_declared_a_conflict_reads_no_place_of_a_call_out_of_the_incident(scene: Scene) -> None:
    zone = scene.zone
    seen: IncidentView = await scene.get("", scene.lead, IncidentView)
    (call_out,) = seen.call_outs
    async with zone.service.transaction(zone.tenant) as session:
        await hide_briefing(session, call_out.call_out_id, scene.lead.user_id)

    hers, others = [
        (await scene.get("", by, IncidentView)).call_outs[0].place for by in (scene.lead, scene.registrar)
    ]

    assert (hers, others) == ("", call_out.place)
    assert call_out.place


async def test_a_victim_who_has_a_dossier_is_matched_with_nobody_any_more(scene: Scene) -> None:
    service = scene.zone.service
    await scene.post("/victims", {"status": "injured", "name": "An Smet"}, scene.registrar)
    asked = await scene.post("/enquiries", {"sought": "An Smet", "enquirer": "Jo Smet"}, scene.desk)
    (victim,) = await scene.victims()
    await scene.post("/close", {"holder": str(uuid7())}, scene.lead)
    taken = [{"victim_id": str(victim.victim_id), "dossier_id": str(uuid7())}]
    await scene.post("/victims-taken-over", {"victims": taken}, scene.cases)

    match = {"victim_id": str(victim.victim_id), "checked": "Geboortedatum en foto"}
    late = await service.post(f"/enquiries/{asked.json()['enquiry_id']}/match", match, by=scene.desk)

    assert problem(late) == (409, "incident_not_open")
    (view,) = await scene.get("/reunification", scene.desk, list[EnquiryView])
    assert (view.state, view.checked) == ("open", "")


async def test_victims_change_while_the_incident_closes_and_is_wiped(scene: Scene) -> None:
    service = scene.zone.service
    for number in range(6):
        await scene.post("/victims", {"status": "injured", "name": f"Nr {number}"}, scene.registrar)
    victims = await scene.victims()
    taken = [{"victim_id": str(each.victim_id), "dossier_id": str(uuid7())} for each in victims]
    changed = {"status": "in_hospital", "name": "Veranderd", "version": 1}

    async def close() -> list[int]:
        closed = await scene.post("/close", {"holder": str(uuid7())}, scene.lead)
        wiped = await scene.post("/victims-taken-over", {"victims": taken}, scene.cases)
        return [closed.status_code, wiped.status_code]

    async def change(victim_id: UUID) -> int:
        return (await service.post(f"/victims/{victim_id}", changed, by=scene.registrar)).status_code

    changes = asyncio.gather(*(change(each.victim_id) for each in victims))
    closed, answers = await asyncio.gather(close(), changes)

    assert closed == [200, 200]
    assert set(answers) <= {200, 409}
    assert {each.name for each in await scene.victims()} == {""}


async def test_bad_input_says_what_is_wrong_and_keeps_nothing(scene: Scene) -> None:
    wrong = {"status": "asleep", "phone": "12", "birth_year": 2099}
    assert fields(await scene.post("/victims", wrong, scene.registrar)) == {
        "status": "status_unknown",
        "phone": "phone_wrong",
        "birth_year": "year_wrong",
    }
    assert await scene.victims() == []
    empty = await scene.post("/close", {"holder": str(uuid7())}, scene.lead)
    assert problem(empty) == (409, "victims_missing")


async def test_each_list_has_its_own_right_and_another_tenant_sees_nothing(
    scene: Scene, make_zone: MakeZone, other_tenant: str
) -> None:
    service = scene.zone.service
    for path, allowed in (
        ("/victims", Permission.INCIDENT_REGISTER),
        ("/reunification", Permission.INCIDENT_REUNITE),
        ("/victims-to-take-over", Permission.VICTIM_TAKE_OVER),
    ):
        address = f"/incidents/{scene.id}{path}"
        others = principal(scene.zone.tenant, *(each for each in Permission if each != allowed))
        assert (await service.get(address, by=others)).status_code == 403
        assert (await service.get(address, by=principal(other_tenant, allowed))).status_code == 404
    stranger = principal(scene.zone.tenant, Permission.DOSSIER_READ)
    assert (await service.get(f"/incidents/{scene.id}", by=stranger)).status_code == 403


async def test_after_the_closing_nothing_is_registered_any_more(scene: Scene) -> None:
    await scene.post("/victims", {"status": "unhurt"}, scene.registrar)
    await scene.post("/close", {"holder": str(uuid7())}, scene.lead)
    for path, body, who in (
        ("/victims", {"status": "unhurt"}, scene.registrar),
        ("/victims/list", {"rows": "x;gewond"}, scene.registrar),
        ("/enquiries", {"sought": "a", "enquirer": "b"}, scene.desk),
        ("/close", {"holder": str(uuid7())}, scene.lead),
    ):
        assert problem(await scene.post(path, body, who)) == (409, "incident_not_open")
