"""HSDS 3.1's read API: what the official schemas ask, what its parameters mean, and what nobody outside may read."""

import json
import logging
from datetime import timedelta
from typing import Any

import pytest

from services.referrals.social_map.models import EDITORIAL_TENANT, Layer
from services.referrals.social_map.publication import Scope, choose_scope
from services.referrals.social_map.writing import Draft, write
from shared.db import driver_of, uuid7
from tests.service.referrals import hsds_schemas
from tests.service.referrals.conftest import NOW
from tests.service.referrals.small_map import (
    CAW,
    CHILD,
    DESK,
    HIDDEN_WORDS,
    INTERNAL,
    SHELTER,
    STREET,
    TAXONOMY,
    TERM,
    small_map,
)
from tests.support.service import ServiceUnderTest

BASE = f"/hsds/{EDITORIAL_TENANT}"
COLLECTIONS = [
    ("services", "compiled/service_list.json", "service.json"),
    ("organizations", "compiled/organization_list.json", "organization.json"),
    ("service_at_locations", "compiled/service_at_location_list.json", "service_at_location.json"),
    ("taxonomies", "taxonomy.json", "taxonomy.json"),
    ("taxonomy_terms", "taxonomy_term.json", "taxonomy_term.json"),
]


@pytest.fixture
async def public(referrals: ServiceUnderTest) -> ServiceUnderTest:
    await small_map(referrals)
    return referrals


async def answer(public: ServiceUnderTest, path: str, **params: Any) -> Any:
    response = await public.get(f"{BASE}{path}", **params)
    assert response.status_code == 200, response.text
    return response.json()


async def ids(public: ServiceUnderTest, path: str, **params: Any) -> set[str]:
    page = await answer(public, path, **params)
    return {each["id"] for each in page["contents"]}


async def everything(public: ServiceUnderTest, base: str = BASE) -> str:
    """All that the API answers, in every form that it has."""
    told = []
    for path, _, _ in COLLECTIONS:
        asked = ["", "?full=true", "?full_service=true", "?format=ndjson&full=true"]
        found = (await public.get(f"{base}/{path}")).json()["contents"]
        asked += [f"/{each['id']}?full_service=true" for each in found]
        told += [(await public.http.get(f"{base}/{path}{each}")).text for each in asked]
    return "\n".join(told)


async def test_the_root_says_version_profile_and_openapi(public: ServiceUnderTest) -> None:
    root = await answer(public, "/")
    schema = hsds_schemas.openapi()["paths"]["/"]["get"]["responses"]["200"]["content"]["application/json"][
        "schema"
    ]
    assert hsds_schemas.breaches(schema, root) == []
    assert root["version"] == "3.1"
    for name in ("profile", "openapi_url"):
        path = root[name].removeprefix("https://vangnet.test")
        assert (await public.get(path)).status_code == 200


@pytest.mark.parametrize(("path", "listed", "whole"), COLLECTIONS)
async def test_every_list_and_object_fits_the_official_schema(
    public: ServiceUnderTest, path: str, listed: str, whole: str
) -> None:
    page = await answer(public, f"/{path}", per_page=5)
    assert hsds_schemas.breaches(hsds_schemas.openapi()["components"]["schemas"]["Page"], page) == []
    assert page["size"] == len(page["contents"]) <= 5
    assert page["empty"] is False
    assert page["first_page"] is True
    assert page["last_page"] is (page["total_pages"] == 1)
    seen: list[str] = []
    for number in range(1, page["total_pages"] + 1):
        seen += [
            each["id"] for each in (await answer(public, f"/{path}", per_page=5, page=number))["contents"]
        ]
    assert len(seen) == len(set(seen)) == page["total_items"]
    for each in (await answer(public, f"/{path}"))["contents"]:
        assert hsds_schemas.breaches(listed, each) == []
        assert [name for name, value in each.items() if value in (None, "", [], {})] == []
        one = await answer(public, f"/{path}/{each['id']}")
        assert hsds_schemas.breaches(whole, one) == []
        assert one["id"] == each["id"]
    for each in (await answer(public, f"/{path}", full="true"))["contents"]:
        assert hsds_schemas.breaches(whole, each) == []
    unknown = await public.get(f"{BASE}/{path}/{uuid7()}")
    assert unknown.status_code == 404


async def test_a_page_beyond_the_last_is_empty(public: ServiceUnderTest) -> None:
    page = await answer(public, "/services", page=99)
    assert page["empty"] is True
    assert page["contents"] == []


async def test_a_service_comes_with_all_that_belongs_to_it(public: ServiceUnderTest) -> None:
    desk = await answer(public, f"/services/{DESK}")
    assert desk["organization"]["id"] == str(CAW)
    assert desk["program"]["name"] == "Slachtofferzorg"
    assert desk["service_at_locations"][0]["location"]["addresses"][0]["postal_code"] == "9300"
    assert desk["attributes"][0]["taxonomy_term"]["taxonomy_detail"]["name"] == "Rubrieken"
    assert desk["assured_date"] == "2026-01-15"
    assert [contact["name"] for contact in desk["contacts"]] == ["Onthaal"]
    assert desk["translations"]["fr"]["name"] == "Aide aux victimes"
    assert [each["last_action_type"] for each in desk["metadata"]] == ["create"]


async def test_nothing_internal_and_no_hidden_place_is_ever_told(public: ServiceUnderTest) -> None:
    changed = Draft(
        kind="service",
        source_id="",
        id=DESK,
        organization_id=CAW,
        content={"name": "Slachtofferhulp Aalst", "internal_notes": "Alleen voor ons", "zzz": "Mia Peeters"},
    )
    async with public.transaction(EDITORIAL_TENANT) as session:
        await write(session, Layer.SHARED, [changed], source="editors", by=uuid7(), now=NOW)
    told = await everything(public)
    assert "Hopmarkt 1" in told
    assert [word for word in (*HIDDEN_WORDS, str(INTERNAL), "caw_aalst", "gratis") if word in told] == []


async def test_words_of_a_hidden_place_find_nothing(public: ServiceUnderTest) -> None:
    shelter = await ids(public, "/services", search="Vluchthuis")
    assert shelter == {str(SHELTER)}
    for body in ({"postcode": "9876"}, {"postcode": "9402", "proximity": 1_000_000}, {"search": "kerk"}):
        found = await public.post(f"{BASE}/service_at_locations/search", body)
        assert str(SHELTER) not in found.text


async def test_the_parameters_mean_what_the_specification_says(public: ServiceUnderTest) -> None:
    assert await ids(public, "/services", search="misdrijf SLACHTOFFERHULP") == {str(DESK)}
    assert await ids(public, "/services", search="victimes") == {str(DESK)}
    assert await ids(public, "/services", search="100%") == set()
    assert await ids(public, "/services", taxonomy_term_id=CHILD) == {str(DESK)}
    assert await ids(public, "/services", taxonomy_term_id=TERM) == set()
    assert await ids(public, "/services", taxonomy_id=TAXONOMY) == {str(DESK)}
    assert len(await ids(public, "/services", organization_id=CAW)) == 10
    assert await ids(public, "/services", organization_id=uuid7()) == set()
    assert await ids(public, "/taxonomy_terms", top_only="true") == {str(TERM)}
    assert await ids(public, "/taxonomy_terms", parent_id=TERM) == {str(CHILD)}
    assert len(await ids(public, "/service_at_locations", organization_id=CAW)) == 2
    for body in (
        {"postcode": "9300"},
        {"postcode": "9300", "proximity": 9000},
        {"taxonomy_term_id": str(CHILD)},
    ):
        spots = (await public.post(f"{BASE}/service_at_locations", body)).json()
        assert [each["service"]["id"] for each in spots["contents"]] == [str(DESK)]
        assert [each["location"]["id"] for each in spots["contents"]] == [str(STREET)]
    minimal = await answer(public, "/services", minimal="true", per_page=1000)
    assert {frozenset(each) for each in minimal["contents"]} == {frozenset({"id", "modified_date"})}
    (organization,) = (await answer(public, "/organizations", full_service="true"))["contents"]
    assert len(organization["services"]) == 10


async def test_a_postal_code_means_the_municipality_and_regions_that_it_lies_in(
    public: ServiceUnderTest,
) -> None:
    async def found(**body: Any) -> int:
        answered = await public.post(f"{BASE}/service_at_locations/search", body)
        assert answered.status_code == 200, answered.text
        return int(answered.json()["total_items"])

    assert await found(postcode="9308") == 1, "Gijzegem is Aalst, and its service works for all of Aalst"
    assert await found(postcode="9000") == 0
    assert await found(postcode="9000", proximity=10_000) == 0
    assert await found(postcode="9000", proximity=40_000) == 1
    assert await found(postcode="4000", proximity=10_000) == 0, "where no borders are known, nothing is near"
    assert await found(postcode="0001") == 0
    rough = Draft(
        kind="location", source_id="street", organization_id=CAW,
        content={"name": "CAW Aalst", "addresses": [{"address_1": "Hopmarkt 1", "city": "Aalst", "postal_code": "9310"}]},
    )  # fmt: skip
    async with public.transaction(EDITORIAL_TENANT) as session:
        await write(session, Layer.SHARED, [rough], source="import:small", by=None, now=NOW)
    assert await found(postcode="9300", proximity=100) == 1, (
        "an address without a point is in its municipality"
    )
    assert await found(postcode="9000", proximity=10_000) == 0
    assert await found(postcode="9000", proximity=40_000) == 1


async def test_a_postal_code_in_an_address_means_what_it_means_in_a_body_and_no_log_keeps_it(
    public: ServiceUnderTest, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for asked in ({"postcode": "9300"}, {"postcode": "9000", "proximity": 40_000}, {"postcode": "4321"}):
        in_address = await public.get(f"{BASE}/service_at_locations", **asked)
        in_body = await public.post(f"{BASE}/service_at_locations", asked)
        assert (in_address.status_code, in_address.json()) == (200, in_body.json())
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("httpx")]
    assert not [line for line in ours if "postcode" in line or "4321" in line]
    served = (await public.get(f"{BASE}/openapi.json")).json()["paths"]["/service_at_locations"]
    listed = {each["name"] for each in served["get"]["parameters"]}
    of_standard = hsds_schemas.openapi()["paths"]["/service_at_locations"]["get"]["parameters"]
    assert listed >= {each["$ref"].rsplit("/", 1)[-1] for each in of_standard}


async def test_only_what_changed_after_a_moment(public: ServiceUnderTest) -> None:
    later = NOW + timedelta(hours=2)
    async with public.transaction(EDITORIAL_TENANT) as session:
        draft = Draft(kind="service", source_id="late", content={"name": "Nieuw"})
        await write(session, Layer.SHARED, [draft], source="import:small", by=None, now=later)
    assert len(await ids(public, "/services", modified_after=later.isoformat())) == 1
    assert len(await ids(public, "/services", modified_after="2026-03-02")) == 11
    assert await ids(public, "/services", modified_after="2027-01-01T00:00:00Z") == set()


async def test_lines_of_json_hold_everything_at_once(public: ServiceUnderTest) -> None:
    response = await public.get(f"{BASE}/services", format="ndjson", per_page=2)
    assert response.headers["content-type"].startswith("application/x-ndjson")
    assert len([json.loads(line) for line in response.text.splitlines()]) == 10


async def test_a_question_in_a_body_is_the_same_question(public: ServiceUnderTest) -> None:
    for path in ("/service_at_locations", "/service_at_locations/search"):
        response = await public.post(f"{BASE}{path}", {"postcode": "9300", "full": True})
        assert response.status_code == 200
        assert [each["service"]["id"] for each in response.json()["contents"]] == [str(DESK)]


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"page": 0}, "page"),
        ({"per_page": 100_000}, "per_page"),
        ({"format": "xml"}, "format"),
        ({"full": "maybe"}, "full"),
        ({"modified_after": "gisteren"}, "modified_after"),
        ({"organization_id": "7"}, "organization_id"),
        ({"search": "a\x00b"}, "search"),
    ],
)
async def test_a_wrong_parameter_is_named(
    public: ServiceUnderTest, params: dict[str, Any], field: str
) -> None:
    response = await public.get(f"{BASE}/services", **params)
    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == [field]


async def test_an_answer_may_be_kept_a_minute_and_a_refusal_not(public: ServiceUnderTest) -> None:
    for path, kept in (("/services", True), (f"/services/{uuid7()}", False), ("/services?page=0", False)):
        response = await public.http.get(f"{BASE}{path}")
        assert ("max-age=60" in response.headers.get("Cache-Control", "")) is kept, path
        assert "set-cookie" not in response.headers


async def test_a_tenant_that_publishes_nothing_is_not_there(
    public: ServiceUnderTest, tenant: str, other_tenant: str
) -> None:
    """By default nothing; and nobody can tell such a tenant from one that does not exist."""
    paths = ["", "/openapi.json", "/services", f"/services/{DESK}", "/services?format=ndjson", "/taxonomies"]
    for path in paths:
        there, nowhere, wrong = [
            await public.http.get(f"/hsds/{name}{path}") for name in (tenant, "pz_no_such_zone", "X!")
        ]
        assert there.status_code == nowhere.status_code == wrong.status_code == 404
        bodies = [
            {k: v for k, v in each.json().items() if k != "trace_id"} for each in (there, nowhere, wrong)
        ]
        assert bodies[0] == bodies[1] == bodies[2]
        assert there.headers.keys() == nowhere.headers.keys()


async def test_a_tenant_publishes_its_own_entries_or_its_whole_map_without_what_it_hid(
    public: ServiceUnderTest, tenant: str
) -> None:
    base = f"/hsds/{tenant}"
    async with public.transaction(tenant) as session:
        draft = Draft(kind="service", source_id="own", organization_id=CAW, content={"name": "Eigen partner"})
        (own,) = (await write(session, Layer.OWN, [draft], source="editors", by=uuid7(), now=NOW)).created
        await driver_of(session).execute(
            "INSERT INTO map_overlays VALUES ($1, 'service', '{}', 'Alleen voor ons', true, 1, $2, $3)",
            SHELTER,
            NOW,
            uuid7(),
        )
        await driver_of(session).execute(
            "INSERT INTO map_overlays VALUES ($1, 'service', $2, 'Alleen voor ons', false, 1, $3, $4)",
            DESK,
            '{"fees_description": "Bij ons gratis"}',
            NOW,
            uuid7(),
        )
        await choose_scope(session, Scope.OWN, by=uuid7(), now=NOW)
    page = (await public.get(f"{base}/services")).json()
    assert [each["id"] for each in page["contents"]] == [str(own)]
    assert page["contents"][0]["organization"]["name"] == "CAW Oost-Vlaanderen"
    assert (await public.get(f"{base}/services/{DESK}")).status_code == 404
    async with public.transaction(tenant) as session:
        await choose_scope(session, Scope.ALL, by=uuid7(), now=NOW)
    page = (await public.get(f"{base}/services")).json()
    assert page["total_items"] == 10
    assert str(SHELTER) not in {each["id"] for each in page["contents"]}
    assert (await public.get(f"{base}/services/{DESK}")).json()["fees_description"] == "Bij ons gratis"
    told = await everything(public, base)
    assert [word for word in HIDDEN_WORDS if word in told] == []


async def test_services_of_an_organisation_that_is_not_shown_are_not_shown(public: ServiceUnderTest) -> None:
    async with public.transaction(EDITORIAL_TENANT) as session:
        await driver_of(session).execute(
            'UPDATE platform.map_entries SET content = content || \'{"publication": "platform"}\' WHERE id = $1',
            CAW,
        )
    assert await ids(public, "/services") == set()
    assert await ids(public, "/organizations") == set()
    assert await ids(public, "/service_at_locations") == set()
    assert (await public.get(f"{BASE}/services/{DESK}")).status_code == 404
