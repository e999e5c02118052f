"""The doors of incidents with many victims."""

from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from services.rostering.incidents import commands, queries
from shared.app import Door
from shared.contracts import incidents as contract


@get("/incidents", operation_id="incidents")
async def incidents(door: NamedDependency[Door]) -> list[contract.IncidentLine]:
    return await door.ask(queries.incidents)


@post("/incidents", operation_id="openIncident")
async def open_incident(
    door: NamedDependency[Door], data: JSONBody[contract.OpenIncident]
) -> contract.IncidentRef:
    return await door.do(commands.open_incident, data)


@get("/incidents/{incident_id:uuid}", operation_id="incidentById")
async def incident_by_id(door: NamedDependency[Door], incident_id: FromPath[UUID]) -> contract.IncidentView:
    return await door.ask(queries.incident_by_id, incident_id)


@post("/incidents/{incident_id:uuid}/call-outs", operation_id="gatherCallOut", status_code=200)
async def gather_call_out(
    door: NamedDependency[Door], data: JSONBody[contract.GatherCallOut], incident_id: FromPath[UUID]
) -> contract.IncidentRef:
    return await door.do(commands.gather_call_out, data, incident_id)


@get("/incidents/{incident_id:uuid}/victims", operation_id="victimsOf")
async def victims_of(door: NamedDependency[Door], incident_id: FromPath[UUID]) -> list[contract.VictimView]:
    return await door.ask(queries.victims_of, incident_id)


@post("/incidents/{incident_id:uuid}/victims", operation_id="registerVictim")
async def register_victim(
    door: NamedDependency[Door], data: JSONBody[contract.RegisterVictim], incident_id: FromPath[UUID]
) -> contract.VictimRef:
    return await door.do(commands.register_victim, data, incident_id)


@post("/incidents/{incident_id:uuid}/victims/list", operation_id="registerVictims", status_code=200)
async def register_victims(
    door: NamedDependency[Door], data: JSONBody[contract.RegisterVictims], incident_id: FromPath[UUID]
) -> contract.RegisteredVictims:
    return await door.do(commands.register_victims, data, incident_id)


@post("/victims/{victim_id:uuid}", operation_id="changeVictim", status_code=200)
async def change_victim(
    door: NamedDependency[Door], data: JSONBody[contract.ChangeVictim], victim_id: FromPath[UUID]
) -> contract.VictimRef:
    return await door.do(commands.change_victim, data, victim_id)


@get("/incidents/{incident_id:uuid}/reunification", operation_id="reunification")
async def reunification(
    door: NamedDependency[Door], incident_id: FromPath[UUID]
) -> list[contract.EnquiryView]:
    return await door.ask(queries.reunification, incident_id)


@post("/incidents/{incident_id:uuid}/enquiries", operation_id="registerEnquiry")
async def register_enquiry(
    door: NamedDependency[Door], data: JSONBody[contract.RegisterEnquiry], incident_id: FromPath[UUID]
) -> contract.EnquiryRef:
    return await door.do(commands.register_enquiry, data, incident_id)


@post("/enquiries/{enquiry_id:uuid}/match", operation_id="matchEnquiry", status_code=200)
async def match_enquiry(
    door: NamedDependency[Door], data: JSONBody[contract.MatchEnquiry], enquiry_id: FromPath[UUID]
) -> contract.EnquiryRef:
    return await door.do(commands.match_enquiry, data, enquiry_id)


@post("/enquiries/{enquiry_id:uuid}/told", operation_id="tellEnquirer", status_code=200)
async def tell_enquirer(
    door: NamedDependency[Door], data: JSONBody[contract.TellEnquirer], enquiry_id: FromPath[UUID]
) -> contract.EnquiryRef:
    return await door.do(commands.tell_enquirer, data, enquiry_id)


@post("/incidents/{incident_id:uuid}/close", operation_id="closeIncident", status_code=200)
async def close_incident(
    door: NamedDependency[Door], data: JSONBody[contract.CloseIncident], incident_id: FromPath[UUID]
) -> contract.IncidentRef:
    return await door.do(commands.close_incident, data, incident_id)


@get("/incidents/{incident_id:uuid}/victims-to-take-over", operation_id="victimsToTakeOver")
async def victims_to_take_over(
    door: NamedDependency[Door], incident_id: FromPath[UUID]
) -> contract.VictimsToTakeOver:
    return await door.ask(queries.victims_to_take_over, incident_id)


@post("/incidents/{incident_id:uuid}/victims-taken-over", operation_id="victimsTakenOver", status_code=200)
async def victims_taken_over(
    door: NamedDependency[Door], data: JSONBody[contract.VictimsTakenOver], incident_id: FromPath[UUID]
) -> contract.IncidentRef:
    return await door.do(commands.victims_taken_over, data, incident_id)


ROUTES = [
    incidents, open_incident, incident_by_id, gather_call_out, victims_of, register_victim, register_victims,
    change_victim, reunification, register_enquiry, match_enquiry, tell_enquirer, close_incident, victims_to_take_over,
    victims_taken_over,
]  # fmt: skip
