"""What comes along with the product becomes the first content of the shared layer, by the code of every import."""

from services.referrals.content.helplines import helplines
from services.referrals.content.shipped import PublicBody, public_bodies, rubrics, title_of
from services.referrals.social_map.merging import Merged, merged_entries
from services.referrals.social_map.profile import kbo_valid
from shared.auth import Principal
from shared.contracts.map_imports import ImportDetail, ImportList, ShippedContent
from tests.service.referrals.conftest import problem
from tests.support.service import ServiceUnderTest


async def brought_in(referrals: ServiceUnderTest, by: Principal) -> list[ImportDetail]:
    answer = referrals.read(await referrals.post("/social-map/shipped-content", by=by), ShippedContent)
    return [
        referrals.read(await referrals.get(f"/social-map/imports/{each.import_id}", by=by), ImportDetail)
        for each in answer.imports
    ]


async def shared(referrals: ServiceUnderTest, tenant: str, kind: str) -> list[Merged]:
    async with referrals.transaction(tenant) as session:
        return await merged_entries(session, kind=kind)


async def test_every_tenant_finds_the_first_content(
    referrals: ServiceUnderTest, tenant: str, noor: Principal
) -> None:
    await referrals.provision(tenant)
    for each in await brought_in(referrals, noor):
        assert (each.summary.state, each.summary.rows_refused, each.reasons) == ("done", 0, [])

    services = {each.content["name"]: each for each in await shared(referrals, tenant, "service")}
    assert {line.names.nl for line in helplines()} <= services.keys()
    assert "OCMW Zoersel: sociale dienst" in services
    assert services["Tele-Onthaal 106"].content["always_open"] is True
    assert services["Hulplijn 1712"].content["schedules"][0]["byday"] == "MO,TU,WE,TH,FR"
    assert services["OCMW Zoersel: sociale dienst"].content["service_areas"][0]["extent"] == "11055"
    assert services["Awel 102"].content["translations"]["en"]["description"].startswith("Listens")
    assert not any(each.assured_at for each in services.values())

    locations = await shared(referrals, tenant, "location")
    addresses = {(each.kbo, each.address, each.postcode) for each in public_bodies()}
    assert (len(public_bodies()), len(locations)) == (874, len(addresses))
    assert all(each.content["nis_code"] for each in locations)
    assert len(await shared(referrals, tenant, "taxonomy_term")) == len(rubrics()) == 17
    terms = {str(each.id) for each in await shared(referrals, tenant, "taxonomy_term")}
    assert {
        attribute["taxonomy_term_id"]
        for each in services.values()
        for attribute in each.content["attributes"]
    } <= terms
    organizations = await shared(referrals, tenant, "organization")
    assert len([each for each in organizations if "organization_identifiers" in each.content]) == 755


async def test_bringing_it_in_again_changes_nothing(referrals: ServiceUnderTest, noor: Principal) -> None:
    first = await brought_in(referrals, noor)
    again = await brought_in(referrals, noor)
    created = {
        count.kind: count.created for each in first for count in each.became if each.summary.source == "lblod"
    }
    kept = {
        count.kind: count.unchanged
        for each in again
        for count in each.became
        if each.summary.source == "lblod"
    }
    assert created == kept
    assert not any(count.created or count.changed for each in again for count in each.became)


async def test_only_the_editorial_office_brings_it_in(
    referrals: ServiceUnderTest, tenant: str, editor: Principal, reader: Principal
) -> None:
    await referrals.provision(tenant)
    for who in (editor, reader):
        assert problem(await referrals.post("/social-map/shipped-content", by=who)) == (403, "forbidden")
    listed = referrals.read(await referrals.get("/social-map/imports", by=editor), ImportList)
    assert listed.items == []


def body(name: str, kind: str) -> PublicBody:
    return PublicBody("", name, kind, "primary", "", "", "", "", [], "", "", "")


def test_names_are_written_as_people_write_them() -> None:
    assert (
        title_of(body("POLITIEZONE : AALTER - KNESSELARE", "politiezone"))
        == "Politiezone Aalter - Knesselare"
    )
    assert title_of(body("Politiezone van Aalst", "politiezone")) == "Politiezone Aalst"
    assert title_of(body("POLITIEZONE VOER EN DIJLE", "politiezone")) == "Politiezone Voer en Dijle"
    assert title_of(body("HULPVERLENINGSZONE FLUVIA", "hulpverleningszone")) == "Hulpverleningszone Fluvia"
    assert title_of(body("Zoersel", "ocmw")) == "OCMW Zoersel"


def test_every_enterprise_number_that_comes_along_is_one() -> None:
    assert all(kbo_valid(each.kbo) for each in public_bodies())
