"""S12, the end: the victims of an incident become dossiers, each once, and rostering hears that it may forget them."""

import json
from datetime import UTC, datetime

from shared.auth import Principal
from shared.contracts.cases import DossierView
from shared.contracts.incidents import (
    EnquiryView,
    IncidentRef,
    VictimsToTakeOver,
    VictimToTakeOver,
)
from shared.contracts.rostering import IncidentVictimsReady
from shared.db import uuid7
from tests.service.cases.conftest import listed
from tests.support.service import ServiceUnderTest

NOON = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)


def victim(name: str, **facts: object) -> VictimToTakeOver:
    known = {
        "status": "injured", "birth_year": None, "minor": False, "whereabouts": "UZ Gent", "phone": "", "language": "nl",
        "safe_contact": "enkel via de zus", "note": "", "worker": None, "registered_at": NOON, **facts,
    }  # fmt: skip
    return VictimToTakeOver(victim_id=uuid7(), name=name, **known)  # type: ignore[arg-type]


def ready(cases: ServiceUnderTest, worker: Principal, *victims: VictimToTakeOver) -> IncidentVictimsReady:
    event = IncidentVictimsReady(
        id=uuid7(),
        occurred_at=NOON,
        tenant=worker.tenant,
        actor=worker.user_id,
        incident_id=uuid7(),
        incident_type="disaster",
        holder=worker.user_id,
        victims=len(victims),
    )
    rostering = cases.answers_of("rostering")
    page = f"/incidents/{event.incident_id}"
    rostering[f"GET {page}/victims-to-take-over"] = VictimsToTakeOver(
        incident_id=event.incident_id,
        number="I2026-0001",
        incident_type="disaster",
        title="Ongeval met een autocar",
        place="E40, Aalst",
        opened_at=NOON,
        holder=worker.user_id,
        call_out_ids=[],
        victims=list(victims),
    )
    rostering[f"POST {page}/victims-taken-over"] = IncidentRef(incident_id=event.incident_id, state="wiped")
    return event


async def test_each_victim_has_one_dossier_with_her_relatives_and_rostering_may_forget(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    mia = EnquiryView(
        enquiry_id=uuid7(), sought="Els Wouters", enquirer="Mia Peeters", relation="zus", phone="+32470123456",
        safe_contact="", note="", state="told", at=NOON, taken_by=worker.user_id,
    )  # fmt: skip
    event = ready(cases, worker, victim("Els Wouters", enquirers=[mia]), victim(""))

    assert await cases.deliver(event)
    await cases.deliver(event)
    await cases.run_timers(datetime.now(UTC))

    lines = (await listed(cases, worker)).lines
    assert len(lines) == 2
    names = []
    for line in lines:
        dossier = cases.read(await cases.get(f"/dossiers/{line.dossier_id}", by=worker), DossierView)
        assert (dossier.holder, dossier.incident_type, dossier.place) == (
            worker.user_id,
            "disaster",
            "E40, Aalst",
        )
        names.append(sorted((person.last_name, person.role) for person in dossier.persons))
    assert sorted(names) == [
        [("Els Wouters", "victim"), ("Mia Peeters", "next_of_kin")],
        [("N.N.", "victim")],
    ]
    sent = json.loads(
        cases.neighbours.sent[f"rostering POST /incidents/{event.incident_id}/victims-taken-over"]
    )
    assert {each["dossier_id"] for each in sent["victims"]} == {str(line.dossier_id) for line in lines}
