"""Files as people have them: every row comes in or has its reason, whatever the version, the encoding or the accident."""

import csv
import io
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.referrals.imports.assembling import Assembled, assemble
from services.referrals.imports.cells import addresses_of, clock_of, day_of, openings_of, phones_of
from services.referrals.imports.parts import FileRefused, Opened
from services.referrals.imports.receiving import open_file
from services.referrals.social_map.profile import kbo_valid, wrong_fields
from services.referrals.social_map.writing import Draft, entry_id

DATA = Path(__file__).parents[2] / "data" / "hsds"
SOURCE = "import:test"


def zipped(files: dict[str, str | bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def read(files: dict[str, str | bytes], mapping: str = "") -> tuple[Opened, Assembled]:
    opened = open_file("package.zip", zipped(files), mapping.encode())
    return opened, assemble(opened, SOURCE)


def drafts(assembled: Assembled, kind: str) -> dict[str, Draft]:
    return {each.draft.source_id: each.draft for each in assembled.entries if each.draft.kind == kind}


def reasons(opened: Opened, assembled: Assembled) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for each in assembled.findings:
        line = opened.lines[each.line]
        found.setdefault((line.file, line.place), set()).add(each.code)
    return found


def of_folder(name: str, inner: str = "") -> dict[str, str | bytes]:
    return {path.name: path.read_bytes() for path in sorted((DATA / name / inner).glob("*.csv"))}


def table(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((DATA / "ilao" / name).read_text("utf-8-sig"))))


# --- Illinois: the rows of hsds-transformer's own output ---------------------------------------------------------------


@pytest.fixture(scope="module")
def illinois() -> tuple[Opened, Assembled]:
    return read(of_folder("ilao", "input"), (DATA / "ilao" / "mapping.yaml").read_text())


def same(text: Any) -> str:
    return str(text or "").replace("\n", "").strip()


def test_illinois_gives_every_organisation_of_the_output(illinois: tuple[Opened, Assembled]) -> None:
    found = drafts(illinois[1], "organization")
    expected = table("output/organizations.csv")
    assert set(found) == {row["id"] for row in expected}
    for row in expected:
        content = found[row["id"]].content
        assert [content[field] for field in ("name", "description", "email", "website")] == [
            row[field] for field in ("name", "description", "email", "url")
        ]


def test_illinois_gives_every_location_of_the_output_and_one_for_each_organisations_address(
    illinois: tuple[Opened, Assembled],
) -> None:
    found = drafts(illinois[1], "location")
    expected = table("output/locations.csv")
    own = {key: draft for key, draft in found.items() if not key.endswith("/postal")}
    assert {key: draft.content.get("name") for key, draft in own.items()} == {
        row["id"]: row["name"] for row in expected
    }
    # an organisation has no address of its own in HSDS 3.1, so each of the 33 gets a postal location
    addresses = {
        key.removesuffix("/postal"): draft.content["addresses"][0]
        for key, draft in found.items()
        if key.endswith("/postal")
    }
    assert {
        key: (each["address_1"], each["state_province"], each["postal_code"])
        for key, each in addresses.items()
    } == {
        row["organization_id"]: (row["address_1"], row["state_province"], row["postal_code"])
        for row in table("output/postal_addresses.csv")
    }


def test_illinois_gives_every_service_of_the_output_but_the_empty_one(
    illinois: tuple[Opened, Assembled],
) -> None:
    found = drafts(illinois[1], "service")
    expected = {row["id"]: row for row in table("output/services.csv")}
    empty = expected.pop("")
    assert not empty["name"]
    assert set(found) == set(expected)
    for key, row in expected.items():
        content = found[key].content
        # what columns append is joined by a new line here, and by nothing there
        assert same(content.get("application_process")) == same(row["application_process"])
        assert [content.get(field, "") for field in ("name", "description", "url", "fees_description")] == [
            row[field] for field in ("name", "description", "url", "fees")
        ]


def test_illinois_gives_every_phone_of_the_output_that_somebody_could_dial(
    illinois: tuple[Opened, Assembled],
) -> None:
    keys = {"organization": "organization_id", "location": "location_id", "service": "service_id"}
    found = Counter(
        (kind, each.draft.source_id, phone["number"])
        for kind in keys
        for each in illinois[1].entries
        if each.draft.kind == kind
        for phone in each.draft.content.get("phones", ())
    )
    expected = Counter(
        (kind, row[key], number)
        for row in table("output/phones.csv")
        for kind, key in keys.items()
        if row[key]
        # here several numbers of a cell are several phones, and an extension stands apart; 'no phone' is none
        for number in [
            each["number"] for each in phones_of(row["number"]) if any(map(str.isdigit, each["number"]))
        ]
    )
    assert found == expected


def test_illinois_gives_the_opening_hours_of_the_output_and_the_afternoons_that_it_drops(
    illinois: tuple[Opened, Assembled],
) -> None:
    found = {
        (key, day, each["opens_at"], each["closes_at"])
        for key, draft in drafts(illinois[1], "location").items()
        for each in draft.content.get("schedules", ())
        for day in each["byday"].split(",")
    }
    expected = {
        (row["location_id"], day_of(row["weekday"]), clock_of(row["opens_at"]), clock_of(row["closes_at"]))
        for row in table("output/regular_schedules.csv")
        if row["opens_at"]  # a day without hours is a closed day, which 3.1 says by saying nothing
    }
    assert expected <= found
    dropped_there = found - expected
    second_stretches = [row for row in table("input/locations.csv") if " , " in row["Hours of operation"]]
    assert {each[0] for each in dropped_there} <= {row["Location_id"] for row in second_stretches}
    assert len(second_stretches) == 26


def test_illinois_counts_every_row_and_names_the_one_that_stays_out(
    illinois: tuple[Opened, Assembled],
) -> None:
    opened, assembled = illinois
    assert len(opened.lines) == 33 + 520 + 430
    (out,) = assembled.refused
    assert reasons(opened, assembled)["services.csv", opened.lines[out].place] >= {"id_missing"}
    # 788 locations and services name an organisation that is not in the file: they come in, and it is said
    assert sum(each.code == "reference_missing" for each in assembled.findings) == 788


def test_the_output_itself_an_hsds_1_1_package_reads_to_the_same_entries(
    illinois: tuple[Opened, Assembled],
) -> None:
    opened, assembled = read(of_folder("ilao", "output"))
    assert opened.format == "hsds_csv_older"
    for kind in ("organization", "service", "location"):
        assert set(drafts(assembled, kind)) == set(drafts(illinois[1], kind))


def test_columns_that_no_mapping_speaks_of_are_named(illinois: tuple[Opened, Assembled]) -> None:
    assert "Holiday schedule (location closed)" in illinois[0].unmapped["locations.csv"]
    assert "Organization ID" not in illinois[0].unmapped["organizations.csv"]


# --- versions ---------------------------------------------------------------------------------------------------------


def test_an_old_package_speaks_3_1_afterwards() -> None:
    opened, assembled = read({
        "organizations.csv": "id,name,description,url\no1,CAW,,http://caw.be\n",
        "services.csv": "id,organization_id,name,status,fees\ns1,o1,Hulp,active,gratis\n",
        "locations.csv": "id,organization_id,name,latitude,longitude\nl1,o1,Aalst,50.94,4.04\n",
        "services_at_location.csv": "id,service_id,location_id\n1,s1,l1\n",
        "physical_addresses.csv": "id,location_id,address_1,city,postal_code,country\na,l1,Markt 1,Aalst,9300,BE\n",
        "regular_schedule.csv": (
            "id,service_id,weekday,opens_at,closes_at\n"
            "1,s1,Monday,9:00,17:00\n2,s1,dinsdag,9u,17:00\n3,s1,3,09:00,17:00\n4,s1,vrijdag,09:00,12:00\n5,s1,za,,\n"
        ),
        "holiday_schedule.csv": "id,service_id,closed,start_date,end_date\n1,s1,true,2026-12-25,2026-12-26\n",
        "eligibility.csv": "id,service_id,eligibility\n1,s1,Inwoners\n2,s1,Vanaf 18 jaar\n",
        "languages.csv": "id,service_id,language\n1,s1,Nederlands\n",
        "accessibility_for_disabilities.csv": "id,location_id,accessibility\n1,l1,lift\n",
        "taxonomy.csv": "id,name,parent_id,vocabulary\nt1,Wonen,,eigen\nt2,Huur,t1,eigen\n",
        "services_taxonomy.csv": "id,service_id,taxonomy_id,taxonomy_detail\n1,s1,t2,\n",
        "required_documents.csv": "id,service_id,document\n1,s1,identiteitskaart\n",
        "phones.csv": "id,service_id,number,extension,type,language\n1,s1,053 70 00 00,12,voice,nl\n",
    })  # fmt: skip
    service = drafts(assembled, "service")["s1"]
    location = drafts(assembled, "location")["l1"]
    assert service.organization_id == entry_id(SOURCE, "organization", "o1")
    schedules = service.content["schedules"]
    assert [(each.get("byday"), each.get("opens_at"), each.get("closes_at")) for each in schedules] == [
        ("MO,TU,WE", "09:00", "17:00"),
        ("FR", "09:00", "12:00"),
        (None, None, None),
    ]
    assert (schedules[2]["valid_from"], schedules[2]["valid_to"]) == ("2026-12-25", "2026-12-26")
    assert service.content["eligibility_description"] == "Inwoners\nVanaf 18 jaar"
    assert service.content["fees_description"] == "gratis"
    assert service.content["phones"][0]["extension"] == 12
    assert service.content["phones"][0]["languages"][0]["name"] == "nl"
    assert service.content["attributes"][0]["taxonomy_term_id"] == str(
        entry_id(SOURCE, "taxonomy_term", "t2")
    )
    assert location.content["addresses"][0]["address_type"] == "physical"
    assert location.content["latitude"] == 50.94
    assert location.content["accessibility"][0]["description"] == "lift"
    assert drafts(assembled, "taxonomy_term")["t2"].parent_id == entry_id(SOURCE, "taxonomy_term", "t1")
    assert drafts(assembled, "service_at_location")["1"].location_id == entry_id(SOURCE, "location", "l1")
    assert reasons(opened, assembled) == {
        ("regular_schedule.csv", "6"): {"closed_day"},
    }


def test_json_of_one_service_a_list_and_a_page_read_alike() -> None:
    service = {
        "id": "11111111-2222-3333-4444-555555555555",
        "name": "Hulp",
        "status": "active",
        "organization": {"id": "o", "name": "CAW", "description": "x"},
        "phones": [{"id": "p", "number": "1712", "languages": [{"id": "l", "code": "nl"}]}],
        "service_at_locations": [
            {"id": "m", "location": {"id": "loc", "location_type": "virtual", "name": "Online"}}
        ],
        "attributes": [{"id": "a", "taxonomy_term": {"id": "t", "name": "Geweld", "description": ""}}],
        "translations": {"fr": {"name": "Aide"}},
    }
    ways: list[Any] = [service, [service], {"total_items": 1, "contents": [service]}, {"services": [service]}]
    seen = []
    for way in ways:
        assembled = assemble(open_file("x.json", msgspec.json.encode(way)), SOURCE)
        assert assembled.refused == []
        seen.append(
            [(each.draft.kind, each.draft.source_id, each.draft.content) for each in assembled.entries]
        )
    assert seen[0] == seen[1] == seen[2] == seen[3]
    contents = {kind: content for kind, _, content in seen[0]}
    assert set(contents) == {"organization", "service", "location", "service_at_location", "taxonomy_term"}
    assert contents["service"]["phones"][0]["languages"][0]["code"] == "nl"
    assert contents["service"]["translations"] == {"fr": {"name": "Aide"}}


# --- what does not fit ------------------------------------------------------------------------------------------------


def test_a_field_that_does_not_fit_stays_behind_and_is_named() -> None:
    opened, assembled = read({
        "organizations.csv": "id,name,email,website\n1,CAW,niet bekend,zie brochure\n",
        "organization_identifiers.csv": (
            "id,organization_id,identifier_scheme,identifier_type,identifier\n"
            "1,1,BE-KBO,KBO,0680397589\n2,1,BE-KBO,KBO,0207437468\n"
        ),
    })  # fmt: skip
    content = drafts(assembled, "organization")["1"].content
    assert "email" not in content
    assert "website" not in content
    assert [each["identifier"] for each in content["organization_identifiers"]] == ["0207437468"]
    assert reasons(opened, assembled) == {
        ("organization_identifiers.csv", "2"): {"kbo_wrong"},
        ("organizations.csv", "2"): {"email_wrong", "uri_wrong"},
    }
    assert [opened.lines[line].file for line in assembled.refused] == ["organization_identifiers.csv"]


def test_a_rubric_that_is_nowhere_is_named_and_one_with_a_uuid_may_come_from_elsewhere() -> None:
    elsewhere = "5b1c3a55-5d41-4a4f-8a5e-0f0a0f7d8a11"
    opened, assembled = read({
        "taxonomy_terms.csv": "id,name,description\nschulden,Schulden,Schulden\n",
        "services.csv": "id,name,status\n1,Budgetwinkel,active\n",
        "attributes.csv": (
            "id,link_id,link_entity,taxonomy_term_id\n"
            f"1,1,services,schulden\n2,1,services,wonen\n3,1,services,{elsewhere}\n"
        ),
    })  # fmt: skip
    attributes = drafts(assembled, "service")["1"].content["attributes"]
    assert [each["taxonomy_term_id"] for each in attributes][2] == elsewhere
    assert reasons(opened, assembled) == {("attributes.csv", "3"): {"reference_missing"}}
    assert assembled.refused == []


@pytest.mark.parametrize("number", ["0680397589", "0496101901"])
def test_the_two_numbers_that_only_look_like_enterprise_numbers_are_none(number: str) -> None:
    assert not kbo_valid(number)
    assert kbo_valid("0207437468")


def test_two_rows_with_one_id_are_one_when_they_agree_and_refused_when_they_do_not() -> None:
    opened, assembled = read({"organizations.csv": "id,name,email\n1,CAW,\n1,CAW,a@caw.be\n1,Ander,\n"})
    assert drafts(assembled, "organization")["1"].content == {"name": "CAW", "email": "a@caw.be"}
    assert reasons(opened, assembled) == {("organizations.csv", "4"): {"id_twice"}}


def test_a_row_with_more_cells_than_columns_is_refused_rather_than_guessed_at() -> None:
    opened, assembled = read({"organizations.csv": "id,name\n1,CAW\n2,Huis,straat,Aalst\n"})
    assert reasons(opened, assembled) == {("organizations.csv", "3"): {"row_too_long"}}


@pytest.mark.parametrize(
    "content",
    [
        "id,name\r\n1,Café\r\n".encode("utf-8-sig"),
        "id;name\n1;Café\n".encode("cp1252"),
        "id\tname\n1\tCafé\n".encode("utf-16"),
        b'"id","name"\n"1","Caf\xc3\xa9"\n',
    ],
)
def test_what_spreadsheets_leave_behind_is_read(content: bytes) -> None:
    assembled = assemble(open_file("organizations.csv", content), SOURCE)
    assert drafts(assembled, "organization")["1"].content["name"] == "Café"


def bomb() -> bytes:
    return zipped({f"{name}.csv": b"id,name\n" + b"0" * 80_000_000 for name in ("services", "locations")})


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("x.csv", b"  \n ", "file_empty"),
        ("x.csv", b"x" * 25_000_001, "file_too_large"),
        ("x.pdf", b"%PDF-1.4\x00", "file_not_text"),
        ("x.zip", b"PK\x03\x04 broken", "zip_broken"),
        ("x.xlsx", zipped({"[Content_Types].xml": "<x/>"}), "file_is_workbook"),
        ("x.zip", zipped({"photo.jpg": b"1"}), "file_without_rows"),
        ("x.json", b'{"contents": [', "json_broken"),
        ("x.json", b'[{"hello": "world"}]', "json_without_entries"),
        ("x.json", b"[" * 5000, "json_broken"),
        ("people.csv", b"voornaam,naam\nJan,Peeters\n", "mapping_needed"),
        ("services.csv", b"id,name,name\n1,a,b\n", "column_twice"),
        ("services.csv", b"id,name\n", "file_without_rows"),
    ],
)
def test_a_file_that_is_none_says_why(name: str, content: bytes, code: str) -> None:
    with pytest.raises(FileRefused) as refused:
        open_file(name, content)
    assert list(refused.value.fields.values()) == [code]


def test_a_zip_that_unpacks_to_too_much_is_stopped_while_it_unpacks() -> None:
    packed = bomb()
    assert len(packed) < 1_000_000
    with pytest.raises(FileRefused) as refused:
        open_file("bomb.zip", packed)
    assert refused.value.fields == {"file": "zip_too_large"}


def test_a_mapping_may_be_json_too() -> None:
    mapping = {
        "diensten": {
            "nr": {"model": "services", "field": "id"},
            "wat": {"model": "services", "field": "name"},
            "bel": {"model": "phones", "field": "number"},
        }
    }
    _, assembled = read(
        {"Diensten.csv": "nr,wat,bel\n1,Hulp,053 70 00 00 of niet\n"}, msgspec.json.encode(mapping).decode()
    )
    assert drafts(assembled, "service")["1"].content["phones"][0]["number"].startswith("053")


# --- cells ------------------------------------------------------------------------------------------------------------


def test_a_cell_with_a_week_of_hours_is_read_day_by_day() -> None:
    said = "Ma: 9u00-12u00, 13:00-17:00 Di: gesloten Wo: na afspraak"
    assert openings_of(said) == [
        {"weekday": "Ma", "opens_at": "09:00", "closes_at": "12:00"},
        {"weekday": "Ma", "opens_at": "13:00", "closes_at": "17:00"},
        {"weekday": "Wo", "description": "na afspraak"},
    ]


def test_a_whole_belgian_address_falls_into_its_fields() -> None:
    assert addresses_of("Ruiterijschool 1 - bus 2, 2930 Brasschaat, België") == {
        "address_1": "Ruiterijschool 1 - bus 2", "postal_code": "2930", "city": "Brasschaat", "country": "BE",
    }  # fmt: skip


# --- always -----------------------------------------------------------------------------------------------------------

_CELL = st.sampled_from(
    ["", "1", "2", "3", "CAW", "x@y.be", "9:00", "17:00", "MO", "053 70 00 00", "nee", "https://a.be", "é"]
)
_COLUMNS = (
    "id", "name", "organization_id", "service_id", "location_id", "number", "email", "website", "weekday", "opens_at",
    "closes_at", "address_1", "identifier", "identifier_scheme", "link_id", "taxonomy_term_id", "parent_id", "status",
)  # fmt: skip
_TABLES = (
    "organizations", "services", "locations", "service_at_locations", "phones", "contacts", "regular_schedules",
    "schedules", "addresses", "attributes", "taxonomy_terms", "organization_identifiers", "metadata", "programs",
    "languages", "units", "service_capacity", "urls", "eligibility",
)  # fmt: skip


@st.composite
def packages(draw: st.DrawFn) -> dict[str, str | bytes]:
    files: dict[str, str | bytes] = {}
    for name in draw(st.lists(st.sampled_from(_TABLES), min_size=1, max_size=5, unique=True)):
        columns = draw(st.lists(st.sampled_from(_COLUMNS), min_size=1, max_size=8, unique=True))
        rows = draw(st.lists(st.lists(_CELL, min_size=1, max_size=len(columns) + 1), min_size=1, max_size=8))
        text = io.StringIO()
        csv.writer(text).writerows([columns, *rows])
        files[f"{name}.csv"] = text.getvalue()
    return files


@given(packages())
def test_rows_imported_and_rows_refused_are_the_rows_read(files: dict[str, str | bytes]) -> None:
    try:
        opened, assembled = read(files)
    except FileRefused as refused:
        assert refused.fields == {"file": "file_without_rows"}  # noqa: PT017 - hypothesis runs both ways
        return
    placed = {line for each in assembled.entries for line in each.lines}
    assert placed.isdisjoint(assembled.refused)
    assert len(placed) + len(assembled.refused) == len(opened.lines)
    assert len(opened.lines) == sum(
        any(cell.strip() for cell in row)
        for text in files.values()
        for row in list(csv.reader(io.StringIO(str(text))))[1:]
    )
    said = {each.line for each in assembled.findings}
    assert set(assembled.refused) <= said
    for each in assembled.entries:
        assert wrong_fields(each.draft.kind, each.draft.content) == {}


def test_what_a_document_says_again_of_an_organisation_lies_in_it_once() -> None:
    said = {
        "id": "caw",
        "name": "CAW",
        "phones": [{"id": "p", "number": "053 70 00 00", "languages": [{"id": "l", "code": "nl"}]}],
        "contacts": [{"id": "c", "name": "Onthaal", "phones": [{"number": "053 71 00 00"}]}],
        "postal_addresses": [{"id": "a", "address_1": "Markt 1", "city": "Aalst", "postal_code": "9300"}],
    }
    services = [
        {"id": name, "name": name, "status": "active", "organization": said} for name in ("a", "b", "c")
    ]
    opened = open_file("services.json", msgspec.json.encode({"contents": services}))
    found = assemble(opened, SOURCE)
    content = drafts(found, "organization")["caw"].content
    (phone,), (contact,) = content["phones"], content["contacts"]
    assert len(phone["languages"]) == len(contact["phones"]) == 1
    (place,) = drafts(found, "location").values()
    assert len(place.content["addresses"]) == 1
    assert found.refused == []


def test_an_id_that_two_tables_share_is_of_the_first_and_the_other_row_says_so() -> None:
    same = "6f2f0c1e-3c8a-4d3a-9a55-0d2d6f1d2b11"
    opened, found = read({
        "organizations.csv": f"id,name\n{same},CAW\n",
        "services.csv": f"id,organization_id,name\n{same},{same},Hulp\n",
    })  # fmt: skip
    assert [each.name for each in found.entries] == ["CAW"]
    assert reasons(opened, found) == {("services.csv", "2"): {"id_of_another"}}


def test_an_amount_that_can_mean_two_things_is_left_out_and_said() -> None:
    opened, found = read({
        "organizations.csv": "id,name\n1,CAW\n",
        "locations.csv": 'id,name,latitude,longitude\n5,Huis,"50,938","4,041"\n',
        "services.csv": "id,organization_id,name\n2,1,Hulp\n",
        "cost_options.csv": 'id,service_id,option,amount\n3,2,week,"1,250"\n4,2,dag,"12,50"\n',
    })  # fmt: skip
    costs = drafts(found, "service")["2"].content["cost_options"]
    assert [each.get("amount") for each in costs] == [None, 12.5]
    assert reasons(opened, found) == {("cost_options.csv", "2"): {"wrong_type"}}
    assert drafts(found, "location")["5"].content["latitude"] == 50.938
