"""The map as a file: export, then import, is the same data; what is internal leaves with its owner only."""

import io
import json
import zipfile
from typing import Any
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.referrals.hsds.export import Exported, document, package
from services.referrals.imports.assembling import assemble
from services.referrals.imports.receiving import open_file
from services.referrals.social_map.models import EDITORIAL_TENANT, EDITORS, Layer
from services.referrals.social_map.profile import tidy, wrong_fields
from services.referrals.social_map.writing import Draft, write
from shared.auth import Principal
from shared.db import uuid7
from tests.service.referrals import hsds_schemas
from tests.service.referrals.conftest import NOW, organization, problem, service
from tests.service.referrals.finding import put
from tests.service.referrals.small_map import HIDDEN_WORDS, drafts, key, small_map
from tests.support.service import ServiceUnderTest

ROOT = UUID("ac148810-d857-441c-9679-408f346de14b")
WORDS = st.text("abé ,;\"'-", min_size=1, max_size=8).map(lambda text: f"x{text}x")
DAYS = st.dates().map(lambda day: day.isoformat())


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


def rows(strategy: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(strategy, max_size=2, unique_by=lambda row: json.dumps(row, sort_keys=True))


LANGUAGE = st.fixed_dictionaries({"code": st.sampled_from(["nl", "fr"])}, optional={"note": WORDS})
PHONE = st.fixed_dictionaries(
    {"number": st.from_regex(r"\+32\d{8}", fullmatch=True)},
    optional={"description": WORDS, "languages": rows(LANGUAGE)},
)
CONTACT = st.fixed_dictionaries({"name": WORDS}, optional={"phones": rows(PHONE), "public": st.booleans()})
COMMON = {
    "description": WORDS,
    "phones": rows(PHONE),
    "contacts": rows(CONTACT),
    "translations": some(fr=some(name=WORDS, description=WORDS)),
}
CONTENTS = {
    "organization": some(
        **COMMON, website=st.just("https://a.test/x?y=z"), year_incorporated=st.integers(1900, 2026),
        programs=rows(st.fixed_dictionaries({"name": WORDS})), platform_tenant=st.just("pz_aalst"),
    ),
    "service": some(
        **COMMON, minimum_age=st.integers(0, 99), emergency=st.just(True), target_groups=st.just(["victims"]),
        cost_options=rows(st.fixed_dictionaries({"option": WORDS, "amount": st.floats(0, 9).map(lambda n: round(n, 2))})),
        required_documents=rows(st.fixed_dictionaries({"document": WORDS})),
        eligibility=rows(st.fixed_dictionaries({"kind": st.just("age"), "minimum": st.integers(0, 99)})),
        waiting_time=st.fixed_dictionaries({"weeks": st.integers(0, 9), "measured_on": DAYS}),
        additional_urls=rows(st.fixed_dictionaries({"url": st.just("https://b.test"), "label": WORDS})),
        service_areas=rows(st.fixed_dictionaries({"extent_type": st.just("nis"), "extent": st.just("41002")})),
        capacities=rows(st.fixed_dictionaries({
            "unit": st.fixed_dictionaries({"name": WORDS}), "available": st.integers(0, 9),
            "updated": st.just("2026-03-01T09:00:00Z"),
        })),
        schedules=rows(st.fixed_dictionaries({
            "freq": st.just("MONTHLY"), "bymonthday": st.sampled_from(["1", "15"]), "opens_at": st.just("09:00"),
            "closes_at": st.just("12:30"), "description": WORDS,
        })),
    ),
    "location": some(
        phones=rows(PHONE), hidden_address=st.just(True), latitude=st.floats(49, 52).map(lambda n: round(n, 5)),
        addresses=rows(st.fixed_dictionaries({"address_1": WORDS, "postal_code": st.just("0930"), "city": WORDS})),
        accessibility=rows(st.fixed_dictionaries({"description": WORDS, "wheelchair": st.just("yes")})),
    ),
}  # fmt: skip


@st.composite
def maps(draw: st.DrawFn) -> list[Exported]:
    """An organisation with a service at a location, each as it would be kept."""
    ids = {kind: uuid5(ROOT, kind) for kind in (*CONTENTS, "service_at_location")}
    points = {
        "organization": {},
        "service": {"organization_id": str(ids["organization"])},
        "location": {"organization_id": str(ids["organization"])},
    }
    found = []
    for kind, contents in CONTENTS.items():
        content = tidy(kind, ids[kind], {"name": draw(WORDS), **draw(contents)})
        assert wrong_fields(kind, content) == {}
        found.append(Exported(kind, ids[kind], content, points[kind]))
    spot = {"service_id": str(ids["service"]), "location_id": str(ids["location"])}
    content = tidy("service_at_location", ids["service_at_location"], {"description": draw(WORDS)})
    return [*found, Exported("service_at_location", ids["service_at_location"], content, spot)]


def read_back(name: str, content: bytes) -> dict[UUID, tuple[str, dict[str, Any], dict[str, str]]]:
    """What our own import makes of the file."""
    assembled = assemble(open_file(name, content), "import:again")
    assert assembled.refused == []
    back = {}
    for prepared in assembled.entries:
        draft = prepared.draft
        named = UUID(draft.source_id)
        points = {
            name: str(value)
            for name in ("organization_id", "service_id", "location_id")
            if (value := getattr(draft, name)) is not None
        }
        back[named] = (draft.kind, tidy(draft.kind, named, draft.content), points)
    return back


@pytest.mark.parametrize(("name", "write_down"), [("map.json", document), ("map.zip", package)])
@given(entries=maps())
def test_export_then_import_is_the_same_data(name: str, write_down: Any, entries: list[Exported]) -> None:
    before = {entry.id: (entry.kind, entry.content, entry.points_at) for entry in entries}
    assert read_back(name, write_down(entries)) == before


async def test_a_tenant_takes_its_own_layer_along_and_bringing_it_back_changes_nothing(
    referrals: ServiceUnderTest, noor: Principal
) -> None:
    await small_map(referrals)
    answer = await referrals.get("/map/export", by=noor)
    assert "Niet na tienen bellen" in answer.text
    back = assemble(open_file("map.json", answer.content), "import:again")
    assert back.refused == []
    async with referrals.transaction(EDITORIAL_TENANT) as session:
        again = [
            Draft(
                kind=each.draft.kind,
                id=UUID(each.draft.source_id),
                source_id=each.draft.source_id,
                content=each.draft.content,
                organization_id=each.draft.organization_id,
                service_id=each.draft.service_id,
                location_id=each.draft.location_id,
                taxonomy_id=each.draft.taxonomy_id,
                parent_id=each.draft.parent_id,
            )
            for each in back.entries
        ]
        written = await write(session, Layer.SHARED, again, source=EDITORS, by=uuid7(), now=NOW)
    assert len(written.unchanged) == len(drafts())
    assert written.created == []


async def test_only_its_editors_take_a_layer_along_and_only_their_own(
    referrals: ServiceUnderTest, editor: Principal, reader: Principal
) -> None:
    await small_map(referrals)
    assert problem(await referrals.get("/map/export", by=reader)) == (403, "forbidden")
    assert (await referrals.get("/map/export", by=editor)).json() == {}


@pytest.mark.parametrize("form", ["json", "zip"])
async def test_the_published_map_is_one_file_without_anything_internal(
    referrals: ServiceUnderTest, tenant: str, form: str
) -> None:
    await small_map(referrals)
    answer = await referrals.get(f"/hsds/{EDITORIAL_TENANT}/export.{form}")
    assert answer.status_code == 200
    if form == "zip":
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            told = "\n".join(archive.read(name).decode() for name in archive.namelist())
            resources = json.loads(archive.read("datapackage.json"))["resources"]
            assert {each["path"] for each in resources} == set(archive.namelist()) - {"datapackage.json"}
    else:
        told = answer.text
        for service in answer.json()["services"]:
            assert hsds_schemas.breaches("service.json", service) == []
    assert "Hopmarkt 1" in told
    assert [word for word in (*HIDDEN_WORDS, str(key("service", "internal"))) if word in told] == []
    assert (await referrals.get(f"/hsds/{tenant}/export.{form}")).status_code == 404


async def test_a_place_of_what_is_not_public_leaves_with_nobody(referrals: ServiceUnderTest) -> None:
    def place(name: str, owner: UUID) -> Draft:
        return Draft(kind="location", source_id=name, organization_id=owner, content={"name": name})

    def given(service_id: UUID, location_id: UUID) -> Draft:
        name = f"{service_id}@{location_id}"
        return Draft(
            kind="service_at_location",
            source_id=name,
            content={},
            service_id=service_id,
            location_id=location_id,
        )

    inside, shown = await put(
        referrals, EDITORIAL_TENANT, organization("Overlegtafel", publication="platform"), organization("CAW")
    )
    quiet, help_desk = await put(
        referrals,
        EDITORIAL_TENANT,
        service("Casusoverleg", organization_id=shown, publication="platform"),
        service("Onthaal", organization_id=shown),
    )
    names = ("Stil huis", "Stille zaal", "Balie", "Gedeelde zaal")
    owners = (inside, shown, shown, inside)
    _, hall, _, shared_hall = await put(
        referrals, EDITORIAL_TENANT, *(place(*each) for each in zip(names, owners, strict=True))
    )
    await put(
        referrals,
        EDITORIAL_TENANT,
        given(quiet, hall),
        given(quiet, shared_hall),
        given(help_desk, shared_hall),
    )
    base = f"/hsds/{EDITORIAL_TENANT}"
    exported = (await referrals.http.get(f"{base}/export.json")).text
    assert [name for name in names if name in exported] == ["Balie", "Gedeelde zaal"]
    listed = (await referrals.http.get(f"{base}/organizations?full=true")).text
    assert [name for name in names if name in listed] == ["Balie", "Gedeelde zaal"]
