"""The pages of an incident with many victims: what is refused stays on its form, with what was typed (S12)."""

import json
from typing import Any

import httpx
import pytest

from shared.auth import Permission
from shared.contracts.configuration import SEED_INCIDENT_TYPES, IncidentType, TenantConfiguration
from shared.contracts.incidents import (
    EnquiryRef,
    EnquiryView,
    IncidentRef,
    IncidentView,
    RegisteredVictims,
    VictimRef,
    VictimView,
    WrongRow,
)
from shared.db import uuid7
from shared.errors import FieldError, ProblemDetails
from tests.service.gateway.answers import LENA, NOW, TOM, answer_everything
from tests.service.gateway.conftest import issued
from tests.service.gateway.test_sign_in import filled_in
from tests.support.neighbours import Neighbours

INCIDENT, VICTIM, ENQUIRY = uuid7(), uuid7(), uuid7()
PAGE = f"/incidents/{INCIDENT}"


def victim(**changes: Any) -> VictimView:
    facts: dict[str, Any] = {
        "victim_id": VICTIM, "position": 7, "status": "injured", "name": "An Smet", "birth_year": 1980, "minor": False,
        "whereabouts": "OLV Aalst", "phone": "", "safe_contact": "", "language": "tr", "note": "", "worker": TOM,
        "registered_by": LENA, "registered_at": NOW, "version": 2, **changes,
    }  # fmt: skip
    return VictimView(**facts)


def refusal(status: int, code: str, *errors: FieldError) -> ProblemDetails:
    return ProblemDetails(type="", title="", status=status, code=code, errors=list(errors))


@pytest.fixture
def lead(signed_in: httpx.AsyncClient, neighbours: Neighbours) -> httpx.AsyncClient:
    may = ("INCIDENT_MANAGE", "INCIDENT_REGISTER", "INCIDENT_REUNITE", "STAFF_READ")
    neighbours.of("identity")["POST /tokens"] = issued(*(Permission[each] for each in may), user_id=TOM)
    answer_everything(neighbours)
    rostering = neighbours.of("rostering")
    rostering[f"GET /incidents/{INCIDENT}"] = IncidentView(
        incident_id=INCIDENT, number="I2026-0001", state="open", incident_type="disaster", title="Autocar",
        place="E40", opened_at=NOW, opened_by=LENA, closed_at=None, call_outs=[], members=[], statuses={},
        enquiries={},
    )  # fmt: skip
    rostering[f"GET /incidents/{INCIDENT}/victims"] = [victim()]
    rostering[f"GET /incidents/{INCIDENT}/reunification"] = [
        EnquiryView(
            enquiry_id=ENQUIRY, sought="An Smet", enquirer="Jo Smet", relation="broer", phone="", safe_contact="",
            note="", state="open", at=NOW, taken_by=LENA, proposals=[VICTIM],
        )
    ]  # fmt: skip
    return signed_in


async def test_a_type_of_the_tenants_own_is_offered_for_an_incident(
    lead: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    carnival = IncidentType(code="carnival", group="violence", own=True, labels={"nl": "Carnavalsrellen"})
    neighbours.of("identity")["GET /tenant-configuration"] = TenantConfiguration(
        legal_language="nl", languages=["nl"], incident_types=[*SEED_INCIDENT_TYPES, carnival]
    )
    neighbours.of("rostering")["POST /incidents"] = IncidentRef(incident_id=INCIDENT, state="open")
    await lead.get("/incidents/new")  # from here on the gateway knows how the tenant is set up

    page = (await lead.get("/incidents/new")).text
    assert "Carnavalsrellen" in page
    typed = {"incident_type": "carnival", "title": "Rellen", "place": "Grote Markt"}
    done = await lead.post("/incidents", data=await filled_in(lead, "/incidents/new", **typed))
    assert done.headers["location"] == PAGE
    assert json.loads(neighbours.sent["rostering POST /incidents"])["incident_type"] == "carnival"


async def test_an_incident_is_a_place_below_the_call_outs(
    lead: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    may = (Permission.INCIDENT_MANAGE, Permission.INCIDENT_REGISTER, Permission.CALL_OUT_READ)
    neighbours.of("identity")["POST /tokens"] = issued(*may, user_id=TOM)

    page = (await lead.get(PAGE)).text

    assert 'href="/call-outs" aria-current="true"' in page


async def test_a_victim_that_is_refused_stays_on_the_form(
    lead: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("rostering")[f"POST {PAGE}/victims"] = refusal(
        422, "invalid", FieldError("phone", "phone_wrong")
    )

    refused = await lead.post(
        f"{PAGE}/victims", data=await filled_in(lead, PAGE, status="injured", name="Bo Claes", phone="12")
    )

    assert refused.status_code == 422
    assert 'value="Bo Claes"' in refused.text
    assert 'href="#f-phone"' in refused.text


async def test_what_the_form_of_a_victim_does_not_show_stays_as_it_was(
    lead: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("rostering")[f"POST /victims/{VICTIM}"] = VictimRef(victim_id=VICTIM, version=3)
    page = f"{PAGE}/victims/{VICTIM}"

    done = await lead.post(
        page, data=await filled_in(lead, page, status="in_hospital", name="An Smet", version="2")
    )

    assert done.headers["location"] == PAGE
    sent = json.loads(neighbours.sent[f"rostering POST /victims/{VICTIM}"])
    assert (sent["status"], sent["language"], sent["worker"]) == ("in_hospital", "tr", str(TOM))


async def test_the_second_of_two_sees_what_the_first_wrote_and_can_save_all_the_same(
    lead: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    page = f"{PAGE}/victims/{VICTIM}"
    form = await filled_in(lead, page, status="injured", name="An De Smet", whereabouts="", version="1")
    neighbours.of("rostering")[f"POST /victims/{VICTIM}"] = refusal(409, "changed_meanwhile")

    refused = await lead.post(page, data=form)

    assert refused.status_code == 422
    assert "Wat uw collega schreef" in refused.text
    assert "OLV Aalst" in refused.text
    assert 'value="An De Smet"' in refused.text
    assert 'name="version" value="2"' in refused.text


async def test_a_match_that_is_refused_says_so_at_the_desk_and_keeps_what_was_chosen(
    lead: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    desk = f"{PAGE}/reunification"
    neighbours.of("rostering")[f"POST /enquiries/{ENQUIRY}/match"] = refusal(409, "incident_not_open")
    form = await filled_in(lead, desk, victim_id=str(VICTIM), checked="Geboortedatum")

    refused = await lead.post(f"{PAGE}/enquiries/{ENQUIRY}/match", data=form)

    assert refused.status_code == 422
    assert "De registratie van dit incident is al afgesloten." in refused.text
    assert 'value="Geboortedatum"' in refused.text
    assert f'value="{VICTIM}" selected' in refused.text
    neighbours.of("rostering")[f"POST /enquiries/{ENQUIRY}/match"] = EnquiryRef(
        enquiry_id=ENQUIRY, state="matched"
    )
    done = await lead.post(f"{PAGE}/enquiries/{ENQUIRY}/match", data=await filled_in(lead, desk, victim_id=str(VICTIM), checked="Geboortedatum"))  # fmt: skip
    assert done.headers["location"] == desk


async def test_a_relative_whom_nobody_was_found_for_is_not_told_and_the_desk_says_why(
    lead: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("rostering")[f"POST /enquiries/{ENQUIRY}/told"] = refusal(409, "not_matched")

    refused = await lead.post(
        f"{PAGE}/enquiries/{ENQUIRY}/told", data=await filled_in(lead, f"{PAGE}/reunification")
    )

    assert refused.status_code == 422
    assert "Zoek eerst het slachtoffer dat erbij hoort." in refused.text


async def test_of_a_pasted_list_only_the_wrong_rows_stay(
    lead: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    wrong = WrongRow(row=2, text="??? ; 1880", errors={"birth_year": "out_of_range"})
    neighbours.of("rostering")[f"POST {PAGE}/victims/list"] = RegisteredVictims(kept=1, wrong=[wrong])

    asked = await lead.post(
        f"{PAGE}/list", data=await filled_in(lead, f"{PAGE}/list", rows="An;gewond\n??? ; 1880")
    )

    assert asked.status_code == 422
    assert "??? ; 1880" in asked.text
    assert "An;gewond" not in asked.text
