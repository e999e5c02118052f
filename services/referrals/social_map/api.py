"""The doors of the map for those who are signed in."""

from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from services.referrals.social_map import commands, queries
from shared.app import Door
from shared.contracts.map_entries import (
    AddPlace,
    AssureEntry,
    ChoosePublication,
    EntriesToCheck,
    EntryChange,
    EntryRef,
    EntryView,
    Language,
    MapOrganization,
    MapService,
    PublicationView,
    Rubric,
    SaveEntry,
    SaveOverlay,
    WithdrawEntry,
)

EntryId = FromPath[UUID]


@get("/map/services/{entry_id:uuid}", operation_id="mapService")
async def map_service(door: NamedDependency[Door], entry_id: EntryId) -> MapService:
    return await door.ask(queries.map_service, entry_id)


@post("/map/services/{entry_id:uuid}/places", operation_id="addPlace")
async def add_place(door: NamedDependency[Door], entry_id: EntryId, data: JSONBody[AddPlace]) -> EntryRef:
    return await door.do(commands.add_place, data, entry_id)


@get("/map/organizations/{organization_id:uuid}", operation_id="mapOrganization")
async def map_organization(door: NamedDependency[Door], organization_id: EntryId) -> MapOrganization:
    return await door.ask(queries.map_organization, organization_id)


@post("/map/entries", operation_id="makeEntry")
async def make_entry(door: NamedDependency[Door], data: JSONBody[SaveEntry]) -> EntryRef:
    return await door.do(commands.make_entry, data)


@get("/map/entries/{entry_id:uuid}", operation_id="mapEntry")
async def map_entry(door: NamedDependency[Door], entry_id: EntryId) -> EntryView:
    return await door.ask(queries.map_entry, entry_id)


@post("/map/entries/{entry_id:uuid}", operation_id="saveEntry")
async def save_entry(door: NamedDependency[Door], entry_id: EntryId, data: JSONBody[SaveEntry]) -> EntryRef:
    return await door.do(commands.save_entry, data, entry_id)


@get("/map/entries/{entry_id:uuid}/history", operation_id="entryHistory")
async def entry_history(door: NamedDependency[Door], entry_id: EntryId) -> list[EntryChange]:
    return await door.ask(queries.entry_history, entry_id)


@post("/map/entries/{entry_id:uuid}/overlay", operation_id="saveOverlay")
async def save_overlay(
    door: NamedDependency[Door], entry_id: EntryId, data: JSONBody[SaveOverlay]
) -> EntryRef:
    return await door.do(commands.save_overlay, data, entry_id)


@post("/map/entries/{entry_id:uuid}/assure", operation_id="assureEntry")
async def assure_entry(
    door: NamedDependency[Door], entry_id: EntryId, data: JSONBody[AssureEntry]
) -> EntryRef:
    return await door.do(commands.assure_entry, data, entry_id)


@post("/map/entries/{entry_id:uuid}/withdraw", operation_id="withdrawEntry")
async def withdraw_entry(
    door: NamedDependency[Door], entry_id: EntryId, data: JSONBody[WithdrawEntry]
) -> EntryRef:
    return await door.do(commands.withdraw_entry, data, entry_id)


@post("/map/entries/{entry_id:uuid}/restore", operation_id="restoreEntry")
async def restore_entry(
    door: NamedDependency[Door], entry_id: EntryId, data: JSONBody[WithdrawEntry]
) -> EntryRef:
    return await door.do(commands.restore_entry, data, entry_id)


@get("/map/rubrics", operation_id="mapRubrics")
async def rubrics(door: NamedDependency[Door], in_language: FromQuery[Language] = "nl") -> list[Rubric]:
    return await door.ask(queries.rubrics, in_language)


@get("/map/to-check", operation_id="entriesToCheck")
async def entries_to_check(
    door: NamedDependency[Door], words: FromQuery[str] = "", offset: FromQuery[int] = 0
) -> EntriesToCheck:
    return await door.ask(queries.entries_to_check, words, offset)


@get("/map/publication", operation_id="publication")
async def publication(door: NamedDependency[Door]) -> PublicationView:
    return await door.ask(queries.publication)


@post("/map/publication", operation_id="choosePublication")
async def choose_publication(door: NamedDependency[Door], data: JSONBody[ChoosePublication]) -> None:
    return await door.do(commands.choose_publication, data)


ROUTES = [
    map_service,
    add_place,
    map_organization,
    make_entry,
    map_entry,
    save_entry,
    entry_history,
    save_overlay,
    assure_entry,
    withdraw_entry,
    restore_entry,
    rubrics,
    entries_to_check,
    publication,
    choose_publication,
]
