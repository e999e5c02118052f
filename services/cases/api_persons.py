"""The doors of cases about persons in a dossier and how they are reached: one line each, to a command or a query."""

from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from services.cases.dossiers import commands, queries
from services.cases.victim_support import commands as victim_support
from shared.app import Door
from shared.contracts import persons as contract
from shared.contracts.persons import AddPerson, PersonRef

DossierId = FromPath[UUID]
PersonId = FromPath[UUID]
PhoneId = FromPath[UUID]


@get("/dossiers/{dossier_id:uuid}/persons/{person_id:uuid}/numbers", operation_id="personNumbers")
async def person_numbers(
    door: NamedDependency[Door], dossier_id: DossierId, person_id: PersonId
) -> contract.PersonNumbers:
    return await door.ask(queries.person_numbers, dossier_id, person_id)


@post("/dossiers/{dossier_id:uuid}/persons", operation_id="addPerson")
async def add_person(
    door: NamedDependency[Door], dossier_id: DossierId, data: JSONBody[AddPerson]
) -> PersonRef:
    return await door.do(victim_support.add_person, data, dossier_id)


@post("/dossiers/{dossier_id:uuid}/persons/{person_id:uuid}", operation_id="changePerson", status_code=200)
async def change_person(
    door: NamedDependency[Door],
    dossier_id: DossierId,
    person_id: PersonId,
    data: JSONBody[contract.ChangePerson],
) -> PersonRef:
    return await door.do(victim_support.change_person, data, dossier_id, person_id)


@post(
    "/dossiers/{dossier_id:uuid}/persons/{person_id:uuid}/remove",
    operation_id="removePerson",
    status_code=200,
)
async def remove_person(
    door: NamedDependency[Door],
    dossier_id: DossierId,
    person_id: PersonId,
    data: JSONBody[contract.RemovePerson],
) -> PersonRef:
    return await door.do(victim_support.remove_person, data, dossier_id, person_id)


@post("/dossiers/{dossier_id:uuid}/persons/{person_id:uuid}/insz", operation_id="changeInsz", status_code=200)
async def change_insz(
    door: NamedDependency[Door],
    dossier_id: DossierId,
    person_id: PersonId,
    data: JSONBody[contract.ChangeInsz],
) -> PersonRef:
    return await door.do(commands.change_insz, data, dossier_id, person_id)


@post(
    "/dossiers/{dossier_id:uuid}/persons/{person_id:uuid}/safe-contact",
    operation_id="changeSafeContact",
    status_code=200,
)
async def change_safe_contact(
    door: NamedDependency[Door],
    dossier_id: DossierId,
    person_id: PersonId,
    data: JSONBody[contract.ChangeSafeContact],
) -> PersonRef:
    return await door.do(commands.change_safe_contact, data, dossier_id, person_id)


@post("/dossiers/{dossier_id:uuid}/persons/{person_id:uuid}/phones", operation_id="addPhone")
async def add_phone(
    door: NamedDependency[Door],
    dossier_id: DossierId,
    person_id: PersonId,
    data: JSONBody[contract.NewPhone],
) -> contract.PhoneRef:
    return await door.do(commands.add_phone, data, dossier_id, person_id)


@post(
    "/dossiers/{dossier_id:uuid}/phones/{phone_id:uuid}/remove", operation_id="removePhone", status_code=200
)
async def remove_phone(
    door: NamedDependency[Door],
    dossier_id: DossierId,
    phone_id: PhoneId,
    data: JSONBody[contract.RemovePhone],
) -> contract.PhoneRef:
    return await door.do(commands.remove_phone, data, dossier_id, phone_id)


@post(
    "/dossiers/{dossier_id:uuid}/phones/{phone_id:uuid}/reveal", operation_id="revealPhone", status_code=200
)
async def reveal_phone(
    door: NamedDependency[Door],
    dossier_id: DossierId,
    phone_id: PhoneId,
    data: JSONBody[contract.RevealPhone],
) -> contract.RevealedPhone:
    return await door.do(commands.reveal_phone, data, dossier_id, phone_id)


@post("/dossiers/{dossier_id:uuid}/relations", operation_id="relatePersons")
async def relate_persons(
    door: NamedDependency[Door], dossier_id: DossierId, data: JSONBody[contract.RelatePersons]
) -> contract.RelationRef:
    return await door.do(commands.relate_persons, data, dossier_id)


@post(
    "/dossiers/{dossier_id:uuid}/relations/{relation_id:uuid}/remove",
    operation_id="unrelatePersons",
    status_code=200,
)
async def unrelate_persons(
    door: NamedDependency[Door],
    dossier_id: DossierId,
    relation_id: FromPath[UUID],
    data: JSONBody[contract.UnrelatePersons],
) -> contract.RelationRef:
    return await door.do(commands.unrelate_persons, data, dossier_id, relation_id)


ROUTES = [
    person_numbers,
    add_person,
    change_person,
    remove_person,
    change_insz,
    change_safe_contact,
    add_phone,
    remove_phone,
    reveal_phone,
    relate_persons,
    unrelate_persons,
]
